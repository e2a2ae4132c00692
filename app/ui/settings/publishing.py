"""Publishing."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.i18n import _
from app.ui.settings.panel import Panel


class PublishingPanel(Panel):
    """Publishing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines.addStretch(1)
        self.retranslate()

    def retranslate(self) -> None:
        self.set_words(_("Publishing"), _("How people reach the pages that this computer serves."))
