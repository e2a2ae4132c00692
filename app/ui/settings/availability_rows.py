"""Entries that hold for days in a row: one line each in a frame, which opens in place to be changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QAccessible, QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from app.domain.settings import Journey, Spell
from app.domain.usual import overlaps, settled
from app.i18n import _
from app.ui import theme
from app.ui.days.date_field import DateField
from app.ui.widgets import Button, Focusable, IconButton, Label, column, row, toast
from app.ui.widgets.base import draw_rounded, painter_for, tell_role
from app.ui.widgets.icons import draw_icon

tell_role("EntryRow", QAccessible.Role.ListItem)
tell_role("EntryFrame", QAccessible.Role.List)
LONGEST = 731
"""Days that an entry may have: two years."""

Entry = Spell | Journey


class EntryFrame(QFrame):
    """A frame around rows, with hairlines between them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines = column(gap=1, margins=(1, 1, 1, 1), on=self)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        draw_rounded(painter, self.rect(), 12, c.surface, c.border)
        for at in range(1, self.lines.count()):
            item = self.lines.itemAt(at)
            widget = item.widget() if item is not None else None
            if isinstance(widget, EntryRow):
                painter.fillRect(QRectF(1, widget.y() - 1, self.width() - 2, 1), c.border)


class EntryRow(Focusable, QWidget):
    """Icon, title and note; ``opened`` follows a click or Enter, ``removed`` the bin or Delete."""

    opened = Signal()
    removed = Signal()
    focus_radius = 12
    focus_inside = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = "holiday"
        self.title = Label("", "body_medium")
        self.note = Label("", "small", "muted", wrap=True)
        self.bin = IconButton("delete", "", glyph=18)
        line = row(gap=12, margins=(50, 8, 12, 8), on=self)
        words = column()
        words.addWidget(self.title)
        words.addWidget(self.note)
        line.addLayout(words, 1)
        line.addWidget(self.bin)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.bin.clicked.connect(self.removed)

    def show_entry(self, icon: str, title: str, note: str, *, past: bool, is_open: bool) -> None:
        self._icon = icon
        self.title.setText(title)
        self.title.set_tone("muted" if past else "text")
        self.note.setText(note)
        self.bin.set_name(_("Remove {name}").format(name=title))
        self.setAccessibleName(f"{title}, {note}")
        self.setAccessibleDescription("" if is_open else _("Press Enter to change it"))
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit()
        elif key == Qt.Key.Key_Delete:
            self.removed.emit()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.opened.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        if self.underMouse():
            draw_rounded(painter, self.rect(), 11, c.hover)
        draw_icon(painter, self._icon, QRectF(18, round((self.height() - 20) / 2), 20, 20), c.text_muted)


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
        """A new first day takes a last one along that would lie before it."""
        first, last = self.first.day, self.last.day
        if first is not None and (last is None or last < first):
            self.last.set_day(first, self.today)
        self.leave("first")


@dataclass(frozen=True, slots=True)
class ListWords:
    """What a list says of itself."""

    title: str
    add: str
    none: str


class EntryList(QWidget):
    """A heading, a button that adds, the entries, and those that are over, folded away. ``changed`` carries all entries;
    ``troubled`` what is wrong in the open form; ``form_opened`` the form. Subclasses know the entries."""

    changed = Signal(object)
    troubled = Signal(str)
    form_opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[Any, ...] = ()
        self._today = date(2000, 1, 1)
        self._open, self._past, self._trouble = -1, False, ""
        self.form: EntryForm | None = None
        self.rows: dict[int, EntryRow] = {}
        self._heading = Label("", "sub")
        self.add = Button("", "ghost", "small", icon="add_quiet", flush=True)
        self.frame = EntryFrame()
        self._none = Label("", "small", "muted", wrap=True)
        self.fold = Button("", "quiet", "small", icon="row_open", flush=True)
        head = row()
        head.addWidget(self._heading, 1)
        head.addWidget(self.add)
        lines = column(gap=8, on=self)
        lines.addLayout(head)
        lines.addWidget(self._none)
        lines.addWidget(self.frame)
        lines.addWidget(self.fold, 0, Qt.AlignmentFlag.AlignLeft)
        self.add.clicked.connect(self._add)
        self.fold.clicked.connect(self._turn_fold)

    # What subclasses know

    def words(self) -> ListWords:
        raise NotImplementedError

    def past_words(self, count: int) -> str:
        raise NotImplementedError

    def icon(self, entry: Any) -> str:
        raise NotImplementedError

    def describe(self, entry: Any, today: date) -> tuple[str, str]:
        raise NotImplementedError

    def fresh(self, day: date) -> Entry:
        """A new entry that begins on ``day``."""
        raise NotImplementedError

    def make_form(self) -> EntryForm:
        raise NotImplementedError

    # State

    def show_entries(self, entries: Sequence[Entry], today: date) -> None:
        self._entries, self._today = tuple(entries), today
        if self._open >= len(self._entries):
            self._close()
        self._render()

    def retranslate(self) -> None:
        words = self.words()
        self._heading.setText(words.title)
        self.frame.setAccessibleName(words.title)
        self.add.setText(words.add)
        self._none.setText(words.none)
        if self.form is not None:
            at = self._open
            self._close()
            self._open_form(at)
        self._render()

    def finish(self) -> bool:
        """Closes the open form, settling overlaps; whether it could."""
        if self.form is None:
            return True
        if self.form.show_trouble():
            return False
        at, entry = self._open, self._entries[self._open]
        overlapped = overlaps(self._entries, at)
        found = settled(self._entries, at)
        self._close()
        if found != self._entries:
            self.changed.emit(found)
        self._render()
        if overlapped:
            whole = next(each for each in found if each.first <= entry.first <= each.last)
            title, note = self.describe(whole, self._today)
            toast(self, _("The days overlapped and were merged. {name}: {days}").format(name=title, days=note))
        return True

    def show_trouble(self) -> None:
        """Leads to what is wrong."""
        if self.form is not None:
            self.form.show_trouble()

    # Acts

    def _add(self) -> None:
        if not self.finish():
            return
        taken = {each.first + timedelta(days=n) for each in self._entries for n in range((each.last - each.first).days + 1)}
        day = self._today + timedelta(days=1)
        while day in taken:
            day += timedelta(days=1)
        self._entries = (*self._entries, self.fresh(day))
        # Part of the draft from the start: the form tells that it cannot be kept as it stands, not that it is not there.
        self.changed.emit(self._entries)
        self._open_form(len(self._entries) - 1)

    def _open_row(self, at: int) -> None:
        if at == self._open:
            self._finish_and_stay()
            return
        entry = self._entries[at]
        if self.finish():
            self._open_form(self._entries.index(entry) if entry in self._entries else -1)

    def _open_form(self, at: int) -> None:
        if at < 0:
            return
        self._open, self.form = at, self.make_form()
        self.form.changed.connect(self._change_open)
        self.form.troubled.connect(self._tell)
        self.form.done.connect(self._finish_and_stay)
        self._render()
        self.form.begin(self._entries[at], self._today)
        self.form.setFocus(Qt.FocusReason.OtherFocusReason)
        self.form_opened.emit(self.form)

    def _finish_and_stay(self) -> None:
        """Done: the keyboard goes back to the entry's row."""
        entry = self._entries[self._open]
        if self.finish():
            for at, line in self.rows.items():
                if self._entries[at].first <= entry.first <= self._entries[at].last:
                    line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _change_open(self, entry: Entry) -> None:
        if self._open >= 0 and entry != self._entries[self._open]:
            self._entries = (*self._entries[: self._open], entry, *self._entries[self._open + 1 :])
        if self._open >= 0:
            self._render()
            self.changed.emit(self._entries)

    def _remove(self, at: int) -> None:
        if at == self._open:
            self._close()
        elif self._open > at:
            self._open -= 1
        self._entries = (*self._entries[:at], *self._entries[at + 1 :])
        self._render()
        self.changed.emit(self._entries)
        self.add.setFocus(Qt.FocusReason.OtherFocusReason)

    def _turn_fold(self) -> None:
        self._past = not self._past
        self._render()

    def _close(self) -> None:
        self._open = -1
        if self.form is not None:
            # A field that loses the keyboard by being hidden has nothing to say any more.
            self.form.blockSignals(True)
            self.frame.lines.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
            self.form = None
        self._tell("")

    def _tell(self, words: str) -> None:
        if words != self._trouble:
            self._trouble = words
            self.troubled.emit(words)

    # Drawing

    def _render(self) -> None:
        over = [at for at, each in enumerate(self._entries) if each.last < self._today and at != self._open]
        shown = [at for at in range(len(self._entries)) if at not in over] + (over if self._past else [])
        if list(self.rows) != shown or (self.form is not None and self.frame.lines.indexOf(self.form) < 0):
            self._lay_out(shown)
        for at, line in self.rows.items():
            entry = self._entries[at]
            title, note = self.describe(entry, self._today)
            line.show_entry(self.icon(entry), title, note, past=at in over, is_open=at == self._open)
        self.frame.setVisible(bool(shown))
        self._none.setVisible(not self._entries)
        self.fold.setVisible(bool(over))
        self.fold.setText(self.past_words(len(over)))
        self.fold.set_icon("expand" if self._past else "row_open")

    def _lay_out(self, shown: Sequence[int]) -> None:
        for line in self.rows.values():
            self.frame.lines.removeWidget(line)
            line.hide()
            line.deleteLater()
        self.rows = {}
        for at in shown:
            line = self.rows[at] = EntryRow()
            line.opened.connect(lambda at=at: self._open_row(at))
            line.removed.connect(lambda at=at: self._remove(at))
            self.frame.lines.addWidget(line)
            # At once, so that it can take the keyboard.
            line.show()
            if at == self._open and self.form is not None:
                self.frame.lines.addWidget(self.form)
                self.form.show()
