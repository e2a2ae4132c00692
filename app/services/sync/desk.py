"""What every part of the sync engine works with, and what it looks up before each turn."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from app.domain.clock import MINUTE, Clock, Instant
from app.domain.connections import Account, Calendar
from app.domain.events import Fact
from app.domain.hours import window_span
from app.domain.settings import Settings
from app.domain.syncing import Window, in_use, keeps_details, window_of
from app.models import pages as page_rows
from app.models.base import Session
from app.models.database import Database
from app.providers.base import Provider
from app.services.announcer import Announcer
from app.services.availability import AHEAD
from app.services.ground import Ground
from app.services.pace import Pace
from app.services.settings import SettingsService
from app.services.sync.hooks import Hook
from app.services.sync.listing import holds_ours


@dataclass(slots=True)
class Desk:
    """``account_back`` hears of an account that answers again; ``chance`` gives numbers from 0 to 1 that spread what would come
    together; ``looked_at``: somebody sees the window."""

    database: Database
    announcer: Announcer
    clock: Clock
    settings: SettingsService
    provider_of: Callable[[Account], Provider]
    wake_outbox: Callable[[], None]
    account_back: Callable[[str], Awaitable[None]] | None
    pace: Pace
    chance: Callable[[], float]
    hooks: list[Hook] = field(default_factory=list)
    looked_at: bool = False

    @property
    def idle(self) -> bool:
        """Nobody can book, and nobody looks."""
        return not self.settings.current.pages_on and not self.looked_at

    def announce(self, *facts: Fact) -> None:
        for fact in facts:
            self.announcer.announce(fact)


@dataclass(frozen=True, slots=True)
class Plan:
    """What there is to follow of one account, the booking calendar first, and which of it with all details."""

    account: Account
    calendars: tuple[Calendar, ...]
    detailed: frozenset[str]
    window: Window


def plan(session: Session, account_id: str, settings: Settings, now: Instant) -> Plan | None:
    """None if the account is gone."""
    ground = Ground.read(session, settings)
    account = next((each for each in ground.accounts if each.id == account_id), None)
    if account is None:
        return None
    own = [each for each in ground.calendars if each.account == account_id]
    followed = [each for each in own if in_use(account, each, ground.accounts) or holds_ours(session, each, now)]
    followed.sort(key=lambda each: not each.booking)
    detailed = frozenset(each.id for each in own if keeps_details(account, each, ground.accounts))
    return Plan(account, tuple(followed), detailed, window_of(now, settings.profile.zone, _ends(session, ground, now)))


def _ends(session: Session, ground: Ground, now: Instant) -> list[Instant]:
    """How far each page needs to know: its last start with the longest meeting and its buffer, and as much farther as its
    public copy is computed ahead."""
    found = []
    for page in page_rows.list_pages(session):
        _, last = window_span(page.rules.window, ground.plan(page).hours, now)
        longest = max(page.rules.durations, default=0) + page.rules.buffer_after
        found.append(last + AHEAD + longest * MINUTE)
    return found
