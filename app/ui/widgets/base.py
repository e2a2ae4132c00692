"""What all widgets of the kit share: drawing helpers, and the keyboard's focus ring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QScrollArea, QWidget
from shiboken6 import Shiboken

from app.ui import theme
from app.ui.tokens import Role
from app.ui.widgets.speaking import tell_role as tell_role

if TYPE_CHECKING:
    _Mixed = QWidget
else:
    _Mixed = object

_KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
RING = 5
"""How far the focus ring reaches beyond its control: 2 px of air, 2 px of line, 1 px for its soft edge."""


def painter_for(widget: QWidget) -> QPainter:
    """A painter with antialiasing; only within the widget's ``paintEvent``."""
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return painter


def draw_rounded(
    painter: QPainter,
    place: QRect | QRectF,
    radius: float,
    fill: QColor | None = None,
    outline: QColor | None = None,
    width: float = 1.0,
    dashed: bool = False,
) -> None:
    """A rounded rectangle whose outline lies wholly inside ``place``, so that a hairline is a whole pixel."""
    rect = QRectF(place)
    if outline is None and fill is not None and fill.alpha() and theme.contrast():
        outline = theme.colours().text
    if outline is None:
        painter.setPen(Qt.PenStyle.NoPen)
    else:
        rect, width = _on_pixels(painter, rect, width)
        pen = QPen(outline, width)
        if dashed:
            pen.setDashPattern([4 / width, 3 / width])
        painter.setPen(pen)
        rect = rect.adjusted(width / 2, width / 2, -width / 2, -width / 2)
        radius = max(0.0, radius - width / 2)
    painter.setBrush(Qt.BrushStyle.NoBrush if fill is None else fill)
    radius = min(radius, rect.height() / 2, rect.width() / 2)
    painter.drawRoundedRect(rect, radius, radius)


def _on_pixels(painter: QPainter, rect: QRectF, width: float) -> tuple[QRectF, float]:
    """On a screen with, say, one and a half pixels to a logical one, the place and the width of a line that fills whole
    pixels."""
    ratio = painter.device().devicePixelRatioF()
    if ratio == int(ratio):
        return rect, width
    there = painter.deviceTransform()
    found = there.mapRect(rect)
    left, top, right, bottom = (round(edge) for edge in (found.left(), found.top(), found.right(), found.bottom()))
    back, _possible = there.inverted()
    return back.mapRect(QRectF(left, top, right - left, bottom - top)), max(1, int(width * ratio)) / ratio


def draw_text(
    painter: QPainter,
    place: QRect | QRectF,
    text: str,
    role: Role,
    colour: QColor,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    """One line of text, vertically in the middle, cut with an ellipsis where it does not fit."""
    painter.setFont(theme.font(role))
    painter.setPen(colour)
    rect = QRectF(place)
    text = fitted(painter, text, role, rect)
    painter.drawText(rect, int(align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), text)


def fitted(painter: QPainter, text: str, role: Role, place: QRectF) -> str:
    """``text``, cut with an ellipsis where it is wider than ``place``."""
    if text_width(text, role) <= place.width() + 0.5:
        return text
    return QFontMetricsF(theme.font(role)).elidedText(text, Qt.TextElideMode.ElideRight, place.width())


def text_width(text: str, role: Role) -> float:
    """The advance of ``text`` in logical pixels."""
    return QFontMetricsF(theme.font(role)).horizontalAdvance(text)


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """``one`` with ``share`` (0 to 1) of ``other``; alpha is mixed as well."""
    if share <= 0:
        return one
    if share >= 1:
        return other
    keep = 1 - share
    return QColor.fromRgbF(
        one.redF() * keep + other.redF() * share,
        one.greenF() * keep + other.greenF() * share,
        one.blueF() * keep + other.blueF() * share,
        one.alphaF() * keep + other.alphaF() * share,
    )


def with_alpha(colour: QColor, alpha: float) -> QColor:
    """A copy with the opacity ``alpha``, from 0 to 1."""
    found = QColor(colour)
    found.setAlphaF(alpha)
    return found


class Sized(_Mixed):
    """Mixin: asks for its size again when the text size or the language changes."""

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.LanguageChange, QEvent.Type.StyleChange):
            self.updateGeometry()
            self.update()
        super().changeEvent(event)


class Focusable(Sized):
    """Mixin for controls that show the focus ring, for keyboard focus only.

    ``focus_radius`` is the radius of the control; with ``focus_inside`` the ring is drawn within it, as rows and cards want it.
    """

    focus_radius: float = 8
    focus_inside: bool = False

    def focus_place(self) -> QRect:
        """The control's outline in its own coordinates; the ring goes around it."""
        return self.rect()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        FocusRing.focus_came(self, event.reason())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        FocusRing.focus_went(self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        FocusRing.keyboard = False
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        FocusRing.keyboard = True
        super().keyPressEvent(event)


class FocusRing(QWidget):
    """The ring around the control that the keyboard is at.

    It is a child of the scrolled content or of the window, so it scrolls along and is not cut off at the edge of a card. Each
    of these keeps its ring for good and shows it when it is needed; it ends with them.
    """

    keyboard = False
    _shown: FocusRing | None = None

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._canvas = canvas
        self._control: Focusable | None = None
        self._watched: list[QWidget] = []
        self.hide()

    @classmethod
    def focus_came(cls, control: Focusable, reason: Qt.FocusReason) -> None:
        """Rings ``control`` if the keyboard brought the focus to it, or the program did after the keyboard was last used."""
        if not control.hasFocus():
            # A dialog that opens tells its first control of a focus that it does not have yet, as if Tab had been pressed.
            return
        if reason in _KEYBOARD:
            cls.keyboard = True
        elif reason == Qt.FocusReason.MouseFocusReason:
            cls.keyboard = False
        if cls.keyboard and reason != Qt.FocusReason.PopupFocusReason:
            cls.show_at(control)

    @classmethod
    def focus_went(cls, control: Focusable) -> None:
        """Hides the ring if it stands at ``control``."""
        shown = cls._now()
        if shown is not None and shown._control is control:
            shown.go()

    @classmethod
    def refresh_at(cls, control: Focusable) -> None:
        """Follows a control that changed its ``focus_place``."""
        shown = cls._now()
        if shown is not None and shown._control is control:
            shown._follow()

    @classmethod
    def show_at(cls, control: Focusable) -> None:
        """Puts the ring around ``control``."""
        shown = cls._now()
        if shown is not None:
            shown.go()
        canvas = _canvas_of(control)
        found = canvas.findChild(FocusRing, options=Qt.FindChildOption.FindDirectChildrenOnly)
        cls._shown = found if found is not None else FocusRing(canvas)
        cls._shown._come(control)

    @classmethod
    def _now(cls) -> FocusRing | None:
        """The ring that is shown, unless its window is gone."""
        if cls._shown is not None and not Shiboken.isValid(cls._shown):
            cls._shown = None
        return cls._shown

    @staticmethod
    def canvas_of(control: QWidget) -> QWidget:
        """What a ring around ``control`` is a child of."""
        return _canvas_of(control)

    def stay_at(self, control: Focusable) -> None:
        """Stands around ``control`` wherever the keyboard is."""
        self._come(control)

    def go(self) -> None:
        """Hides the ring."""
        if FocusRing._shown is self:
            FocusRing._shown = None
        for widget in self._watched:
            if Shiboken.isValid(widget):
                widget.removeEventFilter(self)
        self._watched.clear()
        self._control = None
        self.hide()

    def _come(self, control: Focusable) -> None:
        self._control = control
        walk: QWidget | None = control
        while walk is not None and walk is not self._canvas:
            walk.installEventFilter(self)
            self._watched.append(walk)
            walk = walk.parentWidget()
        self._follow()
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize):
            self._follow()
        elif event.type() in (QEvent.Type.Hide, QEvent.Type.ParentChange):
            self.go()
        return False

    def _follow(self) -> None:
        control = self._control
        if control is None:
            return
        place = control.focus_place()
        grow = -1 if control.focus_inside else RING
        corner = control.mapTo(self._canvas, place.topLeft())
        self.setGeometry(QRect(corner, place.size()).adjusted(-grow, -grow, grow, grow))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        control = self._control
        if control is None:
            return
        painter = painter_for(self)
        rect = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        radius = control.focus_radius + (-1 if control.focus_inside else 4)
        draw_rounded(painter, rect, max(2.0, radius), None, theme.colours().focus, 2)


def _canvas_of(control: QWidget) -> QWidget:
    walk = control
    while True:
        parent = walk.parentWidget()
        if parent is None or walk.isWindow() or walk.property("ring_canvas"):
            return walk
        holder = parent.parentWidget()
        if isinstance(holder, QScrollArea) and holder.viewport() is parent:
            return walk
        walk = parent
