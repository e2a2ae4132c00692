"""What stands between the fields of a form when signing in did not work: a hint, the addresses that were tried, a certificate
that is not trusted, the connection report; and the note beside the buttons."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QAccessible, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.domain.connections import ProviderKind
from app.i18n import _
from app.ui import theme
from app.ui.connect import certificate
from app.ui.connect.certificate import Certificate
from app.ui.connect.parts import SunkenBox
from app.ui.connect.state import BY_BROWSER, Page, State
from app.ui.connect.words import step_words
from app.ui.widgets import Button, IconButton, Label, clear, column, row
from app.ui.widgets.base import draw_rounded, painter_for, tell_role
from app.ui.widgets.fields import FieldMessage
from app.ui.widgets.icons import draw_icon
from app.ui.widgets.surfaces import banner_colours

tell_role("Hint", QAccessible.Role.Note)
tell_role("CertificateCard", QAccessible.Role.AlertMessage)


class _Coloured(QWidget):
    """A card in the colours of a banner, with an icon beside its words."""

    kind: Literal["accent", "danger"] = "accent"
    icon = "info"

    def __init__(self) -> None:
        super().__init__()
        self._title = Label("", "body_medium", wrap=True)
        self._text = Label("", "small", "muted", wrap=True)
        self.body: QVBoxLayout = column(gap=2, margins=(48, 12, 16, 12), on=self)
        self.body.addWidget(self._title)
        self.body.addWidget(self._text)

    def say(self, title: str, text: str) -> None:
        self._title.setText(title)
        self._text.setText(text)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        fill, line, sign = banner_colours(self.kind)
        draw_rounded(painter, self.rect(), 12, fill, line)
        draw_icon(painter, self.icon, QRectF(16, 12, 20, 20), sign)


class Hint(_Coloured):
    """Something that helps. ``pressed`` follows its link."""

    pressed = Signal()

    def __init__(self, icon: str = "app_password") -> None:
        super().__init__()
        self.icon = icon
        self.link = Button("", "ghost", "small", flush=True)
        self.link.clicked.connect(self.pressed)
        self.body.addWidget(self.link, 0, Qt.AlignmentFlag.AlignLeft)

    def show_words(self, title: str, text: str, link: str = "", *, outside: bool = False) -> None:
        """``outside``: the link leaves the program."""
        self.say(title, text)
        self.link.setText(link)
        self.link.setVisible(bool(link))
        self.link.setAccessibleDescription(_("Opens your browser") if outside else "")


class AddressList(SunkenBox):
    """Where a server was looked for."""

    def __init__(self) -> None:
        super().__init__(gap=2)
        self._title = Label("", "small", "muted")
        self._list = column(gap=2)
        self.body.addWidget(self._title)
        self.body.addLayout(self._list)
        self.addresses: tuple[str, ...] = ()

    def show_addresses(self, addresses: tuple[str, ...]) -> None:
        self.addresses = addresses
        clear(self._list)
        self._title.setText(_("Looked for it here:"))
        for address in addresses:
            self._list.addWidget(Label(address, "caption_regular", wrap=True))
        self.setAccessibleName(" ".join((self._title.text(), ", ".join(addresses))))
        self.setVisible(bool(addresses))


class CertificateCard(_Coloured):
    """Whose certificate it is. It can be made good with the file of the company's own CA where the kind of account takes one
    (``importable``); there is no way past it."""

    kind = "danger"
    icon = "status_warning"
    file_requested = Signal()

    def __init__(self, *, importable: bool) -> None:
        super().__init__()
        self.importable = importable
        self._facts = column(gap=6, margins=(0, 8, 0, 0))
        self.importer = Button("", "secondary", "small", icon="file-arrow-up")
        self.importer.clicked.connect(self.file_requested)
        self._only = Label("", "small", "muted", wrap=True)
        self._below = QWidget()
        below = column(gap=6, margins=(0, 10, 0, 0), on=self._below)
        below.addWidget(self.importer, 0, Qt.AlignmentFlag.AlignLeft)
        below.addWidget(self._only)
        self.body.addLayout(self._facts)
        self.body.addWidget(self._below)

    @property
    def helps(self) -> bool:
        """A file can be imported."""
        return not self._below.isHidden()

    def show_certificate(self, found: Certificate, *, password: bool = True) -> None:
        """``password``: one would have been sent."""
        words = certificate.why_words(found)
        self.say(
            _("The server’s certificate is not trusted"),
            f"{words} {_('Your password was not sent to it.')}" if password else words,
        )
        clear(self._facts)
        for label, value in certificate.facts(found):
            fact = column()
            fact.addWidget(Label(label, "caption", "muted"))
            fact.addWidget(Label(value, "small", wrap=True))
            self._facts.addLayout(fact)
        told = [f"{label}: {value}" for label, value in certificate.facts(found)]
        self.setAccessibleDescription(" ".join((self._text.text(), *told)))
        self.importer.setText(_("Import your company’s CA file"))
        self._only.setText(_("Ask your IT department for it. It then counts for this server only."))
        self._below.setVisible(self.importable and found.private)


class CaFile(SunkenBox):
    """The file that was imported, until it is taken away again."""

    removed = Signal()

    def __init__(self) -> None:
        super().__init__(gap=4)
        self._name = Label("", "body_medium")
        self._note = Label("", "small", "muted", wrap=True)
        self.remove = IconButton("close", "", glyph=16)
        self.remove.clicked.connect(self.removed)
        self.message = FieldMessage()
        words = column(gap=2)
        words.addWidget(self._name)
        words.addWidget(self._note)
        line = row(gap=8)
        line.addLayout(words, 1)
        line.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(line)
        self.body.addWidget(self.message)

    def show_file(self, name: str, problem: str = "") -> None:
        """``name`` of the file; empty if it was imported at an earlier sign-in."""
        self._name.setText(name or _("Your company’s CA file"))
        self._note.setText(_("It counts for this server only."))
        self.remove.set_name(_("Do not use this file"))
        self.message.say(problem, "error")
        self.setAccessibleName(self._name.text())
        self.setAccessibleDescription(problem or self._note.text())


class ReportBox(SunkenBox):
    """The connection report, for whoever looks after the server (CON-9)."""

    copy_requested = Signal()
    save_requested = Signal()

    def __init__(self) -> None:
        super().__init__(gap=2)
        self._title = Label("", "body_medium")
        self._note = Label("", "small", "muted", wrap=True)
        self.copy = Button("", "ghost", "small", icon="copy", flush=True)
        self.save = Button("", "ghost", "small", icon="download", flush=True)
        self.copy.clicked.connect(self.copy_requested)
        self.save.clicked.connect(self.save_requested)
        self.body.addWidget(self._title)
        self.body.addWidget(self._note)
        buttons = row(gap=20, margins=(0, 4, 0, 0))
        buttons.addWidget(self.copy)
        buttons.addWidget(self.save)
        buttons.addStretch(1)
        self.body.addLayout(buttons)

    def retranslate(self) -> None:
        self._title.setText(_("Connection report"))
        self._note.setText(_("What was tried and what answered, without your password. Your IT department can use it."))
        self.copy.setText(_("Copy the report"))
        self.save.setText(_("Save it as a file"))


class FooterNote(QWidget):
    """Beside the buttons of a form: where the password goes, and while it is tried, what is being done."""

    def __init__(self) -> None:
        super().__init__()
        self._icon = "keyring"
        self.label = Label("", "small", "muted")
        line = row(margins=(26, 0, 0, 0), on=self)
        line.addWidget(self.label, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setMinimumHeight(24)

    def show_state(self, state: State) -> None:
        secret = state.kind not in (ProviderKind.LOCAL, *BY_BROWSER)
        self._icon = "hourglass" if state.busy else "keyring"
        text = step_words(state.told) if state.busy else _("Saved in your keyring")
        if text != self.label.text():
            self.label.setText(text)
            self.label.setAccessibleName(text)
        self.setVisible(state.page is Page.FORM and secret)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        place = QRectF(0, (self.height() - 18) / 2, 18, 18)
        draw_icon(painter_for(self), self._icon, place, theme.colours().text_muted)
