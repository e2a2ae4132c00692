"""Text that breaks into as many lines as its column wants."""

from __future__ import annotations

from PySide6.QtWidgets import QSizePolicy

from app.ui.tokens import Role
from app.ui.widgets import Label
from app.ui.widgets.text import Tone


class Paragraph(Label):
    """A wrapped label that is never lower than its lines: in a nested column Qt would hold a fixed one to its first guess."""

    def __init__(self, role: Role = "body", tone: Tone = "text") -> None:
        super().__init__("", role, tone, wrap=True)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
