"""The owner, as guests see them: the first section of *Appearance and language*."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from app.domain.pages import Picture
from app.domain.settings import Appearance, Profile
from app.i18n import _
from app.ui.settings.appearance_parts import OwnerMark
from app.ui.settings.panel import Section
from app.ui.widgets import Card, Label, TextField, column, row


class ProfileSection(Section):
    """Name and what one does, with a card that shows both. ``typed`` carries ``name`` or ``tagline``, and the text."""

    typed = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = TextField(required=True)
        self.tagline = TextField(optional=True)
        self.name.edit.setMaxLength(80)
        self.tagline.edit.setMaxLength(120)
        fields = QGridLayout()
        fields.setHorizontalSpacing(16)
        for at, field in enumerate((self.name, self.tagline)):
            fields.addWidget(field, 0, at)
            fields.setColumnStretch(at, 1)
        self.body.addLayout(fields)
        self._mark = OwnerMark(56)
        self._shown_name = Label("", "heading")
        self._shown_tagline = Label("", "small", "muted")
        self._caption = Label("", "small", "muted", wrap=True)
        self.body.addWidget(self._make_card())
        self.name.changed.connect(lambda text: self.typed.emit("name", text))
        self.tagline.changed.connect(lambda text: self.typed.emit("tagline", text))

    def show_draft(self, profile: Profile, appearance: Appearance) -> None:
        for field, text in ((self.name, profile.name), (self.tagline, profile.tagline)):
            if field.text() != text:
                field.set_text(text)
        if profile.name.strip():
            self.name.set_error("")
        self._mark.show_owner(profile.name, appearance.colour)
        self._shown_name.setText(profile.name)
        self._shown_tagline.setText(profile.tagline)
        self._shown_tagline.setVisible(bool(profile.tagline))

    def show_picture(self, body: bytes, kind: Picture) -> None:
        self._mark.show_picture(body, kind)

    def show_name_missing(self) -> None:
        self.name.set_error(_("Write your name. Guests see it on your pages."))

    def retranslate(self) -> None:
        self.heading.setText(_("About you"))
        self.name.set_label(_("Your name"))
        self.tagline.set_label(_("What you do"))
        self.tagline.set_placeholder(_("Organisation consultant"))
        self._caption.setText(_("This is how guests see you."))

    def _make_card(self) -> Card:
        card = Card(padding=16, gap=12)
        line = row(gap=16)
        line.addWidget(self._mark)
        words = column()
        words.addStretch(1)
        words.addWidget(self._shown_name)
        words.addWidget(self._shown_tagline)
        words.addStretch(1)
        line.addLayout(words, 1)
        card.body.addLayout(line)
        card.body.addWidget(self._caption)
        return card
