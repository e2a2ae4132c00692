"""The Meetings dashboard as a widget: draws a ``DashboardState``, emits what the owner wants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.i18n import _, ngettext
from app.ui import theme
from app.ui.dashboard.banners import BannerState
from app.ui.dashboard.header import Header
from app.ui.dashboard.requests import RequestsCard
from app.ui.dashboard.rows import DayBox, MeetingLine
from app.ui.dashboard.side import AttemptsCard, PagesCard, StepsCard
from app.ui.dashboard.state import DashboardState, DayCard
from app.ui.dashboard.trouble_cards import ChangesCard, FailuresCard
from app.ui.messages import Words
from app.ui.widgets import Banner, Button, Card, ScrollArea, clear, column, row

_BANNERS_SHOWN = 2
_MAIN, _SIDE = 528, 296
_WIDEST = 1040
_ONE_COLUMN_BELOW = 960


class DashboardView(QWidget):
    """Signals carry ids: of the booking, of the attempt, of the banner's fault; paths of pages are those of their links.
    ``why_requested``: the ribbon, its day and the minute that was pressed."""

    accept_requested = Signal(str, object)
    decline_requested = Signal(str)
    suggest_requested = Signal(str)
    open_requested = Signal(str)
    cancel_requested = Signal(str)
    write_to_requested = Signal(str)
    write_about_attempt_requested = Signal(str)
    dismiss_attempt_requested = Signal(str)
    copy_link_requested = Signal()
    copy_page_requested = Signal(str)
    open_page_requested = Signal()
    join_requested = Signal(str)
    pages_requested = Signal()
    fix_requested = Signal(str, str)
    help_requested = Signal(object)
    step_requested = Signal(str)
    menu_requested = Signal(object, QPoint)
    move_requested = Signal(str, object)
    retry_requested = Signal(str)
    change_settled = Signal(str, bool)
    read_requested = Signal()
    why_requested = Signal(object, object, int)
    retranslated = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: DashboardState | None = None
        self._live = True
        self._all_banners = self._show_later = False
        self._boxes: list[DayBox] = []
        self._flash: Banner | None = None
        self.header = Header()
        self.header.copy_requested.connect(self.copy_link_requested)
        self.header.open_requested.connect(self.open_page_requested)
        self.header.read_requested.connect(self.read_requested)
        self._make_columns()
        content = QWidget()
        self._content = column(margins=(32, 24, 32, 24), on=content)
        self._content.addWidget(self.header)
        self._content.addSpacing(20)
        self._content.addWidget(self._banners)
        self._content.addLayout(self._columns, 1)
        self.area = ScrollArea(content)
        column(on=self).addWidget(self.area)
        self.retranslate()

    # What is shown

    def render_state(self, state: DashboardState) -> None:
        """Draws ``state``, touching only what differs from what stands there."""
        before, self._state = self._state, state
        focus = self._focus_name()
        self.header.show_state(state)
        if before is None or before.banners != state.banners:
            self._fill_banners()
        self._show_parts(state, before)
        self._set_actions()
        self._return_focus(focus)

    def set_live(self, live: bool) -> None:
        """Until the services are there, what stands here is from last time and cannot be acted on."""
        self._live = live
        self._set_actions()

    def request_failed(self, booking: str, problem: str) -> None:
        """Says at the request why it could not be answered."""
        self._requests_card().set_busy(booking, False)
        self._requests_card().show_problem(booking, problem)

    def unfold_request(self, booking: str) -> None:
        """Opens the request and brings it into view."""
        card = self._requests_card()
        card.unfold(booking)
        QTimer.singleShot(0, self, lambda: self.area.ensureWidgetVisible(card))

    def show_trouble(self, booking: str) -> bool:
        """Brings into view what is asked about a booking: that its calendar refused it, or that it was changed there. False if
        nothing is."""
        button = self._failures.first_button(booking) or self._changes.first_button(booking)
        if button is None:
            return False
        button.setFocus(Qt.FocusReason.ShortcutFocusReason)
        QTimer.singleShot(0, button, lambda: self.area.ensureWidgetVisible(button, 0, 160))
        return True

    def show_attempts(self) -> None:
        """Brings the list of attempts into view."""
        QTimer.singleShot(0, self, lambda: self.area.ensureWidgetVisible(self._attempts))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.FontChange:
            self._arrange()

    def retranslate(self) -> None:
        """The fixed words; the others come with the next state."""
        self.header.retranslate()
        self._later.setText(_("Show later"))
        self.retranslated.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """One column or two; larger text needs more room for two."""
        side = max(32, (self.width() - _WIDEST) // 2)
        self._content.setContentsMargins(side, 24, side, 24)
        one = self.window().width() < _ONE_COLUMN_BELOW * max(1.0, theme.active().scale)
        self._columns.setDirection(QBoxLayout.Direction.TopToBottom if one else QBoxLayout.Direction.LeftToRight)
        self._columns.setSpacing(16 if one else 24)
        self._columns.setStretch(0, 0 if one else _MAIN)
        self._columns.setStretch(1, 0 if one else _SIDE)

    # Parts

    def read_ended(self) -> None:
        """Reading the calendars now is over, whether or not it helped."""
        self.header.read.set_busy(False)

    def failure_ended(self, booking: str, problem: str = "") -> None:
        """What was tried for a meeting that the calendar refused is over."""
        self._failures.set_busy(booking, False)
        if problem:
            self._failures.show_problem(booking, problem)

    def _make_columns(self) -> None:
        self._banners = QWidget()
        lines = column(gap=12, margins=(0, 0, 0, 24), on=self._banners)
        self._flash_line = column()
        self._banner_lines = column(gap=12)
        lines.addLayout(self._flash_line)
        lines.addLayout(self._banner_lines)
        self._wide_requests = RequestsCard(wide=True)
        self._side_requests = RequestsCard(wide=False)
        for card in (self._wide_requests, self._side_requests):
            card.accept_requested.connect(self.accept_requested)
            card.decline_requested.connect(self.decline_requested)
            card.suggest_requested.connect(self.suggest_requested)
        self._failures = FailuresCard()
        self._failures.move_requested.connect(self.move_requested)
        self._failures.retry_requested.connect(self.retry_requested)
        self._failures.write_requested.connect(self.write_to_requested)
        self._changes = ChangesCard()
        self._changes.settled.connect(self.change_settled)
        self._changes.write_requested.connect(self.write_to_requested)
        self._attempts = AttemptsCard()
        self._attempts.write_requested.connect(self.write_about_attempt_requested)
        self._attempts.dismiss_requested.connect(self.dismiss_attempt_requested)
        self._pages = PagesCard()
        self._pages.copy_requested.connect(self.copy_page_requested)
        self._pages.manage_requested.connect(self.pages_requested)
        self._steps = StepsCard()
        self._steps.step_requested.connect(self.step_requested)
        self._later = Button("", "secondary", "small")
        self._later.clicked.connect(self._show_all_days)
        self._empty: Card | None = None
        self._day_lines = column(gap=16)
        self._main = column(gap=16)
        self._main.addWidget(self._failures)
        self._main.addWidget(self._changes)
        self._main.addWidget(self._wide_requests)
        self._main.addLayout(self._day_lines)
        self._main.addWidget(self._later, 0, Qt.AlignmentFlag.AlignLeft)
        self._main.addStretch(1)
        side = column(gap=16)
        for widget in (self._steps, self._side_requests, self._attempts, self._pages):
            side.addWidget(widget)
        side.addStretch(1)
        self._columns = row(gap=24)
        self._columns.addWidget(_holder(self._main), _MAIN)
        self._columns.addWidget(_holder(side), _SIDE)

    def _show_parts(self, state: DashboardState, before: DashboardState | None) -> None:
        here = state.requests if state.requests_in_main else ()
        there = () if state.requests_in_main else state.requests
        was_here = before is not None and before.requests_in_main == state.requests_in_main
        if before is None or before.requests != state.requests or not was_here:
            self._wide_requests.show_requests(here)
            self._side_requests.show_requests(there)
        if before is None or (before.attempts, before.mails) != (state.attempts, state.mails):
            self._attempts.show_attempts(state.attempts, state.mails)
        if before is None or before.failures != state.failures:
            self._failures.show_failures(state.failures)
        if before is None or before.changes != state.changes:
            self._changes.show_changes(state.changes)
        if before is None or before.pages != state.pages or before.first_day != state.first_day:
            self._pages.show_pages(() if state.first_day else state.pages)
        if before is None or before.steps != state.steps:
            self._steps.setVisible(bool(state.steps))
            self._steps.show_steps(state.steps)
        self._show_empty(state)
        self._show_days(state)

    def _show_days(self, state: DashboardState) -> None:
        days = (*state.days, *state.later) if self._show_later else state.days
        self._later.setVisible(bool(state.later) and not self._show_later)
        if len(days) == len(self._boxes) and all(box.show_ribbon(day) for box, day in zip(self._boxes, days, strict=True)):
            return
        clear(self._day_lines)
        self._boxes = [self._make_box(day) for day in days]
        for box in self._boxes:
            self._day_lines.addWidget(box)
        self._make_list()

    def _make_box(self, day: DayCard) -> DayBox:
        box = DayBox(day)
        ribbon = box.ribbon
        if ribbon is not None:
            ribbon.time_asked.connect(lambda minute: self.why_requested.emit(ribbon, day.day, minute))
        for line in box.lines:
            state = line.state
            line.opened.connect(lambda state=state: self.open_requested.emit(state.booking))
            line.menu_wanted.connect(lambda point, state=state: self.menu_requested.emit(state, point))
            line.join_requested.connect(lambda state=state: self.join_requested.emit(state.join))
            line.stepped.connect(lambda step, line=line: self._step(line, step))
        return box

    def _make_list(self) -> None:
        """All rows together are one Tab stop."""
        for index, line in enumerate(self.lines()):
            line.setFocusPolicy(Qt.FocusPolicy.StrongFocus if index == 0 else Qt.FocusPolicy.ClickFocus)

    def lines(self) -> list[MeetingLine]:
        """The rows of all days, in order."""
        return [line for box in self._boxes for line in box.lines]

    def _step(self, line: MeetingLine, step: int) -> None:
        lines = self.lines()
        at = lines.index(line) + step
        if 0 <= at < len(lines):
            line.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            lines[at].setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            lines[at].setFocus(Qt.FocusReason.TabFocusReason)
            self.area.ensureWidgetVisible(lines[at])

    def _show_empty(self, state: DashboardState) -> None:
        if not state.first_day:
            self._main.setStretch(self._main.count() - 1, 1)
            if self._empty is not None:
                self._empty.hide()
            return
        if self._empty is None:
            self._empty = self._make_empty()
            self._main.insertWidget(3, self._empty, 1)
        self._empty.show()
        self._main.setStretch(self._main.count() - 1, 0)
        actions = [
            ("book", _("Open my page"), "primary", "open_outside"),
            ("copy", _("Copy my link"), "secondary", "nav_pages"),
        ]
        if not state.pages:
            actions = [("page", _("Make a page"), "primary", "add")]
        self._landscape.show_words(_("No meetings yet"), state.empty_text, actions)  # type: ignore[arg-type]

    def _make_empty(self) -> Card:
        from app.ui.widgets import EmptyState

        card = Card()
        card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self._landscape = EmptyState()
        self._landscape.action_requested.connect(self._empty_action)
        card.body.addWidget(self._landscape, 1)
        card.setMinimumHeight(420)
        return card

    def _empty_action(self, action: str) -> None:
        if action == "copy":
            self.copy_link_requested.emit()
        else:
            self.step_requested.emit(action)

    # Banners

    def _fill_banners(self) -> None:
        assert self._state is not None
        clear(self._banner_lines)
        found = self._state.banners
        shown = found if self._all_banners else found[:_BANNERS_SHOWN]
        for state in shown:
            self._banner_lines.addWidget(self._make_banner(state))
        rest = len(found) - len(shown)
        if rest:
            more = Button(ngettext("{count} more", "{count} more", rest).format(count=rest), "ghost", "small", flush=True)
            more.clicked.connect(self._show_all_banners)
            self._banner_lines.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)
        self._show_banners()

    def _show_banners(self) -> None:
        banners = self._state is not None and bool(self._state.banners)
        self._banners.setVisible(banners or self._flash is not None)

    def _make_banner(self, state: BannerState) -> Banner:
        banner = Banner(state.kind, state.title, state.text, state.actions, icon=state.icon)  # type: ignore[arg-type]
        for action, _words, _kind in state.actions:
            banner.button(action).setObjectName(f"{state.id} {action}")
        banner.action_requested.connect(lambda action: self._banner_action(banner, state, action))
        return banner

    def _banner_action(self, banner: Banner, state: BannerState, action: str) -> None:
        if action == "help":
            self.help_requested.emit((state, banner.button(action)))
            return
        if action in ("check", "restart", "scheduling", "switch_on", "follow", "keep"):
            banner.button(action).set_busy(True)
        self.fix_requested.emit(state.id, action)

    def flash(self, kind: Literal["success", "danger", "amber"], words: Words) -> None:
        """Says above all banners how something went; a success for six seconds, a fault until the next one or a press."""
        self._unflash()
        self._flash = Banner(kind, words.title, words.text, () if kind == "success" else (("close", _("Close"), "secondary"),))
        self._flash.action_requested.connect(lambda _action: self._unflash())
        self._flash_line.addWidget(self._flash)
        self._banners.show()
        if kind == "success":
            QTimer.singleShot(6000, self._flash, self._unflash)

    def _unflash(self) -> None:
        if self._flash is not None:
            self._flash.hide()
            self._flash.deleteLater()
            self._flash = None
            self._show_banners()

    def toast(self, text: str, action: str = "", call: Callable[[], None] | None = None, icon: str = "status_ok") -> None:
        """A short word about something that went well."""
        from app.ui.widgets import toast

        toast(self, text, action=action, call=call, icon=icon)

    def line_of(self, booking: str) -> MeetingLine | None:
        """The row of a booking, if it is shown."""
        return next((line for line in self.lines() if line.state.booking == booking), None)

    def fix_ended(self, fault: str) -> None:
        """The work behind a banner's button is over, whether or not it helped."""
        for button in self._banners.findChildren(Button):
            if button.objectName().startswith(f"{fault} "):
                button.set_busy(False)

    # Small things

    def _show_all_banners(self) -> None:
        self._all_banners = True
        self._fill_banners()

    def _show_all_days(self) -> None:
        self._show_later = True
        if self._state is not None:
            self._show_days(self._state)

    def _set_actions(self) -> None:
        self.header.set_actions(self._state, self._live)
        cards = (self._failures, self._changes, self._wide_requests, self._side_requests, self._attempts, self._pages)
        for widget in (self._banners, *cards):
            widget.setEnabled(self._live)
        for line in self.lines():
            line.setEnabled(self._live)

    def _requests_card(self) -> RequestsCard:
        in_main = self._state is not None and self._state.requests_in_main
        return self._wide_requests if in_main else self._side_requests

    def _focus_name(self) -> str:
        focused = QApplication.focusWidget()
        return focused.objectName() if focused is not None and self.isAncestorOf(focused) else ""

    def _return_focus(self, name: str) -> None:
        """Gives the keyboard back to the same control when its card was drawn anew."""
        focused = QApplication.focusWidget()
        if not name or (focused is not None and self.isAncestorOf(focused) and focused.isVisible()):
            return
        for found in self.findChildren(QWidget, name)[-1:]:
            # The newest of that name: the one before it is on its way out.
            found.setFocus(Qt.FocusReason.OtherFocusReason)


def _holder(layout: QVBoxLayout) -> QWidget:
    """A column as a widget, so that it can be as narrow as its share of the window."""
    holder = QWidget()
    holder.setLayout(layout)
    policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    policy.setHeightForWidth(True)
    holder.setSizePolicy(policy)
    return holder
