"""Chat and embed."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.i18n import _
from app.ui.settings.panel import Panel


class EmbedPanel(Panel):
    """Chat and embed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines.addStretch(1)
        self.retranslate()

    def retranslate(self) -> None:
        self.set_words(_("Chat and embed"), _("Put your meeting link on your own web site."))
