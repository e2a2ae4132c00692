"""The scheduling pages in motion: reads the list, does what the owner asks for, and opens the editor."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from app.domain.errors import AftaleError
from app.domain.events import (
    Booked,
    CalendarChanged,
    Cancelled,
    PagesChanged,
    Rescheduled,
    ServerChanged,
    SettingsSaved,
)
from app.domain.overview import Overview
from app.domain.pages import Page
from app.domain.public import PageState
from app.i18n import _, current
from app.ui.messages import error_words
from app.ui.pages.screen import PagesScreen
from app.ui.pages.state import PageAction, PagesState, pages_state, placed, reordered
from app.ui.runtime import tasks
from app.ui.widgets import Question, toast

if TYPE_CHECKING:
    from app.services.workspace import Workspace
    from app.ui.pages.editor_controller import EditorController

_FOLLOWED = (Booked, Cancelled, Rescheduled, CalendarChanged, PagesChanged, ServerChanged, SettingsSaved)


class PagesController:
    """Keeps the list true: it is read again after each fact that could change it, at once or when the screen comes to sight.

    ``leave`` asks about unsaved changes; whoever shows another screen or ends the program awaits it first.
    """

    def __init__(self, workspace: Workspace, screen: PagesScreen) -> None:
        self._workspace, self._screen = workspace, screen
        self._overview: Overview | None = None
        self._stale = True
        self._editor: EditorController | None = None
        self._connect()
        ends = [workspace.announcer.subscribe(kind, self._fact_came) for kind in _FOLLOWED]
        screen.destroyed.connect(lambda: [end() for end in ends])
        if screen.isVisible():
            self._reload()

    def _connect(self) -> None:
        pages = self._screen.list
        pages.action_requested.connect(self._act)
        pages.new_requested.connect(self.new_page)
        pages.copy_requested.connect(lambda page_id: self._run(self._duplicate(page_id, then_edit=True)))
        pages.dropped.connect(self._drop)
        pages.pause_all_requested.connect(lambda: self._run(self._pause_all()))
        pages.resume_all_requested.connect(lambda: self._run(self._workspace.settings.switch_pages(True)))
        pages.reload_requested.connect(self._reload)
        self._screen.shown.connect(self._came_to_sight)
        self._screen.language_changed.connect(self._render)

    # Reading

    def _fact_came(self, _fact: object) -> None:
        self._stale = True
        if self._screen.isVisible():
            self._reload()

    def _came_to_sight(self) -> None:
        if self._stale:
            self._reload()

    def _reload(self) -> None:
        tasks.latest("pages", self._workspace.overview.load(), self._screen, self._loaded, self._not_loaded)

    def _loaded(self, overview: Overview) -> None:
        first = self._overview is None
        self._overview, self._stale = overview, False
        self._render()
        if first:
            self._warm_up()
        if self._editor is not None:
            self._tell_editor(self._editor)

    def _tell_editor(self, editor: EditorController) -> None:
        """How things stand outside the page that is edited."""
        from app.services.availability import makes_links
        from app.services.ground import Ground

        overview = self._overview
        if overview is not None:
            ground = Ground(self._workspace.settings.current, overview.accounts, overview.calendars)
            lost = frozenset(each.page.id for each in overview.pages if each.state is PageState.UNAVAILABLE)
            editor.stand(offline=overview.offline, online=makes_links(ground), unavailable=lost)

    def _warm_up(self) -> None:
        """Loads the editor's modules beside the window, so that opening it does not hold the window up."""
        asyncio.get_running_loop().run_in_executor(None, import_module, "app.ui.pages.editor_controller")

    def _not_loaded(self, _error: AftaleError) -> None:
        state = PagesState() if self._overview is None else self._state(self._overview)
        self._screen.list.render_state(replace(state, failed=True))

    def _render(self) -> None:
        if self._overview is not None:
            self._screen.list.render_state(self._state(self._overview))

    def _state(self, overview: Overview) -> PagesState:
        return pages_state(overview, self._workspace.settings.current.own_part, self._workspace.pages.link, current())

    # The list

    def _act(self, page_id: str, action: str) -> None:
        pages = self._workspace.pages
        match PageAction(action):
            case PageAction.EDIT:
                self.edit(page_id)
            case PageAction.OPEN:
                QDesktopServices.openUrl(QUrl(pages.link(self._page(page_id).slug)))
            case PageAction.COPY_LINK:
                self._copy_link(pages.link(self._page(page_id).slug))
            case PageAction.SWITCH_ON:
                self._run(pages.set_on(page_id, True))
            case PageAction.SWITCH_OFF:
                self._run(pages.set_on(page_id, False))
            case PageAction.DUPLICATE:
                self._run(self._duplicate(page_id, then_edit=False))
            case PageAction.MAKE_DEFAULT:
                self._run(self._make_default(page_id))
            case PageAction.MOVE_UP:
                self._move(page_id, -1)
            case PageAction.MOVE_DOWN:
                self._move(page_id, 1)
            case PageAction.QR_CODE:
                self._show_qr_code(self._page(page_id))
            case PageAction.DELETE:
                self._run(self._delete(page_id))

    def _page(self, page_id: str) -> Page:
        assert self._overview is not None
        return next(each.page for each in self._overview.pages if each.page.id == page_id)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        tasks.start(work, self._screen, failed=self._tell_error)

    def _tell_error(self, error: AftaleError) -> None:
        toast(self._screen, error_words(error).title, icon="status_error")
        self._reload()

    def _copy_link(self, link: str) -> None:
        QGuiApplication.clipboard().setText(link)
        toast(self._screen, _("Link copied"))

    def _move(self, page_id: str, by: int) -> None:
        assert self._overview is not None
        order = tuple(each.page.id for each in self._overview.pages)
        self._run(self._workspace.pages.reorder(reordered(order, page_id, by)))

    def _drop(self, page_id: str, number: int) -> None:
        assert self._overview is not None
        order = tuple(each.page.id for each in self._overview.pages)
        self._run(self._workspace.pages.reorder(placed(order, page_id, number)))

    def _show_qr_code(self, page: Page) -> None:
        from app.ui.pages.qr_code import QrPopover

        anchor = self._screen.list.card(page.id).more
        popover = QrPopover(anchor, page.internal or page.title, self._workspace.pages.link(page.slug))
        popover.copy_requested.connect(self._copy_link)
        popover.kept.connect(lambda name: toast(self._screen, _("Saved as {file}").format(file=name)))
        popover.failed.connect(lambda: toast(self._screen, _("The file could not be written."), icon="status_error"))
        popover.open_at(anchor, "right")

    async def _make_default(self, page_id: str) -> None:
        await self._workspace.pages.make_default(page_id)
        toast(self._screen, _("{page} is your default page now").format(page=self._page(page_id).title))

    async def _duplicate(self, page_id: str, *, then_edit: bool) -> None:
        pages = self._workspace.pages
        copy = await pages.duplicate(page_id)
        copy = await pages.save(replace(copy, title=_("Copy of {page}").format(page=copy.title)))
        words = _("The copy is paused until you switch it on")
        if then_edit:
            self._open(copy, new=False)
            toast(self._screen, words)
        else:
            toast(self._screen, words, action=_("Edit"), call=lambda: self.edit(copy.id))

    async def _pause_all(self) -> None:
        settings = self._workspace.settings
        await settings.switch_pages(False)
        resume: Callable[[], None] = lambda: self._run(settings.switch_pages(True))  # noqa: E731
        toast(self._screen, _("All pages are paused"), action=_("Undo"), call=resume)

    async def _delete(self, page_id: str) -> None:
        title = self._page(page_id).title
        question = Question(
            self._screen.window(),
            _("Delete {page}?").format(page=title),
            _("Its address stops working. Meetings and requests that guests have booked on it stay."),
            (("keep", _("Keep"), "secondary"), ("delete", _("Delete page"), "danger")),
        )
        await tasks.ask(question)
        if question.answer != "delete":
            return
        await self._workspace.pages.delete(page_id)
        toast(
            self._screen,
            _("{page} deleted").format(page=title),
            action=_("Undo"),
            call=lambda: self._run(self._workspace.pages.restore(page_id)),
        )

    # The editor

    def new_page(self) -> None:
        """Opens the editor on a page that is not saved yet."""
        self._open(self._workspace.pages.draft(), new=True)

    def edit(self, page_id: str, section: str = "") -> None:
        """Opens the editor on a saved page, at a section if one is named."""
        tasks.start(
            self._workspace.pages.get(page_id),
            self._screen,
            lambda page: self._open(page, new=False, section=section),
            self._tell_error,
        )

    async def go_to(self, page_id: str, section: str) -> None:
        """The same from elsewhere: asks first about what is not saved on another page."""
        if not self._screen.editing or self._editor is None or self._editor.page_id != page_id:
            if await self.leave():
                self.edit(page_id, section)
        else:
            self._go_to_section(section)

    def _go_to_section(self, section: str) -> None:
        from app.ui.pages.editor_state import Section

        self._screen.editor.go_to_section(Section(section))

    def _open(self, page: Page, *, new: bool, section: str = "") -> None:
        if self._editor is None:
            from app.ui.pages.editor_controller import EditorController

            self._editor = EditorController(self._workspace, self._screen)
        self._tell_editor(self._editor)
        self._editor.begin(page, new=new)
        self._screen.show_editor()
        if section:
            self._go_to_section(section)

    async def leave(self) -> bool:
        """Asks about unsaved changes. False: the owner goes on editing."""
        return True if self._editor is None else await self._editor.leave()
