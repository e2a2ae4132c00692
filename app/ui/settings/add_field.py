"""A field with a button that adds what is typed to a list."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.domain.errors import InvalidFields
from app.i18n import _
from app.ui.widgets import Button, TextField, row


class AddField(QWidget):
    """``read`` makes of what is typed what is added (``added``), or raises InvalidFields with a reason, for which ``words``
    says what to do. ``troubled`` tells that something is typed and not added yet, which saving would lose."""

    added = Signal(object)
    troubled = Signal(str)

    def __init__(self, read: Callable[[str], object], words: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._read, self._words = read, words
        self.field = TextField()
        self.button = Button("", "secondary", icon="add_quiet")
        line = row(gap=8, on=self)
        line.addWidget(self.field, 1, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        self.field.changed.connect(self._typed)
        self.field.edit.returnPressed.connect(self._add)
        self.button.clicked.connect(self._add)

    def set_words(self, name: str, placeholder: str, act: str) -> None:
        """``name`` says to screen readers what is added, ``act`` stands on the button."""
        self.field.edit.setAccessibleName(name)
        self.field.set_placeholder(placeholder)
        self.button.setText(act)
        self.button.setAccessibleDescription(name)
        self.button.setFixedHeight(self.field.edit.sizeHint().height())

    def _typed(self, text: str) -> None:
        self.field.set_error("")
        self._tell(text)

    def _tell(self, text: str) -> None:
        kept = text.strip()
        words = _("Add “{text}” to the list, or empty its field").format(text=kept) if kept else ""
        self.troubled.emit(words)

    def _add(self) -> None:
        text = self.field.text()
        try:
            found = self._read(text)
        except InvalidFields as error:
            self.field.set_error(self._words(next(iter(error.fields.values()), "form")))
            self.field.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.field.set_error("")
        self.field.set_text("")
        self._tell("")
        self.added.emit(found)
