"""Rows for tests: complete, valid, and each different."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from app.domain.booking import Booking, Cause, State, Visitor
from app.domain.calendars import Event
from app.domain.clock import DAY, Instant, from_iso
from app.domain.connections import Access, Account, Calendar, ProviderKind
from app.domain.ids import new_id, token_hash
from app.domain.pages import Location, LocationKind, Page
from app.models import accounts, bookings
from app.models.base import Session

NOON = from_iso("2026-11-24T12:00:00Z")
HALF = 1800
SALT = b"s" * 32


class StandingClock:
    """Shows the same instant until it is set."""

    def __init__(self, now: Instant = NOON) -> None:
        self.at = now

    def now(self) -> Instant:
        return self.at


def booking(start: Instant = NOON + DAY, length: int = HALF, state: State = State.CONFIRMED, **rest: Any) -> Booking:
    name = new_id()
    plain = Booking(
        id=name,
        page="intro",
        slug="anna/intro",
        title="Intro call",
        start=start,
        end=start + length,
        state=state,
        visitor=Visitor("Åse", "Sørensen", "aase@example.org", "Europe/Copenhagen", "da", ("bo@example.org",)),
        zone="Europe/Copenhagen",
        created_at=NOON,
        changed_at=NOON,
        uid=f"{name}@aftale",
        buffer_before=5,
        buffer_after=10,
        location=Location(LocationKind.PLACE, "Nyhavn 1, København"),
        colour="moss",
        answers={"why": "“Så er det nu” 🙂"},
        consent={"kind": "tick", "agreed": "yes"},
        message="line one\nline two",
        alternatives=(start + DAY, start + 2 * DAY),
    )
    return replace(plain, **rest)


def hash_of(new: Booking) -> bytes:
    return token_hash(SALT, "manage", f"token of {new.id}")


def inserting(new: Booking) -> Callable[[Session], None]:
    def insert(session: Session) -> None:
        bookings.insert_booking(session, new, hash_of(new), b"cipher", new.end + 7 * DAY, Cause.VISITOR)

    return insert


def event(number: int, start: Instant = NOON, length: int = HALF, **rest: Any) -> Event:
    return replace(Event(f"event{number}", "local", start, start + length, f"Event {number}"), **rest)


def page(slug: str = "anna/intro", **rest: Any) -> Page:
    return replace(Page(new_id(), slug, "Intro call", created_at=NOON), **rest)


LOCAL = Account("local", ProviderKind.LOCAL, "On this computer", connected_at=1)
GOOGLE = Account("google", ProviderKind.GOOGLE, "anna@example.org", primary=False, connected_at=2)


def connect(session: Session) -> None:
    """The calendar on this computer, and two of another account."""
    accounts.save_account(session, LOCAL)
    accounts.save_account(session, GOOGLE)
    accounts.save_calendar(session, Calendar("local", "local", "On this computer", "Europe/Copenhagen", booking=True))
    accounts.save_calendar(session, Calendar("work", "google", "Work", "Europe/Berlin", Access.EDIT))
    accounts.save_calendar(session, Calendar("team", "google", "Team", "Europe/Berlin", Access.DETAILS, checked=False))
