"""Publishing: keeps the public child running and knowing what may be known, as far out as the owner wants, and says how that
stands (PUB-1, PUB-2)."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import logging
import socket
from collections.abc import Iterable
from dataclasses import replace

from app import wire
from app.domain.clock import Clock, Instant
from app.domain.errors import AftaleError, PortTaken
from app.domain.events import Booked, CalendarChanged, Cancelled, Declined, PagesChanged, Requested, Rescheduled, ServerChanged
from app.domain.ids import new_id
from app.domain.notices import Notice, NoticeKind
from app.domain.overview import Reachability
from app.domain.pages import Page
from app.domain.public import PublicHost
from app.domain.reaching import Serving, Standing
from app.domain.settings import Domain, Reach
from app.models.database import Database
from app.models.notices import add_notice
from app.services.announcer import Announcer
from app.services.asked import Asked
from app.services.availability import AvailabilityService, public_host
from app.services.booking import BookingService
from app.services.child import EVERYWHERE, HERE, Child, listen
from app.services.counts import Counts
from app.services.domains import DomainsService, Trust, system_trust
from app.services.own_addresses import LOOPBACK, lan_addresses, own_names
from app.services.pages import PagesService
from app.services.pushed import Pushed
from app.services.reach_watch import NO_DOMAIN, NO_NETWORK, Places, ReachWatch
from app.services.settings import SettingsService

TOGETHER = 0.02
"""Seconds for which changes are gathered before the pages are computed again."""
AT_LEAST_EVERY = 60.0
"""Seconds after which the pages are computed again even if nothing was announced: the window moves with the day."""
PORT_FREE_WITHIN = 3.0
PORT_TAKEN = "port_taken"
"""Why the pages reach less far than the owner wants."""
TOLD_AFTER = 120
"""Seconds in which no guest finds the pages after which the owner gets a notice."""
_log = logging.getLogger(__name__)


async def _listen_soon(port: int, place: str) -> socket.socket:
    """A child that was told to go closes its socket a moment later. Raises PortTaken."""
    end = asyncio.get_running_loop().time() + PORT_FREE_WITHIN
    while True:
        try:
            return listen(port, place)
        except PortTaken:
            if asyncio.get_running_loop().time() > end:
                raise
            await asyncio.sleep(0.02)


class PublishingService:
    """``url`` is where the pages are on this computer; ``origin`` what links begin with; ``domains`` checks addresses.
    ``state`` is that of the public child: ``starting``, ``live``, ``failed`` or ``stopped``."""

    def __init__(
        self,
        announcer: Announcer,
        clock: Clock,
        settings: SettingsService,
        pages: PagesService,
        availability: AvailabilityService,
        bookings: BookingService,
        database: Database,
        trust: Trust = system_trust,
    ) -> None:
        self._announcer, self._clock, self._settings, self._pages = announcer, clock, settings, pages
        self._availability, self._bookings, self._database = availability, bookings, database
        self._child: Child | None = None
        self._retired: set[Child] = set()
        self._tasks: tuple[asyncio.Task[None], ...] = ()
        self._changed = asyncio.Event()
        self._looking: asyncio.Future[None] | None = None
        self._next: asyncio.Future[None] | None = None
        self._pushed, self._counts = Pushed(pages), Counts()
        self._asked = Asked(bookings, settings, pages, self.settled)
        self.state, self.reason, self.url = "stopped", "", ""
        self._port, self._port_taken = 0, False
        self._lan: tuple[str, ...] = ()
        self._told: tuple[object, ...] = ()
        self._stands, self._since = Serving.STOPPED, clock.now()
        self._down_since: Instant = 0
        self._down_told = False
        self.domains = DomainsService(clock, self._sign_of, trust)
        self._watch = ReachWatch(clock, self.domains, self._places, self._reach_changed, self._changed.set)
        self._watched = Places()
        for kind in (PagesChanged, CalendarChanged, Booked, Requested, Cancelled, Rescheduled, Declined):
            announcer.subscribe(kind, lambda fact: self._changed.set())

    # How far the pages reach

    @property
    def origin(self) -> str:
        """Scheme, host and port of every link (URL-3)."""
        return self._pages.origin

    @property
    def in_force(self) -> Reach:
        """How far the pages reach now: to other computers of the network only through a socket that is open for them."""
        wanted = self._settings.current.publishing.reach
        if wanted is Reach.NETWORK and (self._child is None or not self._child.everywhere):
            return Reach.COMPUTER
        return wanted

    @property
    def serving(self) -> Serving:
        """Whether guests find the pages: live only as long as the address that they use leads here."""
        states = {"failed": Serving.NOT_REACHED, "stopped": Serving.STOPPED, "live": Serving.LIVE}
        found = states.get(self.state, Serving.STARTING)
        return self._watch.serving if found is Serving.LIVE and self.in_force is not Reach.COMPUTER else found

    def reach(self) -> tuple[Reachability, str]:
        """How the pages can be reached, and where."""
        live = Reachability.COMPUTER_ONLY if self.in_force is Reach.COMPUTER else Reachability.LIVE
        states = {
            Serving.LIVE: live,
            Serving.NOT_REACHED: Reachability.NOT_REACHED,
            Serving.STOPPED: Reachability.STOPPED,
            Serving.STARTING: Reachability.STARTING,
        }
        return states[self.serving], self.origin

    def standing(self) -> Standing:
        """How publishing stands, for Settings."""
        watched = self.in_force is not Reach.COMPUTER and self.state == "live"
        return Standing(
            self.serving,
            reach=self.in_force.value,
            url=self.origin if self.url else "",
            since=self._since,
            last_visit=self._child.last_visit if self._child is not None else 0,
            milliseconds=self._watch.milliseconds if watched else 0,
            reason=PORT_TAKEN if self._port_taken else self._watch.reason if watched else self.reason,
            port=self._port,
            lan=lan_addresses(),
            proxy_secret=self._proxy_secret,
            checks=self.domains.checks,
        )

    @property
    def _proxy_secret(self) -> str:
        """What the owner's reverse proxy proves itself with: the same as long as the workspace lives."""
        return self._key_for(b"reverse proxy\x01")

    def _key_for(self, purpose: bytes) -> str:
        salt = self._settings.salt
        return hmac.new(salt, purpose, hashlib.sha256).hexdigest() if salt else ""

    def _sign_of(self, nonce: str) -> str:
        return self._child.sign_of(nonce) if self._child is not None else ""

    def _places(self) -> Places:
        """What the watch has to ask."""
        publishing = self._settings.current.publishing
        if self.state != "live" or self.in_force is Reach.COMPUTER:
            return Places()
        if self.in_force is Reach.NETWORK:
            main = Domain(self._lan[0], self._port, secure=False) if self._lan else None
            return Places(True, main, publishing.domains, NO_NETWORK)
        main = publishing.domain
        return Places(True, main, tuple(each for each in publishing.domains if each != main), NO_DOMAIN)

    def _reach_changed(self) -> None:
        serving, now = self.serving, self._clock.now()
        if serving is not self._stands:
            self._stands, self._since = serving, now
        if serving is Serving.NOT_REACHED:
            self._down_since = self._down_since or now
        elif serving in (Serving.LIVE, Serving.STOPPED):
            self._down_since, self._down_told = 0, False
        reason = self.reason or (self._watch.reason if self.in_force is not Reach.COMPUTER else "")
        if self._told != (told := (self.state, serving, reason, self.in_force)):
            self._told = told
            self._announcer.announce(ServerChanged(self.state, self.url, reason))

    async def _tell_if_down(self) -> None:
        """One notice when no guest has found the pages for a while, and none more until they are live again."""
        now = self._clock.now()
        if not self._down_since or self._down_told or now - self._down_since < TOLD_AFTER:
            return
        self._down_told = True
        notice = Notice(new_id(), NoticeKind.SERVER, now, reason=str(self.standing().reason))
        await self._database.write(lambda session: add_notice(session, notice))
        self._announcer.announce(ServerChanged(self.state, self.url, self.reason))

    # Start and end

    async def start(self, port: int | None = None) -> None:
        """Starts serving. ``port`` None: the one used last, or any free one; 0: any free one. Raises PortTaken."""
        await self._drop_misplaced()
        if self._child is None:
            self._child = Child(self._listen_first(self._port or port))
        self._port = self._child.port
        self.url = f"http://{HERE}:{self._port}"
        await self._keep_port(port, self._port)
        await self._look()
        await self._counts.load(self._database, self._clock)
        self._child.counts = self._counts
        await self._child.start(self.greeting, self._asked.answer, self._child_changed)
        lasting = (self._follow(), self._watch.run(), self._counts.keep_saving(self._database, self._clock))
        self._tasks = tuple(asyncio.ensure_future(each) for each in lasting)

    def adopt(self, child: Child) -> None:
        """Uses a child that was begun before the workspace was open."""
        self._child = child

    async def _drop_misplaced(self) -> None:
        """A child that was begun on a socket that reaches farther, or less far, than the settings say."""
        child = self._child
        if child is not None and child.everywhere != (self._settings.current.publishing.reach is Reach.NETWORK):
            self._port, self._child = child.port, None
            await child.stop()

    def _listen_first(self, port: int | None) -> socket.socket:
        """Open for the network where that is wanted and possible, else for this computer."""
        publishing = self._settings.current.publishing
        places = (EVERYWHERE, HERE) if publishing.reach is Reach.NETWORK else (HERE,)
        for wanted in (publishing.port, 0) if port is None and publishing.port else (port or 0,):
            for place in places:
                with contextlib.suppress(PortTaken):
                    found = listen(wanted, place)
                    self._port_taken = place != places[0]
                    return found
        raise PortTaken(port or 0)

    async def _keep_port(self, wanted: int | None, got: int) -> None:
        if wanted is None and self._settings.current.publishing.port != got:
            await self._settings.change(lambda stored: replace(stored, publishing=replace(stored.publishing, port=got)))

    async def stop(self) -> None:
        """Takes the pages off: the child ends, the socket closes."""
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._tasks, self._port = (), 0
        children = {*self._retired, *((self._child,) if self._child is not None else ())}
        self._retired, self._child = set(), None
        for child in children:
            await child.stop()
        await self._counts.save(self._database, self._clock)

    async def restart(self) -> None:
        """Starts the child anew on the same address."""
        port = self._port or None
        await self.stop()
        await self.start(port)

    async def try_again(self) -> None:
        """Asks the address that guests use, where the page server itself is well; else that begins anew."""
        if self.state != "live" or self.standing().reason == PORT_TAKEN:
            await self.restart()
            return
        # First what this computer is called now: its network may be another one.
        await self.settled()
        address = self._places().main
        if address is not None:
            await self.domains.check(address)

    async def _follow_reach(self) -> None:
        """Opens or closes the socket for other computers, as the settings say. Where that cannot be, all stays as it was."""
        child, wanted = self._child, self._settings.current.publishing.reach is Reach.NETWORK
        if child is None or child.everywhere == wanted:
            self._port_taken = False
        elif self.state in ("live", "failed"):
            was = self._port_taken
            try:
                if wanted:
                    # Tried on each address of the network first: on its own one the pages themselves are in the way.
                    for address in lan_addresses():
                        listen(self._port, address).close()
                await self._take_over(child, EVERYWHERE if wanted else HERE)
                self._port_taken = False
            except PortTaken:
                self._port_taken = True
                if not was:
                    _log.info("another program has the port of the pages in the network")
            self._reach_changed()

    async def _take_over(self, child: Child, place: str) -> None:
        """A new child on a new socket with the same port, while the old one finishes with its visitors. Raises PortTaken."""
        before = EVERYWHERE if child.everywhere else HERE
        server: socket.socket | None = None
        taken: PortTaken | None = None
        # Where the system lets both listen for a moment nobody is refused; else the port must be free first.
        with contextlib.suppress(PortTaken):
            server = child.listen_beside(place)
        child.retire()
        self._retired = {each for each in self._retired if not each.ended} | {child}
        await child.deaf()
        try:
            server = server or await _listen_soon(self._port, place)
        except PortTaken as error:
            taken, server = error, await self._listen_as_before(before)
        self._child = Child(server, child)
        with contextlib.suppress(TimeoutError):
            await self._child.start(self.greeting, self._asked.answer, self._child_changed)
        if taken is not None:
            raise taken

    async def _listen_as_before(self, place: str) -> socket.socket:
        """The old place again; should somebody have taken that as well in this moment, another port is better than no pages."""
        try:
            return await _listen_soon(self._port, place)
        except PortTaken:
            server = listen(0)
            self._port = int(server.getsockname()[1])
            self.url = f"http://{HERE}:{self._port}"
            return server

    @property
    def child_pid(self) -> int:
        """The process that serves the pages, 0 while there is none."""
        return self._child.pid if self._child is not None else 0

    def _child_changed(self, state: str, reason: str) -> None:
        self.state, self.reason = state, reason
        self._watch.look()
        self._reach_changed()

    # What the child knows

    def greeting(self) -> list[wire.Line]:
        """All that a new child has to know, and all that it ever knows."""
        key = self._key_for(b"names of visitors\x01")
        return [*((wire.Naming(key),) if key else ()), *self._pushed.everything()]

    async def settled(self) -> None:
        """Returns when what changed before the call stands on the pages. Many callers share one computation."""
        if self._next is None:
            self._next = asyncio.ensure_future(self._look_after(self._looking))
        await asyncio.shield(self._next)

    async def _look_after(self, running: asyncio.Future[None] | None) -> None:
        """One computation that begins when the running one, which may have read an older state, has ended."""
        if running is not None:
            await asyncio.wait([running])
        self._looking, self._next = self._next, None
        await self._look()

    async def _follow(self) -> None:
        while True:
            # Not wait_for: in Python 3.11 it can swallow the cancellation that ends this.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(AT_LEAST_EVERY):
                    await self._changed.wait()
            await asyncio.sleep(TOGETHER)
            self._changed.clear()
            try:
                await self._tell_if_down()
                await self._settings.wake_up()
                await self._bookings.expire_requests()
                await self.settled()
            except AftaleError as error:
                _log.warning("the pages could not be computed: %s", error)

    async def _look(self) -> None:
        """Computes the pages and sends what is new."""
        await self._follow_reach()
        self._see_addresses()
        pages, redirects = await self._availability.public_pages()
        host = self._public_host(await self._pages.all())
        lines = await self._pushed.news(host, redirects, pages)
        if self._child is not None:
            self._child.revision = self._pushed.revision
            for line in lines:
                self._child.send(line)
            await self._child.shown()

    def _see_addresses(self) -> None:
        """What this computer is called in its network may be another name than before."""
        self._lan = lan_addresses() if self.in_force is Reach.NETWORK else ()
        self._pages.here = self.url
        self._pages.lan = f"http://{self._lan[0]}:{self._port}" if self._lan else ""
        if self._watched != (places := self._places()):
            self._watched = places
            self._watch.look()

    def _public_host(self, pages: Iterable[Page]) -> PublicHost:
        names = (*LOOPBACK, *self._lan, *own_names()) if self.in_force is Reach.NETWORK else LOOPBACK
        mark = hashlib.sha256(self._proxy_secret.encode()).hexdigest()
        host = public_host(self._settings.current, self.origin, pages, names, mark)
        return replace(host, reach=self.in_force.value)
