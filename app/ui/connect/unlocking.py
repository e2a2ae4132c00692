"""The key of the secrets asked for in the window: where there is no keyring, or it is locked (CON-10)."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.i18n import _
from app.services.secrets import Need
from app.services.workspace import Workspace
from app.ui.connect.password import PasswordField
from app.ui.runtime import tasks
from app.ui.widgets import Dialog, Label

SHORTEST = 8
"""Characters of a passphrase: fewer are guessed in hours by whoever has a copy of the database."""


class KeyDialog(Dialog):
    """``answer``: ``open`` (``passphrase``), ``again`` to look in the keyring once more, ``choose`` to have a passphrase
    instead, or empty for later. ``trouble``: why the last try did not work."""

    def __init__(self, parent: QWidget | None, need: Need, trouble: str = "") -> None:
        title = {
            Need.KEYRING: _("Your keyring is locked"),
            Need.PASSPHRASE: _("Write your passphrase"),
            Need.NEW: _("Choose a passphrase"),
        }[need]
        super().__init__(parent, title, width=480, heading=title)
        self.need, self.passphrase = need, ""
        text = {
            Need.KEYRING: _(
                "The key to the sign-ins of your accounts lies in it. Unlock it, then look again. With a passphrase instead, "
                "you sign in to each account anew."
            ),
            Need.PASSPHRASE: _("The sign-ins of your accounts are locked under it. Until then your calendars are not read."),
            Need.NEW: _(
                "This computer has no keyring. Your sign-ins are locked under a passphrase, which Aftale asks for at each "
                "start. Nobody can bring it back, so keep it where you find it."
            ),
        }[need]
        self.body.addWidget(Label(text, "body", "muted", wrap=True))
        self.field, self.again = PasswordField(), PasswordField()
        self.field.set_label(_("Passphrase"))
        self.again.set_label(_("Once more"))
        self.field.setVisible(need is not Need.KEYRING)
        self.again.setVisible(need is Need.NEW)
        self.body.addWidget(self.field)
        self.body.addWidget(self.again)
        self._trouble = Label(trouble, "small", "danger", wrap=True)
        self._trouble.setVisible(bool(trouble) and need is Need.KEYRING)
        self.body.addWidget(self._trouble)
        if trouble and need is not Need.KEYRING:
            self.field.set_error(trouble)
        self.body.addStretch(1)
        self.add_button("", _("Later"), "secondary")
        if need is Need.KEYRING:
            self.add_button("choose", _("Use a passphrase instead"), "ghost", at="left")
            self.add_button("again", _("Look again"), "primary")
        else:
            self.add_button("open", _("Use this passphrase") if need is Need.NEW else _("Unlock"), "primary")
        for field in (self.field, self.again):
            field.changed.connect(lambda _text, field=field: field.set_error(""))
        self.field.edit.setFocus()

    def close_with(self, answer: str) -> None:
        """Keeps the passphrase, for the field is gone when the answer is read. One that cannot be used keeps the dialog."""
        if answer == "open" and not self._usable():
            return
        self.passphrase = self.field.text()
        super().close_with(answer)

    def _usable(self) -> bool:
        text = self.field.text()
        if not text:
            self.field.set_error(_("Write the passphrase."))
        elif self.need is Need.NEW and len(text) < SHORTEST:
            self.field.set_error(_("Take at least {count} characters, such as four words.").format(count=SHORTEST))
        elif self.need is Need.NEW and self.again.text() != text:
            self.again.set_error(_("The two are not the same."))
            self.again.edit.setFocus()
            return False
        else:
            return True
        self.field.edit.setFocus()
        return False


async def ask_for_key(parent: QWidget | None, workspace: Workspace) -> bool:
    """Asks until the secrets are open, or their owner does it later. True when they are open."""
    need, trouble = await workspace.key_needed(), ""
    while need is not None:
        dialog = KeyDialog(parent, need, trouble)
        await tasks.ask(dialog)
        if dialog.answer == "choose":
            need, trouble = Need.NEW, ""
            continue
        if not dialog.answer:
            return False
        if await workspace.open_secrets(dialog.passphrase):
            return True
        trouble = _("That is not the passphrase. Try again.")
        if need is Need.KEYRING:
            trouble = _("The keyring is still locked.")
    return True
