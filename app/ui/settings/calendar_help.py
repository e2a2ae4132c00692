"""Help beside the button that asks for it, with a letter to whoever can help (CON-14)."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.i18n import _
from app.ui import messages
from app.ui.widgets import Button, Label, Popover, row


class HelpWithLetter(Popover):
    """A title, a text to read, and, where somebody can be written to, the button that opens the letter."""

    letter_requested = Signal()

    def __init__(self, anchor: QWidget, title: str, text: str, name: str) -> None:
        super().__init__(anchor, name=title)
        self.body.addWidget(Label(title, "sub", wrap=True))
        self.body.addSpacing(6)
        self.body.addWidget(Label(text, "small", "muted", wrap=True))
        self.body.addSpacing(14)
        line = row(gap=8)
        write = Button(messages.write_to(name), "secondary", "small", icon="email")
        write.clicked.connect(self._write)
        close = Button(_("Close"), "quiet", "small")
        close.clicked.connect(self.close)
        line.addWidget(write)
        line.addWidget(close)
        line.addStretch(1)
        self.body.addLayout(line)

    def _write(self) -> None:
        self.close()
        self.letter_requested.emit()
