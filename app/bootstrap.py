"""The composition root: builds database, providers and services, then the window or no window. The only file that knows all
names.

Everything heavy is imported inside functions: the window paints before SQLAlchemy is loaded.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.clock import SystemClock
from app.domain.connections import Account
from app.domain.errors import PortTaken, WorkspaceUnusable

if TYPE_CHECKING:
    from app.providers.base import Provider
    from app.services.workspace import Workspace

EXIT_WORKSPACE = 3
EXIT_PORT = 4


@contextlib.contextmanager
def workspace_folder(given: Path | None, temporary: bool) -> Iterator[Path]:
    """The folder to work in: the given one, the user's own, or one that is gone afterwards."""
    from app.paths import default_workspace

    if given is None and temporary:
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
    loop = asyncio.get_running_loop()
    workspace = await loop.run_in_executor(None, _build, folder)
    try:
        await workspace.load()
        if demo and not await workspace.fill_demo() and told is not None:
            told("the workspace is not empty: no demo data was added")
        workspace.run()
        await workspace.publishing.start(port)
    except BaseException:
        await workspace.close()
        raise
    return workspace


def _build(folder: Path) -> Workspace:
    """Runs in a thread: the imports and the opening of the database take their time."""
    from app.models.database import Database
    from app.paths import database_file
    from app.services.workspace import Workspace

    database = Database(database_file(folder))
    database.open()
    return Workspace(folder, database, SystemClock(), partial(_provider, database), lambda plain, context: None)


def _provider(database: object, account: Account) -> Provider:
    from app.models.database import Database
    from app.providers.local import LocalProvider
    from app.services.event_store import DatabaseEventStore

    assert isinstance(database, Database)
    return LocalProvider(account.id, DatabaseEventStore(database))


def serve(given: Path | None, port: int | None, demo: bool) -> int:
    """``main.py serve``: no screen, events out and commands in as JSON lines."""
    from app import headless, log
    from app.workspace_lock import SERVE, acquire

    os.umask(0o077)
    try:
        with workspace_folder(given, temporary=demo) as folder, acquire(folder, SERVE):
            log.start(folder)
            return asyncio.run(headless.run(lambda told: open_workspace(folder, port, demo, told)))
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
