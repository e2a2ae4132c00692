"""The owner's picture in *Appearance and language*: read from a file, stored small, shown; it stays with Save."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog

from app.domain.errors import AftaleError
from app.domain.pages import Picture
from app.i18n import _
from app.ui.messages import error_words
from app.ui.picture_file import NoPictureError, shrink
from app.ui.runtime import tasks
from app.ui.settings.appearance import AppearancePanel
from app.ui.widgets import toast

if TYPE_CHECKING:
    from app.services.workspace import Workspace


class PictureActs(QObject):
    """One for a panel. What is stored and not kept with Save is forgotten when the next picture is stored."""

    def __init__(self, workspace: Workspace, panel: AppearancePanel) -> None:
        super().__init__(panel)
        self._workspace, self._panel = workspace, panel
        self._kind = Picture.PHOTO
        panel.picture_wanted.connect(self._ask)
        saved = workspace.settings.current.appearance
        if saved.picture:
            work = workspace.pages.picture(saved.picture)
            tasks.start(work, panel, lambda found: self._came(found, saved.picture_kind), self._failed)

    def take(self, path: str) -> None:
        """Makes the picture in the file the draft's."""
        kind = self._kind
        try:
            type_, body = shrink(path, kind)
        except NoPictureError:
            toast(self._panel, _("This file is no picture that can be used."))
            return
        tasks.start(
            self._workspace.pages.keep_picture(type_, body),
            self._panel,
            lambda name: self._kept(name, body, kind),
            self._failed,
        )

    def _ask(self, kind: Picture) -> None:
        self._kind = kind
        dialog = QFileDialog(self._panel.window(), _("Choose a picture"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(_("Pictures") + " (*.png *.jpg *.jpeg *.webp *.gif *.bmp)")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.take)
        dialog.open()

    def _kept(self, name: str, body: bytes, kind: Picture) -> None:
        self._panel.take_picture(name, kind)
        self._panel.show_picture(body, kind)

    def _came(self, found: tuple[str, bytes] | None, kind: Picture) -> None:
        if found is not None:
            self._panel.show_picture(found[1], kind)

    def _failed(self, error: AftaleError) -> None:
        words = error_words(error)
        toast(self._panel, f"{words.title}. {words.text}".strip())
