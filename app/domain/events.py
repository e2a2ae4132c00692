"""The facts that services announce, all in the past tense. Nothing here but data."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.booking import Attempt, Booking, Cause
from app.domain.connections import Account, Calendar


@dataclass(frozen=True, slots=True)
class Booked:
    booking: Booking


@dataclass(frozen=True, slots=True)
class Requested:
    booking: Booking


@dataclass(frozen=True, slots=True)
class Written:
    """The booking's event stands in the calendar."""

    booking: Booking


@dataclass(frozen=True, slots=True)
class Declined:
    booking: Booking


@dataclass(frozen=True, slots=True)
class Cancelled:
    booking: Booking
    cause: Cause


@dataclass(frozen=True, slots=True)
class Rescheduled:
    booking: Booking
    cause: Cause


@dataclass(frozen=True, slots=True)
class UpstreamNoted:
    """Something was noted about a booking's event in the calendar itself, or the owner answered it (SYNC-5)."""

    booking: str


@dataclass(frozen=True, slots=True)
class Attempted:
    """Somebody wanted to book on the page ``slug`` and could not."""

    attempt: Attempt
    slug: str = ""


@dataclass(frozen=True, slots=True)
class CalendarChanged:
    """Its events, its state or its use changed."""

    calendar: Calendar


@dataclass(frozen=True, slots=True)
class AccountChanged:
    """It was connected, disconnected, its use changed, or its sign-in was lost or found."""

    account: Account


@dataclass(frozen=True, slots=True)
class SyncProgressed:
    """A calendar is being read for the first time: ``events`` so far. ``done``: all of it is here."""

    account: str
    calendar: str
    events: int
    done: bool = False


@dataclass(frozen=True, slots=True)
class PagesChanged:
    """A page was made, changed, moved or deleted, or the settings that pages follow changed."""


@dataclass(frozen=True, slots=True)
class SettingsSaved:
    """The settings document is another one now."""


@dataclass(frozen=True, slots=True)
class ServerChanged:
    """The public child: ``state`` is ``starting``, ``live``, ``failed`` or ``stopped``."""

    state: str
    url: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WriteFailed:
    """An event could not be written for good; the owner has to act (``overview.FailedWrite``)."""

    booking: str
    reason: str


@dataclass(frozen=True, slots=True)
class WorkspaceOrdered:
    """Another database takes the place of this one, or none does, as soon as the workspace is opened anew."""


Fact = (
    Booked
    | Requested
    | Written
    | Declined
    | Cancelled
    | Rescheduled
    | UpstreamNoted
    | Attempted
    | CalendarChanged
    | AccountChanged
    | SyncProgressed
    | PagesChanged
    | SettingsSaved
    | ServerChanged
    | WriteFailed
    | WorkspaceOrdered
)
