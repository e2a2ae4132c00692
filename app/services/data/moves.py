"""To another computer and back: one file with the whole workspace, but for what only this computer's keyring opens (DATA-2)."""

from __future__ import annotations

from pathlib import Path

from app.domain.clock import Clock
from app.domain.errors import FileUnusable
from app.models import moving
from app.models.database import Database
from app.services.data import crate
from app.services.data.copies import Copies
from app.services.data.working import Progress, Told, in_thread, put, staging_file, told_errors

SUFFIX = ".aftale"


class Moves:
    """One a workspace."""

    def __init__(self, folder: Path, database: Database, clock: Clock, copies: Copies) -> None:
        self._folder, self._database, self._clock, self._copies = folder, database, clock, copies

    async def write(self, target: Path, passphrase: str = "", told: Told | None = None) -> int:
        """Writes the file, sealed under ``passphrase`` if there is one. Returns how many accounts will have to be signed in to
        again. Raises FileUnusable; cancelled, it leaves nothing."""
        now = self._clock.now()
        copy = await self._database.backup(staging_file(self._folder, "move.db"))
        archive = staging_file(self._folder, "move.zip")

        def work(progress: Progress) -> int:
            half = target.with_name(target.name + ".part")
            with told_errors(target.name):
                try:
                    waiting = moving.sign_ins(copy)
                    moving.strip(copy)
                    progress.total = copy.stat().st_size * (2 if passphrase else 1)
                    crate.pack(copy, archive, now, waiting, progress.step)
                    if passphrase:
                        progress.total = progress.done + archive.stat().st_size
                    _write(archive, half, passphrase, progress)
                    put(half, target)
                    return waiting
                finally:
                    half.unlink(missing_ok=True)

        try:
            return await in_thread(work, told)
        finally:
            for each in (copy, archive):
                each.unlink(missing_ok=True)

    async def needs_passphrase(self, source: Path) -> bool:
        """Whether the file is sealed. Raises FileUnusable."""

        def look(_progress: Progress) -> bool:
            with told_errors(source.name, "read"):
                return crate.is_sealed(source)

        return await in_thread(look)

    async def read(self, source: Path, passphrase: str = "", told: Told | None = None) -> crate.Manifest | None:
        """Orders that the workspace of the file, or a bare backup, takes the place of this one, which is kept aside. Raises
        FileUnusable; then nothing is ordered. Returns what the file says of itself, None for a bare backup."""
        plain, database = staging_file(self._folder, "moved.zip"), staging_file(self._folder, "moved.db")

        def work(progress: Progress) -> crate.Manifest | None:
            with told_errors(source.name, "read"):
                progress.total = source.stat().st_size * 3
                if _is_database(source):
                    return None
                if not crate.is_sealed(source):
                    return crate.unpack(source, database, progress.step)
                if not passphrase:
                    raise FileUnusable("passphrase", source.name)
                crate.open_sealed(source, plain, passphrase, progress.step)
                return crate.unpack(plain, database, progress.step)

        try:
            manifest = await in_thread(work, told)
            await self._copies.restore(database if manifest is not None else source)
            return manifest
        finally:
            for each in (plain, database):
                each.unlink(missing_ok=True)


def _write(archive: Path, half: Path, passphrase: str, progress: Progress) -> None:
    half.unlink(missing_ok=True)
    half.touch(0o600)
    with half.open("r+b") as file:
        if passphrase:
            crate.seal(archive, file, passphrase, progress.step)
            return
        with archive.open("rb") as source:
            while piece := source.read(crate.CHUNK):
                file.write(piece)
                progress.step(0)


def _is_database(source: Path) -> bool:
    with source.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"
