"""The form of an entry that holds for days in a row, in the place where it opened."""

from __future__ import annotations

from datetime import date
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.domain.settings import Journey, Spell
from app.i18n import _
from app.ui.days.date_field import DateField
from app.ui.widgets import Button, column

LONGEST = 731
"""Days that an entry may have: two years."""

Entry = Spell | Journey


class EntryForm(QWidget):
    """The fields of one entry. ``changed`` carries it while it can be read; ``troubled`` says what stands in the way, or
    nothing any more; errors show at a field once it was left. Subclasses add fields and read them (``read``)."""

    changed = Signal(object)
    troubled = Signal(str)
    done = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.today = date(2000, 1, 1)
        self.first = DateField(_("From"))
        self.last = DateField(_("To"))
        self.finish = Button(_("Done"), "soft")
        self.body = column(gap=16, margins=(50, 4, 16, 16), on=self)
        self._shown: set[str] = set()
        self.first.changed.connect(lambda _day: self.judge())
        self.last.changed.connect(lambda _day: self.judge())
        self.first.left.connect(self._leave_first)
        self.last.left.connect(lambda: self.leave("last"))
        self.finish.clicked.connect(self.done)

    def begin(self, entry: Entry, today: date) -> None:
        """Shows ``entry``."""
        self.today = today
        self.first.set_day(entry.first, today)
        self.last.set_day(entry.last, today)
        self.judge()

    def take_over(self, other: EntryForm) -> None:
        """Shows what stands in ``other``, a form of the same kind, also what cannot be read yet, and the errors it shows."""
        self.first.take_over(other.first)
        self.last.take_over(other.last)
        self._shown = set(other._shown)
        self.judge()

    def read(self) -> Entry:
        """What the fields say; asked for only while there are no problems."""
        raise NotImplementedError

    def problems(self) -> dict[str, str]:
        """By field what to do about what is typed."""
        found = {}
        first, last = self.first.day, self.last.day
        unread = _("Write a date like 24 Dec 2026, or pick one.")
        if first is None:
            found["first"] = unread
        if last is None:
            found["last"] = unread
        elif first is not None and last < first:
            found["last"] = _("The last day is before the first. Choose a later one.")
        elif first is not None and (last - first).days >= LONGEST:
            found["last"] = _("That is longer than two years. Choose an earlier day.")
        return found

    def fields(self) -> dict[str, Any]:
        return {"first": self.first, "last": self.last}

    def judge(self) -> None:
        """Tells the entry, or what is wrong with it."""
        problems = self.problems()
        for name, field in self.fields().items():
            field.set_error(problems.get(name, "") if name in self._shown else "")
        self._shown &= problems.keys()
        self.troubled.emit(next(iter(problems.values()), ""))
        if not problems:
            self.changed.emit(self.read())

    def leave(self, *names: str) -> None:
        """These fields were left: what is wrong with them may show now."""
        self._shown.update(names)
        self.judge()

    def show_trouble(self) -> bool:
        """Shows every error and leads to the first; whether there is one."""
        problems = self.problems()
        self.leave(*problems)
        if problems:
            self.fields()[next(iter(problems))].setFocus(Qt.FocusReason.OtherFocusReason)
        return bool(problems)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.done.emit()
        else:
            super().keyPressEvent(event)

    def _leave_first(self) -> None:
        """A new first day takes a last one along that would lie before it, or is not there. What is half typed stays."""
        first, last = self.first.day, self.last.day
        missing = last is None and not self.last.edit.text().strip()
        if first is not None and (missing or (last is not None and last < first)):
            self.last.set_day(first, self.today)
        self.leave("first")
