"""Small movements: a number that glides between 0 and 1, made only when first needed."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QPointF, QVariantAnimation
from PySide6.QtWidgets import QWidget

from app.ui import theme


def curve() -> QEasingCurve:
    """cubic-bezier(.2, 0, 0, 1)."""
    found = QEasingCurve(QEasingCurve.Type.BezierSpline)
    found.addCubicBezierSegment(QPointF(0.2, 0), QPointF(0, 1), QPointF(1, 1))
    return found


class Glide:
    """A value from 0 to 1 that a widget paints with; ``to`` moves it and repaints the widget on the way."""

    __slots__ = ("_animation", "_milliseconds", "_target", "_widget", "value")

    def __init__(self, widget: QWidget, milliseconds: int, value: float = 0.0) -> None:
        self.value = self._target = value
        self._widget, self._milliseconds = widget, milliseconds
        self._animation: QVariantAnimation | None = None

    def to(self, target: float) -> None:
        """Moves to ``target`` from wherever it is now, or jumps there while the widget cannot be seen."""
        if target == self._target:
            return
        self._target = target
        if not self._widget.isVisible():
            self.jump(target)
            return
        if self._animation is None:
            self._animation = QVariantAnimation(self._widget)
            self._animation.setEasingCurve(curve())
            self._animation.valueChanged.connect(self._step)
        self._animation.stop()
        self._animation.setDuration(theme.duration(self._milliseconds))
        self._animation.setStartValue(self.value)
        self._animation.setEndValue(target)
        self._animation.start()

    def jump(self, target: float) -> None:
        """Is at ``target`` now; a movement under way ends."""
        if self._animation is not None:
            self._animation.stop()
        self.value = self._target = target
        self._widget.update()

    def _step(self, value: float) -> None:
        self.value = value
        self._widget.update()
