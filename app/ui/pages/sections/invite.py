"""Invitation: what the event in the owner's calendar is called and says, with tokens for what differs."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QWidget

from app.domain.tokens import TOKENS
from app.i18n import _
from app.ui.pages.editing import Editing
from app.ui.pages.sections.section import SectionBody
from app.ui.widgets import Button, FlowLayout, Label, TextArea, TextField, column


def token_name(token: str) -> str:
    """What a token stands for."""
    return {
        "guest": _("Guest’s name"),
        "first_name": _("First name"),
        "email": _("E-mail"),
        "page": _("Name of the page"),
        "length": _("Length in minutes"),
        "place": _("Place"),
        "company": _("Company"),
        "answers": _("All answers"),
    }[token]


class InviteSection(SectionBody):
    """A press on a token puts it where the keyboard was last: into the title or the text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = TextField(_("Title"), optional=True, placeholder="{{ page }}: {{ guest }}")
        self.body = TextArea(_("Text"), optional=True, rows=4)
        self.fields = {"invite_title": self.title, "invite_body": self.body}
        self.tokens: dict[str, Button] = {}
        chips = QWidget()
        flow = FlowLayout(chips)
        for token in TOKENS:
            button = Button(token_name(token), "dashed", "small", icon="add_quiet")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(partial(self._insert, token))
            self.tokens[token] = button
            flow.addWidget(button)
        lines = column(gap=14, on=self)
        lines.addWidget(self.title)
        lines.addWidget(self.body)
        lines.addWidget(Label(_("Put in what differs from meeting to meeting:"), "small", "muted", wrap=True))
        lines.addWidget(chips)
        self._in_title = False
        self.title.changed.connect(self._type_title)
        self.body.changed.connect(self._type_body)
        self.title.edit.cursorPositionChanged.connect(lambda: setattr(self, "_in_title", True))
        self.body.edit.cursorPositionChanged.connect(lambda: setattr(self, "_in_title", False))
        self.title.edit.editingFinished.connect(lambda: self.leave("invite_title"))

    def _type_title(self, text: str) -> None:
        self._in_title = True
        self.change(invite_title=text)

    def _type_body(self, text: str) -> None:
        self._in_title = False
        self.change(invite_body=text)

    def _insert(self, token: str) -> None:
        words = "{{ " + token + " }}"
        if self._in_title:
            edit = self.title.edit
            edit.insert(words)
            self.change(invite_title=edit.text())
            edit.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            cursor: QTextCursor = self.body.edit.textCursor()
            cursor.insertText(words)
            self.change(invite_body=self.body.text())
            self.body.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_draft(self, editing: Editing) -> None:
        """Placeholders go on to where they went before."""
        in_title = self._in_title
        self.title.set_text(editing.draft.invite_title)
        self.body.set_text(editing.draft.invite_body)
        self._in_title = in_title
