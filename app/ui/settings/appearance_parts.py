"""What *Appearance and language* draws: the looks, the colours of pages, and what stands beside the owner's name."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QSizePolicy, QWidget

from app.domain.colours import NAMED
from app.domain.pages import Picture
from app.domain.settings import Theme
from app.i18n import _
from app.ui import theme
from app.ui.tokens import Palette, Scheme
from app.ui.widgets import Avatar, Radio, row
from app.ui.widgets.base import Focusable, draw_rounded, painter_for
from app.ui.widgets.choices import draw_tick


class LookPicture(QWidget):
    """A small window in one of the looks: light, dark, or half and half for *as the system*."""

    def __init__(self, look: Theme, radio: Radio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._radio = look, radio
        radio.toggled.connect(self.update)
        self.setFocusProxy(radio)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(180, 108)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._radio.click()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        chosen = self._radio.isChecked()
        draw_rounded(painter, self.rect(), 12, c.surface, c.accent if chosen else c.border, 2 if chosen else 1)
        inner = QRectF(self.rect()).adjusted(8, 8, -8, -8)
        if self._look is Theme.SYSTEM:
            half = QRectF(inner)
            half.setWidth(inner.width() / 2)
            self._draw(painter, inner, "light", half)
            self._draw(painter, inner, "dark", half.translated(half.width(), 0))
        else:
            self._draw(painter, inner, "dark" if self._look is Theme.DARK else "light", inner)

    def _draw(self, painter: QPainter, place: QRectF, scheme: Scheme, part: QRectF) -> None:
        c = theme.colours_of(scheme)
        painter.save()
        shape = QPainterPath()
        shape.addRoundedRect(place, 6, 6)
        clip = QPainterPath()
        clip.addRect(part)
        painter.setClipPath(shape.intersected(clip))
        painter.fillRect(place, c.canvas)
        painter.fillRect(QRectF(place.x(), place.y(), place.width() * 0.26, place.height()), c.sidebar)
        self._draw_window(painter, place, c)
        painter.restore()

    def _draw_window(self, painter: QPainter, place: QRectF, c: Palette[QColor]) -> None:
        wide = place.width() * 0.17
        for line in range(4):
            at = QRectF(place.x() + place.width() * 0.045, place.y() + 12 + 14 * line, wide, 5)
            draw_rounded(painter, at, 2.5, c.accent if line == 0 else c.border)
        left, width = place.x() + place.width() * 0.315, place.width() * 0.62
        for card in range(2):
            top = place.y() + 12 + 39 * card
            draw_rounded(painter, QRectF(left, top, width, 31), 5, c.surface, c.border)
            if card == 0:
                draw_rounded(painter, QRectF(left + 8, top + 9, 4, 13), 2, c.accent)
            draw_rounded(painter, QRectF(left + 18, top + 13, width * (0.52 if card == 0 else 0.38), 5), 2.5, c.text_faint)


class Swatch(Focusable, QRadioButton):
    """One colour of pages, as a radio button: a disc, with a ring and a tick once it is chosen."""

    focus_radius = 18

    def __init__(self, colour: str) -> None:
        super().__init__()
        self.colour = colour
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedSize(36, 36)

    def sizeHint(self) -> QSize:
        return QSize(36, 36)

    def hitButton(self, pos: object) -> bool:
        """All of it."""
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, c = painter_for(self), theme.colours()
        colour, middle = theme.page_colour(self.colour), QRectF(self.rect())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(middle.adjusted(6, 6, -6, -6))
        if self.isChecked():
            draw_rounded(painter, middle.adjusted(1, 1, -1, -1), 17, None, c.accent, 2)
            draw_tick(painter, middle.adjusted(9, 9, -9, -9), c.surface)


class Swatches(QWidget):
    """The colours of pages; arrows go from one to the next. ``chosen`` carries a colour."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self.swatches = {colour: Swatch(colour) for colour in NAMED}
        line = row(gap=6, on=self)
        for colour, swatch in self.swatches.items():
            self._group.addButton(swatch)
            line.addWidget(swatch)
            swatch.clicked.connect(lambda _checked=False, colour=colour: self.chosen.emit(colour))
        line.addStretch(1)

    def show_colour(self, colour: str) -> None:
        """A colour that is none of these leaves all of them unchosen."""
        self._group.setExclusive(colour in self.swatches)
        for name, swatch in self.swatches.items():
            swatch.setChecked(name == colour)
        self._group.setExclusive(True)

    @property
    def first(self) -> Swatch:
        """The one that takes the keyboard."""
        checked = self._group.checkedButton()
        return checked if isinstance(checked, Swatch) else self.swatches[NAMED[0]]

    def retranslate(self) -> None:
        names = (_("Fjord"), _("Heather"), _("Moss"), _("Amber"), _("Brick"), _("Slate"))
        for swatch, name in zip(self.swatches.values(), names, strict=True):
            swatch.setAccessibleName(_("Colour {name}").format(name=name))
            swatch.setToolTip(name)


class OwnerMark(Avatar):
    """The owner's initials in the colour of pages, or their photo or logo."""

    def __init__(self, size: Literal[40, 56], parent: QWidget | None = None) -> None:
        self._high = size
        self._image, self._kind = QImage(), Picture.NONE
        super().__init__("", size, NAMED[0], parent)

    def show_owner(self, name: str, colour: str) -> None:
        self._colour = colour
        self.set_name(name)

    def show_picture(self, body: bytes, kind: Picture) -> None:
        """Without ``body`` the initials stand there."""
        self._image = QImage.fromData(body) if body else QImage()
        self._kind = Picture.NONE if self._image.isNull() else kind
        size = QSize(self._high, self._high)
        if self._kind is Picture.LOGO:
            size = self._image.size().scaled(3 * self._high, self._high, Qt.AspectRatioMode.KeepAspectRatio)
        self.setFixedSize(size)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._kind is Picture.NONE:
            super().paintEvent(event)
            return
        painter = painter_for(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        place = QRectF(self.rect())
        if self._kind is Picture.PHOTO:
            shape = QPainterPath()
            shape.addEllipse(place)
            painter.setClipPath(shape)
        painter.drawImage(place, self._image)
