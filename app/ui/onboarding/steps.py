"""The left half: where one is, and the question of each step."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.domain.connections import ProviderKind
from app.domain.settings import Language
from app.i18n import _
from app.ui import theme
from app.ui.onboarding.cards import CardButton, ReachCard
from app.ui.onboarding.state import HoursChoice, State, Step, You, first_name
from app.ui.onboarding.text import Paragraph
from app.ui.widgets import ChipGroup, IconButton, Label, Option, Select, TextField, Well, column, row
from app.ui.widgets.base import Sized, draw_rounded, draw_text, painter_for
from app.ui.widgets.icons import draw_icon
from app.ui.zone_list import options


class StepBar(Sized, QWidget):
    """Three bars with their names; those behind and the present one are filled."""

    def __init__(self) -> None:
        super().__init__()
        self._names: tuple[str, ...] = ("", "", "")
        self._step = Step.YOU
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_state(self, step: Step) -> None:
        self._step = step
        self._names = (_("About you"), _("Your calendar"), _("Your page"))
        name = self._names[step - 1]
        self.setAccessibleName(_("Step {number} of 3: {name}").format(number=int(step), name=name))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, 4 + 8 + theme.line("caption"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, c = painter_for(self), theme.colours()
        wide = (self.width() - 16) / 3
        for at, name in enumerate(self._names):
            left, reached, here = at * (wide + 8), at < self._step, at == self._step - 1
            draw_rounded(painter, QRectF(left, 0, wide, 4), 2, c.accent if reached else c.border)
            place = QRectF(left, 12, wide, theme.line("caption"))
            draw_text(painter, place, name, "caption", c.accent_text if here else c.text_muted)


class Panel(QWidget):
    """Title, one sentence, and what is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.title = Paragraph("display")
        self.lead = Paragraph("body", "muted")
        self.body: QVBoxLayout = column(on=self)
        self.body.addWidget(self.title)
        self.body.addSpacing(8)
        self.body.addWidget(self.lead)
        self.body.addSpacing(22)

    def show_state(self, state: State) -> None:
        raise NotImplementedError


class YouPanel(Panel):
    """Name, what one does, language and time zone. ``changed`` carries all four."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.name = TextField(required=True)
        self.tagline = TextField(optional=True)
        self.language = Select(icon="language")
        self.zone = Select(icon="time_zone")
        pair = row(gap=16)
        pair.addWidget(self.language, 1, Qt.AlignmentFlag.AlignTop)
        pair.addWidget(self.zone, 1, Qt.AlignmentFlag.AlignTop)
        self.body.addWidget(self.name)
        self.body.addSpacing(16)
        self.body.addWidget(self.tagline)
        self.body.addSpacing(16)
        self.body.addLayout(pair)
        for field in (self.name, self.tagline):
            field.changed.connect(self._tell)
        for select in (self.language, self.zone):
            select.chosen.connect(self._tell)
        self._zones: tuple[Option, ...] = ()

    def show_state(self, state: State) -> None:
        self.title.setText(_("Let people book you, straight into your calendar"))
        self.lead.setText(_("Aftale runs on this computer. Three short steps and your booking page is ready."))
        self.name.set_label(_("Your name"))
        self.tagline.set_label(_("What you do"))
        self.tagline.set_help(_("Shown under your name. You can leave it empty."))
        self.language.set_label(_("Language"))
        self.zone.set_label(_("Time zone"))
        you = state.you
        self.name.set_text(you.name)
        self.tagline.set_text(you.tagline)
        self.name.set_error(_("Write your name. Guests see it on your page.") if state.name_missing else "")
        self.language.set_options((Option(Language.ENGLISH, "English"), Option(Language.DANISH, "Dansk")), you.language)
        if state.zones_known:
            found = options(you.zone)
        else:
            found = (Option(you.zone, you.zone.rpartition("/")[2].replace("_", " ")),)
        if found != self._zones:
            self._zones = found
            self.zone.set_options(found, you.zone)
        self.zone.set_value(you.zone)

    def _tell(self) -> None:
        language, zone = self.language.value(), self.zone.value()
        assert isinstance(language, Language)
        assert isinstance(zone, str)
        self.changed.emit(You(self.name.text(), self.tagline.text(), language, zone))


PROVIDER_ICONS = {kind: f"provider_{kind.value}" for kind in ProviderKind}


class CalendarPanel(Panel):
    """One row for each provider that can be connected now. Up and Down move between them."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._list = column(gap=10)
        self.body.addLayout(self._list)
        self.rows: dict[ProviderKind, CardButton] = {}

    def show_state(self, state: State) -> None:
        self.title.setText(_("Which calendar do you use?"))
        self.lead.setText(_("Then guests only see times when you are free, and bookings land in your calendar by themselves."))
        self._show(state.providers)
        for kind, button in self.rows.items():
            title, note = provider_words(kind)
            connected = state.calendar is kind
            button.set_words(title, _("Connected") if connected else note, connected)

    def _show(self, providers: Sequence[ProviderKind]) -> None:
        for at, kind in enumerate(providers):
            if kind not in self.rows:
                button = self.rows[kind] = CardButton(PROVIDER_ICONS[kind])
                button.clicked.connect(lambda _=False, kind=kind: self.chosen.emit(kind))
                self._list.insertWidget(at, button)
        self.rows = {kind: self.rows[kind] for kind in providers}

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down.value: 1, Qt.Key.Key_Up.value: -1}.get(event.key(), 0)
        buttons = list(self.rows.values())
        here = self.focusWidget()
        if step and isinstance(here, CardButton) and here in buttons:
            buttons[(buttons.index(here) + step) % len(buttons)].setFocus(Qt.FocusReason.TabFocusReason)
            return
        super().keyPressEvent(event)


def provider_words(kind: ProviderKind) -> tuple[str, str]:
    """Name of a provider and the line below it."""
    return {
        ProviderKind.GOOGLE: ("Google", _("Gmail and Google Workspace")),
        ProviderKind.OFFICE365: ("Office 365", _("Microsoft 365 and Outlook.com")),
        ProviderKind.EXCHANGE: ("Exchange", _("Your company’s own server")),
        ProviderKind.CALDAV: ("CalDAV", _("Nextcloud, Fastmail, iCloud and others")),
        ProviderKind.ICS: (_("Calendar link"), _("A calendar that can only be read")),
        ProviderKind.LOCAL: (_("On this computer"), _("A private calendar, no account")),
    }[kind]


class PagePanel(Panel):
    """Hours, who can open it, and the link."""

    hours_chosen = Signal(object)
    own_hours_requested = Signal()
    copy_requested = Signal()
    open_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._when = Label("", "label")
        self.hours = ChipGroup()
        self._who = Label("", "label")
        self._reach = ReachCard("pub_local")
        self._your_link = Label("", "label")
        self.link = Label("", "body")
        self.copy = IconButton("copy", "", tone="accent")
        self.open = IconButton("open_outside", "", tone="accent")
        self._well = Well(padding=14, gap=4)
        self._well.setMinimumHeight(44)
        self.body.setSpacing(0)
        for widget, gap in ((self._when, 8), (self.hours, 18), (self._who, 8), (self._reach, 18), (self._your_link, 8)):
            self.body.addWidget(widget)
            self.body.addSpacing(gap)
        self._well.body.addWidget(_Glyph("web"))
        self._well.body.addSpacing(6)
        self._well.body.addWidget(self.link, 1)
        self._well.body.addWidget(self.open)
        self._well.body.addWidget(self.copy)
        self.body.addWidget(self._well)
        self.hours.chosen.connect(self._chosen)
        self.copy.clicked.connect(self.copy_requested)
        self.open.clicked.connect(self.open_requested)

    def show_state(self, state: State) -> None:
        name = first_name(state.you.name)
        self.title.setText(_("Your page is ready, {name}").format(name=name))
        self.lead.setText(_("You can change all of this later."))
        self._when.setText(_("When can people book you?"))
        self._who.setText(_("Who can open it?"))
        self._reach.set_words(_("Only me, on this computer"), _("Try it first. Nobody else can open it yet."))
        self._your_link.setText(_("Your link"))
        chips = (
            Option(HoursChoice.WEEKDAYS, _("Weekdays 9 to 17")),
            Option(HoursChoice.MORNINGS, _("Mornings")),
            Option(HoursChoice.OWN, _("Choose…"), icon="edit"),
        )
        if tuple(chip.option for chip in self.hours.chips()) != chips:
            self.hours.set_options(chips, state.hours_choice)
        self.hours.set_value(state.hours_choice)
        self.hours.setAccessibleName(_("When can people book you?"))
        self.link.setText(state.link.partition("://")[2])
        self.copy.set_name(_("Copy my link"))
        self.open.set_name(_("Open in browser"))
        for button in (self.copy, self.open):
            button.setEnabled(bool(state.link))

    def _chosen(self, choice: object) -> None:
        if choice is HoursChoice.OWN:
            self.own_hours_requested.emit()
        else:
            self.hours_chosen.emit(choice)


class _Glyph(QWidget):
    def __init__(self, icon: str) -> None:
        super().__init__()
        self._icon = icon
        self.setFixedSize(18, 18)

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_icon(painter_for(self), self._icon, QRectF(0, 0, 18, 18), theme.colours().text_muted)
