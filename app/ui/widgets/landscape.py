"""The landscape, painted from the geometry in ``app.domain.horizon``."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QLinearGradient, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.domain import horizon
from app.domain.horizon import Path, Phase, Scene
from app.ui import theme
from app.ui.widgets.base import painter_for, with_alpha
from app.ui.widgets.motion import Glide
from app.ui.widgets.speaking import tell_nothing

__all__ = ["Landscape", "Phase", "draw_landscape", "painter_path"]


tell_nothing("Landscape")


class Landscape(QWidget):
    """Sky, sun, hills and water. ``phase`` 0 to 1 is the height of the sun, ``"moon"`` a pause. Hidden from screen readers."""

    def __init__(
        self,
        phase: Phase = 0.35,
        *,
        radius: float = 0,
        round_bottom: bool = True,
        sky: QColor | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._phase: Phase = phase
        self._from: float = phase if not isinstance(phase, str) else 0.35
        self._radius, self._round_bottom, self._sky = radius, round_bottom, sky
        self._tint: QColor | None = None
        self._rise = Glide(self, theme.motion().sun, 1.0)

    def set_phase(self, phase: Phase, *, glide: bool = True) -> None:
        """Moves the sun; with reduced motion it jumps."""
        if phase == self._phase:
            return
        self._from = self._now() if not isinstance(self._phase, str) else 0.0
        self._phase = phase
        self._rise.jump(0.0)
        if glide and not theme.active().reduced_motion and not isinstance(phase, str):
            self._rise.to(1.0)
        else:
            self._rise.jump(1.0)

    def set_tint(self, tint: QColor | None) -> None:
        """Gives the hills something of a page's colour, as the public pages do."""
        self._tint = tint
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(280, 160)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        rect = QRectF(self.rect())
        if self._radius:
            painter.setClipPath(_rounded(rect, self._radius, self._round_bottom))
        phase = self._phase if isinstance(self._phase, str) else self._now()
        draw_landscape(painter, rect, phase, self._sky, self._tint)

    def _now(self) -> float:
        assert not isinstance(self._phase, str)
        return self._from + (self._phase - self._from) * self._rise.value


def draw_landscape(
    painter: QPainter, place: QRectF, phase: Phase, sky: QColor | None = None, tint: QColor | None = None
) -> None:
    """Paints the landscape into ``place``; ``sky`` replaces the colour at its upper edge, ``tint`` colours the hills."""
    found = horizon.scene(place.width(), place.height(), phase)
    painter.save()
    painter.translate(place.topLeft())
    _draw(painter, found, sky, tint)
    painter.restore()


def _tinted(hill: str, tint: QColor | None, share: float) -> QColor:
    """``hill`` with ``share`` of the page's colour in it."""
    own = QColor(hill)
    if tint is None:
        return own
    pairs = ((own.red(), tint.red()), (own.green(), tint.green()), (own.blue(), tint.blue()))
    return QColor(*(round(one * (1 - share) + other * share) for one, other in pairs))


def _draw(painter: QPainter, found: Scene, sky: QColor | None, tint: QColor | None = None) -> None:
    colours = theme.landscape()
    painter.setPen(Qt.PenStyle.NoPen)
    gradient = QLinearGradient(0, 0, 0, found.water_line)
    gradient.setColorAt(0, sky if sky is not None else QColor(colours.sky_top))
    gradient.setColorAt(1, QColor(colours.sky_low))
    painter.fillRect(QRectF(0, 0, found.width, found.water_line), QBrush(gradient))
    for halo in found.halos:
        painter.setBrush(with_alpha(QColor(colours.sun), halo.alpha))
        painter.drawEllipse(QPointF(halo.x, halo.y), halo.radius, halo.radius)
    painter.setBrush(QColor(colours.sun))
    if found.bite is None:
        painter.drawEllipse(QPointF(found.sun.x, found.sun.y), found.sun.radius, found.sun.radius)
    else:
        painter.drawPath(painter_path(horizon.crescent(found.sun, found.bite)))
    painter.setBrush(_tinted(colours.hill_far, tint, 0.16))
    painter.drawPath(painter_path(found.far))
    painter.setBrush(_tinted(colours.hill_mid, tint, 0.3))
    painter.drawPath(painter_path(found.mid))
    painter.fillRect(QRectF(0, found.water_line, found.width, found.height - found.water_line), QColor(colours.water))
    for glint in found.glints:
        painter.setBrush(with_alpha(QColor(colours.glint), glint.alpha))
        painter.drawRoundedRect(QRectF(glint.x, glint.y, glint.width, glint.height), glint.height / 2, glint.height / 2)
    painter.setBrush(_tinted(colours.hill_near, tint, 0.45))
    painter.drawPath(painter_path(found.near))


def painter_path(path: Path) -> QPainterPath:
    """A path of the domain as Qt paints it."""
    found = QPainterPath()
    for name, values in path:
        if name == "M":
            found.moveTo(*values)
        elif name == "L":
            found.lineTo(*values)
        elif name == "C":
            found.cubicTo(*values)
        else:
            found.closeSubpath()
    return found


def _rounded(rect: QRectF, radius: float, bottom: bool) -> QPainterPath:
    found = QPainterPath()
    found.addRoundedRect(rect, radius, radius)
    if not bottom:
        lower = QPainterPath()
        lower.addRect(rect.adjusted(0, radius, 0, 0))
        found = found.united(lower)
    return found
