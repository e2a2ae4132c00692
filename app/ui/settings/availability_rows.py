"""Rows of entries in a frame: an icon, what it is, when it holds, and a bin."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QAccessible, QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from app.i18n import _
from app.ui import theme
from app.ui.widgets import Focusable, IconButton, Label, column, row
from app.ui.widgets.base import draw_rounded, painter_for, tell_role
from app.ui.widgets.icons import draw_icon

tell_role("EntryRow", QAccessible.Role.ListItem)
tell_role("EntryFrame", QAccessible.Role.List)


class EntryFrame(QFrame):
    """A frame around rows, with hairlines between them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines = column(gap=1, margins=(1, 1, 1, 1), on=self)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        draw_rounded(painter, self.rect(), 12, c.surface, c.border)
        for at in range(1, self.lines.count()):
            item = self.lines.itemAt(at)
            widget = item.widget() if item is not None else None
            if isinstance(widget, EntryRow):
                painter.fillRect(QRectF(1, widget.y() - 1, self.width() - 2, 1), c.border)


class EntryRow(Focusable, QWidget):
    """Icon, title and note; ``opened`` follows a click or Enter, ``removed`` the bin or Delete."""

    opened = Signal()
    removed = Signal()
    focus_radius = 12
    focus_inside = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = "holiday"
        self.title = Label("", "body_medium")
        self.note = Label("", "small", "muted", wrap=True)
        self.bin = IconButton("delete", "", glyph=18)
        line = row(gap=12, margins=(50, 8, 12, 8), on=self)
        words = column()
        words.addWidget(self.title)
        words.addWidget(self.note)
        line.addLayout(words, 1)
        line.addWidget(self.bin)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.bin.clicked.connect(self.removed)

    def show_entry(self, icon: str, title: str, note: str, *, past: bool, is_open: bool) -> None:
        self._icon = icon
        self.title.setText(title)
        self.title.set_tone("muted" if past else "text")
        self.note.setText(note)
        self.bin.set_name(_("Remove {name}").format(name=title))
        self.setAccessibleName(f"{title}, {note}")
        self.setAccessibleDescription("" if is_open else _("Press Enter to change it"))
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit()
        elif key == Qt.Key.Key_Delete:
            self.removed.emit()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.opened.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        if self.underMouse():
            draw_rounded(painter, self.rect(), 11, c.hover)
        draw_icon(painter, self._icon, QRectF(18, round((self.height() - 20) / 2), 20, 20), c.text_muted)
