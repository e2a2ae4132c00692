"""Requests that wait for the owner's answer: in the side card one is open, in offline mode all stand in the main column."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.domain.clock import Instant
from app.i18n import _
from app.ui.dashboard.state import RequestState
from app.ui.widgets import Avatar, Button, Card, ChipGroup, Divider, FlowLayout, Label, Option, Select, clear, column, row


class RequestView(QWidget):
    """One request. ``wide`` is the form of the main column, ``folded`` the one line of the side card."""

    accept_requested = Signal(str, object)
    decline_requested = Signal(str)
    suggest_requested = Signal(str)
    unfold_requested = Signal(str)
    wish_chosen = Signal(str, object)

    def __init__(self, state: RequestState, *, wide: bool, folded: bool, chosen: Instant, problem: str = "") -> None:
        super().__init__()
        self.state = state
        self._wide = wide
        self._chosen = chosen or state.first_free
        self.accept: Button | None = None
        self.setAccessibleName(state.name)
        lines = column(on=self)
        if folded:
            self._make_folded(lines)
        elif wide:
            self._make_wide(lines, problem)
        else:
            self._make_side(lines, problem)

    def set_busy(self, busy: bool) -> None:
        if self.accept is not None:
            self.accept.set_busy(busy)

    def _make_folded(self, lines: QVBoxLayout) -> None:
        line = row(gap=10)
        line.addWidget(Avatar(self.state.name, 32))
        line.addLayout(_words(self.state.name, f"{self.state.page}, {self.state.length}"), 1)
        answer = Button(_("Answer"), size="small")
        answer.setObjectName(f"answer {self.state.booking}")
        answer.setAccessibleDescription(self.state.name)
        answer.clicked.connect(lambda: self.unfold_requested.emit(self.state.booking))
        line.addWidget(answer)
        lines.addLayout(line)

    def _make_side(self, lines: QVBoxLayout, problem: str) -> None:
        state = self.state
        line = row(gap=10)
        line.addWidget(Avatar(state.name, 32), 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(_words(state.name, f"{state.page} · {state.length}"), 1)
        line.addWidget(_stamp(state.when), 0, Qt.AlignmentFlag.AlignTop)
        lines.addLayout(line)
        lines.addSpacing(12)
        if state.message:
            lines.addWidget(Label(_("“{text}”").format(text=state.message), "small", wrap=True))
            lines.addSpacing(10)
        options = self._options(with_place=True)
        self._select = Select("", options, self._chosen or options[0].value, icon="set_availability", compact=True)
        self._select.box.setAccessibleName(_("Wished time"))
        self._select.box.setObjectName(f"wish {state.booking}")
        self._select.chosen.connect(self._choose)
        lines.addWidget(self._select)
        lines.addSpacing(8)
        self._add_problem(lines, problem)
        line = row(gap=8)
        for button in self._answers():
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            line.addWidget(button, 1)
        lines.addLayout(line)

    def _make_wide(self, lines: QVBoxLayout, problem: str) -> None:
        state = self.state
        line = row(gap=12)
        line.addWidget(Avatar(state.name, 40), 0, Qt.AlignmentFlag.AlignTop)
        inner = column()
        head = row(gap=8)
        head.addLayout(_words(state.name, f"{state.page} · {state.length} · {state.email}", "small"), 1)
        head.addWidget(_stamp(state.when), 0, Qt.AlignmentFlag.AlignTop)
        inner.addLayout(head)
        if state.message:
            inner.addSpacing(8)
            inner.addWidget(Label(_("“{text}”").format(text=state.message), "small", wrap=True))
        inner.addSpacing(10)
        self._chips = ChipGroup(self._options(), self._chosen, name=_("Wished times"))
        self._chips.chosen.connect(self._choose)
        inner.addWidget(self._chips)
        inner.addSpacing(12)
        self._add_problem(inner, problem)
        buttons = FlowLayout()
        for button in self._answers():
            buttons.addWidget(button)
        inner.addLayout(buttons)
        line.addLayout(inner, 1)
        lines.addLayout(line)

    def _add_problem(self, lines: QVBoxLayout, problem: str) -> None:
        if problem:
            lines.addWidget(Label(problem, "small", "danger", wrap=True))
            lines.addSpacing(8)

    def _options(self, with_place: bool = False) -> list[Option]:
        wishes = self.state.wishes
        found = []
        for at, wish in enumerate(wishes, start=1):
            note = _("{number} of {count}").format(number=at, count=len(wishes)) if with_place and len(wishes) > 1 else ""
            reason = "" if wish.free else _("This time is not free any more")
            found.append(Option(wish.start, wish.text, note, possible=wish.free, reason=reason))
        return found

    def _answers(self) -> list[Button]:
        state = self.state
        self.accept = Button(self._accept_words(), "primary", "small")
        self.accept.setObjectName(f"accept {state.booking}")
        self.accept.clicked.connect(lambda: self.accept_requested.emit(state.booking, self._chosen))
        suggest = Button(_("Suggest another time"), "secondary" if state.possible else "primary", "small")
        suggest.setObjectName(f"suggest {state.booking}")
        suggest.clicked.connect(lambda: self.suggest_requested.emit(state.booking))
        decline = Button(_("Decline"), "quiet" if self._wide else "secondary", "small")
        decline.setObjectName(f"decline {state.booking}")
        decline.clicked.connect(lambda: self.decline_requested.emit(state.booking))
        for button in (self.accept, suggest, decline):
            button.setAccessibleDescription(state.name)
        if not state.possible:
            return [suggest, decline]
        return [self.accept, suggest, decline] if self._wide else [self.accept, decline]

    def _accept_words(self) -> str:
        if not self._wide:
            return _("Accept")
        return next((wish.accept for wish in self.state.wishes if wish.start == self._chosen), _("Accept"))

    def _choose(self, start: object) -> None:
        if isinstance(start, int):
            self._chosen = start
            if self.accept is not None:
                self.accept.setText(self._accept_words())
            self.wish_chosen.emit(self.state.booking, start)


class RequestsCard(Card):
    """*Waiting for your answer*."""

    accept_requested = Signal(str, object)
    decline_requested = Signal(str)
    suggest_requested = Signal(str)

    def __init__(self, *, wide: bool, parent: QWidget | None = None) -> None:
        super().__init__(head_gap=10, parent=parent)
        self.set_padding(16, 14, 16, 16)
        self._wide = wide
        self._requests: tuple[RequestState, ...] = ()
        self._open = ""
        self._chosen: dict[str, Instant] = {}
        self._problems: dict[str, str] = {}
        self._views: dict[str, RequestView] = {}

    def show_requests(self, requests: tuple[RequestState, ...]) -> None:
        """Rebuilds the card when something changed; what the owner chose stays chosen while it is possible."""
        self.setVisible(bool(requests))
        self.set_heading(_("Waiting for your answer"), count=len(requests))
        self._requests = requests
        known = {request.booking for request in requests}
        self._chosen = {key: value for key, value in self._chosen.items() if key in known}
        self._problems = {key: value for key, value in self._problems.items() if key in known}
        if self._open not in known:
            self._open = requests[0].booking if requests else ""
        self._fill()

    def show_problem(self, booking: str, problem: str) -> None:
        """Says at the request why it could not be answered."""
        self._problems[booking] = problem
        self._fill()

    def set_busy(self, booking: str, busy: bool) -> None:
        """While the answer is on its way; nothing for a request that is gone meanwhile."""
        view = self._views.get(booking)
        if view is not None:
            view.set_busy(busy)

    def unfold(self, booking: str) -> None:
        """Opens one request, for a notification that leads here."""
        if booking in {request.booking for request in self._requests}:
            self._open = booking
            self._fill()

    def view_of(self, booking: str) -> RequestView | None:
        return self._views.get(booking)

    def _fill(self) -> None:
        clear(self.body)
        self._views = {}
        for index, request in enumerate(self._requests):
            if index:
                self.body.addSpacing(16)
                self.body.addWidget(Divider())
                self.body.addSpacing(14)
            folded = not self._wide and request.booking != self._open
            chosen = self._chosen.get(request.booking, 0)
            if not any(wish.start == chosen and wish.free for wish in request.wishes):
                chosen = 0
            view = RequestView(
                request, wide=self._wide, folded=folded, chosen=chosen, problem=self._problems.get(request.booking, "")
            )
            view.accept_requested.connect(self._accept)
            view.decline_requested.connect(self.decline_requested)
            view.suggest_requested.connect(self.suggest_requested)
            view.unfold_requested.connect(self._unfold)
            view.wish_chosen.connect(self._chosen.__setitem__)
            self.body.addWidget(view)
            self._views[request.booking] = view

    def _unfold(self, booking: str) -> None:
        self.unfold(booking)
        view = self._views.get(booking)
        if view is not None and view.accept is not None:
            view.accept.setFocus(Qt.FocusReason.OtherFocusReason)

    def _accept(self, booking: str, start: object) -> None:
        self._problems.pop(booking, None)
        self.set_busy(booking, True)
        self.accept_requested.emit(booking, start)


def _words(first: str, second: str, role: str = "caption_regular") -> QVBoxLayout:
    lines = column(gap=1)
    lines.addWidget(Label(first, "body_medium", wrap=True))
    lines.addWidget(Label(second, "small" if role == "small" else "caption_regular", "muted", wrap=True))
    return lines


def _stamp(text: str) -> Label:
    label = Label(text, "caption_regular", "muted")
    label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return label
