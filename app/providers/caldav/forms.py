"""What a person types to connect a CalDAV server, and where it is looked for. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from app.providers.caldav.client import is_loopback
from app.providers.certificates import certificates_in

WELL_KNOWN, NEXTCLOUD_PATH = "/.well-known/caldav", "/remote.php/dav/"
SERVERS = {
    "icloud": ("https://caldav.icloud.com/",),
    "fastmail": (f"https://caldav.fastmail.com{WELL_KNOWN}", "https://caldav.fastmail.com/dav/"),
}
"""Presets whose server is known: the address is the person's e-mail address."""
PRESETS = ("", *SERVERS, "nextcloud")
DOMAINS = {
    "icloud.com": "icloud", "me.com": "icloud", "mac.com": "icloud", "fastmail.com": "fastmail", "fastmail.fm": "fastmail",
}  # fmt: skip
USUAL_HOSTS = ("caldav", "dav", "cloud", "mail")
"""Names under which a domain may have its server, where nothing tells."""
_EMAIL = re.compile(r"[^@\s\\/\"<>():]{1,64}@(?:[^@\s.\\/:\"<>()]+\.)*[^@\s.\\/:\"<>()]+")
_HOST = re.compile(
    r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Typed:
    """A form that can be tried: either an e-mail address or the URL of a server. ``users``: names to sign in with, in order;
    ``ca``: PEM of certificates that count for this server besides the system's."""

    preset: str
    email: str
    url: str
    users: tuple[str, ...]
    password: str = field(repr=False)
    ca: str = ""

    @property
    def domain(self) -> str:
        return self.email.rpartition("@")[2].lower()


def problems_of(fields: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with a form, as ``Connector.check`` tells it."""
    problems = {}
    preset, address, user = _preset(fields), fields.get("address", "").strip(), fields.get("user", "").strip()
    if preset not in PRESETS:
        problems["preset"] = "form"
    is_email = _EMAIL.fullmatch(address) is not None
    if not address:
        problems["address"] = "missing"
    elif not is_email and (preset in SERVERS or (wrong := _wrong_url(address))):
        problems["address"] = "form" if preset in SERVERS else wrong
    if not user and address and not is_email:
        problems["user"] = "missing"
    elif re.search(r"[\x00-\x1f:]", user):
        # Basic cannot carry a colon in a name (RFC 7617 §2).
        problems["user"] = "form"
    if not fields.get("password", ""):
        problems["password"] = "missing"
    if fields.get("ca", "").strip() and not certificates_in(fields["ca"]):
        problems["ca"] = "not_a_certificate"
    return problems


def typed(fields: Mapping[str, str]) -> Typed:
    """The form, after ``problems_of`` found nothing."""
    preset, address, user = _preset(fields), fields["address"].strip(), fields.get("user", "").strip()
    email = address if _EMAIL.fullmatch(address) else ""
    preset = preset or DOMAINS.get(email.rpartition("@")[2].lower(), "")
    # Each wrong name may count towards a lock, so there are few.
    users = (user,) if user else (email, email.partition("@")[0])
    return Typed(preset, email, "" if email else whole_url(address), users, fields["password"], fields.get("ca", "").strip())


def whole_url(text: str) -> str:
    """The URL that is meant by an address; a bare host is one over TLS."""
    parts = urlsplit(text if "://" in text else f"https://{text}")
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}{parts.path or '/'}"


def candidates(form: Typed) -> tuple[str, ...]:
    """Where the calendars may be found, besides what DNS tells."""
    if form.preset in SERVERS:
        return SERVERS[form.preset]
    if form.url:
        return _around(form.url, form.preset)
    if form.preset == "nextcloud":
        return _around(f"https://{form.domain}/", form.preset)
    hosts = [form.domain, *(f"{name}.{form.domain}" for name in USUAL_HOSTS)]
    return tuple(f"https://{host}{WELL_KNOWN}" for host in hosts)


def _around(url: str, preset: str) -> tuple[str, ...]:
    """A typed address, and the usual places at its server. A bare host is asked for its own pointer first (RFC 6764 §5)."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    pointer = f"{origin}{WELL_KNOWN}"
    below = f"{origin}{parts.path.rstrip('/')}{NEXTCLOUD_PATH}"
    nextcloud = () if "/remote.php" in parts.path else (below,)
    if preset == "nextcloud":
        return tuple(dict.fromkeys((*nextcloud, url, pointer)))
    first = (pointer, url) if parts.path in ("", "/") else (url, pointer)
    return tuple(dict.fromkeys((*first, *nextcloud)))


def _preset(fields: Mapping[str, str]) -> str:
    return fields.get("preset", "").strip().lower()


def _wrong_url(text: str) -> str:
    """A reason code, empty if it is the address of a server."""
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return "form"
    if parts.scheme == "http":
        return "" if is_loopback(host) else "http"
    if parts.scheme != "https" or parts.username or parts.password or parts.query or parts.fragment or re.search(r"\s", text):
        return "form"
    return "" if _HOST.fullmatch(host) or is_loopback(host) else "form"
