"""The first page of the preview: lengths, month, day and times, narrow as on a phone or in three columns."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QWidget

from app.domain.choosing import Choose
from app.i18n import _
from app.ui.pages.host_head import HostHead
from app.ui.pages.month_grid import MonthGrid, month_head
from app.ui.pages.preview_state import PreviewState
from app.ui.pages.slot_grid import SlotGrid
from app.ui.widgets import Button, ChipGroup, IconButton, Label, Option, column, row


class PreviewChoose(QWidget):
    """The first page that guests see: lengths, month, day, times."""

    length_chosen = Signal(int)
    day_chosen = Signal(object)
    month_turned = Signal(str)
    start_chosen = Signal(object)
    continue_requested = Signal()

    def __init__(self, parent: QWidget | None = None, *, wide: bool = False) -> None:
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
        if wide:
            self._fill_wide()
        else:
            self._fill()
        self._connect()

    def _fill(self) -> None:
        lines = column(margins=(16, 8, 16, 12), on=self)
        self._fill_host(lines)
        lines.addSpacing(8)
        self._fill_month(lines)
        lines.addSpacing(6)
        self._fill_times(lines)
        lines.addStretch(1)

    def _fill_wide(self) -> None:
        """Three columns, as on a computer."""
        sides = row(gap=32, margins=(28, 28, 28, 28), on=self)
        for fill, share in ((self._fill_host, 7), (self._fill_month, 8), (self._fill_times, 7)):
            lines = column()
            fill(lines)
            lines.addStretch(1)
            sides.addLayout(lines, share)

    def _fill_host(self, lines: QBoxLayout) -> None:
        lines.addWidget(self._host)
        lines.addSpacing(10)
        lines.addWidget(self._text)
        lines.addSpacing(10)
        lines.addWidget(self.lengths)

    def _fill_month(self, lines: QBoxLayout) -> None:
        lines.addWidget(month_head(self._month, self.back, self.ahead))
        lines.addSpacing(2)
        lines.addWidget(self.month)

    def _fill_times(self, lines: QBoxLayout) -> None:
        head = row(gap=8)
        head.addWidget(self._day, 1)
        head.addWidget(self._zone)
        lines.addLayout(head)
        lines.addSpacing(8)
        lines.addWidget(self.message)
        lines.addWidget(self.slots)
        lines.addSpacing(12)
        lines.addWidget(self.proceed)

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
        self._host.show_head(state.host.name, state.page.title, colour=state.page.colour)
        self._host.show_picture(state.picture if state.page.picture else b"", state.page.picture_kind)
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
        self.slots.set_loading(loading)
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
