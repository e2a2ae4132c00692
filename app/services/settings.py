"""The owner's settings: held in memory as one frozen tree, saved whole or not at all."""

from __future__ import annotations

from dataclasses import replace

from app.domain.clock import Clock, Instant
from app.domain.events import PagesChanged, SettingsSaved
from app.domain.merging import merged
from app.domain.settings import KeptSettings, Settings
from app.models import settings as rows
from app.models.base import Session
from app.models.database import Database
from app.models.settings import Change
from app.services.announcer import Announcer


class SettingsService:
    """``current`` is always what the database holds. ``kept_aside`` says why an older document could not be read, or is
    empty."""

    def __init__(self, database: Database, announcer: Announcer, clock: Clock) -> None:
        self._database, self._announcer, self._clock = database, announcer, clock
        self.current = Settings()
        self.kept_aside = ""
        self.salt = b""

    async def load(self) -> Settings:
        """To be called once, before anything else is. Defaults stand in for what cannot be read."""
        (self.current, self.kept_aside), self.salt = await self._database.write(
            lambda session: (rows.load_settings(session), rows.workspace_salt(session))
        )
        return self.current

    async def change(self, change: Change) -> Settings:
        """Keeps what ``change`` makes of the settings as the database holds them then, all or nothing, and tells everybody.
        It runs in the database's thread, so that nothing that is saved at the same moment is lost."""
        settings = await self._database.write(lambda session: rows.change_settings(session, change))
        self.saved(settings)
        return settings

    async def save(self, settings: Settings) -> None:
        """Keeps everything in which ``settings`` differ from ``current``."""
        before = self.current
        if settings != before:
            await self.change(lambda stored: merged(before, settings, stored))

    def saved(self, settings: Settings) -> None:
        """The database holds ``settings`` now: whoever wrote them in a transaction of its own says so."""
        if settings == self.current:
            return
        self.current = settings
        self._announcer.announce(SettingsSaved())
        self._announcer.announce(PagesChanged())

    async def switch_pages(self, on: bool, until: Instant = 0) -> None:
        """The master switch (URL-7): switching on brings every page back as it was. ``until``: when to switch on again by
        itself."""
        await self.change(lambda stored: replace(stored, pages_on=on, paused_until=0 if on else until))

    async def wake_up(self) -> None:
        """Switches the pages on again when a pause with an end is over."""
        now = self._clock.now()
        if _woken(self.current, now) != self.current:
            await self.change(lambda stored: _woken(stored, now))

    async def kept(self) -> tuple[KeptSettings, ...]:
        """Documents that could not be read and were put aside, or will be with the next Save."""
        return await self._database.read(rows.kept_settings)

    async def forget_kept(self) -> None:
        """Throws them away, once the owner has what was in them; the settings in force take their place."""

        def write(session: Session) -> None:
            rows.save_settings(session, rows.load_settings(session)[0])
            rows.forget_kept_settings(session)

        await self._database.write(write)
        self.kept_aside = ""
        self._announcer.announce(SettingsSaved())


def _woken(settings: Settings, now: Instant) -> Settings:
    """With the pages on again, if they were off until a moment that has come."""
    due = not settings.pages_on and 0 < settings.paused_until <= now
    return replace(settings, pages_on=True, paused_until=0) if due else settings
