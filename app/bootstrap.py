"""The composition root: builds database, providers and services, then the window or no window. The only file that knows all
names.

Everything heavy is imported inside functions: the window paints before SQLAlchemy is loaded.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.clock import SystemClock
from app.domain.errors import NotFound, PortTaken, SecretUnreadable, WorkspaceUnusable

if TYPE_CHECKING:
    import socket

    from app.domain.connections import Account, ProviderKind
    from app.models.database import Database
    from app.providers.base import Provider
    from app.providers.secrets import SecretStore
    from app.services.secrets import Need
    from app.services.workspace import Workspace

EXIT_WORKSPACE = 3
EXIT_PORT = 4
Ask = Callable[[bool], str | None]
PROOF = "key.proof"
"""A known text sealed under the key: tells whether a passphrase is the right one. No secret."""


@contextlib.contextmanager
def workspace_folder(given: Path | None, temporary: bool) -> Iterator[Path]:
    """The folder to work in: the given one, the user's own, or one that is gone afterwards."""
    from app.paths import default_workspace

    if given is None and temporary:
        import shutil
        import tempfile

        folder = Path(tempfile.mkdtemp(prefix="aftale-"))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    else:
        yield given if given is not None else default_workspace()


async def open_workspace(folder: Path, port: int | None, demo: bool, told: Callable[[str], None] | None = None) -> Workspace:
    """Opens the workspace and serves its pages. Raises WorkspaceUnusable or PortTaken; then nothing is left running.

    The folder's lock is the caller's. ``told`` hears what is worth a line, such as a demo that changed nothing.
    """
    import asyncio

    from app.services.child import Child

    loop = asyncio.get_running_loop()
    # First of all, for it takes as long as opening the workspace and needs nothing of it.
    child = Child(_listening(folder, port))
    child.begin()
    ask = _ask_passphrase if told is not None and sys.stdin is not None and sys.stdin.isatty() else None
    try:
        workspace = await loop.run_in_executor(None, _build, folder, ask)
    except BaseException:
        await child.stop()
        raise
    workspace.publishing.adopt(child)
    try:
        await workspace.load()
        if demo and not await workspace.fill_demo() and told is not None:
            told("the workspace is not empty: no demo data was added")
        if told is not None:
            await workspace.begin_without_questions(await loop.run_in_executor(None, _local_zone))
        if ask is not None:
            # The terminal asks now, before commands are read from it.
            await loop.run_in_executor(None, workspace.unlock)
        workspace.run()
        await workspace.publishing.start(port)
        # Only now: its libraries are heavy, and nobody can book before.
        workspace.look_for_key()
    except BaseException:
        await workspace.close()
        raise
    return workspace


def _listening(folder: Path, port: int | None) -> socket.socket:
    """The socket of the pages. ``port`` None: the one used last, or any free one. Raises PortTaken."""
    from app.domain.settings import Reach
    from app.models.peek import last_place
    from app.paths import database_file
    from app.services.child import EVERYWHERE, HERE, listen

    last, reach = last_place(database_file(folder))
    places = (EVERYWHERE, HERE) if reach == Reach.NETWORK else (HERE,)
    for wanted in (last, 0) if port is None and last else (port or 0,):
        for place in places:
            with contextlib.suppress(PortTaken):
                return listen(wanted, place)
    raise PortTaken(port or 0)


def _local_zone() -> str:
    import tzlocal

    return str(tzlocal.get_localzone_name() or "UTC")


def _build(folder: Path, ask: Ask | None) -> Workspace:
    """Runs in a thread: the imports and the opening of the database take their time."""
    from app.models.database import Database
    from app.paths import database_file
    from app.providers import registry
    from app.services.workspace import Workspace

    database = Database(database_file(folder))
    database.open()
    keys = Keys(folder, ask)
    return Workspace(
        folder, database, SystemClock(), partial(_provider, database), keys.seal, keys.unlock, keys.open,
        registry.connector_of, registry.kinds(), _shipped_clients(), keys,
    )  # fmt: skip


def _shipped_clients() -> dict[ProviderKind, dict[str, str]]:
    """The OAuth clients of whoever packaged the program (CON-7): ``resources/oauth.json``, an object of kinds with the fields
    ``client_id``, ``client_secret`` and ``tenant``. The file is optional."""
    from app.domain.connections import ProviderKind
    from app.paths import resources

    file = resources() / "oauth.json"
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return {ProviderKind(kind): {str(name): str(text) for name, text in fields.items()} for kind, fields in found.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError) as error:
        logging.getLogger(__name__).warning("%s cannot be read: %s", file.name, error)
        return {}


def _provider(database: Database, account: Account) -> Provider:
    from app.domain.connections import LOCAL
    from app.providers.local import LocalProvider
    from app.services.event_store import DatabaseEventStore

    if account.provider != LOCAL:
        raise NotFound(f"provider {account.provider}")
    return LocalProvider(account.id, DatabaseEventStore(database))


class Keys:
    """The secret store of one workspace, locked until a thread has found its key."""

    def __init__(self, folder: Path, ask: Ask | None) -> None:
        self._folder, self._ask = folder, ask
        self._store: SecretStore | None = None

    def seal(self, plain: bytes, context: str) -> bytes | None:
        """Encrypts what is kept for later; None while there is no key."""
        return None if self._store is None else self._store.seal_or_none(plain, context)

    def open(self, sealed: bytes, context: str) -> bytes:
        """What ``seal`` made. Raises SecretUnreadable."""
        if self._store is None:
            raise SecretUnreadable("locked")
        return self._store.open(sealed, context)

    def unlock(self, salt: bytes) -> None:
        """Finds the key: in the keyring, by AFTALE_PASSPHRASE, or at a terminal. Takes seconds; for a thread."""
        self._look(salt, self._ask, os.environ)

    def need(self) -> Need:
        """What would open the secrets."""
        from app.providers.secrets import SecretState, kept_under
        from app.services.secrets import Need

        kept = kept_under(self._known())
        if kept is SecretState.KEYRING:
            return Need.KEYRING
        return Need.PASSPHRASE if kept is SecretState.PASSPHRASE else Need.NEW

    def try_open(self, salt: bytes, passphrase: str = "") -> bool:
        """Looks in the keyring again, or takes ``passphrase``."""
        from app.providers.secrets import VARIABLE, SecretState

        self._look(salt, None, {VARIABLE: passphrase} if passphrase else {})
        return self._store is not None and self._store.state is not SecretState.LOCKED

    def _known(self) -> bytes:
        proof = self._folder / PROOF
        return proof.read_bytes() if proof.exists() else b""

    def _look(self, salt: bytes, ask: Ask | None, environment: Mapping[str, str]) -> None:
        from app.providers.secrets import SecretStore

        known = self._known()
        self._store = SecretStore.unlock(str(self._folder.resolve()), salt, known, ask, environment)
        if self._store.proof and (self._store.renewed or not known):
            (self._folder / PROOF).write_bytes(self._store.proof)


def _ask_passphrase(again: bool) -> str | None:
    """At the terminal; an empty line goes on without."""
    import getpass

    try:
        return (
            getpass.getpass("That is not it. Passphrase: " if again else "Passphrase for the secrets of this workspace: ")
            or None
        )
    except (EOFError, OSError):
        return None


def serve(given: Path | None, port: int | None, demo: bool) -> int:
    """``main.py serve``: no screen, events out and commands in as JSON lines."""
    from app import headless, log
    from app.workspace_lock import SERVE, acquire

    os.umask(0o077)
    try:
        with workspace_folder(given, temporary=demo) as folder, acquire(folder, SERVE):
            log.start(folder)
            return headless.main(lambda told: open_workspace(folder, port, demo, told))
    except WorkspaceUnusable as error:
        print(f"aftale: the workspace cannot be used: {error}", file=sys.stderr)
        return EXIT_WORKSPACE
    except PortTaken as error:
        print(f"aftale: port {error.port} is taken by another program; choose another with --port", file=sys.stderr)
        return EXIT_PORT


def window(given: Path | None, port: int | None, demo: bool, diagnose: bool = False) -> int:
    """The desktop program."""
    from app.ui import application

    os.umask(0o077)
    with workspace_folder(given, temporary=demo or diagnose) as folder:
        return application.run(folder, port, demo, open_workspace, diagnose=diagnose)
