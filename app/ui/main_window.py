"""The main window: sidebar and screens. It knows no service; what it wants it says in signals.

Screens come by ``add_screen`` with a way to make them, and are made when first shown. A screen is any widget. It may have
``may_leave(proceed) -> bool``: True when it can be left now; False when it asks first and calls ``proceed`` once it may be
left; ``go_back() -> bool``: Esc was pressed, True if the screen took it; ``help_view``: which help F1 opens, if not the one of
the section.

The window can be shown before its parts are made, with a picture of the last screen: what it needs for that is all that is
imported at the top. The parts come with the first screen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtGui import QCloseEvent, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

if TYPE_CHECKING:
    from PySide6.QtWidgets import QStackedWidget

    from app.ui.messages import Status
    from app.ui.sidebar import NavItem, Sidebar

SIZE, LEAST = QSize(1120, 720), QSize(880, 600)
COMPACT_BELOW = 1040


class Screen(NamedTuple):
    """A section: ``key``, ``icon`` (a role of the design), ``title`` (asked again after a change of language), ``make`` the
    widget."""

    key: str
    icon: str
    title: Callable[[], str]
    make: Callable[[], QWidget]


class MainWindow(QMainWindow):
    """Signals: ``section_changed(key)`` after another section is shown; the others are wishes. ``on_close`` decides whether
    closing may happen."""

    section_changed = Signal(str)
    settings_requested = Signal()
    pages_switched = Signal(bool)
    copy_link_requested = Signal()
    open_page_requested = Signal()
    publishing_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Aftale")
        self.setMinimumSize(LEAST)
        self.resize(SIZE)
        self.on_close: Callable[[], bool] = lambda: True
        self._screens: dict[str, Screen] = {}
        self._widgets: dict[str, QWidget] = {}
        self._current = ""
        self._forced_compact = False
        self._parts: tuple[Sidebar, QStackedWidget] | None = None

    def show_picture(self, picture: QWidget) -> None:
        """Stands in the window until the first screen comes."""
        self.setCentralWidget(picture)

    @property
    def sidebar(self) -> Sidebar:
        return self._made()[0]

    @property
    def _stack(self) -> QStackedWidget:
        return self._made()[1]

    def _made(self) -> tuple[Sidebar, QStackedWidget]:
        """The parts of the window, made at their first use."""
        if self._parts is None:
            from PySide6.QtWidgets import QStackedWidget

            from app.ui.sidebar import Sidebar
            from app.ui.widgets import row

            sidebar, stack = Sidebar(), QStackedWidget()
            self._parts = sidebar, stack
            sidebar.section_chosen.connect(self.show_section)
            sidebar.settings_requested.connect(self.settings_requested)
            sidebar.switch_requested.connect(self.pages_switched)
            sidebar.copy_link_requested.connect(self.copy_link_requested)
            sidebar.open_page_requested.connect(self.open_page_requested)
            sidebar.publishing_requested.connect(self.publishing_requested)
            frame = _Frame()
            line = row(on=frame)
            line.addWidget(sidebar)
            line.addWidget(stack, 1)
            self.setCentralWidget(frame)
            self._add_shortcuts()
            self._fit()
        return self._parts

    # Sections

    def add_screen(self, screen: Screen) -> None:
        """Adds a section to the sidebar, in the order of the calls. The first one is shown at once."""
        from app.ui.sidebar import NavItem

        item = NavItem(screen.key, screen.icon)
        self._screens[screen.key] = screen
        self.sidebar.nav.add(item)
        number = len(self._screens)
        if number <= 9:
            self._shortcut(f"Ctrl+{number}", lambda: self.show_section(screen.key))
        self._name_item(item, number)
        if not self._current:
            self._show(screen.key)

    @property
    def current(self) -> str:
        return self._current

    def screen_widget(self, key: str) -> QWidget:
        """The widget of a section, made now if it was not shown before."""
        found = self._widgets.get(key)
        if found is None:
            found = self._widgets[key] = self._screens[key].make()
            self._stack.addWidget(found)
        return found

    def show_section(self, key: str) -> None:
        """Goes to a section, after the present one has agreed to be left."""
        if key == self._current or key not in self._screens:
            self.sidebar.nav.set_current(self._current)
            return
        may_leave = getattr(self._widgets.get(self._current), "may_leave", None)
        if may_leave is not None and not may_leave(lambda: self._show(key)):
            self.sidebar.nav.set_current(self._current)
            return
        self._show(key)

    def _show(self, key: str) -> None:
        widget = self.screen_widget(key)
        self._current = key
        self._stack.setCurrentWidget(widget)
        self.sidebar.nav.set_current(key)
        self.section_changed.emit(key)

    def set_count(self, key: str, count: int) -> None:
        """Shows at a section how many things wait there."""
        for item in self.sidebar.nav.items:
            if item.key == key:
                item.set_count(count)

    # State

    def show_status(self, status: Status, link: str = "") -> None:
        self.sidebar.show_status(status, link)

    def set_live(self, live: bool) -> None:
        """Whether the services are there; until then the master switch waits."""
        self.sidebar.set_live(live)

    def force_compact(self, on: bool) -> None:
        """A screen that needs the room makes the sidebar compact, whatever the width."""
        self._forced_compact = on
        self._fit()

    def shows_first_screen(self) -> bool:
        """Whether the first section stands there with nothing floating over it."""
        from app.ui.widgets.popups import floating

        first = next(iter(self._screens), "")
        return self._parts is not None and self._current == first and self.isVisible() and not floating(self)

    def raise_to_front(self) -> None:
        """Shows the window before all others, also from the tray."""
        if self.isMinimized():
            self.showNormal()
        self.show()
        self.raise_()
        self.activateWindow()

    # Keyboard

    def _add_shortcuts(self) -> None:
        self._shortcut("Ctrl+,", self.settings_requested.emit)
        self._shortcut("Ctrl+L", self.copy_link_requested.emit)
        self._shortcut("F1", self._show_help)
        self._shortcut("F6", lambda: self._next_pane(True))
        self._shortcut("Shift+F6", lambda: self._next_pane(False))
        self._shortcut("Esc", self._back)

    def _shortcut(self, keys: str, call: Callable[[], None]) -> None:
        from PySide6.QtGui import QKeySequence, QShortcut

        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.activated.connect(call)

    def _show_help(self) -> None:
        from app.ui.help import show_help

        view = getattr(self._stack.currentWidget(), "help_view", self._current)
        show_help(self, view, tuple(screen.title() for screen in self._screens.values()))

    def _back(self) -> None:
        from app.ui.widgets.popups import close_floating

        # The shortcut of the window comes before the key event of what floats over it.
        if close_floating(self):
            return
        go_back = getattr(self._stack.currentWidget(), "go_back", None)
        if go_back is not None:
            go_back()

    def panes(self) -> list[QWidget]:
        """Where F6 goes in turn: the sidebar, then the panes of the screen (``panes()``), or the screen."""
        shown = self._stack.currentWidget()
        more = getattr(shown, "panes", None)
        return [self.sidebar, *(more() if more is not None else [shown] if shown is not None else [])]

    def _next_pane(self, forward: bool) -> None:
        from PySide6.QtCore import Qt

        from app.ui.widgets import FocusRing, reading_order

        panes = [pane for pane in self.panes() if pane.isVisible()]
        focused = QApplication.focusWidget()
        here = next((at for at, pane in enumerate(panes) if focused is not None and pane.isAncestorOf(focused)), -1)
        for step in range(1, len(panes) + 1):
            pane = panes[(here + (step if forward else -step)) % len(panes)]
            stops = reading_order.stops(pane)
            if stops:
                FocusRing.keyboard = True
                stops[0].setFocus(Qt.FocusReason.ShortcutFocusReason)
                return

    # Qt

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes as one reads."""
        from app.ui.widgets import reading_order

        return reading_order.go(self, forward)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def retranslate(self) -> None:
        if self._parts is None:
            return
        for number, item in enumerate(self.sidebar.nav.items, start=1):
            self._name_item(item, number)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._parts is not None:
            self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._parts is not None and self.focusWidget() is None:
            from PySide6.QtCore import Qt

            # Else Qt gives it to the first control as if Tab had been pressed, and the ring shows though no key was.
            self.sidebar.nav.focus_current(Qt.FocusReason.OtherFocusReason)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.on_close():
            event.accept()
        else:
            event.ignore()

    def _fit(self) -> None:
        self.sidebar.set_compact(self._forced_compact or self.width() < COMPACT_BELOW)

    def _name_item(self, item: NavItem, number: int) -> None:
        from app.i18n import _

        item.set_words(self._screens[item.key].title(), _("Ctrl+{number}").format(number=number) if number <= 9 else "")


class _Frame(QWidget):
    """The canvas beneath sidebar and screens."""

    def paintEvent(self, event: QPaintEvent) -> None:
        from app.ui import theme
        from app.ui.widgets.base import painter_for

        painter_for(self).fillRect(self.rect(), theme.colours().canvas)
