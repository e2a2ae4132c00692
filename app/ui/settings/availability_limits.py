"""Limits over all pages: the most meetings a day and a week."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from app.domain.pages import Limits
from app.i18n import _
from app.ui.settings.panel import Section
from app.ui.widgets import Label, TextField

MOST = 99


class LimitsSection(Section):
    """``changed`` carries the limits, ``troubled`` ``per_day`` or ``per_week`` and what to do about what is typed there."""

    changed = Signal(object)
    troubled = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._limits = Limits()
        self._lead = Label("", "small", "muted", wrap=True)
        self.fields = {"per_day": TextField(placeholder="–"), "per_week": TextField(placeholder="–")}
        self.body.setSpacing(8)
        self.body.addWidget(self._lead)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        for at, (name, field) in enumerate(self.fields.items()):
            grid.addWidget(field, 0, at, Qt.AlignmentFlag.AlignTop)
            grid.setColumnStretch(at, 1)
            field.edit.setMaxLength(4)
            field.changed.connect(lambda _text, name=name: self._typed(name))
        self.body.addLayout(grid)

    def show_limits(self, limits: Limits) -> None:
        """What is typed and cannot be read stays."""
        self._limits = limits
        for name, value in (("per_day", limits.per_day), ("per_week", limits.per_week)):
            field = self.fields[name]
            if not field.error and read_limit(field.text()) != value:
                field.set_text("" if value is None else str(value))

    def retranslate(self) -> None:
        self.heading.setText(_("Limits over all pages"))
        self._lead.setText(_("When as many meetings are booked, no page offers more times that day or week. Empty: no limit."))
        self.fields["per_day"].set_label(_("Most per day"))
        self.fields["per_week"].set_label(_("Most per week"))
        for name, field in self.fields.items():
            field.set_unit(_("meetings"))
            if field.error:
                self._typed(name)

    def _typed(self, name: str) -> None:
        field = self.fields[name]
        try:
            value = read_limit(field.text())
        except ValueError:
            words = _("Write a number from 1 to {most}, or leave the field empty.").format(most=MOST)
            field.set_error(words)
            self.troubled.emit(name, words)
            return
        field.set_error("")
        self.troubled.emit(name, "")
        days, weeks = (value, self._limits.per_week) if name == "per_day" else (self._limits.per_day, value)
        self.changed.emit(Limits(days, weeks))


def read_limit(text: str) -> int | None:
    """The number that was typed; None for none. Raises ValueError."""
    plain = text.strip()
    if plain in ("", "–", "-"):
        return None
    value = int(plain) if plain.isascii() and plain.isdecimal() else 0
    if not 1 <= value <= MOST:
        raise ValueError(plain)
    return value
