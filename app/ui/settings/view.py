"""The settings window: the list of panels with its search at the left, the panel at the right, the footer with Save below
it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QPaintEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QDialog, QStackedWidget, QWidget

from app.i18n import _
from app.ui import theme
from app.ui.settings.appearance import AppearancePanel
from app.ui.settings.availability import AvailabilityPanel
from app.ui.settings.calendars import CalendarsPanel
from app.ui.settings.embed import EmbedPanel
from app.ui.settings.frame import NAV, Footer, NavItem
from app.ui.settings.kept import KeptBanner, kept_words
from app.ui.settings.notifications import NotificationsPanel
from app.ui.settings.pages import PagesPanel
from app.ui.settings.panel import Panel
from app.ui.settings.privacy import PrivacyPanel
from app.ui.settings.publishing import PublishingPanel
from app.ui.settings.state import PANELS, SettingsState
from app.ui.widgets import Divider, Label, LineEdit, Option, column, reading_order, row
from app.ui.widgets.base import painter_for
from app.ui.widgets.surfaces import Action

SIZE, LEAST = QSize(960, 720), QSize(840, 560)
_ICONS = {
    "calendars": "set_calendars",
    "availability": "set_availability",
    "pages": "set_pages",
    "publishing": "set_publishing",
    "notifications": "set_notifications",
    "embed": "set_chat",
    "appearance": "set_appearance",
    "privacy": "set_data",
}


class SettingsWindow(QDialog):
    """Shows one state. ``edited`` carries the new draft; ``troubled`` panel, field and words; ``close_requested`` comes for
    Esc, Close, Cancel and the title bar alike; ``panel_made`` carries a panel when it is first shown; ``kept_requested``
    what to do with older settings that could not be read, ``show`` or ``forget``."""

    edited = Signal(object)
    troubled = Signal(str, str, str)
    save_requested = Signal()
    close_requested = Signal()
    left = Signal()
    kept_requested = Signal(str)
    panel_made = Signal(object)

    def __init__(self, zones: Callable[[str], tuple[Option, ...]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._state: SettingsState | None = None
        self._allowed = False
        self._zones = zones
        self._panels: dict[str, Panel] = {}
        self.calendars = CalendarsPanel()
        self.calendars.panel_requested.connect(self.lead_to)
        self._items = {key: NavItem(key, _ICONS[key]) for key in PANELS}
        self._search = LineEdit(icon="search", compact=True)
        self._stack = QStackedWidget()
        self._footer = Footer()
        self._kept = KeptBanner()
        self._lay_out()
        self._connect()
        self._fit()
        self.retranslate()
        self.show_panel("calendars")

    # State

    def render_state(self, state: SettingsState, *, saving: bool = False, failed: str = "") -> None:
        """Shows ``state``; ``failed`` says in the footer why saving did not work."""
        self._state = state
        for panel in tuple(self._panels.values()):
            panel.render_state(state)
        for key, item in self._items.items():
            item.set_attention(state.attention(key))
        self._footer.show_state(state, saving, failed)
        self._show_kept(state)

    def _show_kept(self, state: SettingsState) -> None:
        self._kept.setVisible(bool(state.kept))
        if state.kept:
            actions: list[Action] = [
                ("show", _("Show what was kept"), "primary"), ("forget", _("Throw it away…"), "secondary")
            ]  # fmt: skip
            self._kept.banner.show_words(*kept_words(state.kept), actions)

    def show_panel(self, key: str) -> None:
        """Goes to a panel."""
        for name, item in self._items.items():
            item.setChecked(name == key)
            item.setFocusPolicy(Qt.FocusPolicy.StrongFocus if name == key else Qt.FocusPolicy.ClickFocus)
        self._stack.setCurrentWidget(self.panel_of(key))

    @property
    def panel(self) -> str:
        return next(key for key, panel in self._panels.items() if panel is self._stack.currentWidget())

    def panel_of(self, key: str) -> Panel:
        """The panel, made now if it was not shown before: all at once would be more than a frame."""
        if key not in self._panels:
            panel = self._panels[key] = self._make_panel(key)
            panel.edited.connect(self.edited)
            panel.troubled.connect(lambda field, words, key=key: self.troubled.emit(key, field, words))
            self._stack.addWidget(panel)
            if self._state is not None:
                panel.render_state(self._state)
            self.panel_made.emit(panel)
        return self._panels[key]

    def _make_panel(self, key: str) -> Panel:
        if key == "calendars":
            return self.calendars
        if key == "availability":
            return AvailabilityPanel(self._zones)
        plain: dict[str, type[Panel]] = {
            "pages": PagesPanel,
            "publishing": PublishingPanel,
            "notifications": NotificationsPanel,
            "embed": EmbedPanel,
            "appearance": AppearancePanel,
            "privacy": PrivacyPanel,
        }
        return plain[key]()

    def lead_to(self, key: str) -> None:
        """Goes to a panel and gives its first control the keyboard."""
        self.show_panel(key)
        panel = self.panel_of(key)
        for _words, control in panel.rows()[:1]:
            panel.go_to(control)

    def show_problem(self) -> None:
        """Leads to the first thing to mend."""
        if self._state is not None and self._state.problems:
            problem = self._state.problems[0]
            self.show_panel(problem.panel)
            self.panel_of(problem.panel).show_field(problem.field)

    def allow_close(self) -> None:
        """Closes without asking again."""
        self._allowed = True
        self.close()

    # Words and Qt

    def retranslate(self) -> None:
        self.setWindowTitle(_("Settings"))
        self._search.setPlaceholderText(_("Find a setting"))
        self._search.setAccessibleName(_("Find a setting"))
        words = {
            "calendars": _("Calendars"),
            "availability": _("Availability"),
            "pages": _("Scheduling pages"),
            "publishing": _("Publishing"),
            "notifications": _("Notifications"),
            "embed": _("Chat and embed"),
            "appearance": _("Appearance and language"),
            "privacy": _("Data and privacy"),
        }
        for key, item in self._items.items():
            item.set_words(words[key])
        self._footer.retranslate()
        if self._state is not None:
            self._footer.show_state(self._state, False, "")
            self._show_kept(self._state)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.FontChange:
            self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._items[self.panel].setFocus(Qt.FocusReason.OtherFocusReason)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes as one reads."""
        return reading_order.go(self, forward)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._allowed or self._state is None or not self._state.dirty:
            event.accept()
            self.left.emit()
            return
        event.ignore()
        self.close_requested.emit()

    def reject(self) -> None:
        """Esc."""
        self.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        nav = self._nav.width()
        painter.fillRect(self.rect(), c.surface)
        painter.fillRect(QRectF(0, 0, nav, self.height()), c.sidebar)
        painter.fillRect(QRectF(nav - 1, 0, 1, self.height()), c.border)

    # Parts

    def _lay_out(self) -> None:
        self._nav = QWidget()
        lines = column(gap=2, margins=(12, 20, 13, 16), on=self._nav)
        lines.addWidget(self._search)
        lines.addSpacing(14)
        for item in self._items.values():
            lines.addWidget(item)
        self._nothing = Label("", "small", "muted", wrap=True)
        self._nothing.hide()
        lines.addWidget(self._nothing)
        lines.addStretch(1)
        right = column()
        right.addWidget(self._kept)
        right.addWidget(self._stack, 1)
        right.addWidget(Divider())
        right.addWidget(self._footer)
        line = row(on=self)
        line.addWidget(self._nav)
        line.addLayout(right, 1)

    def _connect(self) -> None:
        for key, item in self._items.items():
            item.clicked.connect(lambda _checked=False, key=key: self.show_panel(key))
            item.stepped.connect(lambda step, key=key: self._step(key, step))
        self._search.installEventFilter(self)
        self._search.textChanged.connect(self._find)
        self._search.returnPressed.connect(self._go_to_found)
        self._footer.save.clicked.connect(self.save_requested)
        self._footer.leave.clicked.connect(self.close)
        self._footer.problem.clicked.connect(self.show_problem)
        self._footer.again.clicked.connect(self.save_requested)
        self._kept.banner.action_requested.connect(self.kept_requested)
        for keys, call in (("Ctrl+S", self._save_by_key), ("Ctrl+F", self._search.setFocus)):
            QShortcut(QKeySequence(keys), self).activated.connect(call)
        for keys, call in (("F1", self._show_help), ("F6", self._next_pane)):
            QShortcut(QKeySequence(keys), self).activated.connect(call)

    def _fit(self) -> None:
        scale = max(1.0, theme.active().scale)
        self._nav.setFixedWidth(round(NAV * scale))
        self.setMinimumSize(round(LEAST.width() * scale), LEAST.height())
        if not self.isVisible():
            self.resize(round(SIZE.width() * scale), SIZE.height())

    def _save_by_key(self) -> None:
        if self._footer.save.isEnabled():
            self.save_requested.emit()

    def _show_help(self) -> None:
        from app.ui import help

        help.show_help(self, f"{help.SETTINGS}{self.panel}")

    def _next_pane(self) -> None:
        """From the list to the panel, to the buttons, and round."""
        panes = [self._nav, self._panels[self.panel], self._footer]
        focused = self.focusWidget()
        here = next((at for at, pane in enumerate(panes) if focused is not None and pane.isAncestorOf(focused)), -1)
        for pane in [*panes[here + 1 :], *panes[: here + 1]]:
            stops = reading_order.stops(pane)
            if stops:
                stops[0].setFocus(Qt.FocusReason.ShortcutFocusReason)
                return

    def _step(self, key: str, step: int) -> None:
        shown = [name for name, item in self._items.items() if item.isVisible()]
        at = shown.index(key) + step
        if 0 <= at < len(shown):
            self.show_panel(shown[at])
            self._items[shown[at]].setFocus(Qt.FocusReason.TabFocusReason)

    # Find a setting

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Whoever comes to the search will look through all panels: they are made before the first letter, one at a time."""
        if watched is self._search and event.type() == QEvent.Type.FocusIn:
            QTimer.singleShot(0, self, self._make_next)
        return False

    def _make_next(self) -> None:
        missing = next((key for key in PANELS if key not in self._panels), "")
        if missing:
            self.panel_of(missing)
            QTimer.singleShot(0, self, self._make_next)

    def _matches(self, key: str, text: str) -> list[QWidget]:
        wanted = text.strip().casefold()
        return [control for words, control in self.panel_of(key).rows() if wanted in words.casefold()]

    def _find(self, text: str) -> None:
        found = [
            key
            for key, item in self._items.items()
            if text.strip().casefold() in item.text().casefold() or self._matches(key, text)
        ]
        for key, item in self._items.items():
            item.setVisible(key in found)
        self._nothing.setText(_("No setting is called “{text}”.").format(text=text.strip()))
        self._nothing.setVisible(not found)
        if text.strip() and found and self.panel not in found:
            self.show_panel(found[0])

    def _go_to_found(self) -> None:
        text = self._search.text()
        if not text.strip():
            return
        for key in PANELS:
            controls = self._matches(key, text)
            if controls:
                self.show_panel(key)
                self.panel_of(key).go_to(controls[0])
                return
