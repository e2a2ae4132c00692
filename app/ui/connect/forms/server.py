"""What the forms share that name a server: errors at the fields, where it was looked for, a certificate that is not trusted."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QLineEdit, QWidget

from app.domain.connections import ProviderKind
from app.ui.connect import certificate
from app.ui.connect.cards import AddressList, CertificateCard
from app.ui.connect.forms import SignInForm
from app.ui.connect.help import Help
from app.ui.connect.password import PasswordField
from app.ui.connect.problems import problem_words
from app.ui.connect.steps import StepsPopover
from app.ui.widgets import Button, TextField
from app.ui.widgets.fields import Field


class ServerForm(SignInForm):
    """``inputs``: the fields by the names that the connector knows, in their order. ``importable``: a private CA can be
    given."""

    kind: ProviderKind
    has_password = True

    def __init__(self, *, importable: bool = False) -> None:
        super().__init__()
        self.inputs: dict[str, Field] = {}
        self.tried = AddressList()
        self.certificate = CertificateCard(importable=importable)

    def add(self, name: str, field: TextField | PasswordField) -> None:
        """Takes an input into the form's care: what is wrong with it is over with the next key."""
        self.inputs[name] = field
        field.changed.connect(lambda _text: field.set_error("") if field.error else None)
        field.changed.connect(lambda _text: self.changed.emit())

    def show_problems(self, problems: Mapping[str, str]) -> None:
        self.tried.hide()
        self.certificate.hide()
        wrong: list[Field] = []
        for name, field in self.inputs.items():
            code = problems.get(name, "")
            field.set_error(problem_words(self.kind, name, code) if code else "")
            if code:
                wrong.append(field)
        if wrong:
            self.go_to(wrong[0])

    def refuse(self, name: str, text: str) -> QWidget:
        """Says at one field what to do, and goes there."""
        field = self.inputs[name]
        field.set_error(text)
        self.go_to(field)
        return field

    def go_to(self, field: Field) -> None:
        """The keyboard goes into a field, on all that stands there: it is about to be replaced."""
        wanted = field.input()
        wanted.setFocus()
        if isinstance(wanted, QLineEdit):
            wanted.selectAll()

    def show_tried(self, detail: str) -> None:
        """The addresses of a detail, each once."""
        self.tried.show_addresses(tuple(dict.fromkeys(detail.split())))

    def show_certificate(self, detail: str) -> QWidget:
        self.certificate.show_certificate(certificate.read(detail), password=self.has_password)
        self.certificate.show()
        if self.certificate.helps:
            self.certificate.importer.setFocus()
        return self.certificate

    def show_help(self, anchor: Button, words: Help) -> None:
        """Steps that are read while they are followed."""
        popover = StepsPopover(anchor, words)
        popover.open_requested.connect(self.open_requested)
        popover.open_at(anchor)
