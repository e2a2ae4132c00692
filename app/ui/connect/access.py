"""Personal e-mail access: asked for once, at the first connection (CON-5); later it says why nothing can be connected."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.i18n import _
from app.ui.connect.parts import SunkenBox
from app.ui.connect.state import State
from app.ui.widgets import Banner, ChoiceRow, Switch, column


class AccessQuestion(QWidget):
    """A switch with its reason while the question is open; a way to the setting where the answer was no."""

    switched = Signal(bool)
    privacy_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.switch = Switch()
        self._row = ChoiceRow(self.switch, "")
        self._row.toggled.connect(self.switched)
        self._box = SunkenBox()
        self._box.body.addWidget(self._row)
        self.banner = Banner("neutral", icon="set_data")
        self.banner.action_requested.connect(lambda _action: self.privacy_requested.emit())
        lines = column(on=self)
        lines.addWidget(self._box)
        lines.addWidget(self.banner)
        self._shown: tuple[str, ...] = ()

    def show_state(self, state: State, needed: bool) -> None:
        """``needed``: something can be chosen that does not work without it."""
        self._row.set_words(
            _("Personal e-mail access"),
            _(
                "Aftale may connect an e-mail account to use its calendar. It never reads your e-mail. You can switch this off "
                "under Data and privacy."
            ),
        )
        self.switch.set_on(state.allowed)
        words = (
            _("Personal e-mail access is off"),
            _("Without it no e-mail account can be connected."),
            _("Open Data and privacy"),
        )
        if words != self._shown:
            # Its button is made anew each time, and would lose the keyboard.
            self._shown = words
            self.banner.show_words(words[0], words[1], (("privacy", words[2], "secondary"),))
        self._box.setVisible(needed and state.asking)
        self.banner.setVisible(needed and not state.asking and not state.allowed)
        self.setVisible(needed and (state.asking or not state.allowed))
