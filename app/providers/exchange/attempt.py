"""Signing in: which server, which name, which way, which version. Everything is tried in a thread that can be left behind."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from app.domain.errors import AftaleError, RateLimited, SignInFailed, Unreachable
from app.providers.base import SignedIn, Told
from app.providers.exchange.discovery import DIALECTS, Dialect
from app.providers.exchange.discovery import Told as Directions
from app.providers.exchange.forms import Typed, is_microsoft
from app.providers.exchange.greeting import greeting, read_greeting
from app.providers.exchange.keys import Keys
from app.providers.exchange.knocking import REDIRECTS, Knocker, NobodyIn, NotBelieved, NotReached
from app.providers.exchange.report import Report
from app.providers.exchange.search import Search
from app.providers.exchange.trust import WRONG_HOST

MOST_HOPS = 5
ONLY_MICROSOFT = "microsoft"


class GivenUp(Exception):
    """Nobody waits for the outcome any more."""


@dataclass(slots=True)
class Seen:
    """What was seen on the way, to say at the end what is most likely wrong."""

    tried: list[str] = field(default_factory=list)
    certificate: str = ""
    forbidden: str = ""
    down: str = ""
    wait: float | None = None
    offline: int = 0
    refused: list[str] = field(default_factory=list)
    unreached: set[str] = field(default_factory=set)


class Attempt:
    """One sign-in with one form."""

    def __init__(self, form: Typed, search: Search, report: Report) -> None:
        self._form, self._search, self._report = form, search, report
        self._gone = threading.Event()
        self._seen = Seen()

    async def run(self, cancel: asyncio.Event, told: Told, limit: float) -> SignedIn:
        """Raises SignInFailed, Unreachable, RateLimited."""
        loop = asyncio.get_running_loop()
        brought: asyncio.Future[SignedIn] = loop.create_future()

        def hand_over(call: Callable[[], object]) -> None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(call)

        def tell(step: str) -> None:
            hand_over(lambda: None if brought.done() else told(step))

        def work() -> None:
            try:
                signed = self._sign_in(tell)
            except BaseException as error:
                failed = error
                hand_over(lambda: None if brought.done() else brought.set_exception(failed))
            else:
                hand_over(lambda: None if brought.done() else brought.set_result(signed))

        threading.Thread(target=work, name="exchange sign-in", daemon=True).start()
        stopped = asyncio.ensure_future(cancel.wait())
        try:
            await asyncio.wait((brought, stopped), timeout=limit, return_when=asyncio.FIRST_COMPLETED)
            if stopped.done():
                raise SignInFailed("cancelled")
            if not brought.done():
                self._report.add("", "sign in", f"not done after {limit:g} s")
                raise SignInFailed("time_out")
            return await brought
        finally:
            self._gone.set()
            stopped.cancel()
            if not brought.done():
                brought.cancel()
            elif not brought.cancelled():
                brought.exception()

    # In the thread

    def _sign_in(self, tell: Told) -> SignedIn:
        tell("look")
        knocker = Knocker(self._form, self._search, self._report, self._go_on)
        for url in self._servers(knocker, tell):
            tell(f"server:{urlsplit(url).netloc}")
            keys = self._enter(knocker, url, tell)
            if keys is not None:
                tell("calendars")
                return self._with_calendars(keys)
        raise self._verdict()

    def _go_on(self) -> None:
        if self._gone.is_set():
            raise GivenUp

    def _servers(self, knocker: Knocker, tell: Told) -> Iterator[str]:
        """URLs of EWS to be tried, as long as none was right."""
        if self._form.server:
            yield self._form.server
            return
        domain = self._form.domain
        if is_microsoft(self._search.real_name(f"autodiscover.{domain}")):
            self._report.add(f"autodiscover.{domain}", "look up", "leads to Exchange Online")
            raise SignInFailed(ONLY_MICROSOFT)
        known: set[str] = set()
        for place in self._search.discovery(domain):
            tell(f"server:{urlsplit(place).netloc}")
            for url in self._discovered(knocker, place):
                if url.lower() not in known:
                    known.add(url.lower())
                    yield url
        if self._seen.refused:
            # The domain's own server did not take the password: others are not asked with it.
            raise self._refused()
        yield from (url for url in self._search.usual(self._form) if url.lower() not in known)

    def _discovered(self, knocker: Knocker, place: str) -> Iterator[str]:
        """URLs of EWS that one host tells of, asked in both dialects until one tells. A host that nobody reached, or that did
        not take the password, is not asked again."""
        host = urlsplit(place).netloc
        for dialect in DIALECTS:
            if self._seen.refused or host in self._seen.unreached:
                return
            urls = self._told(knocker, dialect, dialect.at(place))
            if urls:
                yield from urls
                return

    def _told(self, knocker: Knocker, dialect: Dialect, place: str) -> tuple[str, ...]:
        """What a place tells, or the places and addresses to which it leads: each is asked once, and few."""
        email, asked = self._form.email, set[tuple[str, str]]()
        while len(asked) < MOST_HOPS and (place.lower(), email.lower()) not in asked:
            asked.add((place.lower(), email.lower()))
            answer = self._knock(knocker, place, dialect.request(email, place), dialect.name)
            if answer is None:
                return ()
            moved = urljoin(place, answer.headers.get("Location", "")) if answer.status_code in REDIRECTS else ""
            told = Directions(place=moved) if moved else dialect.read(answer.content)
            self._report.add(place, dialect.name, told.summary)
            if any(is_microsoft(urlsplit(each).hostname or "") for each in (*told.urls, told.place)) or (
                told.email and is_microsoft(told.email.rpartition("@")[2])
            ):
                raise SignInFailed(ONLY_MICROSOFT)
            if told.place:
                if not told.place.lower().startswith("https://"):
                    self._report.add(told.place, dialect.name, "not asked: no TLS")
                    return ()
                place = dialect.at(told.place)
            elif told.email:
                email = told.email
            else:
                return tuple(each for each in told.urls if each.lower().startswith("https://"))
        self._report.add(place, dialect.name, "led nowhere")
        return ()

    def _enter(self, knocker: Knocker, url: str, tell: Told) -> Keys | None:
        """What opens the server at ``url``; None if there is none. Raises SignInFailed."""
        for _hop in range(MOST_HOPS):
            answer = self._knock(knocker, url, greeting(), "sign in", tell)
            if answer is None:
                break
            if answer.status_code in REDIRECTS:
                url = urljoin(url, answer.headers.get("Location", ""))
                if not url.lower().startswith("https://"):
                    break
                continue
            met = read_greeting(answer)
            if met is None:
                break
            tell("version")
            self._report.add(url, "version", met.words)
            if met.too_old:
                raise SignInFailed("too_old", met.words)
            form, schema = self._form, met.schema(self._form.version)
            return Keys(form.email, form.password, knocker.user, url, schema, met.build, knocker.way, form.ca, form.shared)
        if self._seen.refused:
            raise self._refused()
        return None

    def _refused(self) -> SignInFailed:
        return SignInFailed("password", ", ".join(dict.fromkeys(self._seen.refused)))

    def _knock(self, knocker: Knocker, url: str, request: Any, what: str, tell: Told | None = None) -> Any:
        """The answer that whoever may come in gets; None if nobody is there, or not for us. Notes why."""
        self._go_on()
        seen = self._seen
        if is_microsoft(urlsplit(url).hostname or ""):
            raise SignInFailed(ONLY_MICROSOFT)
        seen.tried.append(url)
        # Where a server is only guessed, whatever web site is there may say no in any way.
        certain = bool(self._form.server or knocker.way)
        try:
            return knocker.knock(url, request, what, lambda: tell("user") if tell else None)
        except NotBelieved as error:
            seen.unreached.add(urlsplit(url).netloc)
            if error.microsoft:
                raise SignInFailed(ONLY_MICROSOFT) from error
            if certain or error.why != WRONG_HOST:
                seen.certificate = seen.certificate or error.detail
        except NotReached as error:
            seen.unreached.add(urlsplit(url).netloc)
            seen.offline += is_offline(error.cause)
            seen.down = seen.down or (str(error) if certain and error.hangs else "")
        except NobodyIn as error:
            if error.microsoft:
                raise SignInFailed(ONLY_MICROSOFT) from error
            if error.refused:
                seen.refused.extend(error.refused)
                if error.final:
                    raise self._refused() from error
            elif certain and error.status == 403:
                seen.forbidden = seen.forbidden or url
            elif certain and (error.status == 429 or error.status >= 500):
                seen.down, seen.wait = f"status {error.status}", error.wait
        return None

    def _with_calendars(self, keys: Keys) -> SignedIn:
        """Looks into the mailbox. Raises what is said of a mailbox that cannot be."""
        from app.providers.exchange.calls import Line
        from app.providers.exchange.errors import translated
        from app.providers.exchange.folders import own_calendar

        line = Line(keys)
        try:
            with translated("", "calendar"):
                folder = own_calendar(line)
        except (RateLimited, Unreachable):
            raise
        except AftaleError as error:
            self._report.add(keys.url, "own calendar", str(error))
            raise SignInFailed("no_mailbox", str(error)) from error
        finally:
            line.close()
        self._report.add(keys.url, "own calendar", f"found: {folder.name}")
        return SignedIn(email=keys.email, name="", secret=keys.dump())

    def _verdict(self) -> AftaleError:
        """What is most likely wrong, after nothing worked."""
        seen = self._seen
        if seen.certificate:
            return SignInFailed("certificate", seen.certificate)
        if seen.forbidden:
            return SignInFailed("forbidden", seen.forbidden)
        if seen.wait is not None:
            return RateLimited("", seen.wait)
        if seen.down:
            return Unreachable("", seen.down)
        if seen.offline and seen.offline == len(seen.tried):
            return Unreachable("", "no network")
        return SignInFailed("server", " ".join(dict.fromkeys(seen.tried)))


def is_offline(error: BaseException | None) -> bool:
    """Whether this computer has no network, as far as an error tells."""
    while error is not None:
        if isinstance(error, socket.gaierror):
            return error.errno == socket.EAI_AGAIN
        if isinstance(error, OSError) and error.errno in (errno.ENETUNREACH, errno.ENETDOWN):
            return True
        inner = [each for each in (*error.args, getattr(error, "reason", None)) if isinstance(each, BaseException)]
        error = next(iter(inner), None) or error.__cause__ or error.__context__
    return False
