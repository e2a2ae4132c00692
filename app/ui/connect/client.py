"""Between the second and the third page, where there is no OAuth client: how to make one, checked while it is typed (CON-7)."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from app.domain.connections import ProviderKind
from app.i18n import _
from app.ui import theme
from app.ui.connect import guide
from app.ui.connect.parts import FilePlace, Panel
from app.ui.connect.state import State
from app.ui.widgets import Button, Label, TextField, clear, column, row
from app.ui.widgets.fields import FieldMessage


class ClientPanel(Panel):
    """``edited`` carries the fields and the name of the one that was written in; ``left`` that of one that was left."""

    edited = Signal(object, str)
    left = Signal(str)
    file_dropped = Signal(str)
    file_requested = Signal()
    open_requested = Signal(str)
    copy_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._steps, self._fields = column(gap=4), column(gap=14)
        self.file = FilePlace()
        self._file_message = FieldMessage()
        self._or = Label("", "small", "muted")
        self.fields: dict[str, TextField] = {}
        self._kind: ProviderKind | None = None
        self._openers: list[Button] = []
        self.body.addLayout(self._steps)
        self.body.addSpacing(20)
        for widget, gap in ((self.file, 6), (self._file_message, 12), (self._or, 12)):
            self.body.addWidget(widget)
            self.body.addSpacing(gap)
        self.body.addLayout(self._fields)
        self.file.dropped.connect(self.file_dropped)
        self.file.clicked.connect(self.file_requested)
        self._shown: tuple[object, ...] = ()

    def show_state(self, state: State) -> None:
        kind = state.kind
        self.title.setText(guide.title(kind))
        self.lead.setText(guide.lead())
        steps = guide.steps(kind)
        if steps != self._shown:
            self._shown = steps
            self._show_steps(steps)
        has_file = guide.has_file(kind)
        for widget in (self.file, self._or):
            widget.setVisible(has_file)
        self.file.set_words(_("Drop the JSON file here, or choose it"), _("Its name begins with client_secret."))
        self._or.setText(_("Or copy both by hand:"))
        self._show_fields(kind, state.fields)
        self._show_problems(kind, state)

    def first(self) -> QWidget | None:
        return self._openers[0]

    def _show_steps(self, steps: tuple[guide.Step, ...]) -> None:
        clear(self._steps)
        self._openers = []
        for number, step in enumerate(steps, start=1):
            line = row(gap=10)
            mark = Label(f"{number}.", "sub", "accent")
            mark.setFixedWidth(theme.sized(18))
            # The text begins level with the words of the button beside it.
            head, words = column(margins=(0, 6, 0, 0)), column(gap=2, margins=(0, 6, 0, 0))
            head.addWidget(mark)
            head.addStretch(1)
            words.addWidget(Label(step.text, "body", wrap=True))
            if step.copied:
                words.addWidget(Label(step.copied, "code"))
            line.addLayout(head)
            line.addLayout(words, 1)
            if step.link:
                opener = self._link(_("Open"), _("Open the page for step {number}").format(number=number), "open_outside")
                opener.clicked.connect(lambda _=False, link=step.link: self.open_requested.emit(link))
                line.addWidget(opener, 0, Qt.AlignmentFlag.AlignTop)
                self._openers.append(opener)
            if step.copied:
                copier = self._link(_("Copy"), _("Copy {text}").format(text=step.copied), "copy")
                copier.clicked.connect(lambda _=False, text=step.copied: self.copy_requested.emit(text))
                line.addWidget(copier, 0, Qt.AlignmentFlag.AlignTop)
            self._steps.addLayout(line)

    @staticmethod
    def _link(words: str, name: str, icon: str) -> Button:
        button = Button(words, "ghost", "small", icon_after=icon)
        button.setAccessibleName(name)
        return button

    def _show_fields(self, kind: ProviderKind, values: Mapping[str, str]) -> None:
        found = guide.fields(kind)
        if kind is not self._kind:
            self._kind = kind
            clear(self._fields)
            self.fields = {each.name: self._field(each.name, each.optional) for each in found}
        for each in found:
            field = self.fields[each.name]
            field.set_label(each.label)
            field.set_help(each.help)
            field.set_placeholder(each.placeholder)
            if field.text() != values.get(each.name, ""):
                field.set_text(values.get(each.name, ""))

    def _field(self, name: str, optional: bool) -> TextField:
        field = TextField(required=not optional, optional=optional)
        field.edit.setMaxLength(300)
        if name == "client_secret":
            field.edit.setEchoMode(QLineEdit.EchoMode.PasswordEchoOnEdit)
        field.changed.connect(lambda _text: self.edited.emit(self.values(), name))
        field.edit.editingFinished.connect(lambda: self.left.emit(name))
        self._fields.addWidget(field)
        return field

    def values(self) -> dict[str, str]:
        return {name: field.text().strip() for name, field in self.fields.items()}

    def _show_problems(self, kind: ProviderKind, state: State) -> None:
        shown = state.shown_problems()
        for name, field in self.fields.items():
            code = shown.get(name, "")
            if code:
                field.set_error(guide.problem_words(kind, name, code))
            elif field.text() and name in state.touched:
                field.set_valid()
            else:
                field.set_error("")
        code = shown.get("client_file", "")
        self._file_message.say(guide.problem_words(kind, "client_file", code) if code else "", "error")
