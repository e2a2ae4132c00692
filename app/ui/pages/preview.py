"""The live preview: the guest's page on a phone or a computer, drawn from the same view model as the real one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QWidget
from shiboken6 import isValid

from app.domain.choosing import Choose, Selection
from app.domain.clock import Instant
from app.domain.pages import ClockFace
from app.i18n import Wording, _, local
from app.ui import theme, zone_list
from app.ui.pages.card import Glyph
from app.ui.pages.dates import month_of
from app.ui.pages.devices import Computer, Phone
from app.ui.pages.grids import ends_of
from app.ui.pages.preview_choose import PreviewChoose
from app.ui.pages.preview_done import PreviewDone
from app.ui.pages.preview_form import PreviewForm
from app.ui.pages.preview_state import Hindrance, PreviewState, chosen_view, finished, fitted
from app.ui.why.popover import WhyPopover
from app.ui.why.reasons import Answer
from app.ui.widgets import Button, Label, Option, ScrollArea, Segmented, Select, column, row
from app.ui.widgets.base import painter_for


class Preview(QWidget):
    """The column at the right of the editor: the guest's page on a phone or a computer, at each step, for a guest of any
    zone and language.

    ``duration_chosen`` carries the length whose free times are wanted, ``why_asked`` the start of which the owner wants to know
    why it is not offered, ``way_chosen`` the way to what decides.
    """

    duration_chosen = Signal(int)
    why_asked = Signal(object)
    way_chosen = Signal(object)
    open_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: PreviewState | None = None
        self._selection = Selection(0, "UTC")
        self._why: WhyPopover | None = None
        self.device = Segmented(
            [Option("phone", _("Phone"), icon="preview_phone"), Option("computer", _("Computer"), icon="preview_computer")],
            "phone", name=_("Device of the preview"),
        )  # fmt: skip
        self.steps = Segmented(
            [Option(0, _("Choose")), Option(1, _("Form")), Option(2, _("Done"))], 0, name=_("Step of the preview")
        )
        self.zone = Select("", [Option("", _("A guest here")), *zone_list.options()], "", compact=True)
        self.language = Select("", [Option(each, name) for each, name in _languages()], "", compact=True)
        self.zone.box.setAccessibleName(_("Time zone of the guest"))
        self.language.box.setAccessibleName(_("Language of the guest"))
        self.why = Button(_("Why not?"), "ghost", "small", icon="info")
        self.open = Button(_("Open in browser"), "ghost", "small", icon="open_outside")
        self.why.setToolTip(_("Why is a time not offered?"))
        self._eye, self._said = Glyph("show_password"), Label("", "caption_regular", "muted", wrap=True)
        self.choose, self.form, self.done = PreviewChoose(), PreviewForm(), PreviewDone()
        self._pages = QWidget()
        self._stack = QStackedLayout(self._pages)
        self._areas = [ScrollArea(self.choose), ScrollArea(self.form), ScrollArea(self.done)]
        for area in self._areas:
            self._stack.addWidget(area)
        self.phone, self.computer = Phone(self._pages), Computer()
        self._fill()
        self._connect()

    def _fill(self) -> None:
        guest = QWidget()
        top = ends_of(self.device, self.steps)
        guest.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        second = row(gap=8, on=guest)
        second.addWidget(self.zone, 5)
        second.addWidget(self.language, 4)
        said = row(gap=8)
        said.addStretch(1)
        said.addWidget(self._eye)
        said.addWidget(self._said)
        said.addStretch(1)
        foot = row(gap=8)
        foot.addWidget(self.why)
        foot.addStretch(1)
        foot.addWidget(self.open)
        lines = column(margins=(24, 16, 24, 12), on=self)
        lines.addWidget(top)
        lines.addSpacing(8)
        lines.addWidget(guest)
        lines.addSpacing(12)
        lines.addWidget(self.phone, 1, Qt.AlignmentFlag.AlignHCenter)
        lines.addWidget(self.computer, 1)
        lines.addSpacing(8)
        lines.addLayout(said)
        lines.addLayout(foot)
        lines.addStretch(0)
        self.computer.hide()

    def _connect(self) -> None:
        self.steps.chosen.connect(lambda step: self.go_to_step(cast(int, step)))
        self.device.chosen.connect(lambda device: self._show_device(device == "computer"))
        self.zone.chosen.connect(lambda _zone: self._show())
        self.language.chosen.connect(lambda _language: self._show())
        self.why.clicked.connect(self._ask_why)
        self.open.clicked.connect(self.open_requested)
        self.choose.length_chosen.connect(self.duration_chosen)
        self.choose.day_chosen.connect(self._choose_day)
        self.choose.month_turned.connect(self._turn)
        self.choose.start_chosen.connect(self._choose_start)
        self.form.back_requested.connect(lambda: self.go_to_step(0))
        self.choose.continue_requested.connect(lambda: self.go_to_step(1))

    def go_to_step(self, step: int) -> None:
        """0: choose a time, 1: the form, 2: what comes after."""
        self.steps.set_value(step)
        self._stack.setCurrentIndex(step)
        self._draw_computer()

    def _show_device(self, computer: bool) -> None:
        self.phone.setVisible(not computer)
        self.computer.setVisible(computer)
        self._draw_computer()

    def render_preview(self, state: PreviewState) -> None:
        self._state = state
        self.open.setEnabled(state.saved)
        self.open.setToolTip("" if state.saved else _("Save the page first"))
        self.zone.setEnabled(not state.page.zone_fixed)
        self._said.setText(hindrance_words(state.hindrance))
        self._said.set_tone("amber" if state.hindrance else "muted")
        self._eye.show_icon("paused" if state.hindrance else "show_password", "amber" if state.hindrance else "text_muted")
        self._show()

    def _seen(self, state: PreviewState) -> PreviewState:
        """The state in the language of the chosen guest, and with the page's own clock."""
        language = cast(str, self.language.value()) or state.page.language or state.words.language
        face = state.page.clock
        clock_24 = state.host.clock_24 if face is ClockFace.USUAL else face is ClockFace.HOURS_24
        return replace(state, words=Wording(language, clock_24))

    def _show(self) -> None:
        if self._state is None:
            return
        state = self._seen(self._state)
        zone = "" if state.page.zone_fixed else cast(str, self.zone.value() or "")
        self._selection = fitted(self._selection, state, zone)
        view = chosen_view(state, self._selection)
        timed = self._with_time(state, view)
        self.choose.show_view(state, view)
        self.form.show_form(state, timed)
        self.done.show_done(finished(state, self._selection, timed), state.page.colour)
        self._draw_computer()

    def _draw_computer(self) -> None:
        if self.computer.isVisibleTo(self) and self._state is not None:
            state = self._seen(self._state)
            view = chosen_view(state, self._selection)
            timed = self._with_time(state, view)
            self.computer.show_step(self._stack.currentIndex(), state, view, timed, finished(state, self._selection, timed))

    def _with_time(self, state: PreviewState, view: Choose) -> Choose:
        """Form and end are seen with a time: the chosen one, or the first of the day."""
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

    # Why not?

    def _ask_why(self) -> None:
        if self._state is None:
            return
        view = chosen_view(self._seen(self._state), self._selection)
        zone = self._state.page.zone
        day = view.day.day if view.day is not None else local(self._state.now, zone).date()
        self._why = WhyPopover(self.why, day, zone)
        self._why.asked.connect(self.why_asked)
        self._why.way_chosen.connect(self.way_chosen)
        self._why.open_at(self.why)
        self._why.field.setFocus()

    def show_answer(self, answer: Answer) -> None:
        """Answers ``why_asked``."""
        if self._why is not None and isValid(self._why):
            self._why.show_answer(answer)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter_for(self).fillRect(self.rect(), theme.colours().sunken)


def hindrance_words(hindrance: Hindrance) -> str:
    """The line below the preview: what it is, or what guests meet instead of it."""
    return {
        Hindrance.NONE: _("Live preview. Shows your changes before you save."),
        Hindrance.PAUSED: _("The page is paused. Guests see it like this when you switch it on."),
        Hindrance.ALL_PAUSED: _("All pages are paused. Guests see it like this when you switch them on."),
        Hindrance.UNAVAILABLE: _("A calendar is inactive. Guests see it like this when it is back."),
    }[hindrance]


def _languages() -> tuple[tuple[str, str], ...]:
    return ("", _("As the page")), ("en", _("English")), ("da", _("Danish"))
