"""The popover: a day, a time, a page, and the rules and events that decide whether guests can have it (PAGE-4)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal, NamedTuple, cast
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from app.domain.clock import Instant
from app.i18n import _, current, local
from app.ui.why.reasons import Answer, Verdict, Way, verdict_words, way_words
from app.ui.widgets import Badge, Button, Label, Option, Popover, Select, TextField, clear, column, row

_KINDS: dict[Verdict, Literal["success", "accent", "amber"]] = {
    Verdict.OFFERED: "success",
    Verdict.ASKED_FOR: "accent",
    Verdict.NOT_OFFERED: "amber",
}


class PageChoice(NamedTuple):
    """A page whose times can be asked about; its lengths ascend."""

    id: str
    title: str
    colour: str
    lengths: tuple[int, ...]


class WhyPopover(Popover):
    """``asked`` carries the instant that the owner wants to know about (``page`` and ``length`` tell of which page),
    ``way_chosen`` the Way that was pressed. ``show_answer`` answers."""

    asked = Signal(object)
    way_chosen = Signal(object)

    def __init__(
        self, anchor: QWidget, day: date, zone: str, *, at: Instant | None = None, pages: Sequence[PageChoice] = ()
    ) -> None:
        super().__init__(anchor, name=_("Why is a time not offered?") if at is None else _("Can guests have this time?"))
        self._day, self._zone, self._pages = day, zone, {each.id: each for each in pages}
        self._place_at: QWidget = anchor
        self._words = ""
        self.field = TextField(_("Time on {day}").format(day=current().date_long(day)), placeholder="10:30")
        self.pages = Select(_("Page"), [Option(each.id, each.title, colour=each.colour) for each in pages])
        self.lengths = Select(_("How long"))
        self.verdict = Badge("", "success", size=24)
        self._answers = QWidget()
        self._lines = column(gap=10, on=self._answers)
        self._fill()
        self._connect()
        if pages:
            self.pages.set_value(pages[0].id)
            self._offer_lengths()
        if at is not None:
            self.field.set_text(current().time(local(at, zone)))
        else:
            self.field.set_help(_("On the clock of the page."))

    def _fill(self) -> None:
        self.body.addWidget(Label(self.accessibleName(), "sub", wrap=True))
        self.body.addSpacing(12)
        self.body.addWidget(self.field)
        choice = QWidget()
        line = row(gap=12, margins=(0, 12, 0, 0), on=choice)
        line.addWidget(self.pages, 3)
        line.addWidget(self.lengths, 2)
        self.pages.setVisible(len(self._pages) > 1)
        choice.setVisible(bool(self._pages))
        self._choice = choice
        self.body.addWidget(choice)
        self.body.addSpacing(14)
        said = row()
        said.addWidget(self.verdict)
        said.addStretch(1)
        self.body.addLayout(said)
        self.body.addSpacing(8)
        self.body.addWidget(self._answers)
        self.verdict.hide()

    def _connect(self) -> None:
        self.field.edit.returnPressed.connect(self.ask)
        self.field.changed.connect(lambda _text: self.ask(quiet=True))
        self.pages.chosen.connect(lambda _page: self._change_page())
        self.lengths.chosen.connect(lambda _length: self.ask(quiet=True))

    @property
    def page(self) -> str:
        """The chosen page, empty where there is nothing to choose."""
        return str(self.pages.value() or "")

    @property
    def length(self) -> int:
        """The chosen length in minutes, 0 where there is nothing to choose."""
        return cast(int, self.lengths.value() or 0)

    def _change_page(self) -> None:
        self._offer_lengths()
        self.ask(quiet=True)

    def _offer_lengths(self) -> None:
        lengths = self._pages[self.page].lengths
        before = self.length
        self.lengths.set_options([Option(each, _("{count} min").format(count=each)) for each in lengths])
        self.lengths.set_value(before if before in lengths else lengths[0])
        self.lengths.setVisible(len(lengths) > 1)
        self._choice.setVisible(len(self._pages) > 1 or len(lengths) > 1)

    def open_at(self, anchor: QWidget | None = None, align: Literal["left", "right"] = "left") -> None:
        self._place_at = anchor or self._place_at
        super().open_at(anchor, align)

    def ask(self, *, quiet: bool = False) -> None:
        """Asks about the time in the field; ``quiet``: says nothing while it is half typed."""
        start = instant_of(self._day, self.field.text(), self._zone)
        if start is not None:
            self.field.set_error("")
            self.asked.emit(start)
        elif not quiet:
            self.field.set_error(_("Write a time such as 10:30."))

    @property
    def words(self) -> str:
        """What is answered now."""
        return self._words

    def show_answer(self, answer: Answer) -> None:
        """Answers ``asked``."""
        if answer.words == self._words and self.verdict.text() == verdict_words(answer.verdict):
            return
        self._words = answer.words
        self.verdict.set_text(verdict_words(answer.verdict), _KINDS[answer.verdict])
        self.verdict.show()
        clear(self._lines)
        shown: list[Way] = []
        for line in answer.lines:
            reason = QWidget()
            parts = column(on=reason)
            parts.addWidget(Label(line.words, "small", wrap=True))
            if line.way is not None and line.way not in shown:
                shown.append(line.way)
                parts.addWidget(self._way_button(line.way), 0, Qt.AlignmentFlag.AlignLeft)
            self._lines.addWidget(reason)
        said = f"{self.verdict.text()}. {answer.words}"
        self._answers.setAccessibleName(said)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.field.edit, said))
        # The new labels know how high they are only once they have been laid out.
        QTimer.singleShot(0, self, self._grow)

    def _way_button(self, way: Way) -> Button:
        button = Button(way_words(way), "ghost", "small", icon_after="next", flush=True)
        button.clicked.connect(lambda: self._go(way))
        return button

    def _go(self, way: Way) -> None:
        self.close()
        self.way_chosen.emit(way)

    def _grow(self) -> None:
        """Takes the room that the answer needs, inside the window."""
        if self.isVisible():
            self.body.invalidate()
            self.body.activate()
            self._place(self._place_at, "left")
            self._beside.update()


def instant_of(day: date, text: str, zone: str) -> Instant | None:
    """The instant of a typed time of day, or None while it is none: ``10:30``, ``10.30``, ``9``, ``2:15 pm``."""
    found = re.fullmatch(r"\s*(\d{1,2})(?:[:.](\d{2}))?\s*([ap])?\.?m?\.?\s*", text.lower())
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3] and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + (12 if found[3] == "p" else 0) if found[3] else hour
    if hour > 23 or minute > 59:
        return None
    return int(datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone)).timestamp())
