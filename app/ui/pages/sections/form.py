"""Form: what guests fill in. Names and e-mail always; the owner's own questions in any order."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.domain.ids import new_id
from app.domain.pages import LocationKind, Question
from app.i18n import _
from app.ui.pages.editing import Editing
from app.ui.pages.editor_state import moved
from app.ui.pages.editor_words import kind_name, question_name
from app.ui.pages.grids import columns_of
from app.ui.pages.sections.question import QuestionPanel, kind_icon
from app.ui.pages.sections.rows import ListRow, RowFrame
from app.ui.pages.sections.section import SectionBody
from app.ui.widgets import Badge, Button, IconButton, TextField, column, toast


class FormSection(SectionBody):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._open = ""
        self._before: Question | None = None
        self.rows: dict[str, QuestionRow] = {}
        self.frame = RowFrame(_("Questions of the form"))
        self._fixed = [FixedRow() for _number in range(4)]
        self.panel = QuestionPanel()
        self.add = Button(_("Add a question"), icon="add_quiet")
        self.guests = TextField(_("Others a guest may bring"), unit=_("people"), help=_("0 means that each guest comes alone."))
        self.fields = {"guests": self.guests}
        self._fill()
        self._connect()

    def _fill(self) -> None:
        for line in self._fixed:
            self.frame.lines.addWidget(line)
        lines = column(gap=10, on=self)
        lines.addWidget(self.frame)
        lines.addWidget(self.panel)
        lines.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        lines.addSpacing(4)
        lines.addWidget(columns_of([self.guests], most=2, least=200))
        self.panel.hide()
        icons_words = (
            ("person", _("First name"), _("Short text")),
            ("person", _("Last name"), _("Short text")),
            ("at", _("E-mail"), _("E-mail address")),
        )
        for line, (icon, title, kind) in zip(self._fixed, icons_words, strict=False):
            line.show_fixed(icon, title, kind)

    def _connect(self) -> None:
        self.add.clicked.connect(self._add)
        self.panel.changed.connect(self._change_open)
        self.panel.left.connect(lambda name: self.leave(f"questions.{self._open}.{name}"))
        self.panel.done.connect(self._close)
        self.panel.cancelled.connect(self._cancel)
        self.guests.changed.connect(lambda text: self.change(guests=text))
        self.guests.edit.editingFinished.connect(lambda: self.leave("guests"))

    def show_draft(self, editing: Editing) -> None:
        """The panel stays at its question, and closes where that is gone."""
        draft = editing.draft
        self._show_place_row(draft.location)
        known = {question.id for question in draft.questions}
        for question_id in self.rows.keys() - known:
            gone = self.rows.pop(question_id)
            self.frame.lines.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for number, question in enumerate(draft.questions):
            self._show_question(number, question)
        if self._open not in known:
            self._open = ""
        opened = next((each for each in draft.questions if each.id == self._open), None)
        self.panel.setVisible(opened is not None)
        self.add.setVisible(opened is None)
        if opened is not None:
            self.panel.show_question(opened)
        self.guests.set_text(draft.guests)

    def _show_place_row(self, kind: LocationKind) -> None:
        """The question that the place brings with it."""
        line = self._fixed[3]
        line.setVisible(kind in (LocationKind.HOST_CALLS, LocationKind.ASK))
        if kind is LocationKind.ASK:
            line.show_fixed("where_place", _("Place"), _("Short text"))
        else:
            line.show_fixed("where_phone", _("Phone number"), _("Phone number"))

    def _show_question(self, number: int, question: Question) -> None:
        line = self.rows.get(question.id)
        if line is None:
            line = self.rows[question.id] = self._make_row(question.id)
        at = len(self._fixed) + number
        if self.frame.lines.indexOf(line) != at:
            self.frame.lines.removeWidget(line)
            self.frame.lines.insertWidget(at, line)
        line.show_question(question)

    def _make_row(self, question_id: str) -> QuestionRow:
        line = QuestionRow()
        line.opened.connect(lambda: self.open_question(question_id))
        line.edit.clicked.connect(lambda: self.open_question(question_id))
        line.removed.connect(lambda: self._remove(question_id))
        line.delete.clicked.connect(lambda: self._remove(question_id))
        line.moved.connect(lambda by: self.change(questions=moved(self.draft.questions, question_id, by)))
        return line

    def show_problems(self, told: dict[str, str]) -> None:
        super().show_problems(told)
        for question_id, line in self.rows.items():
            line.set_wrong(any(key.startswith(f"questions.{question_id}.") for key in told))
        if self._open:
            self.panel.show_problems(
                told.get(f"questions.{self._open}.label", ""), told.get(f"questions.{self._open}.choices", "")
            )

    def go_to(self, key: str) -> None:
        if key.startswith("questions."):
            self.open_question(key.split(".")[1])
        else:
            super().go_to(key)

    def open_question(self, question_id: str) -> None:
        """Cancelling brings it back to what it is now."""
        self._open = question_id
        self._before = next(each for each in self.draft.questions if each.id == question_id)
        self.change()
        self.panel.begin()

    def _add(self) -> None:
        question = Question(new_id(), "")
        self._open, self._before = question.id, None
        self.change(questions=(*self.draft.questions, question))
        self.panel.begin()

    def _change_open(self, question: Question) -> None:
        self.change(questions=tuple(question if each.id == question.id else each for each in self.draft.questions))

    def _close(self) -> None:
        """Ends the changing; a question that says nothing is no question."""
        closing, self._open = self._open, ""
        question = next((each for each in self.draft.questions if each.id == closing), None)
        if question is not None and not question.label.strip() and self._before is None:
            self._drop(closing)
        else:
            self.leave(f"questions.{closing}.label")
            self.leave(f"questions.{closing}.choices")
            self.change()
        (self.rows.get(closing) or self.add).setFocus(Qt.FocusReason.OtherFocusReason)

    def _cancel(self) -> None:
        closing, self._open = self._open, ""
        if self._before is None:
            self._drop(closing)
        else:
            self._change_open(self._before)
        (self.rows.get(closing) or self.add).setFocus(Qt.FocusReason.OtherFocusReason)

    def _drop(self, question_id: str) -> None:
        self.change(questions=tuple(each for each in self.draft.questions if each.id != question_id))

    def _remove(self, question_id: str) -> None:
        order = self.draft.questions
        at = next(number for number, each in enumerate(order) if each.id == question_id)
        gone = order[at]
        if self._open == question_id:
            self._open = ""
        self._drop(question_id)
        self.add.setFocus(Qt.FocusReason.OtherFocusReason)
        toast(self, _("Question removed"), action=_("Undo"), call=lambda: self._put_back(at, gone))

    def _put_back(self, at: int, question: Question) -> None:
        if all(each.id != question.id for each in self.draft.questions):
            order = list(self.draft.questions)
            order.insert(at, question)
            self.change(questions=tuple(order))


class FixedRow(ListRow):
    """A question that is always asked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(fixed=True, parent=parent)
        self._badge = Badge("", "accent", size=20)
        self.line.addWidget(self._badge)
        self.line.setSpacing(8)
        self.line.addSpacing(80)

    def show_fixed(self, icon: str, title: str, kind: str) -> None:
        self._badge.set_text(_("Required"))
        self.show_row(icon, title, kind, name=_("{question}, always asked").format(question=title))


class QuestionRow(ListRow):
    """One of the owner's questions."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._badge = Badge("", size=20)
        self.edit = IconButton("edit", "", glyph=16)
        self.delete = IconButton("delete", "", glyph=16)
        for widget in (self._badge, self.edit, self.delete):
            self.line.addWidget(widget)
        self.line.setSpacing(8)

    def show_question(self, question: Question) -> None:
        title = question_name(question)
        required = _("Hidden") if question.hidden else _("Required") if question.required else _("Optional")
        self._badge.set_text(required, "accent" if question.required and not question.hidden else "neutral")
        kind = kind_name(question.kind)
        self.show_row(kind_icon(question.kind), title, kind, name=f"{title}, {kind}, {required}")
        self.edit.set_name(_("Change {question}").format(question=title))
        self.delete.set_name(_("Remove {question}").format(question=title))
        self.setAccessibleDescription(_("Alt with the up and down arrow moves it."))

    def set_wrong(self, wrong: bool) -> None:
        self.title.set_tone("danger" if wrong else "text")
