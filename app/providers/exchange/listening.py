"""Hears from the server that something changed (streaming notifications), on a connection and in a thread of its own: it may
last for hours, and nothing of the account waits for it.

Nobody depends on it. Where a server does not offer it, or something on the way cuts or holds back what never ends, it is left
alone for long, and changes are found by looking every minute as before.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from app.domain.errors import RateLimited
from app.providers.exchange.keys import Keys
from app.providers.exchange.subscribing import read_news, streaming_events, subscribe, unsubscribe
from app.providers.exchange.xml import MESSAGES

if TYPE_CHECKING:
    from app.providers.exchange.calls import Line, Stream

_M = f"{{{MESSAGES}}}"
MOST_CUTS = 2
"""Connections in a row that were cut, or on which nothing came, after which the way is not fit for them."""
MOST_LOSSES = 2
"""Subscriptions to one calendar that ended as soon as they were made, after which there is none for it."""
LONGEST_RETRY = 300.0
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds. ``silence``: without a sign of life, of which Exchange gives one every 45, until a connection counts as dead;
    ``steady``: after which one was worth having; ``retry``: until the next try after a failure, doubled with each one more;
    ``rest``: until the next try where it seems of no use. ``minutes``: that a connection is asked to last."""

    silence: float = 75.0
    steady: float = 60.0
    retry: float = 5.0
    rest: float = 3600.0
    minutes: int = 15


class Why(Enum):
    """Why a connection ended: it was to end; the server offers none; it was cut, or silent; nobody could be reached; the server
    wants to be left alone; the password does not count any more."""

    OVER = auto()
    NOT_OFFERED = auto()
    CUT = auto()
    UNREACHED = auto()
    BUSY = auto()
    REFUSED = auto()


@dataclass(frozen=True, slots=True)
class Ended:
    """``wait``: seconds that the server asks for; ``good``: it was worth having."""

    why: Why
    wait: float = 0.0
    good: bool = False


class Ears:
    """The listening of one account."""

    def __init__(self, keys: Keys, patience: Patience | None = None) -> None:
        self._keys, self._patience = keys, patience or Patience()
        self._closed, self._open = asyncio.Event(), set[_Connection]()
        self._forget()

    def _forget(self) -> None:
        self._cuts = self._failures = 0
        self._quiet_until = float("-inf")

    async def listen(self, calendars: frozenset[str], told: Told) -> None:
        """Until it is cancelled, or the account's connections are closed."""
        closed = self._closed
        while not closed.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(max(self._quiet_until, asyncio.get_running_loop().time())):
                    await closed.wait()
            if closed.is_set():
                return
            connection = _Connection(self._keys, calendars, told, self._patience)
            self._open.add(connection)
            try:
                ended = await connection.run()
            finally:
                self._open.discard(connection)
            if not closed.is_set():
                self._note(ended, calendars, told)

    def close(self) -> None:
        """Ends all of it at once. What is listened to afterwards is tried without regard to what failed before."""
        self._closed.set()
        self._closed = asyncio.Event()
        for each in tuple(self._open):
            each.end()
        self._forget()

    def _note(self, ended: Ended, calendars: frozenset[str], told: Told) -> None:
        patience, rests = self._patience, ended.why in (Why.NOT_OFFERED, Why.REFUSED)
        self._cuts = self._cuts + 1 if ended.why is Why.CUT and not ended.good else 0
        self._failures = self._failures + 1 if ended.why is Why.UNREACHED else 0
        if ended.why is Why.REFUSED:
            # Whether that is so, a look tells: what goes wrong here never costs the account its sign-in.
            for each in calendars:
                told(each)
        wait = max(ended.wait, min(patience.retry * 2.0 ** min(self._failures, 10), LONGEST_RETRY))
        if rests or self._cuts >= MOST_CUTS:
            wait, self._cuts = patience.rest, 0
        self._quiet_until = asyncio.get_running_loop().time() + wait


class _Connection:
    """One thread with its line, from the first subscription until it ends for good or bad."""

    def __init__(self, keys: Keys, calendars: frozenset[str], told: Told, patience: Patience) -> None:
        self._keys, self._calendars, self._told, self._patience = keys, calendars, told, patience
        self._loop = asyncio.get_running_loop()
        self._brought: asyncio.Future[Ended] = self._loop.create_future()
        self._over, self._leaves = threading.Event(), False
        self._stream: Stream | None = None
        self._losses: dict[str, int] = {}
        self._good = False

    async def run(self) -> Ended:
        """Returns how it ended. A cancelled wait ends it too, and gives the subscriptions back."""
        threading.Thread(target=self._work, name="exchange stream", daemon=True).start()
        try:
            return await self._brought
        finally:
            # Cancelled: the server is still ours to take leave of.
            self.end(leaves=True)

    def end(self, leaves: bool = False) -> None:
        """At once; the thread follows. ``leaves``: the subscriptions are given back."""
        if self._over.is_set():
            return
        self._leaves = leaves
        self._over.set()
        if self._stream is not None:
            self._stream.stop()
        if not self._brought.done():
            self._brought.set_result(Ended(Why.OVER))

    # In the thread

    def _work(self) -> None:
        # A mistake of ours ends the thread with its trace, and the listening as if there were nothing to hear.
        ended = Ended(Why.NOT_OFFERED)
        try:
            ended = self._listen()
        finally:
            self._hand_over(lambda: None if self._brought.done() else self._brought.set_result(ended))

    def _hand_over(self, call: Callable[[], object]) -> None:
        # The loop may have ended meanwhile.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(call)

    def _tell(self, calendar: str) -> None:
        self._hand_over(lambda: None if self._over.is_set() else self._told(calendar))

    def _listen(self) -> Ended:
        from app.providers.exchange.calls import Line

        line, names = Line(self._keys), dict[str, str]()
        try:
            ended = self._served(line, names)
            if self._leaves or ended.why is Why.BUSY:
                self._take_leave(line, names)
            return ended
        finally:
            line.close()

    def _served(self, line: Line, names: dict[str, str]) -> Ended:
        """Subscribes and listens in turn. ``names``: the subscriptions that there are, with their calendars."""
        from spnego.exceptions import SpnegoError

        from app.providers.exchange.calls import UNREACHED, EWSError
        from app.providers.exchange.errors import MISPLACED

        wanted, streams = set(self._calendars), False
        try:
            while not self._over.is_set():
                streams = False
                offered = self._subscribe(line, names, wanted)
                if not names:
                    return Ended(Why.UNREACHED if offered else Why.NOT_OFFERED)
                streams = True
                wanted = self._hear(line, names)
        except (EWSError, SpnegoError, *UNREACHED, *MISPLACED) as error:
            if not self._over.is_set():
                return self._meaning(error, streams)
        return Ended(Why.OVER)

    def _subscribe(self, line: Line, names: dict[str, str], wanted: set[str]) -> bool:
        """Subscribes to what is ``wanted``. Between two subscriptions anything may have happened, so each is told; and so is a
        refusal, which only a look can explain. Returns whether all that was refused was refused because of the calendar.
        Raises exchangelib's errors."""
        from app.providers.exchange.calls import error_in
        from app.providers.exchange.errors import BUSY, DENIED, GONE, name_of

        offered = True
        for calendar in sorted(wanted):
            if self._over.is_set() or self._losses.get(calendar, 0) >= MOST_LOSSES:
                continue
            (message,) = line.ask("Subscribe", subscribe(calendar))
            error = error_in(message)
            if error is not None and name_of(error) in BUSY:
                raise error
            name = message.findtext(f"{_M}SubscriptionId") or ""
            if error is None and name:
                names[name] = calendar
            else:
                offered = offered and error is not None and name_of(error) in DENIED | GONE
            self._tell(calendar)
        return offered and not any(each >= MOST_LOSSES for each in self._losses.values())

    def _hear(self, line: Line, names: dict[str, str]) -> set[str]:
        """Listens once, for as long as was asked for. Returns the calendars that need a new subscription."""
        began = time.monotonic()
        stream = self._stream = line.stream(streaming_events(names, self._patience.minutes), self._patience.silence)
        if self._over.is_set():
            stream.stop()
        try:
            for news in self._news(stream, names):
                self._good = self._good or bool(news) or time.monotonic() - began > self._patience.steady
                for calendar in news:
                    self._losses.pop(calendar, None)
                    self._tell(calendar)
        except _Lost as lost:
            if time.monotonic() - began > self._patience.steady:
                self._losses.clear()
            gone = {names.pop(each) for each in lost.names}
            for calendar in gone:
                self._losses[calendar] = self._losses.get(calendar, 0) + 1
            return gone
        finally:
            self._stream = None
        self._good = True
        if time.monotonic() - began < self._patience.steady:
            # A server that closes sooner than it was asked to is not asked again and again.
            self._over.wait(self._patience.retry)
        return set()

    @staticmethod
    def _news(stream: Stream, names: dict[str, str]) -> Iterator[set[str]]:
        """The calendars in which something changed, message by message, until the server closes the stream. Raises _Lost, and
        TransportError where it merely ends."""
        from app.providers.exchange.calls import TransportError, error_in
        from app.providers.exchange.errors import BUSY, name_of

        for message in stream:
            news, error = read_news(message), error_in(message)
            if error is not None and name_of(error) in BUSY:
                raise error
            yield {names[each] for each in news.changed if each in names}
            if news.lost or error is not None:
                raise _Lost((news.lost & names.keys()) or frozenset(names))
            if news.closed:
                return
        raise TransportError("cut")

    @staticmethod
    def _take_leave(line: Line, names: dict[str, str]) -> None:
        """Exchange lets nobody have many subscriptions, and keeps forgotten ones for half an hour."""
        from spnego.exceptions import SpnegoError

        from app.providers.exchange.calls import UNREACHED, EWSError

        with contextlib.suppress(EWSError, SpnegoError, *UNREACHED):
            for each in names:
                line.ask("Unsubscribe", unsubscribe(each))

    def _meaning(self, error: BaseException, streams: bool) -> Ended:
        from app.providers.exchange.calls import NotServed, ResponseMessageError, SOAPError, UnauthorizedError
        from app.providers.exchange.errors import PASSING, meaning, name_of

        if isinstance(error, UnauthorizedError | PermissionError):
            return Ended(Why.REFUSED)
        meant = meaning(error, "")
        if isinstance(meant, RateLimited):
            return Ended(Why.BUSY, meant.retry_after)
        odd = isinstance(error, NotServed) and error.status < 500
        if odd or (isinstance(error, SOAPError | ResponseMessageError) and name_of(error) not in PASSING):
            return Ended(Why.NOT_OFFERED)
        return Ended(Why.CUT, good=self._good) if streams else Ended(Why.UNREACHED)


class _Lost(Exception):
    """These subscriptions are there no more."""

    def __init__(self, names: frozenset[str]) -> None:
        super().__init__("subscriptions lost")
        self.names = names
