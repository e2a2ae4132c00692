"""What the settings window holds: what is saved, what the owner has changed, and what would have to be mended first. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app.domain.clock import Instant
from app.domain.connecting import AccountChoice, Choices, Effects
from app.domain.connections import Account, Calendar, CalendarState, ProviderKind, Role
from app.domain.keeping import Stock
from app.domain.merging import merged
from app.domain.pages import Page
from app.domain.reaching import Serving, Standing
from app.domain.settings import (
    Appearance,
    Availability,
    Desktop,
    KeptSettings,
    Notify,
    Profile,
    Publishing,
    Reach,
    Retention,
    Settings,
)
from app.i18n import _

PORT_TAKEN, NO_DOMAIN = "port_taken", "no_domain"
"""Reasons of a standing beside those of ``Obstacle``: the port is not free in the network; there is no address to ask."""
PANELS = (
    "calendars", "availability", "pages", "publishing", "notifications", "embed", "appearance", "privacy",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draft:
    """The part of the settings that this window edits. ``accounts``: the choices of each account; ``checked``: the calendars
    that are checked for conflicts; ``booking``: where bookings go."""

    profile: Profile = Profile()
    appearance: Appearance = Appearance()
    availability: Availability = Availability()
    publishing: Publishing = Publishing()
    notify: Notify = Notify()
    desktop: Desktop = Desktop()
    own_part: str = ""
    default_page: str = ""
    pages_on: bool = True
    email_access: bool = False
    retention: Retention = Retention()
    accounts: Mapping[str, AccountChoice] = field(default_factory=dict)
    checked: frozenset[str] = frozenset()
    booking: str = ""

    @property
    def choices(self) -> Choices:
        return Choices(dict(self.accounts), self.checked, self.booking)

    def choice(self, account: str) -> AccountChoice:
        return self.accounts.get(account, AccountChoice())

    def choosing(self, account: str, choice: AccountChoice) -> Draft:
        """The draft with another choice for one account."""
        return replace(self, accounts={**self.accounts, account: choice})

    def checking(self, calendar: str, on: bool) -> Draft:
        """The draft with one calendar checked or not."""
        return replace(self, checked=self.checked | {calendar} if on else self.checked - {calendar})


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to mend before saving: in which panel, at which field, in which words."""

    panel: str
    field: str
    words: str


@dataclass(frozen=True, slots=True)
class SettingsState:
    """``base`` is what is saved; ``pages`` and ``standing`` (how they are reached) are only told. ``troubles``: what is typed
    and cannot be read as it stands. ``asked``: whether personal e-mail access was asked
    for; ``stock``: how much there is and when it was backed up; ``clock_doubted``: nothing is removed, because the clock has
    jumped; ``reading``: how many events were read so far of accounts that are read for the first time; ``effects``: what saving
    would bring; ``kept``: older settings that could not be read."""

    base: Draft
    draft: Draft
    accounts: tuple[Account, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    pages: tuple[Page, ...] = ()
    standing: Standing = Standing()
    now: Instant = 0
    troubles: tuple[Problem, ...] = ()
    asked: bool = True
    reading: Mapping[str, int] = field(default_factory=dict)
    effects: Effects | None = None
    stock: Stock = Stock()
    clock_doubted: bool = False
    kept: tuple[KeptSettings, ...] = ()

    @property
    def dirty(self) -> bool:
        return self.draft != self.base or bool(self.troubles)

    @property
    def problems(self) -> tuple[Problem, ...]:
        found = []
        if not self.draft.profile.name.strip():
            found.append(Problem("appearance", "name", _("Write your name. Guests see it on your pages.")))
        publishing = self.draft.publishing
        if publishing.reach is Reach.PROXY and not publishing.domains and not self.trouble("publishing", "address"):
            found.append(Problem("publishing", "address", _("Write the public address of your proxy")))
        return tuple(sorted((*found, *self.troubles), key=lambda each: PANELS.index(each.panel)))

    def trouble(self, panel: str, field: str) -> str:
        """Why a field cannot be saved as it stands, or an empty text."""
        return next((each.words for each in self.troubles if (each.panel, each.field) == (panel, field)), "")

    def troubled(self, panel: str, field: str, words: str) -> SettingsState:
        """The state after a panel said that about a field."""
        others = tuple(each for each in self.troubles if (each.panel, each.field) != (panel, field))
        return replace(self, troubles=(*others, Problem(panel, field, words)) if words else others)

    def calendars_of(self, account: str) -> tuple[Calendar, ...]:
        return tuple(each for each in self.calendars if each.account == account)

    @property
    def inactive(self) -> tuple[Calendar, ...]:
        """Calendars in use to which access was lost: while there is one, nobody can book."""
        return tuple(each for each in self.calendars if each.state is CalendarState.INACTIVE and in_use(each))

    @property
    def doubtful(self) -> tuple[Calendar, ...]:
        """Calendars from which so much vanished at once that the owner is asked."""
        return tuple(each for each in self.calendars if each.doubt and in_use(each))

    @property
    def signed_out(self) -> frozenset[str]:
        return frozenset(each.id for each in self.accounts if each.signed_out)

    @property
    def shared_roles(self) -> bool:
        """Two accounts from an earlier version share what the primary account does (CON-12)."""
        return {each.role for each in self.accounts} >= {Role.SYNC, Role.BOOKING}

    @property
    def booking_account(self) -> Account | None:
        """The account whose calendars bookings can go to."""
        return next((each for each in self.accounts if each.primary and each.role is not Role.SYNC), None)

    @property
    def may_connect(self) -> bool:
        """Whether an account can be connected: allowed, or still to be asked for."""
        return self.base.email_access or not self.asked

    def attention(self, panel: str) -> bool:
        """Whether a panel carries the amber dot."""
        if panel == "publishing":
            return unreached(self.standing)
        return panel == "calendars" and bool(self.inactive or self.doubtful or self.signed_out)


def draft_of(settings: Settings, accounts: tuple[Account, ...], calendars: tuple[Calendar, ...] = ()) -> Draft:
    """What is saved now, as this window sees it. A calendar that is checked and shows only busy times by now stays so until its
    owner removes it: Save alone must not open the pages again (INACT-2)."""
    return Draft(
        profile=settings.profile,
        appearance=settings.appearance,
        availability=settings.availability,
        # The port is no choice of the owner's: publishing keeps it by itself, also while this window is open.
        publishing=replace(settings.publishing, port=0),
        notify=settings.notify,
        desktop=settings.desktop,
        own_part=settings.own_part,
        default_page=settings.default_page,
        pages_on=settings.pages_on,
        email_access=settings.privacy.email_access,
        retention=settings.retention,
        accounts={each.id: AccountChoice(each.sync, each.scheduling, each.tasks, each.policy) for each in accounts},
        checked=frozenset(each.id for each in calendars if each.checked),
        booking=next((each.id for each in calendars if each.booking), ""),
    )


def applied(settings: Settings, draft: Draft) -> Settings:
    """``settings`` with the changes of ``draft``; switching the pages on or off by hand ends a pause with an end."""
    paused = settings.paused_until if draft.pages_on == settings.pages_on else 0
    profile = replace(draft.profile, name=draft.profile.name.strip(), tagline=draft.profile.tagline.strip())
    privacy = settings.privacy
    if draft.email_access != privacy.email_access:
        privacy = replace(privacy, email_access=draft.email_access, asked=True)
    return replace(
        settings,
        profile=profile,
        appearance=draft.appearance,
        availability=draft.availability,
        publishing=replace(draft.publishing, port=settings.publishing.port),
        notify=draft.notify,
        desktop=draft.desktop,
        own_part=draft.own_part,
        default_page=draft.default_page,
        pages_on=draft.pages_on,
        paused_until=paused,
        privacy=privacy,
        retention=draft.retention,
    )


def rebased(state: SettingsState, base: Draft) -> Draft:
    """The draft after what is saved has become ``base`` elsewhere: what the owner did not touch here follows. Accounts and
    calendars are merged one by one, and those that are gone are left out."""
    draft, before = state.draft, state.base
    accounts = {
        name: draft.accounts[name] if draft.accounts.get(name, saved) != before.accounts.get(name, saved) else saved
        for name, saved in base.accounts.items()
    }
    checked = (base.checked | (draft.checked - before.checked)) - (before.checked - draft.checked)
    return replace(merged(before, draft, base), accounts=accounts, checked=checked)


def without_lost(draft: Draft, base: Draft, calendars: tuple[Calendar, ...]) -> Draft:
    """``draft`` without calendars that are not there any more."""
    known = {each.id for each in calendars}
    booking = draft.booking if draft.booking in known else base.booking
    return replace(draft, checked=draft.checked & known, booking=booking)


def unreached(standing: Standing) -> bool:
    """Whether guests reach the pages less far than the owner wants."""
    return standing.serving in (Serving.NOT_REACHED, Serving.STOPPED) or standing.reason == PORT_TAKEN


def in_use(calendar: Calendar) -> bool:
    return calendar.checked or calendar.booking


def is_local(account: Account) -> bool:
    return account.provider is ProviderKind.LOCAL
