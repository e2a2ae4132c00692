"""One page being edited, in motion: checks the address, works out the preview, saves, and asks before anything is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from app.domain.clock import MINUTE, Instant
from app.domain.errors import AftaleError, InvalidFields, SlugTaken
from app.domain.events import (
    AccountChanged,
    Booked,
    CalendarChanged,
    Cancelled,
    Declined,
    PagesChanged,
    Requested,
    Rescheduled,
    SettingsSaved,
)
from app.domain.pages import Page
from app.i18n import Wording, _, current, local
from app.ui.messages import error_words
from app.ui.pages.editing import (
    Editing,
    SlugCheck,
    SlugState,
    changed_elsewhere,
    checked,
    discarded,
    editing_of,
    left,
    refused,
    saved,
    typed,
)
from app.ui.pages.editor_extras import Extras
from app.ui.pages.editor_state import PageDraft, Section, has_no_times, to_page
from app.ui.pages.preview_state import Hindrance, PreviewState, host_of, public_page, usual_hours
from app.ui.pages.screen import PagesScreen
from app.ui.pages.state import without_scheme
from app.ui.runtime import tasks
from app.ui.why.reasons import Goal, Way, answer_of
from app.ui.widgets import Question, toast

if TYPE_CHECKING:
    from app.services.workspace import Workspace

CHECK_AFTER = 0.4
"""Seconds after the last key until the address is looked up."""
PREVIEW_AFTER = 0.05
"""Seconds after the last change until the preview's free times are worked out."""
_ELSEWHERE = (PagesChanged, SettingsSaved)
"""After these the page itself is read again."""
_TIMES = (AccountChanged, Booked, CalendarChanged, Cancelled, Declined, Requested, Rescheduled)
"""After these its free times may be other ones."""


class EditorController:
    """``offline``: guests can only send requests now, whatever the page says; ``online``: the booking calendar's service makes
    links to video meetings; ``unavailable``: the pages on which nobody can book, because a calendar is lost."""

    def __init__(self, workspace: Workspace, screen: PagesScreen) -> None:
        self._workspace, self._screen = workspace, screen
        self._view = screen.editor
        self._editing: Editing | None = None
        self._duration = 0
        self._starts: tuple[Instant, ...] | None = None
        self._worked_out: object = None
        self.offline = False
        self.online = False
        self.unavailable: frozenset[str] = frozenset()
        self._connect()
        ends = [workspace.announcer.subscribe(kind, self._fact_came) for kind in _ELSEWHERE]
        ends += [workspace.announcer.subscribe(kind, self._times_changed) for kind in _TIMES]
        screen.destroyed.connect(lambda: [end() for end in ends])

    def _connect(self) -> None:
        view = self._view
        view.draft_changed.connect(self._draft_changed)
        view.field_left.connect(self._field_left)
        view.save_requested.connect(self.save)
        view.discard_requested.connect(self._discard)
        view.back_requested.connect(lambda: tasks.start(self.leave(), view))
        view.copy_link_requested.connect(self._copy_link)
        view.open_requested.connect(self._open_in_browser)
        view.duration_chosen.connect(self._choose_duration)
        view.why_asked.connect(self._explain)
        view.way_chosen.connect(self._go)
        self._extras = Extras(self._workspace, view, self._change_editing)

    def stand(self, *, offline: bool, online: bool, unavailable: frozenset[str]) -> None:
        """How things stand outside the page; the preview follows."""
        self.offline, self.online, self.unavailable = offline, online, unavailable
        self._preview(PREVIEW_AFTER)

    @property
    def page_id(self) -> str:
        """The page that is being edited, empty while none is."""
        return self._editing.base.id if self._editing is not None else ""

    def begin(self, page: Page, *, new: bool) -> None:
        """Shows ``page``; what was edited before is left behind."""
        settings = self._workspace.settings.current
        usual = usual_hours(settings)
        self._starts, self._worked_out, self._duration = None, None, 0
        self._editing = editing_of(
            page,
            usual,
            local(self._workspace.clock.now(), usual.zone).date(),
            new=new,
            own_part=settings.own_part,
            prefix=without_scheme(self._workspace.pages.link("")),
            pages_on=settings.pages_on,
            owner=host_of(settings).first_name,
            words=Wording(settings.profile.language, settings.appearance.clock_24),
        )
        self._view.begin(self._editing, monday_first=settings.appearance.week_starts_monday)
        self._extras.begin(page, new=new)
        self._preview(0.0)

    async def leave(self) -> bool:
        """Back to the list. Asks first if something is not saved; False: the owner goes on editing."""
        if not self._screen.editing or self._editing is None:
            return True
        if self._editing.dirty:
            answer = await self._ask()
            if answer == "save" and not await self._save():
                return False
            if answer not in ("save", "discard"):
                return False
        self._editing = None
        self._screen.show_list()
        return True

    async def _ask(self) -> str:
        assert self._editing is not None
        name = self._editing.draft.title.strip() or _("New page")
        question = Question(
            self._screen.window(),
            _("Save changes?"),
            _("{page} has changes that guests do not see yet.").format(page=name),
            (("discard", _("Discard"), "ghost"), ("keep", _("Keep editing"), "secondary"), ("save", _("Save"), "primary")),
        )
        await tasks.ask(question)
        return question.answer

    # Typing

    def _show(self, editing: Editing) -> None:
        self._editing = editing
        self._view.render_editing(editing)

    def _change_editing(self, change: Callable[[Editing], Editing]) -> None:
        """What pictures and links bring, as long as a page is being edited."""
        if self._editing is not None:
            self._show(change(self._editing))
            self._preview(0.0)

    def _draft_changed(self, draft: PageDraft) -> None:
        if self._editing is None:
            return
        before = self._editing.draft.slug
        self._show(typed(self._editing, draft))
        if self._editing.draft.slug != before:
            tasks.latest("slug", self._check_slug(self._editing.draft.slug), self._view)
        self._preview(PREVIEW_AFTER)

    def _field_left(self, name: str) -> None:
        if self._editing is not None and name not in self._editing.shown:
            self._show(left(self._editing, name))

    async def _check_slug(self, slug: str) -> None:
        await asyncio.sleep(CHECK_AFTER)
        editing = self._editing
        if editing is None or slug != editing.draft.slug:
            return
        if "slug" in editing.problems:
            self._show(left(editing, "slug"))
            return
        if not editing.new and slug == editing.saved.slug:
            return
        self._show(replace(editing, slug=SlugCheck(SlugState.CHECKING)))
        await self._answer_slug(slug, editing.base.id)

    async def _answer_slug(self, slug: str, page_id: str) -> None:
        pages = self._workspace.pages
        try:
            await pages.check_slug(slug, page_id)
            check = SlugCheck(SlugState.FREE)
        except SlugTaken:
            check = SlugCheck(SlugState.TAKEN, await pages.free_slug(slug.rpartition("/")[2], page_id))
        except InvalidFields:
            check = SlugCheck()
        if self._editing is not None:
            self._show(checked(self._editing, slug, check))
            self._preview(PREVIEW_AFTER)

    # Preview

    def _choose_duration(self, minutes: int) -> None:
        self._duration = minutes
        self._preview(0.0)

    def _preview(self, after: float) -> None:
        """Shows the page as it is now; its free times follow when they had to be worked out anew."""
        if self._editing is None:
            return
        page = to_page(self._editing.draft, self._editing.base)
        if self._duration not in page.rules.durations:
            self._duration = page.rules.durations[0]
        wanted = (page.rules, page.hours, page.calendars, self._editing.usual, self._duration, *self._ground())
        self._show_preview(page)
        if wanted != self._worked_out:
            self._worked_out = wanted
            tasks.latest("preview", self._work_out(page, self._duration, after), self._view, self._times_came, self._no_times)

    def _ground(self) -> tuple[object, ...]:
        """What decides besides the page: the clock, what is stored (bookings, events, calendars, other pages), the settings."""
        workspace = self._workspace
        settings = workspace.settings.current
        return (
            workspace.clock.now() // MINUTE,
            workspace.database.revision,
            settings.availability,
            settings.profile.zone,
        )

    def _explain(self, start: Instant) -> None:
        """Why the page as it is now does not offer ``start``."""
        if self._editing is not None:
            page = to_page(self._editing.draft, self._editing.base)
            zone = (page.hours or self._editing.usual).zone
            found = self._workspace.availability.explain_page(page, start, self._duration)
            tasks.latest(
                "why",
                found,
                self._view,
                lambda found: self._view.preview.show_answer(answer_of(found, page, current(), zone, offline=self.offline)),
                lambda _error: None,
            )

    def _go(self, way: Way) -> None:
        """To what decides about a time: a section of this page, or somewhere else."""
        if way.goal is Goal.SECTION:
            self._view.go_to_section(Section(way.target))
        elif way.goal is Goal.PAGES:
            tasks.start(self.leave(), self._view)
        else:
            self._screen.way_chosen.emit(way)

    async def _work_out(self, page: Page, duration: int, after: float) -> tuple[Instant, ...]:
        if after:
            await asyncio.sleep(after)
        return await self._workspace.availability.preview(page, duration)

    def _times_came(self, starts: tuple[Instant, ...]) -> None:
        self._starts = starts
        if self._editing is not None:
            self._show_preview(to_page(self._editing.draft, self._editing.base))

    def _no_times(self, _error: AftaleError) -> None:
        """The next change tries again; until then the last times stay."""
        self._worked_out = None

    def _show_preview(self, page: Page) -> None:
        assert self._editing is not None
        settings = self._workspace.settings.current
        self._view.render_preview(
            PreviewState(
                page=public_page(
                    page, self._editing.usual, offline=self.offline, online=self.online, appearance=settings.appearance
                ),
                host=host_of(settings),
                words=self._editing.words,
                now=self._workspace.clock.now(),
                duration=self._duration,
                starts=self._starts,
                no_hours=has_no_times(self._editing.draft, self._editing.usual),
                saved=not self._editing.new,
                picture=self._editing.picture if page.picture else self._extras.owner_picture,
                hindrance=self._hindrance(self._editing),
            )
        )

    def _hindrance(self, editing: Editing) -> Hindrance:
        if not editing.pages_on:
            return Hindrance.ALL_PAUSED
        if not editing.base.on:
            return Hindrance.PAUSED
        return Hindrance.UNAVAILABLE if editing.base.id in self.unavailable else Hindrance.NONE

    # Saving

    def save(self) -> None:
        """Saves, or shows what keeps the page from being saved."""
        tasks.start(self._save(), self._view)

    async def _save(self) -> bool:
        editing = self._editing
        if editing is None or editing.saving or not editing.dirty:
            return False
        if editing.first_problem:
            self._show(refused(editing))
            self._view.go_to_problem()
            return False
        sent = editing.draft
        self._show(replace(editing, saving=True, fault=""))
        try:
            page = await self._workspace.pages.save(to_page(sent, editing.base), editing.base)
        except AftaleError as error:
            await self._not_saved(error, editing.draft.slug)
            return False
        finally:
            if self._editing is not None:
                self._show(replace(self._editing, saving=False))
        self._show(saved(self._editing or editing, page, sent))
        self._extras.begin(page, new=False)
        self._preview(0.0)
        seen = page.on and self._workspace.settings.current.pages_on
        toast(self._screen, _("Saved. Guests see it now") if seen else _("Saved. Guests see it when the page is on"))
        return True

    async def _not_saved(self, error: AftaleError, slug: str) -> None:
        if self._editing is None:
            return
        if isinstance(error, SlugTaken):
            await self._answer_slug(slug, self._editing.base.id)
            self._view.go_to_problem()
            return
        words = error_words(error)
        self._show(replace(self._editing, fault=f"{words.title}. {words.text}".strip()))

    def _discard(self) -> None:
        editing = self._editing
        if editing is None:
            return
        if editing.new:
            self._editing = None
            self._screen.show_list()
        else:
            self._show(discarded(editing))
            self._preview(0.0)
        toast(self._screen, _("Changes discarded"), action=_("Undo"), call=lambda: self._take_back(editing))

    def _take_back(self, editing: Editing) -> None:
        """Undo of Discard; another page may be open by now, then it is too late."""
        if self._editing is not None and self._editing.base.id != editing.base.id:
            return
        self._show(editing)
        self._screen.show_editor()
        self._preview(0.0)

    def _fact_came(self, _fact: object) -> None:
        editing = self._editing
        if editing is None:
            return
        if editing.new:
            self._page_came(editing.base)
            return
        tasks.latest("page", self._workspace.pages.get(editing.base.id), self._view, self._page_came, lambda _error: None)

    def _times_changed(self, _fact: object) -> None:
        self._preview(PREVIEW_AFTER)

    def _page_came(self, page: Page) -> None:
        if self._editing is None or page.id != self._editing.base.id:
            return
        settings = self._workspace.settings.current
        self._show(changed_elsewhere(self._editing, page, usual_hours(settings), settings.pages_on))
        self._preview(PREVIEW_AFTER)

    def _copy_link(self) -> None:
        if self._editing is not None:
            QGuiApplication.clipboard().setText(self._workspace.pages.link(self._editing.base.slug))
            toast(self._screen, _("Link copied"))

    def _open_in_browser(self) -> None:
        if self._editing is not None and not self._editing.new:
            QDesktopServices.openUrl(QUrl(self._workspace.pages.link(self._editing.base.slug)))
