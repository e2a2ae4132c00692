"""Between the settings window and the services: loads, previews, saves all or nothing, and asks before changes are lost. What
the calendars panel does at once stands in ``calendar_acts``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app import i18n
from app.domain.clock import MINUTE
from app.domain.connecting import Effects
from app.domain.errors import AftaleError
from app.domain.events import AccountChanged, CalendarChanged, PagesChanged, ServerChanged, SettingsSaved, SyncProgressed
from app.domain.reaching import Standing
from app.domain.settings import Appearance
from app.i18n import _
from app.ui import messages, theme
from app.ui.runtime import tasks
from app.ui.settings.account_words import effects_words
from app.ui.settings.appearance import AppearancePanel
from app.ui.settings.availability import AvailabilityPanel
from app.ui.settings.calendar_acts import CalendarActs
from app.ui.settings.embed import EmbedPanel
from app.ui.settings.kept import KeptActs
from app.ui.settings.links import moves_links
from app.ui.settings.notifications import NotificationsPanel
from app.ui.settings.pages import PagesPanel
from app.ui.settings.privacy import PrivacyPanel
from app.ui.settings.publishing import PublishingPanel
from app.ui.settings.state import Draft, SettingsState, applied, draft_of, rebased, without_lost
from app.ui.settings.view import SettingsWindow
from app.ui.widgets import Option, Question, toast

if TYPE_CHECKING:
    from app.services.workspace import Workspace


def apply_appearance(appearance: Appearance) -> None:
    """Puts look, text size, movement, language and clock into force in all open windows."""
    theme.active().reduced_motion = appearance.reduced_motion
    theme.active().apply(appearance.theme.value, appearance.text_size)
    if i18n.current() != i18n.Wording(appearance.language.value, appearance.clock_24):
        i18n.use(appearance.language.value, appearance.clock_24)
        theme.retranslate_all()


class SettingsController(QObject):
    """One window at a time. ``appearance_changed`` follows each preview and each way back, after it is in force;
    ``connected`` carries the account that was connected from here."""

    appearance_changed = Signal(object)
    connected = Signal(object)

    def __init__(self, workspace: Workspace, zones: Callable[[str], tuple[Option, ...]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workspace, self._zones = workspace, zones
        self._window: SettingsWindow | None = None
        self._state: SettingsState | None = None
        self._progress: dict[str, int] = {}
        self._trouble, self._saving, self._asking = "", False, False
        self._ends: list[Callable[[], None]] = []
        self._minute = QTimer(self)
        self._minute.setInterval(MINUTE * 1000)
        self._minute.timeout.connect(self._moved_on)

    @property
    def state(self) -> SettingsState | None:
        """What the window shows."""
        return self._state

    @property
    def window(self) -> SettingsWindow | None:
        """The open window, if there is one."""
        return self._window

    def open(self, parent: QWidget | None, panel: str = "") -> None:
        """Shows the window, at ``panel`` if one is named."""
        if self._window is None:
            self._window = SettingsWindow(self._zones, parent)
            self._connect(self._window)
            self._reload()
        if panel:
            self._window.show_panel(panel)
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()

    def close(self) -> None:
        """Closes the window and forgets what was not saved."""
        if self._window is not None:
            self._revert()
            self._window.allow_close()

    # State

    def _connect(self, window: SettingsWindow) -> None:
        window.edited.connect(self._edited)
        window.troubled.connect(self._troubled)
        window.save_requested.connect(self._save)
        window.close_requested.connect(self._ask_to_close)
        window.left.connect(self._closed)
        acts = CalendarActs(self.workspace, window, self)
        acts.connected.connect(self._account_connected)
        window.panel_made.connect(self._panel_made)
        KeptActs(self.workspace, window)
        announcer = self.workspace.announcer
        for fact in (SettingsSaved, CalendarChanged, AccountChanged, PagesChanged, ServerChanged):
            self._ends.append(announcer.subscribe(fact, lambda _fact: self._reload()))
        self._ends.append(announcer.subscribe(SyncProgressed, self._read_on))
        self._minute.start()

    def _panel_made(self, panel: object) -> None:
        if isinstance(panel, PrivacyPanel):
            from app.ui.settings.privacy_acts import PrivacyActs

            PrivacyActs(self.workspace, panel, self._reload)
        elif isinstance(panel, AppearancePanel):
            from app.ui.settings.picture_acts import PictureActs

            PictureActs(self.workspace, panel)
        elif isinstance(panel, NotificationsPanel):
            from app.ui.settings.notification_acts import NotificationActs

            NotificationActs(self.workspace, panel)
        elif isinstance(panel, AvailabilityPanel):
            from app.ui.settings.availability_acts import AvailabilityActs

            AvailabilityActs(self.workspace, panel)
        elif isinstance(panel, PagesPanel):
            from app.ui.settings.address_acts import AddressActs

            AddressActs(self.workspace, panel)
        elif isinstance(panel, EmbedPanel):
            from app.ui.settings.address_acts import copy_text

            panel.copy_requested.connect(lambda code: copy_text(panel, code, _("Code copied")))
        elif isinstance(panel, PublishingPanel):
            from app.ui.settings.publishing_acts import PublishingActs

            PublishingActs(self.workspace, panel, self._reload)

    def _closed(self) -> None:
        for end in self._ends:
            end()
        self._ends.clear()
        self._minute.stop()
        self._trouble, self._saving, self._asking = "", False, False
        self._window = self._state = None

    def _reload(self) -> None:
        if self._window is not None:
            tasks.latest("load", self._load(), owner=self._window, done=self._loaded, failed=self._failed)

    async def _load(self) -> SettingsState:
        workspace = self.workspace
        accounts, calendars = await workspace.accounts.accounts(), await workspace.accounts.calendars()
        pages, standing = await workspace.pages.all(), self._standing()
        # Finding all zones reads folders; the panel that lists them finds them known.
        zone = workspace.settings.current.profile.zone
        await asyncio.get_running_loop().run_in_executor(None, self._zones, zone)
        current = workspace.settings.current
        base = draft_of(current, accounts, calendars)
        now, asked = workspace.clock.now(), current.privacy.asked
        stock, doubt = await workspace.data.copies.stock(), await workspace.data.retention.doubted()
        kept = await workspace.settings.kept()
        return SettingsState(
            base, base, accounts, calendars, pages, standing, now, asked=asked, stock=stock, clock_doubted=doubt, kept=kept
        )  # fmt: skip

    def _standing(self) -> Standing:
        """While publishing exchanges its socket there is none to tell of; it announces when that is done."""
        try:
            return self.workspace.publishing.standing()
        except OSError:
            return self._state.standing if self._state is not None else Standing()

    def _loaded(self, fresh: SettingsState) -> None:
        known = self._state
        if known is not None:
            draft = without_lost(rebased(known, fresh.base), fresh.base, fresh.calendars)
            fresh = replace(fresh, draft=draft, troubles=known.troubles, reading=known.reading)
        self._show(fresh)
        self._foresee()

    def _moved_on(self) -> None:
        """A minute has passed: what was read a while ago was read longer ago."""
        if self._state is not None:
            self._show(replace(self._state, now=self.workspace.clock.now()))

    def _read_on(self, fact: SyncProgressed) -> None:
        """A first reading goes on; the number is that of all calendars of the account."""
        if self._state is None:
            return
        self._progress[fact.calendar] = fact.events
        own = [each.id for each in self._state.calendars_of(fact.account)]
        events = sum(self._progress.get(each, 0) for each in own) or fact.events
        self._show(replace(self._state, reading={**self._state.reading, fact.account: events}))
        if fact.done:
            self._reload()

    def _foresee(self) -> None:
        """What saving the choices about calendars would bring."""
        state = self._state
        if state is None or self._window is None:
            return
        if state.draft.choices == state.base.choices:
            self._show(replace(state, effects=None))
            return
        work = self.workspace.accounts.effects(state.draft.choices)
        tasks.latest("effects", work, owner=self._window, done=self._foreseen, failed=lambda _error: None)

    def _foreseen(self, effects: Effects) -> None:
        if self._state is not None:
            self._show(replace(self._state, effects=effects))

    def _account_connected(self, account: object) -> None:
        """One lands on the dashboard after connecting (CON-3), unless something here is not saved yet."""
        self.connected.emit(account)
        if self._window is not None and self._state is not None and not self._state.dirty:
            self.close()

    def _show(self, state: SettingsState) -> None:
        self._state = state
        if self._window is not None:
            self._window.render_state(state, saving=self._saving, failed=self._trouble)

    def _edited(self, draft: Draft) -> None:
        if self._state is None:
            return
        before = self._state.draft
        self._trouble = ""
        self._show(replace(self._state, draft=draft))
        if draft.appearance != before.appearance:
            self._preview(draft.appearance)
        if draft.choices != before.choices:
            self._foresee()

    def _troubled(self, panel: str, field: str, words: str) -> None:
        if self._state is not None and self._state.trouble(panel, field) != words:
            self._show(self._state.troubled(panel, field, words))

    def _preview(self, appearance: Appearance) -> None:
        apply_appearance(appearance)
        self.appearance_changed.emit(appearance)

    def _revert(self) -> None:
        if self._state is not None and self._state.draft.appearance != self._state.base.appearance:
            self._preview(self._state.base.appearance)

    # Saving

    def _save(self) -> None:
        state, window = self._state, self._window
        if state is None or window is None or not state.dirty:
            return
        if state.problems:
            window.show_problem()
            return
        self._trouble, self._saving = "", True
        self._show(state)
        tasks.start(self._write(state), owner=window, done=self._saved, failed=self._failed)

    async def _write(self, state: SettingsState) -> Effects:
        """Document and choices in one: all or nothing (SET-6). What was not touched here follows what is stored by then."""
        current = self.workspace.settings.current
        wanted, base = applied(current, state.draft), applied(current, state.base)
        return await self.workspace.accounts.save(wanted, state.draft.choices, base)

    def _saved(self, effects: Effects) -> None:
        self._trouble, self._saving = "", False
        if self._window is not None:
            follows = effects_words(effects, done=True)
            if self._state is not None and moves_links(self._state) and not follows:
                from app.ui.settings.address_acts import tell_moved

                tell_moved(self._window, self._state)
            else:
                toast(self._window, _("Saved. {effects}").format(effects=follows) if follows else _("Saved"))
        self._reload()

    def _ask_to_close(self) -> None:
        if self._window is not None and not self._asking:
            self._asking = True
            tasks.start(self._asked(self._window), owner=self._window, failed=self._failed)

    async def _asked(self, window: SettingsWindow) -> None:
        try:
            answer = await self._ask_about_changes(window)
        finally:
            self._asking = False
        state = self._state
        if state is None or window is not self._window:
            return
        if answer == "discard":
            self._revert()
            window.allow_close()
        elif answer == "save" and state.problems:
            window.show_problem()
        elif answer == "save":
            await self._write(state)
            window.allow_close()

    async def _ask_about_changes(self, window: SettingsWindow) -> str:
        question = Question(
            window,
            _("Save changes?"),
            "",
            (("stay", _("Keep editing"), "ghost"), ("discard", _("Discard"), "secondary"), ("save", _("Save"), "primary")),
            width=480,
        )
        await tasks.ask(question)
        return question.answer

    # Small things

    def work(self, work: Coroutine[Any, Any, Any], done: Callable[[Any], None] | None = None) -> None:
        """Runs ``work`` while the window is open; what goes wrong is told in its footer."""
        if self._window is not None:
            self._trouble = ""
            tasks.start(work, owner=self._window, done=done, failed=self._failed)
        else:
            work.close()

    def redraw(self) -> None:
        """Draws what is known anew, so that no button stays busy."""
        if self._window is not None and self._state is not None:
            self._window.calendars.retranslate()
            self._show(self._state)

    def _failed(self, error: AftaleError) -> None:
        """Says in the footer what went wrong, until something is changed or done."""
        self._saving = False
        words = messages.error_words(error)
        self._trouble = f"{words.title}. {words.text}".strip() if words.text else words.title
        if self._state is not None:
            self._show(self._state)
