"""Notifications: what Aftale tells, how, and when it keeps still. The test acts at once, all else waits for Save."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import cast

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from app import i18n
from app.domain.notices import Subject, Way
from app.domain.quiet import wanted
from app.domain.settings import Notify, QuietHours
from app.i18n import _
from app.ui.settings.notes import NoteLine
from app.ui.settings.notice_table import SCREEN, SOUND, Line, NoticeTable, Place
from app.ui.settings.notification_words import silent_words, went_words
from app.ui.settings.panel import Panel
from app.ui.settings.state import SettingsState
from app.ui.widgets import Button, ChipGroup, ChoiceRow, Divider, Label, Option, Select, Switch, column, row

STEP = 30
"""Minutes between two times that are offered."""
LOCKED: frozenset[Place] = frozenset({(Subject.ATTEMPT, SCREEN)})
_MONDAY = date(2024, 1, 1)


class NotificationsPanel(Panel):
    """``test_requested`` asks for a test message; ``show_way`` brings where notices go, and ``show_tested`` where one went."""

    test_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._way, self._tray, self._monday_first = Way.DESKTOP, True, True
        self._warning, self._silent = QWidget(), NoteLine()
        self.table = NoticeTable(LOCKED)
        self.in_meetings = ChoiceRow(Switch(), "")
        self.quiet = ChoiceRow(Switch(), "")
        self.tray = ChoiceRow(Switch(), "")
        self.start, self.end = Select(), Select()
        self.days = ChipGroup((), (), several=True, height=32)
        self.test = Button("", "secondary", icon="test_message")
        self._test_title = Label("", "body_medium", wrap=True)
        self._test_text = Label("", "small", "muted", wrap=True)
        self._tested = NoteLine()
        self._no_days = NoteLine()
        self._lay_out()
        self._connect()
        self.retranslate()

    def render_state(self, state: SettingsState) -> None:
        super().render_state(state)
        notify = state.draft.notify
        self.table.show_ticks(ticks_of(notify))
        for choice, on in (
            (self.in_meetings, notify.quiet_in_meetings),
            (self.quiet, notify.quiet_hours.on),
            (self.tray, state.draft.desktop.stay_in_tray),
        ):
            box = cast(Switch, choice.box)
            if box.isChecked() != on:
                box.set_on(on)
        if state.draft.appearance.week_starts_monday != self._monday_first:
            self._name_days()
        self._show_hours(notify.quiet_hours)
        self._no_days.say(state.trouble("notifications", "days"), "danger")

    def show_way(self, way: Way) -> None:
        """Where notices go on this computer as it stands."""
        self._way = way
        self._warn()

    def show_tray(self, there: bool) -> None:
        """Whether the desktop has a tray that the program could stay in."""
        self._tray = there
        self._name_tray()

    def _warn(self) -> None:
        words = silent_words(self._way)
        self._silent.say(words, "amber")
        self._warning.setVisible(bool(words))

    def show_tested(self, way: Way) -> None:
        """Where the test message went."""
        self.show_way(way)
        fine = way in (Way.DESKTOP, Way.TRAY)
        self._tested.say(went_words(way), "success" if fine else "amber")
        self.test.set_busy(False)
        # The line has its place only after the next layout.
        QTimer.singleShot(0, self, lambda: self.area.ensureWidgetVisible(self._tested, 0, 16))

    def rows(self) -> list[tuple[str, QWidget]]:
        lines = lines_of()
        found: list[tuple[str, QWidget]] = [
            (line.title, self.table.boxes[subject, SOUND if (subject, SCREEN) in LOCKED else SCREEN])
            for subject, line in lines.items()
        ]
        return [
            *found,
            (_("Sound"), self.table.boxes[Subject.ATTEMPT, SOUND]),
            (_("Quiet while I am in a meeting"), self.in_meetings.box),
            (_("Quiet hours"), self.quiet.box),
            (_("Keep Aftale in the tray"), self.tray.box),
            (_("Send a test message"), self.test),
        ]

    def show_field(self, field: str) -> None:
        self.go_to(self.days.chips()[0] if field == "days" else self.table.first)

    def retranslate(self) -> None:
        self.set_words(_("Notifications"), _("What Aftale tells you, and where."))
        self._warn()
        self.table.set_words(_("What Aftale tells you"), (_("On screen"), _("Sound")), lines_of())
        self.in_meetings.set_words(
            _("Quiet while I am in a meeting"),
            _("Messages wait until the meeting in your calendar is over. Faults do not wait."),
        )
        self.start.set_label(_("From"))
        self.end.set_label(_("To"))
        self.days.setAccessibleName(_("Days on which the quiet begins"))
        self._test_title.setText(_("Send a test message"))
        self._test_text.setText(_("To see how it looks on this computer."))
        self.test.setText(_("Send"))
        self.test.setAccessibleDescription(_("Send a test message"))
        self._tested.say("")
        self._name_tray()
        self._name_days()
        self._show_hours(self.state.draft.notify.quiet_hours if self.state is not None else QuietHours())

    # Parts

    def _lay_out(self) -> None:
        # In a column of its own, whose gap goes with the line where that is hidden.
        silent = column(margins=(0, 0, 0, 12), on=self._warning)
        silent.addWidget(self._silent)
        self.lines.addWidget(self._warning)
        self.lines.addWidget(self.table)
        self.lines.addSpacing(24)
        self.lines.addWidget(self.in_meetings)
        self._part()
        self.lines.addWidget(self.quiet)
        self._hours = QWidget()
        hours = column(gap=12, margins=(0, 14, 0, 0), on=self._hours)
        times = QGridLayout()
        times.setHorizontalSpacing(16)
        for at, select in enumerate((self.start, self.end)):
            times.addWidget(select, 0, at)
            times.setColumnStretch(at, 1)
        hours.addLayout(times)
        hours.addWidget(self.days)
        hours.addWidget(self._no_days)
        self.lines.addWidget(self._hours)
        self._part()
        self.lines.addWidget(self.tray)
        self._part()
        words = column(gap=2)
        words.addWidget(self._test_title)
        words.addWidget(self._test_text)
        line = row(gap=16)
        line.addLayout(words, 1)
        line.addWidget(self.test)
        self.lines.addLayout(line)
        self.lines.addSpacing(8)
        self.lines.addWidget(self._tested)
        self.lines.addStretch(1)

    def _part(self) -> None:
        self.lines.addSpacing(16)
        self.lines.addWidget(Divider())
        self.lines.addSpacing(16)

    def _connect(self) -> None:
        self.table.changed.connect(self._tick)
        self.in_meetings.toggled.connect(lambda on: self._set(quiet_in_meetings=on))
        self.quiet.toggled.connect(lambda on: self._keep_quiet(on=on))
        self.start.chosen.connect(lambda value: self._keep_quiet(start=value))
        self.end.chosen.connect(lambda value: self._keep_quiet(end=value))
        self.days.chosen.connect(lambda values: self._keep_quiet(days=frozenset(cast(Collection[int], values))))
        self.tray.toggled.connect(
            lambda on: self.edit(lambda draft: replace(draft, desktop=replace(draft.desktop, stay_in_tray=on)))
        )
        self.test.clicked.connect(self._ask_for_test)

    # What is shown

    def _show_hours(self, quiet: QuietHours) -> None:
        self._hours.setVisible(quiet.on)
        for select, minute in ((self.start, quiet.start), (self.end, quiet.end)):
            times = sorted({*range(0, 24 * 60, STEP), minute})
            select.set_options([Option(each, _clock(each)) for each in times], minute)
        self.days.set_value(quiet.days)
        when = _("Messages wait from {start} to {end}. Faults do not wait.")
        when = when.format(start=_clock(quiet.start), end=_clock(quiet.end))
        self.quiet.set_words(
            _("Quiet hours"), when if quiet.on else _("For example at night. Messages wait until they are over.")
        )

    def _name_days(self) -> None:
        self._monday_first = self.state is None or self.state.draft.appearance.week_starts_monday
        order = range(7) if self._monday_first else (6, *range(6))
        wording = i18n.current()
        chips = [Option(day, wording.day_short(_MONDAY + timedelta(days=day))) for day in order]
        self.days.set_options(chips, self.days.values())

    def _name_tray(self) -> None:
        text = _("Closing the window leaves your pages online.")
        if not self._tray:
            text = _("This desktop shows no tray now, so closing the window asks whether to quit.")
        self.tray.set_words(_("Keep Aftale in the tray"), text)

    # What is changed

    def _tick(self, place: Place, on: bool) -> None:
        if self.state is not None:
            self._set(**ticked(self.state.draft.notify, place, on))

    def _keep_quiet(self, **changes: object) -> None:
        if self.state is None:
            return
        quiet = replace(self.state.draft.notify.quiet_hours, **changes)  # type: ignore[arg-type]
        self._set(quiet_hours=quiet)
        nothing = quiet.on and not quiet.days
        self.troubled.emit("days", _("Choose the days of the quiet hours, or switch them off.") if nothing else "")

    def _set(self, **changes: object) -> None:
        self.edit(lambda draft: replace(draft, notify=replace(draft.notify, **changes)))  # type: ignore[arg-type]

    def _ask_for_test(self) -> None:
        self.test.set_busy(True)
        self._tested.say("")
        self.test_requested.emit()


def lines_of() -> dict[Subject, Line]:
    """The lines of the table, in their order."""
    return {
        Subject.ATTEMPT: Line(
            _("Someone could not book you"),
            _("A calendar is inactive or a page is out of reach. Always on screen: it is the only way you learn of it."),
        ),
        Subject.REQUESTED: Line(_("New request"), _("In offline mode, or on a page where you say yes first")),
        Subject.BOOKED: Line(_("New booking"), _("On one of your pages")),
        Subject.CHANGED: Line(_("Moved or cancelled"), _("By the guest, or in your calendar")),
        Subject.SERVER: Line(_("Your pages cannot be reached"), _("For more than 2 minutes")),
        Subject.CALENDAR: Line(_("A calendar or account needs you"), _("Access was lost, or a meeting is missing there")),
    }


def ticks_of(notify: Notify) -> dict[Place, bool]:
    """What is ticked in the table."""
    ticks: dict[Place, bool] = {(subject, SCREEN): wanted(notify, subject) for subject in Subject}
    return ticks | {(subject, SOUND): subject in notify.sounds for subject in Subject}


def ticked(notify: Notify, place: Place, on: bool) -> dict[str, object]:
    """The fields of ``notify`` that a tick changes."""
    subject, column = place
    if column == SOUND:
        return {"sounds": notify.sounds | {subject} if on else notify.sounds - {subject}}
    if subject is Subject.CHANGED:
        return {"cancelled": on, "rescheduled": on}
    return {subject.value: on}


def _clock(minute: int) -> str:
    return i18n.current().time(datetime(2024, 1, 1, minute // 60, minute % 60, tzinfo=UTC))
