"""What Scheduling pages does at once, without Save: checks an own part, copies and opens addresses, leads to the domains, and
shows which links a change has moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.domain.errors import InvalidFields, SlugTaken
from app.i18n import _
from app.ui.runtime import tasks
from app.ui.settings.address_words import PartCheck, PartState, moved_words
from app.ui.settings.links import origin_of
from app.ui.settings.pages import PagesPanel
from app.ui.settings.state import SettingsState
from app.ui.settings.view import SettingsWindow
from app.ui.widgets import ColourDot, Dialog, Label, ScrollArea, column, row, toast

if TYPE_CHECKING:
    from app.services.workspace import Workspace


class AddressActs(QObject):
    """One for a panel."""

    def __init__(self, workspace: Workspace, panel: PagesPanel) -> None:
        super().__init__(panel)
        self._workspace, self._panel = workspace, panel
        panel.check_requested.connect(self._check)
        panel.copy_requested.connect(lambda address: copy_text(panel, address, _("Link copied")))
        panel.open_requested.connect(open_address)
        panel.add_domain_requested.connect(self._add_domain)

    def _check(self, part: str) -> None:
        tasks.latest("own part", self._checked(part), self._panel, done=self._panel.show_check)

    async def _checked(self, part: str) -> PartCheck:
        pages = self._workspace.pages
        try:
            await pages.check_own_part(part)
        except SlugTaken:
            return PartCheck(part, PartState.TAKEN, others=await pages.other_own_parts(part))
        except InvalidFields as error:
            return PartCheck(part, PartState.WRONG, error.fields["slug"])
        return PartCheck(part, PartState.FREE)

    def _add_domain(self) -> None:
        window = self._panel.window()
        if isinstance(window, SettingsWindow):
            window.show_panel("publishing")
            window.panel_of("publishing").show_field("domain")


def copy_text(near: QWidget, text: str, said: str) -> None:
    """Puts ``text`` on the clipboard and says so."""
    QGuiApplication.clipboard().setText(text)
    toast(near.window(), said)


def open_address(address: str) -> None:
    """Opens an address in the browser."""
    QDesktopServices.openUrl(QUrl(address))


def tell_moved(window: QWidget, state: SettingsState) -> None:
    """Every link has changed: says how many, and shows them on request."""
    toast(window, moved_words(len(state.pages)), action=_("See which"), call=lambda: MovedLinks(window, state).open())


class MovedLinks(Dialog):
    """The pages with the addresses that they have now."""

    def __init__(self, parent: QWidget, state: SettingsState) -> None:
        title = _("Links that have changed")
        super().__init__(parent, title, width=520, heading=title)
        content = QWidget()
        lines = column(gap=10, on=content)
        origin = origin_of(state.draft.publishing, state.standing)
        for page in state.pages:
            lines.addLayout(_page_line(page.title, page.colour, f"{origin}/meetings/{page.slug}"))
        lines.addStretch(1)
        area = ScrollArea(content)
        area.setMinimumHeight(min(320, content.sizeHint().height() + 4))
        self.body.addWidget(area)
        self.add_button("", _("Close"), "primary")


def _page_line(title: str, colour: str, address: str) -> QHBoxLayout:
    words = column()
    words.addWidget(Label(title, "body_medium"))
    words.addWidget(Label(address, "small", "muted"))
    line = row(gap=12)
    line.addWidget(ColourDot(colour))
    line.addLayout(words, 1)
    return line
