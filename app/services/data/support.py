"""The support bundle (DATA-5): one text that the owner can read before it goes anywhere. How the program is set up and how it
does, without a name, an address, a title or a secret: only what is listed here gets into it, and the log passes the redaction
once more.
"""

from __future__ import annotations

import platform
import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sqlalchemy import Table

from app import log
from app.domain.clock import Clock, Instant, to_iso
from app.domain.connections import Account, Calendar
from app.domain.keeping import Backup
from app.domain.outbox import JobState
from app.domain.settings import Settings
from app.models import accounts, backups, outbox, snapshot
from app.models.base import Session
from app.models.database import Database
from app.models.opening import NEWEST
from app.services.data.working import Progress, in_thread
from app.services.publishing import PublishingService
from app.services.settings import SettingsService

LONGEST_LOG = 400_000
"""Characters of the log's end: what can still be read through."""
_PACKAGES = (
    "aftale", "PySide6-Essentials", "qasync", "SQLAlchemy", "starlette", "uvicorn", "httpx2", "icalendar", "keyring",
    "cryptography", "msal", "exchangelib",
)  # fmt: skip


class Support:
    """One a workspace."""

    def __init__(
        self, folder: Path, database: Database, clock: Clock, settings: SettingsService, publishing: PublishingService
    ) -> None:
        self._folder, self._database, self._clock = folder, database, clock
        self._settings, self._publishing = settings, publishing

    async def collect(self) -> str:
        """The text. It is written nowhere."""
        now = self._clock.now()
        stored = await self._database.read(lambda session: list(_stored(session, now)))
        reach = self._publishing.reach()[0].value

        def rest(_progress: Progress) -> tuple[list[str], list[str], str]:
            made, disk = backups.known(self._database.path), shutil.disk_usage(self._folder)
            files = [*_copies(made, now), f"room on the disk: {disk.free // 2**20} MiB of {disk.total // 2**20} MiB"]
            return list(_versions()), files, log.recent(self._folder, LONGEST_LOG)

        versions, files, told = await in_thread(rest)
        parts = {
            "Aftale support bundle": [f"made: {to_iso(now)}"],
            "Versions": versions,
            "Settings": list(_set(self._settings.current)),
            "How it does": [f"pages: {reach}", f"settings kept aside: {'yes' if self._settings.kept_aside else 'no'}", *stored],
            "Files": files,
        }
        texts = [f"{title}\n{'-' * len(title)}\n" + "".join(f"{line}\n" for line in lines) for title, lines in parts.items()]
        return "\n".join([*texts, f"Log\n---\n{told or 'empty'}"])


def _versions() -> Iterator[str]:
    yield f"system: {platform.system()} {platform.release()} {platform.machine()}"
    yield f"python: {sys.version.split()[0]}"
    yield f"sqlite: {sqlite3.sqlite_version}"
    yield f"database: revision {NEWEST}"
    for name in _PACKAGES:
        try:
            yield f"{name}: {version(name)}"
        except PackageNotFoundError:
            continue


def _set(settings: Settings) -> Iterator[str]:
    """Choices, never what was typed."""
    look, publishing, notify = settings.appearance, settings.publishing, settings.notify
    yield f"appearance: {look.theme.value}, {look.language.value}, {look.text_size} %, 24 hours {_yes(look.clock_24)}"
    yield f"time zone: {settings.profile.zone}"
    yield f"published: {settings.publishing.reach.value}, programs may book {_yes(publishing.programs)}"
    yield f"pages on: {_yes(settings.pages_on)}"
    yield f"personal e-mail access: {_yes(settings.privacy.email_access)}"
    kept = settings.retention
    yield f"retention: {kept.bookings} months, {kept.attempts} days, {kept.addresses} days"
    shown = [name for name in ("booked", "requested", "attempt", "cancelled", "rescheduled") if getattr(notify, name)]
    yield f"notices: {', '.join(shown) or 'none'}"
    yield f"first run: step {settings.first_run.step}; demo {_yes(settings.demo)}"


def _stored(session: Session, now: Instant) -> Iterator[str]:
    for table in snapshot.tables():
        yield f"rows in {table.name}: {snapshot.count(session, table)}"
    for number, account in enumerate(accounts.list_accounts(session), start=1):
        yield _account(number, account)
        for calendar in accounts.list_calendars(session):
            if calendar.account == account.id:
                yield f"  {_calendar(calendar, now)}"
    yield from _owed(session, outbox.outbox)


def _account(number: int, account: Account) -> str:
    uses = [name for name in ("primary", "sync", "scheduling", "tasks", "signed_out") if getattr(account, name)]
    return f"account {number}: {account.provider.value}, {', '.join(uses) or 'unused'}"


def _calendar(calendar: Calendar, now: Instant) -> str:
    uses = [name for name in ("booking", "checked") if getattr(calendar, name)]
    lost = f" ({calendar.lost.value})" if calendar.lost is not None else ""
    age = f"read {now - calendar.read_at} s ago" if calendar.read_at else "never read"
    return f"calendar: {calendar.access.value}, {calendar.state.value}{lost}, {', '.join(uses) or 'unused'}, {age}"


def _owed(session: Session, jobs: Table) -> Iterator[str]:
    rows = session.execute(jobs.select().where(jobs.c.state != JobState.DONE.value)).all()
    for (state, error), many in sorted(Counter((row.state, row.error) for row in rows).items()):
        yield f"writes {state}: {many}{f', {error}' if error else ''}"


def _copies(made: tuple[Backup, ...], now: Instant) -> Iterator[str]:
    yield f"backups: {len(made)}"
    for each in made:
        yield f"  {each.kind.value}, {(now - each.at) // 3600} hours old, {each.size // 1024} KiB"


def _yes(on: bool) -> str:
    return "yes" if on else "no"
