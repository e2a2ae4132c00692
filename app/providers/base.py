"""The protocol that every outside calendar speaks to us, and its words defined.

*window*: half-open span of instants. *occurrence*: one instance; series are always expanded. *change token*: opaque text that
lets ``changes`` tell only what is new. *key*: our idempotency key of a write, the same for every retry of it.

Errors are those of ``domain.errors``: SignInExpired, AccessLost (the calendar is gone or no longer ours to read; its reason is
a value of ``connections.Lost``), RateLimited, Unreachable (passing), Conflict (the write is refused for good), NotFound (the
event does not exist). Nothing else comes out. After Unreachable a write may have happened or not; the same call again is safe.

Every provider passes the suite ``tests/providers/contract.py``, which says the same in examples.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from app.domain.calendars import Event, EventDraft
from app.domain.clock import Clock, Instant
from app.domain.connections import Access, Flaws, ProviderKind


@dataclass(frozen=True, slots=True)
class RemoteCalendar:
    """A calendar that an account offers (CON-13). ``primary``: the account's own main calendar. ``owner``: the e-mail address
    of whoever shares it, empty for the account's own."""

    id: str
    name: str
    zone: str
    access: Access
    primary: bool = False
    colour: str = "fjord"
    owner: str = ""
    owner_name: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """``full``: ``events`` is everything in the window and what is not among them is gone; else ``events`` were made or changed
    and ``gone`` are ids that no longer exist or no longer lie in the window, perhaps some that never did. ``token`` is for the
    next call. ``flaws``: what of the calendar cannot be read as it should; None where that is not told."""

    events: tuple[Event, ...]
    gone: tuple[str, ...]
    token: str
    full: bool
    flaws: Flaws | None = None


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

    async def close(self) -> None:
        """Ends its connections. It can be used again afterwards."""
        ...


Early = Callable[[tuple[Event, ...]], Awaitable[None]]


@runtime_checkable
class TellsEarly(Provider, Protocol):
    """A provider whose ``changes`` gives the events of each page to ``early`` while the next one is on its way, where it has to
    tell everything. They all come again in the answer, which alone is complete."""

    tells_early: bool

    async def changes(self, calendar: str, token: str, start: Instant, end: Instant, early: Early | None = None) -> Changes: ...


@runtime_checkable
class TellsAtOnce(Provider, Protocol):
    """A provider whose service may tell at once that something changed."""

    async def listen(self, calendars: Collection[str], told: Callable[[str], None]) -> None:
        """Calls ``told`` with the id of a calendar whenever something may have changed in it, in the loop's thread, until it is
        cancelled or the provider is closed. Where the service does not tell, or not for now, nothing is told: it raises
        nothing, and nobody need know."""
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


Told = Callable[[str], None]
"""Hears the steps of a connection as codes (``browser``, ``token``, ``who``, ``calendars``, and what a provider adds)."""
Keep = Callable[[bytes], Awaitable[None]]
"""Keeps what a provider needs to sign in the next time, whenever that changes. It is a secret: the caller seals it."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who signed in, and what is needed to do so again. ``missing``: rights that were asked for and not given, in the words of
    the provider; ``ends``: when the sign-in ends by itself, 0 if it does not; ``shared``: a mailbox that belongs to nobody in
    particular, which cannot be the primary account (CON-6)."""

    email: str
    name: str
    secret: bytes = field(repr=False)
    missing: tuple[str, ...] = ()
    ends: Instant = 0
    shared: bool = False


class Connector(Protocol):
    """How accounts of one kind are connected. One instance a kind; it keeps nothing."""

    kind: ProviderKind
    by_browser: bool
    """The person signs in at the provider, in the system's browser; else in a form here."""

    def check(self, fields: Mapping[str, str]) -> dict[str, str]:
        """What is wrong with a form, field by field as reason codes; empty if nothing is. For providers with a browser the form
        is the OAuth client (CON-7): ``client_id``, ``client_secret``, ``tenant``."""
        ...

    def read_file(self, text: str) -> dict[str, str]:
        """The fields that a file holds which the provider gives to whoever makes an OAuth client. Raises InvalidFields."""
        ...

    async def sign_in(
        self,
        fields: Mapping[str, str],
        open_browser: Callable[[str], object],
        cancel: asyncio.Event,
        told: Told,
        clock: Clock,
        *,
        login_hint: str = "",
        limit: float = 300.0,
    ) -> SignedIn:
        """Lets the person sign in, within ``limit`` seconds or until ``cancel`` is set. Stores nothing; whatever goes wrong
        leaves no trace but the error: SignInFailed, InvalidFields, Unreachable, RateLimited."""
        ...

    def provider(self, account: str, secret: bytes, keep: Keep, clock: Clock) -> Provider:
        """The provider of an account that was signed in to. ``keep`` is called with every new secret. Opens no connection
        yet."""
        ...

    def sign_in_ends(self, secret: bytes) -> Instant:
        """When the sign-in ends by itself, 0 if it does not."""
        ...

    async def sign_out(self, secret: bytes, clock: Clock) -> None:
        """Gives the sign-in back to the provider, where that can be done. Raises Unreachable."""
        ...


@runtime_checkable
class Reporting(Connector, Protocol):
    """A connector that tells what it tried (CON-9)."""

    def report(self) -> str:
        """What the last sign-in tried and what answered, line by line, to be copied for the IT department. Free of secrets; the
        same after a failure. Empty before the first."""
        ...


@runtime_checkable
class Remembering(Connector, Protocol):
    """A connector that tells what a sign-in found out, so that a form needs not ask it again (CON-8)."""

    def known(self, secret: bytes) -> dict[str, str]:
        """The fields of the form as they were used, all but the password."""
        ...
