"""The tray: the mark with a state dot, a plain menu, and a panel where the desktop tells where the icon is (DESK-2).

The menu is plain text because the desktop draws it, often in another process. Only what works now stands in it.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QRect, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from app.i18n import _
from app.ui import theme
from app.ui.runtime.notifier import CLICKED, Shown
from app.ui.tray_panel import TrayPanel
from app.ui.tray_state import TrayState, pause_words, quit_words
from app.ui.widgets import mark_icon

EVERY = 10_000
"""Milliseconds between two looks whether the desktop has a tray: it may come and go."""


class Tray(QObject):
    """Shows a TrayState and tells what the owner wants. ``gone`` and ``came`` follow the desktop's tray."""

    open_requested = Signal(str)
    settings_requested = Signal()
    copy_requested = Signal()
    switch_requested = Signal(bool)
    pause_requested = Signal(str)
    fix_requested = Signal()
    join_requested = Signal(str)
    quit_requested = Signal()
    came = Signal()
    gone = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._icon = QSystemTrayIcon(self)
        self._icon.activated.connect(self._activated)
        self._icon.messageClicked.connect(self._balloon_clicked)
        self._menu = QMenu()
        self._icon.setContextMenu(self._menu)
        self._state: TrayState | None = None
        self._panel: TrayPanel | None = None
        self._balloon: Callable[[str], None] | None = None
        self._there = False
        self._look_timer = QTimer(self)
        self._look_timer.setInterval(EVERY)
        self._look_timer.timeout.connect(self.look)
        self._look_timer.start()
        theme.active().changed.connect(self._repaint)

    @property
    def available(self) -> bool:
        """Whether the icon can be seen now."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def look(self) -> None:
        """Follows the desktop's tray."""
        there = self.available
        if there == self._there or self._state is None:
            return
        self._there = there
        self._icon.setVisible(there)
        (self.came if there else self.gone).emit()

    def show_state(self, state: TrayState) -> None:
        before, self._state = self._state, state
        if before is None or before.dot != state.dot:
            self._icon.setIcon(mark_icon(state.dot))
        if before != state:
            self._icon.setToolTip(state.tip)
            self._fill(state)
        if self._panel is not None:
            self._panel.show_state(state)
        self.look()

    def retranslate(self) -> None:
        """After a change of language the next state comes in other words; the fixed entries change here."""
        if self._state is not None:
            self._fill(self._state)

    def hide(self) -> None:
        """For the end: nobody looks for a tray any more."""
        self._look_timer.stop()
        self._icon.hide()

    def shows_notices(self) -> bool:
        return self._there and QSystemTrayIcon.supportsMessages()

    def show_notice(self, shown: Shown) -> bool:
        """A balloon at the icon, where the notification service is missing."""
        if not self.shows_notices():
            return False
        self._balloon = shown.on_action
        self._icon.showMessage(shown.title, shown.body, self._icon.icon())
        return True

    def entries(self) -> list[QAction]:
        """The entries of the plain menu, separators included."""
        return self._menu.actions()

    # The menu

    def _fill(self, state: TrayState) -> None:
        self._menu.clear()
        status = self._add(state.status.spoken, None)
        status.setCheckable(True)
        status.setChecked(state.pages_on)
        status.triggered.connect(self.switch_requested)
        if state.meeting is not None:
            meeting = state.meeting
            self._add(meeting.line, lambda: self.open_requested.emit(meeting.id))
        if state.fix:
            self._add(_("Fix: {problem}…").format(problem=state.fix), self.fix_requested.emit)
        self._menu.addSeparator()
        if state.link:
            self._add(_("Copy my link"), self.copy_requested.emit)
        if state.pages_on:
            self._menu.addMenu(self._pauses())
        self._menu.addSeparator()
        self._add(_("Open Aftale"), lambda: self.open_requested.emit(""))
        self._add(_("Settings…"), self.settings_requested.emit)
        self._menu.addSeparator()
        self._add(quit_words(state), self.quit_requested.emit)

    def _pauses(self) -> QMenu:
        menu = QMenu(_("Pause bookings for…"), self._menu)
        for name, words in pause_words():
            action = menu.addAction(_plain(words))
            action.triggered.connect(lambda _=False, name=name: self.pause_requested.emit(name))
        return menu

    def _add(self, text: str, call: Callable[[], None] | None) -> QAction:
        action = self._menu.addAction(_plain(text))
        if call is not None:
            action.triggered.connect(lambda: call())
        return action

    # The panel

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason == QSystemTrayIcon.ActivationReason.DoubleClick:
            self._close_panel()
            self.open_requested.emit("")
        elif reason == QSystemTrayIcon.ActivationReason.Trigger:
            place = self._icon.geometry()
            if place.isValid() and not place.isEmpty():
                self._toggle_panel(place)
            else:
                self.open_requested.emit("")

    def _toggle_panel(self, place: QRect) -> None:
        if self._panel is not None:
            self._close_panel()
        elif self._state is not None:
            self._panel = panel = TrayPanel(self._state)
            panel.closed.connect(self._panel_closed)
            panel.open_requested.connect(self.open_requested)
            panel.settings_requested.connect(self.settings_requested)
            panel.copy_requested.connect(self.copy_requested)
            panel.switch_requested.connect(self.switch_requested)
            panel.pause_requested.connect(self.pause_requested)
            panel.fix_requested.connect(self.fix_requested)
            panel.join_requested.connect(self.join_requested)
            panel.quit_requested.connect(self.quit_requested)
            panel.open_at(place)

    def _close_panel(self) -> None:
        if self._panel is not None:
            self._panel.close()

    def _panel_closed(self) -> None:
        self._panel = None

    def _balloon_clicked(self) -> None:
        if self._balloon is not None:
            self._balloon(CLICKED)

    def _repaint(self) -> None:
        if self._state is not None:
            self._icon.setIcon(mark_icon(self._state.dot))


def _plain(text: str) -> str:
    """A text in which an ampersand is itself and no mnemonic."""
    return text.replace("&", "&&")
