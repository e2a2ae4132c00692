"""What visitors ask through the public child, and who answers it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from app import wire
from app.domain.booking import BookingRequest, LeftMessage, ManagedBooking, Promised, Refused, Taken
from app.domain.clock import Instant
from app.domain.errors import AftaleError, InvalidFields, NotFound
from app.services.booking import BookingService
from app.services.invitation import booking_ics
from app.services.pages import PagesService
from app.services.settings import SettingsService

_log = logging.getLogger(__name__)
_Answered = Promised | Taken | Refused | ManagedBooking | wire.Left | wire.File | wire.Opens | wire.Remembered


class Asked:
    """``settled`` returns when what was changed stands on the pages."""

    def __init__(
        self, bookings: BookingService, settings: SettingsService, pages: PagesService, settled: Callable[[], Awaitable[None]]
    ) -> None:
        self._bookings, self._settings, self._pages, self._settled = bookings, settings, pages, settled

    async def answer(self, ask: wire.Ask) -> wire.Reply:
        """What goes wrong becomes Refused. A booking is answered once the pages show what it changed."""
        try:
            answer = await self._do(ask.what, ask.until)
            if isinstance(ask.what, BookingRequest | wire.CancelIt | wire.MoveIt) and isinstance(
                answer, Promised | ManagedBooking
            ):
                # Whoever was promised a time finds it gone from the page: the pages go down the same pipe, first.
                await self._settled()
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
        match what:
            case BookingRequest():
                return await self._bookings.book(what, until)
            case LeftMessage():
                await self._bookings.leave_message(what)
                return wire.Left()
            case wire.LinkFor(slug, token):
                opened = await self._bookings.open_link(slug, token)
                return opened if isinstance(opened, Refused) else wire.Opens(opened)
            case wire.WhoIs(kept, host):
                return wire.Remembered(self._bookings.recall_visitor(kept, host))
            case wire.Lookup(token):
                return await self._bookings.look_up(token)
            case wire.CancelIt(token, word):
                return await self._bookings.cancel_by_token(token, word)
            case wire.MoveIt(token, start):
                return await self._bookings.move_by_token(token, start)
            case wire.FileFor(token):
                return await self._file(token)
        raise TypeError(f"nobody answers {type(what).__name__}")

    async def _file(self, token: str) -> _Answered:
        found = await self._bookings.look_up(token)
        if isinstance(found, Refused):
            return found
        url = f"{self._pages.origin}/manage/{token}"
        loop = asyncio.get_running_loop()
        # icalendar takes 60 ms to import the first time; the loop may be the window's.
        return wire.File(await loop.run_in_executor(None, booking_ics, found, self._settings.current.profile.name, url))
