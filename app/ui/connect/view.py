"""The window: three steps on top, a page, and a footer with what can be done there. It knows no service."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QPlainTextEdit, QWidget

from app.domain.connections import ProviderKind
from app.i18n import _
from app.ui import theme
from app.ui.connect.cards import FooterNote
from app.ui.connect.choose import ChoosePanel
from app.ui.connect.client import ClientPanel
from app.ui.connect.confirm import ConfirmPanel
from app.ui.connect.parts import Panel, StepBar
from app.ui.connect.shared import PrivacyDialog, SharedPanel
from app.ui.connect.signing import FailedPanel, FormPanel, ReadingPanel, WaitingPanel
from app.ui.connect.state import BY_BROWSER, Page, State, cure_of
from app.ui.widgets import Button, ScrollArea, column
from app.ui.widgets.buttons import plain
from app.ui.widgets.dialog import Dialog

SIZE, LEAST = QSize(560, 704), QSize(500, 440)
_EDGE = 40
_FOOTER = {
    Page.CHOOSE: ("offline", "cancel"),
    Page.SHARED: ("detail", "back", "go"),
    Page.CLIENT: ("back", "go"),
    Page.FORM: ("back", "go"),
    Page.WAITING: ("cancel",),
    Page.FAILED: ("back", "go"),
    Page.CONFIRM: ("other", "go"),
    Page.READING: ("stop", "go"),
}


class ConnectWindow(Dialog):
    """Draws a State. ``go_requested`` is the main button of whichever page is shown; closing it is the only way out that needs
    no signal (``finished``)."""

    go_requested = Signal()
    back_requested = Signal()
    cancel_requested = Signal()
    offline_requested = Signal()
    other_requested = Signal()
    stop_requested = Signal()

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent, "")
        self._state = State()
        self.bar = StepBar()
        self.choose, self.shared, self.client, self.form = ChoosePanel(), SharedPanel(), ClientPanel(), FormPanel()
        self.waiting, self.failed, self.confirm, self.reading = WaitingPanel(), FailedPanel(), ConfirmPanel(), ReadingPanel()
        self.panels: dict[Page, Panel] = {
            Page.CHOOSE: self.choose,
            Page.SHARED: self.shared,
            Page.CLIENT: self.client,
            Page.FORM: self.form,
            Page.WAITING: self.waiting,
            Page.FAILED: self.failed,
            Page.CONFIRM: self.confirm,
            Page.READING: self.reading,
        }
        self.buttons = {
            "offline": Button("", "ghost", flush=True),
            "detail": Button("", "ghost", flush=True),
            "cancel": Button(""),
            "back": Button(""),
            "other": Button(""),
            "stop": Button(""),
            "go": Button("", "primary"),
            "leave": Button("", "primary", icon_after="open_outside"),
        }
        self.note = FooterNote()
        self._lay_out()
        self._wire()

    def _lay_out(self) -> None:
        top = QWidget()
        head = column(margins=(_EDGE, 24, _EDGE, 16), on=top)
        head.addWidget(self.bar)
        inside = QWidget()
        pages = column(margins=(_EDGE, 4, _EDGE, 16), on=inside)
        for panel in self.panels.values():
            panel.hide()
            pages.addWidget(panel)
        pages.addStretch(1)
        self._area = ScrollArea(inside)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self.body.addWidget(top)
        self.body.addWidget(self._area, 1)
        self.footer.setContentsMargins(_EDGE, 18, _EDGE, 18)
        for number, name in enumerate(("offline", "detail")):
            self.footer.insertWidget(number, self.buttons[name])
        self.footer.insertWidget(2, self.note)
        for name in ("cancel", "back", "other", "stop", "go", "leave"):
            self.footer.addWidget(self.buttons[name])
        scale = max(1.0, theme.active().scale)
        self.setMinimumSize(round(LEAST.width() * scale), LEAST.height())
        self.resize(self.sizeHint())

    def _wire(self) -> None:
        for name in ("go", "leave"):
            self.buttons[name].clicked.connect(self.go_requested)
        self.buttons["back"].clicked.connect(self.back_requested)
        self.buttons["cancel"].clicked.connect(self.cancel_requested)
        self.buttons["offline"].clicked.connect(self.offline_requested)
        self.buttons["other"].clicked.connect(self.other_requested)
        self.buttons["stop"].clicked.connect(self.stop_requested)
        self.buttons["detail"].clicked.connect(self.show_detail)
        self.form.seen_to.connect(lambda widget: QTimer.singleShot(0, widget, lambda: self._see(widget)))

    @property
    def state(self) -> State:
        """What is drawn."""
        return self._state

    @property
    def panel(self) -> Panel:
        return self.panels[self._state.page]

    def sizeHint(self) -> QSize:
        size = QSize(theme.sized(SIZE.width()), theme.sized(SIZE.height()))
        return size.boundedTo(self.screen().availableGeometry().size()) if self.screen() else size

    def show_state(self, state: State) -> None:
        """The keyboard moves only with the page, or when the form begins or ends to wait for an answer."""
        busy, moved = self._state.busy, state.page is not self._state.page or not self.panels[state.page].isVisibleTo(self)
        self._state = state
        self.setWindowTitle(_("Sign in again") if state.again is not None else _("Connect a calendar"))
        self.bar.show_step(state.step)
        self.bar.setVisible(state.again is None)
        panel = self.panel
        panel.show_state(state)
        panel.show()
        self._show_footer(moved)
        self.waiting.ring.run(state.page is Page.WAITING)
        if moved:
            self._come(panel)
        elif state.page is Page.FORM and state.busy is not busy:
            # What was filled in can be changed again, or not for a while: the keyboard goes where something can be done.
            self._wait_at_form(state.busy)

    def show_detail(self) -> None:
        PrivacyDialog(self, self._state.kind, self._state.beside).open()

    def _wait_at_form(self, busy: bool) -> None:
        if busy:
            self.buttons["cancel"].setFocus()
        elif self._state.trouble is None and not self._state.problems:
            self.main_button.setFocus()

    def _see(self, widget: QWidget) -> None:
        """Brings what went wrong into view, and says so to those who do not see it."""
        self._area.ensureWidgetVisible(widget, 0, 24)
        here = self.focusWidget()
        if here is not None and self._area.isAncestorOf(here):
            self._area.ensureWidgetVisible(here, 0, 24)
        if self.isVisible():
            QAccessible.updateAccessibility(QAccessibleEvent(widget, QAccessible.Event.Alert))

    def _come(self, panel: Panel) -> None:
        # The focus goes first: Qt would take it away from what is hidden as if the Tab key had been pressed, ring and all.
        (panel.first() or self.main_button).setFocus(Qt.FocusReason.OtherFocusReason)
        for each in self.panels.values():
            each.setVisible(each is panel)
        for name, button in self.buttons.items():
            button.setVisible(name in self._shown_buttons())
        self._area.verticalScrollBar().setValue(0)
        self.setAccessibleName(panel.title.text())
        self.setAccessibleDescription(panel.lead.text())
        if self.isVisible():
            # Pages come by themselves, when a browser has answered: this says so.
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    @property
    def main_button(self) -> Button:
        """The last one of the footer: what goes on, or the only way back."""
        return self.buttons[self._shown_buttons()[-1]]

    # Footer

    def _shown_buttons(self) -> tuple[str, ...]:
        state = self._state
        hidden = {"offline"} if state.connected else set()
        if state.page is Page.FORM and state.busy:
            return ("cancel", "go")
        # The icon that says "this leaves the program" has a button of its own.
        leaves = state.kind in BY_BROWSER and state.page in (Page.SHARED, Page.CLIENT)
        return tuple("leave" if name == "go" and leaves else name for name in _FOOTER[state.page] if name not in hidden)

    def _show_footer(self, moved: bool) -> None:
        state = self._state
        words = {
            "offline": _("Not now: use offline mode"),
            "detail": _("Privacy in detail"),
            "cancel": _("Cancel"),
            "back": _("Close") if state.again is not None and state.page in (Page.FAILED, Page.FORM) else _("Back"),
            "other": _("No, another link") if state.kind is ProviderKind.ICS else _("No, another account"),
            "stop": _("Stop"),
            "go": self._go_words(),
            "leave": self._go_words(),
        }
        for name, text in words.items():
            if plain(self.buttons[name].text()) != text:
                self.buttons[name].setText(text)
        for name in ("go", "leave"):
            go = self.buttons[name]
            go.setEnabled(state.page is not Page.SHARED or state.may_connect)
            go.setAccessibleDescription("" if go.isEnabled() else _("Personal e-mail access is off"))
            go.set_busy(state.busy)
        for name in ("back", "other"):
            self.buttons[name].setEnabled(not state.busy)
        shown = self._shown_buttons()
        for name in shown:
            self.buttons[name].show()
        if not moved:
            for name, button in self.buttons.items():
                button.setVisible(name in shown)
        self.note.show_state(state)
        give_mnemonics([self.buttons[name] for name in shown])

    def _go_words(self) -> str:
        state = self._state
        if state.page in (Page.SHARED, Page.CLIENT):
            return {
                ProviderKind.GOOGLE: _("Continue to Google"),
                ProviderKind.OFFICE365: _("Continue to Microsoft"),
            }.get(state.kind, _("Continue"))
        if state.page is Page.FORM and self.form.form is not None:
            return _("Try again") if self.form.tried else self.form.form.words()[2]
        if state.page is Page.FAILED and state.trouble is not None:
            return {
                "client": _("Check the client"),
                "privacy": _("Open Data and privacy"),
                "settings": _("Open Settings"),
                "again": _("Try again"),
            }[cure_of(state.trouble, state.kind)]
        return _("Yes, use it") if state.page is Page.CONFIRM else _("Go on in the background")

    # Qt

    def reject(self) -> None:
        """Not while the account is being stored: it takes a moment and cannot be half done."""
        if not (self._state.busy and self._state.page is Page.CONFIRM):
            super().reject()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return.value, Qt.Key.Key_Enter.value):
            here = self.focusWidget()
            if isinstance(here, QAbstractButton) and not isinstance(here, QCheckBox):
                here.click()
            elif not isinstance(here, QPlainTextEdit):
                self.main_button.click()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.show_state(self._state)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        (self.panel.first() or self.main_button).setFocus(Qt.FocusReason.OtherFocusReason)


def give_mnemonics(buttons: Iterable[Button]) -> None:
    """Each button gets the first letter that no other has; translations need no marks."""
    taken: set[str] = set()
    for button in buttons:
        text = plain(button.text())
        letter = next((letter for letter in text.lower() if letter.isalpha() and letter not in taken), "")
        taken.add(letter)
        at = text.lower().find(letter) if letter else -1
        marked = text if at < 0 else f"{text[:at]}&{text[at:]}"
        if button.text() != marked:
            button.setText(marked)
