"""Profiles from elsewhere, and which account of them holds which role (CON-12). Pure.

Before 13 March 2023 a profile could have one account for calendar settings (sync) and another for meetings (booking). Both keep
their role for as long as both are there; whatever came later, or stays alone, holds both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.domain import typed
from app.domain.connections import Account, ProviderKind, Role
from app.domain.errors import InvalidFields
from app.domain.typed import Fault, UnacceptableError

ONE_ACCOUNT_SINCE = date(2023, 3, 13)
"""From this day on only one account of a profile holds roles."""
AT_MOST = 20
"""Accounts of one profile."""
TWICE = "twice"


@dataclass(frozen=True, slots=True)
class ProfileAccount:
    """An account as a profile names it. ``use``: what it was used for."""

    provider: ProviderKind
    email: str
    name: str = ""
    use: Role = Role.BOTH


@dataclass(frozen=True, slots=True)
class Profile:
    """``created``: the day on which it was made."""

    created: date
    accounts: tuple[ProfileAccount, ...] = ()


def read_profile(document: Mapping[str, object]) -> Profile:
    """A profile from plain values: ``{"created": "2022-05-01", "accounts": [{"provider": "google", "email": "…", "name": "…",
    "use": "sync" | "booking" | "both"}]}``; a time after the day is left out, and unknown entries are passed over.

    Raises InvalidFields with the place of each fault (``created``, ``accounts.0.email`` …): a ``typed.Fault``, or ``twice``
    for an account or a use that stands there once more.
    """
    faults: dict[str, str] = {}
    created = _read_day(document.get("created"), faults)
    accounts = _read_accounts(document.get("accounts"), faults)
    if faults or created is None:
        raise InvalidFields(faults)
    return Profile(created, accounts)


def roles_of(profile: Profile) -> tuple[tuple[ProfileAccount, Role | None], ...]:
    """Each account with the role that it holds from now on; None: it is only checked for conflicts.

    Where one has to hold both, it is the one that bookings were written to.
    """
    kept = {each.use for each in profile.accounts}
    if profile.created < ONE_ACCOUNT_SINCE and kept == {Role.SYNC, Role.BOOKING}:
        return tuple((each, each.use) for each in profile.accounts)
    first = min(profile.accounts, key=lambda each: (Role.BOTH, Role.BOOKING, Role.SYNC).index(each.use), default=None)
    return tuple((each, Role.BOTH if each is first else None) for each in profile.accounts)


def after_disconnecting(accounts: Sequence[Account], gone: str) -> tuple[Account, ...]:
    """The accounts that stay when ``gone`` is disconnected. Of two that shared the roles the other one holds both now."""
    left = tuple(each for each in accounts if each.id != gone)
    primary = [each for each in left if each.primary]
    if len(primary) != 1 or primary[0].role is Role.BOTH:
        return left
    return tuple(replace(each, role=Role.BOTH) if each is primary[0] else each for each in left)


def may_be_primary(accounts: Sequence[Account]) -> bool:
    """Whether an account that is connected now becomes the primary one: only if none is, for two share the roles in no profile
    that is made today. The calendar on this computer steps back."""
    return not any(each.primary and each.provider is not ProviderKind.LOCAL for each in accounts)


def _read_day(value: object, faults: dict[str, str]) -> date | None:
    try:
        if value is None or value == "":
            raise UnacceptableError(Fault.MISSING)
        return date.fromisoformat(typed.day(value[:10] if isinstance(value, str) else value))
    except UnacceptableError as error:
        faults["created"] = error.fault.value
        return None


def _read_accounts(value: object, faults: dict[str, str]) -> tuple[ProfileAccount, ...]:
    fault = None
    if value is None or value == []:
        fault = Fault.MISSING
    elif not isinstance(value, list):
        fault = Fault.WRONG_TYPE
    elif len(value) > AT_MOST:
        fault = Fault.TOO_MANY
    if fault is not None or not isinstance(value, list):
        faults["accounts"] = (fault or Fault.WRONG_TYPE).value
        return ()
    found = [_read_account(each, f"accounts.{number}", faults) for number, each in enumerate(value)]
    accounts = tuple(each for each in found if each is not None)
    if not faults:
        faults.update(_said_twice(accounts))
    return accounts


def _read_account(value: object, where: str, faults: dict[str, str]) -> ProfileAccount | None:
    if not isinstance(value, Mapping):
        faults[where] = Fault.WRONG_TYPE.value
        return None
    found: dict[str, str] = {}
    for name, read in _READ.items():
        try:
            found[name] = read(value.get(name))
        except UnacceptableError as error:
            faults[f"{where}.{name}"] = error.fault.value
    if len(found) < len(_READ):
        return None
    return ProfileAccount(ProviderKind(found["provider"]), found["email"], found["name"], Role(found["use"]))


def _needed(value: object) -> object:
    if value is None or value == "":
        raise UnacceptableError(Fault.MISSING)
    return value


def _one_of(value: object, words: Iterable[str]) -> str:
    if isinstance(value, str) and value in set(words):
        return value
    raise UnacceptableError(Fault.NOT_A_CHOICE)


_CONNECTED = tuple(each.value for each in ProviderKind if each is not ProviderKind.LOCAL)
_USES = tuple(each.value for each in Role)
_READ: Mapping[str, Callable[[object], str]] = {
    "provider": lambda value: _one_of(_needed(value), _CONNECTED),
    "email": lambda value: typed.email(_needed(value)),
    "name": lambda value: typed.line(value or "", typed.NAME_LONGEST),
    "use": lambda value: _one_of(value or Role.BOTH.value, _USES),
}


def _said_twice(accounts: tuple[ProfileAccount, ...]) -> dict[str, str]:
    """No account, and no half of the roles, stands in a profile more than once."""
    faults: dict[str, str] = {}
    known: set[tuple[ProviderKind, str]] = set()
    uses: set[Role] = set()
    for number, account in enumerate(accounts):
        key = (account.provider, account.email.lower())
        if key in known:
            faults[f"accounts.{number}.email"] = TWICE
        elif account.use is not Role.BOTH and account.use in uses:
            faults[f"accounts.{number}.use"] = TWICE
        known.add(key)
        uses.add(account.use)
    return faults
