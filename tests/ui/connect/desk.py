"""The dialog on a real workspace. Only what lies outside stands in: a provider in memory, and a person who signs in when the
test says so."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from app import i18n
from app.bootstrap import Keys
from app.domain.calendars import EventDraft
from app.domain.clock import HOUR, Clock, Instant
from app.domain.connections import Access, Account, ProviderKind
from app.domain.errors import AftaleError, SignInFailed
from app.domain.settings import Privacy
from app.models import secrets
from app.models.database import Database
from app.paths import database_file
from app.providers import registry
from app.providers.base import Keep, SignedIn, Told
from app.providers.google.connector import Connector as GoogleConnector
from app.providers.local import LocalProvider
from app.providers.memory import MemoryAccount, MemoryProvider
from app.services.event_store import DatabaseEventStore
from app.services.workspace import Workspace
from app.ui import theme
from app.ui.connect.controller import ConnectController
from app.ui.connect.state import BY_BROWSER, Page
from app.ui.connect.view import ConnectWindow
from app.ui.widgets.buttons import plain
from tests.services.opened import MONDAY, ZONE, StandingClock
from tests.ui.hearing import hear

PATIENCE = 10.0
KINDS = (ProviderKind.GOOGLE, ProviderKind.OFFICE365)
CLIENT = {"client_id": "123456789012-aftale.apps.googleusercontent.com", "client_secret": "GOCSPX-abcdefghij"}
JANE = SignedIn("jane@example.com", "Jane Doe", b"the sign-in of jane")
InLoop = Callable[[Callable[[], object]], object]


class ScriptedConnector:
    """Signs in who is put into ``answer``; an error there is raised. ``asked`` counts how often the provider heard of us. It
    calls back from a thread of its own, as a library that blocks would; in a form it tells ``steps``. ``tried`` is its
    connection report, ``found_out`` what it remembers of a sign-in."""

    def __init__(self, kind: ProviderKind, service: MemoryAccount) -> None:
        self.kind, self.service = kind, service
        self.by_browser = kind in BY_BROWSER
        self.google = GoogleConnector()
        self.answer: asyncio.Future[SignedIn | AftaleError] = asyncio.get_running_loop().create_future()
        self.asked = 0
        self.given_back: list[bytes] = []
        self.client: dict[str, str] = {}
        self.steps: tuple[str, ...] = ()
        self.tried = ""
        self.found_out: dict[str, str] = {}

    def check(self, fields: Mapping[str, str]) -> dict[str, str]:
        return self.google.check(fields)

    def read_file(self, text: str) -> dict[str, str]:
        return self.google.read_file(text)

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
        self.asked += 1
        self.client = dict(fields)
        if self.by_browser:

            def begin() -> None:
                told("browser")
                open_browser(f"https://accounts.example.com/consent?number={self.asked}")

            await asyncio.get_running_loop().run_in_executor(None, begin)
        for step in self.steps:
            told(step)
        stopped = asyncio.ensure_future(cancel.wait())
        await asyncio.wait((self.answer, stopped), return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not self.answer.done():
            raise SignInFailed("cancelled")
        found, self.answer = self.answer.result(), asyncio.get_running_loop().create_future()
        if isinstance(found, AftaleError):
            raise found
        told("token")
        told("who")
        return found

    def report(self) -> str:
        return self.tried

    def known(self, secret: bytes) -> dict[str, str]:
        return self.found_out

    def provider(self, account: str, secret: bytes, keep: Keep, clock: Clock) -> MemoryProvider:
        self.service.account = account
        return MemoryProvider(self.service, self.kind)

    def sign_in_ends(self, secret: bytes) -> Instant:
        return 0

    async def sign_out(self, secret: bytes, clock: Clock) -> None:
        self.given_back.append(secret)


class Desk:
    """``opened``: what the browser was asked to open; it does so while ``has_browser``. ``visit``: what happens there."""

    def __init__(
        self,
        workspace: Workspace,
        clock: Clock,
        connectors: dict[ProviderKind, ScriptedConnector],
        visit: Callable[[str], object] = lambda address: None,
    ) -> None:
        self.workspace, self.clock, self.connectors, self._visit = workspace, clock, connectors, visit
        self.parent = QWidget()
        self.opened: list[str] = []
        self.has_browser = True
        self.controller = ConnectController(workspace, self.parent, browse=self._browse)
        self.connected, self.reconnected = hear(self.controller.connected), hear(self.controller.reconnected)
        self.closed = hear(self.controller.closed)

    def _browse(self, address: str) -> bool:
        assert threading.current_thread() is threading.main_thread()
        self.opened.append(address)
        self._visit(address)
        return self.has_browser

    @property
    def google(self) -> ScriptedConnector:
        return self.connectors[ProviderKind.GOOGLE]

    @property
    def window(self) -> ConnectWindow:
        assert self.controller.window is not None
        return self.controller.window

    @property
    def page(self) -> Page | None:
        return self.window.state.page if self.controller.window is not None else None

    async def until(self, happened: Callable[[], object]) -> None:
        end = asyncio.get_running_loop().time() + PATIENCE
        while not happened():
            assert asyncio.get_running_loop().time() < end, f"this never happened; the dialog is at {self.page}"
            await asyncio.sleep(0.005)

    async def reach(self, page: Page) -> None:
        await self.until(lambda: self.page is page)

    async def open(self, kind: ProviderKind | str = "") -> None:
        self.controller.open(self.parent, kind)
        await self.until(lambda: self.controller.window is not None)

    def press(self, words: str, under: QWidget | None = None) -> None:
        for button in (under or self.window).findChildren(QPushButton):
            if button.isVisible() and words in (plain(button.text()), button.accessibleName()):
                assert button.isEnabled(), f"{words} cannot be pressed"
                button.click()
                return
        raise AssertionError(f"no button {words!r}")

    def texts(self) -> str:
        """Everything that can be read in the dialog."""
        return "\n".join(each.text() for each in self.window.findChildren(QLabel) if each.isVisible() and each.text())

    async def wait_for_browser(self, kind: ProviderKind = ProviderKind.GOOGLE) -> None:
        """As far as the consent page."""
        await self.open(kind)
        self.press("Continue to Google" if kind is ProviderKind.GOOGLE else "Continue to Microsoft")
        await self.reach(Page.WAITING)
        await self.until(lambda: self.opened)

    async def sign_in(self, who: SignedIn = JANE) -> None:
        """As far as the question whether this is the one."""
        await self.wait_for_browser()
        self.google.answer.set_result(who)
        await self.reach(Page.CONFIRM)

    async def accounts(self) -> tuple[Account, ...]:
        return await self.workspace.accounts.accounts()

    async def secrets(self) -> list[str]:
        """The names of what is kept sealed."""
        found: list[str] = await self.workspace.database.read(
            lambda session: list(session.execute(secrets.secret.select().with_only_columns(secrets.secret.c.id)).scalars())
        )
        return found

    async def nothing_kept(self) -> bool:
        """Nothing of an account was stored."""
        kept = [name for name in await self.secrets() if name.startswith("account:")]
        others = [each for each in await self.accounts() if each.provider is not ProviderKind.LOCAL]
        return not kept and not others


def service(events: int = 3) -> MemoryAccount:
    """An account with a calendar of its own and three that others share."""
    made = MemoryAccount()
    made.add_calendar("own", "Jane Doe")
    made.add_calendar("team", "Team calendar", access=Access.EDIT)
    made.add_calendar("busy", "Jonas Berg", access=Access.FREE_BUSY)
    jonas = made.calendars["busy"]
    jonas.remote = replace(jonas.remote, owner="jonas@example.com", owner_name="Jonas")
    for number in range(events):
        start = MONDAY + (number + 1) * 24 * HOUR
        made.add("own", EventDraft(f"k{number}", f"Event {number}", start, start + HOUR, ZONE))
    return made


@asynccontextmanager
async def desk(
    folder: Path,
    *,
    allowed: bool = True,
    asked: bool = True,
    local: bool = True,
    client: bool = True,
    locked: bool = False,
    kinds: tuple[ProviderKind, ...] = KINDS,
    keys: Keys | None = None,
) -> AsyncIterator[Desk]:
    """A new workspace. ``client``: there is an OAuth client; ``locked``: there is no key to seal anything under; ``keys``: the
    program's own way to one."""
    database, clock = Database(database_file(folder)), StandingClock()
    database.open()
    connectors = {kind: ScriptedConnector(kind, service()) for kind in kinds}

    async def connector_of(kind: ProviderKind) -> ScriptedConnector:
        return connectors[kind]

    workspace = Workspace(
        folder, database, clock,
        lambda account: LocalProvider(account.id, DatabaseEventStore(database)),
        (lambda plain, context: None if locked else plain) if keys is None else keys.seal,
        open_sealed=(lambda sealed, context: sealed) if keys is None else keys.open,
        connector_of=connector_of,
        kinds=kinds,
        door=keys,
        shipped=dict.fromkeys(kinds, CLIENT) if client else {},
    )  # fmt: skip
    async with _at_desk(Desk(workspace, clock, connectors), Privacy(allowed, asked)) as found:
        if local:
            await workspace.accounts.connect_local("On this computer", ZONE)
        yield found


@asynccontextmanager
async def real_desk(folder: Path, clock: Clock, kind: ProviderKind, visit: Callable[[str], object]) -> AsyncIterator[Desk]:
    """A new workspace with the program's own connection to ``kind``; a person does ``visit`` with the addresses that the
    browser gets."""
    database = Database(database_file(folder))
    database.open()
    workspace = Workspace(
        folder, database, clock,
        lambda account: LocalProvider(account.id, DatabaseEventStore(database)),
        lambda plain, context: plain,
        open_sealed=lambda sealed, context: sealed,
        connector_of=registry.connector_of,
        kinds=(kind,),
    )  # fmt: skip
    async with _at_desk(Desk(workspace, clock, {}, visit), Privacy(True, True)) as found:
        yield found


@asynccontextmanager
async def _at_desk(found: Desk, privacy: Privacy) -> AsyncIterator[Desk]:
    workspace = found.workspace
    await workspace.load()
    current = workspace.settings.current
    await workspace.settings.save(replace(current, profile=replace(current.profile, zone=ZONE), privacy=privacy))
    i18n.use("en")
    theme.active().apply("light", 100)
    try:
        yield found
    finally:
        found.controller.close()
        await asyncio.sleep(0)
        found.parent.deleteLater()
        await asyncio.sleep(0)
        await workspace.close()
        QApplication.clipboard().clear()
