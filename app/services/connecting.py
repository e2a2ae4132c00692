"""Connecting an account: who may, with which OAuth client, who signed in, and what is stored once they said yes (CON)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from app.domain.clock import Clock
from app.domain.connecting import Candidate, OfferedCalendar
from app.domain.connections import Access, Account, Calendar, CalendarState, Lost, ProviderKind, Role
from app.domain.errors import (
    AccessLost,
    AftaleError,
    InvalidFields,
    NotFound,
    SecretUnreadable,
    SignInExpired,
    SignInFailed,
    Unreachable,
)
from app.domain.events import AccountChanged, CalendarChanged, PagesChanged
from app.domain.ids import new_id
from app.domain.profiles import may_be_primary
from app.models import accounts as rows
from app.models import secrets as secret_rows
from app.models.base import Session
from app.models.database import Database
from app.providers.base import Connector, Provider, RemoteCalendar, Reporting, SignedIn
from app.services.accounts import owe_what_is_missing
from app.services.announcer import Announcer
from app.services.profiles import step_back
from app.services.secrets import SecretsService, account_secret, client_secret
from app.services.settings import SettingsService
from app.services.sync.listing import sane

LIMIT = 300.0
"""Seconds that a person has at the provider's page, or a server that is looked for; and again for the list of calendars."""
GIVING_BACK = 15.0
"""Seconds to give back a sign-in that is not used: whoever connects is not kept waiting for it."""
_log = logging.getLogger(__name__)
Doors = Callable[[ProviderKind], Awaitable[Connector]]
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Somebody who signed in and has not confirmed yet."""

    candidate: Candidate
    signed: SignedIn
    calendars: tuple[RemoteCalendar, ...]


class ConnectingService:
    """``connector_of`` finds how accounts of a kind are connected; ``shipped`` are the OAuth clients of whoever packaged the
    program; ``connected`` hears of every account that was connected or signed in to again."""

    def __init__(
        self,
        database: Database,
        announcer: Announcer,
        clock: Clock,
        settings: SettingsService,
        secrets: SecretsService,
        connector_of: Doors,
        kinds: tuple[ProviderKind, ...],
        shipped: Mapping[ProviderKind, Mapping[str, str]],
        connected: Callable[[Account], Awaitable[None]],
    ) -> None:
        self._database, self._announcer, self._clock, self._settings = database, announcer, clock, settings
        self._secrets, self._connector_of, self._kinds, self._shipped = secrets, connector_of, kinds, shipped
        self._connected = connected
        self._waiting: dict[str, _Waiting] = {}
        self._known: dict[ProviderKind, Connector] = {}

    # Who may

    def kinds(self) -> tuple[ProviderKind, ...]:
        """What can be connected besides the calendar on this computer."""
        return self._kinds

    @property
    def allowed(self) -> bool:
        """Personal e-mail access (CON-5). Feeds need none."""
        return self._settings.current.privacy.email_access

    async def allow(self, on: bool) -> None:
        """Keeps the owner's answer, and that the question was asked."""
        await self._settings.change(
            lambda stored: replace(stored, privacy=replace(stored.privacy, email_access=on, asked=True))
        )

    # OAuth clients

    async def prepare(self, kind: ProviderKind) -> Connector:
        """Loads what connecting needs, in a thread. ``check_client`` and ``read_client_file`` need it."""
        if kind not in self._known:
            self._known[kind] = await self._connector_of(kind)
        return self._known[kind]

    async def has_client(self, kind: ProviderKind) -> bool:
        """There is an OAuth client for accounts of this kind: the packager's or the owner's own. A kind that is signed in to in
        a form needs none."""
        if not (await self.prepare(kind)).by_browser:
            return True
        try:
            return bool(await self._client(kind))
        except SecretUnreadable:
            return False

    def check_client(self, kind: ProviderKind, fields: Mapping[str, str]) -> dict[str, str]:
        """What is wrong with the fields, as reason codes; empty if nothing is. After ``prepare`` or ``has_client``."""
        return self._known[kind].check(fields)

    def read_client_file(self, kind: ProviderKind, text: str) -> dict[str, str]:
        """The fields of a file from the provider. After ``prepare`` or ``has_client``. Raises InvalidFields."""
        return self._known[kind].read_file(text)

    async def save_client(self, kind: ProviderKind, fields: Mapping[str, str]) -> None:
        """Keeps the owner's own OAuth client. Raises InvalidFields, SignInFailed."""
        wrong = (await self.prepare(kind)).check(fields)
        if wrong:
            raise InvalidFields(wrong)
        try:
            await self._secrets.keep(client_secret(kind), json.dumps(dict(fields)).encode())
        except SecretUnreadable as error:
            raise SignInFailed("locked") from error

    async def _client(self, kind: ProviderKind) -> Mapping[str, str]:
        own = await self._secrets.read(client_secret(kind))
        if own is not None:
            found: Mapping[str, str] = json.loads(own)
            return found
        return self._shipped.get(kind, {})

    # Signing in

    def report(self, kind: ProviderKind) -> str:
        """What the last sign-in of that kind tried and what answered (CON-9); empty where there is nothing to tell."""
        connector = self._known.get(kind)
        return connector.report() if isinstance(connector, Reporting) else ""

    async def sign_in(
        self,
        kind: ProviderKind,
        open_browser: Callable[[str], object],
        cancel: asyncio.Event,
        told: Told,
        fields: Mapping[str, str] | None = None,
    ) -> Candidate:
        """Lets a person sign in and looks which calendars that brings. Nothing is stored before ``confirm``.

        Raises SignInFailed, InvalidFields, Unreachable, RateLimited.
        """
        connector, signed = await self._signed_in(kind, open_browser, cancel, told, fields)
        accounts = await self._database.read(rows.list_accounts)
        if _is_connected(accounts, kind, signed.email):
            # Not signed out: at some providers that would end the sign-in of the connected account too.
            raise SignInFailed("already", signed.email)
        try:
            told("calendars")
            calendars = await self._calendars(connector, signed)
        except BaseException:
            await self._give_back(connector, signed)
            raise
        offered = tuple(
            OfferedCalendar(each.name, each.access, each.primary, each.colour, each.owner, each.owner_name)
            for each in calendars
        )
        primary = not signed.shared and may_be_primary(accounts) and any(_writable(each) for each in calendars)
        candidate = Candidate(
            new_id(), kind, signed.email, signed.name, offered, signed.missing, signed.shared, signed.ends, primary
        )
        self._waiting[candidate.id] = _Waiting(candidate, signed, calendars)
        return candidate

    async def _signed_in(
        self,
        kind: ProviderKind,
        open_browser: Callable[[str], object],
        cancel: asyncio.Event,
        told: Told,
        fields: Mapping[str, str] | None,
        login_hint: str = "",
    ) -> tuple[Connector, SignedIn]:
        if kind is not ProviderKind.ICS and not self.allowed:
            raise SignInFailed("no_consent")
        connector = await self.prepare(kind)
        if self._secrets.locked:
            # Said before anybody signs in: the sign-in could not be kept.
            raise SignInFailed("locked")
        if fields is None:
            fields = await self._client(kind)
            if not fields:
                raise SignInFailed("no_client")
        signed = await connector.sign_in(fields, open_browser, cancel, told, self._clock, login_hint=login_hint, limit=LIMIT)
        if signed.missing:
            # Not signed out where that would end the sign-in of the connected account too.
            if not _is_connected(await self._database.read(rows.list_accounts), kind, signed.email):
                await self._give_back(connector, signed)
            raise SignInFailed("rights", " ".join(signed.missing))
        return connector, signed

    async def _calendars(self, connector: Connector, signed: SignedIn) -> tuple[RemoteCalendar, ...]:
        async def keep(secret: bytes) -> None:
            """What changes while we look is not kept: the first use refreshes it again."""

        provider = connector.provider("", signed.secret, keep, self._clock)
        try:
            async with asyncio.timeout(LIMIT):
                return sane(await provider.calendars())
        except TimeoutError as error:
            raise Unreachable("", "ReadTimeout") from error
        except (SignInExpired, AccessLost) as error:
            raise SignInFailed("no_mailbox", str(error)) from error
        finally:
            await provider.close()

    async def _give_back(self, connector: Connector, signed: SignedIn) -> None:
        with contextlib.suppress(AftaleError, TimeoutError):
            async with asyncio.timeout(GIVING_BACK):
                await connector.sign_out(signed.secret, self._clock)

    async def refuse(self, candidate_id: str) -> None:
        """Not this account: the sign-in is given back and forgotten. One that is not waiting is no error."""
        waiting = self._waiting.pop(candidate_id, None)
        if waiting is not None:
            await self._give_back(self._known[waiting.candidate.kind], waiting.signed)

    async def confirm(self, candidate_id: str, sync: bool = True, scheduling: bool = True) -> Account:
        """Stores the account, its calendars and its sign-in, all or nothing. Raises NotFound, SignInFailed."""
        # Taken at once: whoever closes the window while this is stored does not give the sign-in back.
        waiting = self._waiting.pop(candidate_id, None)
        if waiting is None:
            raise NotFound("sign-in")
        try:
            account, calendars = await self._store(waiting, sync, scheduling)
        except AftaleError:
            self._waiting[candidate_id] = waiting
            raise
        await self._tell(account, calendars)
        return account

    async def _store(self, waiting: _Waiting, sync: bool, scheduling: bool) -> tuple[Account, tuple[Calendar, ...]]:
        candidate, now = waiting.candidate, self._clock.now()
        account_id = new_id()
        try:
            sealed = self._secrets.sealed(account_secret(account_id), waiting.signed.secret)
        except SecretUnreadable as error:
            raise SignInFailed("locked") from error

        def write(session: Session) -> tuple[Account, tuple[Calendar, ...]]:
            accounts = rows.list_accounts(session)
            if _is_connected(accounts, candidate.kind, candidate.email):
                # Said yes to twice.
                raise SignInFailed("already", candidate.email)
            primary = candidate.primary and may_be_primary(accounts)
            account = Account(
                id=account_id,
                provider=candidate.kind,
                name=candidate.name or candidate.email,
                email=candidate.email,
                primary=primary,
                sync=sync and primary,
                scheduling=scheduling and primary,
                connected_at=now,
                sign_in_ends=candidate.ends,
            )
            if primary:
                step_back(session, accounts)
            rows.save_account(session, account)
            calendars = _first_calendars(account, waiting.calendars)
            for calendar in calendars:
                rows.save_calendar(session, calendar)
            secret_rows.save_secret(session, account_secret(account_id), sealed)
            target = next((each for each in calendars if each.booking), None)
            if target is not None and account.scheduling:
                owe_what_is_missing(session, target, now)
            return account, calendars

        return await self._database.write(write)

    async def reconnect(
        self,
        account_id: str,
        open_browser: Callable[[str], object],
        cancel: asyncio.Event,
        told: Told,
        fields: Mapping[str, str] | None = None,
    ) -> Account:
        """A new sign-in for a connected account: calendars, ticks and pages stay, and what was lost with the sign-in is back
        (CON-11). Raises NotFound, and what ``sign_in`` raises; SignInFailed also for another person's account."""
        before = await self._database.read(lambda session: _find(session, account_id))
        connector, signed = await self._signed_in(before.provider, open_browser, cancel, told, fields, before.email)
        if before.email and not _same(before.email, signed.email):
            await self._give_back(connector, signed)
            raise SignInFailed("other_account", signed.email)
        told("calendars")
        offered = await self._calendars(connector, signed)
        try:
            sealed = self._secrets.sealed(account_secret(account_id), signed.secret)
        except SecretUnreadable as error:
            raise SignInFailed("locked") from error

        def write(session: Session) -> tuple[Account, tuple[Calendar, ...]]:
            account = replace(_find(session, account_id), signed_out=False, sign_in_ends=signed.ends, email=signed.email)
            rows.save_account(session, account)
            secret_rows.save_secret(session, account_secret(account_id), sealed)
            return account, _found_again(session, account, offered)

        account, calendars = await self._database.write(write)
        await self._tell(account, calendars)
        return account

    async def _tell(self, account: Account, calendars: tuple[Calendar, ...]) -> None:
        await self._connected(account)
        self._announcer.announce(AccountChanged(account))
        for calendar in calendars:
            self._announcer.announce(CalendarChanged(calendar))
        self._announcer.announce(PagesChanged())

    # Using what is stored

    async def open(self, account: Account) -> Provider:
        """The provider of a connected account, with its sign-in. Raises SignInExpired, SecretUnreadable."""
        connector = await self.prepare(account.provider)
        name = account_secret(account.id)
        secret = await self._secrets.read(name)
        if secret is None:
            raise SignInExpired(account.id, "no sign-in")

        async def keep(changed: bytes) -> None:
            try:
                await self._secrets.keep_if_there(name, changed)
            except AftaleError as error:
                # A full disk: the sign-in in memory goes on working, and the next change is kept.
                _log.warning("a renewed sign-in could not be kept: %s", type(error).__name__)

        return connector.provider(account.id, secret, keep, self._clock)

    async def forget(self, account: Account, secret: bytes) -> None:
        """Gives the sign-in of a disconnected account back, if the provider can be reached."""
        with contextlib.suppress(AftaleError):
            await (await self.prepare(account.provider)).sign_out(secret, self._clock)


def _find(session: Session, account_id: str) -> Account:
    for account in rows.list_accounts(session):
        if account.id == account_id:
            return account
    raise NotFound("account")


def _is_connected(accounts: Iterable[Account], kind: ProviderKind, email: str) -> bool:
    return bool(email) and any(each.provider is kind and _same(each.email, email) for each in accounts)


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _writable(calendar: RemoteCalendar) -> bool:
    return calendar.access in (Access.OWNER, Access.EDIT)


def _first_calendars(account: Account, offered: tuple[RemoteCalendar, ...]) -> tuple[Calendar, ...]:
    """What is used of a new account: bookings go into its main calendar, or the first that can be written; its own and those
    that the owner works in are checked, those that others merely show are not. A feed is connected to be checked."""
    writable = [each for each in offered if _writable(each)]
    booking = next((each for each in writable if each.primary), writable[0] if writable else None)
    feed = account.provider is ProviderKind.ICS
    return tuple(
        _calendar(account, each, booking=account.primary and each is booking, checked=feed or _writable(each))
        for each in offered
    )


def _calendar(account: Account, found: RemoteCalendar, *, booking: bool, checked: bool) -> Calendar:
    return Calendar(
        id=new_id(),
        account=account.id,
        name=found.name,
        zone=found.zone,
        access=found.access,
        colour=found.colour,
        booking=booking,
        checked=checked,
        remote=found.id,
        main=found.primary,
        owner=found.owner,
        owner_name=found.owner_name,
    )


def _found_again(session: Session, account: Account, offered: tuple[RemoteCalendar, ...]) -> tuple[Calendar, ...]:
    """The account's calendars after a new sign-in: those lost with the old one are active again. One that is not offered any
    more stays as it is; the next reading says what became of it."""
    known = {each.at: each for each in rows.list_calendars(session) if each.account == account.id}
    if not known:
        booking_role = account.primary and account.role is not Role.SYNC
        for calendar in _first_calendars(replace(account, primary=booking_role), offered):
            rows.save_calendar(session, calendar)
            known[calendar.at] = calendar
        return tuple(known.values())
    if account.provider is ProviderKind.ICS and len(known) == len(offered) == 1:
        # A feed got another link; it is the same calendar to its owner.
        (before_link,) = known.values()
        known = {offered[0].id: replace(before_link, remote=offered[0].id)}
    for found in offered:
        before = known.get(found.id)
        if before is None:
            known[found.id] = _calendar(account, found, booking=False, checked=False)
        else:
            back = before.lost is Lost.SIGN_IN
            known[found.id] = replace(
                before,
                access=found.access,
                state=CalendarState.ACTIVE if back else before.state,
                lost=None if back else before.lost,
                since=0 if back else before.since,
                failing_since=0 if back else before.failing_since,
            )
        rows.save_calendar(session, known[found.id])
    return tuple(known.values())
