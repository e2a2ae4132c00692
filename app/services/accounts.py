"""Connected accounts and their calendars: what is used for what, and what became inactive (CON, SET, INACT)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Protocol

from app.domain.booking import Booking, State
from app.domain.calendars import Event, EventDraft, ShowAs
from app.domain.clock import DAY, Clock, Instant
from app.domain.connecting import Choices, Effects
from app.domain.connections import Access, Account, Calendar, CalendarState, Lost, ProviderKind, Role, booking_calendar
from app.domain.errors import AccessLost, NotFound, ProviderError, RateLimited, SignInExpired, SlugTaken
from app.domain.events import AccountChanged, CalendarChanged, PagesChanged
from app.domain.ids import new_id
from app.domain.merging import merged
from app.domain.notices import Notice, NoticeKind
from app.domain.outbox import JobKind
from app.domain.profiles import after_disconnecting, may_be_primary
from app.domain.settings import Settings
from app.models import accounts as rows
from app.models import bookings as booking_rows
from app.models import calendars as calendar_rows
from app.models import notices as notice_rows
from app.models import outbox as outbox_rows
from app.models import pages as page_rows
from app.models import secrets as secret_rows
from app.models import settings as settings_rows
from app.models.base import Session
from app.models.database import Database
from app.providers.base import EmbeddedProvider, Imported, Provider
from app.services.announcer import Announcer
from app.services.choosing import check_choices, effects_of
from app.services.ground import Ground
from app.services.profiles import import_profile
from app.services.secrets import account_secret
from app.services.settings import SettingsService
from app.services.taking import fresh_window, owe_write, page_by_any_slug

LOCAL_ACCOUNT = "local"
LOCAL_CALENDAR = "local"
HORIZON = 2 * 366 * DAY
PAST = 31 * DAY
"""How far back an import reaches: the agenda shows no more."""
_log = logging.getLogger(__name__)


class Manners(Protocol):
    """Whoever follows the accounts knows how their services have answered of late, and hears how they answer others."""

    def may_ask(self, account_id: str) -> bool: ...

    def is_failing(self, account_id: str) -> bool: ...

    def held_for(self, account_id: str) -> float: ...

    async def heard(self, error: ProviderError) -> None: ...


class AccountsService:
    """``provider_of`` makes or finds the provider of an account; the composition root knows how. ``gone`` hears of an account
    that was disconnected, with its sealed sign-in; ``follow`` makes the copy of a calendar follow after all; ``read_now``
    reads an account; ``manners`` knows when services may be asked."""

    def __init__(
        self,
        database: Database,
        announcer: Announcer,
        clock: Clock,
        settings: SettingsService,
        provider_of: Callable[[Account], Provider],
        wake_outbox: Callable[[], None],
        gone: Callable[[Account, bytes | None], Awaitable[None]] | None = None,
        follow: Callable[[str], Awaitable[None]] | None = None,
        read_now: Callable[[str], Awaitable[None]] | None = None,
        manners: Manners | None = None,
    ) -> None:
        self._database, self._announcer, self._clock, self._settings = database, announcer, clock, settings
        self._provider_of, self._wake_outbox = provider_of, wake_outbox
        self._gone, self._follow, self._read_now, self._manners = gone, follow, read_now, manners
        self._remote = False

    async def load(self) -> None:
        """Notes whether any account's calendars are kept elsewhere, so that they have to be read afresh before a booking."""
        self._remote = any(not self._provider_of(account).keeps_events_here for account in await self.accounts())

    async def accounts(self) -> tuple[Account, ...]:
        return await self._database.read(lambda session: tuple(rows.list_accounts(session)))

    async def calendars(self) -> tuple[Calendar, ...]:
        return await self._database.read(lambda session: tuple(rows.list_calendars(session)))

    async def provider(self, account_id: str) -> Provider:
        """Raises NotFound."""
        for account in await self.accounts():
            if account.id == account_id:
                return self._provider_of(account)
        raise NotFound("account")

    async def connect_local(self, name: str, zone: str) -> Account:
        """Connects *On this computer*. Where bookings go to no other account, confirmed meetings to come that stand in no
        calendar yet are written into it; else it is only checked."""
        now = self._clock.now()

        def write(session: Session) -> tuple[Account, Calendar]:
            others = [each for each in rows.list_accounts(session) if each.id != LOCAL_ACCOUNT]
            primary = may_be_primary(others)
            account = Account(
                LOCAL_ACCOUNT, ProviderKind.LOCAL, name, primary=primary, sync=primary, scheduling=primary, connected_at=now
            )
            calendar = Calendar(
                LOCAL_CALENDAR, LOCAL_ACCOUNT, name, zone, Access.OWNER, booking=primary, read_at=now, main=True
            )
            rows.save_account(session, account)
            rows.save_calendar(session, calendar)
            if primary:
                owe_what_is_missing(session, calendar, now)
            return account, calendar

        account, calendar = await self._database.write(write)
        await self.load()
        self._announcer.announce(AccountChanged(account))
        self._changed(calendar)
        return account

    async def import_profile(self, document: Mapping[str, object]) -> tuple[Account, ...]:
        """The accounts of a profile from elsewhere, signed out: their owner signs in to each (CON-12). Raises InvalidFields."""
        now = self._clock.now()
        imported = await self._database.write(lambda session: import_profile(session, document, now))
        await self.load()
        for account in imported:
            self._announcer.announce(AccountChanged(account))
        self._announcer.announce(PagesChanged())
        return imported

    async def disconnect(self, account_id: str) -> None:
        """Forgets the account, its sign-in and its copies of events; bookings stay as history (CON-11). Where the primary
        account goes, the calendar on this computer takes its place again, and what was promised and not written yet is owed to
        it; or else the next one does, which writes nothing before its owner says so."""
        name, now, settings = account_secret(account_id), self._clock.now(), self._settings.current

        def write(session: Session) -> tuple[Account | None, tuple[Calendar, ...], bytes | None]:
            accounts = rows.list_accounts(session)
            account = next((each for each in accounts if each.id == account_id), None)
            sealed = secret_rows.get_secret(session, name)
            secret_rows.delete_secret(session, name)
            gone = tuple(each for each in rows.list_calendars(session) if each.account == account_id)
            rows.delete_account(session, account_id)
            outbox_rows.forgive(session, account_id)
            if account is not None and account.primary:
                _hand_over(session, tuple(each for each in accounts if each.id != account_id))
                heir = Ground.read(session, settings).target
                if heir is not None:
                    owe_what_is_missing(session, heir, now)
            return account, gone, sealed

        account, gone, sealed = await self._database.write(write)
        await self.load()
        if account is not None:
            if self._gone is not None:
                await self._gone(account, sealed)
            self._announcer.announce(AccountChanged(account))
        for calendar in gone:
            self._changed(calendar)

    async def save(self, wanted: Settings, choices: Choices, base: Settings | None = None) -> Effects:
        """Saves the settings document and all choices together, all or nothing, and returns what follows (SET-6). ``base``:
        what ``wanted`` was made of, the settings in force if it is not given; where the two are the same, what was saved
        meanwhile stays. Raises NotFound for an account or calendar that is gone, InvalidFields for a choice that cannot be,
        SlugTaken for an own part that is a page's address."""
        now, base = self._clock.now(), base or self._settings.current

        def write(session: Session) -> tuple[Effects, Settings]:
            stored = settings_rows.load_settings(session)[0]
            settings = merged(base, wanted, stored)
            before = Ground.read(session, stored)
            check_choices(before, choices)
            if settings.own_part != stored.own_part and page_rows.slug_owner(session, settings.own_part):
                raise SlugTaken(settings.own_part)
            follows = effects_of(before, choices, tuple(page_rows.list_pages(session)))
            _apply(session, before, choices)
            settings_rows.save_settings(session, settings)
            after = Ground.read(session, settings)
            if after.target is not None and after.target != before.target:
                owe_what_is_missing(session, after.target, now)
            return follows, settings

        follows, settings = await self._database.write(write)
        self._settings.saved(settings)
        await self.load()
        self._wake_outbox()
        for account in await self.accounts():
            self._announcer.announce(AccountChanged(account))
        self._announcer.announce(PagesChanged())
        return follows

    async def effects(self, choices: Choices) -> Effects:
        """What ``save`` would bring. Nothing is written."""
        settings = self._settings.current

        def read(session: Session) -> Effects:
            return effects_of(Ground.read(session, settings), choices, tuple(page_rows.list_pages(session)))

        return await self._database.read(read)

    async def set_scheduling(self, account_id: str, on: bool) -> None:
        """*Meeting scheduling pages* (SET-2): off means offline mode. Switched on, what was accepted meanwhile is written.
        Raises NotFound."""
        now, settings = self._clock.now(), self._settings.current

        def write(session: Session) -> None:
            for account in rows.list_accounts(session):
                if account.id == account_id:
                    rows.save_account(session, replace(account, scheduling=on))
                    target = Ground.read(session, settings).target
                    if target is not None:
                        owe_what_is_missing(session, target, now)
                    return
            raise NotFound("account")

        await self._database.write(write)
        self._wake_outbox()
        self._announcer.announce(PagesChanged())

    async def set_state(self, calendar_id: str, state: CalendarState, lost: Lost | None = None) -> Calendar:
        """Marks a calendar as lost or found. Losing one is told once (INACT-1)."""
        now = self._clock.now()

        def write(session: Session) -> tuple[Calendar, bool]:
            calendar = self._find(session, calendar_id)
            if calendar.state is state:
                return calendar, False
            inactive = state is CalendarState.INACTIVE
            changed = replace(calendar, state=state, lost=lost if inactive else None, since=now if inactive else 0)
            rows.save_calendar(session, changed)
            if inactive:
                reason = (lost or Lost.REMOVED).value
                notice = Notice(new_id(), NoticeKind.CALENDAR, now, changed.id, reason=reason, calendar=changed.name)
                notice_rows.add_notice(session, notice)
            return changed, True

        calendar, changed = await self._database.write(write)
        if changed:
            self._changed(calendar)
        return calendar

    async def remove_calendar(self, calendar_id: str) -> None:
        """No longer checks the calendar: a cure for one that is lost (INACT-4). The booking calendar takes bookings with it."""

        def write(session: Session) -> Calendar:
            calendar = self._find(session, calendar_id)
            if calendar.account == LOCAL_ACCOUNT:
                accounts = rows.list_accounts(session)
                rows.delete_calendar(session, calendar_id)
                rows.delete_account(session, LOCAL_ACCOUNT)
                outbox_rows.forgive(session, LOCAL_ACCOUNT)
                if any(each.id == LOCAL_ACCOUNT and each.primary for each in accounts):
                    _hand_over(session, tuple(each for each in accounts if each.id != LOCAL_ACCOUNT))
            else:
                # The row stays: it is one of those that can be ticked, and undoing is possible.
                rows.save_calendar(session, replace(calendar, checked=False, booking=False))
            return calendar

        self._changed(await self._database.write(write))

    async def restore_calendar(self, calendar_id: str, booking: bool = False) -> None:
        """Checks a calendar again that was removed a moment ago. Raises NotFound for one that is gone."""

        def write(session: Session) -> Calendar:
            calendar = replace(self._find(session, calendar_id), checked=True, booking=booking)
            rows.save_calendar(session, calendar)
            return calendar

        calendar = await self._database.write(write)
        self._changed(calendar)
        if self._read_now is not None:
            await self._read_now(calendar.account)

    async def settle_doubt(self, calendar_id: str, follow: bool) -> None:
        """The owner's answer when many events vanished at once: follow, or keep what is known until the next difference."""
        if follow and self._follow is not None:
            await self._follow(calendar_id)

        def write(session: Session) -> Calendar:
            calendar = replace(self._find(session, calendar_id), doubt=0)
            rows.save_calendar(session, calendar)
            return calendar

        self._changed(await self._database.write(write))

    async def check_again(self, calendar_id: str) -> Calendar:
        """Tries to read the calendar now; puts the pages back at once if it can be read. Raises RateLimited while the service
        wants to be left alone, without asking it."""
        calendar = await self._database.read(lambda session: self._find(session, calendar_id))
        provider = await self.provider(calendar.account)
        now = self._clock.now()
        if not provider.keeps_events_here:
            if self._manners is not None and (seconds := self._manners.held_for(calendar.account)) > 0:
                raise RateLimited(calendar.account, seconds)
            # What it remembers of refusals, and of what it read a moment ago, is no answer to somebody who asks now.
            await provider.close()
        try:
            await provider.read_window(calendar.at, now, now + DAY)
        except AccessLost as error:
            return await self.set_state(calendar_id, CalendarState.INACTIVE, _reason(error.reason))
        except SignInExpired:
            return await self.set_state(calendar_id, CalendarState.INACTIVE, Lost.SIGN_IN)
        found = await self.set_state(calendar_id, CalendarState.ACTIVE)
        if self._read_now is not None and not provider.keeps_events_here:
            await self._read_now(calendar.account)
        return found

    async def add_busy(self, calendar_id: str, start: Instant, end: Instant, title: str) -> Event:
        """Adds an event to a calendar that can be written. Raises NotFound."""
        calendar = await self._database.read(lambda session: self._find(session, calendar_id))
        provider = await self.provider(calendar.account)
        draft = EventDraft(new_id(), title, start, end, calendar.zone, show_as=ShowAs.BUSY)
        event = await provider.create(calendar.at, draft)
        self._changed(calendar)
        return event

    async def import_ics(self, calendar_id: str, text: str) -> Imported:
        """Adds the events of an ``.ics`` file to a calendar that is kept here. Raises NotFound."""
        calendar, provider = await self._kept_here(calendar_id)
        now = self._clock.now()
        brought = await provider.import_ics(calendar.id, text, now - PAST, now + HORIZON)
        self._changed(calendar)
        return brought

    async def export_ics(self, calendar_id: str) -> str:
        """A calendar that is kept here as one ``.ics`` file. Raises NotFound."""
        calendar, provider = await self._kept_here(calendar_id)
        return await provider.export_ics(calendar.id, self._clock.now())

    async def _kept_here(self, calendar_id: str) -> tuple[Calendar, EmbeddedProvider]:
        calendar = await self._database.read(lambda session: self._find(session, calendar_id))
        provider = await self.provider(calendar.account)
        if not isinstance(provider, EmbeddedProvider):
            raise NotFound("calendar on this computer")
        return calendar, provider

    async def extend_horizons(self) -> None:
        """Series without an end are expanded only so far; this moves the horizon on."""
        for account in await self.accounts():
            provider = self._provider_of(account)
            if isinstance(provider, EmbeddedProvider):
                for calendar in await self.calendars():
                    if calendar.account == account.id:
                        await provider.extend(calendar.id, self._clock.now() + HORIZON)

    def _find(self, session: Session, calendar_id: str) -> Calendar:
        for calendar in rows.list_calendars(session):
            if calendar.id == calendar_id:
                return calendar
        raise NotFound("calendar")

    def _changed(self, calendar: Calendar) -> None:
        self._wake_outbox()
        self._announcer.announce(CalendarChanged(calendar))
        self._announcer.announce(PagesChanged())

    # FreshReader

    async def read_fresh(self, slug: str, start: Instant, duration: int, within: float) -> dict[str, tuple[Event, ...]]:
        """The meeting's window from every checked calendar that is not kept here, as far as they answer ``within`` seconds. One
        that turns out to be lost is inactive from then on: the booking that asked is the first that cannot be (INACT-2)."""
        if not self._remote:
            return {}
        settings = self._settings.current

        def read(session: Session) -> tuple[Ground, tuple[Calendar, ...]]:
            ground = Ground.read(session, settings)
            page = page_by_any_slug(session, slug)
            return ground, ground.checked(page) if page is not None else ()

        ground, calendars = await self._database.read(read)
        # Where access is lost nobody can book, and a sign-in that has ended is not tried by every visitor.
        calendars = tuple(each for each in calendars if each.state is CalendarState.ACTIVE)
        accounts = {account.id: account for account in ground.accounts if not account.signed_out}
        first, last = fresh_window(start, duration)
        found: dict[str, tuple[Event, ...]] = {}

        async def one(calendar: Calendar) -> bool:
            provider = self._provider_of(accounts[calendar.account])
            try:
                found[calendar.id] = await provider.read_window(calendar.at, first, last)
            except (ProviderError, NotFound) as error:
                _log.info("calendar %s could not be read afresh: %s", calendar.id, type(error).__name__)
                if self._manners is not None and isinstance(error, ProviderError):
                    await self._manners.heard(error)
            return calendar.id in found

        async def all_of(account: str, its: list[Calendar]) -> None:
            manners = self._manners
            if self._provider_of(accounts[account]).keeps_events_here or (manners and not manners.may_ask(account)):
                return
            # One try is enough for a service that has not answered of late.
            if manners and manners.is_failing(account) and not await one(its.pop(0)):
                return
            await asyncio.gather(*map(one, its))

        by_account: dict[str, list[Calendar]] = {}
        for calendar in calendars:
            by_account.setdefault(calendar.account, []).append(calendar)
        tasks = [asyncio.ensure_future(all_of(name, its)) for name, its in by_account.items() if name in accounts]
        if tasks:
            done, late = await asyncio.wait(tasks, timeout=within)
            for task in late:
                task.cancel()
            for task in done:
                if (mistake := task.exception()) is not None:
                    # What was not found is a look that failed.
                    _log.error("an account could not be read afresh", exc_info=mistake)
        return found


def _reason(text: str) -> Lost:
    try:
        return Lost(text)
    except ValueError:
        return Lost.REMOVED


def owe_what_is_missing(session: Session, calendar: Calendar, now: Instant) -> None:
    """Confirmed meetings to come that stand in no calendar yet go into ``calendar``."""
    for booking in _missing(session, now):
        if not outbox_rows.pending_for(session, booking.id):
            owe_write(session, JobKind.CREATE, booking, calendar, now)


def owe_what_was_never_owed(session: Session, account: str, now: Instant) -> None:
    """What was promised while there was no calendar to write to goes into the booking calendar, if that is one of this
    account and can be written now. What was refused is not tried again by this."""
    calendar = booking_calendar(rows.list_accounts(session), rows.list_calendars(session))
    if calendar is not None and calendar.account == account:
        for booking in _missing(session, now):
            if outbox_rows.last_for(session, booking.id) is None:
                owe_write(session, JobKind.CREATE, booking, calendar, now)


def _missing(session: Session, now: Instant) -> list[Booking]:
    """Confirmed meetings to come that stand in no calendar."""
    known = tuple(each.id for each in rows.list_calendars(session))
    return [
        each
        for each in booking_rows.bookings_between(session, now, now + HORIZON, (State.CONFIRMED,))
        if not any(calendar_rows.find_event_by_booking(session, name, each.id) is not None for name in known)
    ]


def _apply(session: Session, ground: Ground, choices: Choices) -> None:
    """Writes what differs."""
    for account in ground.accounts:
        chosen = choices.accounts.get(account.id)
        if chosen is not None:
            tasks = chosen.tasks and chosen.sync
            wanted = replace(account, sync=chosen.sync, scheduling=chosen.scheduling, tasks=tasks, policy=chosen.policy)
            if wanted != account:
                rows.save_account(session, wanted)
    for calendar in ground.calendars:
        booking = calendar.id == choices.booking if choices.booking else calendar.booking
        wanted_calendar = replace(calendar, booking=booking, checked=calendar.id in choices.checked or booking)
        if wanted_calendar != calendar:
            rows.save_calendar(session, wanted_calendar)


def _hand_over(session: Session, left: tuple[Account, ...]) -> None:
    """Another account is the primary one now."""
    if any(each.primary for each in left):
        for before, after in zip(left, after_disconnecting(left, ""), strict=True):
            if after != before:
                rows.save_account(session, after)
                _choose_main(session, after)
        return
    local_first = sorted(left, key=lambda each: each.provider is not ProviderKind.LOCAL)
    heir = next((each for each in local_first if each.provider is not ProviderKind.ICS), None)
    if heir is not None:
        scheduling = heir.provider is ProviderKind.LOCAL
        rows.save_account(session, replace(heir, primary=True, role=Role.BOTH, scheduling=scheduling))
        _choose_main(session, heir)


def _choose_main(session: Session, account: Account) -> None:
    """Bookings go to the account's main calendar, if it has none for them yet."""
    own = [each for each in rows.list_calendars(session) if each.account == account.id]
    if any(each.booking for each in own):
        return
    writable = [each for each in own if each.writable]
    chosen = next((each for each in writable if each.main), writable[0] if writable else None)
    if chosen is not None:
        rows.save_calendar(session, replace(chosen, booking=True, checked=True))
