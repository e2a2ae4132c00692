"""The rows of *Booking attempts*: what visitors did or tried."""

from __future__ import annotations

from typing import NamedTuple

from app import i18n
from app.domain.booking import Attempt, AttemptKind
from app.domain.overview import Overview
from app.i18n import _, local, ngettext
from app.ui import messages


class AttemptRow(NamedTuple):
    """``tone`` colours the icon; ``write``: the words of *Write to …*, empty where nothing is to be done."""

    id: str
    icon: str
    tone: str
    title: str
    text: str
    quote: str = ""
    email: str = ""
    write: str = ""
    booking: str = ""


_ICONS = {
    AttemptKind.BLOCKED: ("blocked", "danger"),
    AttemptKind.MESSAGE: ("email", "accent"),
    AttemptKind.REQUESTED: ("request", "accent"),
    AttemptKind.BOOKED: ("status_ok", "success"),
    AttemptKind.ACCEPTED: ("status_ok", "success"),
    AttemptKind.DECLINED: ("blocked", "muted"),
    AttemptKind.MOVED: ("moved", "accent"),
    AttemptKind.CANCELLED: ("calendar_inactive", "muted"),
}


def attempt_rows(overview: Overview) -> tuple[AttemptRow, ...]:
    """Newest first."""
    return tuple(_row(attempt, overview) for attempt in sorted(overview.attempts, key=lambda each: each.at, reverse=True))


def _row(attempt: Attempt, overview: Overview) -> AttemptRow:
    icon, tone = _ICONS[attempt.kind]
    write = attempt.kind in (AttemptKind.BLOCKED, AttemptKind.MESSAGE) and attempt.email
    return AttemptRow(
        id=attempt.id,
        icon=icon,
        tone=tone,
        title=_title(attempt.kind).format(time=messages.stamp(attempt.at, overview.now, overview.zone)),
        text=_text(attempt, overview),
        quote=attempt.message,
        email=attempt.email,
        write=messages.write_to(attempt.name) if write else "",
        booking=attempt.booking,
    )


def _title(kind: AttemptKind) -> str:
    return {
        AttemptKind.BLOCKED: _("Blocked {time}"),
        AttemptKind.MESSAGE: _("Message {time}"),
        AttemptKind.REQUESTED: _("Requested {time}"),
        AttemptKind.BOOKED: _("Booked {time}"),
        AttemptKind.ACCEPTED: _("Accepted {time}"),
        AttemptKind.DECLINED: _("Declined {time}"),
        AttemptKind.MOVED: _("Moved {time}"),
        AttemptKind.CANCELLED: _("Cancelled {time}"),
    }[kind]


def _text(attempt: Attempt, overview: Overview) -> str:
    if attempt.kind is not AttemptKind.BLOCKED:
        return " · ".join(part for part in (attempt.name, attempt.title) if part)
    if not attempt.name:
        text = _("Someone wanted {page} and left no name").format(page=attempt.title)
    elif attempt.start:
        when = i18n.current().moment(local(attempt.start, overview.zone))
        text = _("{name} wanted {page}, {time}").format(name=attempt.name, page=attempt.title, time=when)
    else:
        text = _("{name} wanted {page}").format(name=attempt.name, page=attempt.title)
    if attempt.times > 1:
        times = ngettext("tried {count} time", "tried {count} times", attempt.times).format(count=attempt.times)
        text = f"{text} · {times}"
    return text
