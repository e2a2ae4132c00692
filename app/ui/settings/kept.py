"""Settings that could not be read: told in a banner over all panels, shown as they were stored, thrown away only on request."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.domain.errors import AftaleError
from app.domain.settings import KeptSettings
from app.i18n import _
from app.ui.messages import error_words
from app.ui.runtime import tasks
from app.ui.widgets import Banner, Dialog, Label, Question, TextArea, column, toast

if TYPE_CHECKING:
    from app.services.workspace import Workspace


class KeptBanner(QWidget):
    """The banner with the panel's margins around it; hidden while there is nothing to tell."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.banner = Banner("amber", icon="status_warning")
        column(margins=(40, 20, 40, 0), on=self).addWidget(self.banner)
        self.hide()


def kept_words(kept: tuple[KeptSettings, ...]) -> tuple[str, str]:
    """Title and text of the banner."""
    if all(each.newer for each in kept):
        why = _("They were saved by a newer version of Aftale.")
    else:
        why = _("They are damaged.")
    kept_there = _("They are kept as they are, and the usual ones stand in for them.")
    return _("Your earlier settings could not be read"), f"{why} {kept_there}"


class KeptDialog(Dialog):
    """The documents, to be read and copied. ``whole`` outlives the window."""

    def __init__(self, parent: QWidget | None, kept: tuple[KeptSettings, ...]) -> None:
        title = _("Your earlier settings")
        super().__init__(parent, title, width=680, heading=title)
        lead = _("This is what was stored. Look up here what you had chosen, and choose it again in the settings.")
        self.body.addWidget(Label(lead, "body", "muted", wrap=True))
        self.text = TextArea(rows=16)
        self.text.edit.setAccessibleName(title)
        self.whole = "\n\n".join(_laid_out(each.document) for each in kept)
        self.text.set_text(self.whole)
        self.text.edit.setReadOnly(True)
        self.body.addWidget(self.text, 1)
        self.copy = self.add_button("copy", _("Copy"), "secondary", at="left")
        self.add_button("", _("Close"), "primary")


class KeptActs(QObject):
    """One for a window."""

    def __init__(self, workspace: Workspace, window: QWidget) -> None:
        super().__init__(window)
        self._settings, self._window = workspace.settings, window
        window.kept_requested.connect(self._act)  # type: ignore[attr-defined]

    def _act(self, name: str) -> None:
        tasks.start(self._show() if name == "show" else self._forget(), self._window, failed=self._failed)

    async def _show(self) -> None:
        dialog = KeptDialog(self._window, await self._settings.kept())
        await tasks.ask(dialog)
        if dialog.answer == "copy":
            QGuiApplication.clipboard().setText(dialog.whole)
            toast(self._window, _("Copied"))

    async def _forget(self) -> None:
        question = Question(
            self._window,
            _("Throw the earlier settings away?"),
            _("What was stored goes for good. The settings that you see here stay."),
            (("", _("Cancel"), "secondary"), ("forget", _("Throw them away"), "danger")),
        )
        await tasks.ask(question)
        if question.answer == "forget":
            await self._settings.forget_kept()

    def _failed(self, error: AftaleError) -> None:
        words = error_words(error)
        toast(self._window, f"{words.title}. {words.text}".strip())


def _laid_out(document: str) -> str:
    """Easier to read where it is JSON."""
    try:
        return json.dumps(json.loads(document), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return document
