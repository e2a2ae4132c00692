"""The head of the dashboard: date and count, the owner's link, and how old what is shown may be."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.i18n import _
from app.ui.dashboard.state import DashboardState
from app.ui.widgets import Button, Label, column, row


class Header(QWidget):
    copy_requested = Signal()
    open_requested = Signal()
    read_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = Label("", "title")
        self.subtitle = Label("", "small", "muted", wrap=True)
        self._copy = Button("", "secondary", icon="nav_pages")
        self._copy.setObjectName("copy my link")
        self._copy.clicked.connect(self.copy_requested)
        self._open = Button("", "primary", icon="open_outside")
        self._open.setObjectName("open my page")
        self._open.clicked.connect(self.open_requested)
        words = column(gap=2)
        words.addWidget(self.title)
        words.addWidget(self.subtitle)
        line = row(gap=8)
        line.addLayout(words, 1)
        line.addWidget(self._copy)
        line.addWidget(self._open)
        outer = column(on=self)
        outer.addLayout(line)
        outer.addWidget(self._make_stale())

    def _make_stale(self) -> QWidget:
        """Which calendar is old; the rows below come from the copy here."""
        self._stale_line = QWidget()
        self._stale = Label("", "small", "amber", wrap=True)
        self.read = Button("", "ghost", "small", flush=True)
        self.read.setObjectName("read now")
        self.read.clicked.connect(lambda: self.read.set_busy(True))
        self.read.clicked.connect(self.read_requested)
        line = row(gap=12, on=self._stale_line)
        line.addWidget(self._stale, 1, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self.read, 0, Qt.AlignmentFlag.AlignVCenter)
        self._stale_line.hide()
        return self._stale_line

    def show_state(self, state: DashboardState) -> None:
        self.subtitle.setText(state.subtitle)
        self._stale.setText(state.stale)
        self._stale.set_tone("amber" if state.network else "muted")
        self._stale_line.setVisible(bool(state.stale))

    def set_actions(self, state: DashboardState | None, live: bool) -> None:
        """What can be pressed: nothing before the services are there, and no link before there is a page."""
        for button in (self._copy, self._open):
            button.setVisible(state is None or not state.first_day)
            button.setEnabled(state is not None and bool(state.link) and live)
        self._stale_line.setEnabled(live)

    def retranslate(self) -> None:
        self.title.setText(_("Meetings"))
        self._copy.setText(_("Copy my link"))
        self._open.setText(_("Open my page"))
        self.read.setText(_("Try again"))
