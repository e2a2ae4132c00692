"""The select: a field whose list opens as a popover, with a search on top when it is long."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QComboBox, QListView, QSizePolicy, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.i18n import _
from app.ui import theme
from app.ui.widgets.base import Sized, draw_rounded, draw_text, painter_for, text_width
from app.ui.widgets.choices import Option
from app.ui.widgets.fields import Field, LineEdit, draw_input_frame
from app.ui.widgets.icons import draw_icon
from app.ui.widgets.popups import Popover
from app.ui.widgets.surfaces import style_scroll_bars

_OPTION = Qt.ItemDataRole.UserRole
_SEARCH_FROM = 9
_MOST_ROWS = 8


def draw_option(painter: QPainter, option: Option, place: QRectF, colour: QColor, muted: QColor, icon: str = "") -> None:
    """Icon or dot, text, and the muted note."""
    left, middle = place.left(), place.center().y()
    if icon or option.icon:
        draw_icon(painter, icon or option.icon, QRectF(round(left), round(middle - 9), 18, 18), muted)
        left += 26
    if option.colour:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.page_colour(option.colour))
        painter.drawEllipse(QPointF(left + 6, middle), 5, 5)
        left += 22
    wide = min(text_width(option.text, "body"), place.right() - left)
    draw_text(painter, QRectF(left, place.top(), wide + 1, place.height()), option.text, "body", colour)
    if not option.possible:
        painter.setPen(QPen(colour, 1))
        painter.drawLine(QPointF(left, round(middle) + 0.5), QPointF(left + wide, round(middle) + 0.5))
    if option.note:
        after = QRectF(left + wide + 8, place.top(), max(0.0, place.right() - left - wide - 8), place.height())
        draw_text(painter, after, option.note, "body", muted)


class _Box(Sized, QComboBox):
    """The closed select. The keyboard and screen readers know it as a combo box."""

    def __init__(self, icon: str, compact: bool) -> None:
        super().__init__()
        self._icon, self._compact = icon, compact
        self.error = False
        self.options: tuple[Option, ...] = ()
        self._popover: _OptionPopover | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def option(self) -> Option | None:
        at = self.currentIndex()
        return self.options[at] if 0 <= at < len(self.options) else None

    def sizeHint(self) -> QSize:
        return QSize(160, theme.sized(36 if self._compact else 40))

    def minimumSizeHint(self) -> QSize:
        return QSize(88, self.sizeHint().height())

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def showPopup(self) -> None:
        if self._popover is not None or not self.options:
            return
        self._popover = _OptionPopover(self)
        self._popover.closed.connect(self.hidePopup)
        self._popover.open_at(self)
        self.update()

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
        inner = place.adjusted(12, 0, -38, 0)
        if option is not None:
            colour, muted = (c.text, c.text_muted) if self.isEnabled() else (c.text_faint, c.text_faint)
            draw_option(painter, option, inner, colour, muted, self._icon)
        elif self.placeholderText():
            draw_text(painter, inner, self.placeholderText(), "body", c.text_faint)
        caret = QRectF(self.width() - 12 - 16, (self.height() - 16) // 2, 16, 16)
        draw_icon(painter, "expand", caret, c.text_muted if self.isEnabled() else c.text_faint)


class _Options(QAbstractListModel):
    def __init__(self, options: Sequence[Option], parent: QObject) -> None:
        super().__init__(parent)
        self._options = options

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._options)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        option = self._options[index.row()]
        if role == _OPTION:
            return option
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            words = f"{option.text} {option.note}".strip()
            return f"{words}, {option.reason}" if option.reason and role == Qt.ItemDataRole.AccessibleTextRole else words
        if role == Qt.ItemDataRole.ToolTipRole:
            return option.reason or None
        return None

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        if not self._options[index.row()].possible:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class _Delegate(QStyledItemDelegate):
    def __init__(self, chosen: Option | None, parent: QObject) -> None:
        super().__init__(parent)
        self._chosen = chosen

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(120, theme.sized(36))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        c = theme.colours()
        found: Option = index.data(_OPTION)
        place = QRectF(option.rect)
        state = option.state
        if found.possible and state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected):
            draw_rounded(painter, place, 6, c.selected)
        colour = c.text if found.possible else c.text_faint
        draw_option(painter, found, place.adjusted(10, 0, -34, 0), colour, c.text_muted)
        if self._chosen is not None and found.value == self._chosen.value:
            draw_icon(painter, "check-bold", QRectF(place.right() - 26, round(place.center().y() - 8), 16, 16), c.accent)
        painter.restore()


class _OptionPopover(Popover):
    """The open list."""

    def __init__(self, box: _Box) -> None:
        options = box.options
        note = max((text_width(f"{option.text} {option.note}", "body") for option in options), default=0.0)
        super().__init__(box, name=box.accessibleName(), width=max(box.width(), min(440, round(note) + 96)), padding=6)
        self._box = box
        self.radius = 10
        self._search: LineEdit | None = None
        model = QSortFilterProxyModel(self)
        model.setSourceModel(_Options(options, self))
        model.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._model = model
        if len(options) >= _SEARCH_FROM:
            self._search = LineEdit(icon="search", compact=True)
            self._search.setPlaceholderText(_("Search"))
            self._search.setAccessibleName(_("Search"))
            self._search.textChanged.connect(self._filter)
            self._search.installEventFilter(self)
            self.body.addWidget(self._search)
            self.body.addSpacing(6)
        self.list = QListView()
        self.list.setModel(model)
        self.list.setItemDelegate(_Delegate(box.option(), self))
        self.list.setFrameShape(QListView.Shape.NoFrame)
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.viewport().setAutoFillBackground(False)
        self.list.setAccessibleName(box.accessibleName())
        self.list.setFixedHeight(theme.sized(36) * min(_MOST_ROWS, max(1, len(options))))
        self.list.installEventFilter(self)
        self.list.clicked.connect(self._take)
        style_scroll_bars(self.list)
        self.body.addWidget(self.list)
        self._mark(box.currentIndex())

    def first_focus(self) -> None:
        (self._search or self.list).setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._take(self.list.currentIndex())
                return True
            if watched is self._search and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                step = 1 if event.key() == Qt.Key.Key_Down else -1
                self._mark_shown(max(0, min(self._model.rowCount() - 1, self.list.currentIndex().row() + step)))
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.close()
                return True
        return super().eventFilter(watched, event)

    def _filter(self, text: str) -> None:
        self._model.setFilterFixedString(text)
        self._mark_shown(0)

    def _mark(self, source_row: int) -> None:
        index = self._model.mapFromSource(self._model.sourceModel().index(max(0, source_row), 0))
        self.list.setCurrentIndex(index)
        self.list.scrollTo(index, QListView.ScrollHint.PositionAtCenter)

    def _mark_shown(self, shown_row: int) -> None:
        index = self._model.index(shown_row, 0)
        self.list.setCurrentIndex(index)
        self.list.scrollTo(index)

    def _take(self, index: QModelIndex) -> None:
        if not index.isValid() or not index.flags() & Qt.ItemFlag.ItemIsEnabled:
            return
        at = self._model.mapToSource(index).row()
        box = self._box
        self.close()
        box.setCurrentIndex(at)
        box.activated.emit(at)


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
        self.box = _Box(icon, compact)
        self.box.setPlaceholderText(placeholder)
        self._place_input(self.box)
        self._told: object = None
        self.set_options(options, value)
        self.box.currentIndexChanged.connect(self._changed)

    def set_options(self, options: Sequence[Option], value: object = None) -> None:
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
