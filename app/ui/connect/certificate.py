"""A certificate that is not trusted: whose it is and why, from the ``detail`` of ``SignInFailed("certificate")``. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from app import i18n
from app.i18n import _

_PART = re.compile(r"(?:^|;\s*)(why|subject|issuer|until|sha256)=")


@dataclass(frozen=True, slots=True)
class Certificate:
    why: str = ""
    subject: str = ""
    issuer: str = ""
    until: str = ""
    sha256: str = ""

    @property
    def private(self) -> bool:
        """A company's own CA may stand behind it: its file would make the certificate good."""
        return self.why not in ("expired", "not_yet", "wrong_host")


def read(detail: str) -> Certificate:
    """What is not told stays empty."""
    parts = _PART.split(detail)
    return Certificate(**{name: value.strip() for name, value in zip(parts[1::2], parts[2::2], strict=True)})


def why_words(found: Certificate) -> str:
    """Why it is not trusted."""
    why = {
        "unknown_ca": _("Nobody whom this computer trusts has signed it."),
        "self_signed": _("The server has signed it itself, so anybody could have made it."),
        "wrong_host": _("It was made for a server with another name."),
        "expired": _("It has ended. Whoever looks after the server has to renew it."),
        "not_yet": _("It does not count yet. See whether the clock of this computer is right."),
    }.get(found.why, _("This computer cannot tell that it is genuine."))
    return why


def facts(found: Certificate) -> tuple[tuple[str, str], ...]:
    """What it says of itself, as label and value, to be compared with what the company tells."""
    told = (
        (_("Issued to"), found.subject),
        (_("Issued by"), found.issuer),
        (_("Valid until"), _day(found.until)),
        (_("Fingerprint (SHA-256)"), found.sha256),
    )
    return tuple((label, value) for label, value in told if value)


def _day(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{i18n.current().date_plain(day)} {day.year}"
