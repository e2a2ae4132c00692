"""The kit on one sheet: ``python -m tests.ui.kit.gallery`` shows every component in its states, as the design draws them.

``--dark`` and ``--size 130`` show the other looks.
"""

from __future__ import annotations

import argparse
import sys

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QGridLayout, QPushButton, QWidget

from app.domain.pages import WeeklyHours
from app.ui import theme
from app.ui.widgets import (
    Avatar,
    Badge,
    Banner,
    Block,
    Button,
    Card,
    CheckBox,
    ChipGroup,
    DayRibbon,
    IconButton,
    Label,
    Landscape,
    Option,
    Radio,
    RibbonDay,
    ScrollArea,
    Segmented,
    Select,
    Switch,
    TextArea,
    TextField,
    WeeklyHoursEditor,
    column,
    row,
)
from app.ui.widgets.base import FocusRing

_WORK = ((540, 720), (780, 1020))


class Gallery(QWidget):
    """All components; the states that need a mouse or the keyboard are set by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Aftale")
        sheet = row(gap=16, margins=(32, 32, 32, 32), on=self)
        left, right = column(gap=16), column(gap=12)
        for card in (self._buttons(), self._inputs(), self._rows(), self._time()):
            left.addWidget(card)
        for widget in (*self._banners(), self._choices(), self._badges(), self._hours(), self._landscapes()):
            right.addWidget(widget)
        left.addStretch(1)
        right.addStretch(1)
        sheet.addLayout(left, 1)
        sheet.addLayout(right, 1)

    def _buttons(self) -> Card:
        card = Card("Buttons", padding=20)
        grid = QGridLayout()
        grid.setSpacing(14)
        for place, words in enumerate(("Rest", "Hover", "Pressed", "Focus", "Disabled"), start=1):
            grid.addWidget(Label(words, "caption_regular", "muted", centred=True), 0, place)
        for line, kind in enumerate(("primary", "secondary", "ghost"), start=1):
            grid.addWidget(Label(kind.capitalize(), "small", "muted"), line, 0)
            for place in range(1, 6):
                button = Button("Save", kind)  # type: ignore[arg-type]
                _show_state(button, place)
                grid.addWidget(button, line, place, Qt.AlignmentFlag.AlignLeft)
                if place == 4 and line == 1:
                    self.focused = button
        grid.setColumnStretch(6, 1)
        card.body.addLayout(grid)
        card.body.addSpacing(14)
        line_ = row(gap=12)
        line_.addWidget(Button("Delete page", "danger", icon="delete"))
        line_.addWidget(Button("Disconnect", "danger_outline"))
        line_.addWidget(Button("Done", "soft"))
        line_.addWidget(Button("Decline", "quiet"))
        line_.addWidget(IconButton("more", "More", outlined=True))
        line_.addStretch(1)
        card.body.addLayout(line_)
        return card

    def _inputs(self) -> Card:
        card = Card("Inputs", padding=20)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(14)
        rest = TextField("Rest", placeholder="Placeholder")
        focus = TextField("Focus", required=True)
        focus.set_text("anna-holm")
        error = TextField("Error")
        error.set_text("anna")
        error.set_error("Already in use. Try anna-holm.")
        valid = TextField("Valid")
        valid.set_text("anna-holm")
        valid.set_valid("Free on both of your domains.")
        select = Select("Select", [Option("a", "Copenhagen"), Option("b", "Paris", "CEST")], "a", icon="time_zone")
        disabled = TextField("Disabled", unit="min")
        disabled.set_text("Found automatically")
        disabled.setEnabled(False)
        for at, widget in enumerate((rest, focus, error, valid, select, disabled)):
            grid.addWidget(widget, at // 2, at % 2, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(TextArea("Message", optional=True, placeholder="What is it about?"), 3, 0, 1, 2)
        card.body.addLayout(grid)
        return card

    def _rows(self) -> Card:
        card = Card("List row", padding=20)
        inner = Card(padding=10)
        line = row(gap=12)
        line.addWidget(Avatar("Lars Thomsen", 32))
        words = column()
        words.addWidget(Label("Lars Thomsen", "body_medium"))
        words.addWidget(Label("Intro call · 30 min", "caption_regular", "muted"))
        line.addLayout(words, 1)
        line.addWidget(Button("Answer", size="small"))
        inner.body.addLayout(line)
        card.body.addWidget(inner)
        return card

    def _time(self) -> Card:
        card = Card("Day ribbon", padding=20)
        day = RibbonDay(
            (
                Block(510, 555, "08:30 to 09:15, busy"),
                Block(600, 630, "10:00 to 10:30, Intro call", "fjord"),
                Block(780, 840, "13:00 to 14:00, Strategy session", "heather"),
                Block(930, 960, "15:30 to 16:00, Follow-up", "moss"),
            ),
            ((640, 720), (850, 920)),
            581,
        )
        card.body.addWidget(DayRibbon(day))
        return card

    def _banners(self) -> tuple[Banner, ...]:
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

    def _choices(self) -> Card:
        card = Card("Choices", padding=20, gap=12)
        line = row(gap=18)
        locked = CheckBox("Locked", checked=True)
        locked.setEnabled(False)
        for widget in (CheckBox("On", checked=True), CheckBox("Off"), locked, Radio("Chosen", checked=True), Radio("Other")):
            line.addWidget(widget)
        line.addStretch(1)
        card.body.addLayout(line)
        line = row(gap=18)
        locked_switch = Switch("Locked", "Locked", checked=True)
        locked_switch.setEnabled(False)
        for switch in (Switch("On", "On", checked=True), Switch("Off", "Off"), locked_switch):
            line.addWidget(switch)
        line.addStretch(1)
        card.body.addLayout(line)
        chips = [Option(15, "15 min"), Option(30, "30 min"), Option(0, "Thu 15 Oct, 14:30", possible=False, reason="Taken")]
        line = row(gap=8)
        line.addWidget(ChipGroup(chips, 30), 1)
        line.addWidget(Button("Add…", "dashed", "small", icon="add_quiet"))
        card.body.addLayout(line)
        card.body.addWidget(
            Segmented([Option(1, "Choose"), Option(2, "Form"), Option(3, "Done")], 2), 0, Qt.AlignmentFlag.AlignLeft
        )
        return card

    def _badges(self) -> Card:
        card = Card("Badges", padding=20, gap=10)
        first, second = row(gap=8), row(gap=8)
        for badge in (
            Badge("Owner"),
            Badge("Connected", "success", icon="status_ok"),
            Badge("Inactive", "amber", icon="status_warning"),
            Badge("Free/busy only", icon="lock"),
        ):
            first.addWidget(badge)
        for badge in (
            Badge("On", "success", dot=True),
            Badge("in 19 min", "accent"),
            Badge("Edited", "amber"),
            Badge("Blocked", "danger"),
        ):
            second.addWidget(badge)
        first.addStretch(1)
        second.addStretch(1)
        card.body.addLayout(first)
        card.body.addLayout(second)
        return card

    def _hours(self) -> Card:
        card = Card("Weekly hours", padding=20)
        days = (_WORK, _WORK, ((540, 720), (780, 960)), _WORK, ((540, 750),), (), ())
        card.body.addWidget(WeeklyHoursEditor(WeeklyHours(days), zone="Europe/Copenhagen"))
        return card

    def _landscapes(self) -> QWidget:
        holder = QWidget()
        line = row(gap=12, on=holder)
        for phase in (0.35, "moon"):
            picture = Landscape(phase, radius=12)  # type: ignore[arg-type]
            picture.setFixedHeight(140)
            line.addWidget(picture, 1)
        return holder


def _show_state(button: QPushButton, place: int) -> None:
    if place == 2:
        button._hover.jump(1.0)  # type: ignore[attr-defined]
    elif place == 3:
        button.setDown(True)
    elif place == 5:
        button.setEnabled(False)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Shows the components.")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--size", type=int, default=100)
    chosen = parser.parse_args(arguments)
    app = QApplication(sys.argv[:1])
    theme.active().apply("dark" if chosen.dark else "light", chosen.size)
    gallery = Gallery()
    window = ScrollArea(gallery)
    window.resize(1120, 900)
    window.show()
    FocusRing.show_at(gallery.focused)
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
