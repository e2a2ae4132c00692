"""Hours: the owner's usual ones or the page's own, with exceptions."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.domain.pages import WeeklyHours
from app.domain.saying import capital
from app.i18n import _, current
from app.ui.pages.editing import Editing
from app.ui.pages.editor_state import fits_in_a_day, has_no_times
from app.ui.pages.grids import ends_of
from app.ui.pages.sections.exceptions import ExceptionsList
from app.ui.pages.sections.rows import AmberNote
from app.ui.pages.sections.section import SectionBody
from app.ui.pages.summaries import weekly_in_words
from app.ui.widgets import Button, Label, Option, Segmented, Select, WeeklyHoursEditor, column

_REGIONS = frozenset(
    {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
)


class HoursSection(SectionBody):
    def __init__(self, monday_first: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = Segmented(
            [Option(False, _("My usual hours")), Option(True, _("Only for this page"))], False, name=_("Hours")
        )
        self.copy = Button(_("Copy Monday to…"), "ghost", "small", icon="copy", flush=True)
        self.weekly = WeeklyHoursEditor(monday_first=monday_first)
        self.zone = Select(_("Time zone"), icon="time_zone")
        self.exceptions = ExceptionsList()
        self.note = AmberNote()
        self._usual = Label("", "small", "muted", wrap=True)
        self.fields = {"zone": self.zone}
        self._fill()
        self._connect()

    def _fill(self) -> None:
        self._own = QWidget()
        own = column(gap=16, on=self._own)
        own.addWidget(self.weekly)
        own.addWidget(self.zone)
        own.addWidget(self.exceptions)
        lines = column(gap=12, on=self)
        lines.addWidget(ends_of(self.kind, self.copy))
        lines.addWidget(self._usual)
        lines.addWidget(self._own)
        lines.addWidget(self.note)

    def _connect(self) -> None:
        self.kind.chosen.connect(lambda own: self.change(own_hours=bool(own)))
        self.copy.clicked.connect(lambda: self.weekly.open_copy_menu(self.copy))
        self.weekly.changed.connect(self._take_week)
        self.zone.chosen.connect(lambda zone: self.change(zone=zone))
        self.exceptions.changed.connect(lambda overrides: self.change(overrides=overrides))
        self.exceptions.row_left.connect(self.leave)
        for day in range(7):
            figures = self.weekly.day_parts(day)[2]
            figures.textEdited.connect(self._judge_figures)
            figures.editingFinished.connect(self._leave_figures)

    def _take_week(self, weekly: WeeklyHours) -> None:
        self.change(weekly=weekly, unread=not self.weekly.valid())

    def _judge_figures(self) -> None:
        if self.draft.unread == self.weekly.valid():
            self.change(unread=not self.weekly.valid())

    def _leave_figures(self) -> None:
        self._judge_figures()
        self.leave("weekly")

    def show_draft(self, editing: Editing) -> None:
        """Figures that are half typed stay while the draft says that there are some."""
        draft = editing.draft
        self.kind.set_value(draft.own_hours)
        self.copy.setVisible(draft.own_hours)
        self._own.setVisible(draft.own_hours)
        self._usual.setVisible(not draft.own_hours)
        self._usual.setText(self._usual_words(editing))
        if draft.weekly != self.weekly.hours() or (self.weekly.valid() == draft.unread):
            self.weekly.set_hours(draft.weekly)
        self.weekly.set_zone(draft.zone)
        if draft.own_hours:
            self._show_zone(draft.zone)
            self.exceptions.show_overrides(draft.overrides, editing.today)
        self.note.say(self._warning(editing))

    def _usual_words(self, editing: Editing) -> str:
        week, zone = capital(weekly_in_words(editing.usual.weekly, current())), current().zone_name(editing.usual.zone)
        return _("{hours}. Times are {zone}.").format(hours=week, zone=zone)

    def _warning(self, editing: Editing) -> str:
        draft = editing.draft
        if has_no_times(draft, editing.usual):
            return _("This page has no times. Nobody can book on it.")
        weekly = draft.weekly if draft.own_hours else editing.usual.weekly
        if draft.durations and any(weekly.days) and not fits_in_a_day(weekly, max(draft.durations)):
            return _("No range is as long as {length} min, so guests never see this length.").format(
                length=max(draft.durations)
            )
        return ""

    def _show_zone(self, zone: str) -> None:
        if not self.zone.box.options:
            self.zone.set_options(zone_options(zone))
        self.zone.set_value(zone)

    def show_problems(self, told: dict[str, str]) -> None:
        super().show_problems(told)
        self.exceptions.show_problems({key: why for key, why in told.items() if key.startswith("overrides.")})

    def go_to(self, key: str) -> None:
        if key.startswith("overrides."):
            self.exceptions.go_to(int(key.rpartition(".")[2]))
        elif key == "weekly":
            for day in range(7):
                figures = self.weekly.day_parts(day)[2]
                if figures.accessibleDescription():
                    figures.setFocus(Qt.FocusReason.OtherFocusReason)
                    return
        else:
            super().go_to(key)


@cache
def _places() -> tuple[str, ...]:
    """Read from the list that comes with tzdata: walking the folders of the system would hold the window up."""
    names = files("tzdata").joinpath("zones").read_text("utf-8").split()
    return tuple(name for name in names if name.partition("/")[0] in _REGIONS)


def zone_options(also: str) -> tuple[Option, ...]:
    """Every place that names a zone, by name; ``also`` is in it even where it is no place."""
    wording = current()
    zones = dict.fromkeys((*_places(), "UTC", also))
    options = [Option(zone, wording.city(zone), zone.partition("/")[0] if "/" in zone else "") for zone in zones]
    return tuple(sorted(options, key=lambda option: option.text))
