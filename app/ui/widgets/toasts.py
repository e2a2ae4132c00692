"""Toasts: a short word about something that went well."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QAccessible, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from app.ui import theme
from app.ui.widgets.base import Focusable, Sized, draw_rounded, draw_text, painter_for, tell_role, text_width, with_alpha
from app.ui.widgets.buttons import plain
from app.ui.widgets.icons import draw_icon
from app.ui.widgets.layouts import row
from app.ui.widgets.motion import Glide
from app.ui.widgets.speaking import tell

tell_role("Toast", QAccessible.Role.AlertMessage)


class Toast(Sized, QWidget):
    """A short word at the lower middle of the window, with at most one action."""

    floats = True

    def __init__(
        self, window: QWidget, text: str, icon: str, action: str, call: Callable[[], None] | None, seconds: float
    ) -> None:
        super().__init__(window)
        self._window = window
        self._stays = False
        self._text, self._icon = text, icon
        self._fade = Glide(self, theme.motion().toast)
        self.setAccessibleName(text)
        line = row(margins=(0, 0, 4, 0), on=self)
        line.addStretch(1)
        self.button: _ToastAction | None = None
        if action and call is not None:
            self.button = _ToastAction(action, self)
            self.button.clicked.connect(self.go)
            self.button.clicked.connect(call)
            line.addWidget(self.button)
        window.installEventFilter(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.go)
        self._timer.start(round(seconds * 1000))
        self._place()
        self.show()
        self.raise_()
        self._fade.to(1.0)
        tell(self, QAccessible.Event.Alert)

    def go(self) -> None:
        """Takes it away for good, without a fade."""
        self.hide()
        self.deleteLater()

    def stay(self) -> None:
        """Keeps it until ``go`` is called."""
        self._timer.stop()
        self._stays = True
        self._fade.jump(1.0)

    def sizeHint(self) -> QSize:
        wide = text_width(self._text, "label") + 32 + (28 if self._icon else 0)
        if self.button is not None:
            wide += self.button.sizeHint().width() + 7
        return QSize(round(wide), theme.sized(42))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def enterEvent(self, event: object) -> None:
        self._timer.stop()

    def leaveEvent(self, event: object) -> None:
        if not self._stays:
            self._timer.start(2000)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        painter.setOpacity(self._fade.value)
        draw_rounded(painter, self.rect(), 10, c.tooltip)
        left = 16.0
        if self._icon:
            draw_icon(painter, self._icon, QRectF(left, (self.height() - 18) // 2, 18, 18), c.on_tooltip)
            left += 28
        room = self.width() - left - 12 - (self.button.width() if self.button is not None else 0)
        draw_text(painter, QRectF(left, 0, room, self.height()), self._text, "label", c.on_tooltip)

    def _place(self) -> None:
        window = self._window
        size = self.sizeHint().boundedTo(QSize(window.width() - 32, 200))
        self.setGeometry(QRect(QPoint((window.width() - size.width()) // 2, window.height() - size.height() - 24), size))


class _ToastAction(Focusable, QPushButton):
    """The action in a toast, in the toast's own colours."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(round(text_width(plain(self.text()), "label")) + 24, theme.sized(32))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        if self.underMouse() or self.hasFocus():
            draw_rounded(painter, self.rect(), 6, with_alpha(c.on_tooltip, 0.14))
        draw_text(painter, self.rect(), plain(self.text()), "label", c.on_tooltip, Qt.AlignmentFlag.AlignHCenter)


def toast(
    near: QWidget, text: str, *, action: str = "", call: Callable[[], None] | None = None, icon: str = "status_ok"
) -> Toast:
    """Shows a toast in the window of ``near``, in place of an earlier one: 5 s, with an action 10 s."""
    window = near.window()
    for earlier in window.findChildren(Toast, options=Qt.FindChildOption.FindDirectChildrenOnly):
        earlier.go()
    return Toast(window, text, icon, action, call, 10 if action else 5)
