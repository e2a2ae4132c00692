"""The rules by which copies follow their calendars."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendars import Days, Event, Response, ShowAs
from app.domain.clock import DAY, HOUR, Instant, from_iso
from app.domain.connections import Account, Calendar, ProviderKind, Role
from app.domain.syncing import (
    LATEST,
    LONGEST,
    PEOPLE,
    SHORTEST,
    STALE_AFTER,
    TITLE,
    Difference,
    Window,
    compare,
    fresh,
    guarded,
    held_off,
    in_use,
    interval,
    keeps_details,
    kept,
    retry,
    window_of,
)

NOW = from_iso("2026-10-12T06:00:00Z")
ZONE = "Europe/Copenhagen"
WINDOW = Window(NOW - DAY, NOW + 62 * DAY)


def event(name: str, hours: float = 2, length: int = HOUR, **more: object) -> Event:
    start = NOW + round(hours * HOUR)
    return replace(Event(name, "work", start, start + length, name), **more)  # type: ignore[arg-type]


# Windows


def test_window_when_no_page_reaches_far_then_it_is_from_yesterday_for_two_months() -> None:
    window = window_of(NOW, ZONE, ())
    assert window.start == from_iso("2026-10-10T22:00:00Z")
    assert window.end == from_iso("2026-12-13T23:00:00Z")


def test_window_when_time_passes_then_it_changes_once_a_day() -> None:
    midnight = from_iso("2026-10-12T22:00:00Z")
    windows = [window_of(midnight + offset, ZONE, (NOW + 200 * DAY,)) for offset in (-DAY, -HOUR, -1, 0, HOUR, DAY - 1)]
    assert windows[0] == windows[1] == windows[2]
    assert windows[3] == windows[4] == windows[5]
    assert windows[0] != windows[3]


@given(now=st.integers(NOW, NOW + 1000 * DAY), ends=st.lists(st.integers(NOW - 10 * DAY, NOW + 9000 * DAY), max_size=3))
def test_window_whatever_the_pages_say_then_it_covers_them_within_reason(now: Instant, ends: list[Instant]) -> None:
    window = window_of(now, ZONE, ends)
    assert now - 2 * DAY - HOUR <= window.start <= now - DAY
    assert window.end >= max([now + SHORTEST, *(min(each, now + LONGEST) for each in ends)])
    assert window.end <= now + LONGEST + DAY + HOUR


@pytest.mark.parametrize(
    ("start", "end", "inside"),
    [
        (-5, 0, False),
        (-5, 1, True),
        (0, 0, True),
        (5, 5, True),
        (9, 20, True),
        (10, 12, False),
        (10, 10, False),
        (-9, 99, True),
    ],
)
def test_window_when_an_event_touches_it_then_it_counts_as_the_providers_say(start: int, end: int, inside: bool) -> None:
    assert Window(0, 10).holds(Event("e", "c", start, end)) is inside


# Use


def test_calendar_when_it_is_the_main_one_of_the_followed_account_then_it_is_used_with_details() -> None:
    account = Account("a", ProviderKind.GOOGLE, "Anna")
    main = Calendar("c", "a", "Main", ZONE, checked=False, main=True)
    other = replace(main, main=False)
    assert in_use(account, main, [account])
    assert keeps_details(account, main, [account])
    assert not in_use(account, other, [account])
    assert in_use(account, replace(other, checked=True), [account])
    assert in_use(account, replace(other, booking=True), [account])
    for without in (replace(account, sync=False), replace(account, primary=False), replace(account, role=Role.BOOKING)):
        assert not keeps_details(without, main, [without])


# What is kept


@pytest.mark.shows("DATA-1")
def test_event_when_it_is_private_then_no_words_are_kept() -> None:
    told = event("a", private=True, location="Clinic", description="Blood test", attendees=("dr@example.org",))
    left = kept(told, "work", details=True)
    assert (left.title, left.location, left.description, left.attendees) == ("", "", "", ())
    assert (left.start, left.end, left.show_as) == (told.start, told.end, told.show_as)


@pytest.mark.shows("DATA-1")
def test_event_when_its_calendar_is_only_checked_then_title_and_time_are_kept() -> None:
    left = kept(event("a", location="Room", description="Text", attendees=("b@x",), declined=("b@x",)), "mine", details=False)
    assert (left.calendar, left.title, left.location, left.description, left.attendees) == ("mine", "a", "", "", ())


def test_event_when_it_is_ours_then_who_declined_is_kept_wherever_it_stands() -> None:
    left = kept(event("a", booking="b1", private=True, attendees=("b@x",), declined=("b@x",)), "work", details=False)
    assert left.declined == ("b@x",)


@pytest.mark.shows("R24")
def test_event_when_it_is_hostile_then_what_is_kept_has_bounds() -> None:
    wild = event(
        "a",
        start=-(10**12),
        end=10**13,
        title="x" * 1_000_000,
        attendees=tuple(f"{number}@x" for number in range(10_000)),
        days=Days(date.min, date.max),
        location="\ud800 place",
    )
    left = kept(wild, "work", details=True)
    assert (left.start, left.end, len(left.title), len(left.attendees)) == (0, LATEST, TITLE, PEOPLE)
    assert left.days == Days(date(1970, 1, 2), date(2200, 1, 1))
    assert left.location.encode() == b"? place"
    backwards = kept(event("b", end=NOW - 5 * DAY), "work", details=True)
    assert backwards.end == backwards.start


# Differences

EVENTS = st.builds(
    event,
    st.sampled_from("abcdef"),
    st.integers(-100, 2000),
    st.sampled_from((0, 1800, HOUR, 3 * DAY)),
    show_as=st.sampled_from((ShowAs.BUSY, ShowAs.FREE)),
    response=st.sampled_from((Response.OWN, Response.DECLINED)),
    booking=st.sampled_from(("", "b1")),
)
SETS = st.lists(EVENTS, unique_by=lambda each: each.id).map(lambda found: {each.id: each for each in found})


def applied(known: dict[str, Event], found: Difference) -> dict[str, Event]:
    rest = {name: each for name, each in known.items() if name not in {*found.gone, *found.outside}}
    return rest | {each.id: each for each in (*found.safe, *found.weighty)}


@given(known=SETS, told=SETS)
def test_full_answer_whatever_the_copy_was_then_it_becomes_the_answer(known: dict[str, Event], told: dict[str, Event]) -> None:
    found = compare(known, told.values(), (), True, WINDOW)
    assert applied(known, found) == told
    assert bool(found) is (known != told)
    assert {each.id for each in found.ours} == {name for name, each in told.items() if each.booking and known.get(name) == each}
    assert all(WINDOW.holds(known[name]) for name in found.gone)
    assert not any(WINDOW.holds(known[name]) for name in found.outside)


@given(known=SETS, told=SETS, gone=st.frozensets(st.sampled_from("abcdefgh")))
def test_answer_when_only_changes_are_told_then_the_rest_stays(
    known: dict[str, Event], told: dict[str, Event], gone: frozenset[str]
) -> None:
    found = compare(known, told.values(), gone, False, WINDOW)
    assert applied(known, found) == {name: each for name, each in known.items() if name not in gone} | told
    assert set(found.before) == {name for name in known if known[name] != applied(known, found).get(name)}


@given(known=SETS, told=SETS)
def test_safe_part_when_it_is_applied_alone_then_no_time_became_free(known: dict[str, Event], told: dict[str, Event]) -> None:
    found = compare(known, told.values(), (), True, WINDOW)
    early = known | {each.id: each for each in found.safe}

    def times(events: dict[str, Event]) -> set[tuple[Instant, Instant, ShowAs, Response, str]]:
        return {(each.start, each.end, each.show_as, each.response, each.id) for each in events.values()}

    assert times(known) <= times(early)


# Doubt


def vanished(count: int, known: int, **more: object) -> Difference:
    copy = {f"e{number}": event(f"e{number}", 1 + number, **more) for number in range(known)}
    left = dict(list(copy.items())[count:])
    return guarded(compare(copy, left.values(), (), True, WINDOW), known, NOW)


@pytest.mark.shows("R17")
@pytest.mark.parametrize(
    ("count", "known", "asked"),
    [
        (4, 4, 0),
        (5, 5, 5),
        (5, 9, 5),
        (5, 10, 0),
        (20, 100, 0),
        (21, 100, 21),
        (100, 100, 100),
        (1, 1, 0),
        (6, 12, 0),
        (7, 12, 7),
    ],
)
def test_events_when_many_vanish_at_once_then_the_owner_is_asked(count: int, known: int, asked: int) -> None:
    found = vanished(count, known)
    assert found.doubt == asked
    assert len(found.gone) == (0 if asked else count)


@pytest.mark.shows("R17")
def test_events_when_they_are_over_then_nobody_is_asked() -> None:
    assert vanished(100, 100, start=NOW - 3 * HOUR, end=NOW - 2 * HOUR).doubt == 0


@pytest.mark.shows("R17")
def test_series_when_it_is_moved_as_a_whole_then_nobody_is_asked_but_when_it_is_shortened_they_are() -> None:
    copy = {f"s_{day}": event(f"s_{day}", 24 * day, series="s") for day in range(30)}
    moved = [event(f"s_{day}x", 24 * day + 1, series="s") for day in range(30)]
    assert guarded(compare(copy, moved, (), True, WINDOW), 30, NOW).doubt == 0
    assert guarded(compare(copy, moved[:5], (), True, WINDOW), 30, NOW).doubt >= 20
    by_uid = {f"s_{day}": event(f"s_{day}", 24 * day, uid="u") for day in range(30)}
    again = [event(f"t_{day}", 24 * day + 1, uid="u") for day in range(30)]
    assert guarded(compare(by_uid, again, (), True, WINDOW), 30, NOW).doubt == 0


@pytest.mark.shows("R17")
def test_owner_when_they_keep_what_is_missing_then_only_what_vanishes_besides_counts() -> None:
    copy = {f"e{number}": event(f"e{number}", 1 + number) for number in range(40)}
    agreed = frozenset(f"e{number}" for number in range(30))
    left = {name: each for name, each in copy.items() if name not in agreed}
    found = guarded(compare(copy, left.values(), (), True, WINDOW), 10, NOW, agreed)
    assert (found.doubt, found.gone, found.missing) == (0, (), agreed)
    few = dict(list(left.items())[2:])
    found = guarded(compare(copy, few.values(), (), True, WINDOW), 10, NOW, agreed)
    assert (found.doubt, len(found.gone)) == (0, 2)
    found = guarded(compare(copy, (), (), True, WINDOW), 10, NOW, agreed)
    assert (found.doubt, found.gone) == (10, ())


# When


@pytest.mark.shows("SYNC-6", "R21")
@pytest.mark.parametrize(
    ("age", "trusted"),
    [(0, True), (STALE_AFTER, True), (STALE_AFTER + 1, False), (-60, True), (-61, False)],
)
def test_copy_when_it_is_old_or_from_the_future_then_it_is_not_trusted(age: int, trusted: bool) -> None:
    assert fresh(NOW - age, NOW) is trusted


@pytest.mark.shows("SYNC-6")
def test_copy_when_it_was_never_read_then_it_is_not_trusted_whatever_the_clock_says() -> None:
    assert not fresh(0, 0)
    assert not fresh(0, STALE_AFTER)


@given(st.integers(1, 10**6), st.floats(0, 1), st.floats(1, 86_400))
def test_waits_whatever_chance_says_then_they_stay_within_bounds(failures: int, chance: float, asked: float) -> None:
    assert 54 <= interval(False, chance) <= 66
    assert 270 <= interval(True, chance) <= 330
    assert 4 <= retry(failures, chance) <= 361
    assert asked <= held_off(asked, chance) <= asked * 1.1 + 0.05


def test_retries_when_they_go_on_failing_then_they_come_ever_later_up_to_five_minutes() -> None:
    assert [retry(failures, 0.5) for failures in range(1, 9)] == [5, 10, 20, 40, 80, 160, 300, 300]
