"""Rows in a frame, and choices in rows: what the sections build lists from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QKeyEvent, QKeySequence, QMouseEvent, QPaintEvent, QShortcut
from PySide6.QtWidgets import QButtonGroup, QFrame, QSizePolicy, QWidget

from app.ui import theme
from app.ui.pages.card import Glyph
from app.ui.widgets import ChoiceRow, Focusable, Label, Radio, column, row
from app.ui.widgets.base import draw_rounded, painter_for, tell_role
from app.ui.widgets.icons import draw_icon

tell_role("ListRow", QAccessible.Role.ListItem)
tell_role("RowFrame", QAccessible.Role.List)


class RowFrame(QFrame):
    """A frame around rows, with hairlines between them."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.lines = column(gap=1, margins=(1, 1, 1, 1), on=self)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        draw_rounded(painter, self.rect(), 12, c.surface, c.border)
        for at in range(1, self.lines.count()):
            item = self.lines.itemAt(at)
            widget = item.widget() if item is not None else None
            if widget is not None and widget.isVisibleTo(self):
                painter.fillRect(QRectF(1, widget.y() - 1, self.width() - 2, 1), c.border)


class ListRow(Focusable, QWidget):
    """One row: a handle or lock, an icon, a title, a note and controls. It takes the keyboard when it can do something.

    ``opened`` follows Enter or a double press, ``removed`` Delete, ``moved`` Alt with an arrow or dragging (-1 or 1).
    """

    opened = Signal()
    removed = Signal()
    moved = Signal(int)
    focus_radius = 12
    focus_inside = True

    def __init__(self, *, fixed: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fixed = fixed
        self._dragging = False
        self._handle = Glyph("lock" if fixed else "drag", 18)
        self._icon = Glyph("q_text", 18)
        self.title = Label("", "body")
        self.note = Label("", "small", "muted")
        self.line = row(gap=10, margins=(12, 0, 8, 0), on=self)
        self.line.addWidget(self._handle)
        self.line.addWidget(self._icon)
        self.line.addWidget(self.title, 1)
        self.line.addWidget(self.note)
        if not fixed:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self._handle.setCursor(Qt.CursorShape.SizeVerCursor)
            for keys, by in (("Alt+Up", -1), ("Alt+Down", 1)):
                shortcut = QShortcut(QKeySequence(keys), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.activated.connect(lambda by=by: self.moved.emit(by))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_row(self, icon: str, title: str, note: str, *, name: str = "") -> None:
        self._icon.show_icon(icon)
        self.title.setText(title)
        self.note.setText(note)
        self.setAccessibleName(name or f"{title}, {note}")

    def hide_handle(self) -> None:
        self._handle.hide()

    def sizeHint(self) -> QSize:
        return QSize(240, theme.sized(40))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self._fixed:
            self.opened.emit()
        elif key == Qt.Key.Key_Delete and not self._fixed:
            self.removed.emit()
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if not self._fixed:
            self.opened.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self._dragging = not self._fixed and self._handle.isVisible() and event.position().x() < 40
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragging and not -8 <= event.position().y() <= self.height() + 8:
            self.moved.emit(-1 if event.position().y() < 0 else 1)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragging = False


class RadioRows(QWidget):
    """One of several, each with its effect beneath. ``chosen`` carries the value."""

    chosen = Signal(object)

    def __init__(self, options: Sequence[tuple[object, str, str]], *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        self._radios: list[tuple[object, Radio]] = []
        lines = column(gap=8, on=self)
        for value, title, effect in options:
            radio = Radio()
            line = ChoiceRow(radio, "")
            line.set_words(title, effect)
            self._group.addButton(radio)
            self._radios.append((value, radio))
            radio.clicked.connect(lambda _on=False, value=value: self.chosen.emit(value))
            lines.addWidget(line)
        if self._radios:
            self.setFocusProxy(self._radios[0][1])

    def set_value(self, value: object) -> None:
        """Chooses without ``chosen``; a value that no row has changes nothing."""
        for each, radio in self._radios:
            if each == value:
                radio.setChecked(True)

    def radio(self, value: object) -> Radio:
        return next(radio for each, radio in self._radios if each == value)


class Panel(QFrame):
    """The sunken place in which a row is edited."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.body = column(gap=14, margins=(16, 14, 16, 14), on=self)

    def paintEvent(self, event: QPaintEvent) -> None:
        c = theme.colours()
        draw_rounded(painter_for(self), self.rect(), 12, c.canvas, c.border)


class AmberNote(QWidget):
    """A line that asks for attention."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = Label("", "small", "amber", wrap=True)
        column(margins=(26, 0, 0, 0), on=self).addWidget(self.label)
        self.hide()

    def say(self, text: str) -> None:
        """An empty text hides it."""
        self.label.setText(text)
        self.setVisible(bool(text))

    def paintEvent(self, event: QPaintEvent) -> None:
        place = QRectF(1, (theme.line("small") - 16) / 2, 16, 16)
        draw_icon(painter_for(self), "status_warning", place, theme.colours().amber)
