"""Notifications."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.i18n import _
from app.ui.settings.panel import Panel


class NotificationsPanel(Panel):
    """Notifications."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines.addStretch(1)
        self.retranslate()

    def retranslate(self) -> None:
        self.set_words(_("Notifications"), _("What Aftale tells you, and where."))
