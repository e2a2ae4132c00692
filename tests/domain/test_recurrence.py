"""Rules and series against outside lists of instances, and against python-dateutil, which shares no code with them."""

from __future__ import annotations

import json
import os
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.clock import DAY
from app.domain.offsets import day_offsets
from app.domain.recurrence import effort, in_seconds, walls
from app.domain.rules import RuleError, parse_rule
from app.domain.series import Start, expand, to_instant

LISTS = Path(os.environ.get("AFTALE_JUDGES", "/nonexistent")) / "rrule"
CASES = [json.loads((Path(__file__).parent / "recurrence_cases.json").read_text())]
CASES += [json.loads(found.read_text()) for found in [LISTS / "libical.json"] if found.exists()]


@pytest.mark.shows("SYNC-2")
@pytest.mark.parametrize("case", [case for each in CASES for case in each["cases"]], ids=lambda case: case["id"])
def test_series_when_others_agree_on_its_instances_then_ours_are_the_same(case: dict) -> None:
    zone, days = ZoneInfo(case["zone"] or "UTC"), len(case["dtstart"]) == 10
    first = read(case["dtstart"], days)
    low = to_instant(datetime(first.year, first.month, first.day), zone) - DAY
    years = 45 if case["complete"] else 12
    starts = expand(
        first,
        [parse_rule(case["rrule"])],
        zone,
        low,
        low + years * 366 * DAY,
        [start(each, zone, days) for each in case.get("rdate", ())],
        [start(each, zone, days) for each in case.get("exdate", ())],
    )
    changed = {start(each["recurrence_id"], zone, days): each for each in case.get("overrides", ())}
    found = [each for each in starts if each not in changed] + [
        start(each["start"], zone, days)
        for original, each in changed.items()
        if original in starts and each.get("status") != "CANCELLED"
    ]
    expected = [start(each, zone, days) for each in case["expected"]]
    found.sort()
    assert (found if case["complete"] else found[: len(expected)]) == expected


def read(text: str, days: bool) -> date:
    return date.fromisoformat(text) if days else datetime.fromisoformat(text)


def start(text: str, zone: ZoneInfo, days: bool) -> Start:
    found = read(text, days)
    if not isinstance(found, datetime):
        return found
    return int(found.timestamp()) if found.tzinfo else to_instant(found, zone)


WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
signed = st.integers(1, 31).flatmap(lambda at: st.sampled_from((at, -at)))


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Rules as RFC 5545 allows them, besides those on which expanders part: BYWEEKNO without BYDAY or of the year's far end,
    BYSETPOS in a week that the first start cuts."""
    every = draw(st.sampled_from(("DAILY", "WEEKLY", "MONTHLY", "YEARLY")))
    parts = [f"FREQ={every}", f"INTERVAL={draw(st.integers(1, 5))}"]
    if draw(st.booleans()):
        parts.append(f"WKST={draw(st.sampled_from(WEEKDAYS))}")
    if draw(st.booleans()):
        parts.append("BYMONTH=" + listed(draw, st.integers(1, 12)))
    if every != "WEEKLY" and draw(st.booleans()):
        parts.append("BYMONTHDAY=" + listed(draw, signed))
    week = every == "YEARLY" and draw(st.booleans())
    if week:
        parts.append("BYWEEKNO=" + listed(draw, st.integers(1, 53) | st.integers(-40, -1)))
    elif every == "YEARLY" and draw(st.booleans()):
        parts.append("BYYEARDAY=" + listed(draw, st.integers(1, 366).flatmap(lambda at: st.sampled_from((at, -at)))))
    if week or draw(st.booleans()):
        plain = week or every in ("DAILY", "WEEKLY") or draw(st.booleans())
        ordinals = st.just("") if plain else st.sampled_from(("1", "2", "-1", "+3", "5", "-2"))
        parts.append(
            "BYDAY=" + ",".join(draw(st.lists(st.builds(str.__add__, ordinals, st.sampled_from(WEEKDAYS)), min_size=1)))
        )
    if draw(st.integers(0, 3)) == 0:
        parts.append("BYHOUR=" + listed(draw, st.integers(0, 23)))
    if draw(st.integers(0, 3)) == 0:
        parts.append("BYMINUTE=" + listed(draw, st.integers(0, 59)))
    if every != "WEEKLY" and draw(st.integers(0, 2)) == 0:
        parts.append("BYSETPOS=" + listed(draw, st.integers(1, 6).flatmap(lambda at: st.sampled_from((at, -at)))))
    return ";".join(parts)


def listed(draw: st.DrawFn, numbers: st.SearchStrategy[int]) -> str:
    return ",".join(map(str, draw(st.lists(numbers, min_size=1, max_size=4))))


firsts = st.datetimes(datetime(2015, 1, 1), datetime(2027, 1, 1)).map(lambda at: at.replace(microsecond=0))

# For a rule that is never met dateutil searches up to the year 9999. The calendar repeats every 400 years, so begin there.
last_years = firsts.map(lambda at: at.replace(year=at.year + 7960, day=min(at.day, 28)))


@pytest.mark.shows("SYNC-2")
@given(rules(), last_years, st.none() | st.integers(1, 40))
def test_walls_when_any_rule_is_followed_then_they_are_those_of_dateutil(text: str, first: datetime, count: int | None) -> None:
    high = first + timedelta(days=1500)
    peer = islice(rrulestr(text + f";UNTIL={high:%Y%m%dT%H%M%S}", dtstart=first), 400 if count is None else count)
    ours = walls(parse_rule(text + (f";COUNT={count}" if count else "")), first, first, high)
    assert list(islice(ours, 400)) == list(peer)


@st.composite
def fine_rules(draw: st.DrawFn) -> str:
    """Rules finer than daily. Where the interval and a BY part can never meet, dateutil refuses them."""
    every = draw(st.sampled_from(("HOURLY", "MINUTELY", "SECONDLY")))
    parts = [f"FREQ={every}", f"INTERVAL={draw(st.sampled_from((1, 1, 2, 7, 45, 61, 90, 1000)))}"]
    for name, numbers in (
        ("BYMONTH", st.integers(1, 12)), ("BYMONTHDAY", signed), ("BYHOUR", st.integers(0, 23)),
        ("BYMINUTE", st.integers(0, 59)), ("BYSECOND", st.integers(0, 59)),
    ):  # fmt: skip
        if draw(st.integers(0, 2)) == 0:
            parts.append(f"{name}={listed(draw, numbers)}")
    if draw(st.integers(0, 3)) == 0:
        parts.append("BYDAY=" + ",".join(draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1))))
    if every != "SECONDLY" and draw(st.integers(0, 3)) == 0:
        parts.append("BYSETPOS=" + listed(draw, st.integers(1, 3).flatmap(lambda at: st.sampled_from((at, -at)))))
    return ";".join(parts)


@pytest.mark.shows("SYNC-2")
@given(fine_rules(), last_years, st.none() | st.integers(1, 40))
def test_walls_when_a_rule_is_finer_than_daily_then_they_are_those_of_dateutil(
    text: str, first: datetime, count: int | None
) -> None:
    high = first + {"HOURLY": timedelta(days=20), "MINUTELY": timedelta(days=1)}.get(text[5:].split(";")[0], timedelta(hours=1))
    most = 400 if count is None else count
    try:
        peer = list(islice(rrulestr(text + f";UNTIL={high:%Y%m%dT%H%M%S}", dtstart=first), most))
    except ValueError:
        assume(False)
    ours = walls(parse_rule(text + (f";COUNT={count}" if count else "")), first, first, high)
    assert list(islice(ours, most)) == peer


@given(fine_rules(), firsts, st.integers(-1, 5), st.integers(0, 1), st.none() | st.integers(1, 60))
def test_walls_when_a_fine_rule_is_asked_for_a_window_then_they_are_the_ones_inside(
    text: str, first: datetime, after: int, length: int, count: int | None
) -> None:
    rule = parse_rule(text + (f";COUNT={count}" if count else ""))
    low = first + timedelta(hours=after)
    high = low + timedelta(hours=length)
    assert list(walls(rule, first, low, high)) == [each for each in walls(rule, first, first, high) if each >= low]


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(microsecond=0)),
    st.sampled_from(("Europe/Copenhagen", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Pacific/Apia", "UTC",
                     "America/Sao_Paulo", "Africa/Monrovia", "Asia/Beirut")),
)  # fmt: skip
def test_offsets_when_a_day_has_one_then_it_gives_the_instants_of_all_its_walls(wall: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    for moment in (wall, wall.replace(hour=0, minute=0, second=0), wall.replace(hour=23, minute=59, second=59)):
        offset = day_offsets(zone)[moment.toordinal()]
        assert offset is None or in_seconds(moment) - offset == to_instant(moment, zone)


@given(rules(), firsts, st.integers(-400, 3000), st.integers(0, 400), st.none() | st.integers(1, 60))
def test_walls_when_only_a_window_is_asked_then_they_are_the_ones_inside(
    text: str, first: datetime, after: int, length: int, count: int | None
) -> None:
    rule = parse_rule(text + (f";COUNT={count}" if count else ""))
    low = first + timedelta(days=after)
    high = low + timedelta(days=length)
    assert list(walls(rule, first, low, high)) == [each for each in walls(rule, first, first, high) if each >= low]


@given(
    firsts, st.integers(0, 6), st.sampled_from(("Europe/Copenhagen", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"))
)
def test_expand_when_the_clock_changes_then_the_wall_time_stays(first: datetime, weekday: int, name: str) -> None:
    zone = ZoneInfo(name)
    assume(to_instant(first, zone) == int(first.replace(tzinfo=zone, fold=1).timestamp()))
    low = to_instant(first, zone)
    found = expand(first, [parse_rule(f"FREQ=WEEKLY;BYDAY={WEEKDAYS[weekday]}")], zone, low, low + 400 * DAY)
    shown = {datetime.fromtimestamp(each, zone).time().replace(second=0) for each in found if isinstance(each, int)}
    gaps = {(first + timedelta(minutes=shift)).time().replace(second=0) for shift in (0, 30, 60)}
    assert shown <= gaps
    assert len(found) in range(57, 60)


def test_expand_when_the_wall_is_skipped_then_the_occurrence_lies_past_the_gap() -> None:
    zone = ZoneInfo("Europe/Copenhagen")
    first = datetime(2026, 3, 28, 2, 30)
    low = to_instant(first, zone)
    found = expand(first, [parse_rule("FREQ=DAILY;COUNT=3")], zone, low, low + 9 * DAY)
    assert [datetime.fromtimestamp(each, zone).strftime("%d %H:%M") for each in found if isinstance(each, int)] == [
        "28 02:30", "29 03:30", "30 02:30",
    ]  # fmt: skip


@pytest.mark.shows("SYNC-2")
@pytest.mark.parametrize(
    "left_out",
    [(date(2026, 10, 25),), (to_instant(datetime(2026, 10, 25, 9), ZoneInfo("Europe/Copenhagen")),)],
    ids=["date", "instant"],
)
@pytest.mark.parametrize("first", [datetime(2026, 10, 18, 9), date(2026, 10, 18)], ids=["timed", "all-day"])
def test_expand_when_a_start_is_left_out_as_date_or_as_instant_then_it_is_gone(
    first: date, left_out: tuple[Start, ...]
) -> None:
    zone = ZoneInfo("Europe/Copenhagen")
    low = to_instant(datetime(2026, 10, 1), zone)
    rules = [parse_rule("FREQ=WEEKLY;COUNT=3")]
    assert len(expand(first, rules, zone, low, low + 60 * DAY, (), left_out)) == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("FREQ=FORTNIGHTLY", "form"),
        ("", "form"),
        ("INTERVAL=2", "form"),
        ("FREQ=DAILY;INTERVAL=0", "form"),
        ("FREQ=DAILY;INTERVAL=99999999999", "form"),
        ("FREQ=DAILY;COUNT=-2", "form"),
        ("FREQ=DAILY;COUNT=0", "form"),
        ("FREQ=DAILY;UNTIL=20261301", "form"),
        ("FREQ=WEEKLY;BYDAY=XX", "form"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "form"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "form"),
        ("FREQ=YEARLY;RSCALE=HEBREW", "form"),
    ],
)
def test_rule_when_it_cannot_be_followed_then_it_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(RuleError) as refused:
        parse_rule(text)
    assert refused.value.reason == reason


@pytest.mark.shows("SYNC-2")
@pytest.mark.timeout(5)
@pytest.mark.parametrize("count", [10**7, 10**8, 2**31 - 1, 10**11, 10**12, 10**40], ids=str)
@pytest.mark.parametrize("text", ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=HOURLY"])
def test_rule_when_its_count_is_huge_then_it_is_as_one_without_an_end(text: str, count: int) -> None:
    first, low, high = datetime(2020, 1, 1, 9), datetime(2026, 10, 1), datetime(2026, 12, 1)
    found = list(walls(parse_rule(f"{text};COUNT={count}"), first, low, high))
    assert found == list(walls(parse_rule(text), first, low, high)) != []


def test_rule_when_its_count_is_huge_and_its_periods_short_then_it_ends() -> None:
    rule, first = parse_rule(f"FREQ=SECONDLY;COUNT={10**8}"), datetime(2020, 1, 1)
    last = first + timedelta(seconds=10**8 - 1)
    assert list(walls(rule, first, last, last + timedelta(hours=1))) == [last]


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "text",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=5",
        "FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1",
        "FREQ=YEARLY;BYSETPOS=366;BYMONTH=1",
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=SECONDLY;INTERVAL=2;BYHOUR=8;BYMINUTE=0;BYSECOND=1",
        "FREQ=MINUTELY;INTERVAL=60;BYMINUTE=1",
        "FREQ=HOURLY;INTERVAL=24;BYHOUR=9",
        "FREQ=HOURLY;BYSETPOS=2",
    ],
)
def test_walls_when_a_rule_can_never_be_met_then_the_search_ends(text: str) -> None:
    assert list(walls(parse_rule(text), datetime(1601, 1, 1, 8), datetime(2026, 1, 1), datetime(2028, 1, 1))) == []


@pytest.mark.timeout(5)
def test_expand_when_a_rule_has_too_many_starts_then_it_is_refused_quickly() -> None:
    every = ",".join(map(str, range(60)))
    hours = ",".join(map(str, range(24)))
    zone = ZoneInfo("UTC")
    for text in (
        f"FREQ=DAILY;BYHOUR={hours};BYMINUTE={every};BYSECOND={every}",
        f"FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR={hours};BYMINUTE={every};BYSETPOS=1",
        "FREQ=SECONDLY",
        "FREQ=SECONDLY;UNTIL=99991231T235959Z",
        "FREQ=MINUTELY",
        f"FREQ=SECONDLY;INTERVAL=2;BYSECOND={every[2:]}",
        "FREQ=SECONDLY;BYDAY=MO;COUNT=9999999",
    ):
        with pytest.raises(RuleError):
            expand(datetime(2026, 1, 1, 8), [parse_rule(text)], zone, 1_767_225_600, 1_767_225_600 + 90 * DAY)


@pytest.mark.shows("R24")
@given(fine_rules() | rules(), firsts, st.integers(0, 2), st.none() | st.integers(1, 400))
def test_effort_when_a_rule_is_followed_then_it_was_no_less_than_the_starts(
    text: str, first: datetime, length: int, count: int | None
) -> None:
    rule = parse_rule(text + (f";COUNT={count}" if count else ""))
    high = first + timedelta(hours=length)
    assert effort(rule, first, first, high) >= sum(1 for _ in walls(rule, first, first, high))
