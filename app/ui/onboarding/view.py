"""The window of the first run: the question at the left, what comes of it at the right."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.domain.pages import WeeklyHours
from app.i18n import _
from app.ui import theme
from app.ui.onboarding.picture import Picture
from app.ui.onboarding.state import State, Step
from app.ui.onboarding.steps import CalendarPanel, PagePanel, Panel, StepBar, YouPanel
from app.ui.onboarding.text import Paragraph
from app.ui.widgets import Button, Label, Mark, ScrollArea, WeeklyHoursEditor, column, reading_order, row
from app.ui.widgets.dialog import Dialog

_FORM = 432
_MARGIN = 64


class OnboardingView(QWidget):
    """Draws a State and tells what the owner wants. It knows no service."""

    you_changed = Signal(object)
    continue_requested = Signal()
    back_requested = Signal()
    calendar_chosen = Signal(object)
    offline_requested = Signal()
    hours_chosen = Signal(object)
    own_hours_requested = Signal()
    copy_requested = Signal()
    open_requested = Signal()
    finish_requested = Signal()
    demo_requested = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._state = State()
        self._picture = Picture()
        self._bar = StepBar()
        self._you, self._calendar, self._page = YouPanel(), CalendarPanel(), PagePanel()
        self._panels: dict[Step, Panel] = {Step.YOU: self._you, Step.CALENDAR: self._calendar, Step.PAGE: self._page}
        self._problem = Paragraph("small", "danger")
        self._back = Button("", "secondary", "large")
        self._demo = Button("", "ghost", "large", flush=True)
        self._offline = Button("", "ghost", "large")
        self._next = Button("", "primary", "large", icon_after="next")
        self._done = Button("", "primary", "large")
        self._lay_out()
        self._connect()
        self.show_state(self._state)

    def show_state(self, state: State) -> None:
        moved = state.step is not self._state.step
        self._state = state
        self.setWindowTitle(_("Welcome to Aftale"))
        self._bar.show_state(state.step)
        panel = self._panels[state.step]
        panel.show_state(state)
        self._picture.show_state(state)
        panel.show()
        self._show_footer(state, moved)
        for each in self._panels.values():
            each.setVisible(each is panel)

    @property
    def state(self) -> State:
        """What is drawn."""
        return self._state

    def ask_hours(self, hours: WeeklyHours, zone: str, monday_first: bool) -> HoursDialog:
        """The dialog with the weekly hours; whoever opens it reads ``hours`` from it."""
        return HoursDialog(self, hours, zone, monday_first)

    def sizeHint(self) -> QSize:
        size = QSize(theme.sized(1120), theme.sized(720))
        screen = self.screen().availableGeometry().size() if self.screen() else size
        return size.boundedTo(screen)

    def _lay_out(self) -> None:
        name = Label("Aftale", "heading")
        head = row(gap=10)
        head.addWidget(Mark(18))
        head.addWidget(name)
        head.addStretch(1)
        footer = row(gap=12)
        footer.addWidget(self._back)
        footer.addWidget(self._demo)
        footer.addStretch(1)
        for button in (self._offline, self._next, self._done):
            footer.addWidget(button)
        form = QWidget()
        inner = column(margins=(_MARGIN, 0, _MARGIN, 8), on=form)
        for panel in self._panels.values():
            inner.addWidget(panel)
        inner.addStretch(1)
        side = column(margins=(0, 40, 0, 40))
        top, bottom = column(margins=(_MARGIN, 0, _MARGIN, 32)), column(gap=12, margins=(_MARGIN, 8, _MARGIN, 0))
        top.addLayout(head)
        top.addSpacing(26)
        top.addWidget(self._bar)
        bottom.addWidget(self._problem)
        bottom.addLayout(footer)
        side.addLayout(top)
        side.addWidget(ScrollArea(form), 1)
        side.addLayout(bottom)
        halves = row(on=self)
        halves.addLayout(side, 1)
        halves.addWidget(self._picture, 1)
        self.setMinimumSize(880, 560)

    def _connect(self) -> None:
        self._you.changed.connect(self.you_changed)
        self._calendar.chosen.connect(self.calendar_chosen)
        self._page.hours_chosen.connect(self.hours_chosen)
        self._page.own_hours_requested.connect(self.own_hours_requested)
        self._page.copy_requested.connect(self.copy_requested)
        self._page.open_requested.connect(self.open_requested)
        self._back.clicked.connect(self.back_requested)
        self._offline.clicked.connect(self.offline_requested)
        self._next.clicked.connect(self.continue_requested)
        self._done.clicked.connect(self.finish_requested)
        self._demo.clicked.connect(self.demo_requested)

    def _show_footer(self, state: State, moved: bool) -> None:
        self._back.setText(_("Back"))
        self._demo.setText(_("Look around with sample data"))
        self._offline.setText(_("Not now: use offline mode"))
        self._next.setText(_("Continue"))
        self._done.setText(_("Open Aftale"))
        shown = {
            self._back: state.step is not Step.YOU,
            self._demo: state.step is Step.YOU and state.fresh,
            self._offline: state.step is Step.CALENDAR,
            self._next: state.step is Step.YOU,
            self._done: state.step is Step.PAGE,
        }
        for button, visible in shown.items():
            if visible:
                button.show()
        if moved:
            # Before anything is hidden: Qt would move the focus away from it as if the Tab key had been pressed, ring and all.
            self._focus_first()
        for button, visible in shown.items():
            button.setVisible(visible)
        self._next.set_busy(state.busy)
        self._done.set_busy(state.busy)
        for button in (self._back, self._demo, self._offline):
            button.setEnabled(not state.busy)
        self._problem.setText(state.problem)
        self._problem.setVisible(bool(state.problem))

    def _focus_first(self) -> None:
        first: dict[Step, QWidget] = {Step.YOU: self._you.name.edit, Step.PAGE: self._done}
        if self._calendar.rows:
            first[Step.CALENDAR] = next(iter(self._calendar.rows.values()))
        first[self._state.step].setFocus(Qt.FocusReason.OtherFocusReason)

    def showEvent(self, event: QEvent) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self._focus_first()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes as one reads."""
        return reading_order.go(self, forward)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return.value, Qt.Key.Key_Enter.value):
            focused = self.focusWidget()
            if isinstance(focused, QAbstractButton) and focused.isVisible():
                focused.click()
            elif self._state.step is Step.YOU:
                self._next.click()
            return
        if event.key() == Qt.Key.Key_Escape.value and self._state.step is not Step.YOU:
            self._back.click()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.show_state(self._state)
        super().changeEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.left.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        left = QRect(0, 0, self.width() - self._picture.width(), self.height())
        QPainter(self).fillRect(left, theme.colours().surface)


class HoursDialog(Dialog):
    """The week, in place of the ready-made answers. ``hours`` outlives the window."""

    def __init__(self, parent: QWidget, hours: WeeklyHours, zone: str, monday_first: bool) -> None:
        super().__init__(parent, _("When can people book you?"), width=640)
        self.hours = hours
        self._editor = WeeklyHoursEditor(hours, zone=zone, monday_first=monday_first)
        self._editor.changed.connect(self._changed)
        self.body.addWidget(self._editor)
        self.add_button("", _("Cancel"))
        self._save = self.add_button("save", _("Use these hours"), "primary")

    def _changed(self, hours: WeeklyHours) -> None:
        self.hours = hours
        self._save.setEnabled(self._editor.valid())
