"""How an option looks, in the closed select and in its list."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.ui import theme
from app.ui.widgets.base import draw_text, text_width
from app.ui.widgets.icons import draw_icon
from app.ui.widgets.option import Option


def draw_option(painter: QPainter, option: Option, place: QRectF, colour: QColor, muted: QColor, icon: str = "") -> None:
    """Icon or dot, text, and the muted note."""
    left, middle = place.left(), place.center().y()
    if icon or option.icon:
        draw_icon(painter, icon or option.icon, QRectF(round(left), round(middle - 9), 18, 18), muted)
        left += 26
    if option.colour:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.page_colour(option.colour))
        painter.drawEllipse(QPointF(left + 6, middle), 5, 5)
        left += 22
    wide = min(text_width(option.text, "body"), place.right() - left)
    draw_text(painter, QRectF(left, place.top(), wide + 1, place.height()), option.text, "body", colour)
    if not option.possible:
        painter.setPen(QPen(colour, 1))
        painter.drawLine(QPointF(left, round(middle) + 0.5), QPointF(left + wide, round(middle) + 0.5))
    if option.note and left + wide + 8 + text_width(option.note, "body") <= place.right() + 1:
        after = QRectF(left + wide + 8, place.top(), place.right() + 1 - left - wide - 8, place.height())
        draw_text(painter, after, option.note, "body", muted)
