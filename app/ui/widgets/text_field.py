"""One line of text with its label, help and error."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.ui.widgets.fields import Field, LineEdit


class TextField(Field):
    """One line of text. ``changed`` follows each key, ``committed`` leaving the field or Enter after a change."""

    changed = Signal(str)
    committed = Signal(str)

    def __init__(
        self,
        label: str = "",
        *,
        required: bool = False,
        optional: bool = False,
        help: str = "",
        placeholder: str = "",
        icon: str = "",
        unit: str = "",
        compact: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(label, required=required, optional=optional, help=help, parent=parent)
        self.edit = LineEdit(icon=icon, unit=unit, compact=compact)
        self.edit.setPlaceholderText(placeholder)
        self._place_input(self.edit)
        self._committed = ""
        self.edit.textEdited.connect(self.changed)
        self.edit.editingFinished.connect(self._commit)

    def text(self) -> str:
        return self.edit.text()

    def set_text(self, text: str) -> None:
        """Shows ``text`` without ``changed``."""
        self._committed = text
        if text != self.edit.text():
            self.edit.setText(text)

    def set_placeholder(self, text: str) -> None:
        self.edit.setPlaceholderText(text)

    def set_unit(self, unit: str) -> None:
        self.edit.set_unit(unit)

    def set_read_only(self, on: bool) -> None:
        self.edit.setReadOnly(on)

    def set_valid(self, text: str = "") -> None:
        """Says that what was in doubt is fine."""
        self._error = ""
        self.edit.set_state(valid=True)
        self._message.say(text or self._help, "valid" if text else "help")
        self.edit.setAccessibleDescription(self._message.text)

    def set_busy(self, busy: bool) -> None:
        """Shows that what was typed is being checked."""
        self.edit.set_state(error=bool(self._error), busy=busy)

    def _mark(self, *, error: bool = False, valid: bool = False) -> None:
        self.edit.set_state(error=error, valid=valid)

    def _commit(self) -> None:
        text = self.edit.text()
        if text != self._committed:
            self._committed = text
            self.committed.emit(text)
