"""A copy follows its calendar: first and incremental readings, windows, and what of an event is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.domain.calendars import Event
from app.domain.clock import DAY, HOUR, MINUTE
from app.domain.connections import Access, Calendar
from app.domain.errors import Unreachable
from app.domain.events import CalendarChanged, Fact, SyncProgressed
from app.domain.pages import Fixed, Rules
from app.models import accounts as account_rows
from app.models.base import Session
from app.models.database import chunks
from app.providers.base import Changes, Early
from app.providers.memory import MemoryProvider
from tests.services.opened import MONDAY, page
from tests.services.sync.followed import House, draft, house, service

pytestmark = pytest.mark.anyio


@pytest.fixture
async def anna(tmp_path: Path) -> AsyncIterator[House]:
    opened = await house(tmp_path, service())
    yield opened
    await opened.close()


@pytest.mark.shows("SYNC-1")
async def test_calendar_when_it_is_read_first_then_its_events_and_its_age_are_known(anna: House) -> None:
    anna.services["anna"].add("work", draft("Dentist"))
    assert (await anna.calendar("anna-work")).read_at == 0
    await anna.sync.now()
    assert await anna.titles() == ["Dentist"]
    assert (await anna.calendar("anna-work")).read_at == MONDAY


@pytest.mark.shows("SYNC-1")
async def test_calendar_when_events_come_change_and_go_then_the_copy_follows_within_a_minute(anna: House) -> None:
    work = anna.services["anna"]
    kept, gone = work.add("work", draft("Kept")), work.add("work", draft("Gone", 4))
    anna.run()
    await anna.pass_time(1)
    assert await anna.titles() == ["Kept", "Gone"]
    work.change("work", kept, draft("Moved", 6))
    work.remove("work", gone)
    work.add("work", draft("New", 8))
    await anna.pass_time(66)
    assert await anna.titles() == ["Moved", "New"]


async def test_calendar_when_nothing_changes_then_it_is_asked_once_a_minute_and_nobody_is_told(anna: House) -> None:
    anna.run()
    await anna.pass_time(1)
    anna.told(CalendarChanged)
    calls = anna.services["anna"].calls
    await anna.pass_time(10 * MINUTE)
    assert 9 <= anna.services["anna"].calls - calls <= 11
    assert not anna.told(CalendarChanged)
    assert MONDAY + 9 * MINUTE <= (await anna.calendar("anna-work")).read_at <= MONDAY + 10 * MINUTE + 1


async def test_calendar_when_pages_are_off_and_nobody_looks_then_it_is_read_less_often(anna: House) -> None:
    await anna.workspace.settings.switch_pages(False)
    anna.run()
    await anna.pass_time(1)
    calls = anna.services["anna"].calls
    await anna.pass_time(15 * MINUTE)
    assert 2 <= anna.services["anna"].calls - calls <= 4
    anna.services["anna"].add("work", draft("New"))
    anna.sync.watch(True)
    await anna.pass_time(1)
    assert await anna.titles() == ["New"]


@pytest.mark.shows("SYNC-1")
async def test_first_reading_when_it_is_long_then_its_progress_is_told_and_it_counts_as_read_at_its_end(anna: House) -> None:
    for number in range(1200):
        anna.services["anna"].add("work", draft(f"Event {number}", 24 + number / 4, 15))
    seen: list[tuple[int, int]] = []

    def note(fact: SyncProgressed) -> None:
        seen.append((fact.events, len(copies)))

    copies: list[Calendar] = []
    anna.workspace.announcer.subscribe(SyncProgressed, note)
    await anna.sync.now()
    assert [events for events, _ in seen] == [0, 500, 1000, 1200, 1200]
    told = anna.told(SyncProgressed)
    assert [each.done for each in told if isinstance(each, SyncProgressed)] == [False, False, False, False, True]
    assert len(await anna.copy()) == 1200


@pytest.mark.shows("SYNC-1", "SYNC-6")
async def test_first_reading_when_it_is_stopped_then_it_is_no_whole_copy_and_goes_on_later(anna: House) -> None:
    for number in range(1200):
        anna.services["anna"].add("work", draft(f"Event {number}", 24 + number / 4, 15))

    def stop(fact: SyncProgressed) -> None:
        if fact.events == 500:
            anna.sync.stop_first("anna")

    end = anna.workspace.announcer.subscribe(SyncProgressed, stop)
    anna.run()
    await anna.pass_time(1)
    assert 500 <= len(await anna.copy()) < 1200
    assert (await anna.calendar("anna-work")).read_at == 0
    assert "anna" not in anna.sync.working
    end()
    await anna.pass_time(70)
    assert len(await anna.copy()) == 1200
    assert (await anna.calendar("anna-work")).read_at > 0


async def test_first_reading_when_the_service_is_slow_then_it_can_be_stopped_too(anna: House) -> None:
    await anna.sync.now()
    await anna.change("anna-work", read_at=0)
    anna.services["anna"].gate.clear()
    reading = asyncio.ensure_future(anna.sync.now())
    while anna.services["anna"].calls < 3:
        await asyncio.sleep(0.001)
    anna.services["anna"].gate.set()
    await reading
    anna.services["anna"].gate.clear()
    await anna.change("anna-work", read_at=0)
    coordinator = anna.sync._coordinators["anna"]
    coordinator._list_due = 1e9
    coordinator.hurry()
    reading = asyncio.ensure_future(anna.sync.follow("anna-work"))
    while coordinator._first is None:
        await asyncio.sleep(0.001)
    anna.sync.stop_first("anna")
    await reading
    assert (await anna.calendar("anna-work")).read_at == 0


# Windows


async def test_window_when_a_page_reaches_farther_then_the_copy_does_too(anna: House) -> None:
    anna.services["anna"].add("work", draft("Far", 200 * 24))
    await anna.sync.now()
    assert await anna.titles() == []
    anna.run()
    await anna.pass_time(1)
    far = replace(page(2), rules=Rules((30,), window=Fixed(date(2027, 5, 1), date(2027, 6, 1))))
    await anna.workspace.pages.save(far)
    await anna.pass_time(1)
    assert await anna.titles() == ["Far"]


async def test_window_when_days_pass_then_what_is_over_leaves_the_copy(anna: House) -> None:
    anna.services["anna"].add("work", draft("Today"))
    anna.services["anna"].add("work", draft("Later", 24 * 70))
    await anna.sync.now()
    assert await anna.titles() == ["Today"]
    anna.timer.jump(10 * DAY)
    await anna.sync.now()
    assert await anna.titles() == ["Later"]


# What is used


async def test_calendar_when_it_is_not_used_then_it_is_not_read_and_when_it_is_given_up_its_events_go(tmp_path: Path) -> None:
    services = service({"work": Access.OWNER, "other": Access.EDIT})
    services.add("other", draft("Private life"))
    anna = await house(tmp_path, services)
    await anna.change("anna-other", checked=False)
    await anna.sync.now()
    assert await anna.titles("anna-other") == []
    await anna.change("anna-other", checked=True)
    await anna.sync.now()
    assert await anna.titles("anna-other") == ["Private life"]
    await anna.change("anna-other", checked=False)
    await anna.sync.now()
    assert await anna.titles("anna-other") == []
    assert (await anna.calendar("anna-other")).read_at == 0
    await anna.close()


@pytest.mark.shows("CON-13")
async def test_list_of_calendars_when_it_changes_then_names_access_and_new_ones_follow(tmp_path: Path) -> None:
    services = service({"work": Access.OWNER, "team": Access.EDIT, "old": Access.DETAILS})
    anna = await house(tmp_path, services)
    await anna.change("anna-old", checked=False)
    await anna.sync.now()
    held = services.calendars["team"]
    held.remote = replace(held.remote, name="Team Nord", access=Access.DETAILS, colour="moss")
    services.add_calendar("new", "New one")
    services.remove_calendar("old")
    await anna.sync.now()
    found = {each.name: each for each in await anna.workspace.accounts.calendars()}
    assert sorted(found) == ["New one", "Team Nord", "Work"]
    assert (found["Team Nord"].access, found["Team Nord"].colour) == (Access.DETAILS, "moss")
    assert not found["New one"].checked
    await anna.close()


@pytest.mark.shows("DATA-1")
async def test_events_when_they_are_stored_then_only_what_is_needed_is(tmp_path: Path) -> None:
    services = service({"work": Access.OWNER, "other": Access.EDIT})
    told = {"location": "Main Street 1", "description": "Notes", "attendees": ("bo@example.org",)}
    services.add("work", draft("Mine", 2, **told))
    services.add("other", draft("Theirs", 4, **told))
    anna = await house(tmp_path, services)
    await anna.sync.now()
    (mine,), (theirs,) = await anna.copy("anna-work"), await anna.copy("anna-other")
    assert (mine.title, mine.location, mine.description, mine.attendees) == (
        "Mine", "Main Street 1", "Notes", ("bo@example.org",),
    )  # fmt: skip
    assert (theirs.title, theirs.location, theirs.description, theirs.attendees) == ("Theirs", "", "", ())
    account = await anna.account()
    off = replace(account, sync=False)
    await anna.workspace.database.write(lambda session: account_rows.save_account(session, off))
    await anna.sync.now()
    assert (await anna.copy("anna-work"))[0].attendees == ()
    await anna.close()


# Those who take part


async def test_hook_when_a_calendar_is_read_then_it_hears_what_really_changed(anna: House) -> None:
    heard: list[tuple[list[str], tuple[str, ...], bool, list[str]]] = []

    def hook(
        session: Session, calendar: Calendar, changed: tuple[Event, ...], gone: tuple[str, ...], first: bool,
        before: Mapping[str, Event],
    ) -> tuple[Fact, ...]:  # fmt: skip
        heard.append(([each.title for each in changed], gone, first, sorted(each.title for each in before.values())))
        return ()

    anna.sync.after.append(hook)
    work = anna.services["anna"]
    one, two = work.add("work", draft("One")), work.add("work", draft("Two", 4))
    await anna.sync.now()
    await anna.sync.now()
    nothing: tuple[list[str], tuple[str, ...], bool, list[str]] = ([], (), False, [])
    assert heard == [(["One", "Two"], (), True, []), nothing]
    heard.clear()
    work.change("work", one, draft("One, moved", 3))
    work.remove("work", two)
    await anna.sync.now()
    assert heard == [(["One, moved"], (two,), False, ["One", "Two"])]
    heard.clear()
    anna.timer.jump(3 * DAY)
    await anna.sync.now()
    assert heard == [nothing], "what is over is not gone"


async def test_hook_when_our_event_is_moved_beyond_the_window_then_it_is_changed_and_not_gone(anna: House) -> None:
    changes: list[tuple[tuple[Event, ...], tuple[str, ...]]] = []
    work = anna.services["anna"]
    event = await anna.sync._desk.provider_of(await anna.account()).create("work", draft("b1", booking="b1", uid="b1@aftale"))
    await anna.sync.now()
    anna.sync.after.append(lambda session, calendar, changed, gone, first, before: changes.append((changed, gone)) or ())
    work.change("work", event.id, draft("b1", 400 * 24, booking="b1"))
    await anna.sync.now()
    ((changed, gone),) = changes
    assert [each.start for each in changed] == [MONDAY + 400 * 24 * HOUR]
    assert gone == ()
    assert await anna.titles() == []


class EarlyProvider(MemoryProvider):
    """Tells a long answer in pages of four hundred."""

    tells_early = True
    ends_after: int | None = None

    async def changes(self, calendar: str, token: str, start: int, end: int, early: Early | None = None) -> Changes:
        told = await super().changes(calendar, token, start, end)
        if early is not None and told.full:
            for number, page in enumerate(chunks(told.events, 400)):
                if number == self.ends_after:
                    raise Unreachable(self.account)
                await early(tuple(page))
        return told


async def test_first_reading_when_the_service_tells_early_then_its_progress_is_told_as_pages_come(anna: House) -> None:
    work = anna.services["anna"]
    for number in range(1000):
        work.add("work", draft(f"Event {number}", 24 + number / 4, 15))
    provider = EarlyProvider(work)
    anna.sync._desk.provider_of = lambda account: provider
    heard: list[str] = []
    anna.sync.after.append(
        lambda session, calendar, changed, gone, first, before: heard.extend(each.id for each in changed) or ()
    )
    provider.ends_after = 2
    await anna.sync.now()
    assert len(await anna.copy()) == 800
    assert (await anna.calendar("anna-work")).read_at == 0
    work.remove("work", "m1")
    provider.ends_after = None
    anna.told(SyncProgressed)
    anna.timer.jump(60)
    await anna.sync.now()
    assert len(await anna.copy()) == 999
    assert (await anna.calendar("anna-work")).read_at
    told = [each for each in anna.told(SyncProgressed) if isinstance(each, SyncProgressed)]
    assert (told[-1].done, told[-1].events) == (True, 999)
    assert sorted(heard) == sorted({*heard}), "everybody hears of each event once"
    assert len(heard) == 1000
