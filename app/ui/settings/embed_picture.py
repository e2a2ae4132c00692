"""A small picture of the owner's site with the page in it, or with a link to it."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.pages import Page
from app.i18n import _, current
from app.ui import messages, theme
from app.ui.widgets.badges import initials
from app.ui.widgets.base import Sized, draw_rounded, draw_text, painter_for, tell_role, text_width

tell_role("SitePicture", QAccessible.Role.Graphic)

_TIMES = ((9, 0), (9, 30), (11, 40), (13, 20))


class SitePicture(Sized, QWidget):
    """Drawn as the design's pages are: the site in grey, the page in the owner's colours."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page: Page | None = None
        self._owner, self._link = "", ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_page(self, page: Page | None, owner: str, link: str) -> None:
        """``link``: the words of a link; empty: the page stands in the site."""
        self._page, self._owner, self._link = page, owner, link
        title = page.title if page is not None else ""
        name = _("Your site with the link “{text}”").format(text=link) if link else ""
        self.setAccessibleName(name or _("Your site with the page “{page}” in it").format(page=title))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(round(204 * max(1.0, theme.active().scale)), round(240 * max(1.0, theme.active().scale)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, c = painter_for(self), theme.colours()
        place = QRectF(self.rect())
        draw_rounded(painter, place, 12, c.sunken, c.border)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(c.border_button)
        for at in range(3):
            painter.drawEllipse(QPointF(16 + at * 10, 14), 3, 3)
        inner = place.adjusted(12, 26, -12, -12)
        draw_rounded(painter, inner, 8, c.surface, c.border)
        self._draw_site(painter, inner.adjusted(12, 12, -12, -12))

    def _draw_site(self, painter: QPainter, place: QRectF) -> None:
        c = theme.colours()
        for at, share in enumerate((0.55, 0.9)):
            draw_rounded(painter, QRectF(place.left(), place.top() + at * 12, place.width() * share, 5), 2.5, c.border)
        rest = place.adjusted(0, 30, 0, 0)
        if self._link:
            self._draw_link(painter, rest)
        elif self._page is not None:
            self._draw_page(painter, rest, self._page)

    def _draw_link(self, painter: QPainter, place: QRectF) -> None:
        c = theme.colours()
        high = theme.line("caption_regular")
        wide = min(text_width(self._link, "caption_regular"), place.width())
        draw_text(painter, QRectF(place.left(), place.top(), place.width(), high), self._link, "caption_regular", c.accent)
        painter.fillRect(QRectF(place.left(), place.top() + high - 2, wide, 1), c.accent)
        for at, share in enumerate((1.0, 0.8, 0.95, 0.6)):
            line = QRectF(place.left(), place.top() + high + 14 + at * 12, place.width() * share, 5)
            draw_rounded(painter, line, 2.5, c.border)

    def _draw_page(self, painter: QPainter, place: QRectF, page: Page) -> None:
        c = theme.colours()
        draw_rounded(painter, place, 6, None, c.border)
        draw_rounded(painter, QRectF(place.left() + 6, place.top(), place.width() - 12, 3), 1.5, theme.page_colour(page.colour))
        inner = place.adjusted(10, 10, -10, -10)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(c.accent_soft)
        painter.drawEllipse(QRectF(inner.left(), inner.top(), 24, 24))
        mark = QRectF(inner.left(), inner.top(), 24, 24)
        draw_text(painter, mark, initials(self._owner), "tick", c.accent_text, Qt.AlignmentFlag.AlignHCenter)
        beside = QRectF(inner.left() + 30, inner.top(), inner.width() - 30, 24)
        draw_text(painter, beside, self._owner, "caption", c.text)
        title = QRectF(inner.left(), inner.top() + 30, inner.width(), theme.line("label"))
        draw_text(painter, title, page.title, "label", c.text)
        below = title.bottom() + 2
        length = QRectF(inner.left(), below, inner.width(), theme.line("caption_regular"))
        draw_text(painter, length, messages.length(page.rules.durations[0]), "caption_regular", c.text_muted)
        self._draw_times(
            painter, QRectF(inner.left(), length.bottom() + 6, inner.width(), inner.bottom() - length.bottom() - 6)
        )

    def _draw_times(self, painter: QPainter, place: QRectF) -> None:
        c = theme.colours()
        wide, high = (place.width() - 6) / 2, theme.line("caption") + 6
        for at, (hour, minute) in enumerate(_TIMES):
            slot = QRectF(place.left() + (at % 2) * (wide + 6), place.top() + (at // 2) * (high + 6), wide, high)
            if slot.bottom() > place.bottom() + 1:
                return
            draw_rounded(painter, slot, 5, c.surface, c.accent_line)
            time = current().time(datetime(2000, 1, 1, hour, minute))
            draw_text(painter, slot, time, "caption", c.accent_text, Qt.AlignmentFlag.AlignHCenter)
