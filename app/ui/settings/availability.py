"""Availability: the owner's zone, first day of the week and usual hours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from app.i18n import _
from app.ui.settings.panel import Panel
from app.ui.settings.state import SettingsState
from app.ui.widgets import Button, Label, Option, Select, WeeklyHoursEditor, row


class AvailabilityPanel(Panel):
    """Zone, first day of the week, usual hours."""

    def __init__(self, zones: Callable[[str], tuple[Option, ...]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._zones = zones
        self._zone = Select(icon="time_zone")
        self._week = Select()
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.addWidget(self._zone, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._week, 0, 1, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self.lines.addLayout(grid)
        self.lines.addSpacing(24)
        self._heading = Label("", "sub")
        self._copy = Button("", "ghost", "small", icon="copy", flush=True)
        head = row()
        head.addWidget(self._heading, 1)
        head.addWidget(self._copy)
        self.lines.addLayout(head)
        self.lines.addSpacing(8)
        self.hours = WeeklyHoursEditor()
        self.lines.addWidget(self.hours)
        self.lines.addStretch(1)
        self._copy.clicked.connect(lambda: self.hours.open_copy_menu(self._copy))
        self._zone.chosen.connect(self._set_zone)
        self._week.chosen.connect(self._set_week)
        self.hours.changed.connect(self._set_hours)
        for day in range(7):
            self.hours.day_parts(day)[2].textEdited.connect(lambda _text: self._tell_hours())
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

    def rows(self) -> list[tuple[str, QWidget]]:
        return [
            (_("Time zone"), self._zone.box),
            (_("Week starts on"), self._week.box),
            (_("Usual hours"), self.hours.day_parts(0)[0]),
        ]

    def show_field(self, field: str) -> None:
        from app.ui.widgets import hours_text

        for day in range(7):
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

    def _tell_hours(self) -> None:
        self.troubled.emit("hours", "" if self.hours.valid() else _("Write hours like 9-12, 13-17."))

    def _set_zone(self, zone: object) -> None:
        self.edit(lambda draft: replace(draft, profile=replace(draft.profile, zone=str(zone))))

    def _set_week(self, monday: object) -> None:
        self.edit(lambda draft: replace(draft, appearance=replace(draft.appearance, week_starts_monday=bool(monday))))

    def _set_hours(self, weekly: object) -> None:
        self._tell_hours()
        self.edit(lambda draft: replace(draft, availability=replace(draft.availability, weekly=weekly)))  # type: ignore[arg-type]
