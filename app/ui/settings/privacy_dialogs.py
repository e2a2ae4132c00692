"""The dialogs of Data and privacy: backups to choose from, a passphrase, a person, texts to be read before they are kept."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QLineEdit, QWidget

from app.domain.clock import Instant
from app.domain.keeping import Backup, Known
from app.i18n import _, ngettext
from app.ui.settings import privacy_words as words
from app.ui.widgets import Button, Card, ChoiceRow, Dialog, Label, Radio, ScrollArea, TextArea, TextField, column

SHOWN = 20


class BackupsDialog(Dialog):
    """Backups, newest first; ``chosen`` is the one to put back. ``answer``: ``restore``, ``file`` (one that lies elsewhere), or
    empty."""

    def __init__(self, parent: QWidget | None, backups: tuple[Backup, ...], now: Instant, zone: str) -> None:
        super().__init__(parent, _("Backups"), width=520, heading=_("Put a backup back"))
        text = _("What is here now is kept aside, so you can come back to it. Your pages are away for a moment.")
        self.body.addWidget(Label(text, "body", "muted", wrap=True))
        self.backups = backups[:SHOWN]
        self._group = QButtonGroup(self)
        rows = QWidget()
        lines = column(gap=8, margins=(2, 4, 12, 4), on=rows)
        for number, backup in enumerate(self.backups):
            radio = Radio()
            radio.setChecked(number == 0)
            self._group.addButton(radio, number)
            lines.addWidget(ChoiceRow(radio, words.backup_title(backup, now, zone), words.backup_note(backup)))
        lines.addStretch(1)
        if self.backups:
            area = ScrollArea(rows)
            area.setMinimumHeight(min(300, 56 * len(self.backups) + 8))
            self.body.addWidget(area, 1)
        else:
            self.body.addWidget(Label(_("There is no backup yet. Aftale makes one every day."), "body", wrap=True))
        self.add_button("file", _("From a file…"), "ghost", at="left")
        self.add_button("", _("Cancel"), "secondary")
        self.add_button("restore", _("Put it back"), "primary").setEnabled(bool(self.backups))
        self._given = 0
        self._group.idToggled.connect(self._toggled)

    @property
    def chosen(self) -> Backup:
        return self.backups[self._given]

    def _toggled(self, number: int, on: bool) -> None:
        if on:
            self._given = number


class PassphraseDialog(Dialog):
    """Asks for a passphrase. ``new``: one to seal a file with, written twice; it may be left out."""

    def __init__(self, parent: QWidget | None, *, new: bool, wrong: bool = False) -> None:
        title = _("Protect the file") if new else _("The file is protected")
        super().__init__(parent, title, width=480, heading=title)
        if new:
            text = _("Whoever has the file can read everything in it. With a passphrase only those who know it can.")
        else:
            text = _("Write the passphrase that it was made with.")
        self.body.addWidget(Label(text, "body", "muted", wrap=True))
        self._first = _secret_field(_("Passphrase"))
        self._second = _secret_field(_("The same once more"))
        self._second.setVisible(new)
        for field in (self._first, self._second):
            self.body.addWidget(field)
            field.changed.connect(lambda _text: self._check())
        if wrong:
            self._first.set_error(_("The passphrase does not open this file"))
        self.body.addStretch(1)
        self._new, self._said = new, ""
        if new:
            self.add_button("open", _("Without a passphrase"), "ghost", at="left")
        self.add_button("", _("Cancel"), "secondary")
        self._go = self.add_button("sealed", _("Protect and save") if new else _("Open"), "primary")
        self._check()

    def said(self) -> str:
        """The passphrase, empty where there shall be none."""
        return self._said

    def close_with(self, answer: str) -> None:
        """The passphrase is kept only where it is wanted."""
        self._said = self._first.text() if answer == "sealed" else ""
        super().close_with(answer)

    def _check(self) -> None:
        first, second = self._first.text(), self._second.text()
        differs = self._new and bool(second) and first != second
        self._second.set_error(_("These two are not the same.") if differs else "")
        self._go.setEnabled(bool(first) and (not self._new or first == second))


class PersonDialog(Dialog):
    """Looks for a person by e-mail address. It stays open: ``find_requested``, ``export_requested`` and ``erase_requested``
    carry the address, ``record_requested`` nothing."""

    find_requested = Signal(str)
    export_requested = Signal(str)
    erase_requested = Signal(str)
    record_requested = Signal()

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent, _("Find a person"), width=560, heading=_("Someone asks what you know"))
        self.known: Known | None = None
        self.email = TextField(_("E-mail address"), placeholder="maja@example.org", icon="search")
        self.email.committed.connect(lambda _text: self._find())
        self.body.addWidget(self.email)
        self._card = Card(gap=4)
        self.found = Label("", "body_medium", wrap=True)
        self.lines = Label("", "small", "muted", wrap=True)
        self._card.body.addWidget(self.found)
        self._card.body.addWidget(self.lines)
        self._card.hide()
        self.body.addWidget(self._card)
        self.body.addStretch(1)
        self._record = Button(_("Record of deletions…"), "ghost", flush=True)
        self.footer.insertWidget(0, self._record)
        self._record.clicked.connect(self.record_requested)
        self.export_button, self.erase_button = Button(_("Export…"), "secondary"), Button(_("Delete…"), "danger_outline")
        for button, signal in ((self.export_button, self.export_requested), (self.erase_button, self.erase_requested)):
            button.setEnabled(False)
            button.clicked.connect(lambda _on=False, signal=signal: self.known and signal.emit(self.known.email))
            self.footer.addWidget(button)
        self.add_button("", _("Close"), "secondary")
        self.search = Button(_("Find"), "primary")
        self.search.clicked.connect(self._find)
        self.search.setDefault(True)
        self._primary = self.search
        self.footer.addWidget(self.search)

    def show_known(self, known: Known) -> None:
        """What was found."""
        self.known = known
        if known.anything:
            title = f"{known.name}, {known.email}" if known.name else known.email
            self._say(title, (*words.known_lines(known), *words.remains_lines(known)))
        elif known.elsewhere:
            self._say(_("Aftale itself keeps nothing about {email}").format(email=known.email), words.remains_lines(known))
        else:
            self._say(_("Aftale keeps nothing about {email}").format(email=known.email), ())
        self.export_button.setEnabled(known.anything)
        self.erase_button.setEnabled(known.anything)

    def show_erased(self, title: str, lines: tuple[str, ...]) -> None:
        """What was removed, with its proof, and what is left elsewhere."""
        self.known = None
        self._say(title, lines)
        self.export_button.setEnabled(False)
        self.erase_button.setEnabled(False)

    def _say(self, title: str, lines: tuple[str, ...]) -> None:
        self.found.setText(title)
        self.lines.setText("\n".join(lines))
        self.lines.setVisible(bool(lines))
        self._card.setAccessibleName(" ".join((title, *lines)))
        self._card.show()
        self.adjustSize()

    def _find(self) -> None:
        text = self.email.text().strip()
        if "@" in text:
            self.email.set_error("")
            self.find_requested.emit(text)
        elif text:
            self.email.set_error(_("Write a whole e-mail address."))


class TextDialog(Dialog):
    """A text to be read. ``answer``: ``save``, or empty."""

    def __init__(self, parent: QWidget | None, title: str, lead: str, text: str) -> None:
        super().__init__(parent, title, width=680, heading=title)
        self.body.addWidget(Label(lead, "body", "muted", wrap=True))
        self.text = TextArea(title, rows=18)
        self.text.set_label("")
        self.text.edit.setAccessibleName(title)
        self.text.set_text(text)
        self.text.edit.setReadOnly(True)
        self.body.addWidget(self.text, 1)
        self.add_button("", _("Close"), "secondary")
        self.add_button("save", _("Save…"), "primary")


def erase_question(known: Known, now: Instant) -> str:
    """What goes with a person, and what comes of their meetings."""
    upcoming = len(known.upcoming(now))
    first = _("Everything that Aftale keeps about {email} is deleted. This cannot be undone.").format(email=known.email)
    if not upcoming:
        return first
    second = ngettext(
        "{count} meeting to come is cancelled and leaves your calendar.",
        "{count} meetings to come are cancelled and leave your calendar.",
        upcoming,
    ).format(count=upcoming)
    return f"{first} {second}"


def _secret_field(label: str) -> TextField:
    field = TextField(label)
    field.edit.setEchoMode(QLineEdit.EchoMode.Password)
    field.edit.setInputMethodHints(Qt.InputMethodHint.ImhHiddenText | Qt.InputMethodHint.ImhNoAutoUppercase)
    return field
