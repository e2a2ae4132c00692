"""Public holidays: of which country and region, and on which of the next ones the owner works all the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QGridLayout, QWidget

from app.domain.settings import Holiday, Holidays
from app.i18n import _
from app.services.holidays import Region
from app.ui import theme
from app.ui.settings.availability_rows import EntryFrame
from app.ui.settings.availability_words import days_words
from app.ui.settings.countries import country_names
from app.ui.settings.panel import Section
from app.ui.widgets import Button, CheckBox, Divider, Label, Option, Select, Spinner, column, row
from app.ui.widgets.base import tell_role

tell_role("HolidayRow", QAccessible.Role.ListItem)
SHOWN = 12
"""How many holidays are listed: about a year of them."""


class HolidaysSection(Section):
    """``picked`` carries country and region, ``worked`` a day and whether the owner works on it."""

    picked = Signal(str, str)
    worked = Signal(object, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choice, self._today, self._guess = Holidays(), date(2000, 1, 1), ""
        self._regions: Mapping[str, Sequence[Region]] = {}
        self._told: tuple[object, ...] = ()
        self._names: dict[str, str] = {}
        self.rows: dict[date, HolidayRow] = {}
        self._lead = Label("", "small", "muted", wrap=True)
        self.country = Select(icon="web")
        self.region = Select()
        self.guess = Button("", "ghost", "small", icon="add_quiet", flush=True)
        self.frame = EntryFrame()
        self._lay_out()
        self.country.chosen.connect(lambda country: self.picked.emit(str(country), ""))
        self.region.chosen.connect(lambda region: self.picked.emit(self._choice.country, str(region)))
        self.guess.clicked.connect(lambda: self.picked.emit(self._guess, ""))

    def show_choice(
        self, choice: Holidays, today: date, guess: str, regions: Mapping[str, Sequence[Region]], reading: bool
    ) -> None:
        """``guess``: the country that the owner's zone suggests; ``regions``: of the countries that were read so far."""
        self._choice, self._today, self._guess, self._regions = choice, today, guess, regions
        self._show_fields()
        self._waiting.setVisible(reading)
        self._spinner.run(reading)
        ahead = () if reading else tuple(each for each in choice.known if each.day >= today)[:SHOWN]
        if self._told != (ahead, today):
            self._told = (ahead, today)
            self._list(ahead)
        for day, line in self.rows.items():
            line.set_working(day in choice.working)

    def retranslate(self) -> None:
        self.heading.setText(_("Public holidays"))
        self._lead.setText(_("They are days off on all your pages. Tick those on which you work."))
        self.country.set_label(_("Country"))
        self.region.set_label(_("Region"))
        self._spinner.setAccessibleName(_("The holidays are being read"))
        self._reading.setText(_("The holidays are being read…"))
        self.frame.setAccessibleName(_("The next public holidays"))
        self._names = country_names()
        names = sorted(self._names.items(), key=lambda each: each[1].casefold())
        self.country.set_options([Option("", _("None")), *(Option(code, name) for code, name in names)], self._choice.country)
        self._told = ()

    def _lay_out(self) -> None:
        self.body.setSpacing(8)
        self.body.addWidget(self._lead)
        fields = QGridLayout()
        fields.setHorizontalSpacing(16)
        for at, field in enumerate((self.country, self.region)):
            fields.addWidget(field, 0, at, Qt.AlignmentFlag.AlignTop)
            fields.setColumnStretch(at, 1)
        self.body.addLayout(fields)
        self.body.addWidget(self.guess, 0, Qt.AlignmentFlag.AlignLeft)
        self._waiting = QWidget()
        self._spinner, self._reading = Spinner(), Label("", "small", "muted")
        waiting = row(gap=8, on=self._waiting)
        waiting.addWidget(self._spinner)
        waiting.addWidget(self._reading, 1)
        self.body.addWidget(self._waiting)
        self.body.addSpacing(4)
        self.body.addWidget(self.frame)

    def _show_fields(self) -> None:
        country = self._choice.country
        if self.country.value() != country:
            self.country.set_value(country)
        regions = self._regions.get(country, ())
        self.region.setVisible(bool(regions))
        options = [Option("", _("The whole country")), *(Option(each.code, each.name) for each in regions)]
        if list(self.region.box.options) != options or self.region.value() != self._choice.region:
            self.region.set_options(options, self._choice.region)
        name = self._names.get(self._guess, "")
        self.guess.setVisible(not country and bool(name))
        self.guess.setText(_("Take public holidays off: {country}").format(country=name))

    def _list(self, ahead: Sequence[Holiday]) -> None:
        for line in self.rows.values():
            line.hide()
            line.deleteLater()
        self.rows = {}
        while self.frame.lines.count():
            item = self.frame.lines.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.deleteLater()
        for holiday in ahead:
            if self.rows:
                self.frame.lines.addWidget(Divider())
            line = self.rows[holiday.day] = HolidayRow(holiday, self._today)
            line.box.clicked.connect(lambda on, day=holiday.day: self.worked.emit(day, on))
            self.frame.lines.addWidget(line)
        self.frame.setVisible(bool(ahead))


class HolidayRow(QWidget):
    """A holiday, its day, and the tick."""

    def __init__(self, holiday: Holiday, today: date, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        days = days_words(holiday.day, holiday.day, today)
        self.box = CheckBox(_("I work that day"))
        self.box.setAccessibleName(_("I work on {holiday}, {day}").format(holiday=holiday.name, day=days))
        self._name = Label(holiday.name, "body")
        words = column()
        words.addWidget(self._name)
        words.addWidget(Label(days, "small", "muted"))
        line = row(gap=12, margins=(16, 6, 16, 6), on=self)
        line.addLayout(words, 1)
        line.addWidget(self.box)
        self.setAccessibleName(f"{holiday.name}, {days}")
        self.setMinimumHeight(theme.sized(52))

    def set_working(self, on: bool) -> None:
        if self.box.isChecked() != on:
            blocked = self.box.blockSignals(True)
            self.box.setChecked(on)
            self.box.blockSignals(blocked)
        self._name.set_tone("muted" if on else "text")
