"""Booking: at once or after approval, how long guests can change their mind, what they read afterwards."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.domain.pages import Mode
from app.i18n import _
from app.ui.pages.editing import Editing
from app.ui.pages.grids import columns_of
from app.ui.pages.sections.rows import RadioRows
from app.ui.pages.sections.section import SectionBody
from app.ui.pages.sections.span_field import SpanField
from app.ui.widgets import CheckBox, ChoiceRow, TextArea, column


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
        self.thanks = TextArea(_("What guests read after booking"), optional=True, rows=2)
        self.fields = {"cutoff": self.cutoff, "thanks": self.thanks}
        lines = column(gap=14, on=self)
        lines.addWidget(self.mode)
        inset = column(margins=(30, 0, 0, 0))
        inset.addWidget(self._holds_row)
        lines.addLayout(inset)
        lines.addWidget(columns_of([self.cutoff], most=2, least=200))
        lines.addWidget(self.thanks)
        self.mode.chosen.connect(lambda mode: self.change(mode=mode))
        self.holds.clicked.connect(lambda on: self.change(holds=on))
        self.cutoff.changed.connect(lambda span: self.change(cutoff=span))
        self.cutoff.left.connect(lambda: self.leave("cutoff"))
        self.thanks.changed.connect(lambda text: self.change(thanks=text))

    def show_draft(self, editing: Editing) -> None:
        draft = editing.draft
        self.mode.set_value(draft.mode)
        self.holds.setChecked(draft.holds)
        self._holds_row.setVisible(draft.mode is Mode.APPROVAL)
        self.cutoff.set_span(draft.cutoff)
        self.thanks.set_text(draft.thanks)
