"""The calendars that are checked for conflicts: a card of rows, and the select of where bookings go."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAccessible, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.domain.connections import Calendar, CalendarState
from app.i18n import _
from app.ui import messages, theme
from app.ui.settings.account_words import calendar_name, why_not_usable
from app.ui.settings.lost_cards import Help
from app.ui.settings.state import SettingsState
from app.ui.widgets import Badge, Button, Card, CheckBox, ColourDot, Divider, Label, Option, Select, column, row
from app.ui.widgets.base import tell_role

tell_role("CheckedCard", QAccessible.Role.List)

_INSET = 50


class CheckedCard(Card):
    """One Tab stop; the arrows move from row to row. ``ticked`` carries the calendar's id, and whether it is checked."""

    ticked = Signal(str, bool)
    help_requested = Signal(object)

    def __init__(self, calendars: Sequence[Calendar], state: SettingsState, parent: QWidget | None = None) -> None:
        super().__init__(padding=0, parent=parent)
        self.setAccessibleName(_("Also checked for conflicts"))
        self.boxes: dict[str, CheckBox] = {}
        for at, calendar in enumerate(calendars):
            if at:
                self.body.addWidget(Divider(_INSET))
            self.body.addWidget(self._row(calendar, state))
        possible = [box for box in self.boxes.values() if box.isEnabled()]
        for box in possible[1:]:
            box.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.show_state(state)

    def show_state(self, state: SettingsState) -> None:
        for calendar, box in self.boxes.items():
            on = calendar in state.draft.checked and box.isEnabled()
            if box.isChecked() != on:
                blocked = box.blockSignals(True)
                box.setChecked(on)
                box.blockSignals(blocked)

    def _row(self, calendar: Calendar, state: SettingsState) -> QWidget:
        holder = _Row()
        line = row(gap=12, margins=(16, 0, 14, 0))
        line.addWidget(self._box(calendar))
        line.addWidget(ColourDot(calendar.colour))
        name = Label(calendar_name(calendar), "body", "text" if calendar.usable else "faint")
        line.addWidget(name, 1)
        line.addWidget(_access_badge(calendar))
        holder.lines.addLayout(line)
        if calendar.usable:
            holder.box = self.boxes[calendar.id]
            holder.setFixedHeight(theme.sized(40))
        else:
            holder.lines.addLayout(self._reason(calendar))
        return holder

    def _box(self, calendar: Calendar) -> CheckBox:
        box = CheckBox()
        box.setObjectName(f"check {calendar.id}")
        box.setAccessibleName(calendar_name(calendar))
        box.setAccessibleDescription(messages.access_words(calendar.access) if calendar.usable else why_not_usable(calendar))
        box.setEnabled(calendar.usable)
        box.toggled.connect(lambda on: self.ticked.emit(calendar.id, on))
        box.installEventFilter(self)
        self.boxes[calendar.id] = box
        return box

    def _reason(self, calendar: Calendar) -> QHBoxLayout:
        line = row(gap=10, margins=(_INSET, 0, 14, 8))
        text = why_not_usable(calendar)
        line.addWidget(Label(text, "small", "muted", wrap=True), 0, Qt.AlignmentFlag.AlignVCenter)
        how = Button(_("How to ask for more"), "ghost", "small", flush=True)
        how.setObjectName(f"ask {calendar.id}")
        how.setAccessibleDescription(calendar_name(calendar))
        how.clicked.connect(lambda: self.help_requested.emit(Help(how, letter=calendar.id)))
        line.addWidget(how, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addStretch(1)
        return line

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The arrows move among the rows."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and isinstance(watched, CheckBox):
            step = {Qt.Key.Key_Down.value: 1, Qt.Key.Key_Up.value: -1}.get(event.key(), 0)
            if step:
                self._step(watched, step)
                return True
        return super().eventFilter(watched, event)

    def _step(self, box: CheckBox, step: int) -> None:
        possible = [each for each in self.boxes.values() if each.isEnabled()]
        at = possible.index(box) + step
        if 0 <= at < len(possible):
            box.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            possible[at].setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            possible[at].setFocus(Qt.FocusReason.TabFocusReason)


class _Row(QWidget):
    """A press anywhere on the row ticks it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines = column(margins=(0, 4, 0, 4), on=self)
        self.box: CheckBox | None = None

    def mouseReleaseEvent(self, event: object) -> None:
        if self.box is not None:
            self.box.click()


def _access_badge(calendar: Calendar) -> Badge:
    if calendar.usable and calendar.state is CalendarState.INACTIVE:
        return Badge(_("Inactive"), "amber", size=24)
    words = messages.access_words(calendar.access)
    return Badge(words) if calendar.usable else Badge(words, icon="lock")


class BookingSelect(Select):
    """Where bookings go, with the access badge inside the field."""

    def __init__(self, state: SettingsState, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._badges = {each.id: messages.access_words(each.access) for each in booking_choices(state)}
        self._badge = Badge("")
        self._badge.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        line = row(margins=(0, 0, 44, 0), on=self.box)
        line.addStretch(1)
        line.addWidget(self._badge)
        self.box.setObjectName("bookings go to")
        self.box.setAccessibleName(_("Bookings go to"))
        self.set_options([_option(each) for each in booking_choices(state)], state.draft.booking)
        self.box.currentIndexChanged.connect(self._follow)
        self._follow()

    def show_state(self, state: SettingsState) -> None:
        if self.value() != state.draft.booking:
            self.set_value(state.draft.booking)
        self._follow()

    def _follow(self) -> None:
        words = self._badges.get(str(self.value()), "")
        self._badge.set_text(words)
        self._badge.setVisible(bool(words))
        self.box.setAccessibleDescription(words)


def _option(calendar: Calendar) -> Option:
    note = _("main calendar") if calendar.main else ""
    return Option(calendar.id, calendar_name(calendar), note, colour=calendar.colour)


def booking_choices(state: SettingsState) -> tuple[Calendar, ...]:
    """The calendars that bookings can go to: those of the primary account that can be written, the main one first."""
    account = state.booking_account
    if account is None:
        return ()
    found = [each for each in state.calendars_of(account.id) if each.writable]
    return tuple(sorted(found, key=lambda each: (not each.main, each.name.casefold())))
