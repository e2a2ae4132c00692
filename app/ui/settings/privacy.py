"""Data and privacy: whether Aftale may be connected to the owner's accounts."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from app.i18n import _
from app.ui.settings.panel import Panel
from app.ui.settings.state import SettingsState, is_local
from app.ui.widgets import Card, ChoiceRow, Label, Switch


class PrivacyPanel(Panel):
    """*Personal e-mail access* (CON-5). It waits for Save like everything here."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        card = Card(gap=10)
        self._access = ChoiceRow(Switch(), "")
        self._access.toggled.connect(lambda on: self.edit(lambda draft: replace(draft, email_access=on)))
        self._stays = Label("", "small", "muted", wrap=True)
        card.body.addWidget(self._access)
        card.body.addWidget(self._stays)
        self.lines.addWidget(card)
        self.lines.addStretch(1)
        self.retranslate()

    def render_state(self, state: SettingsState) -> None:
        super().render_state(state)
        on = state.draft.email_access
        box = self._access.box
        if isinstance(box, Switch) and box.isChecked() != on:
            box.set_on(on)
        if on:
            effect = _(
                "Aftale may connect an e-mail account to use its calendar. It never reads your e-mail. Before each account you "
                "read what Aftale sees and writes."
            )
        else:
            effect = _("No e-mail account can be connected. The calendar on this computer needs none.")
        connected = not on and any(not is_local(each) for each in state.accounts)
        if connected:
            effect = _("No further e-mail account can be connected.")
        self._access.set_words(_("Personal e-mail access"), effect)
        self._stays.setText(
            _("Accounts that are connected already stay connected. Disconnect them under Calendars.") if connected else ""
        )
        self._stays.setVisible(connected)

    def rows(self) -> list[tuple[str, QWidget]]:
        return [(_("Personal e-mail access"), self._access.box)]

    def retranslate(self) -> None:
        self.set_words(_("Data and privacy"), _("Everything lies on this computer. You decide what Aftale may reach."))
