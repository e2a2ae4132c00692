"""Exceptions: days off, and days with other hours, for all pages at once."""

from __future__ import annotations

from datetime import date
from typing import Any

from PySide6.QtWidgets import QGridLayout

from app.domain.settings import Spell
from app.i18n import _, ngettext
from app.ui.settings.availability_form import Entry, EntryForm
from app.ui.settings.availability_list import EntryList, ListWords
from app.ui.settings.availability_words import FORM, spell_words
from app.ui.widgets import Option, Segmented, TextField, hours_text, row


class SpellForm(EntryForm):
    """Name, days, and whether the owner is off or works other hours."""

    def __init__(self) -> None:
        super().__init__()
        self.name = TextField(_("Name"), optional=True, help=_("Only you read it. Guests see free times, and no reason."))
        self.name.edit.setMaxLength(80)
        kinds = [Option(False, _("Closed")), Option(True, _("Other hours"))]
        self.kind = Segmented(kinds, False, name=_("What holds on these days"))
        self.hours = TextField(_("Hours"), placeholder=FORM)
        days = QGridLayout()
        days.setHorizontalSpacing(16)
        for at, field in enumerate((self.first, self.last)):
            days.addWidget(field, 0, at)
            days.setColumnStretch(at, 1)
        last = row()
        last.addStretch(1)
        last.addWidget(self.finish)
        self.body.addWidget(self.name)
        self.body.addLayout(days)
        self.body.addWidget(self.kind)
        self.body.addWidget(self.hours)
        self.body.addLayout(last)
        self.setFocusProxy(self.name)
        self.name.changed.connect(lambda _text: self.judge())
        self.kind.chosen.connect(self._choose)
        self.hours.changed.connect(lambda _text: self.judge())
        self.hours.edit.editingFinished.connect(lambda: self.leave("hours"))

    def begin(self, entry: Entry, today: date) -> None:
        assert isinstance(entry, Spell)
        self.name.set_text(entry.name)
        self.kind.set_value(bool(entry.ranges))
        self.hours.set_text(hours_text.write(entry.ranges))
        self.hours.setVisible(bool(entry.ranges))
        super().begin(entry, today)

    def take_over(self, other: EntryForm) -> None:
        assert isinstance(other, SpellForm)
        self.name.set_text(other.name.text())
        self.kind.set_value(other.kind.value())
        self.hours.set_text(other.hours.text())
        self.hours.setVisible(bool(other.kind.value()))
        super().take_over(other)

    def fields(self) -> dict[str, Any]:
        return {**super().fields(), "hours": self.hours}

    def problems(self) -> dict[str, str]:
        found = super().problems()
        if self.kind.value() and not hours_text.parse(self.hours.text()):
            found["hours"] = _("Write hours like 9-12, 13-17.")
        return found

    def read(self) -> Entry:
        assert self.first.day is not None
        assert self.last.day is not None
        ranges = hours_text.parse(self.hours.text()) if self.kind.value() else ()
        return Spell(self.first.day, self.last.day, ranges or (), self.name.text().strip())

    def _choose(self, other: object) -> None:
        self.hours.setVisible(bool(other))
        if other:
            self.hours.setFocus()
        self.judge()


class SpellList(EntryList):
    """The owner's exceptions."""

    def words(self) -> ListWords:
        return ListWords(_("Exceptions"), _("Add days off"), _("No days off and no other hours are ahead."))

    def past_words(self, count: int) -> str:
        return ngettext("{count} past exception", "{count} past exceptions", count).format(count=count)

    def icon(self, entry: Any) -> str:
        return "morning" if entry.ranges else "holiday"

    def describe(self, entry: Any, today: date) -> tuple[str, str]:
        return spell_words(entry, today)

    def fresh(self, day: date) -> Entry:
        return Spell(day, day)

    def make_form(self) -> EntryForm:
        return SpellForm()
