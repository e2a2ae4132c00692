"""A span of time: figures and a unit to choose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.i18n import _
from app.ui.pages.editor_words import unit_name
from app.ui.pages.figures import NO_TIME, Span, Unit
from app.ui.widgets import LineEdit, Option, Select, row
from app.ui.widgets.fields import Field


class SpanField(Field):
    """``changed`` carries the Span; ``left`` comes when the figures were left."""

    changed = Signal(object)
    left = Signal()

    def __init__(
        self, label: str, *, units: Sequence[Unit] = tuple(Unit), help: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(label, help=help, parent=parent)
        self._span = NO_TIME
        self.edit = LineEdit()
        self.unit = Select("", [Option(unit, unit_name(unit)) for unit in units])
        self.unit.box.setAccessibleName(_("Unit of {field}").format(field=label))
        self.edit.setMinimumWidth(48)
        self._pair = QWidget()
        line = row(gap=6, on=self._pair)
        line.addWidget(self.edit, 2)
        line.addWidget(self.unit, 3)
        self._place_input(self._pair)
        self._pair.setFocusProxy(self.edit)
        self.setFocusProxy(self._pair)
        self._tell()
        self.edit.textEdited.connect(lambda text: self._take(Span(text, self._span.unit)))
        self.unit.chosen.connect(lambda unit: self._take(Span(self._span.count, cast(Unit, unit))))
        self.edit.editingFinished.connect(self.left)

    def set_span(self, span: Span) -> None:
        """Without ``changed``; the cursor stays where it is in a number that is the same."""
        self._span = span
        if span.count != self.edit.text():
            self.edit.setText(span.count)
        self.unit.set_value(span.unit)

    def _take(self, span: Span) -> None:
        self._span = span
        self.changed.emit(span)

    def _mark(self, *, error: bool = False, valid: bool = False) -> None:
        self.edit.set_state(error=error, valid=valid)

    def _tell(self) -> None:
        super()._tell()
        if self.focusProxy() is not None:
            self.edit.setAccessibleName(self.label)

    def _show_message(self) -> None:
        super()._show_message()
        self.edit.setAccessibleDescription(self._message.text)
