"""The second page of the preview: the form as guests will see it. A drawing; nothing is filled in here."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain import asking
from app.domain.asking import Asked, Field, Input
from app.domain.choosing import Choose
from app.domain.public import PageState
from app.ui import theme
from app.ui.pages.host_head import HostHead
from app.ui.pages.preview_state import PreviewState
from app.ui.widgets import Label, clear, column, row
from app.ui.widgets.base import Sized, draw_rounded, draw_text, painter_for, text_width
from app.ui.widgets.icons import draw_icon


class PreviewForm(QWidget):
    back_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._head = HostHead()
        self._drawn: object = None
        self._fields = column(gap=12)
        lines = column(margins=(16, 8, 16, 12), on=self)
        lines.addWidget(self._head)
        lines.addSpacing(14)
        lines.addLayout(self._fields)
        lines.addStretch(1)

    def show_form(self, state: PreviewState, view: Choose) -> None:
        length = next((each.text for each in view.lengths if each.chosen), "")
        when = view.picks[0].text if view.picks else view.bar
        self._head.show_head(state.host.name, when, f"{state.page.title}, {length}", colour=state.page.colour)
        self._head.show_picture(state.picture if state.page.picture else b"", state.page.picture_kind)
        fields = asking.fields(state.page, state.host, state.words)
        asked = asking.consent(state.page, state.host, state.words)
        button = _button(state)
        if (fields, asked, button) == self._drawn:
            return
        self._drawn = (fields, asked, button)
        clear(self._fields)
        for field in fields:
            self._fields.addWidget(_drawn(field))
        if asked is not None:
            self._fields.addWidget(DrawnConsent(asked))
        self._fields.addWidget(DrawnButton(button))


def _button(state: PreviewState) -> str:
    if state.page.state is PageState.REQUEST:
        return state.words.gettext("Send the request")
    return state.words.gettext("Book the meeting")


def _drawn(field: Field) -> QWidget:
    match field.input:
        case Input.TICK:
            return DrawnChoices("", (field.label,), required=field.required, box=True)
        case Input.RADIOS | Input.TICKS:
            return DrawnChoices(field.label, field.choices, required=field.required, box=field.input is Input.TICKS)
    return DrawnField(
        field.label,
        required=field.required,
        high=field.input is Input.LONG,
        caret=field.input is Input.SELECT,
        hint=field.help,
    )


class DrawnField(Sized, QWidget):
    """An input as guests see it."""

    def __init__(self, label: str, *, required: bool = False, high: bool = False, caret: bool = False, hint: str = "") -> None:
        super().__init__()
        self._required, self._high, self._caret = required, high, caret
        self._label = Label(label, "label", wrap=True)
        self._hint = Label(hint, "caption_regular", "muted", wrap=True)
        lines = column(on=self)
        lines.addWidget(self._label)
        lines.addSpacing(6 + theme.sized(60 if high else 36))
        lines.addSpacing(6 if hint else 0)
        lines.addWidget(self._hint)
        self._hint.setVisible(bool(hint))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        top = self._label.geometry().bottom() + 7
        place = QRectF(0, top, self.width(), theme.sized(60 if self._high else 36))
        draw_rounded(painter, place, 8, c.surface, c.border_strong)
        if self._caret:
            draw_icon(painter, "expand", QRectF(place.right() - 28, round(place.center().y() - 8), 16, 16), c.text_muted)
        if self._required:
            after = min(text_width(self._label.text(), "label") + 4, self.width() - 8.0)
            draw_text(painter, QRectF(after, 0, 12, theme.line("label")), "*", "label", c.danger)


class DrawnChoices(Sized, QWidget):
    """Answers to choose from, round or square."""

    def __init__(self, label: str, choices: tuple[str, ...], *, required: bool, box: bool) -> None:
        super().__init__()
        self._required, self._box = required, box
        self._label = Label(label, "label", wrap=True)
        self._choices = [Label(choice, "small", wrap=True) for choice in choices]
        lines = column(gap=8, on=self)
        lines.addWidget(self._label)
        self._label.setVisible(bool(label))
        for choice in self._choices:
            line = row(margins=(26, 0, 0, 0))
            line.addWidget(choice)
            lines.addLayout(line)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        for choice in self._choices:
            place = QRectF(1, choice.y() + (theme.line("small") - 16) / 2, 16, 16)
            draw_rounded(painter, place, 4 if self._box else 8, c.surface, c.border_strong, 1.5)
        if self._required and not self._label.isHidden():
            after = min(text_width(self._label.text(), "label") + 4, self.width() - 8.0)
            draw_text(painter, QRectF(after, 0, 12, theme.line("label")), "*", "label", c.danger)


class DrawnConsent(DrawnChoices):
    """The consent: with a box to tick, or as a notice."""

    def __init__(self, asked: Asked) -> None:
        link = asked.link_text if asked.link else ""
        whole = " ".join(part for part in (asked.text, asked.basis, link) if part)
        super().__init__("" if asked.tick else whole, (whole,) if asked.tick else (), required=False, box=True)
        said = self._choices[0] if asked.tick else self._label
        said.set_role("small")
        said.set_tone("muted")
        said.set_strong(link)


class DrawnButton(Sized, QWidget):
    """The button that ends the form."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(200, theme.sized(44))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        draw_rounded(painter, self.rect(), 10, c.accent)
        draw_text(painter, self.rect(), self._text, "body_medium", c.on_accent, Qt.AlignmentFlag.AlignHCenter)
