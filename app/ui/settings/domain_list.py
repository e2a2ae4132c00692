"""*Your domains*: each with how it was found, to check, to make the default, to remove; and one more to add (URL-3)."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget

from app.domain.addresses import read_domain, shown_host
from app.domain.errors import InvalidFields
from app.domain.settings import Domain, Reach
from app.i18n import _
from app.ui import theme
from app.ui.settings import publishing_words as words
from app.ui.settings.add_field import AddField
from app.ui.settings.links import check_of, is_known
from app.ui.settings.notes import Kind, NoteLine
from app.ui.settings.panel import Section
from app.ui.settings.state import SettingsState
from app.ui.widgets import Badge, Button, Card, Divider, IconButton, Label, clear, column, row
from app.ui.widgets.base import Sized, painter_for
from app.ui.widgets.icons import draw_icon


class DomainRow(Sized, QWidget):
    """A domain, how it was found, and what can be done with it."""

    check_requested = Signal()
    default_requested = Signal()
    remove_requested = Signal()

    def __init__(self, domain: Domain) -> None:
        super().__init__()
        self._kind: Kind = "info"
        name = shown_host(domain)
        self._name, self._badge = Label(name, "body_medium"), Badge(_("Default"), "accent", size=20)
        self._line = Label("", "small", "muted", wrap=True)
        self.check = Button(_("Check"), "secondary", "small")
        self.check.setAccessibleName(_("Check {domain}").format(domain=name))
        self.default = IconButton("star", _("Make {domain} the default").format(domain=name))
        self.remove = IconButton("delete", _("Remove {domain}").format(domain=name))
        self.check.clicked.connect(self.check_requested)
        self.default.clicked.connect(self.default_requested)
        self.remove.clicked.connect(self.remove_requested)
        head = row(gap=8)
        head.addWidget(self._name)
        head.addWidget(self._badge)
        head.addStretch(1)
        said = column(gap=2)
        said.addLayout(head)
        said.addWidget(self._line)
        line = row(gap=4, margins=(56, 12, 12, 12), on=self)
        line.addLayout(said, 1)
        line.addSpacing(8)
        for button in (self.check, self.default, self.remove):
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)

    def show_words(self, text: str, kind: Kind, *, default: bool, busy: bool) -> None:
        self._kind = kind
        self._line.setText(text)
        self._line.set_tone("amber" if kind == "amber" else "muted")
        self._badge.setVisible(default)
        self.default.setVisible(not default)
        self.check.set_busy(busy)
        self.setAccessibleName(f"{self._name.text()}. {text}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        c = theme.colours()
        icon = {"amber": "status_warning", "success": "status_ok"}.get(self._kind, "web")
        colour = {"amber": c.amber, "success": c.success}.get(self._kind, c.text_muted)
        draw_icon(painter_for(self), icon, QRectF(20, 14, 20, 20), colour)


class DomainList(Section):
    """``check_requested`` and ``remove_requested`` carry a domain, ``default_requested`` its host; ``added`` a new domain."""

    check_requested = Signal(object)
    default_requested = Signal(str)
    remove_requested = Signal(object)
    added = Signal(object)
    troubled = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: SettingsState | None = None
        self._checking: set[str] = set()
        self._shown: tuple[Domain, ...] | None = None
        self.rows: dict[str, DomainRow] = {}
        self._card = Card()
        self._card.set_padding(0, 0, 0, 0)
        self._lead, self._unused = Label("", "small", "muted", wrap=True), NoteLine()
        self.add = AddField(self._read, words.domain_reason)
        self.body.setSpacing(8)
        for widget in (self._lead, self._card, self._unused, self.add):
            self.body.addWidget(widget)
        self.add.added.connect(self.added)
        self.add.troubled.connect(self.troubled)
        self.retranslate()

    def render_state(self, state: SettingsState) -> None:
        self._state = state
        domains = state.draft.publishing.domains
        if domains != self._shown:
            self._fill(domains)
        default = state.draft.publishing.domain
        for domain in domains:
            check = check_of(state.standing, domain)
            busy = domain.host in self._checking
            text, kind = words.domain_line(check, domain, state)
            if busy:
                text, kind = _("Being checked…"), "info"
            self.rows[domain.host].check.setEnabled(is_known(domain, state))
            self.rows[domain.host].show_words(text, kind, default=domain == default, busy=busy)
        published = state.draft.publishing.reach in (Reach.PROXY, Reach.TUNNEL)
        unused = _("Links use a domain once your pages are published behind your reverse proxy.")
        self._unused.say(unused if domains and not published else "")

    def set_checking(self, host: str, on: bool) -> None:
        """Whether a domain is being checked now."""
        if on:
            self._checking.add(host)
        else:
            self._checking.discard(host)
        if self._state is not None:
            self.render_state(self._state)

    def retranslate(self) -> None:
        self.heading.setText(_("Your domains"))
        self._lead.setText(_("Every domain serves every page. Links are made with the default one and follow when it changes."))
        self.add.set_words(_("Another domain"), "book.example.net", _("Add a domain"))
        self._shown = None
        if self._state is not None:
            self.render_state(self._state)

    def _fill(self, domains: tuple[Domain, ...]) -> None:
        clear(self._card.body)
        self._shown = domains
        self.rows = {}
        for number, domain in enumerate(domains):
            if number:
                self._card.body.addWidget(Divider(56))
            made = self.rows[domain.host] = DomainRow(domain)
            made.check_requested.connect(partial(self.check_requested.emit, domain))
            made.default_requested.connect(partial(self.default_requested.emit, domain.host))
            made.remove_requested.connect(partial(self.remove_requested.emit, domain))
            self._card.body.addWidget(made)
        self._card.setVisible(bool(domains))

    def _read(self, text: str) -> Domain:
        domain = read_domain(text)
        if self._state is not None and domain.host in {each.host for each in self._state.draft.publishing.domains}:
            raise InvalidFields({"domain": "taken"})
        return domain
