"""The glyphs: Phosphor's SVG files, drawn through QtSvg in a token's colour, each rendered once a size, colour and pixel
ratio."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.ui import tokens

FOLDER = tokens.RESOURCES / "icons"
_least_ratio = 0.0


def file_name(name: str) -> str:
    """The file that draws ``name``: a role of the design (``nav_meetings``), with ``-fill`` or ``-bold`` behind it, or a
    file's own name."""
    roles = tokens.load().icons
    for weight in ("-fill", "-bold"):
        role = name.removesuffix(weight)
        if role != name and role in roles:
            return roles[role].removesuffix(weight) + weight
    return roles.get(name, name)


def chosen(name: str) -> str:
    """The form of a navigation icon at the chosen entry: filled, but for the link, whose filled form is another picture."""
    return name if name in ("nav_pages", "set_pages") else f"{name}-fill"


def icon(name: str, colour: QColor, size: int, ratio: float = 1.0) -> QPixmap:
    """``name`` in ``colour``, ``size`` logical pixels square, for a screen with ``ratio`` pixels to a logical one."""
    return _render(file_name(name), colour.rgba(), size, ratio)


def draw_icon(painter: QPainter, name: str, place: QRect | QRectF, colour: QColor) -> None:
    """Paints ``name`` into the square ``place``."""
    ratio = max(painter.device().devicePixelRatioF(), _least_ratio)
    painter.drawPixmap(place.topLeft(), icon(name, colour, round(place.width()), ratio))


@contextmanager
def recorded_at(ratio: float) -> Iterator[None]:
    """While a picture is recorded, which has no pixels of its own, icons are drawn for a screen with ``ratio``."""
    global _least_ratio
    _least_ratio = ratio
    try:
        yield
    finally:
        _least_ratio = 0.0


def qt_icon(name: str, colour: QColor, size: int = 18) -> QIcon:
    """For the places that want a QIcon, such as native menus."""
    found = QIcon()
    for ratio in (1.0, 2.0):
        found.addPixmap(icon(name, colour, size, ratio))
    return found


@cache
def _source(file: str) -> bytes:
    return (FOLDER / f"{file}.svg").read_bytes()


@lru_cache(512)
def _render(file: str, rgba: int, size: int, ratio: float) -> QPixmap:
    colour = QColor.fromRgba(rgba)
    renderer = QSvgRenderer(QByteArray(_source(file).replace(b"currentColor", colour.name().encode())))
    pixels = round(size * ratio)
    pixmap = QPixmap(QSize(pixels, pixels))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setOpacity(colour.alphaF())
    renderer.render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
