"""The words of the editor that depend on the draft: what is wrong, what a section holds, what is free."""

from __future__ import annotations

from app.domain.pages import Consent, ConsentKind, Mode, Page, Question, QuestionKind
from app.domain.saying import capital
from app.i18n import Wording, _, ngettext
from app.ui.pages.editor_state import PageDraft, Section, to_page
from app.ui.pages.figures import Unit
from app.ui.pages.summaries import (
    DOT,
    after_in_words,
    booking_in_words,
    colour_name,
    consent_in_words,
    form_in_words,
    invite_in_words,
    lengths_in_words,
    limits_in_words,
    links_in_words,
    look_in_words,
    weekly_in_words,
    where_in_words,
)


def section_name(section: Section) -> str:
    return {
        Section.BASICS: _("Basics"),
        Section.HOURS: _("Hours"),
        Section.LIMITS: _("Buffers and limits"),
        Section.BOOKING: _("Booking"),
        Section.FORM: _("Form"),
        Section.CONSENT: _("Consent"),
        Section.INVITE: _("Invitation"),
        Section.CONFIRMATION: _("Confirmation"),
        Section.LOOK: _("Language and look"),
        Section.LINKS: _("Who can open it"),
    }[section]


def section_value(section: Section, draft: PageDraft, base: Page, wording: Wording, links: int = 0) -> str:
    """The line under the name of a closed section. What cannot be read counts with its saved value."""
    page = to_page(draft, base)
    match section:
        case Section.BASICS:
            colour = colour_name(draft.colour).lower()
            return DOT.join((lengths_in_words(draft.durations), where_in_words(page.location), colour))
        case Section.HOURS:
            return hours_value(draft, wording)
        case Section.LIMITS:
            return limits_in_words(page.rules, wording)
        case Section.BOOKING:
            return booking_in_words(page.mode, page.holds, page.cutoff)
        case Section.FORM:
            return form_in_words(draft.questions)
        case Section.CONSENT:
            return consent_in_words(Consent(draft.consent))
        case Section.INVITE:
            return capital(invite_in_words(page))
        case Section.CONFIRMATION:
            return capital(after_in_words(page))
        case Section.LOOK:
            return look_in_words(page)
        case Section.LINKS:
            return capital(links_in_words(page, links))


def hours_value(draft: PageDraft, wording: Wording) -> str:
    if not draft.own_hours:
        return _("My usual hours")
    value = capital(weekly_in_words(draft.weekly, wording))
    if not draft.overrides:
        return value
    count = len(draft.overrides)
    return value + DOT + ngettext("{count} exception", "{count} exceptions", count).format(count=count)


def unit_name(unit: Unit) -> str:
    return {Unit.MINUTES: _("min"), Unit.HOURS: _("hours"), Unit.DAYS: _("days")}[unit]


def step_name(step: int) -> str:
    return _("Meeting’s length") if step == 0 else _("{count} min").format(count=step)


def kind_name(kind: QuestionKind) -> str:
    return {
        QuestionKind.TEXT: _("Short text"),
        QuestionKind.LONG_TEXT: _("Long text"),
        QuestionKind.NUMBER: _("Number"),
        QuestionKind.CHOICE: _("Choice"),
        QuestionKind.SEVERAL: _("Several choices"),
        QuestionKind.DROPDOWN: _("List"),
        QuestionKind.DATE: _("Date"),
        QuestionKind.PHONE: _("Phone number"),
        QuestionKind.TICK: _("Tick"),
    }[kind]


def question_name(question: Question) -> str:
    return question.label.strip() or _("New question")


def mode_name(mode: Mode) -> str:
    return {Mode.AT_ONCE: _("Booked at once"), Mode.APPROVAL: _("I approve each one")}[mode]


def consent_name(kind: ConsentKind) -> str:
    return {
        ConsentKind.NONE: _("Show nothing"),
        ConsentKind.NOTICE: _("Show a notice"),
        ConsentKind.TICK: _("Ask guests to agree before they book"),
        ConsentKind.LEGITIMATE_INTEREST: _("Say on what ground I keep their answers"),
    }[kind]


def problem_words(key: str, why: str) -> str:
    """What to do about a problem, as one sentence below the field."""
    name = "choices" if key.endswith(".choices") else key.partition(".")[0]
    if why.startswith("least_"):
        return _("Type {least} or more.").format(least=why.removeprefix("least_"))
    if why.startswith("most_"):
        return _("Type {most} or less.").format(most=why.removeprefix("most_"))
    if name in _BY_FIELD and why in _BY_FIELD[name]():
        return _BY_FIELD[name]()[why]
    return _general(why)


def _general(why: str) -> str:
    return {
        "missing": _("Fill this in."),
        "figure": _("Type a whole number."),
        "too_long": _("This is too long. Please shorten it."),
        "link": _("Type a whole address, such as https://example.com."),
        "token": _("One of the tokens is not known. Use those that stand below."),
        "https": _("Type a whole address that begins with https://."),
        "unknown": _("Choose one from the list."),
    }.get(why, _("This cannot be used. Please change it."))


def _title_words() -> dict[str, str]:
    return {"missing": _("Give the page a name."), "too_long": _("Use at most 80 characters.")}


def _durations_words() -> dict[str, str]:
    return {"missing": _("Mark at least one length.")}


def _detail_words() -> dict[str, str]:
    return {
        "missing_place": _("Write where you meet."),
        "missing_link": _("Paste the link that guests shall open."),
        "missing_guest_calls": _("Write the number that guests shall call."),
        "phone": _("Write a phone number, such as +45 12 34 56 78."),
    }


def _colour_words() -> dict[str, str]:
    return {"unread": _("Write a colour such as #1a5f6c.")}


def _slug_words() -> dict[str, str]:
    return {
        "missing": _("Give the page an address."),
        "form": _("Use lower case letters, digits and single hyphens, in one or two parts such as anna/intro."),
        "too_short": _("Each part needs at least 2 characters."),
        "too_long": _("Each part can have at most 40 characters."),
        "reserved": _("Aftale uses this word itself. Choose another one."),
        "taken": _("This address is taken by another page."),
    }


def _weekly_words() -> dict[str, str]:
    return {"unread": _("Write hours like 9-12, 13-17.")}


def _overrides_words() -> dict[str, str]:
    return {
        "order": _("The last day is before the first."),
        "too_long": _("Choose at most one year."),
        "twice": _("One of these days stands in another exception already."),
        "hours": _("Write hours like 9-12, 13-17."),
    }


def _last_words() -> dict[str, str]:
    return {
        "missing": _("Choose the last date."),
        "order": _("The last date is before the first."),
        "past": _("This date is over."),
        "too_long": _("Choose at most one year."),
    }


def _first_words() -> dict[str, str]:
    return {"missing": _("Choose the first date.")}


def _questions_words() -> dict[str, str]:
    return {"missing": _("Write the question."), "too_long": _("Use at most 200 characters.")}


def _choices_words() -> dict[str, str]:
    return {"too_few": _("Add at least two answers."), "twice": _("Two answers are the same.")}


def _consent_words() -> dict[str, str]:
    return {"missing": _("Write what guests read.")}


_BY_FIELD = {
    "title": _title_words,
    "durations": _durations_words,
    "detail": _detail_words,
    "colour": _colour_words,
    "slug": _slug_words,
    "weekly": _weekly_words,
    "overrides": _overrides_words,
    "first": _first_words,
    "last": _last_words,
    "questions": _questions_words,
    "choices": _choices_words,
    "consent_text": _consent_words,
}


def free_words(slug: str) -> str:
    return _("{address} is free.").format(address=slug)
