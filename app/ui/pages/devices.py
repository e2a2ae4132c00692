"""What the preview is held in: a phone that can be pressed, and a picture of a computer's screen."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QPainterPath, QPaintEvent, QPixmap, QRegion
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from app.domain.after import Done
from app.domain.choosing import Choose
from app.i18n import _
from app.ui import theme
from app.ui.pages.preview_choose import PreviewChoose
from app.ui.pages.preview_done import PreviewDone
from app.ui.pages.preview_form import PreviewForm
from app.ui.pages.preview_state import PreviewState
from app.ui.widgets import column
from app.ui.widgets.base import draw_rounded, painter_for

PHONE = (344, 524)
SCREEN = QSize(1100, 720)
"""The computer's page is drawn at this size and then made as small as there is room."""
_NARROW = 640
_CARD = 20
"""Radius of the card of a public page."""


class Phone(QFrame):
    """The outline of a phone around a page."""

    def __init__(self, page: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column(margins=(1, 26, 1, 12), on=self).addWidget(page)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        scale = max(1.0, theme.active().scale)
        return QSize(round(PHONE[0] * scale), round(PHONE[1] * scale))

    def minimumSizeHint(self) -> QSize:
        return QSize(300, 280)

    def resizeEvent(self, event: object) -> None:
        self.setMaximumHeight(self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        draw_rounded(painter, self.rect(), 20, c.surface, c.border_button)
        bar = QRectF((self.width() - 56) / 2, 10, 56, 5)
        draw_rounded(painter, bar, 2.5, c.border)


class Computer(QWidget):
    """A picture of the page on a wide screen; it is pressed on the phone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: list[QWidget] = []
        self._picture = QPixmap()
        self.setAccessibleName(_("The page on a computer"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_step(self, step: int, state: PreviewState, view: Choose, timed: Choose, done: Done | None) -> None:
        """Steps are 0 to 2. ``view`` is what is chosen so far; ``timed`` has a time in any case, for the form."""
        if not self._steps:
            self._steps = [PreviewChoose(wide=True), PreviewForm(), PreviewDone()]
        page = self._steps[step]
        if isinstance(page, PreviewChoose):
            page.show_view(state, view)
        elif isinstance(page, PreviewForm):
            page.show_form(state, timed)
        elif isinstance(page, PreviewDone):
            page.show_done(done, state.page.colour)
        page.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        page.setFixedWidth(SCREEN.width() - 64 if step == 0 else _NARROW)
        page.adjustSize()
        self._picture = _on_card(page)
        self.setAccessibleDescription(view.caption if step == 0 else "")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(420, 300)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        size = SCREEN.scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF((self.width() - size.width()) / 2, 0, size.width(), size.height())
        draw_rounded(painter, place, 8, c.canvas, c.border_button)
        if self._picture.isNull():
            return
        scale = size.width() / SCREEN.width()
        drawn = self._picture.deviceIndependentSize() * scale
        high = min(drawn.height(), size.height() - 2 * 12 * scale)
        target = QRectF(place.center().x() - drawn.width() / 2, place.top() + 12 * scale, drawn.width(), high)
        source = QRectF(0, 0, self._picture.width(), self._picture.height() * high / drawn.height())
        painter.setRenderHint(painter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(target, _CARD * scale, _CARD * scale)
        painter.save()
        painter.setClipPath(shape)
        painter.drawPixmap(target, self._picture, source)
        painter.restore()
        draw_rounded(painter, target, _CARD * scale, None, c.border)


def _on_card(page: QWidget) -> QPixmap:
    """The page as a card of the public pages."""
    ratio = 2.0
    picture = QPixmap(page.size() * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(theme.colours().surface)
    page.render(picture, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
    return picture
