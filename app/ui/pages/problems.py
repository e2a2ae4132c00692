"""What keeps a draft from being saved, with the field and the reason."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.domain import tokens
from app.domain.after import host_of_link
from app.domain.colours import read_colour
from app.domain.errors import InvalidFields
from app.domain.pages import ConsentKind, LocationKind, check_slug
from app.ui.pages.editor_state import WITH_CHOICES, PageDraft
from app.ui.pages.figures import figure_problem, length_problem, span_problem
from app.ui.pages.overrides import DAYS_MAX, OverrideDraft, days_of
from app.ui.widgets import hours_text

TITLE_MAX = 80
TEXT_MAX = 2000
LINE_MAX = 200


def problems(draft: PageDraft, today: date) -> dict[str, str]:
    """What keeps the page from being saved: the field's name to a reason code, in the order of the editor.

    Fields of rows are named ``questions.<id>.label``, ``questions.<id>.choices`` and ``overrides.<number>``.
    """
    found: dict[str, str | None] = {}
    found.update(_basics_problems(draft))
    if draft.own_hours:
        found.update(_hours_problems(draft))
    found.update(_limits_problems(draft, today))
    found["cutoff"] = span_problem(draft.cutoff)
    found.update(_form_problems(draft))
    found.update(_consent_problems(draft))
    found["invite_title"] = _tokens_problem(draft.invite_title) or length_problem(draft.invite_title, LINE_MAX)
    found["invite_body"] = _tokens_problem(draft.invite_body) or length_problem(draft.invite_body, TEXT_MAX)
    found["thanks"] = length_problem(draft.thanks, TEXT_MAX)
    found["redirect"] = _redirect_problem(draft)
    return {name: why for name, why in found.items() if why is not None}


def _basics_problems(draft: PageDraft) -> dict[str, str | None]:
    title = draft.title.strip()
    return {
        "title": "missing" if not title else length_problem(title, TITLE_MAX),
        "internal": length_problem(draft.internal, TITLE_MAX),
        "description": length_problem(draft.description, TEXT_MAX),
        "durations": None if draft.durations else "missing",
        "detail": _detail_problem(draft.location, draft.detail.strip()),
        "colour": "unread" if draft.colour.startswith("#") and not read_colour(draft.colour) else None,
        "slug": slug_problem(draft.slug),
    }


def _detail_problem(kind: LocationKind, detail: str) -> str | None:
    if kind in (LocationKind.PLACE, LocationKind.LINK, LocationKind.GUEST_CALLS) and not detail:
        return f"missing_{kind.value}"
    if kind is LocationKind.LINK or (kind is LocationKind.VIDEO and detail):
        return None if is_link(detail) else "link"
    if kind is LocationKind.GUEST_CALLS and not re.fullmatch(r"\+?[\d\s()/.-]{4,30}", detail):
        return "phone"
    return length_problem(detail, LINE_MAX)


def is_link(text: str) -> bool:
    """An address that a guest can open safely: http or https with a host, without spaces."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", text) and len(text) <= 500
    except ValueError:
        return False


def slug_problem(slug: str) -> str | None:
    """A reason code; None if all is well. Whether it is taken is not looked at."""
    try:
        check_slug(slug)
    except InvalidFields as error:
        return error.fields["slug"]
    return None


def _hours_problems(draft: PageDraft) -> dict[str, str | None]:
    found: dict[str, str | None] = {"zone": None if _is_zone(draft.zone) else "unknown"}
    found["weekly"] = "unread" if draft.unread else None
    taken: set[date] = set()
    for number, override in enumerate(draft.overrides):
        found[f"overrides.{number}"] = _override_problem(override, taken)
        taken.update(days_of(override))
    return found


@cache
def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True


def _override_problem(override: OverrideDraft, taken: set[date]) -> str | None:
    if override.last < override.first:
        return "order"
    if (override.last - override.first).days >= DAYS_MAX:
        return "too_long"
    if not taken.isdisjoint(days_of(override)):
        return "twice"
    return "hours" if hours_text.parse(override.hours) is None else None


def _limits_problems(draft: PageDraft, today: date) -> dict[str, str | None]:
    found = {
        "before": figure_problem(draft.before, 0, 1440),
        "after": figure_problem(draft.after, 0, 1440),
        "notice": span_problem(draft.notice),
        "per_day": figure_problem(draft.per_day, 1, 99, optional=True),
        "per_week": figure_problem(draft.per_week, 1, 500, optional=True),
    }
    if draft.fixed:
        found.update(_dates_problems(draft, today))
    else:
        found["ahead"] = figure_problem(draft.ahead, 1, DAYS_MAX)
    return found


def _dates_problems(draft: PageDraft, today: date) -> dict[str, str | None]:
    first, last = draft.first, draft.last
    if first is None or last is None:
        return {"first": "missing" if first is None else None, "last": "missing" if last is None else None}
    if last < first:
        return {"last": "order"}
    if last < today:
        return {"last": "past"}
    return {"last": "too_long" if (last - first).days >= DAYS_MAX else None}


def _form_problems(draft: PageDraft) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for question in draft.questions:
        label = question.label.strip()
        found[f"questions.{question.id}.label"] = "missing" if not label else length_problem(label, LINE_MAX)
        if question.kind in WITH_CHOICES:
            found[f"questions.{question.id}.choices"] = _choices_problem(question.choices)
    found["guests"] = figure_problem(draft.guests, 0, 20)
    return found


def _choices_problem(choices: tuple[str, ...]) -> str | None:
    given = [each.strip() for each in choices if each.strip()]
    if len(given) < 2:
        return "too_few"
    return "twice" if len({each.casefold() for each in given}) < len(given) else None


def _tokens_problem(text: str) -> str | None:
    return "token" if tokens.unknown(text) else None


def _redirect_problem(draft: PageDraft) -> str | None:
    """Guests are led to https addresses alone."""
    if not draft.leads_on:
        return None
    typed = draft.redirect.strip()
    if not typed:
        return "missing"
    return None if is_link(typed) and host_of_link(typed) else "https"


def _consent_problems(draft: PageDraft) -> dict[str, str | None]:
    if draft.consent is ConsentKind.NONE:
        return {}
    text, link = draft.consent_text.strip(), draft.consent_link.strip()
    return {
        "consent_text": "missing" if not text else length_problem(text, TEXT_MAX),
        "consent_basis": length_problem(draft.consent_basis, LINE_MAX),
        "consent_link": "link" if link and not is_link(link) else None,
    }
