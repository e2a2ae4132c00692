"""How soon a changed setting stands on the public page: from Save until a visitor's browser gets it, over HTTP, with a real
workspace (2,000 events, twenty pages) and a real public child.

Prints one JSON object: ``setting_shown_ms``, the median over all changes of different settings, and ``setting_shown_worst_ms``.

    python -m tests.bench.bench_settings
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx2

from app.domain.calendars import Event
from app.domain.clock import SystemClock, to_iso
from app.domain.pages import Limits, Rolling, WeeklyHours
from app.domain.settings import Holidays, Settings, Spell
from app.models.calendars import upsert_events
from app.services.workspace import Workspace
from tests.services.opened import StandingClock, furnished, page

ROUNDS, EVENTS, PAGES = 4, 2000, 20
ADDRESS = "/meetings/anna/page-1"
GIVEN_UP = 10.0


class Now(StandingClock):
    """The computer's clock, for the child has no other."""

    def now(self) -> int:
        return SystemClock().now()


@dataclass(frozen=True, slots=True)
class Change:
    """A setting: how the owner changes it in a round, and whether what a visitor gets shows it."""

    name: str
    path: str
    do: Callable[[Workspace, int], Awaitable[None]]
    shows: Callable[[str, int], bool]


def saved(change: Callable[[Settings, int], Settings]) -> Callable[[Workspace, int], Awaitable[None]]:
    async def do(workspace: Workspace, number: int) -> None:
        await workspace.settings.save(change(workspace.settings.current, number))

    return do


async def _own_text(workspace: Workspace, number: int) -> None:
    saved_page = await workspace.pages.get("page1")
    await workspace.pages.save(replace(saved_page, description=f"Words of round {number}."))


async def _switch(workspace: Workspace, number: int) -> None:
    await workspace.settings.switch_pages(bool(number % 2))


def _hours(settings: Settings, number: int) -> Settings:
    weekly = WeeklyHours((((600, 960 + 30 * number),),) * 7)
    return replace(settings, availability=replace(settings.availability, weekly=weekly))


def _day() -> date:
    return datetime.now(UTC).date() + timedelta(5)


def _off(settings: Settings, number: int) -> Settings:
    away = _day() + timedelta(2)
    spells = () if number % 2 else (Spell(away, away),)
    return replace(settings, availability=replace(settings.availability, spells=spells))


def _new_year() -> date:
    return date(datetime.now(UTC).year + 1, 1, 1)


def _holiday(settings: Settings, number: int) -> Settings:
    holidays = Holidays() if number % 2 else Holidays("DK")
    return replace(settings, availability=replace(settings.availability, holidays=holidays))


def _limited(settings: Settings, number: int) -> Settings:
    limits = Limits() if number % 2 else Limits(per_day=1)
    return replace(settings, availability=replace(settings.availability, limits=limits))


def changes() -> tuple[Change, ...]:
    """Every kind of setting that pages follow."""
    day = _day()
    slots = f"{ADDRESS}/slots?duration=30&from={day}&to={day + timedelta(1)}"
    busy = f"{ADDRESS}/slots?duration=30&from={day + timedelta(1)}&to={day + timedelta(2)}"
    away = f"{ADDRESS}/slots?duration=30&from={day + timedelta(2)}&to={day + timedelta(3)}"
    holiday = f"{ADDRESS}/slots?duration=30&from={_new_year()}&to={_new_year() + timedelta(1)}"
    return (
        Change(
            "name",
            ADDRESS,
            saved(lambda settings, number: replace(settings, profile=replace(settings.profile, name=f"Anna {number} Holm"))),
            lambda text, number: f"Anna {number} Holm" in text,
        ),
        Change("own text", ADDRESS, _own_text, lambda text, number: f"Words of round {number}." in text),
        Change("hours", slots, saved(_hours), lambda text, number: _last(text) == 960 + 30 * number - 30),
        Change("day off", away, saved(_off), lambda text, number: bool(json.loads(text)["slots"]) is bool(number % 2)),
        Change("holiday", holiday, saved(_holiday), lambda text, number: bool(json.loads(text)["slots"]) is bool(number % 2)),
        Change("limits", busy, saved(_limited), lambda text, number: bool(json.loads(text)["slots"]) is bool(number % 2)),
        Change("pages off", slots, _switch, lambda text, number: (json.loads(text)["state"] != "paused") is bool(number % 2)),
        Change(
            "search engines",
            "/robots.txt",
            saved(lambda settings, number: replace(settings, publishing=replace(settings.publishing, indexed=not number % 2))),
            lambda text, number: ("/meetings" in text) is bool(number % 2),
        ),
    )


def _last(text: str) -> int:
    """Minutes of the day, in Copenhagen, of the last free start."""
    found = json.loads(text)["slots"]
    if not found:
        return 0
    at = datetime.fromisoformat(found[-1].replace("Z", "+00:00")).astimezone(_zone())
    return at.hour * 60 + at.minute


def _zone() -> object:
    from zoneinfo import ZoneInfo

    return ZoneInfo("Europe/Copenhagen")


async def prepared(folder: Path) -> Workspace:
    """Twenty pages that follow the owner's hours, two thousand events in the year to come, one meeting on the day after the one
    that is looked at."""
    plain = [replace(page(number), hours=None) for number in range(1, PAGES + 1)]
    # One is offered for long enough that a public holiday lies ahead whenever this runs.
    plain[0] = replace(plain[0], rules=replace(plain[0].rules, window=Rolling(367)))
    workspace = await furnished(folder, Now(), *plain)
    drawn, now = random.Random(7), SystemClock().now()
    calendar = (await workspace.accounts.calendars())[0].id
    events = []
    for number in range(EVENTS):
        start = now // 86400 * 86400 + (8 + drawn.randrange(365)) * 86400 + drawn.randrange(28, 68) * 900
        events.append(Event(f"e{number}", calendar, start, start + 1800, title="Work"))
    await workspace.database.write(lambda session: upsert_events(session, calendar, events))
    workspace.run()
    await workspace.publishing.start(0)
    return workspace


async def measured(workspace: Workspace, http: httpx2.AsyncClient, change: Change, number: int) -> float:
    """Milliseconds from Save until the page shows it."""
    began = time.perf_counter()
    await change.do(workspace, number)
    while not change.shows((await http.get(change.path)).text, number):
        if time.perf_counter() - began > GIVEN_UP:
            raise AssertionError(f"{change.name} never reached the page")
    return (time.perf_counter() - began) * 1000


async def run(folder: Path) -> dict[str, float]:
    workspace = await prepared(folder)
    took: dict[str, list[float]] = {}
    async with httpx2.AsyncClient(base_url=workspace.publishing.url, timeout=GIVEN_UP) as http:
        start = json.loads((await http.get(f"{ADDRESS}/slots?from={_day() + timedelta(1)}&to={_day() + timedelta(2)}")).text)
        body = {"start": start["slots"][0], "duration": 30, "first_name": "Ida", "last_name": "W", "email": "ida@example.org"}
        assert (await http.post(f"{ADDRESS}/book", json=body)).status_code == 201, to_iso(SystemClock().now())
        for number in range(ROUNDS):
            for change in changes():
                took.setdefault(change.name, []).append(await measured(workspace, http, change, number))
            await _switch(workspace, 1)
            await workspace.publishing.settled()
    await workspace.close()
    every = [each for times in took.values() for each in times]
    found = {f"setting_{name.replace(' ', '_')}_ms": round(statistics.median(times), 1) for name, times in took.items()}
    return {"setting_shown_ms": round(statistics.median(every), 1), "setting_shown_worst_ms": round(max(every), 1), **found}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(asyncio.run(run(Path(folder)))))


if __name__ == "__main__":
    main()
