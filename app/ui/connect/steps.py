"""Help that is read while it is followed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton

from app.i18n import _
from app.ui import theme
from app.ui.connect.help import Help
from app.ui.widgets import Button, Label, Popover, row


class StepsPopover(Popover):
    """A title, its steps, and the way to the place at the provider."""

    open_requested = Signal(str)

    def __init__(self, anchor: QPushButton, words: Help) -> None:
        super().__init__(anchor, name=words.title, width=theme.sized(440))
        self.body.addWidget(Label(words.title, "sub", wrap=True))
        for paragraph in words.text.split("\n"):
            self.body.addSpacing(8)
            self.body.addWidget(Label(paragraph, "small", "muted", wrap=True))
        self.body.addSpacing(14)
        close = Button(_("Close"), "secondary", "small")
        close.clicked.connect(self.close)
        buttons = row(gap=8)
        buttons.addWidget(close)
        if words.link:
            opener = Button(_("Open the page"), "ghost", "small", icon_after="open_outside")
            opener.clicked.connect(lambda: self.open_requested.emit(words.link))
            buttons.addWidget(opener)
        buttons.addStretch(1)
        self.body.addLayout(buttons)
