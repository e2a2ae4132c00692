"""The first page: which calendar. Only what can be connected is there."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.domain.connections import ProviderKind
from app.i18n import _
from app.ui.connect.access import AccessQuestion
from app.ui.connect.parts import Panel, ProviderRow
from app.ui.connect.state import WITHOUT_ACCESS, State
from app.ui.connect.words import ICONS, provider_words
from app.ui.widgets import clear, column


class ChoosePanel(Panel):
    """Up and Down move between the rows."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._list = column(gap=10)
        self.access = AccessQuestion()
        self._gap = QWidget()
        self._gap.setFixedHeight(16)
        self.body.addLayout(self._list)
        self.body.addWidget(self._gap)
        self.body.addWidget(self.access)
        self.rows: dict[ProviderKind, ProviderRow] = {}

    def show_state(self, state: State) -> None:
        self.title.setText(_("Which calendar do you use?"))
        self.lead.setText(_("Its events are copied to this computer, and stay there."))
        if tuple(self.rows) != state.kinds:
            clear(self._list)
            self.rows = {kind: self._row(kind) for kind in state.kinds}
        for kind, button in self.rows.items():
            words = provider_words(kind)
            button.set_words(words.title, words.text)
        # So that six fit into the window without scrolling.
        self._list.setSpacing(10 if len(state.kinds) < 6 else 6)
        self.access.show_state(state, needed=bool(set(state.kinds) - WITHOUT_ACCESS))
        self._gap.setVisible(not self.access.isHidden())

    def first(self) -> QWidget | None:
        return next(iter(self.rows.values()), None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down.value: 1, Qt.Key.Key_Up.value: -1}.get(event.key(), 0)
        buttons = list(self.rows.values())
        here = self.focusWidget()
        if step and isinstance(here, ProviderRow) and here in buttons:
            buttons[(buttons.index(here) + step) % len(buttons)].setFocus(Qt.FocusReason.TabFocusReason)
            return
        super().keyPressEvent(event)

    def _row(self, kind: ProviderKind) -> ProviderRow:
        button = ProviderRow(ICONS[kind])
        button.clicked.connect(lambda _=False: self.chosen.emit(kind))
        self._list.addWidget(button)
        return button
