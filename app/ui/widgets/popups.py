"""What floats inside the window: popovers, menus and toasts.

They are children of the window and not windows of their own: they stay inside it, look the same on every desktop, also on one
that cannot show transparent windows, and belong to the window for screen readers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.i18n import _
from app.ui import theme
from app.ui.widgets.base import Focusable, Sized, draw_rounded, draw_text, painter_for, tell_role, text_width, with_alpha
from app.ui.widgets.buttons import Button, plain
from app.ui.widgets.icons import draw_icon
from app.ui.widgets.layouts import column, row
from app.ui.widgets.motion import Glide
from app.ui.widgets.text import Divider, Label

_EDGE = 8
_SHADOW = 24

tell_role("Popover", QAccessible.Role.Dialog)
tell_role("MenuPopup", QAccessible.Role.PopupMenu)
tell_role("MenuRow", QAccessible.Role.MenuItem)
tell_role("Toast", QAccessible.Role.AlertMessage)


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
    return any(isinstance(child, _Beside | Toast) and child.isVisible() for child in found)


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
        for child in self.findChildren(QWidget):
            if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.isEnabled() and child.isVisibleTo(self):
                child.setFocus(Qt.FocusReason.OtherFocusReason)
                return
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def close(self) -> bool:
        if not self._open:
            return True
        self._open = False
        self._beside.hide()
        self._beside.deleteLater()
        returns = self._anchor if self._anchor is not None and self._anchor.isVisible() else self._returns
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
        stops = [
            child
            for child in self.findChildren(QWidget)
            if child.focusPolicy() & Qt.FocusPolicy.TabFocus
            and child.isEnabled()
            and child.isVisibleTo(self)
            and not child.focusProxy()
        ]
        if not stops:
            return True
        here = QApplication.focusWidget()
        at = stops.index(here) if here in stops else (-1 if forward else 0)
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        stops[(at + (1 if forward else -1)) % len(stops)].setFocus(reason)
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        c = theme.colours()
        draw_rounded(painter_for(self), self.rect(), self.radius, c.surface, c.border)

    radius = 14

    def _wanted(self) -> QSize:
        window = self._beside.rect()
        width = min(self._wide, window.width() - 2 * _EDGE) if self._wide else self.sizeHint().width()
        layout = self.layout()
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


class MenuRow(Focusable, QPushButton):
    """One entry of a menu."""

    focus_radius = 6
    focus_inside = True

    def __init__(self, text: str, icon: str, danger: bool, checked: bool | None, parent: QWidget) -> None:
        super().__init__(text, parent)
        self._icon, self._danger, self._ticked = icon, danger, checked
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        lead = 26 if self._icon or self._ticked is not None else 0
        return QSize(round(text_width(plain(self.text()), "body") + lead + 36), theme.sized(36))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        lit = (self.underMouse() or self.hasFocus()) and self.isEnabled()
        if lit:
            draw_rounded(painter, self.rect(), 6, c.danger_soft if self._danger else c.selected)
        colour = c.text_faint if not self.isEnabled() else c.danger_text if self._danger else c.text
        left = 12.0
        middle = (self.height() - 18) // 2
        if self._ticked:
            draw_icon(painter, "check-bold", QRectF(left, middle + 1, 16, 16), c.accent)
        elif self._icon:
            draw_icon(painter, self._icon, QRectF(left, middle, 18, 18), colour if self._danger else c.text_muted)
        if self._icon or self._ticked is not None:
            left += 26
        draw_text(painter, QRectF(left, 0, self.width() - left - 12, self.height()), plain(self.text()), "body", colour)


class MenuPopup(Popover):
    """A menu: ``add`` entries, then ``open_at`` or ``open_at_point``. Arrows move, Enter takes, letters jump."""

    def __init__(self, anchor: QWidget, *, name: str = "") -> None:
        super().__init__(anchor, name=name, width=0, padding=6)
        self.radius = 10
        self.setMinimumWidth(160)
        self._rows: list[MenuRow] = []

    def add(
        self,
        text: str,
        call: Callable[[], None],
        *,
        icon: str = "",
        danger: bool = False,
        checked: bool | None = None,
        possible: bool = True,
    ) -> MenuRow:
        entry = MenuRow(text, icon, danger, checked, self)
        entry.setEnabled(possible)
        entry.clicked.connect(lambda: self._take(call))
        self.body.addWidget(entry)
        self._rows.append(entry)
        return entry

    def add_separator(self) -> None:
        self.body.addSpacing(4)
        self.body.addWidget(Divider(12))
        self.body.addSpacing(4)

    def rows(self) -> tuple[MenuRow, ...]:
        return tuple(self._rows)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        possible = [entry for entry in self._rows if entry.isEnabled()]
        here = QApplication.focusWidget()
        at = possible.index(here) if here in possible else -1
        key = event.key()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and possible:
            self._go(possible[(at + (1 if key == Qt.Key.Key_Down else -1 if at >= 0 else 0)) % len(possible)])
        elif key == Qt.Key.Key_Home and possible:
            self._go(possible[0])
        elif key == Qt.Key.Key_End and possible:
            self._go(possible[-1])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and at >= 0:
            possible[at].click()
        elif event.text().strip() and possible:
            after = possible[at + 1 :] + possible[: at + 1]
            found = next((entry for entry in after if plain(entry.text()).lower().startswith(event.text().lower())), None)
            if found is not None:
                self._go(found)
        else:
            super().keyPressEvent(event)

    def _go(self, entry: MenuRow) -> None:
        entry.setFocus(Qt.FocusReason.TabFocusReason)

    def _take(self, call: Callable[[], None]) -> None:
        self.close()
        call()


class Toast(Sized, QWidget):
    """A short word at the lower middle of the window, with at most one action."""

    def __init__(
        self, window: QWidget, text: str, icon: str, action: str, call: Callable[[], None] | None, seconds: float
    ) -> None:
        super().__init__(window)
        self._window = window
        self._text, self._icon = text, icon
        self._fade = Glide(self, theme.motion().toast)
        self.setAccessibleName(text)
        line = row(margins=(0, 0, 8, 0), on=self)
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
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def go(self) -> None:
        self.hide()
        self.deleteLater()

    def sizeHint(self) -> QSize:
        wide = text_width(self._text, "body_medium") + 40 + (26 if self._icon else 0)
        if self.button is not None:
            wide += self.button.sizeHint().width()
        return QSize(round(wide), theme.sized(42))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def enterEvent(self, event: object) -> None:
        self._timer.stop()

    def leaveEvent(self, event: object) -> None:
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
        room = self.width() - left - 16 - (self.button.width() if self.button is not None else 0)
        draw_text(painter, QRectF(left, 0, room, self.height()), self._text, "body_medium", c.on_tooltip)

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
        return QSize(round(text_width(plain(self.text()), "body_medium")) + 24, theme.sized(30))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        if self.underMouse() or self.hasFocus():
            draw_rounded(painter, self.rect(), 6, with_alpha(c.on_tooltip, 0.14))
        draw_text(painter, self.rect(), plain(self.text()), "body_medium", c.on_tooltip, Qt.AlignmentFlag.AlignHCenter)


def toast(
    near: QWidget, text: str, *, action: str = "", call: Callable[[], None] | None = None, icon: str = "status_ok"
) -> Toast:
    """Shows a toast in the window of ``near``, in place of an earlier one: 5 s, with an action 10 s."""
    window = near.window()
    for earlier in window.findChildren(Toast, options=Qt.FindChildOption.FindDirectChildrenOnly):
        earlier.go()
    return Toast(window, text, icon, action, call, 10 if action else 5)
