"""Booking: at once or after approval, and what guests may change afterwards, until when."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.domain.pages import Mode
from app.i18n import _
from app.ui.pages.editing import Editing
from app.ui.pages.grids import columns_of
from app.ui.pages.sections.rows import RadioRows
from app.ui.pages.sections.section import SectionBody
from app.ui.pages.sections.span_field import SpanField
from app.ui.widgets import CheckBox, ChoiceRow, column


class BookingSection(SectionBody):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.mode = RadioRows(
            [
                (Mode.AT_ONCE, _("Book at once"), _("The meeting is booked as soon as a guest has chosen a time.")),
                (Mode.APPROVAL, _("I approve each one"), _("Guests send a request. Nothing is booked until you say yes.")),
            ],
            name=_("How meetings are booked"),
        )
        self.holds = CheckBox()
        self._holds_row = ChoiceRow(self.holds, "")
        self._holds_row.set_words(_("A request holds its time"), _("Nobody else can take the time until you have answered."))
        self.cutoff = SpanField(
            _("Guests can move or cancel until"), help=_("This long before the meeting. 0 means until it begins.")
        )
        self.may_move, self.may_cancel = CheckBox(_("Guests may move it")), CheckBox(_("Guests may cancel it"))
        self.fields = {"cutoff": self.cutoff}
        lines = column(gap=14, on=self)
        lines.addWidget(self.mode)
        inset = column(margins=(30, 0, 0, 0))
        inset.addWidget(self._holds_row)
        lines.addLayout(inset)
        lines.addWidget(columns_of([self.may_move, self.may_cancel], most=2, least=200))
        lines.addWidget(columns_of([self.cutoff], most=2, least=200))
        self.mode.chosen.connect(lambda mode: self.change(mode=mode))
        self.holds.clicked.connect(lambda on: self.change(holds=on))
        self.cutoff.changed.connect(lambda span: self.change(cutoff=span))
        self.cutoff.left.connect(lambda: self.leave("cutoff"))
        self.may_move.clicked.connect(lambda on: self.change(may_move=on))
        self.may_cancel.clicked.connect(lambda on: self.change(may_cancel=on))

    def show_draft(self, editing: Editing) -> None:
        draft = editing.draft
        self.mode.set_value(draft.mode)
        self.holds.setChecked(draft.holds)
        self._holds_row.setVisible(draft.mode is Mode.APPROVAL)
        self.cutoff.set_span(draft.cutoff)
        self.may_move.setChecked(draft.may_move)
        self.may_cancel.setChecked(draft.may_cancel)
        self.cutoff.setVisible(draft.may_move or draft.may_cancel)
