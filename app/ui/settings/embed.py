"""Chat and embed (``desktop-28``): the code that puts a page into a site of the owner's own, or a link to it, and the sites
that may show it (PUB-3)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.domain.embedding import check_embedder, frame_code, link_code
from app.domain.errors import InvalidFields
from app.domain.pages import Page
from app.i18n import _
from app.ui.settings import embed_words as words
from app.ui.settings.add_field import AddField
from app.ui.settings.code_box import CodeBox
from app.ui.settings.embed_picture import SitePicture
from app.ui.settings.links import default_page, origin_of
from app.ui.settings.notes import NoteLine
from app.ui.settings.panel import Panel, Section
from app.ui.settings.state import SettingsState
from app.ui.widgets import (
    Button,
    Card,
    Divider,
    IconButton,
    Label,
    Option,
    Segmented,
    Select,
    TextField,
    clear,
    column,
    row,
)

FRAME, LINK = "frame", "link"


class EmbedPanel(Panel):
    """Which page and which words are for the code alone and kept nowhere; the sites wait for Save. ``copy_requested`` carries
    the code."""

    copy_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chosen, self._said = "", ""
        self.page = Select()
        self.words = TextField()
        self.picture = SitePicture()
        self._live = NoteLine()
        self._heading = Label("", "sub")
        self.kind = Segmented([Option(FRAME, ""), Option(LINK, "")], FRAME)
        self.code, self.copy = CodeBox(), Button("", "secondary", icon="copy")
        self._private = NoteLine()
        self.sites = SiteList()
        self._lay_out()
        self.page.chosen.connect(self._choose)
        self.words.changed.connect(self._say)
        self.kind.chosen.connect(lambda _kind: self._show())
        self.copy.clicked.connect(lambda: self.copy_requested.emit(self.code.toPlainText()))
        self.sites.changed.connect(self._keep_sites)
        self.sites.troubled.connect(lambda said: self.troubled.emit("site", said))
        self.retranslate()

    def _lay_out(self) -> None:
        head = row(gap=8)
        head.addWidget(self._heading, 1)
        head.addWidget(self.kind)
        left = column(gap=14)
        left.addWidget(self.page)
        left.addWidget(self.words)
        left.addWidget(self._live)
        left.addStretch(1)
        top = row(gap=24)
        top.addLayout(left, 1)
        top.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        foot = row(gap=16)
        foot.addWidget(self.copy)
        foot.addStretch(1)
        foot.addWidget(self._private)
        self.lines.addLayout(top)
        self.lines.addSpacing(20)
        self.lines.addLayout(head)
        self.lines.addSpacing(10)
        self.lines.addWidget(self.code)
        self.lines.addSpacing(10)
        self.lines.addLayout(foot)
        self.lines.addSpacing(24)
        self.lines.addWidget(self.sites)
        self.lines.addStretch(1)

    # State

    def render_state(self, state: SettingsState) -> None:
        super().render_state(state)
        options = tuple(Option(page.id, page.title, colour=page.colour) for page in state.pages)
        page = self._page(state)
        if options != self.page.box.options:
            self.page.set_options(options, page.id if page is not None else None)
        elif page is not None and self.page.value() != page.id:
            self.page.set_value(page.id)
        self.page.box.setEnabled(bool(options))
        self.sites.render_state(state)
        self._show()

    def rows(self) -> list[tuple[str, QWidget]]:
        return [
            (_("Page that opens"), self.page.box),
            (_("Code for your site"), self.code),
            (_("Sites that may show it"), self.sites.add.field.edit),
        ]

    def show_field(self, field: str) -> None:
        if field == "site":
            self.go_to(self.sites.add.field.edit)

    def retranslate(self) -> None:
        self.set_words(_("Chat and embed"), _("Put your meeting link on your own web site."))
        self.page.set_label(_("Page that opens"))
        self.page.box.setPlaceholderText(_("You have no pages yet"))
        self.words.set_label(_("Text of the link"))
        self._heading.setText(_("Code for your site"))
        self.kind.set_texts((_("In the page"), _("Only a link")))
        self.kind.setAccessibleName(_("Code for your site"))
        self.copy.setText(_("Copy code"))
        self._private.say(_("No cookies, nothing loaded from others"), "private")
        self.sites.retranslate()
        self._show()

    # What is shown

    def _page(self, state: SettingsState) -> Page | None:
        chosen = next((page for page in state.pages if page.id == self._chosen), None)
        return chosen if chosen is not None else default_page(state.draft, state.pages)

    def _show(self) -> None:
        state = self.state
        if state is None:
            return
        page, owner, link = self._page(state), state.draft.profile.name, self.kind.value() == LINK
        said = self._said.strip() or words.link_text(owner)
        self.words.setVisible(link)
        self.words.set_placeholder(words.link_text(owner))
        self._live.say(words.live_words(state), "amber")
        self.picture.show_page(page, owner, said if link else "")
        self.copy.setEnabled(page is not None)
        self.sites.setVisible(not link)
        url = f"{origin_of(state.draft.publishing, state.standing)}/meetings/{page.slug}" if page is not None else ""
        code = ""
        if page is not None:
            code = link_code(url, said) if link else frame_code(url, words.frame_title(page.title, owner))
        self.code.show_code(code, _("Code for your site"))

    def _choose(self, page: object) -> None:
        self._chosen = str(page)
        self._show()

    def _say(self, text: str) -> None:
        self._said = text
        self._show()

    def _keep_sites(self, sites: tuple[str, ...]) -> None:
        self.edit(lambda draft: replace(draft, publishing=replace(draft.publishing, embedders=sites)))


class SiteList(Section):
    """*Sites that may show it*. ``changed`` carries the sites after one was added or removed."""

    changed = Signal(object)
    troubled = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sites: tuple[str, ...] = ()
        self._shown: tuple[str, ...] | None = None
        self.removers: dict[str, IconButton] = {}
        self._card = Card()
        self._card.set_padding(0, 0, 0, 0)
        self._lead, self._none = Label("", "small", "muted", wrap=True), NoteLine()
        self.add = AddField(self._read, words.site_reason)
        self.body.setSpacing(8)
        for widget in (self._lead, self._card, self._none, self.add):
            self.body.addWidget(widget)
        self.add.added.connect(lambda site: self.changed.emit((*self._sites, site)))
        self.add.troubled.connect(self.troubled)

    def render_state(self, state: SettingsState) -> None:
        self._sites = state.draft.publishing.embedders
        if self._sites != self._shown:
            self._fill()

    def retranslate(self) -> None:
        self.heading.setText(_("Sites that may show it"))
        self._lead.setText(_("Browsers show your page only within the sites in this list. A link needs no entry."))
        self.add.set_words(_("Another site"), "https://www.example.com", _("Add a site"))
        self._fill()

    def _fill(self) -> None:
        clear(self._card.body)
        self._shown, self.removers = self._sites, {}
        for number, site in enumerate(self._sites):
            if number:
                self._card.body.addWidget(Divider(16))
            remove = self.removers[site] = IconButton("delete", _("Remove {site}").format(site=site))
            remove.clicked.connect(partial(self._remove, site))
            line = row(gap=8, margins=(16, 6, 12, 6))
            line.addWidget(Label(site, "body"), 1)
            line.addWidget(remove)
            self._card.body.addLayout(line)
        self._card.setVisible(bool(self._sites))
        none = _("No site is in the list yet, so the code shows nothing. Add the one that you put it into.")
        self._none.say("" if self._sites else none, "amber")

    def _remove(self, site: str, _checked: bool = False) -> None:
        self.changed.emit(tuple(each for each in self._sites if each != site))

    def _read(self, text: str) -> str:
        site = check_embedder(text)
        if site in self._sites:
            raise InvalidFields({"embedder": "taken"})
        return site
