"""``main.py serve``: the program without a screen. Facts leave as JSON lines on standard output, commands come on standard
input.

No names and no e-mail addresses are printed. A reader that does not read never stops the program: lines wait in a bounded
queue, and what does not fit is counted and told in the next line that does.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import queue
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from app.domain.booking import Booking
from app.domain.clock import Clock, from_iso, to_iso
from app.domain.connections import Calendar, CalendarState, Lost
from app.domain.errors import AftaleError, InvalidFields, NotFound, SlotTaken, StateConflict
from app.domain.events import (
    Attempted,
    Booked,
    CalendarChanged,
    Cancelled,
    Declined,
    Requested,
    Rescheduled,
    ServerChanged,
    WriteFailed,
)
from app.services.workspace import Workspace

QUEUED = 1000
Opener = Callable[[Callable[[str], None]], Awaitable[Workspace]]


class Lines:
    """Standard output, written by a thread of its own."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._waiting: queue.Queue[dict[str, object] | None] = queue.Queue(QUEUED)
        self._dropped = 0
        self._thread = threading.Thread(target=self._write, name="standard output", daemon=True)
        self._thread.start()

    def put(self, line: dict[str, object]) -> None:
        """Never waits: what does not fit is left out, and the next line that does says how many were."""
        if self._dropped:
            line = {**line, "dropped": self._dropped}
        try:
            self._waiting.put_nowait(line)
            self._dropped = 0
        except queue.Full:
            self._dropped += 1

    def close(self) -> None:
        """Waits a second at most for what is still to be written."""
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait(None)
        self._thread.join(1)

    def _write(self) -> None:
        while (line := self._waiting.get()) is not None:
            try:
                self._stream.write(json.dumps(line) + "\n")
                self._stream.flush()
            except (OSError, ValueError):
                # The reader is gone; the program goes on serving.
                return


def main(opener: Opener) -> int:
    """Serves in a loop of its own; the exit code."""
    return asyncio.run(run(opener))


async def run(opener: Opener) -> int:
    """Serves until it is told to stop."""
    lines = Lines(sys.stdout)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop.set)
    workspace = await opener(lambda text: print(f"aftale: {text}", file=sys.stderr, flush=True))
    teller = Teller(workspace, lines)
    try:
        await teller.ready()
        reader = Commands(workspace, teller)
        threading.Thread(target=_read_commands, args=(loop, reader.queue), name="standard input", daemon=True).start()
        working = [asyncio.ensure_future(work) for work in (reader.run(), teller.run())]
        await stop.wait()
        for task in working:
            task.cancel()
    finally:
        await workspace.close()
        lines.close()
    return 0


def _read_commands(loop: asyncio.AbstractEventLoop, commands: asyncio.Queue[str]) -> None:
    with contextlib.suppress(RuntimeError, ValueError, OSError):
        for text in sys.stdin:
            if text.strip():
                loop.call_soon_threadsafe(commands.put_nowait, text)


class Teller:
    """Turns facts into lines."""

    def __init__(self, workspace: Workspace, lines: Lines) -> None:
        self._workspace, self._lines = workspace, lines
        self._clock: Clock = workspace.clock
        listen = workspace.announcer.subscribe
        listen(Booked, lambda fact: self._booking("booked", fact.booking))
        listen(Requested, lambda fact: self._booking("requested", fact.booking))
        listen(Cancelled, lambda fact: self._booking("cancelled", fact.booking))
        listen(Rescheduled, lambda fact: self._booking("rescheduled", fact.booking))
        listen(Declined, lambda fact: self._booking("declined", fact.booking))
        listen(Attempted, self._attempted)
        listen(CalendarChanged, self._calendar)
        listen(ServerChanged, self._server)
        listen(WriteFailed, lambda fact: self._queue("error", code="write_failed", id=fact.booking))
        self._states: dict[str, str] = {}
        self._told: asyncio.Queue[tuple[str, dict[str, object]]] = asyncio.Queue()

    async def run(self) -> None:
        """Prints facts in their order, each when the pages show it: a reader may look there at once."""
        while True:
            event, rest = await self._told.get()
            with contextlib.suppress(AftaleError):
                await self._workspace.publishing.settled()
            self.tell(event, **rest)

    def tell(self, event: str, **rest: object) -> None:
        self._lines.put({"event": event, "at": to_iso(self._clock.now()), **rest})

    async def ready(self) -> None:
        """Tells where the pages are, in their order, and how the calendars stand."""
        calendars = await self._workspace.accounts.calendars()
        self._states = {each.id: each.state.value for each in calendars}
        self.tell(
            "ready",
            url=self._workspace.publishing.url,
            pages=[page.slug for page in await self._workspace.pages.all()],
            calendars=[{"id": each.id, "name": _without_address(each), "state": each.state.value} for each in calendars],
        )

    def _booking(self, event: str, booking: Booking) -> None:
        self._queue(event, **described(booking))

    def _queue(self, event: str, **rest: object) -> None:
        self._told.put_nowait((event, rest))

    def _attempted(self, fact: Attempted) -> None:
        self._queue("attempt", page=fact.slug, reason=fact.attempt.reason)

    def _calendar(self, fact: CalendarChanged) -> None:
        calendar = fact.calendar
        if self._states.get(calendar.id) == calendar.state.value:
            return
        self._states[calendar.id] = calendar.state.value
        self._queue(
            "calendar", id=calendar.id, state=calendar.state.value, reason=calendar.lost.value if calendar.lost else None
        )

    def _server(self, fact: ServerChanged) -> None:
        if fact.state == "failed":
            self._queue("error", code="page_server_ended")


def _without_address(calendar: Calendar) -> str:
    """Some services call a person's main calendar by the address of its owner, which is not printed."""
    return calendar.name if "@" not in calendar.name else "primary" if calendar.main else "calendar"


def described(booking: Booking) -> dict[str, object]:
    """A booking without anything personal."""
    return {
        "id": booking.id,
        "page": booking.slug,
        "start": to_iso(booking.start),
        "duration": booking.duration,
        "state": booking.state.value,
    }


class Refusal(Exception):
    """The command cannot be done; the text is a short code."""


class Commands:
    """Does what the lines of standard input say, one after the other, and answers each with ``done`` or ``refused``."""

    def __init__(self, workspace: Workspace, teller: Teller) -> None:
        self._workspace, self._teller = workspace, teller
        self.queue: asyncio.Queue[str] = asyncio.Queue()
        self._known: dict[str, Callable[[dict[str, Any]], Awaitable[dict[str, object] | None]]] = {
            "pages": self._pages,
            "accept": self._accept,
            "decline": self._decline,
            "cancel": self._cancel,
            "list": self._list,
            "calendar": self._calendar,
            "offline": self._offline,
            "busy": self._busy,
        }

    async def run(self) -> None:
        while True:
            await self._obey(await self.queue.get())

    async def _obey(self, text: str) -> None:
        name: object = None
        try:
            command = json.loads(text)
            name = command.get("do") if isinstance(command, dict) else None
            if not isinstance(name, str) or name not in self._known:
                raise Refusal("unknown command")
            found = await self._known[name](command)
            await self._workspace.publishing.settled()
        except (Refusal, AftaleError, ValueError, KeyError, TypeError, RecursionError) as error:
            self._teller.tell("refused", command=name, reason=reason_of(error))
        else:
            self._teller.tell("done", command=name, **(found or {}))

    async def _pages(self, command: dict[str, Any]) -> None:
        await self._workspace.settings.switch_pages(_flag(command, "on"))

    async def _accept(self, command: dict[str, Any]) -> dict[str, object]:
        start = from_iso(command["start"]) if "start" in command else None
        return described(await self._workspace.bookings.accept(_text(command, "id"), start))

    async def _decline(self, command: dict[str, Any]) -> dict[str, object]:
        return described(await self._workspace.bookings.decline(_text(command, "id")))

    async def _cancel(self, command: dict[str, Any]) -> dict[str, object]:
        return described(await self._workspace.bookings.cancel(_text(command, "id")))

    async def _list(self, command: dict[str, Any]) -> dict[str, object]:
        return {"bookings": [described(booking) for booking in await self._workspace.bookings.list()]}

    async def _calendar(self, command: dict[str, Any]) -> None:
        self._only_demo()
        state = _text(command, "state")
        if state not in tuple(CalendarState):
            raise Refusal("state: active or inactive expected")
        await self._workspace.accounts.set_state(_text(command, "id"), CalendarState(state), Lost.SWITCHED)

    async def _offline(self, command: dict[str, Any]) -> None:
        self._only_demo()
        on = _flag(command, "on")
        for account in await self._workspace.accounts.accounts():
            await self._workspace.accounts.set_scheduling(account.id, not on)

    async def _busy(self, command: dict[str, Any]) -> dict[str, object]:
        start, end = from_iso(_text(command, "start")), from_iso(_text(command, "end"))
        if end <= start:
            raise Refusal("the end must come after the start")
        title = command.get("title", "")
        if not isinstance(title, str):
            raise Refusal("title: text expected")
        event = await self._workspace.accounts.add_busy(_text(command, "calendar"), start, end, title)
        return {"id": event.id}

    def _only_demo(self) -> None:
        if not self._workspace.settings.current.demo:
            raise Refusal("only in a demo workspace")


def _flag(command: dict[str, Any], name: str) -> bool:
    value = command.get(name)
    if not isinstance(value, bool):
        raise Refusal(f"{name}: true or false expected")
    return value


def _text(command: dict[str, Any], name: str) -> str:
    value = command.get(name)
    if not isinstance(value, str) or not value:
        raise Refusal(f"{name}: text expected")
    return value


def reason_of(error: Exception) -> str:
    """A short code for the one who sent the command."""
    if isinstance(error, NotFound):
        return f"unknown {error.what}"
    if isinstance(error, SlotTaken):
        return f"taken: {error.reason}"
    if isinstance(error, StateConflict):
        return f"state: {error.have}"
    if isinstance(error, InvalidFields):
        return str(error)
    if isinstance(error, json.JSONDecodeError | RecursionError):
        return "not JSON"
    return str(error) or type(error).__name__
