"""Whose certificates count: those that the system trusts, and the company's own where the person gave its file, for this
account's server alone. Verification is never off, TLS is 1.2 or newer, and nothing goes over bare http."""

from __future__ import annotations

import functools
import hashlib
import re
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
import truststore
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.utils import get_environ_proxies

UNKNOWN_CA, SELF_SIGNED, WRONG_HOST, EXPIRED, NOT_YET = "unknown_ca", "self_signed", "wrong_host", "expired", "not_yet"
"""Why a certificate is not believed."""
_CODES = {
    10: EXPIRED, 9: NOT_YET, 18: SELF_SIGNED, 19: UNKNOWN_CA, 20: UNKNOWN_CA, 21: UNKNOWN_CA, 62: WRONG_HOST, 64: WRONG_HOST,
}  # fmt: skip
"""OpenSSL's words (X509_V_ERR)."""
LOOK = 10.0
"""Seconds to look at the certificate of a server."""


@functools.lru_cache(16)
def context(ca: str = "") -> ssl.SSLContext:
    """What decides about a server. ``ca``: PEM of certificates that count besides the system's."""
    made = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca:
        made.load_verify_locations(cadata=ca)
    return made


class TrustingAdapter(HTTPAdapter):
    """Sends over connections that ``context(ca)`` believes in, whatever the environment names as bundles of certificates."""

    def __init__(self, ca: str = "", **more: Any) -> None:
        self._context = context(ca)
        super().__init__(**more)

    def build_connection_pool_key_attributes(
        self, request: Any, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        where, _how = super().build_connection_pool_key_attributes(request, True, None)
        return where, {"cert_reqs": "CERT_REQUIRED", "ssl_context": self._context}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        conn.cert_reqs = "CERT_REQUIRED"


class Refusing(BaseAdapter):
    """In the place of what is never used: bare http, and servers that the account has nothing to do with."""

    def send(self, request: Any, *_: Any, **__: Any) -> Any:
        raise requests.exceptions.InvalidSchema(f"not for {urlsplit(str(request.url)).scheme}")

    def close(self) -> None:
        """Nothing is open."""


def session(url: str, ca: str = "") -> requests.Session:
    """A session that speaks to the server at ``url`` and no other, over one connection. Proxies are those of the environment;
    passwords and certificates that it names are not."""
    made = requests.Session()
    made.trust_env = False
    made.proxies = get_environ_proxies(url)
    for prefix in ("http://", "https://"):
        made.mount(prefix, Refusing())
    adapter = TrustingAdapter(ca, pool_block=True, pool_connections=1, pool_maxsize=1, max_retries=0)
    made.mount(f"https://{urlsplit(url).netloc.lower()}/", adapter)
    return made


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a server shows. ``why`` it is not believed, empty if it is; ``digest``: SHA-256."""

    subject: str
    issuer: str
    digest: str
    until: str
    why: str = ""

    def text(self) -> str:
        """For the connection report, and as detail of a refusal."""
        colons = ":".join(re.findall("..", self.digest.upper()))
        parts = (
            f"why={self.why}" if self.why else "",
            f"subject={self.subject}",
            f"issuer={self.issuer}",
            f"until={self.until}",
        )
        return "; ".join([*filter(None, parts), f"sha256={colons}"])


def why_not_believed(error: BaseException) -> str:
    """Why TLS failed, by what OpenSSL or the system said of the certificate; empty if it was about something else."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return _reason(seen.verify_code, str(seen))
        reason = next((each for each in (*seen.args, getattr(seen, "reason", None)) if isinstance(each, BaseException)), None)
        seen = reason or seen.__cause__ or seen.__context__
    return ""


def _reason(code: int, text: str) -> str:
    if code in _CODES:
        return _CODES[code]
    # Windows and macOS say it in words of their own.
    for part, reason in (("expired", EXPIRED), ("not valid for", WRONG_HOST), ("mismatch", WRONG_HOST), ("match", WRONG_HOST)):
        if part in text.lower():
            return reason
    return UNKNOWN_CA


def shown(url: str, why: str) -> Certificate | None:
    """The certificate that the server at ``url`` shows, looked at without saying anything to it; None if there is none."""
    from cryptography import x509

    parts = urlsplit(url)
    try:
        # A handshake that is broken off as soon as the certificate is here: nothing is said to whoever showed it.
        pem = ssl.get_server_certificate((parts.hostname or "", parts.port or 443), timeout=LOOK)
        der = ssl.PEM_cert_to_DER_cert(pem)
        found = x509.load_der_x509_certificate(der)
    except (OSError, ValueError):
        return None
    if why == UNKNOWN_CA and found.subject == found.issuer:
        why = SELF_SIGNED
    return Certificate(
        found.subject.rfc4514_string(), found.issuer.rfc4514_string(), hashlib.sha256(der).hexdigest(),
        found.not_valid_after_utc.strftime("%Y-%m-%d"), why,
    )  # fmt: skip
