"""The sidebar: the mark, the sections, Settings, and the status chip with the master switch, which never leaves the window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QKeyEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.i18n import _, ngettext
from app.ui import theme
from app.ui.messages import Status
from app.ui.status_chip import StatusChip
from app.ui.widgets import CountBadge, Label, Mark, column, row
from app.ui.widgets.base import Focusable, draw_rounded, draw_text, painter_for, tell_role
from app.ui.widgets.icons import chosen as chosen_icon
from app.ui.widgets.icons import draw_icon

WIDE, COMPACT = 208, 64

tell_role("NavItem", QAccessible.Role.PageTab)
tell_role("NavList", QAccessible.Role.PageTabList)


class NavItem(Focusable, QPushButton):
    """One section. In the compact sidebar only its icon, with the name as tool tip."""

    stepped = Signal(int)

    def __init__(self, key: str, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key, self._icon = key, icon
        self._compact = False
        self._count = 0
        self._badge = CountBadge(self)
        self._badge.hide()
        self.setCheckable(True)
        self.setAutoExclusive(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_words(self, name: str, shortcut: str) -> None:
        self.setText(name)
        self.setAccessibleName(name)
        self.setAccessibleDescription(self._count_words())
        self.setToolTip(f"{name} ({shortcut})" if shortcut else name)

    def set_count(self, count: int) -> None:
        """How many things wait there for the owner."""
        self._count = count
        self._badge.setText(str(count))
        self._badge.adjustSize()
        self._badge.setVisible(count > 0)
        self.setAccessibleDescription(self._count_words())
        self._place_badge()

    def set_compact(self, compact: bool) -> None:
        self._compact = compact
        self._place_badge()
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(40 if self._compact else 176, theme.sized(40))

    def minimumSizeHint(self) -> QSize:
        return QSize(40, theme.sized(40))

    def nextCheckState(self) -> None:
        """The window decides what is current."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.stepped.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._badge.adjustSize()
            self._place_badge()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place_badge()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        chosen = self.isChecked()
        if chosen:
            draw_rounded(painter, self.rect(), 8, c.surface, c.border)
        elif self.underMouse():
            draw_rounded(painter, self.rect(), 8, c.border if not theme.active().dark else c.hover)
        left = (self.width() - 20) / 2 if self._compact else 10.0
        place = QRectF(round(left), round((self.height() - 20) / 2), 20, 20)
        draw_icon(painter, chosen_icon(self._icon) if chosen else self._icon, place, c.accent if chosen else c.text_muted)
        if not self._compact:
            room = self.width() - 42 - (self._badge.width() + 12 if self._count else 6)
            draw_text(
                painter, QRectF(42, 0, room, self.height()), self.text(), "body_medium", c.text if chosen else c.text_muted
            )

    def _place_badge(self) -> None:
        if self._compact:
            self._badge.move(self.width() - self._badge.width() + 2, -1)
        else:
            self._badge.move(self.width() - self._badge.width() - 9, (self.height() - self._badge.height()) // 2)

    def _count_words(self) -> str:
        if not self._count:
            return ""
        return ngettext("{count} waits for your answer", "{count} wait for your answer", self._count).format(count=self._count)


class NavList(QWidget):
    """The sections: one Tab stop, arrows move, Enter goes there."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.items: list[NavItem] = []
        self._lines: QVBoxLayout = column(gap=4, on=self)

    def add(self, item: NavItem) -> None:
        item.clicked.connect(lambda: self.chosen.emit(item.key))
        item.stepped.connect(lambda step: self._step(item, step))
        item.setFocusPolicy(Qt.FocusPolicy.ClickFocus if self.items else Qt.FocusPolicy.StrongFocus)
        self.items.append(item)
        self._lines.addWidget(item)

    def set_current(self, key: str) -> None:
        """A key that no section here has, such as that of the settings, leaves the Tab stop where it is."""
        known = any(item.key == key for item in self.items)
        for item in self.items:
            item.setChecked(item.key == key)
            if known:
                item.setFocusPolicy(Qt.FocusPolicy.StrongFocus if item.key == key else Qt.FocusPolicy.ClickFocus)

    def focus_current(self, reason: Qt.FocusReason) -> None:
        """Gives the keyboard to the chosen section."""
        for item in self.items:
            if item.isChecked():
                item.setFocus(reason)

    def _step(self, item: NavItem, step: int) -> None:
        at = self.items.index(item) + step
        if 0 <= at < len(self.items):
            item.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            self.items[at].setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.items[at].setFocus(Qt.FocusReason.TabFocusReason)


class Sidebar(QWidget):
    """Emits what was pressed; the window decides what follows."""

    section_chosen = Signal(str)
    settings_requested = Signal()
    switch_requested = Signal(bool)
    copy_link_requested = Signal()
    open_page_requested = Signal()
    publishing_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._compact = False
        self._live = False
        self._link = ""
        self._status: Status | None = None
        self.nav = NavList()
        self.nav.chosen.connect(self.section_chosen)
        self.settings = NavItem("settings", "nav_settings")
        self.settings.setCheckable(False)
        self.settings.clicked.connect(self.settings_requested)
        self.chip = StatusChip()
        self.chip.switch_requested.connect(self.switch_requested)
        self.chip.opened.connect(self._open_popover)
        self._name = Label("Aftale", "heading")
        self._brand = row(gap=10, margins=(8, 0, 0, 0))
        self._brand.addWidget(Mark(19))
        self._brand.addWidget(self._name, 1)
        lines = column(margins=(16, 22, 15, 16), on=self)
        lines.addLayout(self._brand)
        lines.addSpacing(22)
        lines.addWidget(self.nav)
        lines.addStretch(1)
        lines.addWidget(self.settings)
        lines.addSpacing(8)
        lines.addWidget(self.chip)
        self._fit()
        self.retranslate()

    @property
    def compact(self) -> bool:
        return self._compact

    def set_compact(self, compact: bool) -> None:
        if compact == self._compact:
            return
        self._compact = compact
        self._fit()
        layout = self.layout()
        assert layout is not None
        layout.setContentsMargins(*((12, 22, 11, 16) if compact else (16, 22, 15, 16)))
        self._brand.setContentsMargins(*((6, 0, 0, 0) if compact else (8, 0, 0, 0)))
        self._name.setVisible(not compact)
        for item in (*self.nav.items, self.settings):
            item.set_compact(compact)
        self.chip.set_compact(compact)

    def _fit(self) -> None:
        """As wide as its words need at the chosen text size."""
        self.setFixedWidth(COMPACT if self._compact else theme.sized(WIDE))

    def show_status(self, status: Status, link: str = "") -> None:
        self._status, self._link = status, link
        self.chip.show_status(status)

    def set_live(self, live: bool) -> None:
        self._live = live
        self.chip.set_live(live)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.FontChange:
            self._fit()

    def retranslate(self) -> None:
        self.settings.set_words(_("Settings"), _("Ctrl+,"))
        self.nav.setAccessibleName(_("Sections"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        painter.fillRect(self.rect(), c.sidebar)
        painter.fillRect(QRectF(self.width() - 1, 0, 1, self.height()), c.border)

    def _open_popover(self) -> None:
        if self._status is None:
            return
        from app.ui.status_popover import StatusPopover

        popover = StatusPopover(self.chip, self._status, self._link, self._live)
        popover.copy_requested.connect(self.copy_link_requested)
        popover.open_requested.connect(self.open_page_requested)
        popover.publishing_requested.connect(self.publishing_requested)
        popover.open_at(self.chip)
