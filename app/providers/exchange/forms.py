"""What a person types to connect a mailbox, and what is tried with it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from app.providers.certificates import certificates_in

VERSIONS = {
    "": "",
    "2010_sp2": "Exchange2010_SP2",
    "2010": "Exchange2010_SP2",
    "2013": "Exchange2013",
    "2013_sp1": "Exchange2013_SP1",
    "2016": "Exchange2016",
    "2019": "Exchange2016",
    "se": "Exchange2016",
}
"""What may be chosen as version, and the name of its schema: newer servers than 2016 brought no newer one."""
TOO_OLD = ("2003", "2007", "2007_sp1", "2010_rtm", "2010_sp1")
EWS_PATH = "/EWS/Exchange.asmx"
USUAL_HOSTS = ("mail", "exchange", "webmail", "owa", "outlook")
"""Names under which companies have their server, where neither it nor the domain says."""
MICROSOFT = (
    "outlook.com", "outlook.de", "office365.com", "office365.us", "office.com", "office.net", "microsoftonline.com",
    "onmicrosoft.com", "outlook.cn", "partner.outlook.cn", "hotmail.com", "live.com", "msn.com",
)  # fmt: skip
"""Domains of Exchange Online, where EWS ended: its mailboxes are Office 365's."""
_EMAIL = re.compile(r"[^@\s\\/\"<>()]{1,64}@(?:[^@\s.\\/:\"<>()]+\.)*[^@\s.\\/:\"<>()]+")
_HOST = re.compile(
    r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE
)
_IPV6 = re.compile(r"[0-9a-f:]{2,45}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Typed:
    """A form that can be tried. ``server`` is a whole URL, or empty; ``version`` the name of a schema, or empty; ``shared``:
    mailboxes of others whose calendars are looked at too."""

    email: str
    password: str = field(repr=False)
    user: str = ""
    server: str = ""
    version: str = ""
    ca: str = ""
    shared: tuple[str, ...] = ()

    @property
    def domain(self) -> str:
        return self.email.rpartition("@")[2].lower()


def problems_of(fields: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with a form, as ``Connector.check`` tells it."""
    problems = {}
    email, server = fields.get("email", "").strip(), fields.get("server", "").strip()
    if not _EMAIL.fullmatch(email):
        problems["email"] = "form" if email else "missing"
    elif is_microsoft(email.rpartition("@")[2]):
        problems["email"] = "microsoft"
    if not fields.get("password", ""):
        problems["password"] = "missing"
    if not _is_user(fields.get("user", "").strip()):
        problems["user"] = "form"
    if server and (wrong := _wrong_server(server)):
        problems["server"] = wrong
    if (version := _version_name(fields)) not in VERSIONS:
        problems["version"] = "too_old" if version in TOO_OLD else "form"
    if fields.get("ca", "").strip() and not certificates_in(fields["ca"]):
        problems["ca"] = "not_a_certificate"
    if not all(_EMAIL.fullmatch(each) for each in _addresses(fields)):
        problems["shared"] = "form"
    return problems


def typed(fields: Mapping[str, str]) -> Typed:
    """The form, after ``problems_of`` found nothing."""
    server = fields.get("server", "").strip()
    return Typed(
        email=fields["email"].strip(),
        password=fields["password"],
        user=fields.get("user", "").strip(),
        server=server_url(server) if server else "",
        version=VERSIONS[_version_name(fields)],
        ca=fields.get("ca", "").strip(),
        shared=_addresses(fields),
    )


def server_url(text: str) -> str:
    """The URL of EWS that is meant by an address: a whole one, or a host with or without port."""
    parts = urlsplit(text if "://" in text else f"https://{text}")
    path = parts.path.rstrip("/")
    if path.lower() in ("", "/owa", "/ews", "/ecp"):
        path = EWS_PATH
    return f"https://{parts.netloc.lower()}{path}"


def server_candidates(form: Typed) -> tuple[str, ...]:
    """Where EWS may be if neither the form nor autodiscover says."""
    names = [form.domain, *(f"{name}.{form.domain}" for name in USUAL_HOSTS)]
    return tuple(f"https://{name}{EWS_PATH}" for name in names)


def user_candidates(form: Typed) -> tuple[str, ...]:
    """Names to sign in with, in a sensible order: few, for each wrong one may count towards a lock."""
    return (form.user,) if form.user else (form.email, form.email.partition("@")[0])


def is_microsoft(host: str) -> bool:
    """Whether a host or a mail domain is Exchange Online's."""
    host = host.lower().rstrip(".")
    return any(host == each or host.endswith(f".{each}") for each in MICROSOFT)


def _is_user(user: str) -> bool:
    domain, slash, name = user.rpartition("\\")
    return not user or (
        bool(name) and (not slash or bool(domain)) and "\\" not in domain and not re.search(r"[\x00-\x1f/:\"]", user)
    )


def _version_name(fields: Mapping[str, str]) -> str:
    name = fields.get("version", "").strip().lower().replace(" ", "_").removeprefix("exchange").strip("_")
    return "" if name in ("auto", "guess") else name


def _wrong_server(text: str) -> str:
    """A reason code, empty if it is an address of a server."""
    if "://" in text and not text.lower().startswith("https://"):
        return "http" if text.lower().startswith("http://") else "form"
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return "form"
    if parts.username or parts.password or parts.query or parts.fragment or re.search(r"\s", text):
        return "form"
    if not (_HOST.fullmatch(host) or (":" in host and _IPV6.fullmatch(host))):
        return "form"
    return "microsoft" if is_microsoft(host) else ""


def _addresses(fields: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.lower() for each in re.split(r"[\s,;]+", fields.get("shared", "")) if each))
