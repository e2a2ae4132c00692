"""A workspace that is damaged: its newest good backups, to choose from in the place of the main window (DATA-4).

Nothing has been written by then, and nothing is overwritten afterwards: what is damaged is kept beside the backups.
"""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QButtonGroup, QWidget

from app.domain.clock import Clock, Instant
from app.domain.errors import WorkspaceUnusable
from app.domain.keeping import Backup
from app.i18n import _
from app.ui import messages
from app.ui.runtime import tasks
from app.ui.widgets import ChoiceRow, Dialog, Label, Landscape, Radio


class RescueDialog(Dialog):
    """``answer``: ``restore`` (``chosen``), ``folder``, or empty to quit. ``trouble``: why the last try did not work."""

    def __init__(self, parent: QWidget | None, backups: tuple[Backup, ...], titles: tuple[str, ...], trouble: str = "") -> None:
        super().__init__(parent, _("Aftale’s database is damaged"), width=560)
        picture = Landscape("moon", radius=12)
        picture.setFixedHeight(120)
        self.body.addWidget(picture)
        self.body.addWidget(Label(_("Aftale’s database is damaged"), "title", wrap=True))
        if backups:
            text = _("Choose what to go on with. The damaged file is kept, and what was booked since is missing in a backup.")
        else:
            text = _("There is no backup that can be read. Nothing was changed: the damaged file is still there.")
        self.body.addWidget(Label(text, "body", "muted", wrap=True))
        self._group, self._backups, self._given = QButtonGroup(self), backups, 0
        for number, title in enumerate(titles):
            radio = Radio()
            radio.setChecked(number == 0)
            self._group.addButton(radio, number)
            note = _("The newest backup") if number == 0 else _("An older backup")
            self.body.addWidget(ChoiceRow(radio, title, note))
        if trouble:
            self.body.addWidget(Label(trouble, "small", "danger", wrap=True))
        self.body.addStretch(1)
        self.add_button("folder", _("Show folder"), "ghost", at="left")
        self.add_button("", _("Quit"), "secondary" if backups else "primary")
        if backups:
            self.add_button("restore", _("Go on with this one"), "primary")
        self._group.idToggled.connect(self._toggled)

    @property
    def chosen(self) -> Backup:
        return self._backups[self._given]

    def _toggled(self, number: int, on: bool) -> None:
        if on:
            self._given = number


async def rescue(folder: Path, clock: Clock, parent: QWidget) -> bool:
    """Offers the backups; True when the owner chose one, which then only has to be opened."""
    from app.services.data.copies import offered, put_back

    loop, trouble = asyncio.get_running_loop(), ""
    backups = await loop.run_in_executor(None, offered, folder)
    zone = await loop.run_in_executor(None, _zone)
    while True:
        titles = tuple(_title(each, clock.now(), zone) for each in backups)
        dialog = RescueDialog(parent, backups, titles, trouble)
        await tasks.ask(dialog)
        if dialog.answer == "folder":
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
        elif dialog.answer != "restore":
            return False
        else:
            try:
                await loop.run_in_executor(None, partial(put_back, folder, dialog.chosen, clock.now()))
                return True
            except WorkspaceUnusable as error:
                trouble = messages.error_words(error).title


def _title(backup: Backup, now: Instant, zone: str) -> str:
    from app.ui.settings.privacy_words import backup_title

    return backup_title(backup, now, zone)


def _zone() -> str:
    """The computer's zone: what the owner has set lies in the damaged file."""
    import tzlocal

    return str(tzlocal.get_localzone_name() or "UTC")
