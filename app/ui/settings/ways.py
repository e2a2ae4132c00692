"""*How* pages are published: a card for each way, of which the chosen one opens its fields (PUB-1)."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QVBoxLayout, QWidget

from app.domain.settings import Reach
from app.i18n import _
from app.ui import theme
from app.ui.settings import publishing_words as words
from app.ui.settings.panel import Section
from app.ui.settings.state import SettingsState, unreached
from app.ui.settings.way_fields import NetworkFields, ProxyFields, Snippet
from app.ui.widgets import Badge, Label, Radio, column, row
from app.ui.widgets.base import draw_rounded, painter_for
from app.ui.widgets.icons import draw_icon

ICONS = {Reach.COMPUTER: "pub_local", Reach.NETWORK: "buildings", Reach.PROXY: "arrows-left-right"}


class WayCard(QFrame):
    """One way: a radio button, what it means, and its fields in ``body``, which are shown while it is chosen. A press anywhere
    on its head chooses it."""

    chosen = Signal()

    def __init__(self, icon: str, body: QWidget | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._body = icon, body
        self.radio = Radio()
        self.radio.setFixedWidth(20)
        self._title = Label("", "body_medium")
        self._badge = Badge("", "accent", size=20)
        self._text = Label("", "small", "muted", wrap=True)
        head = row(gap=8)
        head.addWidget(self._title)
        head.addWidget(self._badge)
        head.addStretch(1)
        self._lines: QVBoxLayout = column(gap=2)
        self._lines.addLayout(head)
        self._lines.addWidget(self._text)
        if body is not None:
            self._lines.addWidget(body)
            body.hide()
        line = row(gap=44, margins=(16, 14, 16, 14), on=self)
        line.addWidget(self.radio, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(self._lines, 1)
        self._badge.hide()
        self.radio.toggled.connect(self._toggled)

    def set_words(self, title: str, text: str) -> None:
        self._title.setText(title)
        self._text.setText(text)
        self.radio.setAccessibleName(title)
        self.radio.setAccessibleDescription(text)

    def set_badge(self, text: str, *, wrong: bool = False) -> None:
        self._badge.setVisible(bool(text))
        self._badge.set_text(text, "danger" if wrong else "accent")

    def set_chosen(self, on: bool) -> None:
        """Shows a choice that came from elsewhere."""
        self.radio.blockSignals(True)
        self.radio.setChecked(on)
        self.radio.blockSignals(False)
        self._open(on)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.radio.setFocus(Qt.FocusReason.MouseFocusReason)
        self.radio.click()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, c, on = painter_for(self), theme.colours(), self.radio.isChecked()
        draw_rounded(painter, self.rect(), 12, c.surface, c.accent if on else c.border, 1.5 if on else 1)
        draw_icon(painter, self._icon, QRectF(50, 20, 20, 20), c.accent if on else c.text_muted)

    def _toggled(self, on: bool) -> None:
        self._open(on)
        if on:
            self.chosen.emit()

    def _open(self, on: bool) -> None:
        if self._body is not None:
            self._body.setVisible(on)
        self.update()


class WaysSection(Section):
    """The ways as cards. ``chosen`` carries the reach."""

    chosen = Signal(object)

    def __init__(self, snippet: Snippet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.network, self.proxy = NetworkFields(), ProxyFields(snippet)
        bodies: dict[Reach, QWidget | None] = {Reach.COMPUTER: None, Reach.NETWORK: self.network, Reach.PROXY: self.proxy}
        self.cards = {reach: WayCard(ICONS[reach], body) for reach, body in bodies.items()}
        self._group = QButtonGroup(self)
        self.body.setSpacing(8)
        for reach, card in self.cards.items():
            self._group.addButton(card.radio)
            card.chosen.connect(lambda reach=reach: self.chosen.emit(reach))
            self.body.addWidget(card)
        self.retranslate()

    def render_state(self, state: SettingsState) -> None:
        for reach, card in self.cards.items():
            card.set_chosen(state.draft.publishing.reach is reach)
            in_use = state.base.publishing.reach is reach
            lost = unreached(state.standing)
            card.set_badge((_("In use, not reached") if lost else _("In use")) if in_use else "", wrong=lost)
        self.network.render_state(state)
        self.proxy.render_state(state)

    def go_to_first(self) -> QWidget:
        """The way that is chosen, for the keyboard."""
        return next((card.radio for card in self.cards.values() if card.radio.isChecked()), self.cards[Reach.COMPUTER].radio)

    def retranslate(self) -> None:
        self.heading.setText(_("How"))
        for reach, card in self.cards.items():
            card.set_words(*words.way_words(reach))
        self.network.retranslate()
        self.proxy.retranslate()
