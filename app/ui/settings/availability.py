"""Availability: the owner's zone, first day of the week and usual hours; what departs from them; the limits over all pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from app.domain.settings import Availability, Holidays
from app.i18n import _, local
from app.services.holidays import Region, guess_country
from app.ui.settings.availability_form import EntryForm
from app.ui.settings.availability_holidays import HolidaysSection
from app.ui.settings.availability_limits import LimitsSection
from app.ui.settings.availability_spells import SpellList
from app.ui.settings.availability_travel import JourneyList
from app.ui.settings.notes import NoteLine
from app.ui.settings.panel import Panel
from app.ui.settings.state import SettingsState
from app.ui.widgets import Button, Label, Option, Select, WeeklyHoursEditor, hours_text, row

_GAP = 28


class AvailabilityPanel(Panel):
    """``holidays_wanted`` carries a country and region whose holidays are to be read (``show_holidays`` answers),
    ``regions_wanted`` a country whose regions are (``show_regions``)."""

    holidays_wanted = Signal(object)
    regions_wanted = Signal(str)

    def __init__(self, zones: Callable[[str], tuple[Option, ...]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._zones = zones
        self._regions: dict[str, tuple[Region, ...]] = {}
        self._brought: EntryForm | None = None
        self._zone = Select(icon="time_zone")
        self._week = Select()
        self._heading = Label("", "sub")
        self._copy = Button("", "ghost", "small", icon="copy", flush=True)
        self.hours = WeeklyHoursEditor()
        self.none = NoteLine()
        self.spells = SpellList()
        self.holidays = HolidaysSection()
        self.journeys = JourneyList(zones)
        self.limits = LimitsSection()
        self._lay_out()
        self._connect()
        self.retranslate()

    def render_state(self, state: SettingsState) -> None:
        super().render_state(state)
        draft = state.draft
        if self._zone.value() != draft.profile.zone:
            self._zone.set_options(self._zones(draft.profile.zone), draft.profile.zone)
        self._week.set_value(draft.appearance.week_starts_monday)
        self.hours.set_zone(draft.profile.zone)
        self.hours.set_monday_first(draft.appearance.week_starts_monday)
        if not state.trouble("availability", "hours") and self.hours.hours() != draft.availability.weekly:
            self.hours.set_hours(draft.availability.weekly)
        self._render_departures(state)

    def show_holidays(self, asked: Holidays, found: Holidays, regions: tuple[Region, ...]) -> None:
        """What was read for ``asked``; of no use any more if another country was chosen meanwhile."""
        self._regions[asked.country] = regions
        if self.state is None or _place(self.state.draft.availability.holidays) != _place(asked):
            return
        self.troubled.emit("holidays", "")
        kept = self.state.draft.availability.holidays.working
        self._change(holidays=replace(found, working=tuple(each for each in kept if each in {h.day for h in found.known})))

    def show_regions(self, country: str, regions: tuple[Region, ...]) -> None:
        """The regions of a country, whether or not it is still the chosen one."""
        self._regions[country] = regions
        if self.state is not None:
            self._render_departures(self.state)

    def ask_for_regions(self) -> None:
        """Asks for the regions of the chosen country, if there is one and they are not known."""
        country = self.state.draft.availability.holidays.country if self.state is not None else ""
        if country and country not in self._regions:
            self.regions_wanted.emit(country)

    def rows(self) -> list[tuple[str, QWidget]]:
        return [
            (_("Time zone"), self._zone.box),
            (_("Week starts on"), self._week.box),
            (_("Usual hours"), self.hours.day_parts(0)[0]),
            (_("Exceptions"), self.spells.add),
            (_("Days off"), self.spells.add),
            (_("Public holidays"), self.holidays.country.box),
            (_("When I travel"), self.journeys.add),
            (_("Limits over all pages"), self.limits.fields["per_day"].edit),
            (_("Most per day"), self.limits.fields["per_day"].edit),
            (_("Most per week"), self.limits.fields["per_week"].edit),
        ]

    def show_field(self, field: str) -> None:
        if field in ("spells", "journeys"):
            entries = self.spells if field == "spells" else self.journeys
            self.area.ensureWidgetVisible(entries.form or entries, 0, 80)
            entries.show_trouble()
        elif field in self.limits.fields:
            self.go_to(self.limits.fields[field].edit)
        elif field == "holidays":
            self.go_to(self.holidays.country.box)
        for day in range(7) if field == "hours" else ():
            figures = self.hours.day_parts(day)[2]
            if hours_text.parse(figures.text()) is None:
                self.go_to(figures)
                return

    def retranslate(self) -> None:
        self.set_words(_("Availability"), _("Your usual hours. Each scheduling page can have its own."))
        self._zone.set_label(_("Time zone"))
        if self.state is not None:
            zone = self.state.draft.profile.zone
            self._zone.set_options(self._zones(zone), zone)
        self._week.set_label(_("Week starts on"))
        self._week.set_options([Option(True, _("Monday")), Option(False, _("Sunday"))], self._week.value())
        self._heading.setText(_("Usual hours"))
        self._copy.setText(_("Copy Monday to…"))
        for section in (self.spells, self.holidays, self.journeys, self.limits):
            section.retranslate()

    # Parts

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        for at, field in enumerate((self._zone, self._week)):
            grid.addWidget(field, 0, at, Qt.AlignmentFlag.AlignTop)
            grid.setColumnStretch(at, 1)
        self.lines.addLayout(grid)
        self.lines.addSpacing(24)
        head = row()
        head.addWidget(self._heading, 1)
        head.addWidget(self._copy)
        self.lines.addLayout(head)
        self.lines.addSpacing(8)
        self.lines.addWidget(self.none)
        self.lines.addWidget(self.hours)
        for section in (self.spells, self.holidays, self.journeys, self.limits):
            self.lines.addSpacing(_GAP)
            self.lines.addWidget(section)
        self.lines.addStretch(1)

    def _connect(self) -> None:
        self._copy.clicked.connect(lambda: self.hours.open_copy_menu(self._copy))
        self._zone.chosen.connect(self._set_zone)
        self._week.chosen.connect(self._set_week)
        self.hours.changed.connect(self._set_hours)
        for day in range(7):
            self.hours.day_parts(day)[2].textEdited.connect(lambda _text: self._tell_hours())
        self.spells.changed.connect(lambda spells: self._change(spells=spells))
        self.spells.troubled.connect(lambda words: self.troubled.emit("spells", words))
        self.journeys.changed.connect(lambda journeys: self._change(journeys=journeys))
        self.journeys.troubled.connect(lambda words: self.troubled.emit("journeys", words))
        for entries in (self.spells, self.journeys):
            entries.form_opened.connect(self._bring)
        self.area.verticalScrollBar().rangeChanged.connect(lambda _low, _high: self._bring(self._brought))
        self.holidays.picked.connect(self._pick)
        self.holidays.worked.connect(self._work)
        self.limits.changed.connect(lambda limits: self._change(limits=limits))
        self.limits.troubled.connect(self.troubled)

    def _bring(self, form: EntryForm | None) -> None:
        """Brings the form that was opened into view: as far as it is there now, and once more when there is room for it."""
        self._brought = form if form is not self._brought else None
        if form is not None and form in (self.spells.form, self.journeys.form):
            self.area.ensureWidgetVisible(form, 0, 24)

    def _render_departures(self, state: SettingsState) -> None:
        availability, zone = state.draft.availability, state.draft.profile.zone
        today = local(state.now, zone).date()
        nothing = _("You have no hours, so nobody can book the pages that follow them. Tick a day to begin.")
        self.none.say("" if _has_hours(availability, today) else nothing, "amber")
        self.spells.monday_first = self.journeys.monday_first = state.draft.appearance.week_starts_monday
        self.spells.show_entries(availability.spells, today)
        self.journeys.set_home(zone)
        self.journeys.show_entries(availability.journeys, today)
        reading = bool(state.trouble("availability", "holidays"))
        self.holidays.show_choice(availability.holidays, today, guess_country(zone), self._regions, reading)
        self.limits.show_limits(availability.limits)

    # Edits

    def _change(self, **changes: object) -> None:
        self.edit(lambda draft: replace(draft, availability=replace(draft.availability, **changes)))  # type: ignore[arg-type]

    def _tell_hours(self) -> None:
        self.troubled.emit("hours", "" if self.hours.valid() else _("Write hours like 9-12, 13-17."))

    def _set_zone(self, zone: object) -> None:
        self.edit(lambda draft: replace(draft, profile=replace(draft.profile, zone=str(zone))))

    def _set_week(self, monday: object) -> None:
        self.edit(lambda draft: replace(draft, appearance=replace(draft.appearance, week_starts_monday=bool(monday))))

    def _set_hours(self, weekly: object) -> None:
        self._tell_hours()
        self._change(weekly=weekly)

    def _pick(self, country: str, region: str) -> None:
        """Another country or region. What is saved of it is known; anything else has to be read before it can be kept."""
        if self.state is None:
            return
        saved, choice = self.state.base.availability.holidays, Holidays(country, region)
        if _place(saved) == _place(choice):
            choice = saved
        if choice.edition or not country:
            self.troubled.emit("holidays", "")
            self._change(holidays=choice)
            return
        self._change(holidays=choice)
        self.troubled.emit("holidays", _("The public holidays are being read. Save again in a moment."))
        self.holidays_wanted.emit(choice)

    def _work(self, day: date, on: bool) -> None:
        if self.state is not None:
            choice = self.state.draft.availability.holidays
            working = {*choice.working, day} if on else {*choice.working} - {day}
            self._change(holidays=replace(choice, working=tuple(sorted(working))))


def _place(choice: Holidays) -> tuple[str, str]:
    return choice.country, choice.region


def _has_hours(availability: Availability, today: date) -> bool:
    return any(availability.weekly.days) or any(each.ranges and each.last >= today for each in availability.spells)
