"""The select: a field whose list opens as a popover. The list itself is loaded when first opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleValueChangeEvent, QEnterEvent, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from app.ui import theme
from app.ui.widgets.base import Sized, draw_text, painter_for, tell_role, text_width
from app.ui.widgets.fields import Field, draw_input_frame
from app.ui.widgets.icons import draw_icon
from app.ui.widgets.option import Option
from app.ui.widgets.option_drawing import draw_option
from app.ui.widgets.speaking import send

if TYPE_CHECKING:
    from app.ui.widgets.popups import Popover


tell_role("SelectBox", QAccessible.Role.ComboBox)


class SelectBox(Sized, QComboBox):
    """The closed select. The keyboard and screen readers know it as a combo box."""

    def __init__(self, icon: str, compact: bool) -> None:
        super().__init__()
        self._icon, self._compact = icon, compact
        self.error = False
        self.options: tuple[Option, ...] = ()
        self.currentTextChanged.connect(self._tell_value)
        self._popover: Popover | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def option(self) -> Option | None:
        """What is chosen; None while nothing is and the placeholder shows."""
        at = self.currentIndex()
        return self.options[at] if 0 <= at < len(self.options) else None

    def _tell_value(self, text: str) -> None:
        send(QAccessibleValueChangeEvent(self, text))

    def sizeHint(self) -> QSize:
        return QSize(160, theme.sized(36 if self._compact else 40))

    def minimumSizeHint(self) -> QSize:
        return QSize(88, self.sizeHint().height())

    def enterEvent(self, event: QEnterEvent) -> None:
        """What is chosen is the tool tip where it is cut."""
        super().enterEvent(event)
        option = self.option()
        words = option.text if option is not None else self.placeholderText()
        room = self._room().width() - (26 if self._icon or (option is not None and option.icon) else 0)
        self.setToolTip(words if text_width(words, "body") > room else "")

    def _room(self) -> QRectF:
        return QRectF(self.rect()).adjusted(12, 0, -38, 0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def showPopup(self) -> None:
        from app.ui.widgets.select_list import OptionPopover

        if self._popover is not None or not self.options:
            return
        self._popover = OptionPopover(self, self.options, self.currentIndex(), self._take)
        self._popover.closed.connect(self.hidePopup)
        self._popover.open_at(self)
        self.update()

    def _take(self, index: int) -> None:
        self.setCurrentIndex(index)
        self.activated.emit(index)

    def hidePopup(self) -> None:
        if self._popover is not None:
            closing, self._popover = self._popover, None
            closing.close()
            self.update()
        super().hidePopup()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        place = QRectF(self.rect())
        lit = self.hasFocus() or self._popover is not None
        draw_input_frame(painter, place, focused=lit, error=self.error, enabled=self.isEnabled())
        option = self.option()
        inner = self._room()
        if option is not None:
            colour, muted = (c.text, c.text_muted) if self.isEnabled() else (c.text_faint, c.text_faint)
            draw_option(painter, option, inner, colour, muted, self._icon)
        elif self.placeholderText():
            draw_text(painter, inner, self.placeholderText(), "body", c.text_faint)
        caret = QRectF(self.width() - 12 - 16, (self.height() - 16) // 2, 16, 16)
        draw_icon(painter, "expand", caret, c.text_muted if self.isEnabled() else c.text_faint)


class Select(Field):
    """A field to choose from a list. ``chosen`` tells the value after the person chose; ``set_value`` does not."""

    chosen = Signal(object)

    def __init__(
        self,
        label: str = "",
        options: Sequence[Option] = (),
        value: object = None,
        *,
        icon: str = "",
        required: bool = False,
        optional: bool = False,
        help: str = "",
        placeholder: str = "",
        compact: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(label, required=required, optional=optional, help=help, parent=parent)
        self.box = SelectBox(icon, compact)
        self.box.setPlaceholderText(placeholder)
        self._place_input(self.box)
        self._told: object = None
        self.set_options(options, value)
        self.box.currentIndexChanged.connect(self._changed)

    def set_options(self, options: Sequence[Option], value: object = None) -> None:
        """Replaces the list and chooses ``value`` in it, without ``chosen``."""
        blocked = self.box.blockSignals(True)
        self.box.clear()
        self.box.options = tuple(options)
        self.box.addItems([option.text for option in options])
        self.box.blockSignals(blocked)
        self.set_value(value)

    def value(self) -> object:
        option = self.box.option()
        return None if option is None else option.value

    def set_value(self, value: object) -> None:
        """Chooses without ``chosen``; a value that no option has leaves nothing chosen."""
        blocked = self.box.blockSignals(True)
        at = next((index for index, option in enumerate(self.box.options) if option.value == value), -1)
        self.box.setCurrentIndex(at)
        self.box.blockSignals(blocked)
        self._told = self.value()
        self.box.update()

    def _mark(self, *, error: bool = False, valid: bool = False) -> None:
        self.box.error = error
        self.box.update()

    def _changed(self) -> None:
        value = self.value()
        if value != self._told:
            self._told = value
            self.chosen.emit(value)
