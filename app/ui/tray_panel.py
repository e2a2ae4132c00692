"""The panel at the tray icon: the same entries as the plain menu, with the master switch and the next meeting in reach."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QEnterEvent, QGuiApplication, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.i18n import _
from app.ui import theme
from app.ui.tray_state import TrayState, pause_words, quit_words
from app.ui.widgets import Button, Divider, Label, StatusDot, Switch, clear, column, reading_order, row
from app.ui.widgets.base import Focusable, draw_rounded, draw_text, painter_for
from app.ui.widgets.icons import draw_icon
from app.ui.widgets.popups import draw_shadow

WIDE = 320
_SHADOW = 20
_FIX = "status_warning"


class _Row(Focusable, QPushButton):
    """An entry: icon, words, and its shortcut in the window. ``indent`` for those that belong to the one above."""

    focus_radius = 6
    focus_inside = True

    def __init__(self, icon: str, text: str, keys: str = "", *, indent: bool = False) -> None:
        super().__init__(text)
        self._icon, self._keys, self._indent = icon, keys, indent
        self.setAccessibleName(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(200, theme.sized(36))

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, c = painter_for(self), theme.colours()
        lit = self.underMouse() or self.isDown()
        if lit:
            draw_rounded(painter, self.rect(), 6, c.selected)
        middle = (self.height() - 18) / 2
        colour = c.accent_text if lit else c.text
        if not self._indent:
            quiet = c.amber if self._icon == _FIX else c.text_muted
            draw_icon(painter, self._icon, QRectF(10, middle, 18, 18), c.accent_text if lit else quiet)
        room = QRectF(40, 0, self.width() - 50, self.height())
        draw_text(painter, room, self.text(), "body_medium", colour)
        if self._keys:
            draw_text(painter, room, self._keys, "caption_regular", c.text_muted, Qt.AlignmentFlag.AlignRight)


class TrayPanel(QWidget):
    """A window of its own beside the icon; it goes when something else is pressed, and deletes itself."""

    open_requested = Signal(str)
    settings_requested = Signal()
    copy_requested = Signal()
    switch_requested = Signal(bool)
    pause_requested = Signal(str)
    fix_requested = Signal()
    join_requested = Signal(str)
    quit_requested = Signal()
    closed = Signal()

    def __init__(self, state: TrayState) -> None:
        super().__init__(None, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint | Qt.WindowType.NoDropShadowWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._state = state
        self._pausing = False
        self._lines: QVBoxLayout = column(margins=(_SHADOW + 8, _SHADOW + 6, _SHADOW + 8, _SHADOW + 8), on=self)
        self.show_state(state)

    def show_state(self, state: TrayState) -> None:
        self._state = state
        self.setAccessibleName(state.tip)
        clear(self._lines)
        self._add_status(state)
        if state.meeting is not None:
            self._add_meeting(state)
        self._line()
        if state.link:
            self._entry("link-simple", _("Copy my link"), self.copy_requested.emit, "Ctrl+L")
        if state.pages_on:
            self._add_pause()
        self._line()
        self._entry("open_app", _("Open Aftale"), lambda: self.open_requested.emit(""))
        self._entry("nav_settings", _("Settings"), self.settings_requested.emit)
        self._line()
        self._entry("quit", quit_words(state), self.quit_requested.emit)
        self.setFixedWidth(theme.sized(WIDE) + 2 * _SHADOW)
        self.adjustSize()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes as one reads."""
        return reading_order.go(self, forward)

    def open_at(self, icon: QRect) -> None:
        """Shows it beside the icon, inside the screen: above an icon in the lower half, else below."""
        screen = QGuiApplication.screenAt(icon.center()) or QGuiApplication.primaryScreen()
        area, size = screen.availableGeometry(), self.sizeHint()
        above = icon.center().y() > screen.geometry().center().y()
        top = icon.top() - size.height() + _SHADOW - 8 if above else icon.bottom() - _SHADOW + 8
        left = icon.center().x() - size.width() // 2
        left = max(area.left() - _SHADOW + 8, min(left, area.right() - size.width() + _SHADOW - 8))
        top = max(area.top() - _SHADOW, min(top, area.bottom() - size.height() + _SHADOW))
        self.move(QPoint(left, top))
        self.show()
        self.activateWindow()

    def _add_status(self, state: TrayState) -> None:
        line = row(gap=12, margins=(10, 6, 2, 10))
        line.addWidget(StatusDot(state.status.dot))  # type: ignore[arg-type]
        words = column()
        main = state.status.spoken.removesuffix(f". {state.status.warning}") if state.status.warning else state.status.spoken
        words.addWidget(Label(main, "body_medium"))
        if state.status.warning:
            words.addWidget(Label(state.status.warning, "small", "amber"))
        line.addLayout(words, 1)
        switch = Switch(
            _("Scheduling pages are on") if state.pages_on else _("Scheduling pages are off"), checked=state.pages_on
        )
        switch.toggled.connect(self.switch_requested)
        line.addWidget(switch)
        self._lines.addLayout(line)
        if state.fix:
            self._entry(_FIX, _("Fix: {problem}…").format(problem=state.fix), self.fix_requested.emit)

    def _add_meeting(self, state: TrayState) -> None:
        meeting = state.meeting
        assert meeting is not None
        self._line()
        line = row(gap=14, margins=(10, 4, 2, 4))
        line.addWidget(Label(meeting.time, "sub"))
        words = column()
        words.addWidget(Label(meeting.title, "body_medium"))
        if meeting.detail:
            words.addWidget(Label(meeting.detail, "small", "muted"))
        line.addLayout(words, 1)
        show = Button(_("Join") if meeting.join else _("Show"), "soft", "small")
        show.clicked.connect(self._then(lambda: self._meeting(meeting.id, meeting.join)))
        line.addWidget(show)
        self._lines.addLayout(line)

    def _meeting(self, meeting: str, link: str) -> None:
        if link:
            self.join_requested.emit(link)
        else:
            self.open_requested.emit(meeting)

    def _add_pause(self) -> None:
        pause = _Row("moon", _("Pause bookings for…"))
        pause.clicked.connect(self._open_pauses)
        self._lines.addWidget(pause)
        if self._pausing:
            for name, words in pause_words():
                self._entry("", words, partial(self.pause_requested.emit, name), indent=True)

    def _open_pauses(self) -> None:
        bottom = self.geometry().bottom()
        self._pausing = not self._pausing
        self.show_state(self._state)
        if self.geometry().center().y() > self.screen().geometry().center().y():
            self.move(self.x(), bottom - self.height() + 1)

    def _entry(self, icon: str, text: str, call: Callable[[], None], keys: str = "", *, indent: bool = False) -> None:
        entry = _Row(icon, text, keys, indent=indent)
        entry.clicked.connect(self._then(call))
        self._lines.addWidget(entry)

    def _line(self) -> None:
        self._lines.addSpacing(6)
        self._lines.addWidget(Divider())
        self._lines.addSpacing(6)

    def _then(self, call: Callable[[], None]) -> Callable[[], None]:
        def pressed() -> None:
            self.close()
            call()

        return pressed

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down.value: True, Qt.Key.Key_Up.value: False}.get(event.key())
        if event.key() == Qt.Key.Key_Escape.value:
            self.close()
        elif step is not None:
            self.focusNextPrevChild(step)
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, c = painter_for(self), theme.colours()
        place = QRectF(self.rect()).adjusted(_SHADOW, _SHADOW, -_SHADOW, -_SHADOW)
        draw_shadow(painter, place, 14, drop=6, blur=_SHADOW)
        draw_rounded(painter, place, 14, c.surface, c.border)
