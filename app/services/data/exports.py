"""Everything, taken away as plain files (DATA-2): one JSON document with all of it, and the formats that other programs read.

What is written comes from a copy of the database as it stood at one instant. It goes into a folder or archive with another name
first and gets its own when it is whole: whoever looks finds all of it or nothing, whenever the program ends.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TextIO

from sqlalchemy import Table

from app.domain import exporting
from app.domain.booking import Booking
from app.domain.clock import Clock, Instant, to_iso
from app.domain.connections import ProviderKind
from app.domain.plain import to_plain
from app.i18n import _
from app.models import attempts, backups, bookings, contacts, snapshot
from app.models.base import Session
from app.models.database import Database
from app.services.accounts import AccountsService
from app.services.data.working import Progress, Told, in_thread, put, staging_file, told_errors

FORMAT, VERSION = "aftale-export", 1
Opener = Callable[[str], AbstractContextManager[TextIO]]
"""Opens a file of the export by its name, for writing."""
_BOOKING = (
    "id", "state", "start", "end", "title", "first_name", "last_name", "email", "guests", "visitor_zone", "language",
    "location", "message", "answers", "created_at", "changed_at",
)  # fmt: skip
_ATTEMPT = ("id", "at", "kind", "title", "name", "email", "start", "reason", "message", "times")
_CONTACT = ("id", "email", "first_name", "last_name", "zone", "language", "created_at")


class Exports:
    """One a workspace."""

    def __init__(self, folder: Path, database: Database, clock: Clock, accounts: AccountsService) -> None:
        self._folder, self._database, self._clock, self._accounts = folder, database, clock, accounts

    async def write(self, target: Path, told: Told | None = None) -> Path:
        """Writes everything into ``target``: an archive if its name ends with ``.zip``, else a new folder, with a number behind
        its name where there is one already. Returns what came of it. Raises FileUnusable; cancelled, it leaves nothing."""
        now, calendars = self._clock.now(), await self._calendars()
        copy = await self._database.backup(staging_file(self._folder, "export.db"))

        def work(progress: Progress) -> Path:
            with told_errors(target.name), _place(target) as (opener, done):
                _write_all(copy, opener, calendars, now, progress)
                return done()

        try:
            return await in_thread(work, told)
        finally:
            copy.unlink(missing_ok=True)

    async def _calendars(self) -> dict[str, str]:
        """The calendars that are kept here, as calendar files, by the name of the file."""
        homes = {each.id for each in await self._accounts.accounts() if each.provider is ProviderKind.LOCAL}
        kept = [each for each in await self._accounts.calendars() if each.account in homes]
        return {f"calendar-{number}.ics": await self._accounts.export_ics(each.id) for number, each in enumerate(kept, start=1)}


def _write_all(copy: Path, opener: Opener, calendars: dict[str, str], now: Instant, progress: Progress) -> None:
    with snapshot.opened(copy) as session:
        tables = snapshot.tables()
        progress.total = sum(snapshot.count(session, table) for table in tables) + 2 * snapshot.count(session, bookings.booking)
        with opener("README.txt") as file:
            file.write(_read_me(now, tables))
        with opener("aftale.json") as file:
            _write_json(session, file, tables, now, progress)
        _write_contacts(session, opener)
        _write_bookings(session, opener, progress)
        with opener("attempts.csv") as file:
            file.write("\ufeff" + exporting.csv_rows([_ATTEMPT]))
            for attempt in attempts.each_attempt(session):
                plain = {**to_plain(attempt), "at": to_iso(attempt.at), "start": to_iso(attempt.start) if attempt.start else ""}
                file.write(exporting.csv_rows([[plain.get(name, "") for name in _ATTEMPT]]))
    for name, text in calendars.items():
        with opener(name) as file:
            file.write(text)


def _write_json(session: Session, file: TextIO, tables: tuple[Table, ...], now: Instant, progress: Progress) -> None:
    head = {"format": FORMAT, "version": VERSION, "made_at": to_iso(now)}
    file.write(json.dumps(head)[:-1] + ', "tables": {')
    for number, table in enumerate(tables):
        file.write(f"{',' if number else ''}\n{json.dumps(table.name)}: [")
        for at, row in enumerate(snapshot.each_row(session, table)):
            file.write(f"{',' if at else ''}\n{json.dumps(row, ensure_ascii=False)}")
            progress.step()
        file.write("]")
    file.write("}}\n")


def _write_contacts(session: Session, opener: Opener) -> None:
    known = contacts.list_contacts(session)
    with opener("contacts.csv") as file:
        file.write("\ufeff" + exporting.csv_rows([_CONTACT]))
        for each in known:
            plain = {"created_at": to_iso(each.created_at), **{name: getattr(each, name) for name in _CONTACT[:-1]}}
            file.write(exporting.csv_rows([[plain[name] for name in _CONTACT]]))
    with opener("contacts.vcf") as file:
        file.writelines(map(exporting.vcard, known))


def _write_bookings(session: Session, opener: Opener, progress: Progress) -> None:
    with opener("bookings.csv") as file:
        file.write("\ufeff" + exporting.csv_rows([_BOOKING]))
        for each in bookings.each_booking(session):
            file.write(exporting.csv_rows([_booking_cells(each)]))
            progress.step()
    with opener("bookings.ics") as file:
        file.write(exporting.calendar_head())
        for each in bookings.each_booking(session):
            file.write(exporting.vevent(each))
            progress.step()
        file.write(exporting.calendar_foot())


def _booking_cells(each: Booking) -> list[object]:
    visitor = each.visitor
    answers = "\n".join(f"{name}: {answer}" for name, answer in each.answers.items())
    return [
        each.id, each.state.value, to_iso(each.start), to_iso(each.end), each.title, visitor.first_name, visitor.last_name,
        visitor.email, ", ".join(visitor.guests), visitor.zone, visitor.language, each.location.detail, each.message, answers,
        to_iso(each.created_at), to_iso(each.changed_at),
    ]  # fmt: skip


def _read_me(now: Instant, tables: tuple[Table, ...]) -> str:
    lines = [
        _("Everything that Aftale knew on {when}.").format(when=to_iso(now)),
        "",
        "aftale.json     " + _("All of it. Below “tables” each table is a list of rows."),
        "contacts.csv    " + _("Contacts, for spreadsheets."),
        "contacts.vcf    " + _("Contacts, for address books."),
        "bookings.csv    " + _("Meetings and requests, for spreadsheets."),
        "bookings.ics    " + _("Meetings and requests, for calendars."),
        "attempts.csv    " + _("Booking attempts, for spreadsheets."),
        "calendar-1.ics  " + _("The calendar on this computer."),
        "",
        _("Moments in aftale.json are seconds since 1970-01-01T00:00:00Z; everywhere else they are written out, in UTC."),
        _("In spreadsheets an apostrophe stands before what would begin a formula."),
        _("Sign-ins, and the tokens of links to single meetings, are left out."),
        "",
        *(f"{each.name}: {', '.join(column.name for column in each.columns)}" for each in tables),
        "",
    ]
    return "\r\n".join(lines)


# Places


@contextmanager
def _place(target: Path) -> Iterator[tuple[Opener, Callable[[], Path]]]:
    """Where files are written, and what makes that ``target`` in the end. Whatever is not finished is cleared away."""
    half = target.with_name(target.name + ".part")
    remove(half)
    try:
        if target.suffix.lower() == ".zip":
            os.close(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            with zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED) as archive:
                yield lambda name: _entry(archive, name), lambda: _finish_archive(archive, half, target)
        else:
            half.mkdir(mode=0o700)
            yield lambda name: _file(half / name), lambda: _finish_folder(half, target)
    finally:
        remove(half)


@contextmanager
def _entry(archive: zipfile.ZipFile, name: str) -> Iterator[TextIO]:
    with archive.open(name, "w", force_zip64=True) as raw, io.TextIOWrapper(raw, "utf-8", newline="") as file:
        yield file


@contextmanager
def _file(path: Path) -> Iterator[TextIO]:
    def opener(name: str, flags: int) -> int:
        return os.open(name, flags, 0o600)

    with open(path, "x", encoding="utf-8", newline="", opener=opener) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _finish_archive(archive: zipfile.ZipFile, half: Path, target: Path) -> Path:
    archive.close()
    put(half, target)
    return target


def _finish_folder(half: Path, target: Path) -> Path:
    free, number = target, 2
    while free.exists():
        free, number = target.with_name(f"{target.name} ({number})"), number + 1
    backups.flush(half)
    half.rename(free)
    backups.flush(free.parent)
    return free


def remove(half: Path) -> None:
    """A file, or a folder with all that is in it; a file that is not there is no error."""
    if half.is_dir():
        shutil.rmtree(half)
    else:
        with contextlib.suppress(FileNotFoundError):
            half.unlink()
