"""What a visitor sees while choosing: the same instants whatever their clock, and words that fit it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.choosing import Choose, Selection, choose, next_days, open_starts, pack
from app.domain.clock import DAY, MINUTE, Instant, from_iso
from app.domain.pages import Fixed, Hours, Location, LocationKind, Rolling
from app.domain.public import PageState, PublicHost, PublicPage
from app.domain.saying import (
    cutoff_text,
    genitive,
    greeting,
    initials,
    offset_text,
    place,
    place_later,
    place_within,
    wall,
    when,
    zone_abbreviation,
)
from app.i18n import Wording

EN, DA = Wording("en"), Wording("da")
ZONE = "Europe/Copenhagen"
NOW = from_iso("2026-10-13T07:41:00Z")
HOST = PublicHost("Anna Holm", "Organisation consultant", zone=ZONE)
ZONES = (
    "Europe/Copenhagen",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/St_Johns",
    "Africa/Casablanca",
    "Asia/Tehran",
    "America/Havana",
    "Pacific/Kiritimati",
    "UTC",
    "Asia/Beirut",
)


def page(**changes: object) -> PublicPage:
    settings: dict[str, object] = {
        "id": "p1", "slug": "anna/intro", "title": "Intro call", "state": PageState.BOOK, "durations": (15, 30), "zone": ZONE,
        "notice": 0, "window": Rolling(400), "hours": Hours(ZONE),
    }  # fmt: skip
    return PublicPage(**{**settings, **changes})  # type: ignore[arg-type]


def shown(
    starts: tuple[Instant, ...], zone: str = ZONE, day: date | None = None, words: Wording = EN, **more: object
) -> Choose:
    return choose(page(), HOST, words, NOW, Selection(30, zone, day=day, **more), starts)  # type: ignore[arg-type]


@pytest.mark.shows("BOOK-7", "R22")
@pytest.mark.parametrize("zone", ZONES)
@given(
    change=st.sampled_from(
        ["2027-03-28T01:00:00Z", "2026-10-25T01:00:00Z", "2027-03-14T07:00:00Z", "2026-11-01T06:00:00Z", "2027-04-03T15:00:00Z"]
    ),
    step=st.sampled_from([15, 20, 30, 60]),
    shift=st.integers(-96, 96),
)
def test_days_when_seen_in_any_zone_then_they_hold_every_start_once_under_the_right_date(
    zone: str, change: str, step: int, shift: int
) -> None:
    first = from_iso(change) - DAY + shift * 15 * MINUTE
    starts = tuple(range(first, first + 2 * DAY, step * MINUTE))
    found: list[Instant] = []
    day = wall(starts[0], zone).date() - timedelta(days=1)
    while day <= wall(starts[-1], zone).date() + timedelta(days=1):
        view = shown(starts, zone, day)
        if view.day is not None and view.day.day == day:
            slots = [slot for part in view.day.parts for slot in part.slots]
            assert all(wall(slot.start, zone).date() == day for slot in slots)
            assert all(slot.text == EN.time(wall(slot.start, zone)) for slot in slots)
            labels = [(slot.text, slot.note) for slot in slots]
            assert len(set(labels)) == len(labels)
            assert [slot.note != "" for slot in slots] == [
                [other.text for other in slots].count(slot.text) > 1 for slot in slots
            ]
            found += [slot.start for slot in slots]
        day += timedelta(days=1)
    assert sorted(found) == list(starts)


@given(st.lists(st.integers(0, 2000), unique=True, max_size=60))
def test_starts_when_packed_then_nothing_is_lost(minutes: list[int]) -> None:
    starts = tuple(sorted(NOW + minute * MINUTE for minute in minutes))
    packed, found = pack(starts), []
    if packed:
        found = [packed[0] * MINUTE]
        for gap, times in zip(packed[1::2], packed[2::2], strict=True):
            found += [found[-1] + gap * MINUTE * number for number in range(1, times + 1)]
    assert tuple(found) == tuple(start // MINUTE * MINUTE for start in starts)


def test_open_starts_when_the_present_moves_on_then_those_inside_notice_and_beyond_the_window_are_left_out() -> None:
    starts = tuple(range(NOW, NOW + 5 * DAY, 3600))
    found = open_starts(page(notice=120, window=Rolling(1)), starts, NOW)
    assert found[0] == NOW + 2 * 3600
    assert wall(found[-1], ZONE).date() == date(2026, 10, 14)
    fixed = open_starts(page(window=Fixed(date(2026, 10, 15), date(2026, 10, 15))), starts, NOW)
    assert {wall(start, ZONE).date() for start in fixed} == {date(2026, 10, 15)}


def test_month_when_shown_then_only_months_with_something_to_find_can_be_turned_to() -> None:
    starts = (from_iso("2026-11-03T08:00:00Z"), from_iso("2027-01-05T08:00:00Z"))
    view = shown(starts)
    assert (view.month.title, view.month.before, view.month.after) == ("November 2026", "2026-10", "2026-12")
    last = shown(starts, month=(2027, 1))
    assert (last.month.before, last.month.after) == ("2026-12", "")
    assert shown(starts, month=(2026, 10)).month.before == ""


def test_week_when_it_starts_on_sunday_then_letters_names_and_days_agree() -> None:
    host = PublicHost("Anna Holm", zone=ZONE, week_starts_monday=False)
    view = choose(page(), host, EN, NOW, Selection(30, ZONE), (NOW + DAY,))
    assert "".join(each.letter for each in view.month.weekdays) == "SMTWTFS"
    assert view.month.weekdays[0].name == "Sunday"
    for week in view.month.weeks:
        for column, cell in enumerate(week):
            assert cell is None or (cell.day.weekday() + 1) % 7 == column


def test_pick_when_the_visitor_is_elsewhere_then_the_caption_tells_both_clocks_and_another_day() -> None:
    start = from_iso("2026-10-15T20:00:00Z")
    view = choose(page(), HOST, EN, NOW, Selection(30, "Asia/Tokyo", picks=(start,)), (start,))
    assert view.caption == "Fri 16 Oct, 05:00 to 05:30 (Thu 15 Oct, 22:00 to 22:30 in Copenhagen time)"
    same = choose(page(), HOST, EN, NOW, Selection(30, "Europe/Stockholm", picks=(start,)), (start,))
    assert same.caption == "Thu 15 Oct, 22:00 to 22:30"
    assert same.owner_time == ""


def test_request_when_times_are_suggested_then_three_at_most_and_no_parts_of_the_day() -> None:
    starts = tuple(NOW + DAY + number * 3600 for number in range(6))
    view = choose(page(state=PageState.REQUEST), HOST, EN, NOW, Selection(30, ZONE, picks=starts[:5]), starts)
    assert len(view.picks) == 3
    assert view.day is not None
    assert [part.title for part in view.day.parts] == [""]
    assert view.caption == "Nothing is booked until Anna says yes"
    assert view.bar == "3 of 3 suggestions"
    assert view.soonest == ()


@pytest.mark.parametrize(
    ("instant", "english", "danish"),
    [
        ("2026-10-13T12:00:00Z", "Today 14:00", "I dag kl. 14.00"),
        ("2026-10-14T12:00:00Z", "Tomorrow 14:00", "I morgen kl. 14.00"),
        ("2026-10-15T12:00:00Z", "Thu 15 Oct, 14:00", "Tors. 15. okt. kl. 14.00"),
    ],
)
def test_soonest_when_it_is_near_then_it_is_called_so(instant: str, english: str, danish: str) -> None:
    start = from_iso(instant)
    assert shown((start,)).soonest[0].text == english
    assert shown((start,), words=DA).soonest[0].text == danish


def test_meeting_when_told_then_tile_span_and_zones_are_in_the_visitors_language() -> None:
    start = from_iso("2026-10-15T07:40:00Z")
    told = when(DA, start, start + 1800, ZONE, ZONE)
    assert (told.tile_month, told.tile_day, told.tile_weekday) == ("OKT", "15", "tors.")
    assert (told.span, told.zone, told.abbreviation, told.elsewhere) == ("Kl. 09.40 til 10.10", "Dansk tid", "CEST", "")
    away = when(EN, start, start + 1800, "Asia/Kathmandu", ZONE)
    assert (away.span, away.abbreviation) == ("13:25 to 13:55", "UTC+5:45")
    assert away.elsewhere == "09:40 to 10:10 in Copenhagen time"


@pytest.mark.parametrize(
    ("days", "english", "danish"),
    [
        (0, "See you today, Maja", "Vi ses i dag, Maja"),
        (1, "See you tomorrow, Maja", "Vi ses i morgen, Maja"),
        (2, "See you Thursday, Maja", "Vi ses torsdag, Maja"),
        (7, "See you on 20 October, Maja", "Vi ses den 20. oktober, Maja"),
        (-3, "See you on 10 October, Maja", "Vi ses den 10. oktober, Maja"),
    ],
)
def test_greeting_when_the_meeting_is_some_days_away_then_it_names_the_day_clearly(
    days: int, english: str, danish: str
) -> None:
    assert greeting(EN, "Maja", NOW + days * DAY, ZONE, NOW) == english
    assert greeting(DA, "Maja", NOW + days * DAY, ZONE, NOW) == danish


@pytest.mark.parametrize(
    ("location", "before", "about_to_book"),
    [
        (
            Location(LocationKind.VIDEO, "https://v.example.com"),
            "Video call",
            "Video call. You get the link once it is booked.",
        ),
        (Location(LocationKind.VIDEO), "Video call", "Video call"),
        (Location(LocationKind.HOST_CALLS), "Anna calls you", "Anna calls you"),
        (Location(LocationKind.GUEST_CALLS, "+45 12 34 56 78"), "You call Anna", "You call Anna"),
        (Location(LocationKind.PLACE, "Strandgade 4"), "Strandgade 4", "Strandgade 4"),
        (Location(LocationKind.PLACE), "In person", "In person"),
        (
            Location(LocationKind.LINK, "https://l.example.com"),
            "Online meeting",
            "Online meeting. You get the link once it is booked.",
        ),
        (Location(LocationKind.ASK), "You choose the place", "You choose the place"),
        (Location(LocationKind.ASK, "Café Å"), "Café Å", "Café Å"),
    ],
)
def test_place_when_told_before_booking_then_neither_link_nor_number_is_in_it(
    location: Location, before: str, about_to_book: str
) -> None:
    assert place(location, EN, "Anna").text == before
    assert place_later(location, EN, "Anna") == about_to_book


@pytest.mark.parametrize(
    ("location", "english", "danish"),
    [
        (Location(LocationKind.VIDEO), "video call", "videomøde"),
        (Location(LocationKind.HOST_CALLS), "Anna calls you", "Anna ringer til dig"),
        (Location(LocationKind.GUEST_CALLS), "you call Anna", "du ringer til Anna"),
        (Location(LocationKind.ASK), "you choose the place", "du vælger stedet"),
        (Location(LocationKind.ASK, "Café Å"), "Café Å", "Café Å"),
        (Location(LocationKind.PLACE, "Strandgade 4"), "Strandgade 4", "Strandgade 4"),
    ],
)
def test_place_when_told_within_a_line_then_names_and_addresses_keep_their_capital(
    location: Location, english: str, danish: str
) -> None:
    assert (place_within(location, EN, "Anna"), place_within(location, DA, "Anna")) == (english, danish)
    bar = choose(page(location=location), HOST, DA, NOW, Selection(30, ZONE), ()).bar_detail
    assert bar == f"30 min., {danish}"


@pytest.mark.parametrize(
    ("name", "english", "danish"), [("Anna", "Anna’s", "Annas"), ("Jens", "Jens’s", "Jens’"), ("Max", "Max’s", "Max’")]
)
def test_genitive_when_a_name_owns_something_then_it_follows_the_language(name: str, english: str, danish: str) -> None:
    assert (genitive(name, "en"), genitive(name, "da")) == (english, danish)


def test_small_texts_when_asked_for_then_they_are_right() -> None:
    assert [initials(name) for name in ("Anna Holm", "Anna Marie Holm", "anna", "")] == ["AH", "AH", "A", ""]
    assert [cutoff_text(EN, minutes) for minutes in (60, 240, 1440, 2880, 90, 1)] == [
        "1 hour",
        "4 hours",
        "1 day",
        "2 days",
        "90 minutes",
        "1 minute",
    ]
    assert [offset_text(datetime(2026, 7, 1, tzinfo=ZoneInfo(zone))) for zone in ("America/St_Johns", "Asia/Kathmandu")] == [
        "UTC-2:30",
        "UTC+5:45",
    ]
    assert offset_text(datetime(2026, 7, 1, tzinfo=UTC)) == "UTC"
    assert zone_abbreviation("Asia/Dubai", NOW) == "UTC+4"


def test_next_days_when_a_meeting_is_moved_then_times_from_its_own_day_on_are_spread_over_two_days() -> None:
    own = from_iso("2026-10-15T07:40:00Z")
    starts = [own - 2 * DAY, *range(own + 3600, own + 6 * 3600, 1800), *range(own + DAY, own + DAY + 7200, 1800), own + 9 * DAY]
    days = next_days(EN, starts, own, ZONE)
    assert [day.title for day in days] == ["Thursday 15 October", "Friday 16 October"]
    assert [slot.text for slot in days[0].slots] == ["10:40", "12:10", "13:40"]
    assert len(days[1].slots) == 3
    assert [day.title for day in next_days(EN, starts[:1], own, ZONE)] == ["Tuesday 13 October"]
    assert next_days(EN, (), own, ZONE) == ()
