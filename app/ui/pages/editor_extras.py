"""What the editor keeps at once, beside the draft: pictures, and the secret links of a saved page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from app.domain.errors import AftaleError
from app.domain.pages import Page, PageLink, Picture
from app.i18n import _
from app.ui.messages import error_words
from app.ui.pages.editing import Editing, typed
from app.ui.pages.editor import Editor
from app.ui.pages.sections.links import expiry
from app.ui.picture_file import NoPictureError, shrink
from app.ui.runtime import tasks
from app.ui.widgets import toast

if TYPE_CHECKING:
    from app.services.workspace import Workspace


class Extras:
    """``change`` takes a function that makes the present Editing into the next. ``owner_picture``: the bytes of the one that
    Settings gives to pages without their own."""

    def __init__(self, workspace: Workspace, view: Editor, change: Callable[[Callable[[Editing], Editing]], None]) -> None:
        self._workspace, self._view, self._change = workspace, view, change
        self._page_id = ""
        self._kind = Picture.PHOTO
        self.owner_picture = b""
        view.picture_wanted.connect(self._ask_for_picture)
        view.link_wanted.connect(self._make_link)
        view.link_dropped.connect(self._drop_link)

    def begin(self, page: Page, *, new: bool) -> None:
        """Reads what belongs to ``page``."""
        self._page_id = page.id
        if not new:
            self._read_links()
        if page.picture:
            tasks.latest("picture", self._workspace.pages.picture(page.picture), self._view, self._picture_came, self._failed)
        owners = self._workspace.settings.current.appearance.picture
        if owners:
            tasks.latest("owner", self._workspace.pages.picture(owners), self._view, self._owner_picture_came, self._failed)

    def _failed(self, error: AftaleError) -> None:
        words = error_words(error)
        toast(self._view, f"{words.title}. {words.text}".strip())

    # Pictures

    def _ask_for_picture(self) -> None:
        dialog = QFileDialog(self._view.window(), _("Choose a picture"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(_("Pictures") + " (*.png *.jpg *.jpeg *.webp *.gif *.bmp)")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.take_picture)
        dialog.open()

    def take_picture(self, path: str) -> None:
        """Makes the picture in the file the draft's."""

        def look(editing: Editing) -> Editing:
            self._kind = Picture.PHOTO if editing.draft.picture_kind is Picture.NONE else editing.draft.picture_kind
            return editing

        self._change(look)
        try:
            type_, body = shrink(path, self._kind)
        except NoPictureError:
            toast(self._view, _("This file is no picture that can be used."))
            return
        tasks.start(
            self._workspace.pages.keep_picture(type_, body),
            self._view,
            lambda name: self._change(lambda editing: with_picture(editing, name, body, self._kind)),
            self._failed,
        )

    def _picture_came(self, found: tuple[str, bytes] | None) -> None:
        if found is not None:
            self._change(lambda editing: replace(editing, picture=found[1]))

    def _owner_picture_came(self, found: tuple[str, bytes] | None) -> None:
        """It stands on the page while that has none of its own."""
        self.owner_picture = found[1] if found is not None else b""
        self._change(lambda editing: editing)

    # Links

    def _read_links(self) -> None:
        tasks.latest("links", self._workspace.pages.links(self._page_id), self._view, self._links_came, self._failed)

    def _links_came(self, links: tuple[PageLink, ...]) -> None:
        now = self._workspace.clock.now()
        self._change(lambda editing: replace(editing, links=links, now=now))

    def _make_link(self, label: str, single: bool, days: int) -> None:
        until = expiry(self._workspace.clock.now(), days)
        made = self._workspace.pages.make_link(self._page_id, label, single=single, expires=until)
        tasks.start(made, self._view, self._link_made, self._failed)

    def _link_made(self, made: tuple[PageLink, str]) -> None:
        QGuiApplication.clipboard().setText(made[1])
        toast(self._view, _("Secret link copied. It cannot be shown again."))
        self._read_links()

    def _drop_link(self, link_id: str) -> None:
        tasks.start(self._workspace.pages.drop_link(link_id), self._view, self._link_dropped, self._failed)

    def _link_dropped(self, _nothing: None) -> None:
        toast(self._view, _("The link opens nothing any more"))
        self._read_links()


def with_picture(editing: Editing, name: str, body: bytes, kind: Picture) -> Editing:
    """After a picture was stored: the draft shows it."""
    draft = replace(editing.draft, picture=name, picture_kind=kind)
    return typed(replace(editing, picture=body), draft)
