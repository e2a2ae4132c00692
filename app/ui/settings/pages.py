"""Scheduling pages (``desktop-10``): the switch for all of them, the owner's address, the page that links lead to, and who may
find them (URL-1 to URL-7)."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget

from app.domain.addresses import shown_host
from app.domain.settings import Publishing
from app.i18n import _, ngettext
from app.ui import theme
from app.ui.settings.address import AddressSection
from app.ui.settings.address_words import PartCheck
from app.ui.settings.links import default_page
from app.ui.settings.panel import Panel
from app.ui.settings.state import SettingsState
from app.ui.settings.tile import Tile
from app.ui.widgets import ChoiceRow, Divider, Label, Option, Select, Switch, column, row
from app.ui.widgets.base import draw_rounded, painter_for


class PagesPanel(Panel):
    """All of it waits for Save. ``check_requested`` wants to know whether an own part is free; ``copy_requested`` and
    ``open_requested`` carry an address; ``add_domain_requested`` leads to where domains are added."""

    check_requested = Signal(str)
    copy_requested = Signal(str)
    open_requested = Signal(str)
    add_domain_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._master = _MasterCard()
        self.address = AddressSection()
        self._default_heading = Label("", "sub")
        self._default = Select()
        self._indexed = ChoiceRow(Switch(), "")
        self._prefill = ChoiceRow(Switch(), "")
        self._lay_out()
        self._connect()
        self.retranslate()

    def _lay_out(self) -> None:
        lines = self.lines
        lines.addWidget(self._master)
        lines.addSpacing(24)
        lines.addWidget(self.address)
        lines.addSpacing(24)
        lines.addWidget(self._default_heading)
        lines.addSpacing(8)
        lines.addWidget(self._default)
        lines.addSpacing(24)
        lines.addWidget(self._indexed)
        lines.addSpacing(14)
        lines.addWidget(Divider())
        lines.addSpacing(14)
        lines.addWidget(self._prefill)
        lines.addStretch(1)

    def _connect(self) -> None:
        self._master.switch.toggled.connect(lambda on: self.edit(lambda draft: replace(draft, pages_on=on)))
        self.address.domain_chosen.connect(lambda host: self._publish(default_domain=host))
        self.address.part_typed.connect(lambda part: self.edit(lambda draft: replace(draft, own_part=part)))
        self.address.troubled.connect(lambda words: self.troubled.emit("own_part", words))
        self.address.check_requested.connect(self.check_requested)
        self.address.add_requested.connect(self.add_domain_requested)
        self.address.well.copy_requested.connect(self.copy_requested)
        self.address.well.open_requested.connect(self.open_requested)
        self._default.chosen.connect(lambda page: self.edit(lambda draft: replace(draft, default_page=str(page))))
        self._indexed.toggled.connect(self._index)
        self._prefill.toggled.connect(lambda on: self._publish(prefill=on))

    # State

    def render_state(self, state: SettingsState) -> None:
        super().render_state(state)
        self._master.show_state(state.draft.pages_on, len(state.pages))
        self.address.render_state(state)
        self._show_default(state)
        self._show_indexed(state.draft.publishing)
        self._show_prefill(state.draft.publishing)

    def show_check(self, check: PartCheck) -> None:
        """Whether an own part is free."""
        self.address.show_check(check)

    def rows(self) -> list[tuple[str, QWidget]]:
        return [
            (_("Scheduling pages are on"), self._master.switch),
            (_("Domain"), self.address.domain.box),
            (_("Your part of the address"), self.address.part.edit),
            (_("Default page"), self._default.box),
            (_("Let search engines list my pages"), self._indexed.box),
            (_("Fill in the form for returning guests"), self._prefill.box),
        ]

    def show_field(self, field: str) -> None:
        if field == "own_part":
            self.go_to(self.address.part.edit)

    def retranslate(self) -> None:
        self.set_words(_("Scheduling pages"), _("Where your pages live and who can find them."))
        self.address.retranslate()
        self._default_heading.setText(_("Default page"))
        self._default.box.setAccessibleName(_("Default page"))
        self._default.set_help(_("Your link and your QR code lead to this page."))

    # Parts

    def _show_default(self, state: SettingsState) -> None:
        options = tuple(_page_option(page.id, page.title, page.slug, page.colour) for page in state.pages)
        chosen = default_page(state.draft, state.pages)
        if options != self._default.box.options:
            self._default.set_options(options, chosen.id if chosen is not None else None)
        elif chosen is not None and self._default.value() != chosen.id:
            self._default.set_value(chosen.id)
        self._default.box.setEnabled(bool(options))
        self._default.box.setPlaceholderText("" if options else _("You have no pages yet"))

    def _show_indexed(self, publishing: Publishing) -> None:
        domain = publishing.domain
        on = publishing.indexed if domain is None else domain.indexed
        _set(self._indexed, on)
        if not on:
            effect = _("Off: robots.txt asks search engines to stay away from everything under /meetings.")
        elif domain is None:
            effect = _("On: search engines may list your pages where they can reach them.")
        else:
            effect = _("On: search engines may list your pages on {domain}.").format(domain=shown_host(domain))
        self._indexed.set_words(_("Let search engines list my pages"), effect)

    def _show_prefill(self, publishing: Publishing) -> None:
        _set(self._prefill, publishing.prefill)
        if publishing.prefill:
            effect = _("On: links can carry answers, and guests who said yes find their details when they come again.")
        else:
            effect = _("Off: every form begins empty.")
        self._prefill.set_words(_("Fill in the form for returning guests"), effect)

    def _publish(self, **changes: object) -> None:
        self.edit(lambda draft: replace(draft, publishing=replace(draft.publishing, **changes)))  # type: ignore[arg-type]

    def _index(self, on: bool) -> None:
        """Of the chosen domain alone: another one keeps its own choice (URL-5)."""
        if self.state is None:
            return
        publishing = self.state.draft.publishing
        if publishing.domain is None:
            self._publish(indexed=on)
        else:
            chosen = publishing.domain
            self._publish(domains=tuple(replace(each, indexed=on) if each == chosen else each for each in publishing.domains))


def _page_option(page: str, title: str, slug: str, colour: str) -> Option:
    return Option(page, title, f"/{slug.rpartition('/')[2]}", colour)


def _set(choice: ChoiceRow, on: bool) -> None:
    if isinstance(choice.box, Switch) and choice.box.isChecked() != on:
        choice.box.set_on(on)


class _MasterCard(QFrame):
    """The switch for all pages, in a card that is amber while they are off."""

    def __init__(self) -> None:
        super().__init__()
        self._amber = False
        self._state_words = Label("", "sub", wrap=True)
        self._effect = Label("", "small", "muted", wrap=True)
        self.switch = Switch()
        words = column(gap=2)
        words.addWidget(self._state_words)
        words.addWidget(self._effect)
        line = row(gap=14, margins=(16, 16, 16, 16), on=self)
        line.addWidget(Tile("set_pages"))
        line.addLayout(words, 1)
        line.addWidget(self.switch)

    def show_state(self, on: bool, many: int) -> None:
        if self.switch.isChecked() != on:
            self.switch.set_on(on)
        self._amber = not on
        self._state_words.setText(_("Scheduling pages are on") if on else _("Scheduling pages are off"))
        self.switch.set_name(self._state_words.text())
        if on:
            words = ngettext(
                "Switch off to pause your page. Nothing is deleted.",
                "Switch off to pause all {count} pages. Nothing is deleted.",
                many,
            )
        else:
            words = _("People read that you take no bookings at the moment. Nothing is deleted.")
        self._effect.setText(words.format(count=many))
        self.switch.setAccessibleDescription(self._effect.text())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        c = theme.colours()
        fill, line = (c.amber_soft, c.amber_line) if self._amber else (c.surface, c.border)
        draw_rounded(painter_for(self), self.rect(), 12, fill, line)
