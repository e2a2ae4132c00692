"""A calendar that speaks CalDAV: iCloud, Fastmail, a Nextcloud, or any other server."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QWidget

from app.domain.connections import ProviderKind
from app.i18n import _
from app.ui.connect import help as helps
from app.ui.connect.cards import Hint
from app.ui.connect.forms.server import ServerForm
from app.ui.connect.password import PasswordField
from app.ui.connect.state import Trouble
from app.ui.widgets import ChipGroup, Option, TextField

PRESETS = ("icloud", "fastmail", "nextcloud", "")
"""As the connector names them; empty: any other server."""
_NAMES = {"icloud": "iCloud", "fastmail": "Fastmail", "nextcloud": "Nextcloud"}
_MARKS = (("icloud", "icloud.com"), ("fastmail", "fastmail.com"), ("nextcloud", "/remote.php/dav"))
"""What an address holds that belongs to one of them."""
_PUBLIC = ("icloud", "fastmail")


class Form(ServerForm):
    kind = ProviderKind.CALDAV

    def __init__(self) -> None:
        super().__init__(importable=True)
        self.preset = ChipGroup([Option(each, _NAMES.get(each, "")) for each in PRESETS], "icloud", height=36)
        self.address, self.user, self.password = TextField(required=True), TextField(), PasswordField()
        self.hint = Hint()
        for name, field in (("address", self.address), ("user", self.user), ("password", self.password)):
            self.add(name, field)
        for widget in (self.preset, self.address, self.tried, self.certificate, self.ca, self.user, self.password, self.hint):
            self.body.addWidget(widget)
        for widget in (self.tried, self.certificate):
            widget.hide()
        self._refused = False
        self.preset.chosen.connect(lambda _value: self._switched())
        self.address.changed.connect(lambda _text: self._show_hint())
        self.hint.pressed.connect(lambda: self.show_help(self.hint.link, helps.app_password(self.kind, self._service())))
        self.retranslate()

    # Words

    def words(self) -> tuple[str, str, str]:
        return _("Sign in to your calendar server"), _("Fields marked with * are required."), _("Connect")

    def retranslate(self) -> None:
        self.preset.chips()[-1].set_option(Option("", _("Another server")))
        self.preset.setAccessibleName(_("Where is your calendar?"))
        self._show_fields()
        self._show_hint()
        self.retranslate_ca()

    def _show_fields(self) -> None:
        preset = self._chosen()
        self.preset.setVisible(not self.again)
        labels = {
            "icloud": _("E-mail of your Apple Account"),
            "fastmail": _("E-mail"),
            "nextcloud": _("Address of your Nextcloud"),
        }
        samples = {"icloud": "anna@icloud.com", "fastmail": "anna@fastmail.com", "nextcloud": "https://cloud.example.com"}
        self.address.set_label(labels.get(preset) or _("E-mail or address of the server"))
        self.address.set_placeholder(samples.get(preset) or "https://dav.example.com")
        self.address.set_help("" if preset else _("From an e-mail address Aftale finds many servers by itself."))
        self.user.set_label(_("User name"))
        self.user.set_help(
            _("As Nextcloud shows it beside the app password.") if preset else _("Only if it differs from your e-mail.")
        )
        self.user.setVisible(preset in ("nextcloud", ""))
        self.ca.setVisible(bool(self.own_ca) and self._may_be_private())
        self.password.set_label(_("App password") if preset else _("Password"))

    def _show_hint(self) -> None:
        service = self._service()
        if service:
            title = _("{service} wants an app password").format(service=_NAMES[service])
            text = _("Your usual password does not work here. An app password is made in a minute.")
        else:
            title = _("Do you confirm sign-in on your phone?")
            text = _(
                "Then your usual password does not work here. Make an app password in your account’s security settings and "
                "paste it above."
            )
        self.hint.show_words(title, text, _("Show me how"))
        self.hint.setVisible(bool(service) or self._refused)

    # What is filled in

    def _chosen(self) -> str:
        return str(self.preset.value() or "")

    def _service(self) -> str:
        """Whose calendar it is, as far as that is known."""
        text = self.address.text().lower()
        return self._chosen() or next((service for service, mark in _MARKS if mark in text), "")

    def _may_be_private(self) -> bool:
        """The server may have a certificate of an own authority: those that everybody knows never do."""
        return self._service() not in _PUBLIC

    def _switched(self) -> None:
        self.show_problems({})
        self._show_fields()
        self._show_hint()
        self.changed.emit()

    def fields(self) -> dict[str, str]:
        return {
            "preset": self._chosen(),
            "address": self.address.text().strip(),
            "user": "" if self.user.isHidden() else self.user.text().strip(),
            "password": self.password.text(),
            "ca": self.own_ca if self._may_be_private() else "",
        }

    def fill(self, fields: Mapping[str, str]) -> None:
        if self.again:
            self.preset.set_value(fields.get("preset", ""))
        for name, field in (("address", self.address), ("user", self.user)):
            if not field.text() and fields.get(name):
                field.set_text(fields[name])
                field.edit.setCursorPosition(0)
        self.fill_ca(fields)
        self._show_fields()
        self._show_hint()
        if self.again and self.address.text():
            self.password.edit.setFocus()

    def first(self) -> QWidget:
        if self.again:
            return self.password.edit
        return self.address.edit

    # What went wrong

    def show_trouble(self, trouble: Trouble) -> QWidget | None:
        match trouble.reason:
            case "password":
                self._refused = True
                self._show_hint()
                self.refuse("password", _("The server did not accept this user name and password."))
                return self.hint
            case "server":
                self.show_tried(trouble.detail)
                self.refuse("address", _("No calendar server was found. Check the address, or ask who looks after the server."))
                return self.tried if self.tried.addresses else self.address
            case "certificate":
                self.certificate.importable = self._may_be_private()
                return self.show_certificate(trouble.detail)
        return None
