"""What the dialog shows, as frozen data, and what follows from an error. No Qt, no services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.clock import DAY, HOUR, Instant
from app.domain.connecting import Candidate
from app.domain.connections import Access, Account, ProviderKind
from app.domain.errors import AftaleError, InvalidFields, RateLimited, SecretUnreadable, SignInFailed, Unreachable

BY_BROWSER = frozenset({ProviderKind.GOOGLE, ProviderKind.OFFICE365})
"""Signed in to at the provider, in the system's browser; the others in a form here."""
WITHOUT_ACCESS = frozenset({ProviderKind.LOCAL, ProviderKind.ICS})
"""They need no personal e-mail access (CONTRACT 4)."""
TELLING = ("browser", "token", "who", "calendars")
"""The steps of a sign-in that are shown, in their order."""


class Page(StrEnum):
    CHOOSE = "choose"
    SHARED = "shared"
    CLIENT = "client"
    FORM = "form"
    WAITING = "waiting"
    FAILED = "failed"
    CONFIRM = "confirm"
    READING = "reading"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why nothing was connected: a reason of ``SignInFailed``, or ``network``, ``silent`` (somebody is there, and does not
    answer in time), ``down``, ``wait``, ``fields``, ``other``. ``detail``: the missing rights, the other account's address,
    seconds to wait."""

    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """Everything in the dialog. ``connected``: a calendar takes bookings already, so there is no offline mode to choose.

    ``beside``: the primary account, if there is one besides the calendar on this computer: a new account is then only checked
    for conflicts. ``asking``: personal e-mail access was never answered, so it is asked for here (CON-5). ``fields`` and
    ``problems`` are those of the OAuth client or of the form, as far as they were ``touched``. ``address``: of the page in the
    browser; ``unopened``: the browser did not come. ``again``: the account that is signed in to again; ``known``: what its form
    needs not be asked. ``reported``: there is a connection report (CON-9).
    """

    page: Page = Page.CHOOSE
    kinds: tuple[ProviderKind, ...] = ()
    kind: ProviderKind = ProviderKind.LOCAL
    connected: bool = False
    beside: str = ""
    allowed: bool = False
    asking: bool = False
    sync: bool = True
    scheduling: bool = True
    fields: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    touched: frozenset[str] = frozenset()
    told: tuple[str, ...] = ()
    address: str = ""
    unopened: bool = False
    trouble: Trouble | None = None
    candidate: Candidate | None = None
    account: Account | None = None
    again: Account | None = None
    known: Mapping[str, str] = field(default_factory=dict)
    reported: bool = False
    events: int = 0
    busy: bool = False
    now: Instant = 0
    zone: str = "UTC"

    @property
    def step(self) -> int:
        """Where it stands on the bar, from 1."""
        return {Page.CHOOSE: 1, Page.SHARED: 2}.get(self.page, 3)

    @property
    def may_connect(self) -> bool:
        return self.allowed or self.kind in WITHOUT_ACCESS

    @property
    def client_ready(self) -> bool:
        """The OAuth client is filled in right."""
        return bool(self.fields) and not self.problems

    def shown_problems(self) -> dict[str, str]:
        """Problems of what somebody has written: an empty field is no mistake before it was left or sent."""
        return {name: code for name, code in self.problems.items() if name in self.touched}


def offered(kinds: tuple[ProviderKind, ...], local: bool) -> tuple[ProviderKind, ...]:
    """What can be chosen, in the order of the design. ``local``: the calendar on this computer, too."""
    wanted = {*kinds, ProviderKind.LOCAL} if local else set(kinds)
    order = (
        ProviderKind.GOOGLE,
        ProviderKind.OFFICE365,
        ProviderKind.EXCHANGE,
        ProviderKind.CALDAV,
        ProviderKind.ICS,
        ProviderKind.LOCAL,
    )
    return tuple(kind for kind in order if kind in wanted)


def trouble_of(error: AftaleError) -> Trouble:
    """What an error of connecting means for whoever connects."""
    match error:
        case SignInFailed():
            return Trouble(error.reason, error.detail)
        case SecretUnreadable():
            return Trouble("locked")
        case RateLimited():
            return Trouble("wait", str(round(error.retry_after)))
        case Unreachable():
            if error.detail in ("ReadTimeout", "took too long"):
                # Somebody is there, and says nothing.
                return Trouble("silent")
            # A status or an odd answer: the service was reached, and is not well.
            answered = error.detail.startswith(("status ", "answer")) or error.detail[:1].isdigit()
            return Trouble("down" if answered else "network")
        case InvalidFields():
            return Trouble("fields")
    return Trouble("other")


def cure_of(trouble: Trouble, kind: ProviderKind) -> str:
    """What the main button does about it: ``client`` (look at the OAuth client), ``privacy``, ``settings``, ``again``."""
    if trouble.reason in ("client", "no_client") and kind in BY_BROWSER:
        return "client"
    return {"no_consent": "privacy", "already": "settings"}.get(trouble.reason, "again")


def bookings_go_to(candidate: Candidate) -> str:
    """The name of the calendar that bookings would be written into; empty if the account is only checked for conflicts."""
    writable = [each for each in candidate.calendars if each.access in (Access.OWNER, Access.EDIT)]
    if not candidate.primary or not writable:
        return ""
    return next((each for each in writable if each.main), writable[0]).name


def countdown(ends: Instant, now: Instant) -> tuple[int, int]:
    """Whole days and hours that are left, never below an hour."""
    left = max(ends - now, HOUR)
    return left // DAY, left % DAY // HOUR
