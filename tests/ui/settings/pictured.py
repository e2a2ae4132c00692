"""States of the settings window to draw and to test: the accounts and calendars of the design's pictures, and awkward ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.domain.calendars import ONLY_BUSY
from app.domain.clock import DAY, MINUTE
from app.domain.connecting import AccountChoice, Effects
from app.domain.connections import Access, Account, Calendar, CalendarState, Flaw, Lost, ProviderKind, Role
from app.domain.pages import Limits, WeeklyHours
from app.domain.settings import Availability, Holiday, Holidays, Journey, Privacy, Profile, Settings, Spell
from app.ui.settings.state import SettingsState, draft_of
from tests.ui.overviews import CALENDAR, FOLLOW_UP, INTRO, LOCAL, NOW, STRATEGY, TEAM, ZONE, at

_WORK = ((540, 720), (780, 1020))
HOURS = WeeklyHours((_WORK, _WORK, ((540, 720), (780, 960)), _WORK, ((540, 750),), (), ()))
SETTINGS = Settings(
    profile=Profile("Anna Holm", "Organisation consultant", ZONE),
    availability=Availability(HOURS),
    privacy=Privacy(email_access=True, asked=True),
)
READ = NOW - 2 * MINUTE
PAGES = (INTRO, STRATEGY, FOLLOW_UP)
GOOGLE = Account("g", ProviderKind.GOOGLE, "Anna Holm", "anna@example.com")
OFFICE = Account("o", ProviderKind.OFFICE365, "Anna Holm", "anna.holm@example.net", primary=False)


def calendar(name: str, account: str = "g", **rest: object) -> Calendar:
    plain = Calendar(name.lower().replace(" ", "-"), account, name, ZONE, read_at=READ, checked=False)
    return replace(plain, **rest)  # type: ignore[arg-type]


ANNA = calendar("Anna Holm", booking=True, checked=True, main=True)
LOST = calendar(
    "Team calendar",
    access=Access.DETAILS,
    checked=True,
    state=CalendarState.INACTIVE,
    lost=Lost.UNSHARED,
    since=at(12, 18, 20),
    owner="kirsten@example.com",
    owner_name="Kirsten Lund",
)
FAMILY = calendar("Family", access=Access.EDIT, checked=True, colour="moss")
ROOM = calendar("Conference room", access=Access.DETAILS, checked=True, colour="slate")
HOLIDAYS = calendar("Holidays in Denmark", access=Access.DETAILS, colour="brick")
JONAS = calendar(
    "Jonas Beck", access=Access.FREE_BUSY, colour="slate", owner="jonas@example.com", owner_name="Jonas Beck", read_at=0
)
WORK = calendar("Work", "o", checked=True, main=True, colour="heather", read_at=NOW - 4 * MINUTE)
USUAL = (ANNA, LOST, FAMILY, ROOM, HOLIDAYS, JONAS)


def state(accounts: tuple[Account, ...], calendars: tuple[Calendar, ...], settings: Settings = SETTINGS) -> SettingsState:
    """The window just opened."""
    base = draft_of(settings, accounts, calendars)
    return SettingsState(base, base, accounts, calendars, PAGES, now=NOW, asked=settings.privacy.asked)


def _connected() -> SettingsState:
    return state((GOOGLE,), (ANNA, FAMILY, ROOM, HOLIDAYS, JONAS))


def _inactive() -> SettingsState:
    found = state((GOOGLE,), USUAL)
    return replace(found, draft=found.draft.checking(HOLIDAYS.id, True), effects=Effects(3, 1))


def _two_accounts() -> SettingsState:
    """From before 13 March 2023 (CON-12)."""
    accounts = (replace(GOOGLE, role=Role.SYNC), replace(OFFICE, primary=True, role=Role.BOOKING))
    return state(accounts, (replace(ANNA, booking=False), replace(WORK, booking=True)))


def _several() -> SettingsState:
    return state((GOOGLE, OFFICE), (ANNA, FAMILY, WORK, calendar("Room 4", "o", access=Access.DETAILS)))


def _signed_out() -> SettingsState:
    lost = {"state": CalendarState.INACTIVE, "lost": Lost.SIGN_IN, "since": at(12, 18, 20)}
    calendars = tuple(replace(each, **lost) for each in (ANNA, FAMILY))  # type: ignore[arg-type]
    return state((replace(GOOGLE, signed_out=True),), (*calendars, HOLIDAYS))


def _reading() -> SettingsState:
    found = state((replace(GOOGLE, sign_in_ends=NOW + 3 * DAY),), (replace(ANNA, read_at=0), HOLIDAYS))
    return replace(found, reading={"g": 1250})


def _flawed() -> SettingsState:
    """A feed of which not everything can be read."""
    feed = Account("f", ProviderKind.ICS, "Kirsten Lund", primary=False)
    flaws = ((Flaw.LEFT_OUT, 3), (Flaw.COARSE, 1), (Flaw.CUT_OFF, 1))
    return state((GOOGLE, feed), (ANNA, calendar("Kirsten", "f", access=Access.DETAILS, checked=True, main=True, flaws=flaws)))


def _not_reached() -> SettingsState:
    calendars = (replace(ANNA, failing_since=at(13, 8, 55)), FAMILY)
    return state((replace(GOOGLE, sign_in_ends=NOW + DAY),), calendars)


def _doubtful() -> SettingsState:
    return state((GOOGLE,), (ANNA, replace(ROOM, doubt=34)))


def _offline() -> SettingsState:
    found = _connected()
    draft = found.draft.choosing("g", AccountChoice(sync=False, scheduling=False, policy=ONLY_BUSY))
    return replace(found, draft=draft, effects=Effects(offline=True))


def _not_allowed() -> SettingsState:
    return state((LOCAL,), (CALENDAR,), replace(SETTINGS, privacy=Privacy(asked=True)))


def _local() -> SettingsState:
    return state((LOCAL,), (CALENDAR, TEAM))


ALL = {
    "connected": _connected(),
    "inactive": _inactive(),
    "two-accounts": _two_accounts(),
    "several": _several(),
    "signed-out": _signed_out(),
    "reading": _reading(),
    "not-reached": _not_reached(),
    "flawed": _flawed(),
    "doubtful": _doubtful(),
    "offline": _offline(),
    "not-allowed": _not_allowed(),
    "local": _local(),
    "none": state((), ()),
}

STUDY_WEEK = Spell(date(2026, 11, 2), date(2026, 11, 6), name="Study week")
LATE_EVENING = Spell(date(2026, 10, 29), date(2026, 10, 29), ((1080, 1260),), "Late evening for overseas")
SUMMER = Spell(date(2026, 7, 6), date(2026, 7, 24), name="Summer")
TOKYO = Journey(date(2027, 5, 3), date(2027, 5, 9), "Asia/Tokyo")
DANISH_DAYS = Holidays(
    "DK",
    "",
    (date(2026, 12, 26),),
    tuple(
        Holiday(date.fromisoformat(day), name)
        for day, name in (
            ("2026-12-25", "Christmas Day"), ("2026-12-26", "Second Day of Christmas"), ("2027-01-01", "New Year’s Day"),
            ("2027-03-25", "Maundy Thursday"), ("2027-03-26", "Good Friday"), ("2027-03-28", "Easter Sunday"),
            ("2027-03-29", "Easter Monday"), ("2027-05-06", "Ascension Day"), ("2027-05-16", "Whit Sunday"),
            ("2027-05-17", "Whit Monday"), ("2027-12-25", "Christmas Day"), ("2027-12-26", "Second Day of Christmas"),
        )
    ),
    "DK  2026 en",
)  # fmt: skip
DEPARTURES = {
    "drawn": Availability(HOURS, spells=(LATE_EVENING, STUDY_WEEK)),
    "all": Availability(HOURS, Limits(5, 20), (SUMMER, LATE_EVENING, STUDY_WEEK), (TOKYO,), DANISH_DAYS),
    "no-hours": Availability(WeeklyHours(), spells=(SUMMER,)),
}
"""What can depart from the usual hours, by name."""


def departing(name: str) -> SettingsState:
    """The window with one of ``DEPARTURES``."""
    return state((GOOGLE,), (ANNA,), replace(SETTINGS, availability=DEPARTURES[name]))
