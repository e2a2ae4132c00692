"""What the panel of scheduling pages says about the owner's address. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.domain.errors import InvalidFields
from app.domain.pages import check_slug
from app.i18n import _, ngettext
from app.ui import messages
from app.ui.settings.links import domain_names
from app.ui.settings.state import SettingsState


class PartState(StrEnum):
    """How the own part that stands in the field was found."""

    KEPT = "kept"
    CHECKING = "checking"
    FREE = "free"
    TAKEN = "taken"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class PartCheck:
    """``others``: free own parts to take instead; ``reason``: of ``WRONG``, a code of ``InvalidFields``."""

    part: str
    state: PartState = PartState.KEPT
    reason: str = ""
    others: tuple[str, ...] = ()


def wrong_reason(part: str) -> str:
    """Why an own part cannot be taken whatever the others are, or an empty text."""
    try:
        check_slug(part)
    except InvalidFields as error:
        return error.fields["slug"]
    return ""


def result_words(check: PartCheck, state: SettingsState) -> str:
    """The line below the own part."""
    names, part = domain_names(state.draft.publishing), check.part
    if check.state is PartState.FREE:
        if len(names) == 2:
            return _("{part} is free on both of your domains.").format(part=part)
        if names:
            return _("{part} is free on all of your domains.").format(part=part) if len(names) > 2 else _free_on(part, names[0])
        return _("{part} is free.").format(part=part)
    if check.state is PartState.TAKEN:
        return _taken(part, names, state)
    if check.state is PartState.WRONG:
        words = {
            "missing": _("Write your part of the address, for example your name."),
            "too_short": _("Write at least two letters or digits."),
            "reserved": _("{part} is kept for Aftale itself. Choose another one.").format(part=part),
        }
        return words.get(check.reason) or messages.reason_words(check.reason)
    return ""


def _free_on(part: str, domain: str) -> str:
    return _("{part} is free on {domain}.").format(part=part, domain=domain)


def _taken(part: str, names: tuple[str, ...], state: SettingsState) -> str:
    """Every domain serves every page, so whatever has the address has it on all of them."""
    page = next((each.title for each in state.pages if each.slug == part), "")
    if page and names:
        return _("{part} is taken on {domain}: it is the address of “{page}”.").format(part=part, domain=names[0], page=page)
    if page:
        return _("{part} is taken: it is the address of “{page}”.").format(part=part, page=page)
    return _("{part} is taken: an old link to one of your pages leads there.").format(part=part)


def others_words(state: SettingsState) -> str:
    """What stands before the own parts that are offered instead."""
    many = len(state.draft.publishing.domains)
    return _("Free on both:") if many == 2 else _("Free:")


def trouble_words(check: PartCheck) -> str:
    """What keeps Save from writing, for the footer."""
    if check.state is PartState.CHECKING:
        return _("Your address is still being checked")
    if check.state in (PartState.TAKEN, PartState.WRONG):
        return _("Choose another address to save")
    return ""


def keeps_words(state: SettingsState, check: PartCheck) -> tuple[str, str]:
    """What becomes of the pages that are there, and the part of it that matters most."""
    old, new, many = state.base.own_part, state.draft.own_part, len(state.pages)
    if new == old or check.state is PartState.WRONG:
        return (_("Pages you make from now on use {part}.").format(part=old), old) if old else ("", "")
    sound = check.state in (PartState.FREE, PartState.CHECKING)
    first = _("Pages you make from now on use {part}.").format(part=new) if sound else ""
    first = first or _("Pages you make from now on use the new address.")
    shared = old and all(page.slug.startswith(f"{old}/") for page in state.pages)
    if shared and many:
        kept = ngettext(
            "Your page keeps {old}, so old links still work.", "Your {count} pages keep {old}, so old links still work.", many
        ).format(count=many, old=old)
    elif many:
        kept = ngettext(
            "Your page keeps its address, so old links still work.",
            "Your {count} pages keep their addresses, so old links still work.",
            many,
        ).format(count=many)
    else:
        kept = ""
    return f"{first} {kept}".strip(), new if sound else old


def moves_words(state: SettingsState, moving: bool) -> str:
    """What a change of the domain does to links."""
    many = len(state.pages)
    if not many:
        return ""
    if moving:
        return ngettext(
            "When you save, the link of your page is updated.",
            "When you save, the links of your {count} pages are updated.",
            many,
        ).format(count=many)
    return ngettext(
        "If you change the domain, every link is updated: {count} page.",
        "If you change the domain, every link is updated: {count} pages.",
        many,
    ).format(count=many)


def moved_words(many: int) -> str:
    """Said once the links have moved."""
    return ngettext(
        "Saved. The link of {count} page has changed", "Saved. The links of {count} pages have changed", many
    ).format(count=many)
