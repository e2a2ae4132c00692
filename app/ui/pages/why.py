"""*Why is this time not offered?* in the preview: a day and a time, and the rules and events that decide (PAGE-4)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.domain.clock import Instant
from app.i18n import _, current
from app.ui.widgets import Label, Popover, TextField, clear, column


class WhyPopover(Popover):
    """``asked`` carries the instant that the owner wants to know about; ``show_reasons`` answers."""

    asked = Signal(object)

    def __init__(self, anchor: QWidget, day: date, zone: str) -> None:
        super().__init__(anchor, name=_("Why is a time not offered?"), width=320)
        self._day, self._zone = day, zone
        self._words = ""
        self.field = TextField(
            _("Time on {day}").format(day=current().date_long(day)), placeholder="10:30", help=_("On the clock of the page.")
        )
        answers = QWidget()
        self._lines = column(gap=8, on=answers)
        self.body.addWidget(Label(_("Why is a time not offered?"), "sub", wrap=True))
        self.body.addWidget(self.field)
        self.body.addWidget(answers)
        self.field.edit.returnPressed.connect(self._ask)
        self.field.changed.connect(lambda _text: self._ask(quiet=True))

    def _ask(self, *, quiet: bool = False) -> None:
        start = instant_of(self._day, self.field.text(), self._zone)
        if start is not None:
            self.field.set_error("")
            self.asked.emit(start)
        elif not quiet:
            self.field.set_error(_("Write a time such as 10:30."))

    @property
    def words(self) -> str:
        """What is answered now."""
        return self._words

    def show_reasons(self, sentences: Iterable[str]) -> None:
        found = list(sentences) or [_("It is offered: nothing stands in its way.")]
        self._words = "\n".join(found)
        clear(self._lines)
        for sentence in found:
            self._lines.addWidget(Label(sentence, "small", wrap=True))
        self.adjustSize()


def instant_of(day: date, text: str, zone: str) -> Instant | None:
    """The instant of a typed time of day, or None while it is none: ``10:30``, ``10.30``, ``9``."""
    found = re.fullmatch(r"\s*(\d{1,2})(?:[:.](\d{2}))?\s*", text)
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
        return None
    at = datetime(day.year, day.month, day.day, int(found[1]), int(found[2] or 0), tzinfo=ZoneInfo(zone))
    return int(at.timestamp())
