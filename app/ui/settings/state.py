"""What the settings window holds: what is saved, what the owner has changed, and what would have to be mended first. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from app.domain.clock import Instant
from app.domain.connections import Account, Calendar, CalendarState, ProviderKind
from app.domain.settings import Appearance, Availability, Profile, Settings
from app.i18n import _

PANELS = ("calendars", "availability", "pages", "profile", "appearance")


@dataclass(frozen=True, slots=True)
class Draft:
    """The part of the settings that this window edits. ``scheduling`` holds the accounts with *Meeting scheduling pages* on."""

    profile: Profile = Profile()
    appearance: Appearance = Appearance()
    availability: Availability = Availability()
    pages_on: bool = True
    scheduling: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to mend before saving: in which panel, at which field, in which words."""

    panel: str
    field: str
    words: str


@dataclass(frozen=True, slots=True)
class SettingsState:
    """``base`` is what is saved; ``paused_until`` and ``pages`` (their number) are only told."""

    base: Draft
    draft: Draft
    accounts: tuple[Account, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    pages: int = 0
    now: Instant = 0
    hours_valid: bool = True

    @property
    def dirty(self) -> bool:
        return self.draft != self.base or not self.hours_valid

    @property
    def problems(self) -> tuple[Problem, ...]:
        found = []
        if not self.draft.profile.name.strip():
            found.append(Problem("profile", "name", _("Write your name. Guests see it on your pages.")))
        if not self.hours_valid:
            found.append(Problem("availability", "hours", _("Write hours like 9-12, 13-17.")))
        return tuple(found)

    @property
    def inactive(self) -> tuple[Calendar, ...]:
        return tuple(each for each in self.calendars if each.state is CalendarState.INACTIVE)

    def attention(self, panel: str) -> bool:
        """Whether a panel carries the amber dot."""
        return bool(self.inactive) if panel == "calendars" else False


def draft_of(settings: Settings, accounts: tuple[Account, ...]) -> Draft:
    """What is saved now, as this window sees it."""
    return Draft(
        profile=settings.profile,
        appearance=settings.appearance,
        availability=settings.availability,
        pages_on=settings.pages_on,
        scheduling=frozenset(account.id for account in accounts if account.scheduling),
    )


def applied(settings: Settings, draft: Draft) -> Settings:
    """``settings`` with the changes of ``draft``; switching the pages on or off by hand ends a pause with an end."""
    paused = settings.paused_until if draft.pages_on == settings.pages_on else 0
    profile = replace(draft.profile, name=draft.profile.name.strip(), tagline=draft.profile.tagline.strip())
    return replace(
        settings,
        profile=profile,
        appearance=draft.appearance,
        availability=draft.availability,
        pages_on=draft.pages_on,
        paused_until=paused,
    )


def rebased(state: SettingsState, base: Draft) -> Draft:
    """The draft after what is saved has become ``base`` elsewhere: what the owner did not touch here follows."""
    changes = {
        field.name: getattr(base, field.name)
        for field in fields(Draft)
        if getattr(state.draft, field.name) == getattr(state.base, field.name)
    }
    return replace(state.draft, **changes)


def is_local(account: Account) -> bool:
    return account.provider is ProviderKind.LOCAL
