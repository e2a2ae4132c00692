"""What is read right before a booking goes into the copy, and never makes the copy older than it was."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.domain.booking import Promised, Taken
from app.domain.calendars import Event
from app.domain.clock import HOUR
from app.models import calendars
from app.models.base import Session
from app.providers.base import Changes
from app.services.sync.fresh import store_fresh
from tests.services.opened import MONDAY, at, wish
from tests.services.sync.followed import House, draft, house, service

pytestmark = [pytest.mark.anyio, pytest.mark.shows("SYNC-1", "BOOK-2")]
SPAN = (MONDAY, MONDAY + 24 * HOUR)


@pytest.fixture
async def anna(tmp_path: Path) -> AsyncIterator[House]:
    services = service()
    services.add("work", draft("Dentist", location="Main Street"))
    opened = await house(tmp_path, services)
    await opened.sync.now()
    yield opened
    await opened.close()


async def test_booking_when_an_event_came_a_moment_ago_then_it_is_seen_and_stays_in_the_copy(anna: House) -> None:
    anna.services["anna"].add("work", draft("Sudden", 28))
    hours = (at(13, 12), at(13, 10))
    assert isinstance(await anna.workspace.bookings.book(wish(hours[0])), Taken)
    assert isinstance(await anna.workspace.bookings.book(wish(at(13, 9))), Promised)
    assert await anna.titles() == ["Dentist", "Sudden"]


@pytest.mark.shows("CON-2")
async def test_booking_when_another_workspace_booked_into_the_same_calendar_a_moment_ago_then_that_time_is_taken(
    anna: House,
) -> None:
    anna.services["anna"].add("work", draft("Booked elsewhere", 28, booking="a booking that nobody here knows"))
    assert isinstance(await anna.workspace.bookings.book(wish(at(13, 12))), Taken)


async def test_fresh_reading_when_nothing_differs_then_the_next_reading_asks_only_for_changes(anna: House) -> None:
    assert isinstance(await anna.workspace.bookings.book(wish(at(13, 9))), Promised)
    asked = await tokens(anna)
    await anna.sync.now()
    assert asked != [""]


async def test_fresh_reading_when_it_changed_the_copy_then_the_next_reading_compares_everything(anna: House) -> None:
    anna.services["anna"].add("work", draft("Sudden", 28))
    await anna.workspace.bookings.book(wish(at(13, 12)))
    asked = await tokens(anna)
    await anna.sync.now()
    assert asked == [""]
    await anna.sync.now()
    assert asked[-1] != ""


async def test_fresh_reading_when_it_is_older_than_the_copy_then_the_next_reading_puts_that_right(anna: House) -> None:
    old = await anna.copy()
    (event,) = anna.services["anna"].calendars["work"].holding
    anna.services["anna"].change("work", event, draft("Dentist, moved", 5))
    await anna.sync.now()
    await store(anna, old)
    assert [each.start for each in await anna.copy()] == [MONDAY + 2 * HOUR]
    await anna.sync.now()
    assert [each.start for each in await anna.copy()] == [MONDAY + 5 * HOUR]


async def test_fresh_reading_when_it_comes_while_an_answer_is_on_its_way_then_the_next_one_is_a_full_one(anna: House) -> None:
    provider = anna.sync._desk.provider_of(await anna.account())
    changes = provider.changes

    async def slow(*asked: object) -> Changes:
        told = await changes(*asked)  # type: ignore[arg-type]
        await store(anna, ())
        return told

    provider.changes = slow  # type: ignore[method-assign,assignment]
    anna.services["anna"].add("work", draft("Sudden", 28))
    await anna.sync.now()
    assert await anna.titles() == ["Sudden"]
    provider.changes = changes  # type: ignore[method-assign]
    await anna.sync.now()
    assert await anna.titles() == ["Dentist", "Sudden"]


async def test_fresh_reading_when_one_of_our_events_is_missing_then_that_is_left_to_the_engine(anna: House) -> None:
    ours = Event("e1", "anna-work", MONDAY + 3 * HOUR, MONDAY + 4 * HOUR, "Ours", booking="b1")
    await anna.workspace.database.write(lambda session: calendars.upsert_events(session, "anna-work", [ours]))
    await store(anna, ())
    assert [each.booking for each in await anna.copy()] == ["b1"]


async def test_fresh_reading_when_it_tells_more_than_is_kept_then_only_what_is_needed_is_stored(anna: House) -> None:
    (known,) = await anna.copy()
    told = Event("p", "work", MONDAY + 3 * HOUR, MONDAY + 4 * HOUR, "Secret", private=True, description="Secret")
    await store(anna, (known, told))
    by_id = {each.id: each for each in await anna.copy()}
    assert (by_id["p"].title, by_id["p"].description) == ("", "")
    assert by_id[known.id].location == "Main Street"


async def tokens(anna: House) -> list[str]:
    """From now on the tokens with which the service is asked."""
    provider = anna.sync._desk.provider_of(await anna.account())
    changes, asked = provider.changes, list[str]()

    async def noted(calendar: str, token: str, start: int, end: int) -> Changes:
        asked.append(token)
        return await changes(calendar, token, start, end)

    provider.changes = noted  # type: ignore[method-assign]
    return asked


async def store(anna: House, events: tuple[Event, ...]) -> None:
    def write(session: Session) -> None:
        store_fresh(session, "anna-work", *SPAN, events)

    await anna.workspace.database.write(write)
