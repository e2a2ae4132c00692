"""Requests to servers that are not known yet: who is there, which ways in it offers, and which name it takes. Blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests
import spnego.exceptions
import urllib3.exceptions

from app.providers.exchange.forms import Typed, is_microsoft, user_candidates
from app.providers.exchange.report import Report
from app.providers.exchange.search import Search
from app.providers.exchange.showing import BASIC, NEGOTIATE, NTLM, auth_of, has_kerberos, offered, only_tokens
from app.providers.exchange.trust import WRONG_HOST, session, shown, why_not_believed
from app.providers.exchange.waiting import asked_wait

REDIRECTS = (301, 302, 303, 307, 308)
MOST_NAMES, MOST_REFUSALS = 3, 5
"""Names and ways that are tried with one password, at one door and in all: each wrong one may count towards a lock."""


class NotBelieved(Exception):
    """The server's certificate does not count, and ``why``. ``detail``: it, in words of ``trust.Certificate``."""

    def __init__(self, why: str, detail: str, microsoft: bool = False) -> None:
        super().__init__(detail)
        self.why, self.detail, self.microsoft = why, detail, microsoft


class NotReached(Exception):
    """Nobody answers. ``hangs``: somebody is there."""

    def __init__(self, cause: BaseException, hangs: bool = False) -> None:
        super().__init__(requests.exceptions.ReadTimeout.__name__ if hangs else type(cause).__name__)
        self.cause, self.hangs = cause, hangs


class NobodyIn(Exception):
    """An answer that lets nobody in. ``refused``: the names that were tried in vain; ``final``: the same people are known at
    other doors, so nothing else will be said there."""

    def __init__(
        self,
        status: int,
        refused: tuple[str, ...] = (),
        microsoft: bool = False,
        wait: float | None = None,
        final: bool = False,
    ) -> None:
        super().__init__(f"status {status}")
        self.status, self.refused, self.microsoft, self.wait, self.final = status, refused, microsoft, wait, final


class Knocker:
    """``user`` and ``way`` are those that worked last: they are tried first at the next door."""

    def __init__(self, form: Typed, search: Search, report: Report, go_on: Callable[[], None]) -> None:
        self._form, self._search, self._report, self._go_on = form, search, report, go_on
        self.user, self.way, self._refusals = "", "", 0

    def knock(self, url: str, request: Any, what: str, names: Callable[[], object]) -> requests.Response:
        """Sends ``request`` (body and content type) without a name, and then with those that may be meant. Raises NotBelieved,
        NotReached, NobodyIn."""
        answer = self._send(url, request, what, "")
        if answer.status_code != 401:
            return self._checked(url, answer)
        challenge = answer.headers.get("WWW-Authenticate", "")
        if only_tokens(challenge) or "modern auth" in answer.headers.get("ms-diagnostics-public", "").lower():
            raise NobodyIn(401, microsoft=True)
        ways = offered(challenge)
        if not ways:
            raise NobodyIn(401)
        names()
        refused: list[str] = []
        for way, user in self._tries(ways):
            self._go_on()
            if len(refused) >= MOST_NAMES:
                break
            try:
                answer = self._send(url, request, f"{what} as {user} ({way})", way, user)
            except (spnego.exceptions.SpnegoError, PermissionError, KeyError, ValueError) as error:
                # This way cannot be gone from here; nobody was asked about the password.
                self._report.add(url, f"{way} as {user}", type(error).__name__)
                continue
            if answer.status_code != 401:
                self.user, self.way = user, way
                return self._checked(url, answer)
            refused.append(user)
        self._refusals += len(refused)
        # Whoever speaks more than Basic asks the company's directory, and so do its other servers.
        final = ways != (BASIC,) or self._refusals >= MOST_REFUSALS
        raise NobodyIn(401, tuple(dict.fromkeys(refused or user_candidates(self._form))), final=final)

    def _tries(self, ways: tuple[str, ...]) -> list[tuple[str, str]]:
        """Ways and names in the order in which they are tried. Kerberos needs more than a password and may not work from here;
        where the system has none, Negotiate is NTLM."""
        if self.way in ways:
            return [(self.way, self.user)]
        users = user_candidates(self._form)
        if ways[0] == NEGOTIATE and NTLM in ways and has_kerberos():
            pairs = [(NEGOTIATE, users[0]), *((NTLM, user) for user in users)]
        else:
            pairs = [(ways[0], user) for user in users]
        return [*pairs, (BASIC, users[0])] if BASIC in ways[1:] else pairs

    @staticmethod
    def _checked(url: str, answer: requests.Response) -> requests.Response:
        status = answer.status_code
        if status in REDIRECTS:
            target = urlsplit(answer.headers.get("Location", "")).hostname or ""
            if is_microsoft(target):
                raise NobodyIn(status, microsoft=True)
            return answer
        if status in (200, 500):
            return answer
        raise NobodyIn(status, (), status == 403 and is_exchange_online(answer), asked_wait(answer.headers))

    def _send(self, url: str, request: Any, what: str, way: str, user: str = "") -> requests.Response:
        self._go_on()
        body, kind = request
        limits = (self._search.connect, self._search.answer)
        try:
            with session(url, self._form.ca) as http:
                http.auth = auth_of(way, user, self._form.password)
                headers = {"Content-Type": kind, "User-Agent": "Aftale", "Accept-Encoding": "gzip, deflate"}
                answer = http.post(url, data=body, headers=headers, timeout=limits, allow_redirects=False, stream=False)
        except (requests.exceptions.RequestException, OSError) as error:
            raise self._failed(url, what, error) from error
        self._report.add(url, what, words_of(answer))
        return answer

    def _failed(self, url: str, what: str, error: Exception) -> Exception:
        if isinstance(error, PermissionError):
            return error
        if why := why_not_believed(error):
            found = shown(url, why)
            detail = found.text() if found else f"why={why}"
            self._report.add(url, what, f"certificate not believed: {detail}")
            return NotBelieved(why, detail, why == WRONG_HOST and found is not None and _microsofts(found.subject))
        self._report.add(url, what, f"{type(error).__name__}: {cause_of(error)}")
        return NotReached(error, hangs=is_silence(error))


def _microsofts(subject: str) -> bool:
    return any(is_microsoft(part.partition("=")[2].removeprefix("*.")) for part in subject.split(",") if part.startswith("CN="))


def is_exchange_online(answer: requests.Response) -> bool:
    """Whether Microsoft's own servers say so."""
    names = " ".join(
        answer.headers.get(name, "") for name in ("X-CalculatedBETarget", "X-BEServer", "X-FEServer", "X-DiagInfo")
    )
    return "prod.outlook.com" in names.lower()


def words_of(answer: requests.Response) -> str:
    """Status and what the server says of itself."""
    told = [f"status {answer.status_code}"]
    for name in ("Server", "X-FEServer", "X-CasErrorCode"):
        if value := answer.headers.get(name):
            told.append(f"{name}: {value[:80]}")
    if answer.status_code == 401 and (ways := offered(answer.headers.get("WWW-Authenticate", ""))):
        told.append(f"offers {', '.join(ways)}")
    return ", ".join(told)


def is_silence(error: BaseException) -> bool:
    """Whether somebody was waited for in vain: for the answer, or for more of it, which requests calls a broken connection."""
    seen: list[object] = [error]
    while seen:
        each = seen.pop()
        if isinstance(each, requests.exceptions.ReadTimeout | urllib3.exceptions.ReadTimeoutError):
            return True
        seen.extend(inner for inner in getattr(each, "args", ()) if isinstance(inner, BaseException))
    return False


def cause_of(error: BaseException) -> str:
    """The last words of a chain of errors, which say most."""
    seen: BaseException = error
    while True:
        inner = [each for each in (*seen.args, getattr(seen, "reason", None)) if isinstance(each, BaseException)]
        if not inner:
            return " ".join(str(seen).split())[:200]
        seen = inner[0]
