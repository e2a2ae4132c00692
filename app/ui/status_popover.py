"""What lies behind the status chip."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QWidget

from app.i18n import _
from app.ui import theme
from app.ui.messages import Status
from app.ui.widgets import Button, IconButton, Label, Popover, QrCode, StatusDot, Well, row


class StatusPopover(Popover):
    """The address, to copy, to open, and as a QR code; how it is published, and the way to where that is set."""

    copy_requested = Signal()
    open_requested = Signal()
    publishing_requested = Signal()

    def __init__(self, anchor: QWidget, status: Status, link: str, live: bool) -> None:
        super().__init__(anchor, name=status.spoken, width=theme.sized(376))
        head = row(gap=10)
        head.addWidget(StatusDot(status.dot))  # type: ignore[arg-type]
        head.addWidget(Label(status.spoken, "sub", wrap=True), 1)
        self.body.addLayout(head)
        if status.how:
            self.body.addSpacing(6)
            self.body.addWidget(Label(status.how, "small", "muted", wrap=True))
        if link and live:
            self._add_address(link)
            if _is_found_elsewhere(link):
                self.body.addSpacing(12)
                self.body.addWidget(
                    QrCode(link, _("QR code of {address}").format(address=link)), 0, Qt.AlignmentFlag.AlignHCenter
                )
        if live:
            settings = Button(_("Publishing settings"), "ghost", "small", icon="set_publishing", flush=True)
            settings.clicked.connect(lambda: self._go(self.publishing_requested))
            self.body.addSpacing(10)
            self.body.addWidget(settings, 0, Qt.AlignmentFlag.AlignLeft)

    def _add_address(self, link: str) -> None:
        self.body.addSpacing(12)
        well = Well(gap=0)
        well.setFixedHeight(theme.sized(44))
        well.body.addWidget(Label(link.partition("://")[2], "small"), 1)
        copy = IconButton("copy", _("Copy my link"), tone="accent")
        copy.clicked.connect(lambda: self._go(self.copy_requested))
        open_ = IconButton("open_outside", _("Open my page"), tone="accent")
        open_.clicked.connect(lambda: self._go(self.open_requested))
        well.body.addWidget(copy)
        well.body.addWidget(open_)
        self.body.addWidget(well)

    def _go(self, wish: SignalInstance) -> None:
        self.close()
        wish.emit()


def _is_found_elsewhere(link: str) -> bool:
    """Nobody else's telephone finds this computer by the name that it has for itself."""
    host = urlsplit(link).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"
