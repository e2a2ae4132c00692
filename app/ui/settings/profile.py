"""The owner, as guests see them."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from app.i18n import _
from app.ui.settings.panel import Panel
from app.ui.settings.state import SettingsState
from app.ui.widgets import Avatar, Card, Label, TextField, column, required_note, row


class ProfilePanel(Panel):
    """The owner, as guests see them, with a card that shows it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = TextField(required=True)
        self._tagline = TextField(optional=True)
        self._avatar = Avatar("", 56, "fjord")
        self._shown_name = Label("", "heading")
        self._shown_tagline = Label("", "small", "muted")
        self._caption = Label("", "small", "muted", wrap=True)
        self._note = required_note()
        self.lines.addWidget(self._note)
        self.lines.addSpacing(14)
        self.lines.addWidget(self._name)
        self.lines.addSpacing(14)
        self.lines.addWidget(self._tagline)
        self.lines.addSpacing(24)
        self.lines.addWidget(self._make_card())
        self.lines.addStretch(1)
        self._name.changed.connect(lambda text: self._set(name=text))
        self._tagline.changed.connect(lambda text: self._set(tagline=text))
        self._name.edit.setMaxLength(80)
        self._tagline.edit.setMaxLength(120)
        self.retranslate()

    def render_state(self, state: SettingsState) -> None:
        super().render_state(state)
        profile = state.draft.profile
        for field, text in ((self._name, profile.name), (self._tagline, profile.tagline)):
            if field.text() != text:
                field.set_text(text)
        if profile.name.strip():
            self._name.set_error("")
        self._avatar.set_name(profile.name)
        self._shown_name.setText(profile.name)
        self._shown_tagline.setText(profile.tagline)

    def rows(self) -> list[tuple[str, QWidget]]:
        return [(_("Your name"), self._name.edit), (_("What you do"), self._tagline.edit)]

    def show_field(self, field: str) -> None:
        if field == "name":
            self._name.set_error(_("Write your name. Guests see it on your pages."))
            self.go_to(self._name.edit)

    def retranslate(self) -> None:
        self.set_words(_("Profile"), _("Who you are to the people who book you."))
        self._note.setText(_("Fields marked with * are required"))
        self._name.set_label(_("Your name"))
        self._tagline.set_label(_("What you do"))
        self._tagline.set_placeholder(_("Organisation consultant"))
        self._caption.setText(_("This is how guests see you."))

    def _make_card(self) -> Card:
        card = Card(padding=20, gap=12)
        line = row(gap=16)
        line.addWidget(self._avatar)
        words = column()
        words.addWidget(self._shown_name)
        words.addWidget(self._shown_tagline)
        line.addLayout(words, 1)
        card.body.addLayout(line)
        card.body.addWidget(self._caption)
        return card

    def _set(self, **changes: str) -> None:
        self.edit(lambda draft: replace(draft, profile=replace(draft.profile, **changes)))  # type: ignore[arg-type]
