"""Follows one account while it is connected: its list of calendars now and then, its calendars one after the other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from app.domain.connections import Account, Calendar, CalendarState, Flaw, Flaws, Lost
from app.domain.errors import (
    AccessLost,
    AftaleError,
    Conflict,
    NotFound,
    ProviderError,
    RateLimited,
    SignInExpired,
    Unreachable,
    Unreadable,
)
from app.domain.events import AccountChanged, CalendarChanged, SyncProgressed
from app.domain.syncing import INTERVAL, STALE_AFTER, fresh, held_off, interval, retry
from app.models import accounts as rows
from app.providers.base import Provider
from app.services.sync import losing
from app.services.sync.asking import Asking
from app.services.sync.copying import Following, copy
from app.services.sync.desk import Desk, Plan, plan
from app.services.sync.listening import Listening
from app.services.sync.listing import follow_list, forget_unused, sane
from app.services.sync.replica import OUR_OWN, Stored

LIST_EVERY, LIST_WHILE_LOST = 3600.0, 300.0
"""Seconds between two looks at the list of calendars; while one that is used is lost, and may be found again."""
SHORTEST_WAIT = 1.0
"""Seconds between two turns at least."""
NEWS_SPACING = 3.0
"""Seconds between two readings of a calendar whose service tells of one change after the other."""
DISK_WAIT = 30.0
"""Seconds to wait when the copy cannot be written."""
_log = logging.getLogger(__name__)


class Coordinator:
    """One account. ``turn`` may be called by anybody at any time; turns follow one another."""

    def __init__(self, account: str, desk: Desk) -> None:
        self.account, self._desk = account, desk
        self.woken = asyncio.Event()
        self._turn = asyncio.Lock()
        self._following: dict[str, Following] = {}
        self._list_due, self._listed_at = 0.0, float("-inf")
        self._held_until = float("-inf")
        self._shown: frozenset[str] = frozenset()
        self._may_try, self._reconnects = True, False
        self._asked = Asking(account, desk.pace)
        self._first: asyncio.Task[Stored | None] | None = None
        self._stopped = False
        self._listening, self._runs, self._named = Listening(self.changed), False, dict[str, str]()
        self.working = False

    # What others want

    async def run(self) -> None:
        """Follows the account until it is cancelled, or the account is gone."""
        self._runs = True
        try:
            while True:
                self.woken.clear()
                wait = await self.turn()
                if wait is None:
                    return
                await self._desk.pace.pause(self.woken, wait)
        finally:
            self._runs = False
            self._listening.stop()

    def changed(self, at: str) -> None:
        """The service says that something may have changed in a calendar, named as it does: that one is read soon."""
        following = self._following.get(self._named.get(at, ""))
        if following is None:
            return
        following.news = True
        due = max(self._desk.pace.time(), following.looked + NEWS_SPACING)
        if due < following.due and not following.failures:
            following.due = due
            self.woken.set()

    def hurry(self) -> None:
        """Everything is due at once, except what the service asked us to wait with."""
        for each in self._following.values():
            each.due, each.failures = 0.0, 0
        self.woken.set()

    def look_again(self) -> None:
        """What is followed, or how far, may have changed."""
        self.woken.set()

    def signed_in(self) -> None:
        """There is a new sign-in, which is worth a try."""
        self._may_try, self._held_until = True, float("-inf")
        self.hurry()

    def reconnect(self) -> None:
        """Connections that were open before a sleep are dead without knowing it: none of them is used again."""
        self._reconnects = True

    def stop_first(self) -> None:
        """Interrupts a first reading; it goes on with the next turn."""
        if self._first is not None:
            self._stopped = True
            self._first.cancel()

    def let_go(self, calendar: str) -> None:
        """The owner said that the events that are missing are gone."""
        following = self._following.setdefault(calendar, Following())
        following.let_go, following.due = True, 0.0

    def may_ask(self) -> bool:
        """Whether somebody else may ask the service: not while it wants us to wait, nor at once again after a try in vain."""
        return self._desk.pace.time() >= self._held_until and self._asked.is_spaced()

    @property
    def held_for(self) -> float:
        """For how many seconds the service still wants to be left alone, by its own word."""
        return max(0.0, self._held_until - self._desk.pace.time())

    @property
    def is_failing(self) -> bool:
        """The service has not answered of late."""
        return self._asked.failing

    async def heard(self, error: ProviderError) -> None:
        """What the service told somebody else: that the sign-in has ended, a calendar is lost, that it has to be left alone, or
        that it refuses a write, perhaps because the right is gone."""
        if isinstance(error, SignInExpired):
            self._may_try = False
            await self._sign_out()
            return
        if isinstance(error, RateLimited):
            until = self._desk.pace.time() + held_off(error.retry_after, self._desk.chance())
            self._held_until = max(self._held_until, until)
            return
        if isinstance(error, Conflict):
            await self._look_at_rights()
            return
        if not isinstance(error, AccessLost):
            self._asked.failing = True
            return
        calendars = await self._desk.database.read(rows.list_calendars)
        for calendar in calendars:
            if calendar.account == self.account and error.calendar in (calendar.at, calendar.id):
                await self._lost(calendar, error.reason)

    async def read_now(self) -> None:
        """Everything at once, and what seemed lost too. What a provider remembers, to ask less often, is forgotten; one whose
        service tells by itself remembers nothing of the kind, and goes on listening."""
        async with self._turn:
            self._list_due, self._may_try = 0.0, True
            self._reconnects = self._reconnects or not self._listening.listens
            for each in self._following.values():
                each.due, each.failures = 0.0, 0
            await self._work()

    async def turn(self) -> float | None:
        """Reads what is due. Returns the seconds until something else will be, or None if the account is gone."""
        async with self._turn:
            return await self._work()

    # One turn

    async def _work(self) -> float | None:
        desk = self._desk
        now, settings = desk.clock.now(), desk.settings.current
        self.working, self._stopped = True, False
        try:
            found = await desk.database.read(lambda session: plan(session, self.account, settings, now))
            if found is None:
                return None
            if found.account.signed_out and not self._may_try:
                await self._sign_out()
                return LIST_EVERY
            self._adopt(found)
            if desk.pace.time() >= self._held_until:
                await self._read_what_is_due(found)
            found = await desk.database.read(lambda session: plan(session, self.account, settings, now))
            if found is None:
                return None
            self._adopt(found)
            self._tell_stale(found)
            self._listen(found)
            return self._wait(found)
        except AftaleError as error:
            # The disk is full or locked, or the workspace is being closed: the copy stays as it is.
            _log.info("calendars have to wait: %s", type(error).__name__)
            return DISK_WAIT
        finally:
            self.working = False

    def _adopt(self, found: Plan) -> None:
        """Notes what is new: a calendar, a window or a use that changed is due at once."""
        known = {each.id for each in found.calendars}
        for name in self._following.keys() - known:
            del self._following[name]
        for calendar in found.calendars:
            following = self._following.setdefault(calendar.id, Following())
            if calendar.state is CalendarState.INACTIVE and calendar.id in self._shown:
                following.due = 0.0
            detailed = calendar.id in found.detailed
            if (following.window, following.detailed) != (found.window, detailed):
                following.due = 0.0
            following.window, following.detailed = found.window, detailed
            if following.missing and not calendar.doubt:
                following.agreed, following.missing = following.agreed | following.missing, frozenset()
        readable = (self._following[each.id] for each in found.calendars if self._readable(each))
        self._asked.failing = any(each.failures for each in readable)

    async def _read_what_is_due(self, found: Plan) -> None:
        try:
            provider = self._desk.provider_of(found.account)
            if self._reconnects:
                self._reconnects = False
                await provider.close()
            if self._desk.pace.time() >= self._list_due and not self._asked.failing:
                found = await self._read_list(provider, found) or found
            missed = 0
            for calendar in self._due(found):
                missed = 0 if await self._read(provider, found, calendar) else missed + 1
                if missed > 1:
                    # Not one calendar's trouble but the service's: the others need not be tried.
                    await self._failed(each for each in found.calendars if not self._following[each.id].failures)
                    break
        except SignInExpired:
            self._may_try = False
            await self._sign_out()
        except RateLimited as error:
            self._held_until = self._desk.pace.time() + held_off(error.retry_after, self._desk.chance())
            if error.retry_after > INTERVAL:
                await self._failed(found.calendars)

    def _due(self, found: Plan) -> list[Calendar]:
        at = self._desk.pace.time()
        return [each for each in found.calendars if self._readable(each) and self._following[each.id].due <= at]

    def _readable(self, calendar: Calendar) -> bool:
        """One that is lost is read again when the service lists it again."""
        if calendar.state is CalendarState.ACTIVE or calendar.lost in (Lost.SIGN_IN, Lost.SWITCHED):
            return True
        return calendar.id in self._shown

    def _listen(self, found: Plan) -> None:
        """Has the service tell of the calendars that were read once, as long as somebody is interested."""
        heard = [each for each in found.calendars if each.read_at and self._readable(each)]
        self._named = {each.at: each.id for each in heard}
        if self._runs and not self._desk.idle and not found.account.signed_out:
            self._listening.follow(self._desk.provider_of(found.account), frozenset(self._named))
        else:
            self._listening.stop()

    def _wait(self, found: Plan) -> float:
        at = self._desk.pace.time()
        following = [(each, self._following[each.id]) for each in found.calendars]
        lost = any(each.state is CalendarState.INACTIVE and each.lost in OUR_OWN for each in found.calendars)
        if lost or any(each.booking and not each.writable for each in found.calendars):
            self._list_due = min(self._list_due, self._listed_at + LIST_WHILE_LOST)
        due = [each.due for calendar, each in following if self._readable(calendar)]
        if not self._asked.failing:
            due.append(self._list_due)
        wait = max(min(due, default=self._list_due), self._held_until) - at
        until_stale = [
            max(1, calendar.read_at + STALE_AFTER + 1 - self._desk.clock.now())
            for calendar, each in following
            if each.failures and calendar.read_at and not each.stale_told
        ]
        return max(SHORTEST_WAIT, min([wait, *until_stale]))

    # The list of calendars

    async def _look_at_rights(self) -> None:
        """Beside a turn that may be under way: until the list is here, visitors are promised what cannot be written."""
        desk = self._desk
        now, settings = desk.clock.now(), desk.settings.current
        self._list_due = 0.0
        found = await desk.database.read(lambda session: plan(session, self.account, settings, now))
        if found is not None and not found.account.signed_out and desk.pace.time() >= self._held_until:
            try:
                if not await self._follow_list(desk.provider_of(found.account), found.account):
                    self._list_due = 0.0
            except (SignInExpired, RateLimited) as error:
                await self.heard(error)
        self.woken.set()

    async def _read_list(self, provider: Provider, found: Plan) -> Plan | None:
        if not await self._follow_list(provider, found.account):
            return None
        desk = self._desk
        now, settings = desk.clock.now(), desk.settings.current
        again = await desk.database.read(lambda session: plan(session, self.account, settings, now))
        if again is not None:
            self._adopt(again)
        return again

    async def _follow_list(self, provider: Provider, account: Account) -> bool:
        """Whether the service gave its list. Raises SignInExpired, RateLimited."""
        desk, at = self._desk, self._desk.pace.time()
        self._list_due, self._listed_at = at + LIST_EVERY * (0.9 + 0.2 * desk.chance()), at
        try:
            offered = sane(await self._asked(provider.calendars()))
        except (Unreachable, AccessLost, NotFound) as error:
            # The calendars' own readings tell more.
            self._list_due, self._asked.failing = at + LIST_WHILE_LOST, True
            _log.debug("account %s: no list of calendars: %s", self.account, type(error).__name__)
            return False
        now = desk.clock.now()
        listed = await desk.database.write(lambda session: follow_list(session, account, offered, now))
        await desk.database.write(lambda session: forget_unused(session, account, now))
        self._shown = listed.shown
        desk.announce(*(CalendarChanged(each) for each in listed.changed))
        if listed.changed:
            desk.announce(AccountChanged(account))
        if listed.writable:
            _log.info("account %s can be written to again", self.account)
            desk.wake_outbox()
            if desk.account_back is not None:
                await desk.account_back(self.account)
        return True

    # One calendar

    async def _read(self, provider: Provider, found: Plan, calendar: Calendar) -> bool:
        """Whether the service answered. Raises SignInExpired, RateLimited."""
        following = self._following[calendar.id]
        following.news = False
        try:
            stored = await self._follow(provider, found, calendar)
        except AccessLost as error:
            await self._lost(calendar, error.reason)
            return True
        except (RateLimited, SignInExpired):
            raise
        except (ProviderError, NotFound) as error:
            if not following.failures and not calendar.failing_since:
                _log.info("calendar %s cannot be reached: %s", calendar.id, type(error).__name__)
            await self._failed([calendar], ((Flaw(error.flaw), 1),) if isinstance(error, Unreadable) else ())
            return False
        following.looked = self._desk.pace.time()
        wait = interval(self._desk.idle, self._desk.chance())
        following.due = following.looked + (NEWS_SPACING if following.news else wait)
        if stored is not None:
            await self._reached(found.account, calendar, stored)
        return True

    async def _follow(self, provider: Provider, found: Plan, calendar: Calendar) -> Stored | None:
        """A first reading runs apart, so that it alone can be stopped."""
        if calendar.read_at:
            return await copy(self._desk, self._asked, provider, found, calendar, self._following[calendar.id])
        if self._stopped:
            return None
        self._desk.announce(SyncProgressed(self.account, calendar.id, 0))
        self._first = asyncio.ensure_future(
            copy(self._desk, self._asked, provider, found, calendar, self._following[calendar.id])
        )
        try:
            return await self._first
        except asyncio.CancelledError:
            if not self._stopped:
                # The program ends, not the reading.
                self._first.cancel()
                raise
            return None
        finally:
            self._first = None

    # What became of it

    async def _reached(self, account: Account, calendar: Calendar, stored: Stored) -> None:
        desk, following = self._desk, self._following[calendar.id]
        found_again = bool(calendar.failing_since) or calendar.state is not stored.calendar.state
        if found_again:
            _log.info("calendar %s is read again", calendar.id)
        following.failures, following.let_go, following.stale_told = 0, False, False
        following.missing = stored.missing if stored.calendar.doubt else frozenset()
        self._asked.failing = any(each.failures for each in self._following.values())
        if account.signed_out:
            changed = await desk.database.write(lambda session: losing.sign_in(session, self.account))
            if changed is not None:
                found_again = True
                desk.announce(AccountChanged(changed))
        desk.announce(*stored.facts)
        if stored.changed:
            desk.announce(CalendarChanged(stored.calendar))
            # What came late of a booking that is over has to go again.
            desk.wake_outbox()
        if found_again:
            desk.wake_outbox()
            if desk.account_back is not None:
                await desk.account_back(self.account)

    async def _failed(self, calendars: Iterable[Calendar], flaws: Flaws = ()) -> None:
        """A passing fault: shown, retried, nothing more. ``flaws``: why, where that is to be shown too."""
        desk, now = self._desk, self._desk.clock.now()
        self._asked.failing = True
        names = frozenset(each.id for each in calendars)
        for name in names:
            following = self._following[name]
            following.failures += 1
            following.due = desk.pace.time() + retry(following.failures, desk.chance())
        failed = await desk.database.write(lambda session: losing.fail(session, names, now, flaws))
        desk.announce(*(CalendarChanged(each) for each in failed))

    def _tell_stale(self, found: Plan) -> None:
        """A copy that has become too old turns bookings into requests; pages have to say so."""
        for calendar in found.calendars:
            following = self._following[calendar.id]
            if following.failures and not following.stale_told and not fresh(calendar.read_at, self._desk.clock.now()):
                following.stale_told = True
                self._desk.announce(CalendarChanged(calendar))

    async def _lost(self, calendar: Calendar, reason: str) -> None:
        desk, now = self._desk, self._desk.clock.now()
        lost = Lost(reason) if reason in set(Lost) else Lost.REMOVED
        self._shown -= {calendar.id}
        self._following.setdefault(calendar.id, Following()).failures = 0
        self._list_due = min(self._list_due, self._listed_at + LIST_WHILE_LOST)
        changed = await desk.database.write(lambda session: losing.lose(session, calendar.id, lost, now))
        if changed is not None:
            _log.info("calendar %s is lost: %s", calendar.id, lost.value)
            desk.announce(CalendarChanged(changed))

    async def _sign_out(self) -> None:
        self._listening.stop()
        desk, now = self._desk, self._desk.clock.now()
        told = await desk.database.write(lambda session: losing.sign_out(session, self.account, now))
        if told is not None:
            account, calendars = told
            _log.info("account %s has to be signed in to again", self.account)
            desk.announce(AccountChanged(account), *(CalendarChanged(each) for each in calendars))
