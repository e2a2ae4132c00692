"""Lines that say what follows: an icon and a sentence; and an address in a sunken strip."""

from __future__ import annotations

from typing import Literal, NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QColor, QFontMetricsF, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.i18n import _
from app.ui import theme
from app.ui.tokens import Role
from app.ui.widgets import IconButton, Label, Well, row
from app.ui.widgets.base import Sized, painter_for, tell_role, text_width
from app.ui.widgets.icons import draw_icon
from app.ui.widgets.text import Tone

Kind = Literal["info", "amber", "danger", "success", "private"]
_ICONS: dict[Kind, str] = {
    "info": "info",
    "amber": "status_warning",
    "danger": "field_error",
    "success": "status_ok",
    "private": "set_data",
}
_TONES: dict[Kind, Tone] = {"info": "muted", "amber": "amber", "danger": "danger", "success": "success", "private": "muted"}

tell_role("AddressLine", QAccessible.Role.StaticText)
tell_role("NoteLine", QAccessible.Role.Note)


class NoteLine(Sized, QWidget):
    """A sentence behind its icon. Empty words hide it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind: Kind = "info"
        self._label = Label("", "small", "muted", wrap=True)
        row(margins=(26, 2, 0, 2), on=self).addWidget(self._label)
        self.hide()

    @property
    def text(self) -> str:
        return self._label.text()

    def say(self, text: str, kind: Kind = "info", strong: str = "") -> None:
        """``strong``: a part of the text to be set in semibold."""
        self._kind = kind
        self._label.setText(text)
        self._label.set_strong(strong)
        self._label.set_tone(_TONES[kind])
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        self.update()

    def speak(self) -> None:
        """A screen reader says it without being asked."""
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def paintEvent(self, event: QPaintEvent) -> None:
        c = theme.colours()
        colour = {"amber": c.amber, "danger": c.danger, "success": c.success}.get(self._kind, c.text_muted)
        place = QRectF(1, 2 + round((theme.line("small") - 16) / 2), 16, 16)
        draw_icon(painter_for(self), _ICONS[self._kind], place, colour)


class Address(NamedTuple):
    """An address in three pieces, of which the middle one is emphasised. ``real``: a page has it now."""

    before: str
    part: str = ""
    after: str = ""
    real: bool = True

    @property
    def whole(self) -> str:
        return f"{self.before}{self.part}{self.after}"


class AddressLine(Sized, QWidget):
    """One line with an address. What does not fit is cut in front of the emphasised part; the tool tip has all of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._address, self._wrong = Address(""), False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_address(self, address: Address, *, wrong: bool = False) -> None:
        self._address, self._wrong = address, wrong
        self.setAccessibleName(address.whole)
        self.setToolTip(address.whole)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, theme.line("body") + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        left, base = 0.0, (self.height() + QFontMetricsF(theme.font("body")).capHeight()) / 2
        for text, role, colour in self._pieces(c.danger_text if self._wrong else c.accent_text, c.text_muted):
            painter.setFont(theme.font(role))
            painter.setPen(colour)
            painter.drawText(QPointF(left, base), text)
            left += text_width(text, role)

    def _pieces(self, lit: QColor, plain: QColor) -> tuple[tuple[str, Role, QColor], ...]:
        before, part, after, _real = self._address
        room = self.width() - text_width(part, "sub")
        if text_width(before, "body") + text_width(after, "body") > room:
            before = before.partition("://")[2] or before
        metrics = QFontMetricsF(theme.font("body"))
        before = metrics.elidedText(before, Qt.TextElideMode.ElideMiddle, max(60.0, room - text_width(after, "body")))
        after = metrics.elidedText(after, Qt.TextElideMode.ElideRight, max(0.0, room - text_width(before, "body")) + 0.5)
        return (before, "body", plain), (part, "sub", lit), (after, "body", plain)


class AddressWell(Well):
    """An address to copy and to open."""

    copy_requested = Signal(str)
    open_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(gap=4, parent=parent)
        self._address = Address("")
        self._line = AddressLine()
        self.copy = IconButton("copy", "", size=36)
        self.open = IconButton("open_outside", "", size=36)
        self.body.setContentsMargins(44, 6, 6, 6)
        self.body.addWidget(self._line, 1)
        self.body.addWidget(self.copy)
        self.body.addWidget(self.open)
        self.copy.clicked.connect(lambda: self.copy_requested.emit(self._address.whole))
        self.open.clicked.connect(lambda: self.open_requested.emit(self._address.whole))
        self.retranslate()

    @property
    def address(self) -> str:
        return self._address.whole

    def show_address(self, address: Address, *, wrong: bool = False) -> None:
        """An address that no page has yet can be neither copied nor opened."""
        self._address = address
        self._line.show_address(address, wrong=wrong)
        self.copy.setEnabled(address.real)
        self.open.setEnabled(address.real)
        self.retranslate()

    def retranslate(self) -> None:
        why = "" if self._address.real else _("No page has this address yet")
        self.copy.set_name(_("Copy this address"))
        self.open.set_name(_("Open this address"))
        for button in (self.copy, self.open):
            button.setAccessibleDescription(why)
            if why:
                button.setToolTip(why)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        place = QRectF(16, (self.height() - 18) // 2, 18, 18)
        draw_icon(painter_for(self), "web", place, theme.colours().text_muted)
