"""What floats inside the window.

They are children of the window and not windows of their own: they stay inside it, look the same on every desktop, also on one
that cannot show transparent windows, and belong to the window for screen readers.
"""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.i18n import _
from app.ui import theme
from app.ui.widgets import reading_order
from app.ui.widgets.base import draw_rounded, painter_for, tell_role, with_alpha
from app.ui.widgets.buttons import Button
from app.ui.widgets.layouts import column
from app.ui.widgets.text import Label

_EDGE = 8
_SHADOW = 24

tell_role("Popover", QAccessible.Role.Dialog)


def draw_shadow(painter: QPainter, place: QRectF, radius: float, drop: float = 10, blur: float = _SHADOW) -> None:
    """The shadow of what floats, as rings that add up to a soft edge."""
    dark = theme.active().dark
    colour = theme.colours().tooltip if not dark else theme.colours().canvas.darker(300)
    strength, rings = (0.45, 12) if dark else (0.14, 12)
    painter.setPen(Qt.PenStyle.NoPen)
    for ring in range(rings):
        grow = blur / 2 * (1 - 2 * ring / rings)
        painter.setBrush(with_alpha(colour, strength / rings))
        painter.drawRoundedRect(
            place.translated(0, drop * 0.6).adjusted(-grow, -grow, grow, grow), radius + max(0, grow), radius + max(0, grow)
        )


class _Beside(QWidget):
    """Lies over the whole window while something floats, so that a press beside it closes it."""

    floats = True
    keeps_tab = True

    def __init__(self, window: QWidget, floating: Popover) -> None:
        super().__init__(window)
        self._floating = floating
        self.setProperty("ring_canvas", True)
        self.setGeometry(window.rect())
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._floating.close()
        return False

    def close_floating(self) -> None:
        self._floating.close()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._floating.close()

    def wheelEvent(self, event: object) -> None:
        self._floating.close()

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_shadow(painter_for(self), QRectF(self._floating.geometry()), 14)


def floating(window: QWidget) -> bool:
    """Whether something floats over ``window`` now."""
    found = window.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return any(getattr(child, "floats", False) and child.isVisible() for child in found)


def close_floating(window: QWidget) -> bool:
    """Closes the popover or menu that floats over ``window``, if there is one."""
    found = window.findChildren(_Beside, options=Qt.FindChildOption.FindDirectChildrenOnly)
    shown = [beside for beside in found if beside.isVisible()]
    for beside in shown[-1:]:
        beside.close_floating()
    return bool(shown)


class Popover(QWidget):
    """A small panel below the button that opened it. Fill ``body``, then ``open_at`` that button. Esc or a press beside
    closes it.

    It deletes itself after closing; ``closed`` comes once.
    """

    closed = Signal()

    def __init__(self, anchor: QWidget, *, name: str = "", width: int = 376, padding: int = 20) -> None:
        self._beside = _Beside(anchor.window(), self)
        super().__init__(self._beside)
        self._anchor: QWidget | None = anchor
        anchor.destroyed.connect(self._lose_anchor)
        self._wide = width
        self._returns = QApplication.focusWidget()
        self._open = False
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.body: QVBoxLayout = column(margins=(padding, padding, padding, padding), on=self)

    def open_at(self, anchor: QWidget | None = None, align: Literal["left", "right"] = "left") -> None:
        """Shows it below (or, without room, above) ``anchor``, its edge at ``align``."""
        anchor = anchor or self._anchor
        assert anchor is not None
        self._place(anchor, align)
        self._open = True
        self._beside.show()
        self._beside.raise_()
        self.show()
        self.first_focus()

    def open_at_point(self, point: QPoint) -> None:
        """Shows it at a point of the window, for context menus."""
        size = self._wanted()
        window = self._beside.rect()
        x = max(_EDGE, min(point.x(), window.width() - size.width() - _EDGE))
        y = max(_EDGE, min(point.y(), window.height() - size.height() - _EDGE))
        self.setGeometry(QRect(QPoint(x, y), size))
        self._open = True
        self._beside.show()
        self._beside.raise_()
        self.show()
        self.first_focus()

    def first_focus(self) -> None:
        """Where the keyboard goes when it opens: the first control inside."""
        found = reading_order.stops(self)
        (found[0] if found else self).setFocus(Qt.FocusReason.OtherFocusReason)

    def close(self) -> bool:
        """Gives the focus back to the anchor, or to what had it before, and tells ``closed``. Returns True in any case."""
        if not self._open:
            return True
        self._open = False
        self._beside.hide()
        self._beside.deleteLater()
        # What opened it may be gone: a card that was drawn anew meanwhile.
        anchor, before = (each if each is not None and isValid(each) else None for each in (self._anchor, self._returns))
        returns = anchor if anchor is not None and anchor.isVisible() else before
        if returns is not None and returns.focusPolicy() != Qt.FocusPolicy.NoFocus:
            returns.setFocus(Qt.FocusReason.OtherFocusReason)
        self.closed.emit()
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
            return
        super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Keeps Tab inside while it is open."""
        reading_order.go(self, forward)
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        c = theme.colours()
        draw_rounded(painter_for(self), self.rect(), self.radius, c.surface, c.border)

    radius = 14

    def _wanted(self) -> QSize:
        window = self._beside.rect()
        layout = self.layout()
        # Wider than drawn where larger text needs it.
        needed = layout.minimumSize().width() if layout is not None else 0
        width = min(max(self._wide, needed), window.width() - 2 * _EDGE) if self._wide else self.sizeHint().width()
        height = layout.heightForWidth(width) if layout is not None and layout.hasHeightForWidth() else self.sizeHint().height()
        return QSize(width, min(max(height, self.minimumHeight()), window.height() - 2 * _EDGE))

    def _place(self, anchor: QWidget, align: str) -> None:
        size = self._wanted()
        window = self._beside.rect()
        corner = anchor.mapTo(anchor.window(), QPoint(0, 0))
        x = corner.x() if align == "left" else corner.x() + anchor.width() - size.width()
        below, above = corner.y() + anchor.height() + 4, corner.y() - size.height() - 4
        fits = below + size.height() <= window.height() - _EDGE
        y = below if fits or above < _EDGE else above
        x = max(_EDGE, min(x, window.width() - size.width() - _EDGE))
        y = max(_EDGE, min(y, window.height() - size.height() - _EDGE))
        self.setGeometry(QRect(QPoint(x, y), size))

    def _lose_anchor(self) -> None:
        self._anchor = None


class HelpPopover(Popover):
    """A title and a text to read, such as what is behind *How to fix*."""

    def __init__(self, anchor: QWidget, title: str, text: str) -> None:
        super().__init__(anchor, name=title)
        self.body.addWidget(Label(title, "sub", wrap=True))
        self.body.addSpacing(6)
        self.body.addWidget(Label(text, "small", "muted", wrap=True))
        close = Button(_("Close"), "secondary", "small")
        close.clicked.connect(self.close)
        self.body.addSpacing(14)
        self.body.addWidget(close, 0, Qt.AlignmentFlag.AlignLeft)
