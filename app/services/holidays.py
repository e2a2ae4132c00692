"""Public holidays by country and region, from the library ``holidays``: read in a thread and kept with the settings (PAGE-2).

The library takes a third of a second to import and to read for the first time, so nobody who decides on a time asks it: what
it says for the present and the next years stands in the settings (``Holidays.known``). ``HolidayKeeper`` brings that up to date
when the year turns, when the owner's language changes, when the library learns of another holiday, and after a country was
chosen without them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from importlib import metadata, resources
from typing import Any

from app.domain.clock import Clock
from app.domain.errors import AftaleError
from app.domain.events import SettingsSaved
from app.domain.settings import Holiday, Holidays, Settings
from app.domain.zones import local_day
from app.services.announcer import Announcer
from app.services.settings import SettingsService

YEARS_AHEAD = 2
"""How many years are known besides the present one."""
_LOOK_EVERY = 6 * 3600.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a country with holidays of its own. ``code``: as the library names it; ``name``: what people call it."""

    code: str
    name: str


# The library. All of this blocks and belongs in a thread


@lru_cache(maxsize=32)
def regions(country: str) -> tuple[Region, ...]:
    """The regions of ``country`` that differ, by name; none for a country that the library does not know."""
    made = _calendar(country, "", (), "")
    if made is None:
        return ()
    names: dict[str, list[str]] = made.get_subdivision_aliases()
    found = [Region(code, next(iter(names.get(code, ())), code)) for code in made.subdivisions]
    return tuple(sorted(found, key=lambda each: each.name.casefold()))


@lru_cache(maxsize=64)
def public_holidays(country: str, region: str, first: int, last: int, language: str) -> tuple[Holiday, ...]:
    """Those of the years from ``first`` to ``last``, ascending, named in ``language`` as far as the library speaks it, else in
    English. A region that the library does not know counts for nothing."""
    made = _calendar(country, region, range(first, last + 1), language)
    if made is None:
        return ()
    return tuple(Holiday(day, made[day].replace("; ", ", ")) for day in sorted(made))


def read(choice: Holidays, year: int, language: str) -> Holidays:
    """``choice`` with what is known of it from ``year`` on, unless it says that already. Days to work on that are long past are
    forgotten."""
    if not choice.country:
        return replace(choice, region="", working=(), known=(), edition="")
    if choice.edition == edition_of(choice, year, language):
        return choice
    found = public_holidays(choice.country, choice.region, year, year + YEARS_AHEAD, language)
    days = {each.day for each in found}
    working = tuple(day for day in choice.working if day in days)
    return replace(choice, working=working, known=found, edition=edition_of(choice, year, language))


def edition_of(choice: Holidays, year: int, language: str) -> str:
    """What ``known`` is read for; anything else than this is out of date."""
    return f"{choice.country} {choice.region} {year} {language} {_library()}"


def _calendar(country: str, region: str, years: Iterable[int], language: str) -> Any:
    """The library's calendar; None where it knows no such country."""
    import holidays

    try:
        bare = holidays.country_holidays(country)
    except NotImplementedError:
        return None
    known = region if region in bare.subdivisions else None
    return holidays.country_holidays(
        country, subdiv=known, years=years, language=_spoken(bare.supported_languages, language), expand=False
    )


def _spoken(languages: Iterable[str], wanted: str) -> str | None:
    """The owner's language if there is one like it, else English; None: the country's own."""
    for each in (wanted, "en"):
        for language in languages:
            if language.split("_")[0] == each:
                return language
    return None


@lru_cache(maxsize=1)
def _library() -> str:
    return metadata.version("holidays")


@lru_cache(maxsize=1)
def _countries_of_zones() -> dict[str, str]:
    """By zone the country that it lies in, as the time zone database says."""
    found = {}
    table = resources.files("tzdata") / "zoneinfo" / "zone.tab"
    for line in table.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            country, _place, zone = line.split("\t")[:3]
            found[zone] = country
    return found


def guess_country(zone: str) -> str:
    """The country of an owner who lives in ``zone``; empty where the zone tells none."""
    return _countries_of_zones().get(zone, "")


# Kept up to date


class HolidayKeeper:
    """``run`` until cancelled."""

    def __init__(self, clock: Clock, settings: SettingsService, announcer: Announcer) -> None:
        self._clock, self._settings, self._announcer = clock, settings, announcer
        self._woken = asyncio.Event()

    async def run(self) -> None:
        """Looks now, after each change of the settings, and every ``_LOOK_EVERY`` seconds."""
        unsubscribe = self._announcer.subscribe(SettingsSaved, lambda _fact: self._woken.set())
        try:
            while True:
                self._woken.clear()
                try:
                    await self.refresh()
                except AftaleError as error:
                    _log.warning("public holidays could not be brought up to date: %s", error)
                # Not wait_for: in Python 3.11 it can swallow the cancellation that ends this.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_EVERY):
                        await self._woken.wait()
        finally:
            unsubscribe()

    async def refresh(self) -> bool:
        """Reads the holidays again if what is known of them is out of date; whether it was."""
        asked = self._settings.current
        found = await self.read(asked.availability.holidays, asked.profile.zone, asked.appearance.language.value)
        if found == asked.availability.holidays:
            return False

        def follow(stored: Settings) -> Settings:
            """Another choice that was saved meanwhile stays; it is read in its turn."""
            if stored.availability.holidays != asked.availability.holidays:
                return stored
            return replace(stored, availability=replace(stored.availability, holidays=found))

        return (await self._settings.change(follow)).availability.holidays == found

    async def read(self, choice: Holidays, zone: str, language: str) -> Holidays:
        """``choice`` with what is known of it now, in the owner's ``language``; read in a thread."""
        year = self._year(zone)
        if not choice.country:
            return read(choice, year, language)
        return await asyncio.get_running_loop().run_in_executor(None, read, choice, year, language)

    async def regions(self, country: str) -> tuple[Region, ...]:
        """The regions of ``country`` that have holidays of their own."""
        return await asyncio.get_running_loop().run_in_executor(None, regions, country)

    def _year(self, zone: str) -> int:
        return (date(1970, 1, 1) + timedelta(local_day(zone, self._clock.now()))).year
