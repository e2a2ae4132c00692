"""``main.py --diagnose``: does everything once, from the window to a booking and back, and says a line about each step.

It works on a temporary workspace with sample data, so nothing of the owner's is touched and nobody is told.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.error import URLError
from urllib.request import ProxyHandler, Request, build_opener

from PySide6.QtWidgets import QWidget

from app.domain.clock import DAY, to_iso
from app.domain.errors import AftaleError
from app.domain.events import ServerChanged
from app.domain.overview import Reachability
from app.ui.program import Opening, Program
from app.ui.runtime.painting import painted

if TYPE_CHECKING:
    from app.services.workspace import Workspace
    from app.ui.shell import Shell

T = TypeVar("T")
PATIENCE = 30.0
"""Seconds for each step."""
GUEST = {"first_name": "Ida", "last_name": "Diagnose", "email": "ida@example.org"}


class Failure(Exception):
    """A step did not do what it should; the text says what was seen."""


async def diagnosis(program: Program, opening: Opening) -> int:
    """Runs all steps. Exit code 0 if each did what it should, else 1."""
    workspace: Workspace | None = None
    code = 0
    try:
        await _step("the window is open", _open_window(program))
        workspace = await _step("the workspace is open", program.open(opening))
        shell = program.shell
        assert shell is not None
        shell.attach(workspace)
        await _step("the page server answers", _serve(workspace))
        slug, start = await _step("the page offers times", _find_slot(workspace))
        await _step(f"a guest booked {start}", _book(workspace, slug, start))
        await _step("the meeting stands in the window", _see(shell))
        shell.detach()
    except (Failure, AftaleError, OSError, TimeoutError) as error:
        print(f"failed: {str(error) or type(error).__name__}", flush=True)
        code = 1
    finally:
        await program.close(workspace)
    print("closed" if code == 0 else "closed after the failure", flush=True)
    return code


async def _step(words: str, work: Awaitable[T]) -> T:
    begun = time.monotonic()
    try:
        async with asyncio.timeout(PATIENCE):
            result = await work
    except TimeoutError:
        raise Failure(f"{words}: not within {PATIENCE:g} seconds") from None
    print(f"ok: {words} ({time.monotonic() - begun:.2f} s)", flush=True)
    return result


async def _open_window(program: Program) -> None:
    await program.draw_shell()
    await painted(program.shown)
    if not program.shown.isVisible():
        raise Failure("the window did not come up")


async def _serve(workspace: Workspace) -> None:
    changed = asyncio.Event()
    end = workspace.announcer.subscribe(ServerChanged, lambda fact: changed.set())
    while workspace.publishing.reach()[0] is not Reachability.COMPUTER_ONLY:
        await changed.wait()
        changed.clear()
    end()
    await _fetch(f"{workspace.publishing.url}/healthz")


async def _find_slot(workspace: Workspace) -> tuple[str, str]:
    page = (await workspace.pages.all())[0]
    now = workspace.clock.now()
    first, last = to_iso(now)[:10], to_iso(now + 40 * DAY)[:10]
    url = f"{workspace.publishing.url}/meetings/{page.slug}"
    await _fetch(url)
    answer = json.loads(await _fetch(f"{url}/slots?from={first}&to={last}&duration={page.rules.durations[0]}"))
    starts = [each if isinstance(each, str) else each["start"] for each in answer["slots"]]
    if not starts:
        raise Failure("the page offers no times")
    return page.slug, starts[0]


async def _book(workspace: Workspace, slug: str, start: str) -> None:
    page = next(each for each in await workspace.pages.all() if each.slug == slug)
    body = {**GUEST, "start": start, "duration": page.rules.durations[0]}
    answer = json.loads(await _fetch(f"{workspace.publishing.url}/meetings/{slug}/book", body))
    if answer.get("state") != "confirmed":
        raise Failure(f"the booking was answered with {answer}")


async def _see(shell: Shell) -> None:
    """Waits until the guest's name can be read in the window."""
    name = f"{GUEST['first_name']} {GUEST['last_name']}"
    drawn = asyncio.Event()
    shell.dashboard.state_changed.connect(drawn.set)
    while not any(name in _texts(widget) for widget in shell.window.findChildren(QWidget)):
        await drawn.wait()
        drawn.clear()


def _texts(widget: QWidget) -> str:
    text = getattr(widget, "text", None)
    return f"{widget.accessibleName()} {text() if callable(text) else ''}"


async def _fetch(url: str, body: dict[str, Any] | None = None) -> str:
    """Asks the page server as any program would, in a thread, past every proxy."""
    data = json.dumps(body).encode() if body is not None else None
    headers = {"Content-Type": "application/json", "Accept": "application/json"} if data else {}
    request = Request(url, data, headers)

    def ask() -> str:
        try:
            with build_opener(ProxyHandler({})).open(request, timeout=PATIENCE) as answer:
                return str(answer.read().decode())
        except URLError as error:
            raise Failure(f"{url} answered {error}") from error

    return await asyncio.to_thread(ask)
