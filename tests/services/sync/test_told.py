"""A service that tells of changes at once: the calendar that it names is read, soon and not too often, and no other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from pathlib import Path

import pytest

from app.domain.connections import Access
from app.domain.errors import SignInExpired
from app.providers.base import Changes
from app.providers.memory import MemoryProvider
from tests.services.sync.followed import House, draft, house, service

pytestmark = pytest.mark.anyio


class TellingProvider(MemoryProvider):
    """Tells what a test wants told. ``listeners``: the calendars that somebody listens to now, with whom to tell."""

    def __init__(self, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self.listeners: list[tuple[frozenset[str], Callable[[str], None]]] = []
        self.reads: list[str] = []
        self.closed = asyncio.Event()
        self.while_read: Callable[[], object] = lambda: None

    async def listen(self, calendars: Collection[str], told: Callable[[str], None]) -> None:
        entry = (frozenset(calendars), told)
        self.listeners.append(entry)
        try:
            await self.closed.wait()
        finally:
            self.listeners.remove(entry)

    async def changes(self, calendar: str, token: str, start: int, end: int) -> Changes:
        self.reads.append(calendar)
        found = await super().changes(calendar, token, start, end)
        self.while_read()
        return found

    async def close(self) -> None:
        self.closed.set()
        self.closed = asyncio.Event()
        await super().close()

    def tell(self, calendar: str) -> None:
        ((_, told),) = self.listeners
        told(calendar)

    @property
    def heard(self) -> list[frozenset[str]]:
        return [calendars for calendars, _ in self.listeners]


@pytest.fixture
async def anna(tmp_path: Path) -> AsyncIterator[House]:
    """Two calendars, followed for a while."""
    opened = await house(tmp_path, service({"work": Access.OWNER, "team": Access.OWNER}))
    provider = TellingProvider(opened.services["anna"])
    opened.sync._desk.provider_of = lambda account: provider
    opened.provider = provider  # type: ignore[attr-defined]
    opened.run()
    await opened.pass_time(10)
    yield opened
    await opened.close()


def telling(anna: House) -> TellingProvider:
    return anna.provider  # type: ignore[attr-defined, no-any-return]


@pytest.mark.shows("SYNC-1", "SYNC-2")
async def test_change_when_the_service_tells_of_it_then_it_is_read_at_once_and_in_that_calendar_alone(anna: House) -> None:
    provider = telling(anna)
    assert provider.heard == [{"work", "team"}]
    provider.reads.clear()
    anna.services["anna"].add("work", draft("New"))
    provider.tell("work")
    await anna.pass_time(0.1)
    assert provider.reads == ["work"]
    assert await anna.titles() == ["New"]


async def test_changes_when_a_thousand_are_told_then_the_calendar_is_read_every_few_seconds_and_at_their_end(
    anna: House,
) -> None:
    provider = telling(anna)
    provider.reads.clear()
    for number in range(1000):
        anna.services["anna"].add("work", draft(f"Event {number}", number / 4, 15))
        provider.tell("work")
        await anna.pass_time(0.01)
    await anna.pass_time(4)
    assert 3 <= provider.reads.count("work") <= 6
    assert len(await anna.titles()) == 1000


async def test_change_when_it_is_told_while_the_calendar_is_read_then_it_is_read_once_more(anna: House) -> None:
    provider = telling(anna)

    def meanwhile() -> None:
        provider.while_read = lambda: None
        anna.services["anna"].add("work", draft("Late"))
        provider.tell("work")

    provider.while_read = meanwhile
    provider.tell("work")
    await anna.pass_time(4)
    assert await anna.titles() == ["Late"]


@pytest.mark.shows("INACT-1", "R16")
async def test_calendar_when_it_is_lost_then_the_others_are_listened_to_and_it_too_once_it_is_back(anna: House) -> None:
    provider = telling(anna)
    anna.services["anna"].unshare("team")
    provider.tell("team")
    await anna.pass_time(1)
    assert provider.heard == [{"work"}]
    anna.services["anna"].share_again("team")
    await anna.pass_time(400)
    assert provider.heard == [{"work", "team"}]


@pytest.mark.shows("INACT-1", "R15")
async def test_sign_in_when_it_has_ended_then_nobody_listens_before_it_is_renewed(anna: House) -> None:
    provider = telling(anna)
    await anna.sync.lost(SignInExpired("anna"))
    assert provider.heard == []
    await anna.pass_time(120)
    assert provider.heard == []
    anna.sync.account_connected("anna")
    await anna.pass_time(1)
    assert provider.heard == [{"work", "team"}]


async def test_listening_when_pages_are_off_and_nobody_looks_then_it_ends_until_somebody_does(anna: House) -> None:
    provider = telling(anna)
    await anna.workspace.settings.switch_pages(False)
    await anna.pass_time(1)
    assert provider.heard == []
    anna.sync.watch(True)
    await anna.pass_time(1)
    assert provider.heard == [{"work", "team"}]


@pytest.mark.shows("R20")
async def test_listening_when_the_machine_slept_or_the_work_ends_then_it_begins_anew_or_ends(anna: House) -> None:
    provider = telling(anna)
    ((_, first),) = provider.listeners
    anna.timer.jump(3600)
    await anna.pass_time(2)
    ((_, second),) = provider.listeners
    assert provider.heard == [{"work", "team"}]
    assert first == second
    await anna.stop()
    assert provider.heard == []


@pytest.mark.shows("R18")
async def test_network_when_it_is_another_one_then_listening_begins_anew(tmp_path: Path) -> None:
    opened = await house(tmp_path, service())
    provider, way = TellingProvider(opened.services["anna"]), ["wired"]
    opened.sync._desk.provider_of, opened.sync._way_out = lambda account: provider, lambda: way[0]
    opened.run()
    await opened.pass_time(10)
    closed = provider.closed
    way[0] = "wireless"
    await opened.pass_time(10)
    assert closed.is_set()
    assert provider.heard == [{"work"}]
    await opened.close()


async def test_calendar_when_it_is_unknown_then_nothing_happens(anna: House) -> None:
    telling(anna).reads.clear()
    telling(anna).tell("somebody else's")
    await anna.pass_time(1)
    assert telling(anna).reads == []
