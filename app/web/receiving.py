"""Receiving what visitors send: who may send it, how much of it, in which form; and whether a program may do so."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.clock import Instant
from app.domain.typed import Fault
from app.i18n import LANGUAGES, Wording
from app.web import guard
from app.web.address import starts_in
from app.web.answers import Answer
from app.web.limits import FormTokens, Kind, Rates
from app.web.pages import Pages
from app.web.visit import FORM, Fields, NotReadable, TooLarge, Visit, read_body, read_fields

BOOK, MESSAGE, MANAGE = "book", "message", "manage"
"""What a form token is for."""


class Refusal(Exception):
    """The request ends here with this answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Sent:
    """What came with a POST. ``words``: in the language in which the form was shown."""

    fields: Fields
    form: bool
    words: Wording


class Reception:
    """One for all visitors. Every refusal is raised as one."""

    def __init__(self, tokens: FormTokens, rates: Rates, pages: Pages) -> None:
        self._tokens, self._rates, self._pages = tokens, rates, pages

    async def receive(self, visit: Visit) -> Sent:
        """Raises Refusal for what comes from elsewhere, is too long, or cannot be read."""
        if guard.origin_of(visit.headers, visit.host) is guard.Origin.FOREIGN:
            raise Refusal(self._pages.problem(visit, 403, "cross_site"))
        try:
            body = await read_body(visit.request)
        except TooLarge:
            raise Refusal(self._pages.problem(visit, 413, "too_large")) from None
        if not body and not visit.content_type:
            return Sent({}, not visit.wants_data, visit.words)
        try:
            fields = read_fields(body, visit.content_type)
        except NotReadable as error:
            if not error.type_known:
                raise Refusal(self._pages.problem(visit, 415, "content_type")) from None
            raise Refusal(self._pages.problem(visit, 422, "invalid", {"body": Fault.WRONG_TYPE})) from None
        language = fields.get("language")
        words = Wording(language, visit.words.clock_24) if language in LANGUAGES else visit.words
        return Sent(fields, visit.content_type == FORM, words)

    def key_fault(self, visit: Visit, sent: Sent, page: str, purpose: str) -> Fault | None:
        """Whether the form token is good; programs need none where they may book. Raises Refusal where they may not."""
        key = sent.fields.get("key")
        fault = self._tokens.fault(key, page, purpose) if isinstance(key, str) else Fault.MISSING
        if sent.form or fault in (None, Fault.TOO_FAST):
            return Fault.EXPIRED if fault is Fault.MISSING else fault
        if visit.here or visit.host.programs:
            return None
        raise Refusal(self._pages.problem(visit, 403, "form_token"))

    def check_manage(self, visit: Visit, sent: Sent, token: str) -> None:
        """The link is the authority; this only keeps other sites from pressing its buttons. Raises Refusal."""
        if guard.origin_of(visit.headers, visit.host) is guard.Origin.OWN or visit.here or visit.host.programs:
            return
        key = sent.fields.get("key")
        if not isinstance(key, str) or self._tokens.fault(key, token, MANAGE) not in (None, Fault.TOO_FAST):
            raise Refusal(self._pages.problem(visit, 403, "form_token"))

    def limit(self, visit: Visit, kind: Kind) -> None:
        """Counts one, and raises Refusal if that is too many. A ``direct`` visitor is not limited."""
        if visit.direct:
            return
        wait = self._rates.take(kind, visit.address)
        if wait:
            raise Refusal(self._pages.too_many(visit, wait))


def flat(fields: Fields) -> Fields:
    """A form may send its wishes as several ``start``: the first is the start, the others are alternatives."""
    starts = fields.get("start")
    if not isinstance(starts, list):
        return fields
    first, *rest = starts or [None]
    return {**fields, "start": first, "alternatives": [*rest, *(fields.get("alternatives") or [])]}


def starts_of(fields: Fields) -> tuple[Instant, ...]:
    """The readable starts of a form, the first wish first."""
    sent = flat(fields)
    wanted = [sent.get("start"), *(sent.get("alternatives") or [])]
    return starts_in(("start", value) for value in wanted if isinstance(value, str))
