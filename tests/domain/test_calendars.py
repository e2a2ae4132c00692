"""Which events block time, and what days an all-day event takes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendars import ONLY_BUSY, BlockingPolicy, Days, Event, Response, ShowAs, blocks, days_to_instants, midnight
from app.domain.clock import DAY, to_iso
from tests.domain.cases import CHANGES

ALL = BlockingPolicy(working_elsewhere=True, free=True)
NONE = BlockingPolicy(busy=False, out_of_office=False, tentative=False)


def event(show_as: ShowAs = ShowAs.BUSY, response: Response = Response.OWN, start: int = 0, end: int = 3600) -> Event:
    return Event("1", "work", start, end, show_as=show_as, response=response)


@pytest.mark.shows("SET-5")
@pytest.mark.parametrize(
    ("show_as", "usually", "only_busy"),
    [
        (ShowAs.BUSY, True, True),
        (ShowAs.OUT_OF_OFFICE, True, False),
        (ShowAs.TENTATIVE, True, False),
        (ShowAs.WORKING_ELSEWHERE, False, False),
        (ShowAs.FREE, False, False),
    ],
)
def test_blocks_when_an_event_shows_as_then_follows_the_policy(show_as: ShowAs, usually: bool, only_busy: bool) -> None:
    assert blocks(event(show_as), BlockingPolicy()) is usually
    assert blocks(event(show_as), ONLY_BUSY) is only_busy
    assert blocks(event(show_as), ALL) is True
    assert blocks(event(show_as), NONE) is False


@pytest.mark.shows("SET-5")
@pytest.mark.parametrize("show_as", ShowAs)
def test_blocks_when_declined_then_never(show_as: ShowAs) -> None:
    assert not blocks(event(show_as, Response.DECLINED), ALL)


@pytest.mark.shows("SET-5")
def test_blocks_when_unanswered_then_only_if_both_the_answer_and_the_show_as_count() -> None:
    assert blocks(event(response=Response.UNANSWERED), BlockingPolicy())
    assert not blocks(event(response=Response.UNANSWERED), BlockingPolicy(unanswered=False))
    assert not blocks(event(ShowAs.FREE, Response.UNANSWERED), BlockingPolicy())
    assert blocks(event(response=Response.TENTATIVE), BlockingPolicy(unanswered=False))


def test_blocks_when_the_event_ends_before_it_starts_then_does_not() -> None:
    assert not blocks(event(start=3600, end=0), ALL)
    assert blocks(event(start=3600, end=3600), ALL)


@pytest.mark.shows("SYNC-3")
@pytest.mark.parametrize(
    ("zone", "day", "first", "end"),
    [
        ("Europe/Copenhagen", date(2026, 11, 24), "2026-11-23T23:00:00Z", "2026-11-24T23:00:00Z"),
        ("Europe/Copenhagen", date(2027, 3, 28), "2027-03-27T23:00:00Z", "2027-03-28T22:00:00Z"),
        ("Europe/Copenhagen", date(2026, 10, 25), "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
        ("Asia/Kathmandu", date(2026, 11, 24), "2026-11-23T18:15:00Z", "2026-11-24T18:15:00Z"),
        ("America/Havana", date(2027, 3, 14), "2027-03-14T05:00:00Z", "2027-03-15T04:00:00Z"),
        ("America/Havana", date(2026, 11, 1), "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"),
        ("Africa/Cairo", date(2026, 4, 24), "2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"),
        ("Africa/Cairo", date(2026, 10, 29), "2026-10-28T21:00:00Z", "2026-10-29T22:00:00Z"),
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z"),
    ],
)
def test_all_day_event_when_read_in_its_calendars_zone_then_lasts_from_midnight_to_midnight(
    zone: str, day: date, first: str, end: str
) -> None:
    assert tuple(map(to_iso, days_to_instants(Days(day, day + timedelta(days=1)), zone))) == (first, end)


def test_all_day_event_when_its_end_is_missing_or_before_its_first_day_then_counts_as_one_day() -> None:
    day = date(2026, 11, 24)
    for end in (day, date(2026, 11, 1)):
        first, last = days_to_instants(Days(day, end), "Europe/Copenhagen")
        assert last - first == DAY


@pytest.mark.shows("SYNC-3")
@given(st.sampled_from(sorted(CHANGES)), st.dates(date(2005, 1, 1), date(2035, 1, 1)))
def test_midnight_when_any_day_then_is_the_first_instant_that_shows_it_or_a_later_one(zone: str, day: date) -> None:
    instant = midnight(day, zone)
    shown, before = (datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone)) for at in (instant, instant - 1))
    assert shown.date() >= day > before.date()
