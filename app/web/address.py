"""Where a visitor stands on a page: what the address says, or the hidden fields of a form that was sent before.

Everything that was chosen lives there and nowhere else, so that each step works without a script, can be reloaded, and can be
sent to somebody. Only what the visitor typed is never put into an address: it goes from step to step in forms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlencode

from app.domain import typed
from app.domain.choosing import SUGGESTIONS, Selection
from app.domain.clock import Instant, from_iso, to_iso
from app.domain.forms import questions_of
from app.domain.public import PageState, PublicPage
from app.i18n import LANGUAGES
from app.web.visit import Visit

FIXED_FIELDS = ("first_name", "last_name", "email", "guests", "message")


@dataclass(frozen=True, slots=True)
class Address:
    """``zone_said``: whether the zone stood there or is the page's own. ``language`` is empty unless it stood there.

    ``given``: what stands in the form's fields. ``kept``: this came from a form, so the next step has to go on as one.
    ``embed``: it is shown inside another site, as will be what follows.
    """

    duration: int
    zone: str
    zone_said: bool = False
    language: str = ""
    month: tuple[int, int] | None = None
    day: date | None = None
    picks: tuple[Instant, ...] = ()
    given: dict[str, str | list[str]] = field(default_factory=dict)
    kept: bool = False
    embed: bool = False

    @property
    def selection(self) -> Selection:
        return Selection(self.duration, self.zone, self.month, self.day, self.picks)

    def with_picks(self, picks: Iterable[Instant]) -> Address:
        return replace(self, picks=tuple(dict.fromkeys(picks))[:SUGGESTIONS])

    def parameters(self, **changed: object) -> list[tuple[str, str]]:
        """All that stands in the address, with some of it changed; None leaves a name out."""
        standing: dict[str, object] = {
            "duration": self.duration,
            "tz": self.zone if self.zone_said else None,
            "month": f"{self.month[0]:04d}-{self.month[1]:02d}" if self.month else None,
            "day": self.day.isoformat() if self.day else None,
            "pick": [to_iso(pick) for pick in self.picks],
            "lang": self.language or None,
            "embed": "1" if self.embed else None,
            **changed,
        }
        found = [(name, str(one)) for name, value in standing.items() for one in _many(value)]
        if not self.kept:
            found += [(name, one) for name, value in self.given.items() for one in _many(value)]
        return found

    def query(self, **changed: object) -> str:
        return urlencode(self.parameters(**changed))

    def changes(self, changed: Mapping[str, object]) -> str:
        """What a button of a form says that takes the place of a link with these changes."""
        return urlencode([(name, one) for name, value in changed.items() for one in _many(value) or [""]])


def _many(value: object) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def from_query(visit: Visit, page: PublicPage) -> Address:
    """What the query says; what it says wrongly is left out."""
    pairs = visit.query
    given: dict[str, str | list[str]] = {}
    for name, value in pairs:
        for wanted in _field_names(page, name):
            _put(given, wanted, value)
    return _read(dict(pairs), [value for name, value in pairs if name == "pick"], page, given)


def starts_in(pairs: Iterable[tuple[str, str]]) -> tuple[Instant, ...]:
    """The readable values of ``start``, in their order."""
    return _instants(value for name, value in pairs if name == "start")


def from_fields(fields: Mapping[str, Any], page: PublicPage) -> Address:
    """The same out of a form's fields. ``go`` holds what the pressed button changes, as in an address."""
    changes = parse_qsl(fields["go"], max_num_fields=20) if isinstance(fields.get("go"), str) else []
    names = {name for name, _ in changes}
    values = {name: value for name, value in fields.items() if isinstance(value, str)} | dict(changes)
    picks = [value for name, value in changes if name == "pick"] if "pick" in names else fields.get("pick", [])
    return replace(_read(values, picks, page, given_in(fields, page)), kept=True)


def given_in(fields: Mapping[str, Any], page: PublicPage) -> dict[str, str | list[str]]:
    """What was typed, by the names of the form's fields."""
    given: dict[str, str | list[str]] = {}
    for name in FIXED_FIELDS:
        for value in _texts(fields.get(name)):
            _put(given, name, value)
    answers, consent = fields.get("answers"), fields.get("consent")
    for question in questions_of(page):
        for value in _texts(answers.get(question.id)) if isinstance(answers, Mapping) else ():
            _put(given, f"answers.{question.id}", value)
    if fields.get("remember"):
        given["remember"] = "on"
    if isinstance(consent, Mapping) and consent.get("privacy"):
        given["consent.privacy"] = "on"
    return given


def _texts(value: object) -> list[str]:
    if value is True:
        return ["on"]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return [str(value)]
    if isinstance(value, list):
        return [each for each in value if isinstance(each, str)]
    return [value] if isinstance(value, str) and value else []


def _put(given: dict[str, str | list[str]], name: str, value: str) -> None:
    if name == "guests" or name in given:
        before = given.get(name, [])
        given[name] = [*(before if isinstance(before, list) else [before]), value]
    else:
        given[name] = value


def _field_names(page: PublicPage, name: str) -> tuple[str, ...]:
    """The form's field that a parameter of a link fills; a question may be named by its bare id (URL-6)."""
    if name in FIXED_FIELDS:
        return (name,)
    for question in questions_of(page):
        if name in (f"answers.{question.id}", question.id):
            return (f"answers.{question.id}",)
    return ()


def _read(values: Mapping[str, str], picks: Iterable[str], page: PublicPage, given: dict[str, str | list[str]]) -> Address:
    wanted = values.get("duration", "")
    duration = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 5 else 0
    try:
        zone, said = typed.zone(values.get("tz") or values.get("time_zone")), True
    except typed.UnacceptableError:
        zone, said = page.zone, False
    if page.zone_fixed:
        zone, said = page.zone, False
    most = SUGGESTIONS if page.state is PageState.REQUEST else 1
    return Address(
        duration=duration if duration in page.durations else next(iter(page.durations), 0),
        zone=zone,
        zone_said=said,
        language=next((each for each in (values.get("lang"), values.get("language")) if each in LANGUAGES), ""),
        month=_month(values.get("month", "")),
        day=_day(values.get("day", "")),
        picks=tuple(dict.fromkeys(_instants(picks)))[:most],
        given=given,
        embed=values.get("embed") == "1",
    )


def _month(text: str) -> tuple[int, int] | None:
    found = re.fullmatch(r"(20[0-9]{2}|21[0-9]{2})-(0[1-9]|1[0-2])", text)
    return (int(found[1]), int(found[2])) if found else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"(20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        return None


def _instants(values: Iterable[str]) -> tuple[Instant, ...]:
    found = []
    for value in values:
        try:
            instant = from_iso(value)
        except (ValueError, OverflowError):
            continue
        if 0 <= instant < 7_258_118_400:
            found.append(instant)
    return tuple(found)
