"""Somebody asks what is known about them: found by their e-mail address, shown, given to them, forgotten (DATA-3)."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

from app.domain import exporting
from app.domain.clock import Clock, to_iso
from app.domain.errors import NotFound, StateConflict
from app.domain.events import PagesChanged
from app.domain.ids import new_id, token_hash
from app.domain.keeping import Known, Removal, RemovalKind
from app.domain.plain import to_plain
from app.models import people
from app.models.base import Session
from app.models.database import Database
from app.models.removals import list_removals, record_removal
from app.models.removing import give_room_back
from app.services.announcer import Announcer
from app.services.booking import BookingService
from app.services.data.working import Progress, in_thread, put, told_errors
from app.services.settings import SettingsService

PURPOSE = "erasure"


class People:
    """One a workspace."""

    def __init__(
        self, database: Database, announcer: Announcer, clock: Clock, settings: SettingsService, bookings: BookingService
    ) -> None:
        self._database, self._announcer, self._clock = database, announcer, clock
        self._settings, self._bookings = settings, bookings

    async def find(self, email: str) -> Known:
        """Everything about the address."""
        return await self._database.read(lambda session: people.find(session, email))

    async def export(self, email: str, target: Path) -> None:
        """All of it as an archive with a JSON document and a calendar file, to hand over. Raises FileUnusable."""
        known, now = await self.find(email), self._clock.now()

        def work(_progress: Progress) -> None:
            half = target.with_name(target.name + ".part")
            with told_errors(target.name):
                try:
                    half.write_bytes(_archive(known, now))
                    put(half, target)
                finally:
                    half.unlink(missing_ok=True)

        await in_thread(work)

    async def erase(self, email: str) -> Removal:
        """Forgets the person. Meetings that would still take place are cancelled first, so that they leave the calendar too.
        The record keeps when, how much, and a hash of the address. Raises NotFound when nothing is known."""
        known = await self.find(email)
        if not known.anything:
            raise NotFound("person")
        for booking in known.upcoming(self._clock.now()):
            try:
                await self._bookings.cancel(booking.id)
            except (StateConflict, NotFound):
                continue
        done = await self._database.write(lambda session: self._erase(session, known.email))
        self._announcer.announce(PagesChanged())
        return done

    async def removals(self) -> tuple[Removal, ...]:
        """The record, newest first."""
        return await self._database.read(list_removals)

    def hash_of(self, email: str) -> bytes:
        """What the record keeps of an address: only whoever knows it, and this workspace, can tell that it was meant."""
        return token_hash(self._settings.salt, PURPOSE, email.strip().lower())

    def _erase(self, session: Session, email: str) -> Removal:
        counts = people.erase(session, email)
        line = Removal(new_id(), self._clock.now(), RemovalKind.PERSON, self.hash_of(email), dict(counts))
        record_removal(session, line)
        give_room_back(session)
        return line


def _archive(known: Known, now: int) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        document = {"format": "aftale-person", "version": 1, "made_at": to_iso(now), "person": person_document(known)}
        archive.writestr("person.json", json.dumps(document, ensure_ascii=False, indent=2))
        events = "".join(map(exporting.vevent, known.bookings))
        archive.writestr("meetings.ics", exporting.calendar_head() + events + exporting.calendar_foot())
    return made.getvalue()


def person_document(known: Known) -> dict[str, object]:
    """What is known, for the person to read: with moments written out, and of others' meetings only that they were invited."""
    guest_of = [{"title": each.title, "start": each.start, "end": each.end} for each in known.guest_of]
    plain = {**to_plain(known), "guest_of": guest_of}
    found = _written_out(plain)
    assert isinstance(found, dict)
    return found


_MOMENTS = ("at", "start", "end", "created_at", "changed_at")


def _written_out(value: object) -> object:
    if isinstance(value, dict):
        return {
            name: to_iso(each) if name in _MOMENTS and isinstance(each, int) and each else _written_out(each)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [_written_out(each) for each in value]
    return value
