"""When I travel: days on which the hours are read on the clock of another place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from app.domain.settings import Journey
from app.i18n import _, ngettext
from app.ui.settings.availability_form import Entry, EntryForm
from app.ui.settings.availability_list import EntryList, ListWords
from app.ui.settings.availability_words import journey_follows, journey_words
from app.ui.settings.notes import NoteLine
from app.ui.widgets import Option, Select, row

Zones = Callable[[str], tuple[Option, ...]]


class JourneyForm(EntryForm):
    """Days and place; beneath them what follows. ``home``: the owner's own zone, to which nobody travels."""

    def __init__(self, zones: Zones, home: str) -> None:
        super().__init__()
        self._home = home
        self.zone = Select(_("Time zone there"), zones(home), icon="time_zone", placeholder=_("Choose a place"))
        self.note = NoteLine()
        fields = QGridLayout()
        fields.setHorizontalSpacing(16)
        fields.setVerticalSpacing(16)
        fields.addWidget(self.first, 0, 0, Qt.AlignmentFlag.AlignTop)
        fields.addWidget(self.last, 0, 1, Qt.AlignmentFlag.AlignTop)
        fields.addWidget(self.zone, 1, 0, 1, 2)
        fields.setColumnStretch(0, 1)
        fields.setColumnStretch(1, 1)
        last = row(gap=16)
        last.addWidget(self.note, 1)
        last.addWidget(self.finish, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(fields)
        self.body.addLayout(last)
        self.setFocusProxy(self.first)
        self.zone.chosen.connect(lambda _zone: self.leave("zone"))

    def begin(self, entry: Entry, today: date) -> None:
        assert isinstance(entry, Journey)
        self.zone.set_value(entry.zone if entry.zone != self._home else None)
        super().begin(entry, today)

    def take_over(self, other: EntryForm) -> None:
        assert isinstance(other, JourneyForm)
        self.zone.set_value(other.zone.value())
        super().take_over(other)

    def fields(self) -> dict[str, Any]:
        return {**super().fields(), "zone": self.zone}

    def problems(self) -> dict[str, str]:
        found = super().problems()
        if self.zone.value() in (None, self._home):
            found["zone"] = _("Choose a place whose clock is not your usual one.")
        return found

    def judge(self) -> None:
        super().judge()
        self.note.say("" if self.problems() else journey_follows(self.read()))

    def read(self) -> Journey:
        assert self.first.day is not None
        assert self.last.day is not None
        return Journey(self.first.day, self.last.day, str(self.zone.value()))


class JourneyList(EntryList):
    """The owner's journeys."""

    def __init__(self, zones: Zones, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._zones, self._home = zones, "UTC"

    def set_home(self, zone: str) -> None:
        self._home = zone

    def words(self) -> ListWords:
        none = _("On a journey your hours can follow the clock of the place where you are.")
        return ListWords(_("When I travel"), _("Add a journey"), none)

    def past_words(self, count: int) -> str:
        return ngettext("{count} past journey", "{count} past journeys", count).format(count=count)

    def icon(self, entry: Any) -> str:
        return "time_zone"

    def describe(self, entry: Any, today: date) -> tuple[str, str]:
        if entry.zone == self._home:
            return _("A journey"), journey_words(entry, today)[1]
        return journey_words(entry, today)

    def fresh(self, day: date) -> Entry:
        return Journey(day, day, self._home)

    def make_form(self) -> EntryForm:
        return JourneyForm(self._zones, self._home)
