"""When notices wait: the owner's quiet hours, as instants."""

from __future__ import annotations

from app.domain.clock import DAY, MINUTE, Instant
from app.domain.notices import URGENT, NoticeKind, Subject
from app.domain.settings import Notify, QuietHours
from app.domain.zones import Day, first_shown, local_day, stretches, weekday


def quiet_until(quiet: QuietHours, zone: str, now: Instant) -> Instant:
    """When the quiet hours that ``now`` lies in are over, 0 if it lies in none. Hours that touch are one span; where they never
    end, it is over for a moment a week from now."""
    end = 0
    today = local_day(zone, now)
    for day in range(today - 1, today + 8):
        start, until = _span(quiet, zone, day)
        if start <= max(now, end) < until:
            end = until
    return end


def _span(quiet: QuietHours, zone: str, day: Day) -> tuple[Instant, Instant]:
    """The quiet hours that begin on ``day``; an empty span if there are none."""
    if not quiet.on or weekday(day) not in quiet.days:
        return 0, 0
    over = quiet.end <= quiet.start
    return _at(zone, day, quiet.start), _at(zone, day + over, quiet.end)


def _at(zone: str, day: Day, minute: int) -> Instant:
    """The first instant at which the clock shows ``minute`` of ``day``, or a later one where it skips that."""
    return first_shown(day * DAY + minute * MINUTE, stretches(zone, (day - 2) * DAY, (day + 3) * DAY))


def wanted(notify: Notify, subject: Subject) -> bool:
    """Whether notices of ``subject`` appear on screen."""
    return {
        Subject.ATTEMPT: True,
        Subject.REQUESTED: notify.requested,
        Subject.BOOKED: notify.booked,
        Subject.CHANGED: notify.cancelled or notify.rescheduled,
        Subject.SERVER: notify.server,
        Subject.CALENDAR: notify.calendar,
    }[subject]


def waits(kind: NoticeKind, now: Instant, quiet: Instant) -> bool:
    """Whether a notice waits at ``now`` when it is quiet until ``quiet``."""
    return now < quiet and kind not in URGENT
