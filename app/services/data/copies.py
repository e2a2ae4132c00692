"""Backups: made on request, listed, put back (DATA-2, DATA-4)."""

from __future__ import annotations

from pathlib import Path

from app.domain.clock import Clock, Instant
from app.domain.errors import FileUnusable, WorkspaceDamaged, WorkspaceNewer
from app.domain.events import WorkspaceOrdered
from app.domain.keeping import Backup, BackupKind, Stock
from app.models import backups, restoring
from app.models.base import Session
from app.models.database import Database
from app.models.people import counted
from app.paths import database_file
from app.services.announcer import Announcer
from app.services.data.working import Progress, in_thread

OFFERED = 3
"""Backups that are offered in the place of a damaged database."""


class Copies:
    """``restore`` and ``delete_everything`` only order what happens when the workspace is opened next, and announce it: a
    database that is in use is not replaced."""

    def __init__(self, database: Database, announcer: Announcer, clock: Clock) -> None:
        self._database, self._announcer, self._clock = database, announcer, clock

    async def stock(self) -> Stock:
        """How much there is."""
        contacts, meetings = await self._database.read(_count)
        found = [each.at for each in await self.all() if each.kind is BackupKind.COPY]
        return Stock(contacts, meetings, max(found, default=0))

    async def all(self) -> tuple[Backup, ...]:
        """Newest first."""
        return await in_thread(lambda _progress: backups.known(self._database.path))

    async def make(self) -> Backup:
        """A backup as things stand now. Raises WorkspaceFull and its siblings."""
        path = await self._database.backup()
        return next(each for each in await self.all() if Path(each.path) == path)

    async def restore(self, source: Path) -> None:
        """Orders that a backup takes the place of what is here; that is kept aside. Raises FileUnusable (``damaged``,
        ``newer``) for one that cannot be used; then nothing is ordered."""
        now = self._clock.now()

        def prepare(_progress: Progress) -> None:
            try:
                restoring.prepare(self._database.path, source, now)
            except WorkspaceDamaged as error:
                raise FileUnusable("damaged", source.name) from error
            except WorkspaceNewer as error:
                raise FileUnusable("newer", source.name) from error

        await in_thread(prepare)
        self._announcer.announce(WorkspaceOrdered())

    async def withdraw(self) -> None:
        """Takes the order back."""
        await in_thread(lambda _progress: restoring.withdraw(self._database.path))

    @property
    def ordered(self) -> bool:
        """Whether the next opening brings another database."""
        return restoring.is_ordered(self._database.path)

    async def delete_everything(self) -> None:
        """Orders that the whole workspace is deleted, with its backups."""
        now = self._clock.now()
        await in_thread(lambda _progress: restoring.prepare_deletion(self._database.path, now))
        self._announcer.announce(WorkspaceOrdered())


def offered(folder: Path) -> tuple[Backup, ...]:
    """The newest good backups of a workspace that cannot be opened. Reads them whole: for a thread."""
    return backups.good(database_file(folder), OFFERED)


def put_back(folder: Path, backup: Backup, now: Instant) -> None:
    """Orders that the backup takes the place of a database that cannot be opened. For a thread. Raises WorkspaceUnusable."""
    restoring.prepare(database_file(folder), Path(backup.path), now)


def _count(session: Session) -> tuple[int, int]:
    return counted(session)
