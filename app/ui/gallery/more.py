"""What is not on the design's sheet: every other component, and every state of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from app.domain.pages import WeeklyHours
from app.ui import theme
from app.ui.gallery.sheet import StillToast, card, in_row, person_row
from app.ui.gallery.states import STATES, State, hold
from app.ui.widgets import (
    Avatar,
    Badge,
    Banner,
    Block,
    Button,
    Card,
    CheckBox,
    CheckChip,
    Chip,
    ChoiceRow,
    ColourDot,
    CountBadge,
    DayRibbon,
    Divider,
    EmptyState,
    IconButton,
    Label,
    Landscape,
    Mark,
    Option,
    Radio,
    RibbonDay,
    Segmented,
    Select,
    SkeletonRow,
    Spinner,
    StatusDot,
    Switch,
    TextArea,
    TextField,
    WeeklyHoursEditor,
    Well,
    column,
    row,
)
from app.ui.widgets.base import draw_rounded, draw_text, painter_for, text_width
from app.ui.widgets.menu import MenuRow
from app.ui.widgets.popups import draw_shadow
from app.ui.widgets.qr import QrCode
from app.ui.widgets.select_list import OptionPopover

_WORK = ((540, 720), (780, 1020))
_CITIES = [Option("a", "Copenhagen"), Option("b", "Paris", "CEST"), Option("c", "Rome", possible=False, reason="Too far")]
_SHADOW = 24


def left_column() -> list[QWidget]:
    return [_button_kinds(), _button_sizes(), _fields(), _areas(), _time(), _hours(), _lists()]


def right_column() -> list[QWidget]:
    return [
        _boxes(),
        _chips(),
        _views(),
        _rows_of_choice(),
        *_more_banners(),
        _marks(),
        _floating(),
        _footer(),
        _empty(),
        _scenes(),
    ]


def in_states(makes: Sequence[tuple[str, Callable[[], QWidget]]], states: Sequence[State] = STATES) -> QGridLayout:
    """One line for each, one column for each state."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(12)
    for place, words in enumerate(states, start=1):
        grid.addWidget(Label(words.capitalize(), "caption_regular", "muted"), 0, place)
    for line, (name, make) in enumerate(makes, start=1):
        grid.addWidget(Label(name, "small", "muted"), line, 0)
        for place, state in enumerate(states, start=1):
            grid.addWidget(hold(make(), state), line, place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    grid.setColumnStretch(len(states) + 1, 1)
    return grid


# Buttons


def _button_kinds() -> Card:
    found = card("Buttons, the other kinds")
    kinds = ("soft", "quiet", "danger", "danger_outline", "dashed")
    makes: list[tuple[str, Callable[[], QWidget]]] = [
        (kind.replace("_", " ").capitalize(), lambda kind=kind: Button("Save", kind))  # type: ignore[misc]
        for kind in kinds
    ]
    makes.append(("Link", lambda: Button("Save", "ghost", "small", flush=True)))
    makes.append(("Icon", lambda: IconButton("copy", "Copy my link")))
    makes.append(("Icon, outlined", lambda: IconButton("more", "More", outlined=True)))
    found.body.addLayout(in_states(makes))
    return found


def _button_sizes() -> Card:
    found = card("Sizes, icons, working", gap=12)
    busy, spinner = Button("Save", "primary"), Spinner("Looking")
    busy.set_busy(True)
    spinner.run(True)
    sizes = (Button("Small", size="small"), Button("Normal"), Button("Large", size="large"))
    icons = (Button("Join", icon="where_video"), Button("Continue", "primary", icon_after="next"))
    found.body.addWidget(in_row(*sizes, *icons))
    found.body.addWidget(in_row(busy, spinner, Label("Looking for your server…", "small", "muted"), gap=12))
    found.body.addWidget(SkeletonRow(60, after=0))
    return found


# Inputs


def _fields() -> Card:
    found = card("Inputs, the other states")
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(14)
    required, optional = (
        TextField("Your name", required=True),
        TextField("Company", optional=True, help="Guests do not see it."),
    )
    unit, searching = TextField("Notice", unit="hours"), TextField("Search", icon="search", compact=True)
    unit.set_text("4")
    checking, still = TextField("Checking"), TextField("Read-only")
    checking.set_text("anna")
    checking.set_busy(True)
    still.set_text("https://meet.example.com")
    still.set_read_only(True)
    wrong = TextField("Error with focus")
    wrong.set_text("anna holm")
    wrong.set_error("Letters, digits and hyphens only.")
    hold(wrong.edit, "focus")
    select, lost = Select("Select with focus", _CITIES, "b"), Select("Select with error", _CITIES, placeholder="Choose")
    hold(select.box, "focus")
    lost.set_error("Choose a city.")
    off = Select("Select, disabled", _CITIES, "a", icon="time_zone")
    off.setEnabled(False)
    fields = (required, optional, unit, searching, checking, still, wrong, select, lost, off)
    for at, widget in enumerate(fields):
        grid.addWidget(widget, at // 2, at % 2, Qt.AlignmentFlag.AlignTop)
    found.body.addLayout(grid)
    return found


def _areas() -> Card:
    found = card("Several lines, and an open select", gap=14)
    wrong, still = TextArea("Message", rows=2), TextArea("Read-only", rows=2)
    wrong.set_text("x")
    wrong.set_error("Write at least a sentence.")
    still.set_text("Anna may keep my answers to prepare and hold the meeting.")
    still.edit.setReadOnly(True)
    found.body.addWidget(TextArea("Message", optional=True, placeholder="What is it about?", rows=2))
    found.body.addWidget(wrong)
    found.body.addWidget(still)
    found.body.addWidget(Opened(lambda anchor: OptionPopover(anchor, _CITIES, 1, lambda _at: None), 240))
    return found


class Opened(QWidget):
    """Something that floats, opened for good inside a place of its own."""

    def __init__(self, make: Callable[[QWidget], QWidget], width: int) -> None:
        super().__init__()
        anchor = QWidget()
        anchor.resize(width, 40)
        self._popover = make(anchor)
        self._anchor = anchor
        beside = self._popover.parentWidget()
        self._popover.setParent(self)
        if beside is not None:
            beside.deleteLater()
        self._popover.move(_SHADOW, _SHADOW // 2)
        layout = self._popover.layout()
        high = layout.heightForWidth(width) if layout is not None and layout.hasHeightForWidth() else -1
        size = QSize(width, high if high > 0 else self._popover.sizeHint().height())
        self._popover.resize(size)
        self._popover.show()
        self.setFixedSize(size + QSize(2 * _SHADOW, 2 * _SHADOW))

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_shadow(painter_for(self), QRectF(self._popover.geometry()), 14)


# Choices


def _boxes() -> Card:
    found = card("Checkbox, radio, switch")
    found.body.addLayout(
        in_states(
            [
                ("Off", lambda: CheckBox("Off")),
                ("On", lambda: CheckBox("On", checked=True)),
                ("Off", lambda: _alone(Radio("Off"))),
                ("On", lambda: _alone(Radio("On", checked=True))),
                ("Off", lambda: Switch("Off", "Off")),
                ("On", lambda: Switch("On", "On", checked=True)),
            ]
        )
    )
    return found


def _alone(radio: Radio) -> Radio:
    """One that its siblings on the sheet do not answer for."""
    radio.setAutoExclusive(False)
    return radio


def _chips() -> Card:
    found = card("Chips", gap=12)

    def chip(chosen: bool) -> Callable[[], QWidget]:
        def make() -> QWidget:
            one = Chip(Option(1, "30 min"))
            one.setAutoExclusive(False)
            one.setChecked(chosen)
            return one

        return make

    found.body.addLayout(in_states([("Rest", chip(False)), ("Chosen", chip(True))]))
    many = [CheckChip(Option(at, words, icon=icon), high) for at, (words, icon, high) in enumerate(_DAYS)]  # type: ignore[arg-type]
    many[0].setChecked(True)
    coloured = Chip(Option("moss", "Moss", colour="moss"))
    impossible = Chip(Option(1, "Thu 15 Oct, 14:30", possible=False, reason="Taken"))
    found.body.addWidget(in_row(*many, coloured))
    found.body.addWidget(in_row(impossible))
    return found


_DAYS = (("28 high", "", 28), ("32 high", "", 32), ("36 high", "morning", 36))


def _views() -> Card:
    found = card("Segmented control", gap=12)
    held = Segmented([Option(1, "Choose"), Option(2, "Form"), Option(3, "Done")], 1, name="View")
    hold(held.segments()[1], "hover")
    hold(held.segments()[0], "focus")
    icons = Segmented(
        [Option(1, "Phone", icon="preview_phone"), Option(2, "Computer", icon="preview_computer")], 2, name="Device"
    )
    off = Segmented([Option(1, "Week"), Option(2, "Month")], 1, name="Span")
    off.setEnabled(False)
    found.body.addWidget(in_row(held, icons))
    found.body.addWidget(in_row(off))
    return found


def _rows_of_choice() -> Card:
    found = card("Rows that explain", gap=12)
    locked = ChoiceRow(CheckBox(checked=True), "Blocked bookings by e-mail", "Locked on: you should hear of these.")
    locked.set_possible(False)
    found.body.addWidget(ChoiceRow(CheckBox(checked=True), "Calendar sync", "Shows your meetings in Aftale."))
    found.body.addWidget(ChoiceRow(_alone(Radio(checked=True)), "The newest backup", "Yesterday 09:41, 4.5 MB"))
    found.body.addWidget(Divider())
    found.body.addWidget(ChoiceRow(Switch("Scheduling pages are on", checked=True), "Scheduling pages", "Guests can book you."))
    found.body.addWidget(locked)
    return found


# Surfaces


def _more_banners() -> list[QWidget]:
    folded = in_row(Button("2 more", "ghost", "small", icon="expand"))
    three = [("fix", "Reconnect", "primary"), ("remove", "Remove calendar", "secondary"), ("help", "How to fix", "ghost")]
    full = Banner("amber", "Nobody can book you", "Since Monday 18:20 your pages say that booking is unavailable.", three)  # type: ignore[arg-type]
    return [full, folded]


def _lists() -> Card:
    found = Card("Lists", link="See all", padding=20, gap=12)
    found.set_heading("Lists", count=2, link="See all", note="a card with count, note and link")
    found.body.addWidget(person_row("focus"))
    for words, kind, state in (("Duplicate", False, "rest"), ("Use as default", False, "hover"), ("Delete…", True, "hover")):
        entry = MenuRow(words, "delete" if kind else "copy", kind, None, found)
        found.body.addWidget(hold(entry, state))  # type: ignore[arg-type]
    well = Well()
    well.setFixedHeight(theme.sized(44))
    well.body.addWidget(Label("meet.example.com/meetings/anna", "small"), 1)
    well.body.addWidget(IconButton("copy", "Copy my link", tone="accent"))
    found.body.addWidget(well)
    return found


def _marks() -> Card:
    found = card("Badges, dots, avatars, mark, code", gap=12)
    kinds = ("neutral", "success", "amber", "danger", "accent")
    small = [Badge(kind.capitalize(), kind, size=20) for kind in kinds]  # type: ignore[arg-type]
    lined = [Badge(kind.capitalize(), kind, outlined=True, dot=True) for kind in kinds]  # type: ignore[arg-type]
    count = CountBadge()
    count.setText("3")
    dots = [StatusDot(state) for state in ("success", "amber", "danger", "accent", "local", "paused", "connecting")]
    colours = [ColourDot(name) for name in ("fjord", "heather", "moss", "amber", "brick", "slate")]
    names = (("Maja Lindqvist", 32), ("Jonas Beck", 36), ("Freja Dahl", 40), ("Lars Thomsen", 56))
    avatars = [Avatar(name, size) for name, size in names]  # type: ignore[arg-type]
    found.body.addWidget(in_row(*small))
    found.body.addWidget(in_row(*lined))
    found.body.addWidget(in_row(*dots, *colours, count))
    found.body.addWidget(in_row(*avatars, Mark(18), Mark(32)))
    found.body.addWidget(QrCode("https://meet.example.com/meetings/anna", "QR code of my link"), 0, Qt.AlignmentFlag.AlignLeft)
    return found


def _floating() -> Card:
    from app.ui.widgets import HelpPopover

    found = card("Toast, tooltip, popover", gap=12)
    found.body.addWidget(StillToast("Page deleted", "Undo"), 0, Qt.AlignmentFlag.AlignLeft)
    found.body.addWidget(StillToast("Copied"), 0, Qt.AlignmentFlag.AlignLeft)
    found.body.addWidget(Tip("Copy my link"), 0, Qt.AlignmentFlag.AlignLeft)
    text = "Ask Jonas to share event details with you. Then press Check again."
    found.body.addWidget(Opened(lambda anchor: HelpPopover(anchor, "How to ask for more", text), 376))
    return found


class Tip(QWidget):
    """A tool tip as the program's palette and font make it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(round(text_width(self._text, "caption_regular")) + 16, theme.sized(26))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, c = painter_for(self), theme.colours()
        draw_rounded(painter, self.rect(), 6, c.tooltip)
        draw_text(painter, QRectF(self.rect()).adjusted(8, 0, -4, 0), self._text, "caption_regular", c.on_tooltip)


def _footer() -> Card:
    found = Card("Dialog footer", padding=20)
    line = row(gap=8, margins=(0, 14, 0, 0))
    line.addWidget(Button("Discard", "ghost", flush=True))
    line.addStretch(1)
    line.addWidget(Button("Keep editing"))
    line.addWidget(Button("Save", "primary"))
    found.body.addWidget(Divider())
    found.body.addLayout(line)
    return found


def _empty() -> Card:
    found = Card(padding=20)
    text = "Each page offers one kind of meeting. Guests open its link and book a free time."
    found.body.addWidget(EmptyState("No scheduling pages yet", text, [("new", "Make a new page", "primary", "add")]))
    return found


def _scenes() -> QWidget:
    holder = QWidget()
    line = row(gap=12, on=holder)
    for phase in (0.1, 0.9, "moon"):
        picture = Landscape(phase, radius=12)
        picture.setFixedHeight(120)
        line.addWidget(picture, 1)
    return holder


# Time


def _time() -> Card:
    found = card("Day ribbon", gap=12)
    blocks = (
        Block(510, 555, "08:30 to 09:15, busy"),
        Block(600, 630, "10:00 to 10:30, Intro call", "fjord"),
        Block(780, 840, "13:00 to 14:00, Strategy session", "heather"),
        Block(930, 960, "15:30 to 16:00, Follow-up", "moss"),
    )
    held = DayRibbon(RibbonDay(blocks, ((640, 720), (850, 920)), 581))
    hold(held, "focus")
    found.body.addWidget(DayRibbon(RibbonDay(blocks, ((640, 720), (850, 920)), 581)))
    found.body.addWidget(held)
    found.body.addWidget(DayRibbon(RibbonDay((Block(360, 420, "06:00 to 07:00, busy"), Block(1200, 1320, "Dinner", "brick")))))
    return found


def _hours() -> Card:
    found = card("Weekly hours")
    days = (_WORK, _WORK, ((540, 720), (780, 960)), _WORK, ((540, 750),), (), ())
    editor = WeeklyHoursEditor(WeeklyHours(days), zone="Europe/Copenhagen")
    hold(editor.day_parts(1)[1], "focus")
    hold(editor.day_parts(2)[2], "focus")
    hold(editor.day_parts(3)[2], "hover")
    wrong = editor.day_parts(4)[2]
    wrong.setText("9-8")
    wrong.editingFinished.emit()
    found.body.addWidget(editor)
    return found


def stack(parts: Sequence[QWidget], gap: int) -> QWidget:
    """Parts below each other."""
    holder = QWidget()
    lines = column(gap=gap, on=holder)
    for part in parts:
        lines.addWidget(part)
    lines.addStretch(1)
    return holder
