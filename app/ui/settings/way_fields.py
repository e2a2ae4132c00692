"""What the chosen way of publishing asks and shows: the address in the own network; the own reverse proxy, its configuration
and a test of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.domain.addresses import read_domain
from app.domain.errors import InvalidFields
from app.domain.reaching import DomainCheck, Serving, Standing
from app.domain.settings import Domain, Publishing, Reach
from app.i18n import _
from app.ui.settings import publishing_words as words
from app.ui.settings.code_box import CodeBox
from app.ui.settings.links import is_known, lan_address
from app.ui.settings.notes import Address, AddressWell, NoteLine
from app.ui.settings.state import SettingsState
from app.ui.widgets import Button, Label, Option, Segmented, TextField, column, row

NGINX, CADDY = "nginx", "caddy"
Snippet = Callable[[str, Standing, Publishing], str]


class NetworkFields(QWidget):
    """Where the pages are in the own network, and what that means."""

    def __init__(self) -> None:
        super().__init__()
        self.well = AddressWell()
        self._open, self._wall = NoteLine(), NoteLine()
        lines = column(gap=6, margins=(0, 10, 0, 0), on=self)
        for widget in (self.well, self._open, self._wall):
            lines.addWidget(widget)

    def render_state(self, state: SettingsState) -> None:
        address = lan_address(state.standing)
        live = state.standing.reach == Reach.NETWORK and state.standing.serving is Serving.LIVE
        self.well.setVisible(bool(address))
        self.well.show_address(Address(address, real=live))
        told = _("People on the same network see your pages without encryption. Choose it only where you trust the network.")
        self._open.say(told if address else _("This computer is in no network just now."), "amber")
        self._wall.say(_("Your computer may ask whether Aftale may be reached from the network. Allow it."))

    def retranslate(self) -> None:
        self.well.retranslate()


class ProxyFields(QWidget):
    """The address of the own reverse proxy, what goes into its configuration, and a test. ``domains_changed`` carries the
    domains with what is typed in the place of the default one, and its host; ``troubled`` says why what is typed is no
    address."""

    domains_changed = Signal(object, str)
    troubled = Signal(str)
    test_requested = Signal(object)
    copy_requested = Signal(str)

    def __init__(self, snippet: Snippet) -> None:
        super().__init__()
        self._snippet = snippet
        self._state: SettingsState | None = None
        self._before: tuple[Domain, ...] | None = None
        self._entry: Domain | None = None
        self._made: tuple[Domain, ...] = ()
        self._waits = False
        self.address = TextField(icon="web")
        self.test = Button("", "secondary", icon="retry")
        self.result = NoteLine()
        self._heading, self._secret = Label("", "label"), NoteLine()
        self.kind = Segmented([Option(NGINX, "nginx"), Option(CADDY, "Caddy")], NGINX)
        self.code, self.copy = CodeBox(), Button("", "secondary", icon="copy")
        self._lay_out()
        self.address.changed.connect(self._typed)
        self.address.committed.connect(lambda _text: self._judge())
        self.test.clicked.connect(self._test)
        self.kind.chosen.connect(lambda _kind: self._show_code())
        self.copy.clicked.connect(lambda: self.copy_requested.emit(self.code.toPlainText()))

    def _lay_out(self) -> None:
        test = row(gap=10)
        test.addWidget(self.test, 0, Qt.AlignmentFlag.AlignTop)
        test.addWidget(self.result, 1, Qt.AlignmentFlag.AlignVCenter)
        test.addStretch(0)
        head = row(gap=8)
        head.addWidget(self._heading, 1)
        head.addWidget(self.kind)
        lines = column(margins=(0, 10, 0, 0), on=self)
        lines.addWidget(self.address)
        lines.addSpacing(12)
        lines.addLayout(test)
        lines.addSpacing(16)
        lines.addLayout(head)
        lines.addSpacing(8)
        lines.addWidget(self.code)
        lines.addSpacing(8)
        lines.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignLeft)
        lines.addSpacing(4)
        lines.addWidget(self._secret)

    def render_state(self, state: SettingsState) -> None:
        self._state = state
        publishing = state.draft.publishing
        if publishing.domains != self._made:
            # Changed elsewhere: what is typed next is meant for the list as it is now.
            self._before, self._made = None, publishing.domains
        domain = publishing.domain
        if not state.trouble("publishing", "address") and _read(self.address.text()) != _bare(domain):
            self.address.set_text(domain.origin if domain is not None else "")
            self._before = None
        known = domain is not None and is_known(domain, state)
        self.test.setEnabled(known and not state.trouble("publishing", "address"))
        if not known:
            # The page server answers only to names that it knows.
            self.result.say(_("It can be tested once it is saved.") if domain is not None else "")
        elif self._waits:
            self.result.say("")
        self._waits = not known
        self._show_code()

    def retranslate(self) -> None:
        self.address.set_label(_("Public address"))
        self.address.set_placeholder("https://meet.example.com")
        self.test.setText(_("Test connection"))
        self._heading.setText(_("For your proxy’s configuration"))
        self.kind.setAccessibleName(_("Kind of proxy"))
        self.copy.setText(_("Copy configuration"))
        self._secret.say(
            _("The long line of letters and digits proves that visitors come through your proxy. Keep it to yourself."),
            "private",
        )
        self._show_code()

    def set_testing(self, on: bool) -> None:
        """A test that begins takes the result of the last one away."""
        self.test.set_busy(on)
        if on:
            self.result.say("")

    def show_result(self, check: DomainCheck, domain: Domain) -> None:
        """What came of the test."""
        state = self._state
        if state is not None:
            self.result.say(*words.found_words(check, domain, state))
            self.result.speak()

    def _typed(self, text: str) -> None:
        if self._state is None:
            return
        publishing = self._state.draft.publishing
        if self._before is None:
            self._before, self._entry = publishing.domains, publishing.domain
        self.address.set_error("")
        self.result.say("")
        try:
            typed = read_domain(text)
        except InvalidFields:
            self.troubled.emit(_("Write the public address of your proxy"))
            return
        made = replace(typed, indexed=self._entry.indexed if self._entry is not None else False)
        others = tuple(each for each in self._before if each.host != made.host or each == self._entry)
        if self._entry is None:
            self._made = (*others, made)
        else:
            self._made = tuple(made if each == self._entry else each for each in others)
        # In this order: a field without trouble shows the draft.
        self.domains_changed.emit(self._made, made.host)
        self.troubled.emit("")

    def _judge(self) -> None:
        """Says at the field what is wrong, once it is left."""
        try:
            read_domain(self.address.text())
        except InvalidFields as error:
            self.address.set_error(words.domain_reason(words.first_reason(error)))

    def _test(self) -> None:
        domain = self._state.draft.publishing.domain if self._state is not None else None
        if domain is not None:
            self.test_requested.emit(domain)

    def _show_code(self) -> None:
        if self._state is not None:
            code = self._snippet(str(self.kind.value()), self._state.standing, self._state.draft.publishing)
            self.code.show_code(code.rstrip("\n"), _("Configuration for {proxy}").format(proxy=self.kind.value()))


def _bare(domain: Domain | None) -> Domain | None:
    return replace(domain, indexed=False) if domain is not None else None


def _read(text: str) -> Domain | None:
    try:
        return read_domain(text)
    except InvalidFields:
        return None
