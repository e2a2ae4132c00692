"""One page being edited: what is saved, the draft, what is wrong, how the address stands. Frozen; each step is a function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from app.domain.clock import Instant
from app.domain.pages import Hours, Page, PageLink
from app.i18n import Wording
from app.ui.pages.editor_state import PageDraft, Section, address_of, clash, draft_of, edited, rebase, section_of
from app.ui.pages.problems import problems


class SlugState(StrEnum):
    QUIET = "quiet"
    CHECKING = "checking"
    FREE = "free"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class SlugCheck:
    """What is known of an address. ``free``: one that is free instead."""

    state: SlugState = SlugState.QUIET
    free: str = ""


@dataclass(frozen=True, slots=True)
class Editing:
    """``new``: not saved yet. ``follows``: the address follows the name until it is typed. ``shown``: fields whose problems are
    said, because they were left or Save was pressed. ``elsewhere``: the page was changed in another place meanwhile.

    ``prefix`` stands before the slug in the page's whole address; ``owner`` is the first name that guests read and
    ``words`` their language;
    ``fault`` says why the page could not be saved; ``links`` are the saved page's secret links, as they stand at ``now``, and
    ``picture`` holds the bytes of the draft's picture.
    """

    base: Page
    saved: PageDraft
    draft: PageDraft
    usual: Hours
    today: date
    own_part: str = ""
    prefix: str = ""
    new: bool = False
    follows: bool = False
    problems: Mapping[str, str] = field(default_factory=dict)
    shown: frozenset[str] = frozenset()
    slug: SlugCheck = SlugCheck()
    saving: bool = False
    fault: str = ""
    elsewhere: bool = False
    pages_on: bool = True
    owner: str = ""
    words: Wording = Wording()
    links: tuple[PageLink, ...] = ()
    now: Instant = 0
    picture: bytes = b""

    @property
    def edited(self) -> frozenset[Section]:
        return edited(self.draft, self.saved)

    @property
    def dirty(self) -> bool:
        return bool(self.edited)

    @property
    def told(self) -> dict[str, str]:
        """The problems that are said now, in the order of the editor."""
        found = {key: why for key, why in self.problems.items() if key in self.shown}
        if self.slug.state is SlugState.TAKEN and "slug" not in found:
            found["slug"] = "taken"
        return found

    @property
    def first_problem(self) -> str:
        """The field that keeps the page from being saved, or an empty text."""
        if self.problems:
            return next(iter(self.problems))
        return "slug" if self.slug.state is SlugState.TAKEN else ""

    def count(self, section: Section) -> int:
        """How many problems are said in a section."""
        return sum(section_of(key) is section for key in self.told)


def opened(editing: Editing) -> Editing:
    """The first look: the address of a new page is made, what is wrong is known but not said."""
    if editing.new:
        draft = replace(editing.draft, slug=address_of(editing.base.title, editing.own_part))
        editing = replace(editing, draft=draft, saved=draft, follows=True)
    return _judged(editing)


def editing_of(page: Page, usual: Hours, today: date, **about: Any) -> Editing:
    """``about``: further fields of Editing, such as ``new`` and ``own_part``."""
    draft = draft_of(page, usual)
    return opened(Editing(page, draft, draft, usual, today, **about))


def typed(editing: Editing, draft: PageDraft) -> Editing:
    """After the owner changed something. The address of a new page follows its name."""
    follows = editing.follows and draft.slug == editing.draft.slug
    if follows and draft.title != editing.draft.title:
        draft = replace(draft, slug=address_of(draft.title, editing.own_part))
    slug = editing.slug if draft.slug == editing.draft.slug else SlugCheck()
    return _judged(replace(editing, draft=draft, follows=follows, slug=slug, fault=""))


def left(editing: Editing, name: str) -> Editing:
    """After a field was left: from now on what is wrong with it is said."""
    return replace(editing, shown=editing.shown | {name})


def refused(editing: Editing) -> Editing:
    """After Save was pressed in vain: everything that is wrong is said."""
    return replace(editing, shown=editing.shown | set(editing.problems))


def checked(editing: Editing, slug: str, check: SlugCheck) -> Editing:
    """After the address ``slug`` was looked up; late answers about another one are dropped.

    An address that follows the name takes the free one by itself.
    """
    if slug != editing.draft.slug:
        return editing
    if check.state is SlugState.TAKEN and editing.follows and check.free:
        draft = replace(editing.draft, slug=check.free)
        return _judged(replace(editing, draft=draft, slug=SlugCheck(SlugState.FREE)))
    return replace(editing, slug=check, shown=editing.shown | {"slug"})


def saved(editing: Editing, page: Page, sent: PageDraft) -> Editing:
    """After ``page`` was saved from the draft ``sent``; what was typed meanwhile stays."""
    stored = draft_of(page, editing.usual)
    draft = rebase(editing.draft, sent, stored)
    return _judged(
        replace(
            editing, base=page, saved=stored, draft=draft, new=False, follows=False, shown=frozenset(), slug=SlugCheck(),
            saving=False, fault="", elsewhere=False,
        )
    )  # fmt: skip


def discarded(editing: Editing) -> Editing:
    """Back to what is saved."""
    found = replace(editing, draft=editing.saved, shown=frozenset(), slug=SlugCheck(), follows=editing.new)
    return _judged(replace(found, fault="", elsewhere=False))


def changed_elsewhere(editing: Editing, page: Page, usual: Hours, pages_on: bool) -> Editing:
    """After the page was read again. What the owner has not touched follows; where both changed the same, ``elsewhere``."""
    stored = draft_of(page, usual)
    before = editing.saved
    both = clash(editing.draft, before, stored)
    draft = rebase(editing.draft, before, stored)
    found = replace(editing, base=page, saved=stored, draft=draft, usual=usual, pages_on=pages_on)
    return _judged(replace(found, elsewhere=editing.elsewhere or both))


def _judged(editing: Editing) -> Editing:
    return replace(editing, problems=problems(editing.draft, editing.today))
