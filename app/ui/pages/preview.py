"""The live preview: the guest's page at the width of a phone, drawn from the same view model as the real one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import cast

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QStackedLayout, QWidget

from app.domain.choosing import Choose, Selection
from app.domain.clock import Instant
from app.i18n import _
from app.ui import theme
from app.ui.pages.card import Glyph
from app.ui.pages.dates import month_of
from app.ui.pages.month_grid import MonthGrid, month_head
from app.ui.pages.preview_form import PreviewForm
from app.ui.pages.preview_state import PreviewState, chosen_view, fitted
from app.ui.pages.slot_grid import SlotGrid
from app.ui.widgets import Avatar, Button, ChipGroup, IconButton, Label, Option, ScrollArea, Segmented, column, row
from app.ui.widgets.base import draw_rounded, painter_for

PHONE = (344, 524)


class Preview(QWidget):
    """The column at the right of the editor. ``duration_chosen`` carries the length whose free times are wanted."""

    duration_chosen = Signal(int)
    open_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: PreviewState | None = None
        self._selection = Selection(0, "UTC")
        self.steps = Segmented([Option(0, _("Choose")), Option(1, _("Form"))], 0, name=_("Step of the preview"))
        self.open = Button(_("Open in browser"), "ghost", "small", icon="open_outside")
        self.choose = PreviewChoose()
        self.form = PreviewForm()
        self._pages = QWidget()
        self._stack = QStackedLayout(self._pages)
        self._areas = [ScrollArea(self.choose), ScrollArea(self.form)]
        for area in self._areas:
            self._stack.addWidget(area)
        self.phone = Phone(self._pages)
        self._fill()
        self._connect()

    def _fill(self) -> None:
        head = row(gap=8)
        head.addWidget(self.steps)
        head.addStretch(1)
        head.addWidget(self.open)
        foot = row(gap=8)
        foot.addStretch(1)
        foot.addWidget(Glyph("show_password"))
        foot.addWidget(Label(_("Live preview. Shows your changes before you save."), "caption_regular", "muted", wrap=True))
        foot.addStretch(1)
        lines = column(margins=(24, 16, 24, 16), on=self)
        lines.addLayout(head)
        lines.addSpacing(16)
        lines.addWidget(self.phone, 1, Qt.AlignmentFlag.AlignHCenter)
        lines.addSpacing(12)
        lines.addLayout(foot)
        lines.addStretch(0)

    def _connect(self) -> None:
        self.steps.chosen.connect(lambda step: self._stack.setCurrentIndex(cast(int, step)))
        self.open.clicked.connect(self.open_requested)
        self.choose.length_chosen.connect(self.duration_chosen)
        self.choose.day_chosen.connect(self._choose_day)
        self.choose.month_turned.connect(self._turn)
        self.choose.start_chosen.connect(self._choose_start)
        self.form.back_requested.connect(lambda: self.go_to_step(0))
        self.choose.continue_requested.connect(lambda: self.go_to_step(1))

    def go_to_step(self, step: int) -> None:
        self.steps.set_value(step)
        self._stack.setCurrentIndex(step)

    def render_preview(self, state: PreviewState) -> None:
        self._state = state
        self._selection = fitted(self._selection, state)
        self.open.setEnabled(state.saved)
        self.open.setToolTip("" if state.saved else _("Save the page first"))
        self._show()

    def _show(self) -> None:
        state = self._state
        if state is None:
            return
        view = chosen_view(state, self._selection)
        self.choose.show_view(state, view)
        self.form.show_form(state, self._with_time(state, view))

    def _with_time(self, state: PreviewState, view: Choose) -> Choose:
        """The form is seen with a time: the chosen one, or the first of the day."""
        if view.picks or view.day is None:
            return view
        first = view.day.parts[0].slots[0].start
        return chosen_view(state, replace(self._selection, picks=(first,)))

    def _choose_day(self, day: date) -> None:
        self._selection = replace(self._selection, day=day, month=(day.year, day.month))
        self._show()

    def _turn(self, month: str) -> None:
        self._selection = replace(self._selection, month=month_of(month), day=None)
        self._show()

    def _choose_start(self, start: Instant) -> None:
        self._selection = replace(self._selection, picks=(start,))
        self._show()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter_for(self).fillRect(self.rect(), theme.colours().sunken)


class Phone(QFrame):
    """The outline of a phone around a page."""

    def __init__(self, page: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column(margins=(1, 26, 1, 12), on=self).addWidget(page)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        scale = max(1.0, theme.active().scale)
        return QSize(round(PHONE[0] * scale), round(PHONE[1] * scale))

    def minimumSizeHint(self) -> QSize:
        return QSize(300, 320)

    def resizeEvent(self, event: object) -> None:
        self.setMaximumHeight(self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        draw_rounded(painter, self.rect(), 20, c.surface, c.border_button)
        bar = QRectF((self.width() - 56) / 2, 10, 56, 5)
        draw_rounded(painter, bar, 2.5, c.border)


class PreviewChoose(QWidget):
    """The first page that guests see: lengths, month, day, times."""

    length_chosen = Signal(int)
    day_chosen = Signal(object)
    month_turned = Signal(str)
    start_chosen = Signal(object)
    continue_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: Choose | None = None
        self._lengths: tuple[int, ...] = ()
        self._host = HostHead()
        self._text = Label("", "small", "muted", wrap=True)
        self.lengths = ChipGroup(height=28, name=_("How long?"))
        self._month = Label("", "sub")
        self.back = IconButton("caret-left", _("Month before"), size=28, glyph=16)
        self.ahead = IconButton("caret-right", _("Month after"), size=28, glyph=16)
        self.month = MonthGrid(_("The guest’s month"))
        self._day = Label("", "sub")
        self._zone = Label("", "caption_regular", "muted")
        self.message = Label("", "body", "muted", wrap=True)
        self.slots = SlotGrid()
        self.proceed = Button("", "primary", icon_after="next")
        self._fill()
        self._connect()

    def _fill(self) -> None:
        lines = column(margins=(16, 8, 16, 12), on=self)
        lines.addWidget(self._host)
        lines.addSpacing(10)
        lines.addWidget(self._text)
        lines.addSpacing(10)
        lines.addWidget(self.lengths)
        lines.addSpacing(8)
        lines.addWidget(month_head(self._month, self.back, self.ahead))
        lines.addSpacing(2)
        lines.addWidget(self.month)
        lines.addSpacing(6)
        head = row(gap=8)
        head.addWidget(self._day, 1)
        head.addWidget(self._zone)
        lines.addLayout(head)
        lines.addSpacing(8)
        lines.addWidget(self.message)
        lines.addWidget(self.slots)
        lines.addSpacing(12)
        lines.addWidget(self.proceed)
        lines.addStretch(1)

    def _connect(self) -> None:
        self.lengths.chosen.connect(lambda minutes: self.length_chosen.emit(cast(int, minutes)))
        self.month.picked.connect(self.day_chosen)
        self.month.turned.connect(self._turn)
        self.back.clicked.connect(lambda: self._turn(-1))
        self.ahead.clicked.connect(lambda: self._turn(1))
        self.slots.picked.connect(self.start_chosen)
        self.proceed.clicked.connect(self.continue_requested)

    def _turn(self, by: int) -> None:
        if self._view is not None:
            month = self._view.month.after if by > 0 else self._view.month.before
            if month:
                self.month_turned.emit(month)

    def show_view(self, state: PreviewState, view: Choose) -> None:
        self._view = view
        self._host.show_head(state.host.name, state.page.title)
        self._text.setText(state.page.description)
        self._text.setVisible(bool(state.page.description))
        self._show_lengths(view)
        self._month.setText(view.month.title)
        self.back.setEnabled(bool(view.month.before))
        self.ahead.setEnabled(bool(view.month.after))
        self.month.show_month(view.month)
        self._show_day(state, view)
        self.proceed.setText(state.words.gettext("Continue"))
        self.proceed.setEnabled(bool(view.picks))
        self.proceed.setToolTip("" if view.picks else view.caption)

    def _show_lengths(self, view: Choose) -> None:
        options = [Option(each.minutes, each.text) for each in view.lengths]
        lengths = tuple(each.minutes for each in view.lengths)
        if lengths != self._lengths or [chip.option.text for chip in self.lengths.chips()] != [each.text for each in options]:
            self._lengths = lengths
            self.lengths.set_options(options, view.duration)
        else:
            self.lengths.set_value(view.duration)

    def _show_day(self, state: PreviewState, view: Choose) -> None:
        loading = state.starts is None
        day = view.day
        self._day.setText(day.title if day is not None else "")
        self._zone.setText(view.zone_name[:1].upper() + view.zone_name[1:] if day is not None else "")
        self.slots.show_slots(day.title if day is not None else "", tuple(s for p in day.parts for s in p.slots) if day else ())
        if loading:
            message = ""
        elif state.no_hours:
            message = _("This page has no times")
        else:
            message = view.nothing
        self.message.setText(message)
        self.message.setVisible(bool(message) and day is None)


class HostHead(QWidget):
    """Avatar, a small line and a title."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._avatar = Avatar("", 40, "fjord")
        self._small = Label("", "caption_regular", "muted")
        self._title = Label("", "heading", wrap=True)
        words = column()
        words.addWidget(self._small)
        words.addWidget(self._title)
        line = row(gap=12, on=self)
        line.addWidget(self._avatar, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)

    def show_head(self, name: str, title: str, small: str = "") -> None:
        self._avatar.set_name(name)
        self._small.setText(small or name)
        self._title.setText(title)
