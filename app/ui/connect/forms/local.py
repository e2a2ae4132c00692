"""The calendar on this computer: only its name is asked."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QWidget

from app.i18n import _
from app.ui import messages
from app.ui.connect.forms import SignInForm
from app.ui.widgets import TextField


class Form(SignInForm):
    def __init__(self) -> None:
        super().__init__()
        self.name = TextField(required=True)
        self.name.edit.setMaxLength(80)
        self.name.changed.connect(lambda _text: self.name.set_error(""))
        self.name.changed.connect(lambda _text: self.changed.emit())
        self.body.addWidget(self.name)
        self.retranslate()
        self.name.set_text(_("On this computer"))

    def words(self) -> tuple[str, str, str]:
        return _("A calendar on this computer"), _("It is there at once, and bookings go into it."), _("Make the calendar")

    def retranslate(self) -> None:
        self.name.set_label(_("Name of the calendar"))
        self.name.set_help(_("Only you see it."))

    def fields(self) -> dict[str, str]:
        return {"name": self.name.text().strip()}

    def show_problems(self, problems: Mapping[str, str]) -> None:
        code = problems.get("name", "")
        self.name.set_error(messages.reason_words(code) if code else "")
        if code:
            self.name.edit.setFocus()

    def first(self) -> QWidget:
        return self.name.edit
