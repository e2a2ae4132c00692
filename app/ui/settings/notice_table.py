"""The table of *Notifications*: what happens against where it is told. One Tab stop; arrows go from box to box."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from app.domain.notices import Subject
from app.i18n import _
from app.ui import theme
from app.ui.widgets import Card, CheckBox, Divider, Label, column

SCREEN, SOUND = 0, 1
Place = tuple[Subject, int]
"""A line of the table, and ``SCREEN`` or ``SOUND``."""


class Line(NamedTuple):
    title: str
    note: str


class GridCheck(CheckBox):
    """A check box in the middle of its column. ``moved`` asks for the next one, by lines and columns."""

    moved = Signal(int, int)

    def sizeHint(self) -> QSize:
        return QSize(72, max(40, theme.line("body") + 12))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def mark_place(self) -> QRect:
        place = QRect(0, 0, self.mark_size.width(), self.mark_size.height())
        place.moveCenter(self.rect().center())
        return place

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0), Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1)}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.moved.emit(*step)


class NoticeTable(Card):
    """``changed`` carries a place and whether it is ticked now. A box in ``locked`` cannot be changed; its line says why."""

    changed = Signal(object, bool)

    def __init__(self, locked: frozenset[Place], parent: QWidget | None = None) -> None:
        super().__init__(padding=0, parent=parent)
        self._locked = locked
        self._heads = (Label("", "small", "muted", centred=True), Label("", "small", "muted", centred=True))
        self._titles = {subject: Label("", "body_medium", wrap=True) for subject in Subject}
        self._notes = {subject: Label("", "small", "muted", wrap=True) for subject in Subject}
        self.boxes: dict[Place, GridCheck] = {(subject, at): GridCheck() for subject in Subject for at in (SCREEN, SOUND)}
        self._here: Place = next(place for place in self.boxes if place not in locked)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(0)
        self._grid.setColumnStretch(0, 1)
        self.body.addLayout(self._grid)
        self._lay_out()
        for place, box in self.boxes.items():
            box.setEnabled(place not in locked)
            box.clicked.connect(lambda on, place=place: self.changed.emit(place, on))
            box.moved.connect(lambda lines, columns, place=place: self._go(place, lines, columns))
        self._give_tab_stop(self._here)

    def show_ticks(self, ticks: Mapping[Place, bool]) -> None:
        for place, on in ticks.items():
            self.boxes[place].setChecked(on)

    @property
    def first(self) -> GridCheck:
        """The box that Tab comes to."""
        return self.boxes[self._here]

    def set_words(self, name: str, heads: tuple[str, str], lines: Mapping[Subject, Line]) -> None:
        self.setAccessibleName(name)
        for head, words in zip(self._heads, heads, strict=True):
            head.setText(words)
        for subject, line in lines.items():
            self._titles[subject].setText(line.title)
            self._notes[subject].setText(line.note)
            for at in (SCREEN, SOUND):
                spoken = _("{kind}, {place}").format(kind=line.title, place=heads[at].lower())
                self.boxes[subject, at].setAccessibleName(spoken)
                self.boxes[subject, at].setAccessibleDescription(line.note)

    def _lay_out(self) -> None:
        for at, head in enumerate(self._heads):
            self._grid.addWidget(head, 0, at + 1, Qt.AlignmentFlag.AlignCenter)
            self._grid.setColumnMinimumWidth(at + 1, 88)
        self._grid.setRowMinimumHeight(0, 36)
        self._grid.setColumnMinimumWidth(3, 12)
        for number, subject in enumerate(self._titles):
            at = 2 * number + 1
            self._grid.addWidget(Divider(), at, 0, 1, 4)
            words = column(gap=1, margins=(16, 10, 8, 10))
            words.addWidget(self._titles[subject])
            words.addWidget(self._notes[subject])
            self._grid.addLayout(words, at + 1, 0)
            for place in (SCREEN, SOUND):
                self._grid.addWidget(self.boxes[subject, place], at + 1, place + 1, Qt.AlignmentFlag.AlignCenter)

    def _go(self, place: Place, lines: int, columns: int) -> None:
        """To the next box in that direction that can be changed; stays where there is none."""
        subjects = list(Subject)
        line, column = subjects.index(place[0]) + lines, place[1] + columns
        while 0 <= line < len(subjects) and column in (SCREEN, SOUND):
            found = (subjects[line], column)
            if found not in self._locked:
                self._give_tab_stop(found)
                self.boxes[found].setFocus(Qt.FocusReason.ShortcutFocusReason)
                return
            line, column = line + lines, column + columns

    def _give_tab_stop(self, place: Place) -> None:
        self._here = place
        for each, box in self.boxes.items():
            box.setFocusPolicy(Qt.FocusPolicy.StrongFocus if each == place else Qt.FocusPolicy.ClickFocus)
