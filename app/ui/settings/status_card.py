"""The card at the top of Publishing: how the pages can be reached now, and what to do with the link; or what is in the way."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QWidget

from app.domain.settings import Reach
from app.i18n import _
from app.ui.settings import publishing_words as words
from app.ui.settings.code_box import CodeBox
from app.ui.settings.links import default_page
from app.ui.settings.state import SettingsState
from app.ui.widgets import Banner, Button, Card, Label, QrCode, StatusDot, column, row
from app.ui.widgets.surfaces import Action

QR_SIDE = 128
RETRY, SHOW, OTHER = "retry", "details", "other"


class StatusCard(QWidget):
    """``copy_requested`` and ``open_requested`` carry the link; ``details_requested`` a text to copy."""

    copy_requested = Signal(str)
    open_requested = Signal(str)
    details_requested = Signal(str)
    stop_requested = Signal()
    retry_requested = Signal()
    other_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: SettingsState | None = None
        self._link, self._open, self._trying = "", False, False
        self._fault = Banner("danger", "", "")
        self._said: object = None
        self._details, self._code, self.copy_details = QWidget(), CodeBox(), Button("", "secondary", "small", icon="copy")
        self._card = Card()
        self._dot, self._title = StatusDot(), Label("", "heading", wrap=True)
        self._lines = Label("", "small", "muted", wrap=True)
        self.copy = Button("", "secondary", icon="copy")
        self.open = Button("", "secondary", icon="open_outside")
        self.stop = Button("", "quiet")
        self.qr = QrCode(side=QR_SIDE)
        self._lay_out()
        self.copy.clicked.connect(lambda: self.copy_requested.emit(self._link))
        self.open.clicked.connect(lambda: self.open_requested.emit(self._link))
        self.stop.clicked.connect(self.stop_requested)
        self.copy_details.clicked.connect(lambda: self.details_requested.emit(self._code.toPlainText()))
        self._fault.action_requested.connect(self._act)
        self.retranslate()

    def _lay_out(self) -> None:
        head = row(gap=10)
        head.addWidget(self._dot)
        head.addWidget(self._title, 1)
        acts = row(gap=8)
        for button in (self.copy, self.open, self.stop):
            acts.addWidget(button)
        acts.addStretch(1)
        left = column()
        left.addLayout(head)
        left.addSpacing(4)
        left.addWidget(self._lines)
        left.addStretch(1)
        left.addSpacing(16)
        left.addLayout(acts)
        line = row(gap=16)
        line.addLayout(left, 1)
        line.addWidget(self.qr, 0, Qt.AlignmentFlag.AlignTop)
        self._card.body.addLayout(line)
        details = column(gap=8, on=self._details)
        details.addWidget(self._code)
        details.addWidget(self.copy_details, 0, Qt.AlignmentFlag.AlignLeft)
        lines = column(gap=12, on=self)
        for widget in (self._fault, self._details, self._card):
            lines.addWidget(widget)
        self._details.hide()

    def render_state(self, state: SettingsState) -> None:
        self._state = state
        said, standing = words.status_words(state), state.standing
        page = default_page(state.base, state.pages)
        self._link = f"{standing.url}/meetings/{page.slug}" if page is not None and standing.url else ""
        self._fault.setVisible(said.fault)
        self._card.setVisible(not said.fault)
        self._open = self._open and said.fault
        if said.fault:
            self._show_fault(state, said)
            return
        self._details.hide()
        self._dot.set_state(said.dot)  # type: ignore[arg-type]
        self._title.setText(said.title)
        self._lines.setText("\n".join(said.lines))
        self._lines.setVisible(bool(said.lines))
        self._card.setAccessibleName(said.title)
        self._card.setAccessibleDescription(" ".join(said.lines))
        public = standing.reach != Reach.COMPUTER
        for button in (self.copy, self.open):
            button.setEnabled(bool(self._link))
        self.stop.setVisible(public)
        self.stop.setEnabled(state.draft.publishing.reach is not Reach.COMPUTER)
        # Nobody else's telephone finds this computer's own name for itself.
        self.qr.setVisible(public and bool(self._link))
        if self._link:
            self.qr.show_text(self._link, _("QR code of {address}").format(address=self._link))

    def set_trying(self, trying: bool) -> None:
        """Whether the address is being tried now."""
        self._trying = trying
        if self._state is not None:
            self.render_state(self._state)

    def retranslate(self) -> None:
        self.copy.setText(_("Copy link"))
        self.open.setText(_("Open"))
        self.stop.setText(_("Stop publishing"))
        self.copy_details.setText(_("Copy details"))
        if self._state is not None:
            self.render_state(self._state)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def _show_fault(self, state: SettingsState, said: words.StatusWords) -> None:
        show = _("Hide details") if self._open else _("Show details")
        actions: tuple[Action, ...] = (
            (RETRY, _("Try now"), "primary"), (SHOW, show, "secondary"), (OTHER, _("Use another way"), "ghost"),
        )  # fmt: skip
        if self._said != (said, actions):
            # The buttons are made anew with the words, so the keyboard would lose its place each minute.
            at = next((name for name, *_rest in actions if self._said and self._fault.button(name).hasFocus()), "")
            self._said = (said, actions)
            self._fault.show_words(said.title, "\n".join(said.lines), actions)
            self._fault.button(RETRY).set_icon("retry")
            if at:
                self._fault.button(at).setFocus(Qt.FocusReason.OtherFocusReason)
        self._fault.button(RETRY).set_busy(self._trying)
        self._details.setVisible(self._open)
        if self._open:
            self._code.show_code(words.details(state), _("Details"))

    def _act(self, name: str) -> None:
        if name == RETRY:
            self.retry_requested.emit()
        elif name == OTHER:
            self.other_requested.emit()
        elif self._state is not None:
            self._open = not self._open
            self.render_state(self._state)
