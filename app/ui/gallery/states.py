"""Holding a widget in a state that otherwise the mouse or the keyboard brings. The widget paints it itself."""

from __future__ import annotations

from typing import Literal

from PySide6.QtWidgets import QAbstractButton, QWidget

from app.ui.widgets.base import Focusable, FocusRing
from app.ui.widgets.motion import Glide

State = Literal["rest", "hover", "pressed", "focus", "disabled"]
STATES: tuple[State, ...] = ("rest", "hover", "pressed", "focus", "disabled")


def hold(widget: QWidget, state: State) -> QWidget:
    """``widget``, for good in ``state``."""
    if state in ("hover", "pressed"):
        widget.underMouse = lambda: True  # type: ignore[method-assign]
        glide = getattr(widget, "_hover", None)
        if isinstance(glide, Glide):
            glide.jump(1.0)
    if state == "pressed" and isinstance(widget, QAbstractButton):
        widget.setDown(True)
    if state == "focus":
        widget.hasFocus = lambda: True  # type: ignore[method-assign]
        widget.setProperty("held_focus", True)
    if state == "disabled":
        widget.setEnabled(False)
    return widget


def show_rings(root: QWidget) -> None:
    """Draws the focus ring around everything that is held in focus, each with a ring of its own."""
    for widget in root.findChildren(QWidget):
        if widget.property("held_focus") and isinstance(widget, Focusable) and widget.isVisibleTo(root):
            FocusRing(FocusRing.canvas_of(widget)).stay_at(widget)
