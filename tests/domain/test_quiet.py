"""Quiet hours as instants: over midnight, on some days only, over the change of the clocks."""

from __future__ import annotations

import pytest

from app.domain.clock import DAY, HOUR, MINUTE, from_iso
from app.domain.notices import SUBJECT_OF, URGENT, NoticeKind, Subject
from app.domain.quiet import quiet_until, waits, wanted
from app.domain.settings import Notify, QuietHours

pytestmark = pytest.mark.shows("DESK-3")

ZONE = "Europe/Copenhagen"
MONDAY = from_iso("2026-10-11T22:00:00Z")
"""Monday 12 October 2026, midnight in Copenhagen."""
NIGHTS = QuietHours(on=True)


def at(day: int, hour: int, minute: int = 0) -> int:
    """``day`` 0 is Monday."""
    return MONDAY + day * DAY + hour * HOUR + minute * MINUTE


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (at(0, 21, 59), 0),
        (at(0, 22), at(1, 7)),
        (at(1, 3), at(1, 7)),
        (at(1, 6, 59), at(1, 7)),
        (at(1, 7), 0),
    ],
)
def test_quiet_when_the_hours_go_over_midnight_lasts_until_the_morning(now, until):
    assert quiet_until(NIGHTS, ZONE, now) == until


def test_quiet_when_it_is_switched_off_or_has_no_days_is_never():
    assert quiet_until(QuietHours(), ZONE, at(0, 23)) == 0
    assert quiet_until(QuietHours(on=True, days=frozenset()), ZONE, at(0, 23)) == 0


def test_quiet_when_a_day_is_left_out_counts_the_day_on_which_it_begins():
    weekend = QuietHours(on=True, days=frozenset({4, 5}))
    assert quiet_until(weekend, ZONE, at(4, 23)) == at(5, 7)
    assert quiet_until(weekend, ZONE, at(5, 3)) == at(5, 7)
    assert quiet_until(weekend, ZONE, at(6, 3)) == at(6, 7)
    assert quiet_until(weekend, ZONE, at(6, 23)) == 0
    assert quiet_until(weekend, ZONE, at(7, 3)) == 0


def test_quiet_when_spans_touch_is_one_and_without_an_end_still_has_one():
    lunch = QuietHours(on=True, start=12 * 60, end=13 * 60)
    assert quiet_until(lunch, ZONE, at(2, 12, 30)) == at(2, 13)
    whole = QuietHours(on=True, start=0, end=0, days=frozenset({5, 6}))
    assert quiet_until(whole, ZONE, at(5, 10)) == at(7, 0)
    always = QuietHours(on=True, start=0, end=0)
    assert at(0, 1) < quiet_until(always, ZONE, at(0, 1)) <= at(0, 1) + 8 * DAY


def test_quiet_when_the_clock_goes_back_ends_when_the_clock_shows_it():
    sunday = from_iso("2026-10-24T22:00:00Z")
    assert quiet_until(NIGHTS, ZONE, sunday) == from_iso("2026-10-25T06:00:00Z")
    skipped = QuietHours(on=True, start=2 * 60 + 30, end=8 * 60)
    assert quiet_until(skipped, ZONE, from_iso("2027-03-28T01:10:00Z")) == from_iso("2027-03-28T06:00:00Z")


def test_faults_when_it_is_quiet_do_not_wait():
    assert waits(NoticeKind.BOOKED, 10, 20)
    assert not waits(NoticeKind.BOOKED, 20, 20)
    assert not any(waits(kind, 10, 20) for kind in URGENT)


def test_subject_of_each_kind_is_one_that_the_owner_can_choose():
    assert set(SUBJECT_OF) == set(NoticeKind)
    assert set(SUBJECT_OF.values()) == set(Subject)


def test_wanted_when_everything_is_switched_off_still_tells_that_somebody_could_not_book():
    names = ("booked", "requested", "attempt", "cancelled", "rescheduled", "server", "calendar")
    nothing = Notify(**dict.fromkeys(names, False))  # type: ignore[arg-type]
    assert [subject for subject in Subject if wanted(nothing, subject)] == [Subject.ATTEMPT]
