"""A visitor looks at their booking, cancels it or moves it. The token of the link is the only authority (BOOK-5, BOOK-6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app import wire
from app.domain import typed
from app.domain.booking import ManagedBooking, Refused, Taken
from app.domain.clock import Clock, Instant, to_iso
from app.domain.typed import Fault
from app.web import answers
from app.web.answers import Answer
from app.web.held import HeldViews
from app.web.limits import FormTokens, Kind, Rates
from app.web.link import Link, ParentSilent
from app.web.pages import Pages
from app.web.receiving import MANAGE, Reception, Refusal, starts_of
from app.web.visit import Visit

NOINDEX = (b"x-robots-tag", b"noindex")
RETRY = (b"retry-after", b"10")


class Managing:
    """One for all visitors."""

    def __init__(
        self, link: Link, clock: Clock, tokens: FormTokens, rates: Rates, reception: Reception, held: HeldViews, pages: Pages
    ) -> None:
        self._link, self._clock, self._tokens, self._rates = link, clock, tokens, rates
        self._reception, self._held, self._pages = reception, held, pages

    async def look(self, visit: Visit, token: str) -> Answer:
        """The booking behind a manage link."""
        booking = await self._ask_about(visit, token, wire.Lookup(token))
        if visit.wants_data:
            return self._held_data(visit, token, booking)
        return self._held_page(visit, token, booking, 200)

    async def file(self, visit: Visit, token: str) -> Answer:
        """Its calendar file."""
        found = await self._ask(visit, token, wire.FileFor(token))
        if not isinstance(found, wire.File):
            raise TypeError(f"{type(found).__name__} is no file")
        name = (b"content-disposition", b'attachment; filename="meeting.ics"')
        return Answer(200, found.text.encode(), b"text/calendar; charset=utf-8", (name, NOINDEX), plain=True)

    async def cancel(self, visit: Visit, token: str) -> Answer:
        """With a word to the owner, if they want. Raises Refusal."""
        sent = await self._reception.receive(visit)
        self._reception.check_manage(visit, sent, token)
        word = sent.fields.get("word")
        try:
            text = typed.text(word, typed.ANSWER_LONGEST) if word is not None else ""
        except typed.UnacceptableError as error:
            return await self._change_failed(visit, token, "invalid", {"word": error.fault})
        return await self._change(visit, token, wire.CancelIt(token, text), "")

    async def move(self, visit: Visit, token: str) -> Answer:
        """To the first start of the form. Raises Refusal."""
        sent = await self._reception.receive(visit)
        self._reception.check_manage(visit, sent, token)
        starts = starts_of(sent.fields)
        if not starts:
            fault = Fault.NOT_A_TIME if sent.fields.get("start") else Fault.MISSING
            return await self._change_failed(visit, token, "invalid", {"start": fault})
        return await self._change(visit, token, wire.MoveIt(token, starts[0]), "?moved=1")

    async def _change(self, visit: Visit, token: str, what: wire.CancelIt | wire.MoveIt, then: str) -> Answer:
        answer = await self._ask(visit, token, what)
        match answer:
            case ManagedBooking() if visit.wants_data:
                return self._held_data(visit, token, answer)
            case ManagedBooking():
                return answers.redirect(303, f"/manage/{token}{then}")
            case Taken(nearest=nearest):
                return await self._change_failed(visit, token, "taken", {}, nearest)
            case Refused(error=error, fields=faults):
                return await self._change_failed(visit, token, error, faults)
        raise TypeError(f"{type(answer).__name__} is no answer to a change")

    async def _change_failed(
        self, visit: Visit, token: str, error: str, faults: Mapping[str, str], nearest: tuple[Instant, ...] = ()
    ) -> Answer:
        status = {"invalid": 422, "taken": 409, "state": 409, "too_late": 409, "not_allowed": 409}.get(error, 503)
        if visit.wants_data:
            found: dict[str, Any] = {"error": error if error != "not_saved" else "unavailable"}
            if error == "taken":
                found["nearest"] = [to_iso(start) for start in nearest]
            if error == "invalid":
                found["fields"] = dict(faults)
            return answers.data(status, found, *((RETRY,) if status == 503 else ()))
        booking = await self._ask_about(visit, token, wire.Lookup(token))
        problem = next(iter(faults.values()), error)
        return self._held_page(visit, token, booking, status, problem, nearest)

    async def _ask_about(self, visit: Visit, token: str, what: wire.Lookup) -> ManagedBooking:
        found = await self._ask(visit, token, what)
        if not isinstance(found, ManagedBooking):
            raise TypeError(f"{type(found).__name__} is no booking")
        return found

    async def _ask(self, visit: Visit, token: str, what: wire.Lookup | wire.FileFor | wire.CancelIt | wire.MoveIt) -> object:
        """The program's answer about a booking. Raises Refusal when there is none behind the token, or no answer."""
        if not visit.direct:
            wait = self._rates.wait(Kind.BAD_TOKEN, visit.address)
            if wait:
                raise Refusal(self._pages.too_many(visit, wait))
        try:
            found = await self._link.ask(what)
        except ParentSilent:
            raise Refusal(self._pages.silent(visit)) from None
        if isinstance(found, Refused) and found.error == "not_found":
            wait = 0 if visit.direct else self._rates.note_bad_token(visit.address)
            raise Refusal(self._pages.too_many(visit, wait) if wait else self._pages.not_found(visit))
        if isinstance(found, Refused) and isinstance(what, wire.Lookup | wire.FileFor):
            raise Refusal(self._pages.silent(visit))
        return found

    def _held_page(
        self,
        visit: Visit,
        token: str,
        booking: ManagedBooking,
        status: int,
        problem: str = "",
        nearest: tuple[Instant, ...] = (),
    ) -> Answer:
        page = self._link.shelf.page(booking.slug)
        now = self._clock.now()
        duration = (booking.end - booking.start) // 60
        starts = self._link.shelf.starts(page, duration, now) if page is not None else ()
        key = self._tokens.make(token, MANAGE)
        text = self._held.show(visit, token, booking, page, starts, now, key, problem=problem, nearest=nearest)
        return answers.page(status, text, NOINDEX, plain=True)

    def _held_data(self, visit: Visit, token: str, booking: ManagedBooking) -> Answer:
        url = f"{visit.host.origin.rstrip('/')}/manage/{token}"
        found = {
            "state": booking.state,
            "title": booking.title,
            "host": booking.host,
            "start": to_iso(booking.start),
            "end": to_iso(booking.end),
            "alternatives": [to_iso(start) for start in booking.alternatives],
            "time_zone": booking.visitor.zone,
            "can_change": booking.can_change,
            "can_move": booking.can_change and booking.may_move,
            "can_cancel": booking.can_change and booking.may_cancel,
            "manage_url": url,
            "ics_url": f"{url}/ics",
        }
        return replace(answers.data(200, found, NOINDEX), plain=True)
