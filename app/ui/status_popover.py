"""What lies behind the status chip."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.i18n import _
from app.ui import theme
from app.ui.messages import Status
from app.ui.widgets import IconButton, Label, Popover, StatusDot, Well, row


class StatusPopover(Popover):
    """What lies behind the chip: the address, to copy and to open, and how far it reaches."""

    copy_requested = Signal()
    open_requested = Signal()

    def __init__(self, anchor: QWidget, status: Status, link: str, live: bool) -> None:
        super().__init__(anchor, name=status.spoken, width=320, padding=16)
        head = row(gap=10)
        head.addWidget(StatusDot(status.dot))  # type: ignore[arg-type]
        head.addWidget(Label(status.spoken, "sub", wrap=True), 1)
        self.body.addLayout(head)
        self.body.addSpacing(6)
        text = _("Your pages open on this computer. Nobody else can open them yet.") if status.strong else ""
        if not status.on:
            text = _("People read that you take no bookings at the moment. Nothing is deleted.")
        if text:
            self.body.addWidget(Label(text, "small", "muted", wrap=True))
        if link and live:
            self._add_address(link)

    def _add_address(self, link: str) -> None:
        self.body.addSpacing(12)
        well = Well(gap=0)
        well.setFixedHeight(theme.sized(44))
        well.body.addWidget(Label(link.partition("://")[2], "small"), 1)
        copy = IconButton("copy", _("Copy my link"), tone="accent")
        copy.clicked.connect(self._copy)
        open_ = IconButton("open_outside", _("Open my page"), tone="accent")
        open_.clicked.connect(self._open_page)
        well.body.addWidget(copy)
        well.body.addWidget(open_)
        self.body.addWidget(well)

    def _copy(self) -> None:
        self.close()
        self.copy_requested.emit()

    def _open_page(self) -> None:
        self.close()
        self.open_requested.emit()
