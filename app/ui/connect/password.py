"""A field for a password: what is typed stays hidden until its owner wants to see it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit

from app.i18n import _
from app.ui.widgets import IconButton, LineEdit
from app.ui.widgets.base import painter_for
from app.ui.widgets.fields import Field, draw_input_frame

_EYE = 32


class SecretEdit(LineEdit):
    """The bare input, with an eye at its right."""

    def __init__(self) -> None:
        super().__init__()
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText | Qt.InputMethodHint.ImhNoAutoUppercase
        )
        self.eye = IconButton("show_password", "", size=_EYE, parent=self)
        self.eye.clicked.connect(lambda: self.show_letters(self.echoMode() is QLineEdit.EchoMode.Password))
        self.show_letters(False)

    def show_letters(self, shown: bool) -> None:
        self.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self.eye.set_icon("eye-slash" if shown else "show_password")
        self.eye.set_name(_("Hide the password") if shown else _("Show the password"))

    def retranslate(self) -> None:
        self.show_letters(self.echoMode() is QLineEdit.EchoMode.Normal)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.eye.setGeometry(self.width() - _EYE - 4, (self.height() - _EYE) // 2, _EYE, _EYE)

    def _set_margins(self) -> None:
        self.setTextMargins(10, 0, _EYE + 8, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        # Without the mark of an error at the right: the eye is there, and the outline and the line below say it too.
        painter = painter_for(self)
        draw_input_frame(painter, QRectF(self.rect()), focused=self.hasFocus(), error=self._error, enabled=self.isEnabled())
        painter.end()
        QLineEdit.paintEvent(self, event)


class PasswordField(Field):
    """``changed`` follows each key."""

    changed = Signal(str)

    def __init__(self) -> None:
        super().__init__("", required=True)
        self.edit = SecretEdit()
        self._place_input(self.edit)
        self.edit.textEdited.connect(self.changed)

    def text(self) -> str:
        return self.edit.text()

    def set_label(self, text: str) -> None:
        super().set_label(text)
        self.edit.retranslate()

    def _mark(self, *, error: bool = False, valid: bool = False) -> None:
        self.edit.set_state(error=error)
