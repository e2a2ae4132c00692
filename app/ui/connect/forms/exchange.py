"""A mailbox on a company's own server: e-mail and password are enough, the rest is found (CON-8)."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QWidget

from app.domain.connections import ProviderKind
from app.i18n import _
from app.ui.connect import help as helps
from app.ui.connect.cards import Hint
from app.ui.connect.forms.server import ServerForm
from app.ui.connect.password import PasswordField
from app.ui.connect.problems import problem_words
from app.ui.connect.state import Trouble
from app.ui.widgets import Button, Option, Select, TextField, column, row

VERSIONS = ("", "2010_sp2", "2013", "2013_sp1", "2016", "2019", "se")
"""As the connector names them; empty: it is found out."""


class Form(ServerForm):
    kind = ProviderKind.EXCHANGE

    def __init__(self) -> None:
        super().__init__(importable=True)
        self.email, self.password = TextField(required=True), PasswordField()
        self.user, self.server = TextField(optional=True), TextField(optional=True)
        self.version, self.shared = Select(), TextField(optional=True)
        self.hint, self.elsewhere = Hint(), Hint("provider_office365")
        self.more = Button("", "ghost", "small", icon="add_quiet", flush=True)
        for name, field in (
            ("email", self.email),
            ("password", self.password),
            ("user", self.user),
            ("server", self.server),
            ("shared", self.shared),
        ):
            self.add(name, field)
        self.inputs["version"] = self.version
        self._lay_out()
        self._wire()
        self.retranslate()
        self.version.set_value("")

    def _lay_out(self) -> None:
        self._where = row(gap=16)
        server = column(gap=10)
        server.addWidget(self.server)
        server.addWidget(self.tried)
        server.addStretch(1)
        self._where.addLayout(server, 17)
        self._where.addWidget(self.version, 12, Qt.AlignmentFlag.AlignTop)
        above: tuple[QWidget, ...] = (self.email, self.elsewhere, self.password, self.hint, self.user)
        below: tuple[QWidget, ...] = (self.certificate, self.ca, self.shared, self.more)
        for widget in above:
            self.body.addWidget(widget)
        self.body.addLayout(self._where)
        for widget in below:
            self.body.addWidget(widget)
        for widget in (self.elsewhere, self.hint, self.tried, self.certificate, self.shared):
            widget.hide()

    def _wire(self) -> None:
        self.email.committed.connect(lambda text: self.known_requested.emit(text.rpartition("@")[2].strip().lower()))
        self.version.chosen.connect(lambda _value: self.version.set_error(""))
        self.hint.pressed.connect(lambda: self.show_help(self.hint.link, helps.app_password(self.kind)))
        self.elsewhere.pressed.connect(lambda: self.kind_requested.emit(ProviderKind.OFFICE365))
        self.more.clicked.connect(self._show_shared)

    # Words

    def words(self) -> tuple[str, str, str]:
        return _("Sign in to Exchange"), _("Fields marked with * are required."), _("Connect")

    def retranslate(self) -> None:
        self.email.set_label(_("E-mail"))
        self.email.set_placeholder("anna@example.com")
        self.password.set_label(_("Password"))
        self.user.set_label(_("User name"))
        self.user.set_placeholder("EXAMPLE\\anna")
        self.user.set_help(_("Only if it differs from your e-mail."))
        self.server.set_label(_("EWS address"))
        self.server.set_placeholder(_("Found automatically"))
        self.version.set_label(_("Server version"))
        names = {
            "": _("Find automatically"),
            "2010_sp2": "2010 SP2",
            "2013": "2013",
            "2013_sp1": "2013 SP1",
            "2016": "2016",
            "2019": "2019",
            "se": _("Subscription Edition"),
        }
        self.version.set_options([Option(value, names[value]) for value in VERSIONS], self.version.value())
        self.shared.set_label(_("Calendars of colleagues"))
        self.shared.set_placeholder("ida@example.com, bo@example.com")
        self.shared.set_help(_("E-mail addresses of those who share their calendar with you."))
        self.more.setText(_("Add calendars of colleagues"))
        self.hint.show_words(
            _("Do you confirm sign-in on your phone?"),
            _(
                "Then your usual password does not work here. Make an app password in your account’s security settings and "
                "paste it above."
            ),
            _("Show me how"),
        )
        self._show_elsewhere()
        self.retranslate_ca()

    def _show_elsewhere(self) -> None:
        possible = ProviderKind.OFFICE365 in self.kinds and not self.again
        self.elsewhere.show_words(
            _("This mailbox is at Microsoft"),
            _("It is connected as Office 365: you sign in in your browser, and Aftale never sees your password."),
            _("Connect it as Office 365") if possible else "",
        )

    # What is filled in

    def fields(self) -> dict[str, str]:
        return {
            "email": self.email.text().strip(),
            "password": self.password.text(),
            "user": self.user.text().strip(),
            "server": self.server.text().strip(),
            "version": str(self.version.value() or ""),
            "ca": self.own_ca,
            "shared": self.shared.text().strip(),
        }

    def fill(self, fields: Mapping[str, str]) -> None:
        """Who signs in again cannot change the address."""
        for name in ("email", "user", "server", "shared"):
            field = self.inputs[name]
            if isinstance(field, TextField) and not field.text() and fields.get(name):
                field.set_text(fields[name])
                field.edit.setCursorPosition(0)
        if fields.get("version") in VERSIONS and not self.version.value():
            self.version.set_value(fields["version"])
        self.fill_ca(fields)
        if self.shared.text():
            self._show_shared(go=False)
        self.email.set_read_only(self.again and bool(self.email.text()))

    def first(self) -> QWidget:
        return self.password.edit if self.email.text() else self.email.edit

    # What went wrong

    def show_problems(self, problems: Mapping[str, str]) -> None:
        super().show_problems(problems)
        at_microsoft = "microsoft" in (problems.get("email"), problems.get("server"))
        self._show_elsewhere()
        self.elsewhere.setVisible(at_microsoft)
        if problems.get("shared"):
            self._show_shared(go=False)

    def show_trouble(self, trouble: Trouble) -> QWidget | None:
        match trouble.reason:
            case "password":
                return self._password_refused(trouble.detail)
            case "server":
                return self._not_found(trouble.detail)
            case "too_old":
                self._open_up()
                return self.refuse("version", self._too_old(trouble.detail))
            case "certificate":
                return self.show_certificate(trouble.detail)
            case "microsoft":
                self._show_elsewhere()
                self.elsewhere.show()
                self.elsewhere.link.setFocus()
                return self.elsewhere
        return None

    def _password_refused(self, names: str) -> QWidget:
        self.hint.show()
        if names and not self.user.text():
            tried = _("Tried with {names}. If your company gave you another user name, write it here.")
            self.user.set_help(tried.format(names=names.replace(",", ", ").replace(",  ", ", ")))
        self.refuse("password", _("The server did not accept this user name and password."))
        return self.hint

    def _not_found(self, addresses: str) -> QWidget:
        self._open_up()
        self.show_tried(addresses)
        self.refuse("server", _("No Exchange server was found. Ask your IT department for its address and write it here."))
        return self.tried

    def _open_up(self) -> None:
        """Server and version take the whole width each, so that there is room for what is said below them."""
        self._where.setDirection(QBoxLayout.Direction.TopToBottom)

    def _too_old(self, version: str) -> str:
        if not version:
            return problem_words(self.kind, "version", "too_old")
        return _("This server is {version}. Aftale needs Exchange 2010 SP2 or newer.").format(version=version)

    def _show_shared(self, *, go: bool = True) -> None:
        self.more.hide()
        self.shared.show()
        if go:
            self.shared.edit.setFocus()
