"""Consent: what guests are told about their answers, or asked to agree to."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.domain.pages import ConsentKind
from app.i18n import Wording, _
from app.ui.pages.editing import Editing
from app.ui.pages.sections.rows import RadioRows
from app.ui.pages.sections.section import SectionBody
from app.ui.widgets import TextArea, TextField, column


class ConsentSection(SectionBody):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = RadioRows(
            [
                (ConsentKind.NONE, _("Show nothing"), ""),
                (ConsentKind.NOTICE, _("Show a notice"), _("Guests read it above the button.")),
                (
                    ConsentKind.TICK,
                    _("Ask guests to agree before they book"),
                    _("Guests must tick a box. Text and time are kept with the booking."),
                ),
                (
                    ConsentKind.LEGITIMATE_INTEREST,
                    _("Name a legitimate interest"),
                    _("Guests read on what ground you keep their answers."),
                ),
            ],
            name=_("Consent"),
        )
        self.text = TextArea(_("What they read"), required=True, rows=2)
        self.link = TextField(_("Privacy notice"), optional=True, icon="nav_pages", placeholder="https://")
        self.basis = TextField(_("Legal basis"), optional=True, help=_("Empty: the page says that it is legitimate interest."))
        self.fields = {"consent_text": self.text, "consent_basis": self.basis, "consent_link": self.link}
        self._owner, self._words = "", Wording()
        self._more = QWidget()
        more = column(gap=14, on=self._more)
        more.addWidget(self.text)
        more.addWidget(self.basis)
        more.addWidget(self.link)
        lines = column(gap=14, on=self)
        lines.addWidget(self.kind)
        lines.addWidget(self._more)
        self.kind.chosen.connect(self._choose)
        self.text.changed.connect(lambda text: self.change(consent_text=text))
        self.basis.changed.connect(lambda text: self.change(consent_basis=text))
        self.link.changed.connect(lambda text: self.change(consent_link=text))
        self.link.edit.editingFinished.connect(lambda: self.leave("consent_link"))

    def _choose(self, kind: ConsentKind) -> None:
        """Begins with a text that says what is usual, until the owner has written one."""
        written = self.draft.consent_text
        if not written.strip() or written in (self._suggestion(each) for each in ConsentKind):
            written = self._suggestion(kind)
        self.change(consent=kind, consent_text=written)

    def _suggestion(self, kind: ConsentKind) -> str:
        if kind is ConsentKind.NONE:
            return ""
        if kind is ConsentKind.TICK:
            return self._words.gettext("{name} may keep my answers to prepare and hold the meeting.").format(name=self._owner)
        return self._words.gettext("{name} keeps your answers to prepare and hold the meeting.").format(name=self._owner)

    def show_draft(self, editing: Editing) -> None:
        draft = editing.draft
        self._owner, self._words = editing.owner, editing.words
        self.kind.set_value(draft.consent)
        self._more.setVisible(draft.consent is not ConsentKind.NONE)
        self.text.set_label(_("What they agree to") if draft.consent is ConsentKind.TICK else _("What they read"))
        self.text.set_text(draft.consent_text)
        self.basis.set_text(draft.consent_basis)
        self.basis.setVisible(draft.consent is ConsentKind.LEGITIMATE_INTEREST)
        self.link.set_text(draft.consent_link)
