"""All of it together, as the workspace has it: ``workspace.data``."""

from __future__ import annotations

from pathlib import Path

from app.domain.clock import Clock
from app.models.database import Database
from app.services.accounts import AccountsService
from app.services.announcer import Announcer
from app.services.booking import BookingService
from app.services.data.copies import Copies
from app.services.data.exports import Exports
from app.services.data.moves import Moves
from app.services.data.people import People
from app.services.data.retention import RetentionRule
from app.services.data.support import Support
from app.services.data.working import clear_staging
from app.services.publishing import PublishingService
from app.services.settings import SettingsService


class DataService:
    """``copies``, ``exports``, ``moves``, ``people``, ``retention`` and ``support``, each its own subject."""

    def __init__(
        self,
        folder: Path,
        database: Database,
        announcer: Announcer,
        clock: Clock,
        settings: SettingsService,
        accounts: AccountsService,
        bookings: BookingService,
        publishing: PublishingService,
    ) -> None:
        self._folder = folder
        self.copies = Copies(database, announcer, clock)
        self.exports = Exports(folder, database, clock, accounts)
        self.moves = Moves(folder, database, clock, self.copies)
        self.people = People(database, announcer, clock, settings, bookings)
        self.retention = RetentionRule(folder, database, announcer, clock, settings)
        self.support = Support(folder, database, clock, settings, publishing)

    def tidy(self) -> None:
        """Clears away what a killed program has left half-way. At the start, before anything is under way."""
        clear_staging(self._folder)
