"""Whose certificates count: those that the system trusts, and an own certificate authority's where its file was given, for one
account's server alone. Verification is never off, and TLS is 1.2 or newer. What is not believed is described, to be shown."""

from __future__ import annotations

import functools
import hashlib
import re
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

UNKNOWN_CA, SELF_SIGNED, WRONG_HOST, EXPIRED, NOT_YET = "unknown_ca", "self_signed", "wrong_host", "expired", "not_yet"
"""Why a certificate is not believed."""
_CODES = {
    10: EXPIRED, 9: NOT_YET, 18: SELF_SIGNED, 19: UNKNOWN_CA, 20: UNKNOWN_CA, 21: UNKNOWN_CA, 62: WRONG_HOST, 64: WRONG_HOST,
}  # fmt: skip
"""OpenSSL's words (X509_V_ERR)."""
LOOK = 10.0
"""Seconds to look at the certificate of a server."""
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


@functools.lru_cache(16)
def context(ca: str = "") -> ssl.SSLContext:
    """What decides about a server. ``ca``: PEM of certificates that count besides the system's."""
    import truststore

    made = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca:
        made.load_verify_locations(cadata=ca)
    return made


def certificates_in(text: str) -> tuple[str, ...]:
    """The certificates that a PEM file holds; empty if none can be read."""
    found = tuple(each + "\n" for each in _PEM.findall(text))
    try:
        for each in found:
            ssl.create_default_context(cadata=each)
    except (ssl.SSLError, ValueError):
        return ()
    return found


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
    """The certificate that the server at ``url`` shows, looked at without saying anything to it; None if there is none. In a
    thread."""
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
