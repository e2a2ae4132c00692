"""What the forms share that name a server: errors at the fields, where it was looked for, a certificate that is not trusted,
and the file of an own certificate authority that makes it good."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from app.domain.connections import ProviderKind
from app.i18n import _
from app.ui.connect import certificate
from app.ui.connect.cards import AddressList, CaFile, CertificateCard
from app.ui.connect.forms import SignInForm
from app.ui.connect.help import Help
from app.ui.connect.password import PasswordField
from app.ui.connect.problems import problem_words
from app.ui.connect.steps import StepsPopover
from app.ui.runtime import tasks
from app.ui.widgets import Button, TextField
from app.ui.widgets.fields import Field

LONGEST_CA = 256 * 1024
"""Bytes of a CA file that are looked at."""


class ServerForm(SignInForm):
    """``inputs``: the fields by the names that the connector knows, in their order. ``importable``: a private CA can be given;
    then ``ca`` shows its file, to be placed by the form, and ``own_ca`` is its text."""

    kind: ProviderKind
    has_password = True

    def __init__(self, *, importable: bool = False) -> None:
        super().__init__()
        self.inputs: dict[str, Field] = {}
        self.tried = AddressList()
        self.certificate = CertificateCard(importable=importable)
        self.ca, self.own_ca, self._ca_name = CaFile(), "", ""
        self.ca.hide()
        self.certificate.file_requested.connect(self._choose_file)
        self.ca.removed.connect(self._forget_ca)

    def add(self, name: str, field: TextField | PasswordField) -> None:
        """Takes an input into the form's care: what is wrong with it is over with the next key."""
        self.inputs[name] = field
        field.changed.connect(lambda _text: field.set_error("") if field.error else None)
        field.changed.connect(lambda _text: self.changed.emit())

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """What was said of the server and its certificate before goes."""
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
        if self.own_ca:
            problem = problems.get("ca", "")
            self.ca.show_file(self._ca_name, problem_words(self.kind, "ca", problem) if problem else "")
            if problem:
                self.ca.remove.setFocus()

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
        """``detail``: as ``certificate.read`` takes it. Where a file of an authority helps, the keyboard goes to its button."""
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

    # An own certificate authority

    def fill_ca(self, fields: Mapping[str, str]) -> None:
        """Takes the file that an earlier sign-in was made with, unless there is one."""
        if fields.get("ca") and not self.own_ca:
            self._take_ca("", fields["ca"])

    def retranslate_ca(self) -> None:
        if self.own_ca:
            self.ca.show_file(self._ca_name)

    def import_ca(self, path: Path) -> None:
        """Takes the certificates of a file, as text or as bytes (DER), for this server only."""
        tasks.start(asyncio.to_thread(_read_ca, path), self, lambda text: self._took(path.name, text))

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, _("Choose your company’s CA file"), "", _("Certificates (*.pem *.crt *.cer)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.import_ca(Path(path)))
        dialog.open()

    def _took(self, name: str, text: str) -> None:
        self._take_ca(name, text)
        if not text:
            self.ca.show_file(name, problem_words(self.kind, "ca", "not_a_certificate"))
            self.ca.show()
            return
        self.certificate.hide()
        self.inputs["password"].input().setFocus()

    def _take_ca(self, name: str, text: str) -> None:
        self.own_ca, self._ca_name = text, name
        self.ca.show_file(name)
        self.ca.setVisible(bool(text))

    def _forget_ca(self) -> None:
        self._take_ca("", "")
        self.first().setFocus()


def _read_ca(path: Path) -> str:
    """The text of a CA file; empty if it holds no certificate. Blocking."""
    try:
        with path.open("rb") as file:
            data = file.read(LONGEST_CA)
        if data[:1] == b"\x30":
            return ssl.DER_cert_to_PEM_cert(data)
        text = data.decode("utf-8", errors="replace")
    except OSError:
        return ""
    return text if "-----BEGIN CERTIFICATE-----" in text else ""
