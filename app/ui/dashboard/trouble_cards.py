"""The cards of what needs a word from the owner, above the days."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.i18n import _
from app.ui import theme
from app.ui.dashboard.troubles import ChangeState, FailureState
from app.ui.widgets import Button, Card, Divider, FlowLayout, Label, clear, column, row
from app.ui.widgets.base import painter_for
from app.ui.widgets.icons import draw_icon


class FailuresCard(Card):
    """*Not in your calendar*: each meeting with other times, one press away. Signals carry the booking's id."""

    move_requested = Signal(str, object)
    retry_requested = Signal(str)
    write_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(head_gap=10, parent=parent)
        self._buttons: dict[str, list[Button]] = {}
        self._problems: dict[str, str] = {}
        self._shown: tuple[FailureState, ...] = ()

    def show_failures(self, failures: tuple[FailureState, ...]) -> None:
        """Makes all lines anew. What went wrong with an answer stays said while its failure is there."""
        known = {each.booking for each in failures}
        self._problems = {name: words for name, words in self._problems.items() if name in known}
        self._shown = failures
        self.setVisible(bool(failures))
        self.set_heading(_("Your calendar refused"), count=len(failures))
        clear(self.body)
        self._buttons = {}
        for at, failure in enumerate(failures):
            if at:
                self.body.addSpacing(14)
                self.body.addWidget(Divider())
                self.body.addSpacing(14)
            self.body.addWidget(self._one(failure))

    def first_button(self, booking: str) -> Button | None:
        """The first thing that can be done about a meeting."""
        return next(iter(self._buttons.get(booking, ())), None)

    def show_problem(self, booking: str, words: str) -> None:
        """Says at the meeting why it did not work."""
        self._problems[booking] = words
        self.show_failures(self._shown)

    def set_busy(self, booking: str, busy: bool) -> None:
        for button in self._buttons.get(booking, ()):
            button.setEnabled(not busy)

    def _one(self, failure: FailureState) -> QWidget:
        entry = _Entry("status_warning", "amber", failure.title, failure.text)
        buttons = self._buttons[failure.booking] = []
        if failure.times:
            times = FlowLayout()
            for time in failure.times:
                button = Button(time.text, "secondary", "small")
                button.setObjectName(f"move {failure.booking} {time.start}")
                button.setAccessibleName(time.spoken)
                button.clicked.connect(lambda _checked=False, start=time.start: self._move(failure.booking, start))
                times.addWidget(button)
                buttons.append(button)
            entry.lines.addLayout(times)
            entry.lines.addSpacing(10)
        problem = self._problems.get(failure.booking, "")
        if problem:
            entry.lines.addWidget(Label(problem, "small", "danger", wrap=True))
            entry.lines.addSpacing(8)
        line = FlowLayout()
        retry = Button(failure.retry, "primary", "small")
        retry.setObjectName(f"retry {failure.booking}")
        retry.clicked.connect(lambda: self._retry(failure.booking))
        write = Button(failure.write, "quiet", "small")
        write.setObjectName(f"write {failure.booking}")
        write.clicked.connect(lambda: self.write_requested.emit(failure.booking))
        for button in (retry, write):
            button.setAccessibleDescription(failure.title)
            line.addWidget(button)
        buttons.append(retry)
        entry.lines.addLayout(line)
        return entry

    def _move(self, booking: str, start: int) -> None:
        self._problems.pop(booking, None)
        self.set_busy(booking, True)
        self.move_requested.emit(booking, start)

    def _retry(self, booking: str) -> None:
        self._problems.pop(booking, None)
        self.set_busy(booking, True)
        self.retry_requested.emit(booking)


class ChangesCard(Card):
    """*Changed in your calendar*: whether the guest shall be told. ``settled``: the change's id, and the yes to a letter."""

    settled = Signal(str, bool)
    write_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(head_gap=10, parent=parent)
        self._first: dict[str, Button] = {}

    def first_button(self, booking: str) -> Button | None:
        """The first answer about a booking."""
        return self._first.get(booking)

    def show_changes(self, changes: tuple[ChangeState, ...]) -> None:
        self.setVisible(bool(changes))
        self.set_heading(_("Changed in your calendar"), count=len(changes))
        clear(self.body)
        self._first = {}
        for at, change in enumerate(changes):
            if at:
                self.body.addSpacing(14)
                self.body.addWidget(Divider())
                self.body.addSpacing(14)
            self.body.addWidget(self._one(change))

    def _one(self, change: ChangeState) -> QWidget:
        entry = _Entry(change.icon, "muted", change.title, change.text)
        line = FlowLayout()
        if change.tell:
            line.addWidget(self._button(change, "tell", change.tell, "primary", lambda: self.settled.emit(change.id, True)))
        if change.write:
            write = self._button(change, "write", change.write, "secondary", lambda: self.write_requested.emit(change.booking))
            line.addWidget(write)
        kind = "quiet" if change.write else "secondary"
        line.addWidget(self._button(change, "settle", change.done, kind, lambda: self.settled.emit(change.id, False)))
        entry.lines.addLayout(line)
        return entry

    def _button(self, change: ChangeState, name: str, words: str, kind: str, call: object) -> Button:
        button = Button(words, kind, "small")  # type: ignore[arg-type]
        button.setObjectName(f"{name} {change.id}")
        button.setAccessibleDescription(change.title)
        button.clicked.connect(call)
        self._first.setdefault(change.booking, button)
        return button


class _Entry(QWidget):
    """Icon, title, what it means; what can be done goes into ``lines``."""

    def __init__(self, icon: str, tone: str, title: str, text: str) -> None:
        super().__init__()
        self._icon, self._tone = icon, tone
        self.setAccessibleName(title)
        outer = row(margins=(32, 0, 0, 0), on=self)
        self.lines = column()
        self.lines.addWidget(Label(title, "body_medium", wrap=True))
        self.lines.addWidget(Label(text, "small", "muted", wrap=True))
        self.lines.addSpacing(10)
        outer.addLayout(self.lines, 1)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def paintEvent(self, event: QPaintEvent) -> None:
        c = theme.colours()
        colour = c.amber if self._tone == "amber" else c.text_muted
        top = (theme.line("body_medium") - 20) / 2
        draw_icon(painter_for(self), self._icon, QRectF(0, round(top), 20, 20), colour)
