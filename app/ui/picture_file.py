"""A photo or logo from the owner's disk, made fit for the page: upright, small, and nothing but its pixels.

The picture is painted anew, so that whatever a camera or program wrote beside it (place, time, names) stays behind.
"""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRect, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPainter

from app.domain.pages import Picture

MOST_BYTES = 200 * 1024
_PHOTO, _LOGO = QSize(448, 448), QSize(640, 224)
_MOST_PIXELS = 120_000_000


class NoPictureError(ValueError):
    """The file is no picture that can be read."""


def shrink(path: str, kind: Picture) -> tuple[str, bytes]:
    """Media type and bytes of the picture in the file, at most ``MOST_BYTES``. Raises NoPictureError."""
    reader = QImageReader(path)
    reader.setAutoTransform(True)
    reader.setDecideFormatFromContent(True)
    size = reader.size()
    if not size.isValid() or size.width() * size.height() > _MOST_PIXELS:
        raise NoPictureError(path)
    image = reader.read()
    if image.isNull():
        raise NoPictureError(path)
    return _encode(_photo(image) if kind is Picture.PHOTO else _logo(image))


def _photo(image: QImage) -> QImage:
    """The middle of it, square."""
    side = min(image.width(), image.height())
    cut = QRect((image.width() - side) // 2, (image.height() - side) // 2, side, side)
    return _painted(image.copy(cut), _PHOTO.boundedTo(QSize(side, side)), clear=False)


def _logo(image: QImage) -> QImage:
    size = image.size()
    if size.width() > _LOGO.width() or size.height() > _LOGO.height():
        size = size.scaled(_LOGO, Qt.AspectRatioMode.KeepAspectRatio)
    return _painted(image, size.expandedTo(QSize(1, 1)), clear=image.hasAlphaChannel())


def _painted(image: QImage, size: QSize, *, clear: bool) -> QImage:
    found = QImage(size, QImage.Format.Format_ARGB32_Premultiplied if clear else QImage.Format.Format_RGB32)
    found.fill(Qt.GlobalColor.transparent if clear else Qt.GlobalColor.white)
    painter = QPainter(found)
    scaled = image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    painter.drawImage(0, 0, scaled)
    painter.end()
    return found


def _encode(image: QImage) -> tuple[str, bytes]:
    """PNG for what can be seen through, else JPEG; smaller until it fits."""
    while True:
        if image.hasAlphaChannel():
            tries = [("image/png", "PNG", -1)]
        else:
            tries = [("image/jpeg", "JPG", quality) for quality in (88, 75, 60)]
        for type_, kind, quality in tries:
            body = _bytes(image, kind, quality)
            if len(body) <= MOST_BYTES:
                return type_, body
        image = image.scaled(
            image.size() * 0.7, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        )


def _bytes(image: QImage, kind: str, quality: int) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, kind, quality)  # type: ignore[call-overload]
    return bytes(data.data())
