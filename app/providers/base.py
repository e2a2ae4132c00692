"""The protocol that every outside calendar speaks to us, and its words defined.

*window*: half-open span of instants. *occurrence*: one instance; series are always expanded. *change token*: opaque text that
lets ``changes`` tell only what is new. *key*: our idempotency key of a write, the same for every retry of it.

Errors are those of ``domain.errors``: SignInExpired, AccessLost (the calendar is gone or no longer ours to read; its reason is
a value of ``connections.Lost``), RateLimited, Unreachable (passing), Conflict (the write is refused for good), NotFound (the
event does not exist). Nothing else comes out. After Unreachable a write may have happened or not; the same call again is safe.

Every provider passes the suite ``tests/providers/contract.py``, which says the same in examples.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from app.domain.calendars import Event, EventDraft
from app.domain.clock import Instant
from app.domain.connections import Access, ProviderKind


@dataclass(frozen=True, slots=True)
class RemoteCalendar:
    """A calendar that an account offers (CON-13). ``primary``: the account's own main calendar."""

    id: str
    name: str
    zone: str
    access: Access
    primary: bool = False
    colour: str = "fjord"


@dataclass(frozen=True, slots=True)
class Changes:
    """``full``: ``events`` is everything in the window and what is not among them is gone; else ``events`` were made or changed
    and ``gone`` are ids that no longer exist or no longer lie in the window, perhaps some that never did. ``token`` is for the
    next call."""

    events: tuple[Event, ...]
    gone: tuple[str, ...]
    token: str
    full: bool


class Provider(Protocol):
    """One connected account's calendars."""

    kind: ProviderKind
    account: str
    keeps_events_here: bool
    """The replica *is* the calendar (On this computer): nothing to read afresh before a booking."""

    async def calendars(self) -> tuple[RemoteCalendar, ...]:
        """All calendars that can at least be looked at."""
        ...

    async def read_window(self, calendar: str, start: Instant, end: Instant) -> tuple[Event, ...]:
        """Occurrences that overlap the window, ascending by start, then end and id, cancelled ones left out. An event that ends
        where the window begins does not; one of no length counts if it lies inside, the window's start included."""
        ...

    async def changes(self, calendar: str, token: str, start: Instant, end: Instant) -> Changes:
        """What changed since ``token`` (empty: from the beginning) among the occurrences of the window. A token that is no
        longer valid, or was made for another window or calendar, gives a full answer, not an error."""
        ...

    async def create(self, calendar: str, draft: EventDraft) -> Event:
        """Writes the event once: a second call with the same ``draft.key`` returns the event that the first one made, unless
        that was deleted meanwhile. Of a draft with a rule the first occurrence is returned."""
        ...

    async def update(self, calendar: str, event: str, draft: EventDraft) -> Event:
        """Brings the event to the state of the draft; the same call again changes nothing. The id of an occurrence changes that
        one alone, a series' id all of it. Raises NotFound."""
        ...

    async def delete(self, calendar: str, event: str) -> None:
        """Removes the event; one that is gone already is no error. The id of an occurrence removes that one alone, a series' id
        all of it."""
        ...

    async def find(self, calendar: str, key: str) -> Event | None:
        """The event that a create with this key made, if it still exists."""
        ...


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import brought: occurrences and series, and what could not be read (codes: ``ics.reading``)."""

    events: int
    series: int
    problems: tuple[str, ...] = ()


@runtime_checkable
class EmbeddedProvider(Provider, Protocol):
    """A provider whose calendars are kept by us (``keeps_events_here``)."""

    async def extend(self, calendar: str, until: Instant) -> None:
        """Makes sure that every series of the calendar has its occurrences up to ``until``. To be called now and then: a series
        without an end is expanded only so far."""
        ...

    async def import_ics(self, calendar: str, text: str, start: Instant, until: Instant) -> Imported:
        """Adds what a file holds from ``start`` on, series expanded up to ``until``. The same file again changes nothing, a
        newer one brings its events to their new state; events that our bookings made stay as they are."""
        ...

    async def export_ics(self, calendar: str, now: Instant) -> str:
        """The whole calendar as one file."""
        ...
