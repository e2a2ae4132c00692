"""Profile, usual hours, and the switch for all pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from app.i18n import _, ngettext
from app.ui import theme
from app.ui.settings.panel import Panel
from app.ui.settings.state import SettingsState
from app.ui.widgets import (
    Avatar,
    Button,
    Card,
    Label,
    Option,
    Select,
    Switch,
    TextField,
    WeeklyHoursEditor,
    column,
    required_note,
    row,
)
from app.ui.widgets.base import draw_rounded, painter_for
from app.ui.widgets.icons import draw_icon


class Tile(QWidget):
    """An icon on a soft square."""

    def __init__(self, icon: str, *, soft: bool = True, size: int = 40, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._soft = icon, soft
        self.setFixedSize(size, size)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        draw_rounded(painter, self.rect(), 8, c.accent_soft if self._soft else c.sunken)
        edge = (self.width() - 20) // 2
        draw_icon(painter, self._icon, QRectF(edge, edge, 20, 20), c.accent if self._soft else c.text)


class ProfilePanel(Panel):
    """The owner, as guests see them, with a card that shows it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = TextField(required=True)
        self._tagline = TextField(optional=True)
        self._avatar = Avatar("", 56, "fjord")
        self._shown_name = Label("", "heading")
        self._shown_tagline = Label("", "small", "muted")
        self._caption = Label("", "small", "muted", wrap=True)
        self._note = required_note()
        self.lines.addWidget(self._note)
        self.lines.addSpacing(14)
        self.lines.addWidget(self._name)
        self.lines.addSpacing(14)
        self.lines.addWidget(self._tagline)
        self.lines.addSpacing(24)
        self.lines.addWidget(self._make_card())
        self.lines.addStretch(1)
        self._name.changed.connect(lambda text: self._set(name=text))
        self._tagline.changed.connect(lambda text: self._set(tagline=text))
        self._name.edit.setMaxLength(80)
        self._tagline.edit.setMaxLength(120)
        self.retranslate()

    def render_state(self, state: SettingsState) -> None:
        super().render_state(state)
        profile = state.draft.profile
        for field, text in ((self._name, profile.name), (self._tagline, profile.tagline)):
            if field.text() != text:
                field.set_text(text)
        if profile.name.strip():
            self._name.set_error("")
        self._avatar.set_name(profile.name)
        self._shown_name.setText(profile.name)
        self._shown_tagline.setText(profile.tagline)

    def rows(self) -> list[tuple[str, QWidget]]:
        return [(_("Your name"), self._name.edit), (_("What you do"), self._tagline.edit)]

    def show_field(self, field: str) -> None:
        if field == "name":
            self._name.set_error(_("Write your name. Guests see it on your pages."))
            self.go_to(self._name.edit)

    def retranslate(self) -> None:
        self.set_words(_("Profile"), _("Who you are to the people who book you."))
        self._note.setText(_("Fields marked with * are required"))
        self._name.set_label(_("Your name"))
        self._tagline.set_label(_("What you do"))
        self._tagline.set_placeholder(_("Organisation consultant"))
        self._caption.setText(_("This is how guests see you."))

    def _make_card(self) -> Card:
        card = Card(padding=20, gap=12)
        line = row(gap=16)
        line.addWidget(self._avatar)
        words = column()
        words.addWidget(self._shown_name)
        words.addWidget(self._shown_tagline)
        line.addLayout(words, 1)
        card.body.addLayout(line)
        card.body.addWidget(self._caption)
        return card

    def _set(self, **changes: str) -> None:
        self.edit(lambda draft: replace(draft, profile=replace(draft.profile, **changes)))  # type: ignore[arg-type]


class AvailabilityPanel(Panel):
    """Zone, first day of the week, usual hours. ``hours_read`` tells whether the typed figures can be read."""

    hours_read = Signal(bool)

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
            self.hours.day_parts(day)[2].textEdited.connect(lambda _text: self.hours_read.emit(self.hours.valid()))
        self.retranslate()

    def render_state(self, state: SettingsState) -> None:
        super().render_state(state)
        draft = state.draft
        if self._zone.value() != draft.profile.zone:
            self._zone.set_options(self._zones(draft.profile.zone), draft.profile.zone)
        self._week.set_value(draft.appearance.week_starts_monday)
        self.hours.set_zone(draft.profile.zone)
        self.hours.set_monday_first(draft.appearance.week_starts_monday)
        if state.hours_valid and self.hours.hours() != draft.availability.weekly:
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

    def _set_zone(self, zone: object) -> None:
        self.edit(lambda draft: replace(draft, profile=replace(draft.profile, zone=str(zone))))

    def _set_week(self, monday: object) -> None:
        self.edit(lambda draft: replace(draft, appearance=replace(draft.appearance, week_starts_monday=bool(monday))))

    def _set_hours(self, weekly: object) -> None:
        self.hours_read.emit(self.hours.valid())
        self.edit(lambda draft: replace(draft, availability=replace(draft.availability, weekly=weekly)))  # type: ignore[arg-type]


class PagesPanel(Panel):
    """The switch for all scheduling pages. It waits for Save like everything here."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._card = _MasterCard()
        self._state_words = Label("", "sub")
        self._effect = Label("", "small", "muted", wrap=True)
        self._switch = Switch()
        self._switch.toggled.connect(lambda on: self.edit(lambda draft: replace(draft, pages_on=on)))
        words = column(gap=2)
        words.addWidget(self._state_words)
        words.addWidget(self._effect)
        line = row(gap=14, margins=(16, 16, 16, 16), on=self._card)
        line.addWidget(Tile("set_pages"))
        line.addLayout(words, 1)
        line.addWidget(self._switch)
        self.lines.addWidget(self._card)
        self.lines.addStretch(1)
        self.retranslate()

    def render_state(self, state: SettingsState) -> None:
        super().render_state(state)
        on = state.draft.pages_on
        if self._switch.isChecked() != on:
            self._switch.set_on(on)
        self._card.set_amber(not on)
        self._state_words.setText(_("Scheduling pages are on") if on else _("Scheduling pages are off"))
        self._switch.set_name(self._state_words.text())
        many = state.pages
        if on:
            words = ngettext(
                "Switch off to pause your page. Nothing is deleted.",
                "Switch off to pause all {count} pages. Nothing is deleted.",
                many,
            )
        else:
            words = _("People read that you take no bookings at the moment. Nothing is deleted.")
        self._effect.setText(words.format(count=many))

    def rows(self) -> list[tuple[str, QWidget]]:
        return [(_("Scheduling pages are on"), self._switch)]

    def retranslate(self) -> None:
        self.set_words(_("Scheduling pages"), _("Pause all your pages at once."))


class _MasterCard(QFrame):
    """The card of the master switch; amber while the pages are off."""

    def __init__(self) -> None:
        super().__init__()
        self._amber = False

    def set_amber(self, amber: bool) -> None:
        self._amber = amber
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        c = theme.colours()
        fill, line = (c.amber_soft, c.amber_line) if self._amber else (c.surface, c.border)
        draw_rounded(painter_for(self), self.rect(), 12, fill, line)
