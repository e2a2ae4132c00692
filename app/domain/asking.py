"""What the form of a page asks: its fields and its consent, in the visitor's language.

Drawn by the pages and by the preview in the window.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from app.domain import typed
from app.domain.forms import PHONE, PLACE, questions_of
from app.domain.pages import ConsentKind, Question, QuestionKind
from app.domain.public import PageState, PublicHost, PublicPage
from app.domain.saying import Words

Given = Mapping[str, str | list[str]]
"""What stands in the fields, by name: from the link, or typed before."""


class Input(StrEnum):
    """How a field is drawn."""

    TEXT = "text"
    EMAIL = "email"
    PHONE = "tel"
    NUMBER = "number"
    DATE = "date"
    LONG = "long"
    SELECT = "select"
    RADIOS = "radios"
    TICKS = "ticks"
    TICK = "tick"


@dataclass(frozen=True, slots=True)
class Field:
    """``name``: the field's name in the form; ``half``: two such stand beside each other; ``autocomplete``: HTML's token."""

    name: str
    label: str
    input: Input
    required: bool = False
    value: str = ""
    values: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    help: str = ""
    fault: str = ""
    autocomplete: str = ""
    half: bool = False
    longest: int = typed.ANSWER_LONGEST


@dataclass(frozen=True, slots=True)
class Asked:
    """The consent. ``tick``: it has to be ticked; ``basis``: a further sentence; ``link``: the owner's own notice, if any."""

    text: str
    tick: bool
    link_text: str
    link: str = ""
    basis: str = ""
    ticked: bool = False
    fault: str = ""


_INPUTS = {
    QuestionKind.TEXT: Input.TEXT,
    QuestionKind.LONG_TEXT: Input.LONG,
    QuestionKind.NUMBER: Input.NUMBER,
    QuestionKind.CHOICE: Input.RADIOS,
    QuestionKind.SEVERAL: Input.TICKS,
    QuestionKind.DROPDOWN: Input.SELECT,
    QuestionKind.DATE: Input.DATE,
    QuestionKind.PHONE: Input.PHONE,
    QuestionKind.TICK: Input.TICK,
}


def fields(
    page: PublicPage,
    host: PublicHost,
    words: Words,
    given: Given | None = None,
    faults: Mapping[str, str] | None = None,
    *,
    fresh: bool = True,
) -> tuple[Field, ...]:
    """All fields in their order. ``faults``: sentences by field, as they shall stand below it. ``fresh``: the form was not sent
    yet, so that what was not said by a link is what the owner set to begin with."""
    given, faults = given or {}, faults or {}
    _ = words.gettext
    name = typed.NAME_LONGEST
    found = [
        Field("first_name", _("First name"), Input.TEXT, True, autocomplete="given-name", half=True, longest=name),
        Field("last_name", _("Last name"), Input.TEXT, True, autocomplete="family-name", half=True, longest=name),
        Field("email", _("E-mail"), Input.EMAIL, True, autocomplete="email", longest=typed.EMAIL_LONGEST),
    ]
    asked = [each for each in questions_of(page) if not each.hidden]
    found += [_question(each, host, words) for each in asked]
    if page.guests_max:
        found.append(_guests(page, words))
    if page.state is PageState.REQUEST:
        label = _("A word to {name}").format(name=host.first_name)
        found.append(Field("message", label, Input.LONG, longest=typed.TEXT_LONGEST))
    begin = {f"answers.{each.id}": each.default for each in asked if each.default} if fresh else {}
    return tuple(_filled(field, {**begin, **given}, faults) for field in found)


def carried(page: PublicPage, given: Given) -> tuple[tuple[str, str], ...]:
    """What a link says about questions that are not shown: goes along unseen, by the names of the form's fields."""
    found = []
    for question in page.questions:
        value = given.get(f"answers.{question.id}", "")
        if question.hidden and value:
            found += [(f"answers.{question.id}", each) for each in (value if isinstance(value, list) else [value])]
    return tuple(found)


def _question(question: Question, host: PublicHost, words: Words) -> Field:
    label = question.label
    if not label and question.id == PHONE:
        label = words.gettext("Which number shall {name} call?").format(name=host.first_name)
    elif not label and question.id == PLACE:
        label = words.gettext("Where shall we meet?")
    return Field(
        f"answers.{question.id}",
        label,
        _INPUTS[question.kind],
        question.required,
        choices=question.choices,
        help=question.help,
        autocomplete="tel" if question.kind is QuestionKind.PHONE else "",
        longest=typed.NUMBER_LONGEST if question.kind is QuestionKind.NUMBER else typed.ANSWER_LONGEST,
    )


def _guests(page: PublicPage, words: Words) -> Field:
    most = words.ngettext("One address at most.", "Up to {count} addresses, each on a line.", page.guests_max)
    return Field(
        "guests",
        words.gettext("Who else comes along?"),
        Input.EMAIL if page.guests_max == 1 else Input.LONG,
        help=most.format(count=page.guests_max),
        longest=(typed.EMAIL_LONGEST + 2) * page.guests_max,
    )


def _filled(field: Field, given: Given, faults: Mapping[str, str]) -> Field:
    value = given.get(field.name, "")
    several = tuple(value) if isinstance(value, list) else (value,) if value else ()
    text = "\n".join(several) if field.name == "guests" else (several[-1] if several else "")
    return replace(field, value=text, values=several, fault=faults.get(field.name, ""))


def consent(
    page: PublicPage, host: PublicHost, words: Words, given: Given | None = None, faults: Mapping[str, str] | None = None
) -> Asked | None:
    """What the visitor is told or asked about their data; None where nothing is."""
    kind, name, _ = page.consent.kind, host.first_name, words.gettext
    if kind is ConsentKind.NONE:
        return None
    if kind is ConsentKind.TICK:
        text = _("{name} may keep my answers to prepare and hold the meeting.")
    else:
        text = _("{name} keeps your answers to prepare and hold the meeting.")
    return Asked(
        text=page.consent.text or text.format(name=name),
        tick=kind is ConsentKind.TICK,
        link_text=_("How {name} handles them").format(name=name),
        link=page.consent.link,
        basis=_basis(page, words),
        ticked=bool((given or {}).get("consent.privacy")),
        fault=(faults or {}).get("consent.privacy", ""),
    )


def _basis(page: PublicPage, words: Words) -> str:
    if page.consent.kind is not ConsentKind.LEGITIMATE_INTEREST:
        return ""
    return page.consent.basis or words.gettext("The legal basis is legitimate interest.")


def told(page: PublicPage, host: PublicHost, words: Words) -> str:
    """The exact text about their data that a visitor reads or agrees to, as it is kept with the booking (PAGE-3)."""
    asked = consent(page, host, words)
    return "" if asked is None else " ".join(part for part in (asked.text, asked.basis) if part)
