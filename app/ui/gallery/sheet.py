"""The sheet that the design draws: buttons, inputs, toast and list row, banners, choices, badges (``kit-01``, ``kit-02``)."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from app.ui.gallery.states import STATES, hold
from app.ui.widgets import (
    Avatar,
    Badge,
    Banner,
    Button,
    Card,
    CheckBox,
    ChipGroup,
    Label,
    Option,
    Radio,
    Segmented,
    Select,
    Switch,
    TextField,
    Toast,
    column,
    row,
)


def card(heading: str, gap: int = 0) -> Card:
    found = Card(heading, padding=20, gap=gap)
    found.setMinimumWidth(0)
    return found


def in_row(*widgets: QWidget, gap: int = 8) -> QWidget:
    """Widgets beside each other, at the left."""
    holder = QWidget()
    line = row(gap=gap, on=holder)
    for widget in widgets:
        line.addWidget(widget)
    line.addStretch(1)
    return holder


def left_column() -> list[QWidget]:
    return [_buttons(), _inputs(), _toast_and_row()]


def right_column() -> list[QWidget]:
    return [*_banners(), _choices(), _badges()]


def _buttons() -> Card:
    found = card("Buttons")
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(14)
    for place, words in enumerate(STATES, start=1):
        grid.addWidget(Label(words.capitalize(), "caption_regular", "muted", centred=True), 0, place)
    grid.setRowMinimumHeight(0, 18)
    for line, kind in enumerate(("primary", "secondary", "ghost"), start=1):
        name = Label(kind.capitalize(), "small", "muted")
        name.setMinimumWidth(78)
        grid.addWidget(name, line, 0)
        for place, state in enumerate(STATES, start=1):
            button = Button("Save", kind)  # type: ignore[arg-type]
            button.setMinimumWidth(64)
            grid.addWidget(hold(button, state), line, place)
    grid.setColumnStretch(6, 1)
    found.body.addLayout(grid)
    found.body.addSpacing(16)
    others = (
        Button("Delete page", "danger", icon="delete"),
        Button("Disconnect", "danger_outline"),
        Button("Done", "soft"),
        Button("Decline", "quiet"),
    )
    found.body.addWidget(in_row(*others, gap=12))
    return found


def _inputs() -> Card:
    found = card("Inputs")
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(14)
    rest, focus = TextField("Rest", placeholder="Placeholder"), TextField("Focus")
    focus.set_text("anna-holm")
    hold(focus.edit, "focus")
    error, valid = TextField("Error"), TextField("Valid", help="Free on both of your domains.")
    error.set_text("anna")
    error.set_error("Already in use. Try anna-holm.")
    valid.set_text("anna-holm")
    valid.set_valid()
    select = Select("Select", [Option("a", "Copenhagen"), Option("b", "Paris")], "a", icon="time_zone")
    disabled = TextField("Disabled")
    disabled.set_text("Found automatically")
    hold(disabled, "disabled")
    for at, widget in enumerate((rest, focus, error, valid, select, disabled)):
        grid.addWidget(widget, at // 2, at % 2, Qt.AlignmentFlag.AlignTop)
    found.body.addLayout(grid)
    return found


def person_row(state: str = "rest") -> Card:
    """A row with its action, framed."""
    inner = Card(padding=11)
    line = row(gap=12)
    line.addWidget(Avatar("Lars Thomsen", 32))
    words = column()
    words.addWidget(Label("Lars Thomsen", "body_medium"))
    words.addWidget(Label("Intro call · 30 min", "caption_regular", "muted"))
    line.addLayout(words, 1)
    line.addWidget(hold(Button("Answer", size="small"), state))  # type: ignore[arg-type]
    inner.body.addLayout(line)
    return inner


def _toast_and_row() -> Card:
    found = card("Toast and list row", gap=12)
    found.body.addWidget(StillToast("Link copied", "Show QR code"), 0, Qt.AlignmentFlag.AlignLeft)
    found.body.addWidget(person_row())
    return found


class StillToast(QWidget):
    """A toast that stays, and stands where it is put."""

    def __init__(self, text: str, action: str = "") -> None:
        super().__init__()
        self._toast = Toast(self, text, "status_ok", action, (lambda: None) if action else None, 5)
        self._toast.stay()
        self.setFixedSize(self._toast.sizeHint())
        self._toast.setGeometry(self.rect())

    def resizeEvent(self, event: object) -> None:
        self._toast.setGeometry(self.rect())


def _banners() -> tuple[Banner, ...]:
    return (
        Banner(
            "amber",
            "Nobody can book you: access to Team calendar was lost",
            "2 people have tried since Monday 18:20.",
            [("fix", "Reconnect", "primary"), ("help", "How to fix", "ghost")],
        ),
        Banner(
            "danger",
            "Your pages cannot be reached",
            "The tunnel closed 4 minutes ago. Next try in 20 seconds.",
            [("fix", "Try now", "primary"), ("help", "Details", "ghost")],
        ),
        Banner("accent", "You are in offline mode", "People send requests and you answer each one."),
        Banner("success", "Connected", "Guests can book you again."),
    )


def _choices() -> Card:
    found = card("Choices", gap=12)
    locked = hold(CheckBox("Locked", checked=True), "disabled")
    boxes = (CheckBox("On", checked=True), CheckBox("Off"), locked, Radio("Chosen", checked=True), Radio("Other"))
    found.body.addWidget(in_row(*boxes, gap=19))
    locked = hold(Switch("Locked", "Locked", checked=True), "disabled")
    found.body.addWidget(in_row(Switch("On", "On", checked=True), Switch("Off", "Off"), locked, gap=19))
    chips = [Option(15, "15 min"), Option(30, "30 min"), Option(0, "Thu 15 Oct, 14:30", possible=False, reason="Taken")]
    found.body.addWidget(in_row(ChipGroup(chips, 30), Button("Add…", "dashed", "small", icon="add_quiet")))
    views = Segmented([Option(1, "Choose"), Option(2, "Form"), Option(3, "Done")], 2, name="View")
    found.body.addWidget(views, 0, Qt.AlignmentFlag.AlignLeft)
    return found


def _badges() -> Card:
    found = card("Badges", gap=8)
    first = (
        Badge("Owner"),
        Badge("Connected", "success", icon="status_ok"),
        Badge("Inactive", "amber", icon="status_warning"),
        Badge("Free/busy only", icon="lock"),
    )
    second = (
        Badge("On", "success", dot=True),
        Badge("in 19 min", "accent"),
        Badge("Edited", "amber"),
        Badge("Blocked", "danger"),
    )
    found.body.addWidget(in_row(*first))
    found.body.addWidget(in_row(*second))
    return found
