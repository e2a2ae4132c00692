"""The controls in every state that is not on the design's sheet: buttons, inputs, choices."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from app.ui.gallery.opened import Opened
from app.ui.gallery.sheet import card, in_row
from app.ui.gallery.states import STATES, State, hold
from app.ui.widgets import (
    Button,
    Card,
    CheckBox,
    CheckChip,
    Chip,
    ChoiceRow,
    Divider,
    IconButton,
    Label,
    Option,
    Radio,
    Segmented,
    Select,
    SkeletonRow,
    Spinner,
    Switch,
    TextArea,
    TextField,
)
from app.ui.widgets.select_list import OptionPopover

_CITIES = [Option("a", "Copenhagen"), Option("b", "Paris", "CEST"), Option("c", "Rome", possible=False, reason="Too far")]


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


def button_kinds() -> Card:
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


def button_sizes() -> Card:
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


def fields() -> Card:
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


def areas() -> Card:
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


# Choices


def boxes() -> Card:
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


def chips() -> Card:
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


def views() -> Card:
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


def rows_of_choice() -> Card:
    found = card("Rows that explain", gap=12)
    locked = ChoiceRow(CheckBox(checked=True), "Blocked bookings by e-mail", "Locked on: you should hear of these.")
    locked.set_possible(False)
    found.body.addWidget(ChoiceRow(CheckBox(checked=True), "Calendar sync", "Shows your meetings in Aftale."))
    found.body.addWidget(ChoiceRow(_alone(Radio(checked=True)), "The newest backup", "Yesterday 09:41, 4.5 MB"))
    found.body.addWidget(Divider())
    found.body.addWidget(ChoiceRow(Switch("Scheduling pages are on", checked=True), "Scheduling pages", "Guests can book you."))
    found.body.addWidget(locked)
    return found
