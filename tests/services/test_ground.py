"""What departs from the usual hours, saved: the public pages, the booking, the explanation and the preview follow at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx2
import pytest

from app import wire
from app.domain.availability import Why
from app.domain.booking import Promised, Refused, Taken
from app.domain.clock import Instant, SystemClock, from_iso
from app.domain.pages import DayOverride, Hours, Limits, WeeklyHours
from app.domain.settings import Availability, Journey, Spell
from app.services.holidays import read
from app.services.workspace import Workspace
from tests.services.opened import ALWAYS, ZONE, StandingClock, at, furnished, page, wish

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(90), pytest.mark.shows("PAGE-2")]
PATIENCE = 20.0
USUAL = page(1, hours=None)
OWN = page(2)
STUDY = Spell(date(2026, 10, 14), date(2026, 10, 15), name="Secret study week")
EVENING = Spell(date(2026, 10, 16), date(2026, 10, 16), ((1080, 1200),), "Late for overseas")
TOKYO = Journey(date(2026, 10, 20), date(2026, 10, 21), "Asia/Tokyo")


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    opened = await furnished(tmp_path, StandingClock(), USUAL, OWN)
    await save(opened, Availability(ALWAYS))
    yield opened
    await opened.close()


async def save(workspace: Workspace, availability: Availability) -> None:
    await workspace.settings.save(replace(workspace.settings.current, availability=availability))


async def starts(workspace: Workspace, number: int, day: int) -> list[str]:
    """The times on that day of October, as the clock at home shows them."""
    found = await workspace.availability.starts(f"page{number}", 30, at(day, 0), at(day + 1, 0))
    return [datetime.fromtimestamp(each, ZoneInfo(ZONE)).strftime("%H:%M") for each in found]


async def why(workspace: Workspace, start: Instant, number: int = 1) -> list[tuple[Why, str]]:
    found = await workspace.availability.explain_page(await workspace.pages.get(f"page{number}"), start, 30)
    return [(each.reason.why, each.name) for each in found]


@pytest.mark.shows("PAGE-4", "BOOK-2")
async def test_days_off_when_saved_then_close_every_page_and_say_by_what_name(workspace: Workspace) -> None:
    assert await starts(workspace, 1, 14)
    await save(workspace, Availability(ALWAYS, spells=(STUDY,)))
    assert [await starts(workspace, number, day) for number in (1, 2) for day in (14, 15)] == [[], [], [], []]
    assert await starts(workspace, 1, 13)
    assert await starts(workspace, 2, 16)
    assert await why(workspace, at(14, 10)) == [(Why.AWAY, "Secret study week")]
    assert await workspace.bookings.book(wish(at(14, 10))) == Refused("invalid", {"start": "not_offered"})


async def test_other_hours_when_saved_then_hold_for_the_usual_ones_alone(workspace: Workspace) -> None:
    await save(workspace, Availability(ALWAYS, spells=(EVENING,)))
    assert await starts(workspace, 1, 16) == ["18:00", "18:30", "19:00", "19:30"]
    assert (await starts(workspace, 2, 16))[0] == "09:00"
    assert await why(workspace, at(16, 10)) == [(Why.OUTSIDE_HOURS, "Late for overseas")]


async def test_page_with_an_override_for_the_day_when_the_owner_is_off_then_stays_open(workspace: Workspace) -> None:
    override = DayOverride(date(2026, 10, 14), ((600, 660),))
    await workspace.pages.save(replace(OWN, hours=Hours(ZONE, ALWAYS, (override,))))
    await save(workspace, Availability(ALWAYS, spells=(STUDY,)))
    assert await starts(workspace, 2, 14) == ["10:00", "10:30"]
    assert isinstance(await workspace.bookings.book(wish(at(14, 10), "anna/page-2")), Promised)


@pytest.mark.shows("PAGE-4")
async def test_public_holidays_when_a_country_is_chosen_then_are_days_off_but_those_worked_on(workspace: Workspace) -> None:
    """The twelfth of October is one in Spain."""
    spain = await workspace.holidays.read(replace(Availability().holidays, country="ES"), ZONE, "en")
    await save(workspace, Availability(ALWAYS, holidays=spain))
    assert await starts(workspace, 1, 12) == await starts(workspace, 2, 12) == []
    assert await why(workspace, at(12, 14)) == [(Why.HOLIDAY, "National Day")]
    assert await workspace.bookings.book(wish(at(12, 14))) == Refused("invalid", {"start": "not_offered"})
    await save(workspace, Availability(ALWAYS, holidays=replace(spain, working=(date(2026, 10, 12),))))
    assert await starts(workspace, 1, 12)


async def test_spell_with_hours_when_on_a_public_holiday_then_wins(workspace: Workspace) -> None:
    spain = await workspace.holidays.read(replace(Availability().holidays, country="ES"), ZONE, "en")
    day = date(2026, 10, 12)
    await save(workspace, Availability(ALWAYS, spells=(Spell(day, day, ((1080, 1140),)),), holidays=spain))
    assert await starts(workspace, 1, 12) == ["18:00", "18:30"]
    assert await starts(workspace, 2, 12) == []


@pytest.mark.shows("SYNC-3", "PAGE-4")
async def test_journey_when_saved_then_hours_are_read_there_for_pages_of_the_home_zone(workspace: Workspace) -> None:
    elsewhere = page(3, hours=Hours("America/New_York", WeeklyHours((((540, 600),),) * 7)))
    await workspace.pages.save(elsewhere)
    await save(workspace, Availability(WeeklyHours((((540, 600),),) * 7), journeys=(TOKYO,)))
    await workspace.pages.save(replace(OWN, hours=Hours(ZONE, WeeklyHours((((540, 600),),) * 7))))
    for number in (1, 2):
        assert [await starts(workspace, number, day) for day in (19, 20, 21, 22)] == [
            ["09:00", "09:30"], ["02:00", "02:30"], ["02:00", "02:30"], ["09:00", "09:30"],
        ]  # fmt: skip
    assert await starts(workspace, 3, 20) == ["15:00", "15:30"]
    assert await why(workspace, at(20, 9)) == [(Why.OUTSIDE_HOURS, "Asia/Tokyo")]
    assert isinstance(await workspace.bookings.book(wish(at(20, 2))), Promised)


@pytest.mark.shows("PAGE-4", "BOOK-2")
async def test_limits_over_all_pages_when_reached_then_no_page_offers_more(workspace: Workspace) -> None:
    await save(workspace, Availability(ALWAYS, Limits(per_day=1)))
    assert isinstance(await workspace.bookings.book(wish(at(13, 10))), Promised)
    assert await starts(workspace, 2, 13) == []
    assert await why(workspace, at(13, 14), 2) == [(Why.HOST_DAY_LIMIT, "")]
    assert isinstance(await workspace.bookings.book(wish(at(13, 14), "anna/page-2")), Taken)


@pytest.mark.shows("PAGE-1")
async def test_preview_when_something_departs_then_has_the_times_of_the_saved_page(workspace: Workspace) -> None:
    from app.ui.pages import preview_state

    await save(workspace, Availability(ALWAYS, spells=(STUDY, EVENING), journeys=(TOKYO,)))
    (public, own), _ = await workspace.availability.public_pages()
    usual = preview_state.usual_hours(workspace.settings.current)
    assert preview_state.public_page(USUAL, usual, offline=False).hours == public.hours
    assert preview_state.public_page(OWN, usual, offline=False).hours == own.hours
    now = workspace.clock.now()
    previewed = await workspace.availability.preview(USUAL, 30)
    assert previewed == tuple(each for each in public.free[30].unpack() if now <= each <= previewed[-1])


# The real child


class Now(StandingClock):
    """The computer's clock, for the child has no other."""

    def now(self) -> int:
        return SystemClock().now()


@pytest.mark.shows("DATA-1", "BOOK-2", "PAGE-4")
async def test_visitors_when_the_owner_saves_days_off_find_none_of_them_and_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[bytes] = []
    encode = wire.encode
    monkeypatch.setattr(wire, "encode", lambda line: sent.append(encode(line)) or sent[-1])  # type: ignore[func-returns-value]
    workspace = await furnished(tmp_path, Now(), USUAL)
    today = datetime.fromtimestamp(workspace.clock.now(), ZoneInfo(ZONE)).date()
    off = Spell(today + timedelta(days=3), today + timedelta(days=9), name="Secret study week")
    abroad = Journey(today + timedelta(days=12), today + timedelta(days=12), "Asia/Tokyo")
    holidays = read(replace(Availability().holidays, country="DK"), today.year, "da")
    await save(workspace, Availability(ALWAYS))
    workspace.run()
    await workspace.publishing.start(0)
    base = f"{workspace.publishing.url}/meetings/anna/page-1"
    try:
        async with httpx2.AsyncClient(timeout=PATIENCE) as client:

            async def days() -> dict[str, list[str]]:
                window = f"from={today}&to={today + timedelta(days=20)}&duration=30"
                found: dict[str, list[str]] = {}
                for each in (await client.get(f"{base}/slots?{window}")).json()["slots"]:
                    there = datetime.fromtimestamp(from_iso(each), ZoneInfo(ZONE))
                    found.setdefault(there.date().isoformat(), []).append(each)
                return found

            before = await days()
            closed = before[off.first.isoformat()][0]
            await save(workspace, Availability(ALWAYS, spells=(off,), journeys=(abroad,), holidays=holidays))
            await workspace.publishing.settled()
            async with asyncio.timeout(PATIENCE):
                while off.first.isoformat() in (after := await days()):
                    await asyncio.sleep(0.02)
            gone = {(off.first + timedelta(days=number)).isoformat() for number in range(7)}
            gone |= {each.isoformat() for each in holidays.days_off}
            assert after.keys() == before.keys() - gone
            nine = datetime(abroad.first.year, abroad.first.month, abroad.first.day, 9, tzinfo=ZoneInfo("Asia/Tokyo"))
            if abroad.first not in holidays.days_off:
                assert from_iso(after[abroad.first.isoformat()][0]) == int(nine.astimezone(UTC).timestamp())
            person = {"first_name": "Ida", "last_name": "Winther", "email": "ida@example.org"}
            refused = await client.post(f"{base}/book", json={**person, "start": closed, "duration": 30})
            assert refused.status_code == 422
            assert refused.json()["fields"] == {"start": "not_offered"}
            assert "Secret study week" not in (await client.get(base)).text
        assert await why(workspace, from_iso(closed)) == [(Why.AWAY, "Secret study week")]
    finally:
        await workspace.close()
    assert any(b'"spells"' in each and b'"holidays"' in each for each in sent)
    names = ["Secret study week", *(each.name for each in holidays.known)]
    assert not [name for name in names if any(name.encode() in each for each in sent)]
