"""Code to be copied, in a sunken box."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from app.ui import theme
from app.ui.widgets.base import Sized, draw_rounded, painter_for
from app.ui.widgets.fields import clear_base
from app.ui.widgets.surfaces import style_scroll_bars

_PADDING = 12


class CodeBox(Sized, QPlainTextEdit):
    """Shows code as it is. It can be read and chosen with the keyboard, not changed; higher than ``most`` lines it scrolls."""

    def __init__(self, most: int = 12, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._most = most
        self.setReadOnly(True)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        clear_base(self)
        style_scroll_bars(self)
        self.viewport().setAutoFillBackground(False)
        self.setViewportMargins(_PADDING, _PADDING - 2, _PADDING, _PADDING - 2)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._ground = _Ground(self)

    def show_code(self, code: str, name: str) -> None:
        """``name`` is for screen readers. What is marked stays marked while the code is the same."""
        self.setAccessibleName(name)
        if code != self.toPlainText():
            self.setPlainText(code)
        self.setFont(theme.font("code"))
        self.setFixedHeight(self.sizeHint().height())

    def sizeHint(self) -> QSize:
        line = QFontMetricsF(theme.font("code")).lineSpacing()
        lines = max(2, min(self._lines(), self._most))
        return QSize(240, round(line * lines) + 2 * _PADDING + 10)

    def _lines(self) -> int:
        """How many lines the code takes at the width of the box."""
        metrics = QFontMetricsF(theme.font("code"))
        room = max(120.0, self.width() - 2.0 * _PADDING - 12)
        return sum(max(1, int(-(-metrics.horizontalAdvance(line) // room))) for line in self.toPlainText().split("\n"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._ground.setGeometry(self.rect())
        self._ground.lower()
        high = self.sizeHint().height()
        if high != self.height():
            self.setFixedHeight(high)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            event.ignore()
            return
        super().keyPressEvent(event)


class _Ground(QWidget):
    """What lies beneath the code."""

    def __init__(self, box: CodeBox) -> None:
        super().__init__(box)
        self._box = box
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        c = theme.colours()
        focused = self._box.hasFocus()
        place = QRectF(self.rect())
        draw_rounded(painter_for(self), place, 8, c.sunken, c.accent if focused else c.border, 2 if focused else 1)
