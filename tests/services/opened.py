"""A real workspace on a temporary database with a clock that stands still until a test moves it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.domain.booking import BookingRequest, Visitor
from app.domain.clock import DAY, Instant, from_iso
from app.domain.connections import Account
from app.domain.pages import Hours, Page, Rolling, Rules, WeeklyHours
from app.domain.settings import FirstRun, Profile
from app.models.database import Database
from app.paths import database_file
from app.providers.base import Provider
from app.providers.local import LocalProvider
from app.services.event_store import DatabaseEventStore
from app.services.workspace import Workspace

ZONE = "Europe/Copenhagen"
MONDAY = from_iso("2026-10-12T06:00:00Z")
"""Monday 12 October 2026, 08:00 in Copenhagen; the clocks go back on the 25th."""
ALWAYS = WeeklyHours((((540, 1020),),) * 7)


class StandingClock:
    """Shows the same instant until it is set."""

    def __init__(self, now: Instant = MONDAY) -> None:
        self.at = now

    def now(self) -> Instant:
        return self.at


def page(number: int = 1, **rest: object) -> Page:
    """A page that is open every day 9 to 17, with half hours, no notice and no buffers."""
    plain = Page(
        id=f"page{number}",
        slug=f"anna/page-{number}",
        title=f"Page {number}",
        rules=Rules((30,), step=30, notice=0, window=Rolling(30)),
        hours=Hours(ZONE, ALWAYS),
    )
    return replace(plain, **rest)  # type: ignore[arg-type]


def wish(start: Instant, slug: str = "anna/page-1", email: str = "ida@example.org", **rest: object) -> BookingRequest:
    request = BookingRequest(slug, start, 30, Visitor("Ida", "Winther", email, ZONE))
    return replace(request, **rest)  # type: ignore[arg-type]


def at(day: int, hour: int, minute: int = 0) -> Instant:
    """Copenhagen summer time, ``day`` of October 2026."""
    return MONDAY - 8 * 3600 + (day - 12) * DAY + hour * 3600 + minute * 60


async def open_workspace(folder: Path, clock: StandingClock, provider: Provider | None = None) -> Workspace:
    """Opened and loaded; without ``run`` nothing happens by itself. ``provider`` takes the place of the local calendar."""
    database = Database(database_file(folder))
    database.open()

    def provider_of(account: Account) -> Provider:
        return provider if provider is not None else LocalProvider(account.id, DatabaseEventStore(database))

    workspace = Workspace(folder, database, clock, provider_of, lambda plain, context: None)
    await workspace.load()
    return workspace


async def furnished(folder: Path, clock: StandingClock, *pages: Page, provider: Provider | None = None) -> Workspace:
    """With a profile, the calendar on this computer, and ``pages``."""
    workspace = await open_workspace(folder, clock, provider)
    current = workspace.settings.current
    await workspace.settings.save(
        replace(current, profile=Profile("Anna Holm", zone=ZONE), own_part="anna", first_run=FirstRun(4))
    )
    await workspace.accounts.connect_local("On this computer", ZONE)
    for each in pages or (page(),):
        await workspace.pages.save(each)
    return workspace


async def settle(workspace: Workspace) -> None:
    """Lets the outbox do what is due."""
    while await workspace.outbox.drain():
        pass
