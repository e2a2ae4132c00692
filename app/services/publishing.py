"""Publishing: keeps the public child running and knowing what may be known, and answers what visitors ask through it
(PUB-1)."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import logging
import socket
from collections.abc import Iterable
from dataclasses import replace

from app import wire
from app.domain.booking import BookingRequest, LeftMessage, ManagedBooking, Promised, Refused, Taken
from app.domain.clock import Clock, Instant
from app.domain.errors import AftaleError, InvalidFields, NotFound, PortTaken
from app.domain.events import Booked, CalendarChanged, Cancelled, Declined, PagesChanged, Requested, Rescheduled, ServerChanged
from app.domain.overview import Reachability
from app.domain.public import PublicHost, PublicPage
from app.domain.reaching import Serving, Standing
from app.services.announcer import Announcer
from app.services.availability import AvailabilityService, public_host
from app.services.booking import BookingService
from app.services.child import Child, listen
from app.services.invitation import booking_ics
from app.services.pages import PagesService
from app.services.settings import SettingsService

TOGETHER = 0.02
"""Seconds for which changes are gathered before the pages are computed again."""
AT_LEAST_EVERY = 60.0
"""Seconds after which the pages are computed again even if nothing was announced: the window moves with the day."""
_log = logging.getLogger(__name__)
_Answered = Promised | Taken | Refused | ManagedBooking | wire.Left | wire.File | wire.Opens | wire.Remembered


class PublishingService:
    """``url`` is where the pages are on this computer."""

    def __init__(
        self,
        announcer: Announcer,
        clock: Clock,
        settings: SettingsService,
        pages: PagesService,
        availability: AvailabilityService,
        bookings: BookingService,
    ) -> None:
        self._announcer, self._clock, self._settings, self._pages = announcer, clock, settings, pages
        self._availability, self._bookings = availability, bookings
        self._child: Child | None = None
        self._following: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._looking: asyncio.Future[None] | None = None
        self._next: asyncio.Future[None] | None = None
        self._host: PublicHost | None = None
        self._redirects: dict[str, str] = {}
        self._known: dict[str, PublicPage] = {}
        self._pictures: dict[str, wire.PictureLine] = {}
        self.state, self.reason, self.url = "stopped", "", ""
        for kind in (PagesChanged, CalendarChanged, Booked, Requested, Cancelled, Rescheduled, Declined):
            announcer.subscribe(kind, lambda fact: self._changed.set())

    def reach(self) -> tuple[Reachability, str]:
        """How the pages can be reached, and where."""
        states = {"live": Reachability.COMPUTER_ONLY, "failed": Reachability.NOT_REACHED, "stopped": Reachability.STOPPED}
        return states.get(self.state, Reachability.STARTING), self.url

    def standing(self) -> Standing:
        """How publishing stands, for Settings."""
        states = {"live": Serving.LIVE, "failed": Serving.NOT_REACHED, "stopped": Serving.STOPPED}
        port = self._child.port if self._child is not None else 0
        return Standing(states.get(self.state, Serving.STARTING), url=self.url, reason=self.reason, port=port)

    async def start(self, port: int | None = None) -> None:
        """Starts serving. ``port`` None: the one used last, or any free one; 0: any free one. Raises PortTaken."""
        if self._child is None:
            self._child = Child(listen(port) if port else self._listen_again(port))
        child, self.url = self._child, f"http://127.0.0.1:{self._child.port}"
        self._pages.origin = self.url
        await self._keep_port(port, child.port)
        await self._look()
        await child.start(self.greeting, self._handle, self._child_changed)
        self._following = asyncio.ensure_future(self._follow())

    def adopt(self, child: Child) -> None:
        """Uses a child that was begun before the workspace was open."""
        self._child = child

    def _listen_again(self, port: int | None) -> socket.socket:
        if port is None and self._settings.current.publishing.port:
            with contextlib.suppress(PortTaken):
                return listen(self._settings.current.publishing.port)
        return listen(0)

    async def _keep_port(self, wanted: int | None, got: int) -> None:
        current = self._settings.current
        if wanted is None and current.publishing.port != got:
            await self._settings.save(replace(current, publishing=replace(current.publishing, port=got)))

    async def stop(self) -> None:
        """Takes the pages off: the child ends, the socket closes."""
        if self._following is not None:
            self._following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._following
            self._following = None
        if self._child is not None:
            await self._child.stop()
            self._child = None

    async def restart(self) -> None:
        """Starts the child anew on the same address."""
        port = int(self.url.rpartition(":")[2]) if self.url else None
        await self.stop()
        await self.start(port)

    @property
    def child_pid(self) -> int:
        """The process that serves the pages, 0 while there is none."""
        return self._child.pid if self._child is not None else 0

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

    # What the child knows

    async def _follow(self) -> None:
        while True:
            # Not wait_for: in Python 3.11 it can swallow the cancellation that ends this.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(AT_LEAST_EVERY):
                    await self._changed.wait()
            await asyncio.sleep(TOGETHER)
            self._changed.clear()
            try:
                await self._settings.wake_up()
                await self._bookings.expire_requests()
                await self.settled()
            except AftaleError as error:
                _log.warning("the pages could not be computed: %s", error)

    async def _look(self) -> None:
        """Computes the pages and sends what is new."""
        pages, redirects = await self._availability.public_pages()
        saved = await self._pages.all()
        host = public_host(self._settings.current, self.url, saved)
        pictures = await self._new_pictures(pages)
        lines = pictures + self._news(host, redirects, {page.slug: page for page in pages})
        if self._child is not None:
            for line in lines:
                self._child.send(line)
            await self._child.shown()

    async def _new_pictures(self, pages: Iterable[PublicPage]) -> list[wire.Line]:
        """Pictures go before the pages that show them; each is sent once."""
        wanted = {page.picture for page in pages if page.picture}
        self._pictures = {name: line for name, line in self._pictures.items() if name in wanted}
        fresh: list[wire.Line] = []
        for name in sorted(wanted - set(self._pictures)):
            found = await self._pages.picture(name)
            if found is not None:
                type_, body = found
                line = wire.PictureLine(0, name, type_, base64.b64encode(body).decode())
                self._pictures[name] = line
                fresh.append(line)
        return fresh

    def _news(self, host: PublicHost, redirects: dict[str, str], pages: dict[str, PublicPage]) -> list[wire.Line]:
        lines: list[wire.Line] = []
        gone = [slug for slug in self._known if slug not in pages]
        changed = [page for slug, page in pages.items() if self._known.get(slug) != page]
        if not gone and not changed and (host, redirects) == (self._host, self._redirects):
            return lines
        revision = (self._child.revision if self._child is not None else 0) + 1
        if (host, redirects) != (self._host, self._redirects):
            lines.append(wire.HostLine(revision, host, redirects))
        lines += [wire.PageGone(revision, slug) for slug in gone]
        lines += [wire.PageLine(revision, page) for page in changed]
        self._host, self._redirects, self._known = host, redirects, pages
        if self._child is not None:
            self._child.revision = revision
        return lines

    def greeting(self) -> list[wire.Line]:
        """All that a new child has to know, and all that it ever knows."""
        revision = self._child.revision if self._child is not None else 0
        if self._host is None:
            return []
        greeting: list[wire.Line] = [wire.HostLine(revision, self._host, self._redirects), *self._pictures.values()]
        return greeting + [wire.PageLine(revision, page) for page in self._known.values()]

    def _child_changed(self, state: str, reason: str) -> None:
        self.state, self.reason = state, reason
        self._announcer.announce(ServerChanged(state, self.url, reason))

    # What the child asks

    async def _handle(self, ask: wire.Ask) -> wire.Reply:
        try:
            answer = await self._do(ask.what, ask.until)
            if isinstance(ask.what, BookingRequest | wire.CancelIt | wire.MoveIt) and isinstance(
                answer, Promised | ManagedBooking
            ):
                # Whoever was promised a time finds it gone from the page: the pages go down the same pipe, first.
                await self.settled()
            return wire.Reply(ask.id, answer)
        except NotFound:
            return wire.Reply(ask.id, Refused("not_found"))
        except InvalidFields as error:
            return wire.Reply(ask.id, Refused("invalid", error.fields))
        except AftaleError as error:
            # The disk is full or the database locked: nothing was saved, and the visitor is told so.
            _log.warning("a visitor could not be served: %s", type(error).__name__)
            return wire.Reply(ask.id, Refused("not_saved"))

    async def _do(self, what: object, until: Instant) -> _Answered:
        if isinstance(what, BookingRequest):
            return await self._bookings.book(what, until)
        if isinstance(what, LeftMessage):
            await self._bookings.leave_message(what)
            return wire.Left()
        if isinstance(what, wire.LinkFor):
            opened = await self._bookings.open_link(what.slug, what.token)
            return opened if isinstance(opened, Refused) else wire.Opens(opened)
        if isinstance(what, wire.WhoIs):
            return wire.Remembered(self._bookings.recall_visitor(what.kept, what.host))
        if isinstance(what, wire.Lookup):
            return await self._bookings.look_up(what.token)
        if isinstance(what, wire.CancelIt):
            return await self._bookings.cancel_by_token(what.token, what.word)
        if isinstance(what, wire.MoveIt):
            return await self._bookings.move_by_token(what.token, what.start)
        assert isinstance(what, wire.FileFor)
        found = await self._bookings.look_up(what.token)
        if isinstance(found, Refused):
            return found
        url = f"{self.url}/manage/{what.token}"
        loop = asyncio.get_running_loop()
        # icalendar takes 60 ms to import the first time; the loop may be the window's.
        return wire.File(await loop.run_in_executor(None, booking_ics, found, self._settings.current.profile.name, url))
