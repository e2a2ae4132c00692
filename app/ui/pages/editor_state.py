"""The draft of a page: what stands in the editor's fields, what is wrong with it, and the page that it makes.

The draft keeps what was typed, also where it cannot be read yet: nothing is lost by an error, and ``to_page`` uses the saved
value in its place, so that the preview goes on. Everything here is pure; the words stand in ``editor_words``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any

from app.domain.after import host_of_link
from app.domain.colours import read_colour
from app.domain.errors import InvalidFields
from app.domain.pages import (
    ClockFace,
    Consent,
    ConsentKind,
    Fixed,
    Hours,
    Invite,
    Limits,
    Location,
    LocationKind,
    Minutes,
    Mode,
    Page,
    Picture,
    Question,
    QuestionKind,
    Rolling,
    Rules,
    WeeklyHours,
    check_slug,
    to_slug_part,
)
from app.ui.pages.figures import NO_TIME, Span, optional_figure, read, read_optional, read_span, span_of
from app.ui.pages.overrides import DAYS_MAX, OverrideDraft, fold, unfold

LENGTHS = (15, 30, 45, 60)
STEPS = (0, 5, 10, 15, 20, 30, 40, 45, 60, 90, 120)
WITHOUT_DETAIL = frozenset({LocationKind.ASK, LocationKind.ONLINE})
WITH_CHOICES = frozenset({QuestionKind.CHOICE, QuestionKind.SEVERAL, QuestionKind.DROPDOWN})


class Section(StrEnum):
    BASICS = "basics"
    HOURS = "hours"
    LIMITS = "limits"
    BOOKING = "booking"
    FORM = "form"
    CONSENT = "consent"
    INVITE = "invite"
    CONFIRMATION = "confirmation"
    LOOK = "look"
    LINKS = "links"


@dataclass(frozen=True, slots=True)
class PageDraft:
    """What the fields hold. Figures are texts, for they may be half typed; ``unread``: so are figures of the weekly hours.
    ``colour`` is one of the six, or what is typed behind ``#``."""

    title: str = ""
    description: str = ""
    durations: tuple[Minutes, ...] = (30,)
    location: LocationKind = LocationKind.VIDEO
    detail: str = ""
    colour: str = "fjord"
    slug: str = ""
    own_hours: bool = False
    zone: str = "UTC"
    weekly: WeeklyHours = field(default_factory=WeeklyHours)
    overrides: tuple[OverrideDraft, ...] = ()
    unread: bool = False
    before: str = "0"
    after: str = "0"
    step: Minutes = 0
    notice: Span = NO_TIME
    fixed: bool = False
    ahead: str = "60"
    working: bool = False
    first: date | None = None
    last: date | None = None
    per_day: str = ""
    per_week: str = ""
    mode: Mode = Mode.AT_ONCE
    holds: bool = False
    cutoff: Span = NO_TIME
    thanks: str = ""
    questions: tuple[Question, ...] = ()
    guests: str = "0"
    consent: ConsentKind = ConsentKind.NONE
    consent_text: str = ""
    consent_link: str = ""
    consent_basis: str = ""
    internal: str = ""
    may_move: bool = True
    may_cancel: bool = True
    invite_title: str = ""
    invite_body: str = ""
    leads_on: bool = False
    redirect: str = ""
    add_to_calendar: bool = True
    language: str = ""
    clock: ClockFace = ClockFace.USUAL
    zone_fixed: bool = False
    picture: str = ""
    picture_kind: Picture = Picture.NONE
    secret: bool = False
    prefill: bool = True


OF_SECTION: Mapping[Section, tuple[str, ...]] = {
    Section.BASICS: ("title", "internal", "description", "durations", "location", "detail", "colour", "slug"),
    Section.HOURS: ("own_hours", "zone", "weekly", "overrides", "unread"),
    Section.LIMITS: (
        "before", "after", "step", "notice", "fixed", "ahead", "working", "first", "last", "per_day", "per_week",
    ),
    Section.BOOKING: ("mode", "holds", "cutoff", "may_move", "may_cancel"),
    Section.FORM: ("questions", "guests"),
    Section.CONSENT: ("consent", "consent_text", "consent_basis", "consent_link"),
    Section.INVITE: ("invite_title", "invite_body"),
    Section.CONFIRMATION: ("leads_on", "thanks", "redirect", "add_to_calendar"),
    Section.LOOK: ("language", "clock", "zone_fixed", "picture", "picture_kind"),
    Section.LINKS: ("secret", "prefill"),
}  # fmt: skip
_SECTION_OF = {name: section for section, names in OF_SECTION.items() for name in names}


def section_of(key: str) -> Section:
    """The section that holds a problem's field: ``questions.q1.label`` is in the form."""
    return _SECTION_OF[key.partition(".")[0]]


def draft_of(page: Page, usual: Hours) -> PageDraft:
    """What the fields show for ``page``. Without own hours they hold the usual ones, as the beginning of own hours."""
    hours = page.hours or replace(usual, overrides=())
    rules, window = page.rules, page.rules.window
    return PageDraft(
        title=page.title,
        description=page.description,
        durations=rules.durations,
        location=page.location.kind,
        detail=page.location.detail,
        colour=page.colour,
        slug=page.slug,
        own_hours=page.hours is not None,
        zone=hours.zone,
        weekly=hours.weekly,
        overrides=fold(hours.overrides),
        before=str(rules.buffer_before),
        after=str(rules.buffer_after),
        step=rules.step,
        notice=span_of(rules.notice),
        fixed=isinstance(window, Fixed),
        ahead=str(window.days if isinstance(window, Rolling) else Rolling().days),
        working=isinstance(window, Rolling) and window.working,
        first=window.first if isinstance(window, Fixed) else None,
        last=window.last if isinstance(window, Fixed) else None,
        per_day=optional_figure(rules.limits.per_day),
        per_week=optional_figure(rules.limits.per_week),
        mode=page.mode,
        holds=page.holds,
        cutoff=span_of(page.cutoff),
        thanks=page.thanks,
        questions=page.questions,
        guests=str(page.guests_max),
        consent=page.consent.kind,
        consent_text=page.consent.text,
        consent_link=page.consent.link,
        consent_basis=page.consent.basis,
        internal=page.internal,
        may_move=page.may_move,
        may_cancel=page.may_cancel,
        invite_title=page.invite.title,
        invite_body=page.invite.body,
        leads_on=bool(page.redirect),
        redirect=page.redirect,
        add_to_calendar=page.add_to_calendar,
        language=page.language,
        clock=page.clock,
        zone_fixed=page.zone_fixed,
        picture=page.picture,
        picture_kind=page.picture_kind,
        secret=page.secret,
        prefill=page.prefill,
    )


def to_page(draft: PageDraft, base: Page) -> Page:
    """The page that ``draft`` makes of ``base``. What cannot be read keeps the value of ``base``."""
    return replace(
        base,
        title=draft.title.strip() or base.title,
        description=draft.description.strip(),
        colour=_colour(draft.colour, base.colour),
        slug=_slug(draft.slug, base.slug),
        mode=draft.mode,
        holds=draft.holds and draft.mode is Mode.APPROVAL,
        rules=_rules(draft, base.rules),
        hours=_hours(draft) if draft.own_hours else None,
        location=Location(draft.location, "" if draft.location in WITHOUT_DETAIL else draft.detail.strip()),
        questions=tuple(_clean(each) for each in draft.questions if each.label.strip()),
        consent=_consent(draft),
        guests_max=read(draft.guests, 0, 20, base.guests_max),
        cutoff=read_span(draft.cutoff, base.cutoff),
        thanks=draft.thanks.strip(),
        internal=draft.internal.strip(),
        may_move=draft.may_move,
        may_cancel=draft.may_cancel,
        invite=Invite(draft.invite_title.strip(), draft.invite_body.strip()),
        redirect=_redirect(draft, base.redirect),
        add_to_calendar=draft.add_to_calendar,
        language=draft.language,
        clock=draft.clock,
        zone_fixed=draft.zone_fixed,
        picture=draft.picture,
        picture_kind=draft.picture_kind if draft.picture else Picture.NONE,
        secret=draft.secret,
        prefill=draft.prefill,
    )


def _redirect(draft: PageDraft, saved: str) -> str:
    typed = draft.redirect.strip()
    if not draft.leads_on:
        return ""
    return typed if host_of_link(typed) else saved


def _colour(chosen: str, saved: str) -> str:
    return chosen if not chosen.startswith("#") else read_colour(chosen) or saved


def _slug(typed: str, saved: str) -> str:
    try:
        check_slug(typed)
    except InvalidFields:
        return saved
    return typed


def _rules(draft: PageDraft, base: Rules) -> Rules:
    return replace(
        base,
        durations=tuple(sorted(set(draft.durations))) or base.durations,
        step=draft.step,
        buffer_before=read(draft.before, 0, 1440, base.buffer_before),
        buffer_after=read(draft.after, 0, 1440, base.buffer_after),
        notice=read_span(draft.notice, base.notice),
        window=_window(draft, base.window),
        limits=Limits(
            read_optional(draft.per_day, base.limits.per_day),
            read_optional(draft.per_week, base.limits.per_week),
        ),
    )


def _window(draft: PageDraft, base: Rolling | Fixed) -> Rolling | Fixed:
    if draft.fixed:
        if draft.first is None or draft.last is None or draft.last < draft.first:
            return base
        return Fixed(draft.first, draft.last)
    otherwise = base.days if isinstance(base, Rolling) else Rolling().days
    return Rolling(read(draft.ahead, 1, DAYS_MAX, otherwise), draft.working)


def _hours(draft: PageDraft) -> Hours:
    return Hours(draft.zone, draft.weekly, unfold(draft.overrides))


def _clean(question: Question) -> Question:
    choices = tuple(each.strip() for each in question.choices if each.strip()) if question.kind in WITH_CHOICES else ()
    return replace(
        question, label=question.label.strip(), choices=choices, help=question.help.strip(), default=question.default.strip()
    )


def _consent(draft: PageDraft) -> Consent:
    if draft.consent is ConsentKind.NONE:
        return Consent()
    basis = draft.consent_basis.strip() if draft.consent is ConsentKind.LEGITIMATE_INTEREST else ""
    return Consent(draft.consent, draft.consent_text.strip(), draft.consent_link.strip(), basis)


def has_no_times(draft: PageDraft, usual: Hours) -> bool:
    """No hours at all: the page can be saved, but nobody can book on it."""
    if not draft.own_hours:
        return not any(usual.weekly.days) and not any(each.ranges for each in usual.overrides)
    return not any(draft.weekly.days) and not any(each.ranges for each in unfold(draft.overrides))


def edited(draft: PageDraft, saved: PageDraft) -> frozenset[Section]:
    """The sections in which ``draft`` would change the page."""
    here, there = _comparable(draft), _comparable(saved)
    return frozenset(
        section for section, names in OF_SECTION.items() if any(getattr(here, name) != getattr(there, name) for name in names)
    )


_TEXTS = (
    "title", "description", "detail", "before", "after", "ahead", "per_day", "per_week", "thanks", "guests", "consent_text",
    "consent_link", "consent_basis", "internal", "invite_title", "invite_body", "redirect",
)  # fmt: skip


def _comparable(draft: PageDraft) -> PageDraft:
    """Without what has no effect: own hours that are not used, dates of the window that is not chosen, spaces at the ends."""
    texts: dict[str, Any] = {name: getattr(draft, name).strip() for name in _TEXTS}
    texts["colour"] = _colour(draft.colour, draft.colour)
    found = replace(draft, durations=tuple(sorted(set(draft.durations))), **texts)
    if not draft.own_hours:
        found = replace(found, zone="", weekly=WeeklyHours(), overrides=(), unread=False)
    if draft.fixed:
        found = replace(found, ahead="", working=False)
    else:
        found = replace(found, first=None, last=None)
    if draft.mode is Mode.AT_ONCE:
        found = replace(found, holds=False)
    if draft.consent is ConsentKind.NONE:
        found = replace(found, consent_text="", consent_link="")
    if draft.consent is not ConsentKind.LEGITIMATE_INTEREST:
        found = replace(found, consent_basis="")
    if not draft.leads_on:
        found = replace(found, redirect="")
    if not draft.picture:
        found = replace(found, picture_kind=Picture.NONE)
    if draft.location in WITHOUT_DETAIL:
        found = replace(found, detail="")
    return found


def rebase(draft: PageDraft, old: PageDraft, new: PageDraft) -> PageDraft:
    """``draft`` after its page changed elsewhere from ``old`` to ``new``: what the owner has not touched follows."""
    touched = {
        each.name: getattr(draft, each.name) for each in fields(draft) if getattr(draft, each.name) != getattr(old, each.name)
    }
    return replace(new, **touched)


def clash(draft: PageDraft, old: PageDraft, new: PageDraft) -> bool:
    """Whether the owner and somebody else gave the same field different values."""
    mine, before, theirs = _comparable(draft), _comparable(old), _comparable(new)
    for names in OF_SECTION.values():
        for name in names:
            here, was, there = getattr(mine, name), getattr(before, name), getattr(theirs, name)
            if was not in (here, there) and here != there:
                return True
    return False


def address_of(title: str, own_part: str) -> str:
    """The address that follows a page's name, under the owner's own part."""
    part = to_slug_part(title)
    return f"{own_part}/{part}" if own_part else part


def to_slug(text: str) -> str:
    """What is being typed as an address, in the form of one: at most two parts; a hyphen at the end stays while typing."""
    typed = text.split("/")[:2]
    parts = [to_slug_part(part) for part in typed]
    joint = "-" if parts[-1] and typed[-1][-1:] in ("-", " ", "_") else ""
    return "/".join(parts) + joint


def moved(questions: tuple[Question, ...], question_id: str, by: int) -> tuple[Question, ...]:
    """The questions with one moved up (``by`` -1) or down (1); the ends stay where they are."""
    order = list(questions)
    at = next(index for index, each in enumerate(order) if each.id == question_id)
    to = max(0, min(len(order) - 1, at + by))
    order.insert(to, order.pop(at))
    return tuple(order)


def fits_in_a_day(weekly: WeeklyHours, longest: Minutes) -> bool:
    """Whether some range of the week is as long as the longest meeting."""
    return any(end - start >= longest for ranges in weekly.days for start, end in ranges)
