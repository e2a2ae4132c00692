"""Events of calendars as they are stored: windows are complete, changes are counted, nothing is touched that did not change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError

from app.domain.calendars import Days, Response, Series, ShowAs
from app.domain.clock import DAY, HOUR
from app.domain.errors import NotFound
from app.models import accounts, calendars, schema
from app.models.calendars import (
    changes_since,
    delete_events,
    delete_series,
    events_between,
    find_event_by_booking,
    find_event_by_key,
    get_event,
    get_series,
    list_series,
    replace_window,
    save_series,
    upsert_events,
)
from tests.models.made import NOON, connect, event

pytestmark = pytest.mark.anyio


@pytest.fixture
async def ask(database):
    """Runs a function in a write transaction on a database with three calendars."""
    await database.write(connect)

    async def run(function, *arguments):
        return await database.write(lambda session: function(session, *arguments))

    return run


@pytest.mark.shows("SYNC-2")
async def test_an_event_when_stored_comes_back_as_it_was(ask):
    full = event(
        1,
        days=Days(date(2026, 11, 24), date(2026, 11, 26)),
        show_as=ShowAs.OUT_OF_OFFICE,
        response=Response.TENTATIVE,
        uid="1@example.org",
        series="master",
        booking="b1",
        location="Ærø",
        description="a\nb",
        attendees=("Åse <aase@example.org>", "bo@example.org"),
        private=True,
        tag='"3"',
        key="k1",
        declined=("bo@example.org", 'a "quoted" \\ name\u2028'),
        created=NOON - DAY,
        by_program=True,
    )
    plain = event(2)
    assert await ask(upsert_events, "local", [full, plain]) == 2
    assert await ask(get_event, "local", "event1") == full
    assert await ask(get_event, "local", "event2") == plain
    assert await ask(get_event, "work", "event1") is None
    assert await ask(find_event_by_booking, "local", "b1") == full
    assert await ask(find_event_by_booking, "work", "b1") is None
    assert await ask(find_event_by_booking, "local", "") is None
    assert await ask(find_event_by_key, "local", "k1") == full
    assert await ask(find_event_by_key, "work", "k1") is None
    assert await ask(find_event_by_key, "local", "") is None


async def test_events_when_read_again_unchanged_touch_nothing(ask):
    events = [event(number, NOON + number * HOUR) for number in range(10)]
    assert await ask(upsert_events, "work", events) == 10
    assert await ask(upsert_events, "work", events) == 0
    changed = [
        replace(events[3], title="Other"),
        *events[4:7],
        replace(events[7], days=Days(date(2026, 1, 1), date(2026, 1, 2))),
    ]
    assert await ask(upsert_events, "work", changed) == 2
    assert await ask(upsert_events, "work", []) == 0
    found = await ask(events_between, ["work"], NOON, NOON + DAY)
    assert [each.title for each in found[2:5]] == ["Event 2", "Other", "Event 4"]
    assert all(each.calendar == "work" for each in found)


async def test_events_when_there_are_many_of_all_kinds_then_each_is_stored_as_it_is_and_only_changes_count(ask):
    """Statements of many rows, and what is left of them; with and without the columns that seldom say something."""
    kinds = [{}, {"booking": "b"}, {"private": True}, {"key": "k"}, {"declined": ("a@x.dk",)}, {"by_program": True},
             {"days": Days(date(2026, 1, 1), date(2026, 1, 2))}]  # fmt: skip
    events = [event(number, NOON + number * 60, calendar="work", **kinds[number % 7]) for number in range(163)]
    assert await ask(upsert_events, "work", events) == 163
    assert await ask(events_between, ["work"], NOON, NOON + 9 * DAY) == tuple(events)
    plain = [event(number, NOON + number * 60, calendar="work") for number in range(163)]
    assert await ask(upsert_events, "work", plain) == sum(bool(number % 7) for number in range(163))
    assert await ask(events_between, ["work"], NOON, NOON + 9 * DAY) == tuple(plain)
    assert await ask(upsert_events, "work", reversed(plain)) == 0


async def test_an_event_when_it_is_told_twice_at_once_then_the_later_telling_counts(ask):
    assert await ask(upsert_events, "work", [event(1, booking="b"), event(1, title="Later")]) == 1
    found = await ask(get_event, "work", "event1")
    assert (found.title, found.booking) == ("Later", "")


def test_events_when_the_driver_wants_names_then_they_are_stored_all_the_same():
    engine = create_engine("sqlite://", paramstyle="named")
    with engine.connect() as session:
        schema.metadata.create_all(session)
        connect(session)
        events = [replace(event(number, booking="b" * (number % 2)), calendar="work") for number in range(60)]
        assert upsert_events(session, "work", events) == 60
        assert upsert_events(session, "work", [*events[:-1], replace(events[-1], title="Other")]) == 1
        assert len(events_between(session, ("work",), NOON, NOON + DAY)) == 60
    engine.dispose()


@pytest.mark.shows("SYNC-1")
async def test_events_when_asked_for_a_span_include_long_ones_and_those_without_length(ask):
    year = event(1, NOON - 200 * DAY, 400 * DAY)
    day = event(2, NOON - DAY, DAY)
    before, point, inside, after = event(3, NOON - HOUR, HOUR), event(4, NOON, 0), event(5, NOON + 60), event(6, NOON + DAY)
    two_days = event(7, NOON - 2 * DAY + 1, 2 * DAY)
    await ask(upsert_events, "work", [after, inside, point, before, day, year, two_days])
    found = await ask(events_between, ["work"], NOON, NOON + DAY)
    assert [each.id for each in found] == ["event1", "event7", "event4", "event5"]
    assert [each.id for each in await ask(events_between, ["work"], NOON - 60, NOON + 60)] == [
        "event1", "event7", "event2", "event3", "event4",
    ]  # fmt: skip
    assert await ask(events_between, [], NOON, NOON + DAY) == ()
    assert await ask(events_between, ["team"], NOON, NOON + DAY) == ()


SPANS = some.lists(
    some.tuples(some.integers(-5 * DAY, 5 * DAY), some.sampled_from([0, 1, HOUR, DAY - 1, DAY, DAY + 1, 3 * DAY, 40 * DAY])),
    max_size=12,
)


@pytest.mark.shows("SYNC-1")
@given(SPANS, some.integers(-6 * DAY, 6 * DAY), some.integers(1, 4 * DAY))
def test_a_span_of_any_events_holds_exactly_those_that_overlap_it(spans, start, length):
    engine = create_engine("sqlite://")
    with engine.connect() as session:
        schema.metadata.create_all(session)
        connect(session)
        events = [replace(event(number, first, size), calendar="work") for number, (first, size) in enumerate(spans)]
        upsert_events(session, "work", events)
        found = events_between(session, ("work", "team"), start, start + length)
    engine.dispose()
    wanted = [each for each in events if each.start < start + length and (each.end > start or each.start >= start)]
    assert found == tuple(sorted(wanted, key=lambda each: (each.start, each.end, each.id)))


async def test_events_when_deleted_are_gone_and_others_stay(ask):
    await ask(upsert_events, "local", [event(1), event(2), event(3)])
    await ask(upsert_events, "work", [event(1)])
    assert await ask(delete_events, "local", ["event1", "event3", "unknown"]) == 2
    assert [each.id for each in await ask(events_between, ["local"], NOON, NOON + DAY)] == ["event2"]
    assert await ask(get_event, "work", "event1") is not None


async def test_a_window_when_replaced_holds_what_was_read_and_leaves_the_rest(ask):
    outside, moved_in, gone, same = event(1, NOON - DAY), event(2, NOON + 5 * DAY), event(3), event(4, NOON + HOUR)
    await ask(upsert_events, "work", [outside, moved_in, gone, same])
    new, moved = event(5, NOON + 2 * HOUR), replace(moved_in, start=NOON, end=NOON + 60)
    assert await ask(replace_window, "work", NOON, NOON + DAY, [same, new, moved]) == 3
    found = await ask(events_between, ["work"], NOON - 2 * DAY, NOON + 9 * DAY)
    assert [each.id for each in found] == ["event1", "event2", "event4", "event5"]
    assert await ask(replace_window, "work", NOON, NOON + DAY, [same, new, moved]) == 0


@pytest.mark.shows("SYNC-1")
async def test_changes_when_asked_for_tell_what_is_new_and_what_is_gone_since(ask):
    assert await ask(changes_since, "local", 0) == ((), (), 0)
    await ask(upsert_events, "local", [event(1), event(2), event(3)])
    made, gone, first = await ask(changes_since, "local", 0)
    assert (made, gone) == (("event1", "event2", "event3"), ())
    assert await ask(changes_since, "local", first) == ((), (), first)

    await ask(upsert_events, "local", [event(1), replace(event(2), title="Other"), event(4)])
    await ask(delete_events, "local", ["event3"])
    made, gone, second = await ask(changes_since, "local", first)
    assert (made, gone) == (("event2", "event4"), ("event3",))
    assert second > first

    await ask(upsert_events, "local", [event(3)])
    made, gone, third = await ask(changes_since, "local", second)
    assert (made, gone) == (("event3",), ())
    assert await ask(changes_since, "local", third + 1000) == (("event1", "event2", "event3", "event4"), (), third)


async def test_changes_of_a_calendar_that_is_kept_elsewhere_leave_no_trace_of_what_is_gone(ask):
    await ask(upsert_events, "work", [event(1), event(2)])
    number = (await ask(changes_since, "work", 0))[2]
    await ask(delete_events, "work", ["event1"])
    assert (await ask(changes_since, "work", number))[:2] == ((), ())


@pytest.mark.shows("SYNC-2")
async def test_a_series_when_saved_can_be_read_changed_and_deleted_with_its_occurrences(ask):
    first = await ask(save_series, Series("s1", "local", "BEGIN:VEVENT\r\nÆ"))
    second = await ask(save_series, Series("s2", "local", "other"))
    assert first.changed < second.changed
    assert await ask(list_series, "local") == (first, second)
    await ask(upsert_events, "local", [event(1, series="s1"), event(2, NOON + DAY, series="s1"), event(3, series="s2")])
    number = (await ask(changes_since, "local", 0))[2]

    changed = await ask(save_series, replace(first, ics="changed"))
    assert await ask(get_series, "local", "s1") == changed
    assert (changed.ics, changed.changed) == ("changed", number + 1)
    await ask(delete_series, "local", "s1")
    await ask(delete_series, "local", "s1")
    assert await ask(get_series, "local", "s1") is None
    assert [each.id for each in await ask(events_between, ["local"], NOON, NOON + 2 * DAY)] == ["event3"]
    assert (await ask(changes_since, "local", number))[1] == ("event1", "event2")


@pytest.mark.parametrize(
    "use",
    [
        lambda session: upsert_events(session, "unknown", [event(1)]),
        lambda session: delete_events(session, "unknown", ["event1"]),
        lambda session: save_series(session, Series("s", "unknown", "x")),
        lambda session: changes_since(session, "unknown", 0),
    ],
)
async def test_a_calendar_when_unknown_is_not_found(database, use):
    with pytest.raises(NotFound):
        await database.write(use)


@pytest.mark.shows("CON-11")
async def test_an_account_when_deleted_takes_its_events_along_and_leaves_the_others(ask):
    for name in ("local", "work", "team"):
        await ask(upsert_events, name, [event(1), event(2, NOON + DAY, 3 * DAY)])
    await ask(save_series, Series("s", "work", "x"))
    await ask(accounts.delete_account, "google")
    assert [each.id for each in await ask(accounts.list_calendars)] == ["local"]
    assert len(await ask(events_between, ["local", "work", "team"], NOON, NOON + 9 * DAY)) == 2
    assert await ask(list_series, "work") == ()


async def test_an_event_when_its_calendar_is_no_calendar_is_refused_by_the_database(ask):
    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        await ask(lambda session: session.execute(calendars.event.insert(), {"calendar": "x", "id": "y", "start": 0, "end": 1}))
