"""Rows of Data and privacy: an icon, what it is and what it does, and one button at the right."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget

from app.i18n import _
from app.ui import theme
from app.ui.widgets import Button, Label, column, row
from app.ui.widgets.base import Sized, painter_for
from app.ui.widgets.icons import draw_icon


class ActRow(Sized, QWidget):
    """``pressed`` follows the button. While work is under way the button becomes *Cancel* (``stopped``), if it can be given up,
    and the line tells how far it is."""

    pressed = Signal()
    stopped = Signal()

    def __init__(self, icon: str, *, stoppable: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._stoppable = icon, stoppable
        self._act, self._text, self._working = "", "", False
        self._title = Label("", "body_medium", wrap=True)
        self._effect = Label("", "small", "muted", wrap=True)
        self.button = Button("", "secondary")
        self.button.clicked.connect(self._clicked)
        words = column(gap=2)
        words.addWidget(self._title)
        words.addWidget(self._effect)
        line = row(gap=16, margins=(56, 14, 16, 14), on=self)
        line.addLayout(words, 1)
        line.addWidget(self.button)

    def set_words(self, title: str, text: str, act: str) -> None:
        self._act, self._text = act, text
        self._title.setText(title)
        self.button.setAccessibleDescription(title)
        self._show()

    def set_text(self, text: str) -> None:
        self._text = text
        self._show()

    @property
    def title(self) -> str:
        return self._title.text()

    @property
    def working(self) -> bool:
        return self._working

    def work(self, words: str) -> None:
        """Says what is under way; empty: nothing is any more."""
        self._working = bool(words)
        self._show(words)

    def _show(self, words: str = "") -> None:
        self._effect.setText(words if self._working and words else self._text)
        self._effect.setAccessibleName(self._effect.text())
        stop = self._working and self._stoppable
        self.button.setText(_("Cancel") if stop else self._act)
        self.button.set_busy(self._working and not self._stoppable)

    def _clicked(self) -> None:
        if self._working:
            self.stopped.emit()
        else:
            self.pressed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_icon(painter_for(self), self._icon, QRectF(20, 16, 20, 20), theme.colours().text_muted)
