"""The owner's settings: held in memory as one frozen tree, saved whole or not at all."""

from __future__ import annotations

from dataclasses import replace

from app.domain.clock import Clock, Instant
from app.domain.events import PagesChanged, SettingsSaved
from app.domain.settings import KeptSettings, Settings
from app.models import settings as rows
from app.models.base import Session
from app.models.database import Database
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

    async def save(self, settings: Settings) -> None:
        """Keeps ``settings``, all or nothing, and tells everybody."""
        if settings == self.current:
            return
        await self._database.write(lambda session: rows.save_settings(session, settings))
        self.saved(settings)

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
        await self.save(replace(self.current, pages_on=on, paused_until=0 if on else until))

    async def wake_up(self) -> None:
        """Switches the pages on again when a pause with an end is over."""
        if not self.current.pages_on and 0 < self.current.paused_until <= self._clock.now():
            await self.switch_pages(True)

    async def kept(self) -> tuple[KeptSettings, ...]:
        """Documents that could not be read and were put aside, or will be with the next Save."""
        return await self._database.read(rows.kept_settings)

    async def forget_kept(self) -> None:
        """Throws them away, once the owner has what was in them; the settings in force take their place."""

        def write(session: Session) -> None:
            rows.save_settings(session, self.current)
            rows.forget_kept_settings(session)

        await self._database.write(write)
        self.kept_aside = ""
        self._announcer.announce(SettingsSaved())
