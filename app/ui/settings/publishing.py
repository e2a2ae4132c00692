"""Publishing (``desktop-14``, ``desktop-35``): how guests reach the pages that this computer serves, whether it works, and
under which domains (PUB-1, PUB-2, URL-3)."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.domain.reaching import DomainCheck
from app.domain.settings import Domain, Reach
from app.i18n import _
from app.services.publishing_snippets import proxy_snippet
from app.ui.settings import publishing_words as words
from app.ui.settings.domain_list import DomainList
from app.ui.settings.panel import Panel
from app.ui.settings.state import SettingsState
from app.ui.settings.status_card import StatusCard
from app.ui.settings.ways import WaysSection
from app.ui.widgets import ChoiceRow, Divider, Switch


class PublishingPanel(Panel):
    """Way, domains and *Let programs book* wait for Save. At once: ``copy_requested`` (a text, and what it is),
    ``open_requested``, ``check_requested`` of a domain, ``retry_requested``; ``remove_requested`` is asked about before
    ``remove`` does it."""

    copy_requested = Signal(str, str)
    open_requested = Signal(str)
    check_requested = Signal(object)
    retry_requested = Signal()
    remove_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.status, self.ways, self.domains = StatusCard(), WaysSection(proxy_snippet), DomainList()
        self._programs = ChoiceRow(Switch(), "")
        for widget in (self.status, self.ways, self.domains):
            self.lines.addWidget(widget)
            self.lines.addSpacing(24)
        self.lines.addWidget(Divider())
        self.lines.addSpacing(14)
        self.lines.addWidget(self._programs)
        self.lines.addStretch(1)
        self._connect()
        self.retranslate()

    def _connect(self) -> None:
        status, proxy, domains = self.status, self.ways.proxy, self.domains
        status.copy_requested.connect(lambda link: self.copy_requested.emit(link, _("Link copied")))
        status.details_requested.connect(lambda text: self.copy_requested.emit(text, _("Details copied")))
        status.open_requested.connect(self.open_requested)
        status.stop_requested.connect(self._stop)
        status.retry_requested.connect(self.retry_requested)
        status.other_requested.connect(lambda: self.go_to(self.ways.go_to_first()))
        self.ways.chosen.connect(self._choose)
        self.ways.network.well.copy_requested.connect(lambda link: self.copy_requested.emit(link, _("Link copied")))
        self.ways.network.well.open_requested.connect(self.open_requested)
        proxy.domains_changed.connect(lambda made, host: self._publish(domains=made, default_domain=host))
        proxy.troubled.connect(lambda words: self.troubled.emit("address", words))
        proxy.test_requested.connect(self.check_requested)
        proxy.copy_requested.connect(lambda text: self.copy_requested.emit(text, _("Configuration copied")))
        domains.check_requested.connect(self.check_requested)
        domains.remove_requested.connect(self.remove_requested)
        domains.default_requested.connect(lambda host: self._publish(default_domain=host))
        domains.added.connect(self._add)
        domains.troubled.connect(lambda words: self.troubled.emit("domain", words))
        self._programs.toggled.connect(lambda on: self._publish(programs=on))

    # State

    def render_state(self, state: SettingsState) -> None:
        super().render_state(state)
        self.status.render_state(state)
        self.ways.render_state(state)
        self.domains.render_state(state)
        on = state.draft.publishing.programs
        if isinstance(self._programs.box, Switch) and self._programs.box.isChecked() != on:
            self._programs.box.set_on(on)
        self._programs.set_words(_("Let programs book"), words.programs_words(on))

    def show_checking(self, domain: Domain, on: bool) -> None:
        """Whether a domain is being checked now."""
        self.domains.set_checking(domain.host, on)
        if self._is_default(domain):
            self.ways.proxy.set_testing(on)
            self.status.set_trying(on)

    def show_checked(self, check: DomainCheck, domain: Domain) -> None:
        """What came of a check."""
        if self._is_default(domain):
            self.ways.proxy.show_result(check, domain)

    def remove(self, domain: Domain) -> None:
        """Takes a domain out of the draft; links go on with the first of the others."""
        if self.state is None:
            return
        publishing = self.state.draft.publishing
        rest = tuple(each for each in publishing.domains if each != domain)
        heir = publishing.default_domain if publishing.default_domain != domain.host else ""
        self._publish(domains=rest, default_domain=heir or (rest[0].host if rest else ""))

    def rows(self) -> list[tuple[str, QWidget]]:
        ways = [(words.way_words(reach)[0], card.radio) for reach, card in self.ways.cards.items()]
        return [
            *ways,
            (_("Public address"), self.ways.cards[Reach.PROXY].radio),
            (_("Your domains"), self.domains.add.field.edit),
            (_("Let programs book"), self._programs.box),
        ]

    def show_field(self, field: str) -> None:
        if field == "address":
            self.go_to(self.ways.proxy.address.edit)
        elif field == "domain":
            self.go_to(self.domains.add.field.edit)

    def retranslate(self) -> None:
        self.set_words(_("Publishing"), _("How people reach the pages that this computer serves."))
        self.status.retranslate()
        self.ways.retranslate()
        self.domains.retranslate()

    # Changes

    def _is_default(self, domain: Domain) -> bool:
        default = self.state.draft.publishing.domain if self.state is not None else None
        return default is not None and default.host == domain.host

    def _publish(self, **changes: object) -> None:
        self.edit(lambda draft: replace(draft, publishing=replace(draft.publishing, **changes)))  # type: ignore[arg-type]

    def _choose(self, reach: Reach) -> None:
        if reach is not Reach.PROXY:
            # What is typed into the fields of another way does not keep this one from being saved.
            self.troubled.emit("address", "")
        self._publish(reach=reach)

    def _stop(self) -> None:
        self._choose(Reach.COMPUTER)
        self.go_to(self.ways.cards[Reach.COMPUTER].radio)

    def _add(self, domain: Domain) -> None:
        if self.state is None:
            return
        publishing = self.state.draft.publishing
        default = publishing.domain.host if publishing.domain is not None else domain.host
        self._publish(domains=(*publishing.domains, domain), default_domain=default)
