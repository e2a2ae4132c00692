"""Dialogs: real windows with the system's title bar, a body, and a footer with the choices."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.widgets import reading_order
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.layouts import column, row
from app.ui.widgets.text import Divider, Label
from app.ui.widgets.text_area import TextArea


class Dialog(QDialog):
    """Fill ``body``, add buttons, then ``open()`` it (never ``exec``). ``answer`` is the id of the button that closed it,
    empty for Esc.

    Esc is Cancel; Enter presses the primary unless a field of several lines has the focus.
    """

    def __init__(self, parent: QWidget | None, title: str, *, width: int = 480, heading: str = "") -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.answer = ""
        self._wide = width
        self._buttons: dict[str, Button] = {}
        self._primary: Button | None = None
        outer = column(on=self)
        self.body: QVBoxLayout = column(gap=12, margins=(24, 24, 24, 24))
        outer.addLayout(self.body, 1)
        outer.addWidget(Divider())
        self.footer: QHBoxLayout = row(gap=8, margins=(24, 14, 24, 14))
        self.footer.addStretch(1)
        outer.addLayout(self.footer)
        if heading:
            self.body.addWidget(Label(heading, "heading", wrap=True))
        self.setMinimumWidth(round(width * max(1.0, theme.active().scale)))

    def add_button(self, answer: str, text: str, kind: Kind = "secondary", *, at: Literal["left", "right"] = "right") -> Button:
        """Adds a button that closes the dialog with ``answer``. Primary and danger ones are pressed by Enter."""
        button = Button(text, kind, flush=at == "left" and kind in ("ghost", "quiet"))
        button.clicked.connect(lambda: self.close_with(answer))
        if at == "left":
            self.footer.insertWidget(0, button)
        else:
            self.footer.addWidget(button)
        if kind in ("primary", "danger"):
            button.setDefault(True)
            self._primary = button
        self._buttons[answer] = button
        self._give_mnemonics()
        return button

    def button(self, answer: str) -> Button:
        return self._buttons[answer]

    def close_with(self, answer: str) -> None:
        """Closes as if the button ``answer`` had been pressed, or Esc if it is empty."""
        self.answer = answer
        self.accept() if answer else self.reject()

    def sizeHint(self) -> QSize:
        """As wide as it was made, or as its buttons need, and as high as its texts are at that width. Qt would take the height
        that they have at the width they would like best."""
        layout = self.layout()
        if layout is None:
            return super().sizeHint()
        width = max(self.minimumWidth(), self.footer.sizeHint().width(), layout.minimumSize().width())
        if self.screen() is not None:
            width = min(width, self.screen().availableGeometry().width())
        high = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.sizeHint().height()
        return QSize(width, high)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes as one reads."""
        return reading_order.go(self, forward)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not isinstance(self.focusWidget(), QPlainTextEdit) and self._primary is not None and self._primary.isEnabled():
                focused = self.focusWidget()
                (focused if isinstance(focused, Button) else self._primary).click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.colours().surface)

    def _give_mnemonics(self) -> None:
        """Each button gets the first letter that no other has; translations need no marks."""
        taken: set[str] = set()
        for button in self._buttons.values():
            text = button.text().replace("&", "")
            letter = next((letter for letter in text.lower() if letter.isalpha() and letter not in taken), "")
            taken.add(letter)
            at = text.lower().find(letter) if letter else -1
            button.setText(text if at < 0 else f"{text[:at]}&{text[at:]}")


class Question(Dialog):
    """A question in words with its answers. ``word``: also asks for a text, which ``said()`` gives."""

    def __init__(
        self,
        parent: QWidget | None,
        title: str,
        text: str,
        answers: tuple[tuple[str, str, Kind], ...],
        *,
        word: str = "",
        placeholder: str = "",
        width: int = 440,
    ) -> None:
        super().__init__(parent, title, width=width, heading=title)
        self._text = Label(text, "body", "muted", wrap=True)
        self.body.addWidget(self._text)
        self._text.setVisible(bool(text))
        self._word: TextArea | None = None
        self._said = ""
        if word:
            self._word = TextArea(word, optional=True, placeholder=placeholder, rows=3)
            self.body.addWidget(self._word)
        self.body.addStretch(1)
        for answer, words, kind in answers:
            self.add_button(answer, words, kind, at="left" if kind == "ghost" else "right")

    def showEvent(self, event: QShowEvent) -> None:
        """Qt lets a new window have two thirds of the screen at most, which may be less than it needs."""
        super().showEvent(event)
        self.resize(self.size().expandedTo(self.sizeHint()))

    def close_with(self, answer: str) -> None:
        """Keeps the word, for the field is gone when the answer is read."""
        if self._word is not None:
            self._said = self._word.text().strip()
        super().close_with(answer)

    def said(self) -> str:
        """The word that was written when a button was pressed."""
        return self._said
