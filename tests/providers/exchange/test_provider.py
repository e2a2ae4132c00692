"""What is Exchange's own: whose calendar is read, what a view does not tell, how many calls it takes, and what ends when."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.domain.calendars import Days, Event, Response, ShowAs
from app.domain.clock import DAY, HOUR
from app.domain.connections import Access, Lost
from app.domain.errors import AccessLost, Conflict, RateLimited, SignInExpired, Unreachable
from app.providers.base import TellsEarly
from tests.providers.contract import END, START, ZONE, all_day, at, every_call, seen, timed
from tests.providers.exchange.worlds import PASSWORD, EwsWorld, as_outlook, plain_exchange
from tests.servers.ews.faults import Kind
from tests.servers.ews.serving import serving

pytestmark = pytest.mark.anyio


@pytest.fixture
async def own(anyio_backend: str) -> AsyncIterator[EwsWorld]:
    """A mailbox's own main calendar."""
    made = EwsWorld(own=True)
    yield made
    made.user.open.set()
    await made.close()


def put(world: EwsWorld, draft: Any, **more: Any) -> str:
    return world.server.service.insert(world.calendar, as_outlook(draft) | more)


# Whose calendar


@pytest.mark.shows("CON-13", "BOOK-4")
async def test_shared_calendar_when_read_and_written_then_it_is_the_colleagues_and_not_ones_own(world: EwsWorld) -> None:
    service = world.server.service
    mine = service.default(world.email).id
    service.insert(mine, as_outlook(timed("mine", "2026-10-20 09:00")))
    await world.add(timed("theirs", "2026-10-20 11:00"))
    assert [each.title for each in await seen(world)] == ["Event theirs"]
    made = await world.provider.create(world.calendar, timed("k", "2026-10-21 09:00", booking="b"))
    assert [each["Subject"] for each in service.events(mine)] == ["Event mine"]
    assert sorted(each["Subject"] for each in service.events(world.calendar)) == ["Event k", "Event theirs"]
    await world.provider.update(world.calendar, made.id, timed("k", "2026-10-21 10:00"))
    await world.provider.delete(world.calendar, made.id)
    assert [each["Subject"] for each in service.events(mine)] == ["Event mine"]
    assert [each["Subject"] for each in service.events(world.calendar)] == ["Event theirs"]


@pytest.mark.shows("CON-13")
async def test_calendars_when_listed_then_each_has_its_owner_and_what_may_be_done(world: EwsWorld) -> None:
    service = world.server.service
    extra = service.add_calendar(world.email, "Træning")
    binned = service.add_calendar(world.email, "Gone", parent="deleteditems")
    for access, level in ((Access.EDIT, "Editor"), (Access.DETAILS, "Reviewer")):
        service.share(world.calendar, world.email, level)
        found = {each.id: each for each in await world.provider.calendars()}
        assert found[world.calendar].access is access
        assert found[world.calendar].owner == world.other
    main = next(each for each in found.values() if each.primary)
    assert (main.access, main.owner, main.zone) == (Access.OWNER, "", ZONE)
    assert found[extra.id].name == "Træning"
    assert binned.id not in found
    assert len(found) == 3
    service.unshare(world.calendar, world.email)
    assert world.calendar not in [each.id for each in await world.provider.calendars()]


# What events are


@pytest.mark.shows("SET-5")
@pytest.mark.parametrize(
    ("status", "shown"),
    [
        ("Free", ShowAs.FREE), ("Tentative", ShowAs.TENTATIVE), ("Busy", ShowAs.BUSY), ("OOF", ShowAs.OUT_OF_OFFICE),
        ("WorkingElsewhere", ShowAs.WORKING_ELSEWHERE), ("NoData", ShowAs.BUSY),
    ],
)  # fmt: skip
async def test_events_when_they_show_differently_then_so_they_are_read(own: EwsWorld, status: str, shown: ShowAs) -> None:
    put(own, timed("a", "2026-10-20 09:00"), LegacyFreeBusyStatus=status)
    (found,) = await seen(own)
    assert found.show_as is shown


@pytest.mark.shows("SET-5")
async def test_events_when_invited_to_then_the_owners_answer_is_read_and_cancelled_ones_are_left_out(own: EwsWorld) -> None:
    answers = {
        "Accept": Response.ACCEPTED, "Tentative": Response.TENTATIVE, "Decline": Response.DECLINED,
        "NoResponseReceived": Response.UNANSWERED,
    }  # fmt: skip
    service, host = own.server.service, "host@example.org"
    for number, answer in enumerate(answers):
        event = put(own, timed(answer, f"2026-10-{20 + number} 09:00"), RequiredAttendees=[own.email, "eva@example.org"])
        service.put_raw(own.calendar, event, MyResponseType=answer, Organizer=(host, "Host"))
    gone = put(own, timed("gone", "2026-10-26 09:00"))
    service.put_raw(own.calendar, gone, IsCancelled=True)
    found = await seen(own)
    assert [each.response for each in found] == list(answers.values())
    assert {each.attendees for each in found} == {(host, "eva@example.org")}


@pytest.mark.shows("DATA-1")
async def test_events_when_private_then_nothing_but_their_time_is_kept(own: EwsWorld) -> None:
    for kind in ("Private", "Personal", "Confidential"):
        put(own, timed("secret", "2026-10-20 09:00", description="all of it", location="there"), Sensitivity=kind,
            RequiredAttendees=["eva@example.org"])  # fmt: skip
    for each in await seen(own):
        assert each.private
        assert (each.title, each.location, each.description, each.attendees) == ("", "", "", ())


@pytest.mark.shows("SYNC-5")
async def test_events_when_a_guest_declines_then_it_is_told(own: EwsWorld) -> None:
    draft = timed("k", "2026-10-20 09:00", attendees=("eva@example.org", "kim@example.org"), booking="b")
    made = await own.provider.create(own.calendar, draft)
    before = await own.provider.changes(own.calendar, "", START, END)
    own.server.service.answer_invitation(own.calendar, made.id, "eva@example.org", "Decline")
    told = await own.provider.changes(own.calendar, before.token, START, END)
    assert [each.declined for each in told.events] == [("eva@example.org",)]


@pytest.mark.shows("SYNC-3")
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "Europe/Copenhagen", "UTC"])
async def test_all_day_events_when_made_in_any_zone_then_their_days_are_the_owners(own: EwsWorld, zone: str) -> None:
    put(own, replace(all_day("trip", "2026-10-20", 2), zone=zone))
    (found,) = await seen(own)
    assert found.days == Days(date(2026, 10, 20), date(2026, 10, 22))
    assert (found.start, found.end) == (at("2026-10-20 00:00"), at("2026-10-22 00:00"))


@pytest.mark.shows("BOOK-5")
@pytest.mark.parametrize("invites", [True, False])
async def test_guests_when_events_change_then_the_server_writes_to_them_or_nobody_does(own: EwsWorld, invites: bool) -> None:
    provider, service = own.connect(invites=invites), own.server.service
    draft = timed("k", "2026-10-20 09:00", attendees=("eva@example.org",), booking="b", description="Hello")
    before = len(service.mails)
    made = await provider.create(own.calendar, draft)
    await provider.create(own.calendar, draft)
    await provider.update(own.calendar, made.id, replace(draft, start=draft.start + HOUR, end=draft.end + HOUR))
    await provider.delete(own.calendar, made.id)
    mails = [(each.kind, each.guests) for each in service.mails[before:] if each.sender == own.email]
    assert mails == ([(kind, ("eva@example.org",)) for kind in ("invited", "updated", "cancelled")] if invites else [])
    assert made.description == ("Hello" if invites else "Hello\n\neva@example.org")


async def test_update_when_the_owner_added_things_then_what_a_draft_does_not_know_stays(own: EwsWorld) -> None:
    draft = timed("k", "2026-10-20 09:00", booking="b")
    made = await own.provider.create(own.calendar, draft)
    own.server.service.edit(own.calendar, made.id, {"Categories": ["Red"], "Resources": ["room@example.com"]})
    await own.provider.update(own.calendar, made.id, replace(draft, title="Other"))
    (item,) = own.server.service.events(own.calendar)
    assert (item["Subject"], item["Categories"]) == ("Other", ["Red"])
    assert [each["email"] for each in item["Resources"]] == ["room@example.com"]


async def test_create_when_the_schema_is_of_2010_then_it_is_enough(anyio_backend: str) -> None:
    with serving(tls=True, version="2010_SP2") as server:
        world = EwsWorld(own=True, server=server)
        keys = replace(world.keys, version="Exchange2010_SP2", build=(14, 2, 390, 3), shared=())
        world.provider = world.connect(keys)
        made = await world.provider.create(world.calendar, timed("k", "2026-10-20 09:00", booking="b"))
        assert await seen(world) == (made,)
        await world.close()


# Series


@pytest.mark.shows("SYNC-2")
async def test_series_when_it_has_guests_then_occurrences_have_them_and_exceptions_their_own(own: EwsWorld) -> None:
    put(
        own,
        timed("weekly", "2026-10-13 09:00", rrule="FREQ=WEEKLY;COUNT=4", description="All"),
        RequiredAttendees=["eva@example.org"],
    )
    first, second, *_ = await seen(own)
    assert {each.attendees for each in await seen(own)} == {("eva@example.org",)}
    own.server.service.edit(own.calendar, second.id, {"RequiredAttendees": ["kim@example.org"], "Body": "Only here"})
    for provider in (own.provider, await own.again()):
        found = {each.id: each for each in await provider.read_window(own.calendar, START, END)}
        assert (found[second.id].attendees, found[second.id].description) == (("kim@example.org",), "Only here")
        assert (found[first.id].attendees, found[first.id].description) == (("eva@example.org",), "All")
        assert len({each.series for each in found.values()}) == 1


@pytest.mark.shows("SYNC-2")
@pytest.mark.parametrize(
    "pattern",
    [
        {"pattern": "AbsoluteMonthlyRecurrence", "Interval": 1, "DayOfMonth": 31},
        {"pattern": "RelativeMonthlyRecurrence", "Interval": 1, "DaysOfWeek": ["Weekday"], "DayOfWeekIndex": "Last"},
        {"pattern": "RelativeMonthlyRecurrence", "Interval": 2, "DaysOfWeek": ["Tuesday"], "DayOfWeekIndex": "Second"},
        {"pattern": "AbsoluteYearlyRecurrence", "DayOfMonth": 29, "Month": "February"},
        {"pattern": "RelativeYearlyRecurrence", "DaysOfWeek": ["WeekendDay"], "DayOfWeekIndex": "First", "Month": "March"},
        {"pattern": "WeeklyRecurrence", "Interval": 2, "DaysOfWeek": ["Sunday", "Monday"], "FirstDayOfWeek": "Sunday"},
        {"pattern": "DailyRecurrence", "Interval": 3},
    ],
    ids=lambda found: f"{found['pattern'][:-10]}-{found.get('DaysOfWeek', [''])[0]}",
)
@pytest.mark.parametrize("limit", ["NoEndRecurrence", "NumberedRecurrence", "EndDateRecurrence"])
async def test_series_when_the_server_does_not_expand_it_then_we_do_as_exchange_does(
    anyio_backend: str, pattern: dict[str, Any], limit: str
) -> None:
    worlds = [EwsWorld(own=True), EwsWorld(own=True, server=plain_exchange())]
    more = {"NumberedRecurrence": {"NumberOfOccurrences": 9}, "EndDateRecurrence": {"EndDate": "2027-02-15"}}.get(limit, {})
    found = []
    for world in worlds:
        draft = as_outlook(timed("a", "2026-01-05 09:00"))
        series = pattern | {"range": limit, "StartDate": "2026-01-05"} | more
        world.server.service.insert(world.calendar, draft | {"Recurrence": series})
        found.append([(each.start, each.end) for each in await seen(world, at("2026-01-01 00:00"), at("2028-04-01 00:00"))])
        await world.close()
    assert found[0] == found[1]
    assert found[0]


# How many calls


@pytest.mark.shows("SYNC-1")
async def test_read_window_when_a_month_has_forty_events_then_it_takes_one_round_trip(own: EwsWorld) -> None:
    for number in range(40):
        await own.add(timed(f"k{number}", START + number * 12 * HOUR))
    await own.provider.calendars()
    before = len(own.user.calls)
    assert len(await seen(own)) == 40
    assert own.user.calls[before:] == ["FindItem"]


@pytest.mark.shows("SYNC-1")
async def test_read_window_when_meetings_are_unchanged_then_their_details_are_not_asked_for_again(own: EwsWorld) -> None:
    for number in range(40):
        put(own, timed(f"k{number}", START + number * 12 * HOUR), RequiredAttendees=["eva@example.org"])
    first = await seen(own)
    assert own.user.calls == ["FindItem", "GetItem"]
    assert await seen(own) == first
    assert own.user.calls == ["FindItem", "GetItem", "FindItem"]


@pytest.mark.shows("SYNC-1")
async def test_read_window_when_there_are_more_events_than_the_server_gives_then_it_is_halved(anyio_backend: str) -> None:
    with serving(tls=True) as server:
        server.service.find_limit = 25
        world = EwsWorld(own=True, server=server)
        for number in range(120):
            await world.add(timed(f"k{number}", START + number * 4 * HOUR, 30))
        assert len(await seen(world)) == 120
        await world.close()


@pytest.mark.shows("SYNC-1")
async def test_changes_when_nothing_happened_then_the_signal_alone_is_asked_for(own: EwsWorld) -> None:
    await own.add(timed("a", "2026-10-20 09:00"))
    told = await own.provider.changes(own.calendar, "", START, END)
    told = await own.provider.changes(own.calendar, told.token, START, END)
    before = len(own.user.calls)
    told = await (await own.again()).changes(own.calendar, told.token, START, END)
    assert (told.full, told.events) == (False, ())
    assert own.user.calls[before:] == ["SyncFolderItems"]


@pytest.mark.shows("SYNC-1")
async def test_changes_when_the_servers_state_ended_then_everything_is_told(own: EwsWorld) -> None:
    await own.add(timed("a", "2026-10-20 09:00"))
    told = await own.provider.changes(own.calendar, "", START, END)
    told = await own.provider.changes(own.calendar, told.token, START, END)
    own.server.service.forget_states(own.calendar)
    told = await own.provider.changes(own.calendar, told.token, START, END)
    assert (told.full, len(told.events)) == (True, 1)
    told = await own.provider.changes(own.calendar, told.token, START, END)
    assert not told.full


# What ends


@pytest.mark.shows("INACT-1")
@pytest.mark.parametrize("auth", ["basic", "ntlm", "negotiate"])
async def test_any_call_when_the_password_changed_then_the_sign_in_is_over_until_there_is_a_new_one(
    anyio_backend: str, auth: str
) -> None:
    world = EwsWorld(own=True, auth=auth)
    await world.add(timed("a", "2026-10-20 09:00"))
    assert len(await seen(world)) == 1
    world.server.service.set_password(world.email, "a new one")
    for _ in range(3):
        with pytest.raises(SignInExpired):
            await seen(world)
    tries = world.user.requests
    world.provider = world.connect(replace(world.keys, password="a new one"))
    assert len(await seen(world)) == 1
    assert world.user.requests > tries
    await world.close()


@pytest.mark.shows("INACT-1")
async def test_any_call_when_exchange_is_blocked_then_the_sign_in_is_over_and_not_the_calendar(own: EwsWorld) -> None:
    own.user.blocked = True
    for call in every_call(own):
        with pytest.raises(SignInExpired):
            await call


@pytest.mark.shows("INACT-1", "R14")
@pytest.mark.parametrize(
    ("kind", "wait", "error"),
    [
        (Kind.BUSY, 7, RateLimited), (Kind.BUSY, None, RateLimited), (Kind.ERROR_503, 9, RateLimited),
        (Kind.ERROR_503, None, Unreachable), (Kind.ERROR_500, None, Unreachable), (Kind.FAULT, None, Unreachable),
        (Kind.TIMEOUT, None, Unreachable), (Kind.HTML, None, Unreachable), (Kind.HALF, None, Unreachable),
        (Kind.DROP, None, Unreachable), (Kind.FORBIDDEN, None, SignInExpired), (Kind.UNAUTHORIZED, None, SignInExpired),
    ],
)  # fmt: skip
async def test_any_fault_when_it_strikes_then_it_ends_in_the_right_error(
    own: EwsWorld, kind: Kind, wait: int | None, error: type[Exception]
) -> None:
    own.faults.add(kind, wait=wait)
    with pytest.raises(error) as failed:
        await seen(own)
    if isinstance(failed.value, RateLimited):
        assert failed.value.retry_after == (wait or 15)


@pytest.mark.shows("INACT-1")
async def test_any_call_when_rights_are_lost_while_running_then_it_says_which(world: EwsWorld) -> None:
    await world.add(timed("a", "2026-10-20 09:00"))
    told = await world.provider.changes(world.calendar, "", START, END)
    world.set_access(Access.DETAILS)
    with pytest.raises(Conflict):
        await world.provider.create(world.calendar, timed("k", "2026-10-21 09:00"))
    world.set_access(Access.FREE_BUSY)
    with pytest.raises(AccessLost) as lost:
        await world.provider.changes(world.calendar, told.token, START, END)
    assert lost.value.reason == Lost.LOWERED
    world.unshare()
    with pytest.raises(AccessLost) as lost:
        await world.provider.changes(world.calendar, told.token, START, END)
    assert lost.value.reason in (Lost.UNSHARED, Lost.REMOVED)


@pytest.mark.shows("DESK-6", "R14")
async def test_any_call_when_the_server_hangs_for_ever_then_it_ends_and_the_next_ones_go_on(own: EwsWorld) -> None:
    await own.add(timed("a", "2026-10-20 09:00"))
    provider = own.provider = own.connect(limit=0.4)
    assert len(await seen(own)) == 1
    own.faults.add(Kind.NOTHING)
    began = time.monotonic()
    waiting = [asyncio.ensure_future(provider.read_window(own.calendar, START, END)) for _ in range(3)]
    with pytest.raises(Unreachable):
        await waiting[0]
    assert time.monotonic() - began < 5
    assert [len(each) for each in await asyncio.gather(*waiting[1:])] == [1, 1]
    assert len(await seen(own)) == 1


@pytest.mark.shows("DESK-6")
async def test_any_call_when_it_was_given_up_while_the_server_hangs_then_the_thread_is_left_behind(own: EwsWorld) -> None:
    own.provider = own.connect(limit=0.4)
    own.faults.add(Kind.NOTHING)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(seen(own), 0.1)
    assert await asyncio.wait_for(seen(own), 3) == ()


@pytest.mark.shows("DESK-6")
def test_program_when_a_server_hangs_then_it_ends_nevertheless() -> None:
    script = textwrap.dedent(
        """
        import asyncio, socket
        from app.domain.clock import SystemClock
        from app.providers.exchange.keys import Keys
        from app.providers.exchange.provider import ExchangeProvider

        async def main():
            with socket.create_server(("127.0.0.1", 0)) as listening:
                url = f"https://localhost:{listening.getsockname()[1]}/EWS/Exchange.asmx"
                keys = Keys("a@example.com", "p", "a", url, "Exchange2016", (15, 2, 1, 1), "ntlm")
                provider = ExchangeProvider("account", keys, SystemClock(), here="UTC")
                try:
                    await asyncio.wait_for(provider.calendars(), 1.5)
                except TimeoutError:
                    print("given up")

        asyncio.run(main())
        """
    )
    root = Path(__file__).parents[3]
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "given up", "")
    assert time.monotonic() - began < 15


async def test_close_when_called_then_the_thread_ends_and_it_can_be_used_again(own: EwsWorld) -> None:
    await own.add(timed("a", "2026-10-20 09:00"))
    before = set(threading.enumerate())
    for _ in range(2):
        assert len(await seen(own)) == 1
        threads = [each for each in threading.enumerate() if each.name == "exchange" and each not in before]
        assert len(threads) == 1
        await own.provider.close()
        for each in threads:
            await asyncio.to_thread(each.join, 5)
            assert not each.is_alive()


@pytest.mark.shows("CON-10")
async def test_secrets_when_anything_happens_then_they_stand_in_no_log_and_no_text(
    own: EwsWorld, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        await seen(own)
        own.faults.add(Kind.ERROR_500)
        with pytest.raises(Unreachable):
            await own.provider.create(own.calendar, timed("k", "2026-10-20 09:00", title="Nobody's business"))
    assert PASSWORD not in caplog.text
    assert "Nobody's business" not in caplog.text
    assert PASSWORD not in repr(own.keys) + repr(own.provider)


def test_imports_when_the_window_collects_garbage_itself_then_they_leave_it_nothing_to_look_through() -> None:
    story = """
        import gc
        gc.collect()
        gc.disable()
        import app.providers.exchange.mailbox
        assert len(gc.get_objects()) < 10_000, len(gc.get_objects())
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(story)], cwd=Path(__file__).parents[3], check=True, timeout=60)


# A first reading, part by part


@pytest.mark.shows("SYNC-1")
async def test_first_reading_when_it_is_long_then_each_month_is_told_while_the_next_is_on_its_way(own: EwsWorld) -> None:
    for month in range(10, 13):
        for day in range(11, 14):
            put(own, timed(f"{month}-{day}", f"2026-{month}-{day:02} 09:00"))
    put(own, timed("before", "2026-09-20 09:00"))
    told: list[tuple[str, ...]] = []
    asked: list[int] = []

    async def early(events: tuple[Event, ...]) -> None:
        told.append(tuple(each.title for each in events))
        asked.append(own.user.calls.count("FindItem"))

    start, end = at("2026-10-01 00:00"), at("2027-01-01 00:00")
    assert isinstance(own.provider, TellsEarly)
    found = await own.provider.changes(own.calendar, "", start, end, early)
    assert found.full
    assert [each for part in told for each in part] == [each.title for each in found.events]
    assert len(found.events) == 9
    assert sum(bool(part) for part in told) == 3
    assert asked[0] < asked[-1]
    again = await own.provider.changes(own.calendar, found.token, start, end, early)
    assert (again.events, again.full, len(told)) == ((), False, len(asked))


@pytest.mark.shows("SYNC-1")
async def test_first_reading_when_nobody_waits_for_it_any_more_then_it_ends_and_the_account_is_free(own: EwsWorld) -> None:
    reading: asyncio.Task[Any]

    async def early(events: tuple[Event, ...]) -> None:
        own.server.service.latency = 0.05
        reading.cancel()

    years = (START, START + 5 * 365 * DAY)
    try:
        reading = asyncio.ensure_future(own.provider.changes(own.calendar, "", *years, early))
        with pytest.raises(asyncio.CancelledError):
            await reading
        # The next call waits for the month that is being read, and no more of them.
        assert await own.provider.calendars()
    finally:
        own.server.service.latency = 0.0
    assert own.user.calls.count("FindItem") < 10
