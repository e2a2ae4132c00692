"""What can go wrong with an account, each to its end: within the time that the program states, in the right state, in the right
words, with one notice at most; and well again once the cause is gone.

The limits that are held here stand where they are kept: ``connecting.LIMIT`` for a sign-in, ``http.WHOLE`` for one answer of a
CalDAV server, ``worker.LIMIT`` for one call to Exchange, ``asking.LONGEST`` for any call of a follower.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QLabel

from app import i18n
from app.domain.booking import Promised
from app.domain.clock import DAY, HOUR, Instant, SystemClock
from app.domain.connections import Calendar, CalendarState, Lost, ProviderKind
from app.domain.errors import AftaleError, RateLimited, SignInFailed, Unreachable
from app.domain.notices import Notice, NoticeKind
from app.i18n import _
from app.providers import http, registry
from app.providers.base import Connector, SignedIn
from app.providers.exchange import calls, worker
from app.providers.exchange.connector import Connector as ExchangeConnector
from app.providers.exchange.keys import Keys
from app.providers.exchange.provider import ExchangeProvider
from app.providers.exchange.search import Search
from app.providers.ics.feed import EVERY
from app.providers.ics.limits import LARGEST
from app.services import connecting
from app.services.sync import asking
from app.services.workspace import Workspace
from app.ui import messages
from app.ui.connect.forms import form_of
from app.ui.connect.state import trouble_of
from app.ui.connect.words import trouble_words
from app.ui.notice_words import notice_words
from app.ui.settings import account_words
from app.ui.settings.state import SettingsState, draft_of
from tests.providers.exchange.worlds import PASSWORD as EXCHANGE_PASSWORD
from tests.providers.ics.files import calendar as icalendar_file
from tests.providers.ics.files import event as icalendar_event
from tests.servers.caldav.radicale import PASSWORD as CALDAV_PASSWORD
from tests.servers.caldav.radicale import free_port
from tests.servers.ews.certificates import Tls, authority, pem
from tests.servers.feed.serving import FeedFile
from tests.servers.feed.serving import serving as feeds
from tests.services.connected import (
    BY_BROWSER,
    BY_FORM,
    KINDS,
    Connected,
    Kind,
    SignedInAlready,
    connect,
    sign_in_again,
    working,
)
from tests.services.opened import ZONE, wish
from tests.services.simulated import SwiftTime
from tests.services.standing_between import Between, Mode, answer, between

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]
EACH, FORMS = pytest.mark.parametrize("kind", KINDS), pytest.mark.parametrize("kind", BY_FORM)
SPEED = 40.0
"""How much faster time passes while somebody is waited for."""
SLACK = 30.0
"""Swift seconds that a busy machine may take besides a stated limit."""


# Words


@pytest.fixture(autouse=True)
def english(qapp: QApplication) -> Iterator[None]:
    i18n.use("en")
    yield
    i18n.use("en")


def both(*parts: str, **values: str) -> dict[str, tuple[str, ...]]:
    """English sentences, and what the program makes of them in Danish, which is something else."""
    found = {}
    for language in ("en", "da"):
        i18n.use(language)
        given = {name: _(value) for name, value in values.items()}
        found[language] = tuple(_(part).format(**given) if given else _(part) for part in parts)
    i18n.use("en")
    assert all(english != danish for english, danish in zip(*found.values(), strict=True))
    return found


def said(kind: ProviderKind, error: AftaleError) -> dict[str, str]:
    """All that the dialog says about a sign-in that failed, in both languages."""
    found = {}
    for language in ("en", "da"):
        i18n.use(language)
        form, trouble = form_of(kind), trouble_of(error)
        assert form is not None
        place = form.show_trouble(trouble)
        texts = [each.text() for each in form.findChildren(QLabel) if place is not None and not each.isHidden()]
        found[language] = " ".join([*texts, *(trouble_words(trouble, kind) if place is None else ())])
        form.deleteLater()
    i18n.use("en")
    return found


# Signing in

NEAR = Search(connect=Search().connect / SPEED, answer=Search().answer / SPEED)
"""Where threads wait for a server that hangs."""


class Account:
    """Somebody who connects an account, through ``way``, in a form. ``right``: what they would have to fill in."""

    def __init__(self, workspace: Workspace, kind: str, world: Any, way: Between) -> None:
        self.workspace, self.kind, self.way = workspace, KINDS[kind].provider, way
        self.password = EXCHANGE_PASSWORD if kind == "exchange" else CALDAV_PASSWORD
        if kind == "exchange":
            named = {"email": world.email, "server": f"{way.base}/EWS/Exchange.asmx"}
        else:
            named = {"address": f"{way.base}/{world.user}/", "user": world.user}
        self.right = {**named, "password": self.password, "ca": pem(authority()[0])}

    async def sign_in(self, **wrong: str) -> AftaleError | None:
        try:
            found = await self.workspace.connecting.sign_in(
                self.kind, str, asyncio.Event(), lambda step: None, {**self.right, **wrong}
            )
        except AftaleError as error:
            return error
        await self.workspace.connecting.refuse(found.id)
        return None

    async def fails(self, **wrong: str) -> AftaleError:
        """Nothing is kept of it but the report, which has no password in it."""
        error, workspace = await self.sign_in(**wrong), self.workspace
        assert error is not None
        assert await workspace.accounts.accounts() == ()
        assert await workspace.accounts.calendars() == ()
        assert await workspace.notices.pending() == ()
        secrets = await workspace.database.read(lambda session: session.exec_driver_sql("SELECT count(*) FROM secret").scalar())
        assert secrets == 0
        report = workspace.connecting.report(self.kind)
        assert report
        assert {**self.right, **wrong}["password"] not in report
        return error


@asynccontextmanager
async def somebody(kind: str, folder: Path, clock: SwiftTime) -> AsyncIterator[Account]:
    """In an empty workspace, with a way to their server that speaks TLS under a certificate of a private authority."""
    world = KINDS[kind].new_world()
    real = ExchangeConnector(NEAR) if kind == "exchange" else registry.load(KINDS[kind].provider)
    nothing = Connected(KINDS[kind], world, folder, {}, b"", None, ())  # type: ignore[arg-type]
    try:
        with between(KINDS[kind].base(world), tls=True) as way:
            way.second = 1 / SPEED
            async with working(nothing, clock=clock, door=real) as workspace:
                await workspace.connecting.allow(True)
                yield Account(workspace, kind, world, way)
    finally:
        await world.close()


NO_SERVER = {
    "exchange": "No Exchange server was found. Ask your IT department for its address and write it here.",
    "caldav": "No calendar server was found. Check the address, or ask who looks after the server.",
}
SERVICE = {
    "google": "Google", "office365": "Microsoft", "exchange": "Your Exchange server", "caldav": "Your calendar server",
}  # fmt: skip


@FORMS
@pytest.mark.shows("CON-1", "CON-8", "CON-9", "CON-10")
async def test_sign_in_when_password_or_host_is_wrong_says_so_and_keeps_nothing(kind: str, workspace_folder: Path) -> None:
    async with somebody(kind, workspace_folder, SwiftTime()) as anna:
        error = await anna.fails(password="not the right one")
        assert isinstance(error, SignInFailed)
        assert error.reason == "password"
        expect(anna, error, "The server did not accept this user name and password.")
        nowhere = f"https://localhost:{free_port()}"
        error = await anna.fails(**({"server": nowhere} if kind == "exchange" else {"address": nowhere}))
        assert isinstance(error, SignInFailed)
        assert (error.reason, nowhere in error.detail) == ("server", True)
        expect(anna, error, NO_SERVER[kind])
        assert await anna.sign_in() is None


def expect(anna: Account, error: AftaleError, *parts: str, **values: str) -> None:
    """The dialog says these, in both languages."""
    wanted, told = both(*parts, **values), said(anna.kind, error)
    for language, texts in wanted.items():
        for text in texts:
            assert text in told[language]


@FORMS
@pytest.mark.shows("CON-8", "CON-9", "CON-10")
@pytest.mark.parametrize(
    ("shown", "why", "words"),
    [
        (Tls.STRANGER, "unknown_ca", "Nobody whom this computer trusts has signed it."),
        (Tls.SELF_SIGNED, "self_signed", "The server has signed it itself, so anybody could have made it."),
        (Tls.EXPIRED, "expired", "It has ended. Whoever looks after the server has to renew it."),
        (Tls.OTHER_NAME, "wrong_host", "It was made for a server with another name."),
    ],
    ids=["stranger", "self-signed", "expired", "other name"],
)
async def test_sign_in_when_the_certificate_is_not_believed_says_why_and_sends_no_password(
    kind: str, workspace_folder: Path, shown: Tls, why: str, words: str
) -> None:
    async with somebody(kind, workspace_folder, SwiftTime()) as anna:
        anna.way.show(shown)
        anna.way.heard.clear()
        error = await anna.fails()
        assert isinstance(error, SignInFailed)
        assert error.reason == "certificate"
        assert error.detail.startswith(f"why={why}; subject=")
        assert not anna.way.heard.is_set()
        expect(anna, error, "The server’s certificate is not trusted", words, "Your password was not sent to it.")
        anna.way.show(Tls.GOOD)
        assert await anna.sign_in() is None


@FORMS
@pytest.mark.shows("CON-8", "CON-9")
async def test_sign_in_when_the_server_asks_to_wait_or_forbids_it_says_so(kind: str, workspace_folder: Path) -> None:
    async with somebody(kind, workspace_folder, SwiftTime()) as anna:
        for status in ("429 Too Many Requests", "503 Service Unavailable"):
            anna.way.change(Mode.SAYS, answer(status, "Retry-After: 120"))
            error = await anna.fails()
            assert isinstance(error, RateLimited)
            assert error.retry_after == 120
            expect(anna, error, "{service} asks Aftale to wait", service=SERVICE[kind])
        anna.way.change(Mode.SAYS, answer("502 Bad Gateway"))
        expect(anna, await anna.fails(), "{service} does not answer as it should", service=SERVICE[kind])
        anna.way.change(Mode.SAYS, answer("403 Forbidden"))
        error = await anna.fails()
        assert isinstance(error, SignInFailed)
        assert error.reason == "forbidden"
        anna.way.change(Mode.SAYS, answer("403 Forbidden", "X-FEServer: AM0PR01CA0001.eurprd01.prod.outlook.com"))
        error = await anna.fails()
        assert isinstance(error, SignInFailed)
        if kind == "exchange":
            assert error.reason == "microsoft"
            expect(anna, error, "This mailbox is at Microsoft")
        anna.way.change(Mode.THROUGH)
        assert await anna.sign_in() is None


@FORMS
@pytest.mark.shows("CON-8", "CON-9", "R18")
@pytest.mark.parametrize("mode", [Mode.MUTE, Mode.HEAD, Mode.DRIP])
async def test_sign_in_when_the_server_never_answers_ends_within_its_limit(
    kind: str, workspace_folder: Path, mode: Mode
) -> None:
    clock = SwiftTime()
    async with somebody(kind, workspace_folder, clock) as anna:
        anna.way.change(mode)
        began = clock.time()
        with clock.swift(SPEED):
            error = await anna.fails()
        assert clock.time() - began < connecting.LIMIT + SLACK
        assert isinstance(error, Unreachable | SignInFailed)
        expect(anna, error, "{service} did not answer in time", service=SERVICE[kind])
        anna.way.change(Mode.THROUGH)
        assert await anna.sign_in() is None


@pytest.mark.parametrize("kind", BY_BROWSER)
@pytest.mark.parametrize("mode", [Mode.MUTE, pytest.param(Mode.DRIP, marks=pytest.mark.slow)])
@pytest.mark.shows("CON-1", "R18")
async def test_sign_in_by_browser_when_the_calendars_never_come_ends_within_its_limit(
    kind: str, workspace_folder: Path, mode: Mode
) -> None:
    clock, known, world = SwiftTime(), KINDS[kind], KINDS[kind].new_world()
    signed = SignedIn(world.email, "Anna Holm", known.secret(world))
    door: Any = SignedInAlready(registry.load(known.provider), signed)
    try:
        with between(known.base(world)) as way:
            way.second = 1 / SPEED
            nothing = Connected(known, world, workspace_folder, known.environment(way.base), b"", None, ())  # type: ignore[arg-type]
            async with working(nothing, clock=clock, door=door) as workspace:
                await workspace.connecting.allow(True)
                way.change(mode)
                began = clock.time()
                with clock.swift(SPEED), pytest.raises(Unreachable) as failed:
                    await workspace.connecting.sign_in(known.provider, str, asyncio.Event(), lambda step: None)
                assert clock.time() - began < connecting.LIMIT + SLACK
                assert await workspace.accounts.accounts() == ()
                for language, (text,) in both("{service} did not answer in time", service=SERVICE[kind]).items():
                    i18n.use(language)
                    assert trouble_words(trouble_of(failed.value), known.provider).title == text
                i18n.use("en")
                way.change(Mode.THROUGH)
                # The first sign-in was given back: the person signs in once more.
                door._signed = SignedIn(world.email, "Anna Holm", known.secret(world))
                found = await workspace.connecting.sign_in(known.provider, str, asyncio.Event(), lambda step: None)
                assert found.calendars
    finally:
        await world.close()


# While the program runs

LIMITS = {
    "google": asking.LONGEST, "office365": asking.LONGEST, "exchange": worker.LIMIT, "caldav": http.CONNECT + http.WHOLE,
}  # fmt: skip
"""Seconds after which nobody waits for a calendar that is being read."""


WAIT = 75
"""Seconds that a service asks to be left alone: longer than between two readings, so that it is shown."""
ABOUT_ACCOUNTS = (NoticeKind.ACCOUNT, NoticeKind.CALENDAR, NoticeKind.SERVER, NoticeKind.WRITE_FAILED)


class Hasty(ExchangeConnector):
    """Exchange is waited for in threads, which notice nothing of swift time."""

    def provider(self, account: str, secret: bytes, keep: Any, clock: Any) -> ExchangeProvider:
        return ExchangeProvider(account, Keys.load(secret), clock, limit=worker.LIMIT / SPEED)


class House:
    """A connected account whose server is reached through ``way``."""

    def __init__(self, connected: Connected, workspace: Workspace, way: Between, clock: SwiftTime) -> None:
        self.connected, self.workspace, self.way, self.clock = connected, workspace, way, clock
        self.hands, self.limit = connected.hands, LIMITS[connected.kind.provider.value]
        self.booked: list[tuple[str, Instant]] = []

    async def until(self, true: Callable[[], Awaitable[object]], limit: float) -> None:
        """Within so many seconds of the clock."""
        end = self.clock.time() + limit + SLACK
        while not await true():
            assert self.clock.time() < end, "not within the stated time"
            await asyncio.sleep(0.2)

    async def is_failing(self) -> bool:
        """A calendar was waited for in vain."""
        return any(each.failing_since for each in await self.workspace.accounts.calendars())

    async def is_well(self) -> bool:
        return not await self.is_failing()

    async def book(self) -> bool:
        start = (SystemClock().now() // DAY + 3 + len(self.booked)) * DAY + 10 * HOUR
        made = await self.workspace.bookings.book(wish(start, email=f"guest{len(self.booked)}@example.org"))
        if isinstance(made, Promised):
            self.booked.append((made.booking, start))
        return isinstance(made, Promised)

    async def all_written(self) -> bool:
        return await self.connected.events() == sorted(self.booked)

    async def notices(self) -> list[Notice]:
        """Those that are not about bookings."""
        return [each for each in await self.workspace.notices.pending() if each.kind in ABOUT_ACCOUNTS]

    async def kinds(self) -> list[NoticeKind]:
        return [each.kind for each in await self.notices()]

    async def told(self) -> dict[str, str]:
        """What the account's card in the settings says, in both languages."""
        accounts, calendars = await self.workspace.accounts.accounts(), await self.workspace.accounts.calendars()
        base = draft_of(self.workspace.settings.current, accounts, calendars)
        state = SettingsState(base, base, accounts, calendars, now=self.clock.now())
        account, found = next(each for each in accounts if each.id == self.connected.account.id), {}
        for language in ("en", "da"):
            i18n.use(language)
            found[language] = f"{account_words.standing(account, state).words} {account_words.account_line(account, state)[0]}"
        i18n.use("en")
        return found

    async def says(self, text: str) -> None:
        """The card does, in both languages."""
        told = await self.told()
        for language, (part,) in both(text).items():
            assert part.partition("{")[0] in told[language]

    async def active(self) -> bool:
        """All is in use, whether it is reached or not."""
        accounts, calendars = await self.workspace.accounts.accounts(), await self.workspace.accounts.calendars()
        return not any(each.signed_out for each in accounts) and {each.state for each in calendars} == {CalendarState.ACTIVE}


@asynccontextmanager
async def household(kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch, more: int = 0) -> AsyncIterator[House]:
    """``more``: calendars besides those that the world has."""
    monkeypatch.setattr(calls.Protocol, "TIMEOUT", (calls.CONNECT / SPEED, calls.ANSWER / SPEED))
    clock, known = SwiftTime(), KINDS[kind]
    world = known.new_world()
    door: Connector | None = Hasty() if kind == "exchange" else None
    if more:
        known.hands(world).add_calendars(more)
    try:
        with between(known.base(world), tls=kind in BY_FORM) as way:
            way.second = 1 / SPEED
            connected = await connect(folder, known, world, way.base)
            async with working(connected, clock=clock, door=door) as workspace:
                await workspace.sync.now()
                yield House(connected, workspace, way, clock)
    finally:
        await world.close()


def troubles(kind: str) -> list[tuple[str, Callable[[Between], None]]]:
    """What can befall the way to a server, and pass."""
    silent = [(mode.value, lambda way, mode=mode: way.change(mode)) for mode in (Mode.MUTE, Mode.HEAD, Mode.DRIP, Mode.DOWN)]
    shown = [(tls.value, lambda way, tls=tls: way.show(tls)) for tls in (Tls.EXPIRED, Tls.STRANGER)]
    return [*silent, *(shown if kind in BY_FORM else [])]


@EACH
@pytest.mark.shows("SYNC-6", "INACT-1", "R18")
async def test_account_when_its_server_hangs_or_is_not_believed_is_only_not_reached_and_comes_back(
    kind: str, workspace_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with household(kind, workspace_folder, monkeypatch) as house:
        for name, befall in troubles(kind):
            befall(house.way)
            with house.clock.swift(SPEED):
                began = house.clock.time()
                house.workspace.sync.wake("a test")
                await house.until(house.is_failing, house.limit)
                print(f"{kind}, {name}: not reached after {house.clock.time() - began:.0f} of {house.limit:.0f} s")
                assert await house.book(), "the copy is good enough"
            assert await house.active()
            assert await house.notices() == []
            await house.says("not reached since {time}")
            house.way.change(Mode.THROUGH)
            house.way.show(Tls.GOOD)
            await house.workspace.sync.now()
            assert await house.is_well()
            await house.says("checked just now")
            with house.clock.swift(SPEED / 4):
                await house.until(house.all_written, house.limit)
        assert await house.notices() == []


@EACH
@pytest.mark.shows("SYNC-6", "R14")
async def test_account_when_its_service_asks_to_wait_is_left_alone_so_long_and_comes_back(
    kind: str, workspace_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with household(kind, workspace_folder, monkeypatch) as house:
        for fault in (house.hands.busy, "503"):
            house.hands.trouble(fault, times=1, wait=WAIT)
            await house.workspace.sync.now()
            began, before = house.clock.time(), house.hands.visitor.requests
            assert await house.active()
            await house.says("not reached since {time}")
            assert await house.book(), "the copy is good enough"

            async def asked(before: int = before) -> bool:
                return house.hands.visitor.requests > before

            house.workspace.outbox.wake()
            with house.clock.swift(SPEED):
                await house.workspace.sync.now()
                await house.until(house.is_well, WAIT * 13 / 12)
                waited = house.clock.time() - began
                assert waited >= WAIT
                await house.until(house.all_written, 2 * WAIT)
            assert await asked()
            print(f"{kind}, {fault}: asked again after {waited:.0f} s of {WAIT}")
            await house.workspace.sync.now()
            await house.says("checked just now")
        assert await house.notices() == []


@EACH
@pytest.mark.shows("CON-11", "INACT-1", "INACT-4", "R15")
async def test_account_when_its_password_is_changed_asks_for_a_sign_in_once_and_comes_back_with_it(
    kind: str, workspace_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with household(kind, workspace_folder, monkeypatch, more=1) as house:
        house.hands.end_sign_in()
        await signed_out(house)
        assert not await house.book()
        await sign_in_again(house.connected, house.workspace)
        await house.workspace.sync.now()
        assert await house.active()
        assert await house.book()
        await house.until(house.all_written, house.limit)
        assert await house.kinds() == [NoticeKind.ACCOUNT]


async def signed_out(house: House) -> None:
    """The account is, is known to be, and was told of once."""
    for _round in range(3):
        house.workspace.sync.wake("a test")
        await house.workspace.sync.now()
    (account,) = await house.workspace.accounts.accounts()
    assert account.signed_out
    used = [each for each in await house.workspace.accounts.calendars() if each.checked]
    assert {(each.state, each.lost) for each in used} == {(CalendarState.INACTIVE, Lost.SIGN_IN)}
    (notice,) = await house.notices()
    assert notice.kind is NoticeKind.ACCOUNT
    await house.says("Sign in again")
    for language, (title, text) in both(
        "Sign in again: {account}", "Until then Aftale cannot see when you are busy.", account=account.email
    ).items():
        i18n.use(language)
        assert notice_words(notice, ZONE)[:2] == (title, text)
    i18n.use("en")


@FORMS
@pytest.mark.shows("INACT-1", "R15", "R16")
async def test_account_when_it_is_let_in_nowhere_any_more_is_signed_out_and_told_once_for_all_its_calendars(
    kind: str, workspace_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with household(kind, workspace_folder, monkeypatch, more=2) as house:
        assert len([each for each in await house.workspace.accounts.calendars() if each.checked]) > 2
        house.hands.shut_out(True)
        await signed_out(house)
        house.hands.shut_out(False)
        await sign_in_again(house.connected, house.workspace)
        await house.workspace.sync.now()
        assert await house.active()
        assert await house.book()


@EACH
@pytest.mark.shows("INACT-1", "INACT-3", "INACT-4", "R16")
async def test_calendar_when_it_is_no_longer_shared_is_inactive_alone_told_once_and_back_when_it_is_again(
    kind: str, workspace_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with household(kind, workspace_folder, monkeypatch, more=1) as house:
        accounts = house.workspace.accounts
        await house.hands.lose("unshared")
        for _round in range(3):
            await house.workspace.sync.now()
        lost = [each for each in await accounts.calendars() if each.state is CalendarState.INACTIVE]
        assert [each.at for each in lost] == [house.connected.world.calendar]
        assert not any(each.signed_out for each in await accounts.accounts())
        assert await house.kinds() == [NoticeKind.CALENDAR]
        for language in ("en", "da"):
            i18n.use(language)
            (notice,) = await house.notices()
            for words in (notice_words(notice, ZONE), messages.lost_words(lost[0].lost, lost[0].name)):
                assert lost[0].name in " ".join(map(str, words)) or lost[0].name in words
        i18n.use("en")
        assert lost[0].lost in (Lost.UNSHARED, Lost.REMOVED)
        house.hands.share_again()
        assert (await accounts.check_again(lost[0].id)).state is CalendarState.ACTIVE
        assert await house.active()
        assert await house.kinds() == [NoticeKind.CALENDAR]
        assert await house.book()


# Feeds


WHOLE = icalendar_file(icalendar_event("DTSTART:20301020T070000Z"))
HURT = WHOLE.replace(
    "END:VCALENDAR", "BEGIN:VEVENT\r\nUID:b1\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:b2\r\nEND:VEVENT\r\nEND:VCALENDAR"
)


@pytest.mark.shows("CON-1", "SYNC-6", "R24")
async def test_feed_when_parts_of_it_are_broken_or_it_is_too_large_is_told_in_its_card_until_it_is_whole(
    workspace_folder: Path,
) -> None:
    clock = SwiftTime()
    with feeds() as server:
        server.files["/kirsten.ics"] = file = FeedFile(HURT.encode())
        kind = Kind(ProviderKind.ICS, "", lambda *_: b"", lambda base: {}, {})
        nothing = Connected(kind, None, workspace_folder, {}, b"", None, ())  # type: ignore[arg-type]
        async with working(nothing, clock=clock) as workspace:
            found = await workspace.connecting.sign_in(
                ProviderKind.ICS, str, asyncio.Event(), lambda step: None, {"address": f"{server.base}/kirsten.ics", "name": ""}
            )
            await workspace.connecting.confirm(found.id)

            async def read(body: str = "") -> tuple[Calendar, list[str]]:
                """What the card says once that stands there and was read."""
                if body:
                    file.write(body.encode())
                clock.pass_by(EVERY)
                await workspace.sync.now()
                (calendar,) = await workspace.accounts.calendars()
                said = []
                for language in ("en", "da"):
                    i18n.use(language)
                    said += account_words.flaw_words(calendar)
                i18n.use("en")
                return calendar, said

            left_out = [
                "2 entries cannot be read and are left out: they take none of your time.",
                "2 poster kan ikke læses og er udeladt: De optager ikke din tid.",
            ]
            assert (await read())[1] == left_out
            # As long as it is as it was, and nothing is fetched anew.
            assert (await read())[1] == left_out
            assert (await read(WHOLE))[1] == []
            calendar, said = await read("x" * (LARGEST + 1))
            assert calendar.failing_since
            large = "The calendar is larger than 10 MB and is no longer read. What was read before still counts."
            assert said == [text for texts in both(large).values() for text in texts]
            assert calendar.state is CalendarState.ACTIVE
            calendar, said = await read(WHOLE)
            assert (calendar.failing_since, said) == (0, [])
            assert await workspace.notices.pending() == ()
