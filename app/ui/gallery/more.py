"""What is not on the design's sheet: every other component, and every state of each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.pages import WeeklyHours
from app.ui import theme
from app.ui.gallery import controls
from app.ui.gallery.opened import Opened
from app.ui.gallery.sheet import StillToast, card, in_row, person_row
from app.ui.gallery.states import hold
from app.ui.widgets import (
    Avatar,
    Badge,
    Banner,
    Block,
    Button,
    Card,
    ColourDot,
    CountBadge,
    DayRibbon,
    Divider,
    EmptyState,
    IconButton,
    Label,
    Landscape,
    Mark,
    RibbonDay,
    StatusDot,
    WeeklyHoursEditor,
    Well,
    column,
    row,
)
from app.ui.widgets.base import draw_rounded, draw_text, painter_for, text_width
from app.ui.widgets.menu import MenuRow
from app.ui.widgets.qr import QrCode

_WORK = ((540, 720), (780, 1020))


def left_column() -> list[QWidget]:
    return [controls.button_kinds(), controls.button_sizes(), controls.fields(), controls.areas(), _time(), _hours(), _lists()]


def right_column() -> list[QWidget]:
    return [
        controls.boxes(),
        controls.chips(),
        controls.views(),
        controls.rows_of_choice(),
        *_more_banners(),
        _marks(),
        _floating(),
        _footer(),
        _empty(),
        _scenes(),
    ]


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
