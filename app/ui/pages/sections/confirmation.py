"""Confirmation: what guests read after booking, or where they are led."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.i18n import _
from app.ui.pages.editing import Editing
from app.ui.pages.sections.rows import RadioRows
from app.ui.pages.sections.section import SectionBody
from app.ui.widgets import CheckBox, TextArea, TextField, column


class ConfirmationSection(SectionBody):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.where = RadioRows(
            [
                (False, _("Show a thank-you page"), _("With the time, the place and the link to move or cancel.")),
                (True, _("Send guests to another page"), _("They see the confirmation first, and are led on after 5 seconds.")),
            ],
            name=_("After booking"),
        )
        self.thanks = TextArea(_("What guests read after booking"), optional=True, rows=2)
        self.redirect = TextField(
            _("Address of the other page"), required=True, icon="nav_pages", placeholder="https://",
            help=_("The form names its host before guests book."),
        )  # fmt: skip
        self.calendar = CheckBox(_("Offer “Add to calendar”"))
        self.fields = {"thanks": self.thanks, "redirect": self.redirect}
        lines = column(gap=14, on=self)
        for widget in (self.where, self.redirect, self.thanks, self.calendar):
            lines.addWidget(widget)
        self.where.chosen.connect(lambda leads: self.change(leads_on=leads))
        self.thanks.changed.connect(lambda text: self.change(thanks=text))
        self.redirect.changed.connect(lambda text: self.change(redirect=text))
        self.redirect.edit.editingFinished.connect(lambda: self.leave("redirect"))
        self.calendar.clicked.connect(lambda on: self.change(add_to_calendar=on))

    def show_draft(self, editing: Editing) -> None:
        draft = editing.draft
        self.where.set_value(draft.leads_on)
        self.thanks.set_text(draft.thanks)
        self.redirect.set_text(draft.redirect)
        self.redirect.setVisible(draft.leads_on)
        self.calendar.setChecked(draft.add_to_calendar)
