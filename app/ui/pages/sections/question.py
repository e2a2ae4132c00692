"""The panel in which one question of the form is changed."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from app.domain.pages import Question, QuestionKind
from app.i18n import _
from app.ui import theme
from app.ui.pages.editor_state import WITH_CHOICES
from app.ui.pages.editor_words import kind_name, problem_words
from app.ui.pages.grids import columns_of
from app.ui.pages.sections.rows import Panel
from app.ui.pages.sections.section import HeldField
from app.ui.widgets import Button, CheckBox, ChoiceRow, FlowLayout, Focusable, LineEdit, Option, Select, TextField, clear, row
from app.ui.widgets.base import draw_rounded, draw_text, painter_for, text_width
from app.ui.widgets.icons import draw_icon


def kind_icon(kind: QuestionKind) -> str:
    return {
        QuestionKind.CHOICE: "circle",
        QuestionKind.SEVERAL: "check-square",
        QuestionKind.DROPDOWN: "q_choice",
        QuestionKind.DATE: "calendar-blank",
        QuestionKind.PHONE: "phone",
        QuestionKind.TICK: "check",
    }.get(kind, "q_text")


def _default_help(kind: QuestionKind) -> str:
    """How the answer is written, where that is not plain."""
    if kind in (QuestionKind.CHOICE, QuestionKind.DROPDOWN, QuestionKind.SEVERAL):
        return _("One of the answers above, word for word.")
    if kind is QuestionKind.DATE:
        return _("As 2026-10-15.")
    return _("“yes” ticks the box.") if kind is QuestionKind.TICK else ""


class QuestionPanel(Panel):
    """``changed`` carries the question as it stands; ``left`` the field that was left; then ``done`` or ``cancelled``."""

    changed = Signal(object)
    left = Signal(str)
    done = Signal()
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._question = Question("", "")
        self.label = TextField(_("Question"), required=True)
        self.kind = Select(_("Kind"), [Option(kind, kind_name(kind), icon=kind_icon(kind)) for kind in QuestionKind])
        self.choices = ChoicesControl()
        self._choices_field = HeldField(_("Answers to choose from"), self.choices)
        self.help = TextField(_("Hint below the question"), optional=True)
        self.default = TextField(_("Answer to begin with"), optional=True)
        self.required = CheckBox(_("Guests must answer"))
        self.hidden = CheckBox()
        self._hidden_row = ChoiceRow(self.hidden, "")
        self._hidden_row.set_words(_("Guests do not see it"), _("The answer is the one above, or what the link says."))
        self.cancel = Button(_("Cancel"), "quiet")
        self.finish = Button(_("Done"), "soft")
        self.body.addWidget(columns_of([self.label, self.kind], most=2, least=170))
        self.body.addWidget(self._choices_field)
        self.body.addWidget(self.help)
        self.body.addWidget(self.default)
        self.body.addWidget(self._hidden_row)
        foot = row(gap=8)
        foot.addWidget(self.required, 1)
        foot.addWidget(self.cancel)
        foot.addWidget(self.finish)
        self.body.addLayout(foot)
        self._connect()

    def _connect(self) -> None:
        self.label.changed.connect(lambda text: self._change(label=text))
        self.label.edit.editingFinished.connect(lambda: self.left.emit("label"))
        self.label.edit.returnPressed.connect(self.done)
        self.kind.chosen.connect(lambda kind: self._change(kind=cast(QuestionKind, kind)))
        self.choices.changed.connect(lambda choices: self._change(choices=choices))
        self.help.changed.connect(lambda text: self._change(help=text))
        self.default.changed.connect(lambda text: self._change(default=text))
        self.hidden.clicked.connect(lambda on: self._change(hidden=on))
        self.required.clicked.connect(lambda on: self._change(required=on))
        self.finish.clicked.connect(self.done)
        self.cancel.clicked.connect(self.cancelled)

    def begin(self) -> None:
        self.label.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_question(self, question: Question) -> None:
        self._question = question
        self.label.set_text(question.label)
        self.kind.set_value(question.kind)
        self._choices_field.setVisible(question.kind in WITH_CHOICES)
        self.choices.show_choices(question.choices)
        self.help.set_text(question.help)
        self.default.set_text(question.default)
        self.default.set_help(_default_help(question.kind))
        self.hidden.setChecked(question.hidden)
        self.required.setChecked(question.required)
        self.required.setVisible(not question.hidden)

    def show_problems(self, label: str, choices: str) -> None:
        self.label.set_error(problem_words("questions", label) if label else "")
        self._choices_field.set_error(problem_words("questions.x.choices", choices) if choices else "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
            return
        super().keyPressEvent(event)

    def _change(self, **values: object) -> None:
        self._question = replace(self._question, **values)  # type: ignore[arg-type]
        self.changed.emit(self._question)


class ChoicesControl(QWidget):
    """Answers as chips that can be removed, and one to add more. ``changed`` carries all of them."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices: tuple[str, ...] = ()
        self._shown: tuple[str, ...] | None = None
        self._flow = FlowLayout(self)
        self.add = Button(_("Add…"), "dashed", "small", icon="add_quiet")
        self.edit = LineEdit(compact=True)
        self.edit.setFixedWidth(180)
        self.edit.setAccessibleName(_("New answer"))
        self.edit.setPlaceholderText(_("New answer"))
        self._flow.addWidget(self.edit)
        self._flow.addWidget(self.add)
        self.edit.hide()
        self.setFocusProxy(self.add)
        self.add.clicked.connect(self._begin)
        self.edit.returnPressed.connect(self._take)
        self.edit.editingFinished.connect(self._leave)

    def show_choices(self, choices: tuple[str, ...]) -> None:
        self._choices = choices
        if choices == self._shown:
            return
        self._shown = choices
        for widget in (self.edit, self.add):
            self._flow.removeWidget(widget)
        clear(self._flow)
        for number, choice in enumerate(choices):
            chip = ChoiceChip(choice)
            chip.clicked.connect(lambda _on=False, number=number: self._remove(number))
            chip.moved.connect(lambda by, number=number: self._move(number, by))
            self._flow.addWidget(chip)
        self._flow.addWidget(self.edit)
        self._flow.addWidget(self.add)
        self.updateGeometry()

    def _begin(self) -> None:
        self.edit.show()
        self.add.hide()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take(self) -> None:
        """Enter takes the answer and waits for the next; on an empty line it ends."""
        text = self.edit.text().strip()
        self.edit.clear()
        if text:
            self.changed.emit((*self._choices, text))
            self.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._end()

    def _leave(self) -> None:
        if not self.edit.hasFocus():
            text = self.edit.text().strip()
            self.edit.clear()
            self._end()
            if text:
                self.changed.emit((*self._choices, text))

    def _end(self) -> None:
        focused = self.edit.hasFocus()
        self.edit.hide()
        self.add.show()
        if focused:
            self.add.setFocus(Qt.FocusReason.OtherFocusReason)

    def _remove(self, number: int) -> None:
        self.changed.emit(self._choices[:number] + self._choices[number + 1 :])
        self.add.setFocus(Qt.FocusReason.OtherFocusReason)

    def _move(self, number: int, by: int) -> None:
        order = list(self._choices)
        to = max(0, min(len(order) - 1, number + by))
        order.insert(to, order.pop(number))
        self.changed.emit(tuple(order))
        found = self._flow.itemAt(to)
        widget = found.widget() if found is not None else None
        if widget is not None:
            widget.setFocus(Qt.FocusReason.TabFocusReason)


class ChoiceChip(Focusable, QPushButton):
    """An answer; a press removes it, Alt with an arrow moves it."""

    moved = Signal(int)

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setAutoDefault(False)
        self.setAccessibleName(_("Remove the answer {answer}").format(answer=text))
        self.setToolTip(_("Remove"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        return QSize(min(320, round(text_width(self.text(), "label") + 46.5)), theme.sized(32))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if step and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.moved.emit(step)
        elif event.key() == Qt.Key.Key_Delete:
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        lit = self.underMouse()
        draw_rounded(painter, self.rect(), 8, c.hover if lit else c.surface, c.border_strong if lit else c.border_button)
        place = QRectF(12, 0, self.width() - 44, self.height())
        draw_text(painter, place, self.text(), "label", c.text)
        draw_icon(painter, "close", QRectF(self.width() - 28, (self.height() - 14) // 2, 14, 14), c.text_muted)
