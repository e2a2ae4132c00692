"""Exchange says itself that something changed: what is heard, what it holds up (nothing), and what becomes of it where it does
not work."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from app.domain.connections import Lost
from app.domain.errors import AccessLost
from app.providers.base import TellsAtOnce
from app.providers.exchange.listening import Patience
from app.providers.exchange.provider import ExchangeProvider
from app.providers.exchange.subscribing import MOST_BYTES, Envelopes
from tests.providers.contract import timed
from tests.providers.exchange.worlds import EwsWorld
from tests.servers.ews.faults import Kind
from tests.servers.ews.serving import serving

pytestmark = pytest.mark.anyio
QUICK = Patience(silence=5.0, steady=30.0, retry=0.01, rest=600.0)
"""A test waits for nothing, but what rests does so until its end."""
IMPATIENT = replace(QUICK, silence=0.4)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass
class Listener:
    """Somebody who listens to a mailbox, and what they were told."""

    world: EwsWorld
    provider: ExchangeProvider
    told: list[str] = field(default_factory=list)
    task: asyncio.Task[None] | None = None

    def listen(self, *calendars: str) -> None:
        self.task = asyncio.ensure_future(self.provider.listen(calendars or (self.world.calendar,), self.told.append))

    def count(self, operation: str) -> int:
        return self.world.user.calls.count(operation)

    async def open(self) -> None:
        """A connection stands, and all that was told of the beginning is forgotten."""
        await until(lambda: self.world.server.service.streams == 1)
        await asyncio.sleep(0.05)
        self.told.clear()


async def until(true: Callable[[], Any], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.005)


def threads() -> list[str]:
    return [each.name for each in threading.enumerate() if each.name == "exchange stream"]


Making = Callable[..., Awaitable[Listener]]


@pytest.fixture
async def listening(anyio_backend: str) -> AsyncIterator[Making]:
    """Makes a listener at a server of its own."""
    made: list[Listener] = []
    with serving(tls=True) as server:

        async def make(patience: Patience = QUICK, auth: str = "basic") -> Listener:
            world = EwsWorld(server=server, auth=auth)
            made.append(Listener(world, world.connect(patience=patience)))
            return made[-1]

        yield make
        for each in made:
            each.world.user.open.set()
            await each.world.close()
            if each.task is not None:
                each.task.cancel()
                await asyncio.gather(each.task, return_exceptions=True)


@pytest.mark.shows("SYNC-1", "SYNC-2")
@pytest.mark.parametrize("auth", ["basic", "ntlm", "negotiate"])
async def test_change_when_made_in_exchange_then_it_is_told_at_once_and_the_account_answers_meanwhile(
    listening: Making, auth: str
) -> None:
    anna = await listening(auth=auth)
    world, own = anna.world, anna.world.server.service.default(anna.world.email).id
    assert isinstance(anna.provider, TellsAtOnce)
    anna.listen(world.calendar, own)
    await until(lambda: sorted(anna.told) == sorted([world.calendar, own]))
    await anna.open()
    event = await world.add(timed("a", "2026-10-20 09:00"))
    await until(lambda: anna.told == [world.calendar])
    assert len(await anna.provider.calendars()) == 2
    await world.change(event, timed("a", "2026-10-20 11:00"))
    await until(lambda: anna.told == [world.calendar] * 2)
    await world.remove(event)
    await until(lambda: anna.told == [world.calendar] * 3)
    await anna.provider.create(own, timed("k", "2026-10-21 09:00", booking="b"))
    await until(lambda: anna.told[3:] == [own])
    assert (anna.count("Subscribe"), anna.count("GetStreamingEvents"), anna.count("SyncFolderItems")) == (2, 1, 0)


async def test_listening_when_its_time_is_over_then_it_goes_on_with_the_same_subscription(listening: Making) -> None:
    anna = await listening()
    anna.world.server.minute = 0.02 / QUICK.minutes
    anna.listen()
    await until(lambda: anna.count("GetStreamingEvents") > 3)
    anna.told.clear()
    await anna.world.add(timed("a", "2026-10-20 09:00"))
    await until(lambda: anna.told == [anna.world.calendar])
    assert anna.count("Subscribe") == 1


async def test_listening_when_the_server_closes_at_once_every_time_then_it_is_not_asked_all_the_time(listening: Making) -> None:
    anna = await listening(replace(QUICK, retry=0.3))
    anna.world.server.minute = 0.0
    anna.listen()
    await until(lambda: anna.count("GetStreamingEvents") == 2)
    await asyncio.sleep(0.1)
    assert anna.count("GetStreamingEvents") == 2
    began = time.monotonic()
    await anna.provider.close()
    await until(lambda: not threads(), 2.0)
    assert time.monotonic() - began < 1


async def test_listening_when_the_server_forgot_the_subscription_then_there_is_a_new_one_and_it_is_told(
    listening: Making,
) -> None:
    anna = await listening(replace(QUICK, steady=0.0))
    anna.listen()
    for times in range(2, 5):
        await anna.open()
        anna.world.server.service.subscriptions.clear()
        await until(lambda times=times: anna.count("Subscribe") == times and anna.told == [anna.world.calendar])  # type: ignore[misc]


@pytest.mark.shows("R14")
async def test_listening_when_it_is_cut_then_it_is_taken_up_again_and_what_happened_meanwhile_is_told(
    listening: Making,
) -> None:
    anna = await listening()
    anna.world.faults.add(Kind.DROP, operation="GetStreamingEvents")
    anna.listen()
    await until(lambda: anna.count("GetStreamingEvents") == 2)
    await anna.open()
    await anna.world.add(timed("a", "2026-10-20 09:00"))
    await until(lambda: anna.told == [anna.world.calendar])
    assert anna.count("Subscribe") == 2


@pytest.mark.shows("R14")
@pytest.mark.parametrize("kind", [Kind.DROP, Kind.NOTHING, Kind.DRIP, Kind.HTML])
async def test_listening_when_something_on_the_way_cannot_bear_it_then_it_is_given_up_after_two_tries(
    listening: Making, kind: Kind
) -> None:
    anna = await listening(IMPATIENT)
    anna.world.faults.add(kind, 5, operation="GetStreamingEvents")
    anna.listen()
    await until(lambda: anna.count("GetStreamingEvents") == 2 and not threads())
    await asyncio.sleep(0.1)
    assert anna.count("GetStreamingEvents") == 2
    assert anna.task is not None
    assert not anna.task.done()
    assert len(await anna.provider.calendars()) == 2
    anna.world.faults.stop()
    await anna.provider.close()
    # Another sign-in, or another network, is another try.
    anna.listen()
    await anna.open()


@pytest.mark.shows("SYNC-1")
async def test_listening_when_the_server_does_not_offer_it_then_it_is_asked_once_and_nobody_hears_of_it(
    listening: Making,
) -> None:
    anna = await listening()
    anna.world.server.service.streaming = False
    anna.listen()
    await until(lambda: anna.count("Subscribe") == 1 and not threads())
    await asyncio.sleep(0.1)
    assert (anna.count("Subscribe"), anna.told) == (1, [])
    anna.task.cancel()  # type: ignore[union-attr]
    anna.listen()
    await asyncio.sleep(0.1)
    assert anna.count("Subscribe") == 1


@pytest.mark.shows("R14")
async def test_listening_when_the_server_wants_to_be_left_alone_or_is_away_then_it_is_tried_again(listening: Making) -> None:
    anna = await listening()
    for kind in (Kind.BUSY, Kind.DROP, Kind.HTML, Kind.ERROR_503, Kind.TIMEOUT):
        anna.world.faults.add(kind, wait=1 if kind is Kind.BUSY else None, operation="Subscribe")
    anna.listen()
    await anna.open()
    await anna.world.add(timed("a", "2026-10-20 09:00"))
    await until(lambda: anna.told == [anna.world.calendar])


@pytest.mark.shows("INACT-1", "R16")
@pytest.mark.parametrize("how", ["unshare", "remove_calendar"])
async def test_right_when_it_is_taken_away_then_that_is_told_at_once_and_the_other_calendars_are_heard_further(
    listening: Making, how: str
) -> None:
    anna = await listening()
    world, own = anna.world, anna.world.server.service.default(anna.world.email).id
    anna.listen(world.calendar, own)
    await anna.open()
    found = getattr(world, how)()
    if found is not None:
        await found
    await until(lambda: world.calendar in anna.told)
    with pytest.raises(AccessLost) as lost:
        await anna.provider.changes(world.calendar, "", 0, 1)
    assert lost.value.reason in (Lost.UNSHARED, Lost.REMOVED)
    await anna.open()
    await anna.provider.create(own, timed("k", "2026-10-21 09:00", booking="b"))
    await until(lambda: own in anna.told)


@pytest.mark.shows("R15")
async def test_password_when_it_is_changed_then_a_look_is_asked_for_and_it_is_shown_no_more(listening: Making) -> None:
    anna = await listening()
    anna.world.sign_out()
    anna.listen()
    await until(lambda: anna.told == [anna.world.calendar])
    await until(lambda: not threads())
    requests = len(anna.world.user.calls)
    await asyncio.sleep(0.1)
    assert len(anna.world.user.calls) == requests == 0


@pytest.mark.shows("R11")
async def test_close_when_it_listens_then_it_ends_at_once_and_so_does_the_thread(listening: Making) -> None:
    anna = await listening(Patience())
    anna.listen()
    await anna.open()
    began = time.monotonic()
    await anna.provider.close()
    assert anna.task is not None
    await anna.task
    assert time.monotonic() - began < 0.5
    await until(lambda: not threads(), 2.0)
    await until(lambda: anna.world.server.service.streams == 0, 2.0)


async def test_close_when_the_server_never_answers_then_it_ends_at_once_nevertheless(listening: Making) -> None:
    anna = await listening(Patience())
    anna.world.user.open.clear()
    anna.listen()
    await until(threads)
    began = time.monotonic()
    await anna.provider.close()
    assert anna.task is not None
    await anna.task
    assert time.monotonic() - began < 0.5


async def test_listening_when_other_calendars_are_wanted_then_the_subscriptions_are_given_back(listening: Making) -> None:
    anna = await listening()
    anna.listen()
    await anna.open()
    assert anna.task is not None
    anna.task.cancel()
    await until(lambda: not anna.world.server.service.subscriptions and not threads())
    assert anna.count("Unsubscribe") == 1


def test_envelopes_when_they_arrive_in_any_pieces_then_each_is_whole() -> None:
    one, two = b'<?xml version="1.0"?><s:Envelope xmlns:s="x"><s:Body/></s:Envelope >', b"<Envelope><Body/></Envelope>"
    for size in range(1, len(one + two)):
        cut, found = Envelopes(), []
        for begin in range(0, len(one + two), size):
            found += cut.feed((one + two)[begin : begin + size])
        assert found == [one, two]
    with pytest.raises(ValueError, match="without an end"):
        Envelopes().feed(b"<s:Envelope>" + b" " * MOST_BYTES)
