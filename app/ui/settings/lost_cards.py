"""Amber cards: calendars that cannot be used, and those from which so much vanished that the owner is asked."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget

from app.domain.connections import Calendar, Lost
from app.i18n import _
from app.ui import messages, theme
from app.ui.settings.account_words import calendar_name, since
from app.ui.settings.state import SettingsState
from app.ui.widgets import Badge, Button, FlowLayout, Label, column, row
from app.ui.widgets.base import Sized, draw_rounded, painter_for
from app.ui.widgets.icons import draw_icon


class Help(NamedTuple):
    """Something to read beside the button that asked for it. ``letter``: a calendar; then it is about how its owner gives more
    access."""

    button: QWidget
    title: str = ""
    text: str = ""
    letter: str = ""


class AmberCard(Sized, QFrame):
    """What needs the owner. Its ``lines`` stand right of the icon."""

    def __init__(self, icon: str = "calendar_inactive", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon
        self.lines = column(gap=2, margins=(52, 14, 16, 16), on=self)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        draw_rounded(painter, self.rect(), 12, c.amber_soft, c.amber_line)
        draw_icon(painter, self._icon, QRectF(16, 13, 24, 24), c.amber)


class InactiveCard(AmberCard):
    """One calendar to which access was lost: reason, since when, consequence and cures (INACT-1, INACT-4). Signals carry its
    id."""

    reconnect_requested = Signal(str)
    check_requested = Signal(str)
    ask_requested = Signal(str)
    remove_requested = Signal(str)
    help_requested = Signal(object)

    def __init__(self, calendar: Calendar, state: SettingsState, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.calendar = calendar
        name = calendar_name(calendar)
        self.setAccessibleName(name)
        head = row(gap=10)
        head.addWidget(Label(name, "body_medium"))
        head.addWidget(Badge(_("Inactive"), "amber", size=20, outlined=True))
        head.addStretch(1)
        self.lines.addLayout(head)
        self._reason = messages.lost_words(calendar.lost, name, calendar.owner_name)
        self.lines.addWidget(self._facts(state))
        self.lines.addSpacing(10)
        buttons = FlowLayout()
        for button in self._cures():
            buttons.addWidget(button)
        self.lines.addLayout(buttons)

    def _facts(self, state: SettingsState) -> Label:
        calendar = self.calendar
        if calendar.since:
            text = _("{reason} Since {time}. While it is on this list, nobody can book you.").format(
                reason=self._reason, time=since(calendar.since, state)
            )
        else:
            text = _("{reason} While it is on this list, nobody can book you.").format(reason=self._reason)
        label = Label(text, "small", "muted", wrap=True)
        label.set_strong(_("nobody can book you"))
        return label

    def _cures(self) -> list[Button]:
        calendar = self.calendar
        if calendar.lost is Lost.SIGN_IN:
            found = [self._button("reconnect", _("Reconnect"), "primary")]
            found[0].clicked.connect(lambda: self.reconnect_requested.emit(calendar.id))
        else:
            found = [self._button("check", _("Check again"), "primary")]
            found[0].clicked.connect(lambda: found[0].set_busy(True))
            found[0].clicked.connect(lambda: self.check_requested.emit(calendar.id))
        if calendar.owner and calendar.lost in (Lost.UNSHARED, Lost.LOWERED, Lost.REMOVED):
            ask = self._button("ask", _("Ask the owner for access"), "secondary")
            ask.clicked.connect(lambda: self.ask_requested.emit(calendar.id))
            found.append(ask)
        remove = self._button("remove", _("Remove calendar"), "secondary")
        remove.clicked.connect(lambda: self.remove_requested.emit(calendar.id))
        how = self._button("help", _("How to fix"), "ghost")
        how.clicked.connect(lambda: self.help_requested.emit(Help(how, self._reason, messages.how_to_fix(calendar.lost))))
        return [*found, remove, how]

    def _button(self, action: str, words: str, kind: str) -> Button:
        button = Button(words, kind, "small")  # type: ignore[arg-type]
        button.setObjectName(f"{action} {self.calendar.id}")
        button.setAccessibleDescription(calendar_name(self.calendar))
        return button


class DoubtCard(AmberCard):
    """So many events vanished at once that the owner is asked before the copy follows. ``settled``: id, and whether to
    follow."""

    settled = Signal(str, bool)

    def __init__(self, calendar: Calendar, parent: QWidget | None = None) -> None:
        super().__init__("status_warning", parent)
        title, text = messages.doubt_words(calendar_name(calendar), calendar.doubt)
        self.setAccessibleName(title)
        self.lines.addWidget(Label(title, "body_medium", wrap=True))
        self.lines.addWidget(Label(text, "small", "muted", wrap=True))
        self.lines.addSpacing(10)
        buttons = FlowLayout()
        for follow, words, kind in (
            (True, _("Follow the calendar"), "primary"),
            (False, _("Keep what Aftale knows"), "secondary"),
        ):
            button = Button(words, kind, "small")  # type: ignore[arg-type]
            button.setObjectName(f"{'follow' if follow else 'keep'} {calendar.id}")
            button.setAccessibleDescription(title)
            button.clicked.connect(lambda _checked=False, follow=follow: self.settled.emit(calendar.id, follow))
            buttons.addWidget(button)
        self.lines.addLayout(buttons)
