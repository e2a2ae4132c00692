"""A calendar behind a link: only looked at."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.domain.connections import ProviderKind
from app.i18n import _
from app.ui.connect import help as helps
from app.ui.connect.forms.server import ServerForm
from app.ui.connect.state import Trouble
from app.ui.widgets import Button, TextField


class Form(ServerForm):
    kind = ProviderKind.ICS
    has_password = False

    def __init__(self) -> None:
        super().__init__()
        self.address, self.name = TextField(required=True), TextField(optional=True)
        self.name.edit.setMaxLength(80)
        self.where = Button("", "ghost", "small", icon="info", flush=True)
        self.where.clicked.connect(lambda: self.show_help(self.where, helps.feed_link()))
        self.add("address", self.address)
        self.add("name", self.name)
        self.body.addWidget(self.address)
        self.body.addWidget(self.where, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(self.certificate)
        self.body.addWidget(self.name)
        self.certificate.hide()
        self.retranslate()

    def words(self) -> tuple[str, str, str]:
        return _("Add a calendar link"), _("Aftale looks there every few minutes. It never changes anything."), _("Look at it")

    def retranslate(self) -> None:
        self.address.set_label(_("Link of the calendar"))
        self.address.set_placeholder("https://example.com/calendar.ics")
        self.address.set_help(_("Treat it like a password: whoever has it can read the calendar."))
        self.name.set_label(_("Name"))
        self.name.set_help(_("If you leave it empty, the calendar’s own name is used."))
        self.where.setText(_("Where do I find the link?"))

    def fields(self) -> dict[str, str]:
        return {"address": self.address.text().strip(), "name": self.name.text().strip()}

    def fill(self, fields: Mapping[str, str]) -> None:
        for name, field in (("address", self.address), ("name", self.name)):
            if not field.text() and fields.get(name):
                field.set_text(fields[name])
                field.edit.setCursorPosition(0)

    def first(self) -> QWidget:
        return self.address.edit

    def show_trouble(self, trouble: Trouble) -> QWidget | None:
        if trouble.reason == "certificate":
            return self.show_certificate(trouble.detail)
        words = {
            "server": _("Nothing answers at this link. Copy it again where the calendar is kept."),
            "not_a_calendar": _("There is no calendar behind this link, but something else, such as a web page."),
            "password": _("The server does not let Aftale read it. Copy the secret link, which needs no sign-in."),
            "too_large": _("This calendar is too large: a link may hold 10 MB. Ask for one that shows fewer years."),
        }
        if trouble.reason not in words:
            return None
        return self.refuse("address", words[trouble.reason])
