"""Watches whether guests reach the pages (PUB-2): asks the address that they use, again and again, and at once when something
may have changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from app.domain.clock import Clock
from app.domain.reaching import DomainCheck, Serving
from app.domain.settings import Domain
from app.services.domains import DomainsService
from app.services.own_addresses import lan_addresses
from app.services.pace import LoopPace, Pace
from app.services.sync.watch import GAP, Heartbeat, Network

BEAT, LOOK_AT_NETWORK = 1.0, 5
"""Seconds between two heartbeats; beats between two looks at the network."""
WELL = (60.0, 60.0, 60.0, 60.0, 60.0, 120.0, 240.0, 300.0)
"""Seconds until the next check after so many good ones in a row; the last one holds on."""
FAILED = (2.0, 5.0, 10.0, 20.0, 30.0, 30.0, 60.0)
"""The same after bad ones."""
NO_DOMAIN, NO_NETWORK = "no_domain", "no_network"
"""Why there is no address at all."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where guests find the pages: the address that links carry, and the others. ``watched``: it lies beyond this computer, and
    the pages are up. ``without``: why there is no main address, if there is none."""

    watched: bool = False
    main: Domain | None = None
    others: tuple[Domain, ...] = ()
    without: str = ""


def _same(one: Domain | None, other: Domain | None) -> bool:
    """Whether both lead to the same place, whatever else is set for them."""
    return one is other if one is None or other is None else one.origin == other.origin


class ReachWatch:
    """``places`` says what is to be watched; ``changed`` hears when ``serving`` or ``reason`` is another; ``moved`` when the
    network of this computer is another one.

    ``serving`` is ``LIVE`` only while the last check of the main address succeeded, ``NOT_REACHED`` after two failures in a row
    and ``STARTING`` before and in between.
    """

    def __init__(
        self,
        clock: Clock,
        domains: DomainsService,
        places: Callable[[], Places],
        changed: Callable[[], None],
        moved: Callable[[], None],
        pace: Pace | None = None,
        way_out: Callable[[], str] | None = None,
    ) -> None:
        self._clock, self._domains, self._places, self._changed, self._moved = clock, domains, places, changed, moved
        self._pace, self._way_out = pace or LoopPace(), way_out
        self.serving, self.reason, self.milliseconds = Serving.STARTING, "", 0
        self._well = self._failed = 0
        self._due = 0.0
        self._woken = asyncio.Event()
        self._main: Domain | None = None
        domains.heard = self._heard

    def look(self) -> None:
        """Something changed: what was seen before means nothing, and everything is asked at once."""
        self._due, self._well = 0.0, 0
        self._woken.set()

    async def run(self) -> None:
        """Watches until it is cancelled. Rests while nothing is published."""
        while True:
            if not self._places().watched:
                self._begin(None)
                await self._woken.wait()
                self._woken.clear()
                continue
            await self._watch()

    async def _watch(self) -> None:
        heartbeat, network, lan, beats = Heartbeat(self._clock, self._pace), Network(self._way_out), lan_addresses(), 0
        while (places := self._places()).watched:
            if self._pace.time() >= self._due or not _same(places.main, self._main):
                wall, steady = self._clock.now(), self._pace.time()
                await self._check(places)
                # A check may take its time, which is no jump of the clock; but it may have slept in the middle of one.
                heartbeat.jumped()
                if abs(self._clock.now() - wall - (self._pace.time() - steady)) > GAP:
                    self.look()
                continue
            await self._pace.pause(self._woken, BEAT)
            self._woken.clear()
            beats += 1
            moved = False
            if beats % LOOK_AT_NETWORK == 0:
                before, lan = lan, lan_addresses()
                moved = network.changed() or lan != before
            if moved:
                self._moved()
            if heartbeat.jumped() or moved:
                self.look()

    async def _check(self, places: Places) -> None:
        if not _same(places.main, self._main):
            self._begin(places.main)
        self._woken.clear()
        self._due = float("inf")
        if places.main is None:
            self._now(Serving.NOT_REACHED, places.without)
        wanted = (*((places.main,) if places.main is not None else ()), *places.others)
        self._domains.forget_all_but(frozenset(each.host for each in wanted))
        await asyncio.gather(*(self._domains.check(each) for each in wanted))
        if self._woken.is_set():
            # Something changed while the answer was on its way.
            self._due = 0.0

    def _begin(self, main: Domain | None) -> None:
        self._main, self._well, self._failed = main, 0, 0
        self._now(Serving.STARTING, "")

    def _heard(self, domain: Domain, check: DomainCheck) -> None:
        """What came of any check, also one that the owner asked for."""
        if _same(domain, self._main) and self._places().watched:
            self.milliseconds = check.milliseconds
            self._step(check)

    def _step(self, check: DomainCheck) -> None:
        if check.reached:
            wait = WELL[min(self._well, len(WELL) - 1)]
            self._well, self._failed = self._well + 1, 0
            self._now(Serving.LIVE, "")
        else:
            wait = FAILED[min(self._failed, len(FAILED) - 1)]
            self._well, self._failed = 0, self._failed + 1
            self._now(Serving.NOT_REACHED if self._failed > 1 else Serving.STARTING, str(check.obstacle))
        self._due = self._pace.time() + wait

    def _now(self, serving: Serving, reason: str) -> None:
        if (serving, reason) != (self.serving, self.reason):
            self.serving, self.reason = serving, reason
            self._changed()
