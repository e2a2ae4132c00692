"""E-mails that the owner's own mail program opens, ready to be looked at and sent. Aftale itself sends none of them."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from app.domain.booking import Booking
from app.domain.clock import Instant
from app.i18n import Wording, current, local


def mail_link(email: str, subject: str = "", text: str = "") -> str:
    """A ``mailto`` link (RFC 6068)."""
    parts = [f"{name}={quote(value)}" for name, value in (("subject", subject), ("body", text.replace("\n", "\r\n"))) if value]
    return f"mailto:{quote(email, safe='@')}" + (f"?{'&'.join(parts)}" if parts else "")


def suggestion(booking: Booking, starts: Iterable[Instant], owner: str, link: str) -> tuple[str, str]:
    """Subject and text that offer the guest other times, in the guest's language and zone. ``link`` is left out when empty."""
    wording = Wording(booking.visitor.language)
    zone = booking.visitor.zone
    times = "\n".join(f"- {wording.moment_long(local(start, zone))}" for start in starts)
    lines = [
        wording.gettext("Hi {name},").format(name=booking.visitor.first_name),
        wording.gettext("thank you for your request. The time you asked for does not suit me. Would one of these work?"),
        times + "\n" + wording.gettext("({zone})").format(zone=wording.zone_name(zone)),
    ]
    if link:
        lines.append(wording.gettext("All free times: {link}").format(link=link))
    lines.append(wording.gettext("Best regards") + f"\n{owner}")
    subject = wording.gettext("{page}: another time").format(page=booking.title)
    return subject, "\n\n".join(lines)


def spread(starts: Iterable[Instant], zone: str, most: int = 3) -> tuple[Instant, ...]:
    """The first free start of each of the next days, as many as ``most``."""
    found: dict[object, Instant] = {}
    for start in starts:
        found.setdefault(local(start, zone).date(), start)
        if len(found) > most:
            break
    return tuple(found.values())[:most]


def access(calendar: str, owner: str, me: str, email: str) -> tuple[str, str]:
    """Subject and text that ask whoever owns ``calendar`` for the right to see its events, in the language in force. ``me`` and
    ``email``: who asks."""
    wording = current()
    first = owner.split(" ")[0]
    hello = wording.gettext("Hi {name},").format(name=first) if first else wording.gettext("Hi,")
    lines = [
        hello,
        wording.gettext(
            "my scheduling pages look into “{calendar}” so that nobody books me when something there is in the way. "
            "They can no longer see its events."
        ).format(calendar=calendar),
        wording.gettext("Would you share it with {email}, with all event details?").format(email=email or me),
        wording.gettext("Best regards") + f"\n{me}",
    ]
    return wording.gettext("Access to the calendar “{calendar}”").format(calendar=calendar), "\n\n".join(lines)
