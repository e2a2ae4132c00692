"""Several lines of text with their label, help and error."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from app.ui.widgets.base import Sized, painter_for
from app.ui.widgets.fields import Field, clear_base, draw_input_frame

_PADDING = 12


class _Area(Sized, QPlainTextEdit):
    """The bare input of several lines. Tab leaves it."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self._rows = rows
        self.error = False
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setTabChangesFocus(True)
        clear_base(self)
        self.viewport().setAutoFillBackground(False)
        self.setViewportMargins(_PADDING - 4, 6, 4, 6)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._frame = _AreaFrame(self)

    def sizeHint(self) -> QSize:
        line = QFontMetricsF(self.font()).lineSpacing()
        return QSize(240, round(line * self._rows) + 22)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._frame.setGeometry(self.rect())
        self._frame.lower()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._frame.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._frame.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            event.ignore()
            return
        super().keyPressEvent(event)


class _AreaFrame(QWidget):
    """The outline of a text area, beneath its viewport."""

    def __init__(self, area: _Area) -> None:
        super().__init__(area)
        self._area = area
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        area = self._area
        draw_input_frame(
            painter_for(self),
            QRectF(self.rect()),
            focused=area.hasFocus(),
            error=area.error,
            enabled=area.isEnabled(),
            read_only=area.isReadOnly(),
        )


class TextArea(Field):
    """Several lines of text."""

    changed = Signal(str)

    def __init__(
        self,
        label: str = "",
        *,
        required: bool = False,
        optional: bool = False,
        help: str = "",
        placeholder: str = "",
        rows: int = 3,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(label, required=required, optional=optional, help=help, parent=parent)
        self.edit = _Area(rows)
        self.edit.setPlaceholderText(placeholder)
        self._place_input(self.edit)
        self._silent = False
        self.edit.textChanged.connect(self._changed)

    def text(self) -> str:
        return self.edit.toPlainText()

    def set_text(self, text: str) -> None:
        """Shows ``text`` without ``changed``."""
        if text != self.text():
            self._silent = True
            self.edit.setPlainText(text)
            self._silent = False

    def _mark(self, *, error: bool = False, valid: bool = False) -> None:
        self.edit.error = error
        self.edit.viewport().update()
        self.edit.update()

    def _changed(self) -> None:
        if not self._silent:
            self.changed.emit(self.text())
