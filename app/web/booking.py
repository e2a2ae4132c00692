"""A visitor books, goes through the steps of the form, or leaves a message.

Nothing is decided here that the program decides: a form that reads well is handed on, whatever the pages showed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

from app.domain.booking import BookingRequest, Promised, Refused, Taken
from app.domain.choosing import SUGGESTIONS
from app.domain.clock import Clock, Instant, to_iso
from app.domain.errors import InvalidFields
from app.domain.forms import read_booking, read_message
from app.domain.plain import to_plain
from app.domain.public import PageState, PublicPage
from app.domain.typed import Fault
from app.web import answers
from app.web.address import from_fields
from app.web.answers import Answer
from app.web.known import keep_cookie
from app.web.limits import FormTokens, Kind
from app.web.link import Link, ParentSilent
from app.web.pages import Pages
from app.web.receiving import BOOK, MESSAGE, Reception, Sent, flat, starts_of
from app.web.views import Pairs, Views, closed_reason, wishes_text
from app.web.visit import Fields, Visit

TRAP = "website"
"""A field that no person sees."""
RETRY = (b"retry-after", b"10")
TOO_MANY_FOR = 3600
"""Seconds after which somebody with too many open bookings may try again: one of them may be over by then."""


class Booking:
    """One for all visitors."""

    def __init__(self, link: Link, clock: Clock, tokens: FormTokens, reception: Reception, views: Views, pages: Pages) -> None:
        self._link, self._clock, self._tokens = link, clock, tokens
        self._reception, self._views, self._pages = reception, views, pages

    # Book

    async def book(self, visit: Visit, page: PublicPage) -> Answer:
        """Books, or takes the form one step on. Only what has no fault counts for the limit. Raises Refusal."""
        sent = await self._reception.receive(visit)
        fields = sent.fields
        visit = _framed(visit, fields)
        if sent.form and _is_step(fields):
            return self._step(visit, page, sent)
        fault = self._reception.key_fault(visit, sent, page.id, BOOK)
        faults: dict[str, str] = {"key": fault} if fault else {}
        if fields.get(TRAP):
            faults[TRAP] = Fault.LEFT_EMPTY
        if faults:
            self._link.count(bots=1)
        try:
            request = read_booking(flat(fields), page, form=sent.form)
        except InvalidFields as error:
            faults = {**error.fields, **faults}
        if faults:
            return self._invalid(visit, page, sent, faults)
        self._reception.limit(visit, Kind.BOOKING)
        wanted = bool(fields.get("remember")) and sent.form and page.prefill and visit.host.prefill and not visit.embed
        request = replace(request, link=visit.link, remember=wanted, host=visit.asked_host)
        request = replace(request, body=_digest(request))
        try:
            answer = await self._link.ask(request)
        except ParentSilent:
            return self._silent(visit, page, sent)
        return self._booked(visit, page, sent, request, answer)

    def _booked(self, visit: Visit, page: PublicPage, sent: Sent, request: BookingRequest, answer: object) -> Answer:
        match answer:
            case Promised() if visit.embed and not visit.wants_data:
                return answers.page(200, self._views.booked(visit, page, request, answer, sent.words), plain=True)
            case Promised():
                return self._promised(visit, answer)
            case Taken(nearest=nearest):
                return self._taken(visit, page, sent, nearest)
            case Refused(error="invalid", fields=faults):
                return self._invalid(visit, page, sent, faults)
            case Refused(error="not_found"):
                return self._pages.not_found(visit)
            case Refused(error="link_spent" | "link_expired" as error):
                return self._pages.link_over(visit, error)
            case Refused(error="not_saved"):
                return self._silent(visit, page, sent)
            case Refused(error="too_many"):
                return self._pages.too_many(visit, TOO_MANY_FOR)
            case Refused(error=error):
                return self._closed(visit, page, sent, request, error)
        raise TypeError(f"{type(answer).__name__} is no answer to a booking")

    def _promised(self, visit: Visit, answer: Promised) -> Answer:
        path = f"/manage/{answer.manage}"
        if not visit.wants_data:
            keep = (keep_cookie(visit, answer.remember),) if answer.remember else ()
            return answers.redirect(303, f"{path}?new=1", *keep)
        url = visit.host.origin.rstrip("/") + path
        found = {
            "state": answer.state,
            "start": to_iso(answer.start),
            "end": to_iso(answer.end),
            "manage_url": url,
            "ics_url": f"{url}/ics",
        }
        return replace(answers.data(201, found), plain=True)

    def _taken(self, visit: Visit, page: PublicPage, sent: Sent, nearest: tuple[Instant, ...]) -> Answer:
        if visit.wants_data:
            return answers.data(409, {"error": "taken", "nearest": [to_iso(start) for start in nearest]})
        notice = sent.words.gettext("That time was just taken. These are the nearest free ones.")
        lost = next(iter(starts_of(sent.fields)), 0)
        text = self._pages.choose_again(visit, page, from_fields(sent.fields, page), sent.words, notice, nearest, lost)
        return answers.page(409, text, plain=True)

    def _invalid(self, visit: Visit, page: PublicPage, sent: Sent, faults: Mapping[str, str]) -> Answer:
        if visit.wants_data:
            return answers.data(422, {"error": "invalid", "fields": dict(faults)})
        address = from_fields(sent.fields, page)
        starts = starts_of(sent.fields)
        if not starts or "start" in faults or "alternatives" in faults:
            notice = sent.words.gettext("This time cannot be booked. Please choose another.")
            return answers.page(422, self._pages.choose_again(visit, page, address, sent.words, notice), plain=True)
        key = self._tokens.make(page.id, BOOK)
        text = self._views.form(visit, page, address, starts, key, words=sent.words, faults=faults)
        return answers.page(422, text, plain=True)

    def _closed(self, visit: Visit, page: PublicPage, sent: Sent, request: BookingRequest, error: str) -> Answer:
        """The attempt is on record; what the visitor typed is offered as the beginning of a message."""
        if visit.wants_data:
            return answers.data(503, {"error": error}, RETRY)
        given = {
            "email": request.visitor.email,
            "name": request.visitor.name,
            "wishes": wishes_text(sent.words, (request.start, *request.alternatives), request.visitor.zone),
            "message": request.message,
        }
        key = self._tokens.make(page.id, MESSAGE)
        text = self._views.closed(visit, page, error, key, words=sent.words, told=True, given=given)
        return answers.page(503, text, RETRY, plain=True)

    def _silent(self, visit: Visit, page: PublicPage, sent: Sent) -> Answer:
        """The program does not answer. The same form, with its key, can be sent again: it will not be booked twice."""
        if visit.wants_data:
            return answers.data(503, {"error": "unavailable"}, RETRY)
        text = self._views.closed(visit, page, "silent", "", words=sent.words, again=_again(sent.fields))
        return answers.page(503, text, RETRY, plain=True)

    # Steps of a form that keeps what was typed

    def _step(self, visit: Visit, page: PublicPage, sent: Sent) -> Answer:
        address = from_fields(sent.fields, page)
        starts = starts_of(sent.fields)
        if "choose=zone" in str(sent.fields.get("go", "")) and not page.zone_fixed:
            find = str(sent.fields.get("find", ""))[:60]
            return answers.page(200, self._views.zones(visit, page, address, self._clock.now(), find, sent.words), plain=True)
        if page.state is PageState.REQUEST:
            starts = tuple(dict.fromkeys((*address.picks, *starts)))[:SUGGESTIONS]
        if sent.fields.get("step") == "form" and "go" not in sent.fields and starts:
            key = self._tokens.make(page.id, BOOK)
            return answers.page(200, self._views.form(visit, page, address, starts, key, words=sent.words), plain=True)
        if "go" not in sent.fields:
            address = address.with_picks(starts or address.picks)
        return answers.page(200, self._pages.choose_again(visit, page, address, sent.words), plain=True)

    # Messages

    async def message(self, visit: Visit, page: PublicPage) -> Answer:
        """Leaves a message where nothing can be booked now. It counts as a booking for the limit. Raises Refusal."""
        sent = await self._reception.receive(visit)
        visit = _framed(visit, sent.fields)
        fault = self._reception.key_fault(visit, sent, page.id, MESSAGE)
        faults: dict[str, str] = {"key": fault} if fault else {}
        if sent.fields.get(TRAP):
            faults["key"] = Fault.LEFT_EMPTY
        if faults:
            self._link.count(bots=1)
        try:
            left = read_message(sent.fields, page)
        except InvalidFields as error:
            faults = {**error.fields, **faults}
        if faults:
            return self._message_invalid(visit, page, sent, faults)
        self._reception.limit(visit, Kind.BOOKING)
        try:
            answer = await self._link.ask(left)
        except ParentSilent:
            return self._silent_message(visit, page, sent)
        if isinstance(answer, Refused):
            return self._pages.not_found(visit) if answer.error == "not_found" else self._silent_message(visit, page, sent)
        if visit.wants_data:
            return answers.data(201, {"kept": True})
        query = urlencode([("left", "1"), ("lang", sent.words.language), *visit.staying])
        return answers.redirect(303, f"{visit.path_of(page)}?{query}")

    def _message_invalid(self, visit: Visit, page: PublicPage, sent: Sent, faults: Mapping[str, str]) -> Answer:
        if visit.wants_data:
            return answers.data(422, {"error": "invalid", "fields": dict(faults)})
        key = self._tokens.make(page.id, MESSAGE)
        given = {name: value for name, value in sent.fields.items() if isinstance(value, str)}
        text = self._views.closed(visit, page, closed_reason(page), key, words=sent.words, given=given, faults=faults)
        return answers.page(422, text, plain=True)

    def _silent_message(self, visit: Visit, page: PublicPage, sent: Sent) -> Answer:
        if visit.wants_data:
            return answers.data(503, {"error": "unavailable"}, RETRY)
        name = visit.host.first_name
        heading = sent.words.gettext("The message could not be kept")
        text = sent.words.gettext("The computer of {name} cannot answer right now. Please go back and try again in a moment.")
        return answers.page(503, self._views.note(visit, heading, text.format(name=name), page, sent.words), RETRY, plain=True)


def _framed(visit: Visit, fields: Fields) -> Visit:
    """A form says itself that it stood inside another site."""
    return replace(visit, embed=visit.embed or fields.get("embed") == "1")


def _is_step(fields: Fields) -> bool:
    """Whether a form only leads on to another view of itself."""
    return "go" in fields or "more" in fields or fields.get("step") in ("choose", "form")


def _again(fields: Fields) -> Pairs:
    """A form's fields as they were sent."""
    found: Pairs = []
    for name, value in fields.items():
        if name in ("answers", "consent") and isinstance(value, Mapping):
            for key, one in value.items():
                found += [(f"{name}.{key}", each) for each in (one if isinstance(one, list) else [one])]
        elif name not in ("step", "go", TRAP):
            found += [(name, each) for each in (value if isinstance(value, list) else [value])]
    return found


def _digest(request: BookingRequest) -> str:
    """Tells whether two requests ask for the same."""
    plain = to_plain(replace(request, key="", body=""))
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()
