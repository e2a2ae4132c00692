"""Scheduling pages: the switch for all of them."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget

from app.i18n import _, ngettext
from app.ui import theme
from app.ui.settings.panel import Panel
from app.ui.settings.state import SettingsState
from app.ui.settings.tile import Tile
from app.ui.widgets import Label, Switch, column, row
from app.ui.widgets.base import draw_rounded, painter_for


class PagesPanel(Panel):
    """The switch for all scheduling pages. It waits for Save like everything here."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._card = _MasterCard()
        self._state_words = Label("", "sub")
        self._effect = Label("", "small", "muted", wrap=True)
        self._switch = Switch()
        self._switch.toggled.connect(lambda on: self.edit(lambda draft: replace(draft, pages_on=on)))
        words = column(gap=2)
        words.addWidget(self._state_words)
        words.addWidget(self._effect)
        line = row(gap=14, margins=(16, 16, 16, 16), on=self._card)
        line.addWidget(Tile("set_pages"))
        line.addLayout(words, 1)
        line.addWidget(self._switch)
        self.lines.addWidget(self._card)
        self.lines.addStretch(1)
        self.retranslate()

    def render_state(self, state: SettingsState) -> None:
        super().render_state(state)
        on = state.draft.pages_on
        if self._switch.isChecked() != on:
            self._switch.set_on(on)
        self._card.set_amber(not on)
        self._state_words.setText(_("Scheduling pages are on") if on else _("Scheduling pages are off"))
        self._switch.set_name(self._state_words.text())
        many = len(state.pages)
        if on:
            words = ngettext(
                "Switch off to pause your page. Nothing is deleted.",
                "Switch off to pause all {count} pages. Nothing is deleted.",
                many,
            )
        else:
            words = _("People read that you take no bookings at the moment. Nothing is deleted.")
        self._effect.setText(words.format(count=many))

    def rows(self) -> list[tuple[str, QWidget]]:
        return [(_("Scheduling pages are on"), self._switch)]

    def retranslate(self) -> None:
        self.set_words(_("Scheduling pages"), _("Pause all your pages at once."))


class _MasterCard(QFrame):
    """The card of the master switch; amber while the pages are off."""

    def __init__(self) -> None:
        super().__init__()
        self._amber = False

    def set_amber(self, amber: bool) -> None:
        self._amber = amber
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        c = theme.colours()
        fill, line = (c.amber_soft, c.amber_line) if self._amber else (c.surface, c.border)
        draw_rounded(painter_for(self), self.rect(), 12, fill, line)
