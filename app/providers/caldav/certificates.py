"""Why a server's certificate is not believed, and whose it says it is: to be shown, never to be ignored."""

from __future__ import annotations

import hashlib
import re
import ssl
from urllib.parse import urlsplit

UNKNOWN_CA, SELF_SIGNED, WRONG_HOST, EXPIRED, NOT_YET = "unknown_ca", "self_signed", "wrong_host", "expired", "not_yet"
_CODES = {
    10: EXPIRED, 9: NOT_YET, 18: SELF_SIGNED, 19: UNKNOWN_CA, 20: UNKNOWN_CA, 21: UNKNOWN_CA, 62: WRONG_HOST, 64: WRONG_HOST,
}  # fmt: skip
"""OpenSSL's words (X509_V_ERR)."""
LOOK = 10.0
"""Seconds to look at the certificate of a server."""


def why_not_believed(error: BaseException) -> str:
    """A code; empty if it was about something else."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return _reason(seen.verify_code, str(seen))
        seen = seen.__cause__ or seen.__context__
    return ""


def _reason(code: int, text: str) -> str:
    if code in _CODES:
        return _CODES[code]
    # Windows and macOS say it in words of their own.
    for part, reason in (("expired", EXPIRED), ("not valid for", WRONG_HOST), ("mismatch", WRONG_HOST), ("match", WRONG_HOST)):
        if part in text.lower():
            return reason
    return UNKNOWN_CA


def described(url: str, why: str) -> str:
    """What the server at ``url`` shows, as the detail of a refusal; looked at without saying anything to it. In a thread."""
    from cryptography import x509

    parts = urlsplit(url)
    try:
        # A handshake that is broken off as soon as the certificate is here: nothing is said to whoever showed it.
        pem = ssl.get_server_certificate((parts.hostname or "", parts.port or 443), timeout=LOOK)
        der = ssl.PEM_cert_to_DER_cert(pem)
        found = x509.load_der_x509_certificate(der)
    except (OSError, ValueError):
        return f"why={why}"
    if why == UNKNOWN_CA and found.subject == found.issuer:
        why = SELF_SIGNED
    colons = ":".join(re.findall("..", hashlib.sha256(der).hexdigest().upper()))
    return (
        f"why={why}; subject={found.subject.rfc4514_string()}; issuer={found.issuer.rfc4514_string()}; "
        f"until={found.not_valid_after_utc:%Y-%m-%d}; sha256={colons}"
    )
