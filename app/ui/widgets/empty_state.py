"""What stands where nothing is yet."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.landscape import Landscape, Phase
from app.ui.widgets.layouts import clear, column, row
from app.ui.widgets.text import Label


class EmptyState(QWidget):
    """Landscape, one heading, one sentence, the actions: what will stand here and how it gets here."""

    action_requested = Signal(str)

    def __init__(
        self,
        heading: str = "",
        text: str = "",
        actions: Sequence[tuple[str, str, Kind, str]] = (),
        *,
        phase: Phase = 0.35,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.landscape = Landscape(phase, radius=12)
        self.landscape.setFixedSize(280, 160)
        self._heading = Label("", "heading", centred=True)
        self._text = Label("", "body", "muted", wrap=True, centred=True)
        self._line = row(gap=8)
        self._buttons: dict[str, Button] = {}
        lines = column(on=self)
        lines.addStretch(1)
        lines.addWidget(self.landscape, 0, Qt.AlignmentFlag.AlignHCenter)
        lines.addSpacing(20)
        lines.addWidget(self._heading, 0, Qt.AlignmentFlag.AlignHCenter)
        lines.addSpacing(6)
        middle = row()
        middle.addStretch(1)
        middle.addWidget(self._text, 8)
        middle.addStretch(1)
        lines.addLayout(middle)
        lines.addSpacing(20)
        lines.addLayout(self._line)
        lines.addStretch(1)
        self.show_words(heading, text, actions)

    def show_words(self, heading: str, text: str = "", actions: Sequence[tuple[str, str, Kind, str]] = ()) -> None:
        """``actions``: id, words, kind, icon."""
        self._heading.setText(heading)
        self._text.setText(text)
        clear(self._line)
        self._buttons = {}
        self._line.addStretch(1)
        for action, words, kind, icon in actions:
            button = Button(words, kind, icon=icon)
            button.clicked.connect(lambda _checked=False, action=action: self.action_requested.emit(action))
            self._line.addWidget(button)
            self._buttons[action] = button
        self._line.addStretch(1)

    def button(self, action: str) -> Button:
        return self._buttons[action]
