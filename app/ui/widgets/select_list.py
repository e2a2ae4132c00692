"""The open list of a select: rows of 36, the chosen one with a check, a search on top when it is long."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    QSortFilterProxyModel,
    Qt,
)
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.i18n import _
from app.ui import theme
from app.ui.widgets.base import draw_rounded, text_width
from app.ui.widgets.fields import LineEdit
from app.ui.widgets.icons import draw_icon
from app.ui.widgets.option import Option
from app.ui.widgets.option_drawing import draw_option
from app.ui.widgets.popups import Popover
from app.ui.widgets.surfaces import style_scroll_bars

_OPTION = Qt.ItemDataRole.UserRole
_SEARCH_FROM = 9
_MOST_ROWS = 8


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


class OptionPopover(Popover):
    """The open list below ``anchor``; ``chosen`` is called with the index of what was taken."""

    def __init__(self, anchor: QWidget, options: Sequence[Option], current: int, chosen: Callable[[int], None]) -> None:
        note = max((text_width(f"{option.text} {option.note}", "body") for option in options), default=0.0)
        wide = max(anchor.width(), min(440, round(note) + 96))
        super().__init__(anchor, name=anchor.accessibleName(), width=wide, padding=6)
        self._chosen = chosen
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
        self.list.setItemDelegate(_Delegate(options[current] if current >= 0 else None, self))
        self.list.setFrameShape(QListView.Shape.NoFrame)
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        port = QWidget()
        self.list.setViewport(port)
        port.setAutoFillBackground(False)
        self.list.setAccessibleName(anchor.accessibleName())
        self.list.setFixedHeight(theme.sized(36) * min(_MOST_ROWS, max(1, len(options))))
        self.list.installEventFilter(self)
        self.list.clicked.connect(self._take)
        style_scroll_bars(self.list)
        self.body.addWidget(self.list)
        self._mark(current)

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
        self.close()
        self._chosen(at)
