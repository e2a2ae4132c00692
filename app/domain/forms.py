"""Reading a visitor's fields, and checking them again (PAGE-3).

The public child reads what was sent and hands a ``BookingRequest`` to the program, which checks it once more with
``check_booking``: it does not trust the process that talks with strangers. All faults are told at once, field by field, in
``InvalidFields``; the names of its fields are those of the JSON body, with a dot inside ``answers`` and ``consent``.

Whether the wanted time is free is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import TypeVar

from app.domain import typed
from app.domain.booking import BookingRequest, LeftMessage, Visitor
from app.domain.clock import Instant, from_iso
from app.domain.errors import InvalidFields
from app.domain.pages import ConsentKind, Location, LocationKind, Question, QuestionKind
from app.domain.public import PublicPage
from app.domain.settings import Language
from app.domain.typed import Fault, UnacceptableError

PHONE = "phone"
PLACE = "place"
"""Ids of the questions that the place of a meeting brings with it."""
ALTERNATIVES_MOST = 2
KEY_LONGEST = 200
_TICKED = "yes"
_FAR: Instant = 7_258_118_400
"""2200: no page offers anything beyond, and no calendar arithmetic is tried on it."""
_BETWEEN_GUESTS = re.compile(r"[\s,;]+")

T = TypeVar("T")


def answered(location: Location, answers: Mapping[str, str]) -> Location:
    """Where a meeting is: ``location``, with what the visitor wrote where the page lets them choose the place."""
    if location.kind is not LocationKind.ASK:
        return location
    return replace(location, detail=answers.get(PLACE, "").strip() or location.detail)


def questions_of(page: PublicPage) -> tuple[Question, ...]:
    """The page's questions, and the one that its place needs: the number to call, or where to meet.

    The label of the latter is empty: its words depend on the visitor's language.
    """
    ids, kinds = {each.id for each in page.questions}, {each.kind for each in page.questions}
    match page.location.kind:
        case LocationKind.HOST_CALLS if PHONE not in ids and QuestionKind.PHONE not in kinds:
            return (Question(PHONE, "", QuestionKind.PHONE, required=True), *page.questions)
        case LocationKind.ASK if PLACE not in ids:
            return (Question(PLACE, "", QuestionKind.TEXT, required=True), *page.questions)
    return page.questions


def read_booking(fields: Mapping[str, object], page: PublicPage, *, form: bool) -> BookingRequest:
    """What a POST …/book asks for. ``fields`` is the JSON body, or a form's fields brought into the same shape, all text.

    Unknown fields are ignored. Raises InvalidFields. ``body`` of the result is left to the caller.
    """
    reading = _Reading(fields)
    start = reading.required("start", _instant)
    duration = _read_duration(reading, page, form)
    visitor = Visitor(
        first_name=reading.required("first_name", _name) or "",
        last_name=reading.required("last_name", _name) or "",
        email=reading.required("email", typed.email) or "",
        zone=reading.optional("time_zone", typed.zone) or page.zone,
        language=reading.optional("language", _language) or Language.ENGLISH,
        guests=_read_guests(reading, page),
    )
    request = BookingRequest(
        slug=page.slug,
        start=start or 0,
        duration=duration or 0,
        visitor=visitor,
        answers=_read_answers(reading, page),
        consent=_read_consent(reading, page),
        message=reading.optional("message", typed.text) or "",
        alternatives=_read_alternatives(reading, start),
        key=reading.optional("key", _key) or "",
    )
    reading.done()
    return request


def read_message(fields: Mapping[str, object], page: PublicPage) -> LeftMessage:
    """What a visitor leaves on a page that could not book them. Raises InvalidFields."""
    reading = _Reading(fields)
    left = LeftMessage(
        slug=page.slug,
        name=reading.optional("name", _name) or "",
        email=reading.required("email", typed.email) or "",
        wishes=reading.optional("wishes", lambda value: typed.text(value, typed.ANSWER_LONGEST)) or "",
        message=reading.optional("message", typed.text) or "",
        zone=reading.optional("time_zone", typed.zone) or page.zone,
        language=reading.optional("language", _language) or Language.ENGLISH,
    )
    reading.done()
    return left


def check_booking(request: BookingRequest, page: PublicPage) -> None:
    """Raises InvalidFields unless ``request`` is one that ``read_booking`` could have made for ``page``."""
    visitor = request.visitor
    fields: dict[str, object] = {
        "start": "1970-01-01T00:00:00Z",
        "duration": request.duration,
        "first_name": visitor.first_name,
        "last_name": visitor.last_name,
        "email": visitor.email,
        "time_zone": visitor.zone,
        "language": visitor.language,
        "guests": list(visitor.guests),
        "message": request.message,
        "key": request.key,
        "answers": {
            each.id: _as_sent(each, request.answers[each.id]) for each in questions_of(page) if each.id in request.answers
        },
        "consent": dict(request.consent),
    }
    read_booking(fields, page, form=False)
    if len(request.alternatives) > ALTERNATIVES_MOST:
        raise InvalidFields({"alternatives": Fault.TOO_MANY})


def _as_sent(question: Question, kept: str) -> object:
    match question.kind:
        case QuestionKind.SEVERAL:
            return kept.split("\n")
        case QuestionKind.TICK:
            return kept == _TICKED
    return kept


class _Reading:
    """Reads fields one by one and gathers what is wrong with them."""

    def __init__(self, fields: Mapping[str, object]) -> None:
        self.fields = fields
        self.faults: dict[str, str] = {}

    def required(self, name: str, read: Callable[[object], T]) -> T | None:
        return self.value(name, self.fields.get(name), read, required=True)

    def optional(self, name: str, read: Callable[[object], T]) -> T | None:
        return self.value(name, self.fields.get(name), read, required=False)

    def value(self, name: str, given: object, read: Callable[[object], T], *, required: bool) -> T | None:
        """What ``read`` makes of ``given``; None, with the fault noted, where it cannot, and where nothing was given."""
        if given is None or (isinstance(given, str) and not given.strip()):
            if required:
                self.faults[name] = Fault.MISSING
            return None
        try:
            return read(given)
        except UnacceptableError as error:
            self.faults[name] = error.fault
            return None

    def mapping(self, name: str) -> Mapping[str, object]:
        """Empty where nothing was given; with the fault noted, where something else was."""
        given = self.fields.get(name)
        if given is None:
            return {}
        if not isinstance(given, Mapping):
            self.faults[name] = Fault.WRONG_TYPE
            return {}
        return given

    def many(self, name: str) -> list[object]:
        """Empty where nothing was given; with the fault noted, where something else was."""
        given = self.fields.get(name)
        if given is None:
            return []
        if not isinstance(given, list):
            self.faults[name] = Fault.WRONG_TYPE
            return []
        return given

    def done(self) -> None:
        if self.faults:
            raise InvalidFields(self.faults)


def _read_duration(reading: _Reading, page: PublicPage, form: bool) -> int | None:
    """Minutes. A page with one duration need not be told which."""
    if "duration" not in reading.fields and len(page.durations) == 1:
        return page.durations[0]

    def read(value: object) -> int:
        if form and isinstance(value, str) and re.fullmatch(r"[0-9]{1,4}", value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise UnacceptableError(Fault.WRONG_TYPE)
        if value not in page.durations:
            raise UnacceptableError(Fault.NOT_OFFERED)
        return value

    return reading.required("duration", read)


def _read_guests(reading: _Reading, page: PublicPage) -> tuple[str, ...]:
    def read(value: object) -> tuple[str, ...]:
        guests = tuple(dict.fromkeys(typed.email(each) for each in _addresses(value)))
        if len(guests) > page.guests_max:
            raise UnacceptableError(Fault.TOO_MANY)
        return guests

    return reading.optional("guests", read) or ()


def _addresses(value: object) -> Iterable[object]:
    """One address each; text may hold several, on lines of their own or parted by commas."""
    if isinstance(value, str):
        return [each for each in _BETWEEN_GUESTS.split(value) if each]
    if not isinstance(value, list):
        raise UnacceptableError(Fault.WRONG_TYPE)
    return [part for each in value for part in (_addresses(each) if isinstance(each, str) else (each,))]


def _read_answers(reading: _Reading, page: PublicPage) -> dict[str, str]:
    given = reading.mapping("answers")
    answers: dict[str, str] = {}
    for question in questions_of(page):
        value = given.get(question.id)
        if question.hidden:
            answers.update(_unseen(question, value))
            continue
        name = f"answers.{question.id}"
        if value is False or value == []:
            value = None
        answer = reading.value(name, value, partial(_answer, question), required=question.required)
        if answer is None and question.kind is QuestionKind.TICK and reading.faults.get(name) == Fault.MISSING:
            reading.faults[name] = Fault.MUST_BE_TICKED
        if answer:
            answers[question.id] = answer
    return answers


def _unseen(question: Question, value: object) -> dict[str, str]:
    """The answer to a question that nobody is asked: what the link said, or what the owner set. It is never at fault, for
    nobody could mend it."""
    for each in (value, question.default.split("\n") if question.kind is QuestionKind.SEVERAL else question.default):
        try:
            answer = _answer(question, each) if each else ""
        except UnacceptableError:
            continue
        if answer:
            return {question.id: answer}
    return {}


def _answer(question: Question, value: object) -> str:
    match question.kind:
        case QuestionKind.TEXT:
            return typed.line(value)
        case QuestionKind.LONG_TEXT:
            return typed.text(value, typed.ANSWER_LONGEST)
        case QuestionKind.NUMBER:
            return typed.number(value)
        case QuestionKind.DATE:
            return typed.day(value)
        case QuestionKind.PHONE:
            return typed.phone(value)
        case QuestionKind.CHOICE | QuestionKind.DROPDOWN:
            return _choice(question, value)
        case QuestionKind.SEVERAL:
            chosen = {_choice(question, each) for each in (value if isinstance(value, list) else [value])}
            return "\n".join(choice for choice in question.choices if choice in chosen)
        case QuestionKind.TICK:
            if not typed.flag(value):
                if question.required:
                    raise UnacceptableError(Fault.MUST_BE_TICKED)
                return ""
            return _TICKED


def _choice(question: Question, value: object) -> str:
    if not isinstance(value, str):
        raise UnacceptableError(Fault.WRONG_TYPE)
    if value not in question.choices:
        raise UnacceptableError(Fault.NOT_A_CHOICE)
    return value


def _read_consent(reading: _Reading, page: PublicPage) -> dict[str, bool]:
    given = reading.mapping("consent").get("privacy")
    ticked = reading.value("consent.privacy", given, typed.flag, required=False)
    if page.consent.kind is not ConsentKind.TICK:
        return {}
    if not ticked and "consent.privacy" not in reading.faults:
        reading.faults["consent.privacy"] = Fault.MUST_BE_TICKED
    return {"privacy": bool(ticked)}


def _read_alternatives(reading: _Reading, start: Instant | None) -> tuple[Instant, ...]:
    """Up to two more starts, in the visitor's order; repetitions count once."""
    found: dict[Instant, None] = {}
    for each in reading.many("alternatives"):
        instant = reading.value("alternatives", each, _instant, required=False)
        if instant is not None and instant != start:
            found[instant] = None
    if len(found) > ALTERNATIVES_MOST:
        reading.faults["alternatives"] = Fault.TOO_MANY
    return tuple(found)


def _name(value: object) -> str:
    return typed.line(value, typed.NAME_LONGEST)


def _key(value: object) -> str:
    return typed.line(value, KEY_LONGEST)


def _language(value: object) -> str:
    """A language tag (RFC 5646) whose language the pages speak: ``da``, ``da-DK``."""
    first = value.split("-")[0].lower() if isinstance(value, str) else ""
    if first not in tuple(Language):
        raise UnacceptableError(Fault.UNKNOWN_LANGUAGE)
    return Language(first)


def _instant(value: object) -> Instant:
    if not isinstance(value, str):
        raise UnacceptableError(Fault.WRONG_TYPE)
    try:
        instant = from_iso(value)
    except (ValueError, OverflowError):
        raise UnacceptableError(Fault.NOT_A_TIME) from None
    if not 0 <= instant < _FAR:
        raise UnacceptableError(Fault.NOT_OFFERED)
    return instant
