"""Many visitors at once: one winner a round, nobody lost, nothing twice."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.e2e.serving import Served, serving, starts_of

BOOKERS = 50


async def book(client: httpx2.AsyncClient, path: str, start: str, number: int, **rest: object) -> httpx2.Response:
    body: dict[str, Any] = {
        "start": start,
        "duration": 30,
        "first_name": f"Visitor {number}",
        "last_name": "Racer",
        "email": f"v{number}@example.org",
        **rest,
    }
    return await client.post(f"{path}/book", json=body)


async def contest(served: Served, rounds: int) -> None:
    path = f"/meetings/{served.pages[0]}"
    limits = httpx2.Limits(max_connections=BOOKERS)
    async with httpx2.AsyncClient(base_url=served.url, timeout=60, limits=limits) as client:
        for number in range(rounds):
            first = datetime.now(UTC).date()
            params = {"from": str(first), "to": str(first + timedelta(days=60)), "duration": 30}
            starts = starts_of((await client.get(f"{path}/slots", params=params)).json())
            wanted = starts[number % 7 * 3]
            overlapping = [each for each in starts if abs(seconds(each) - seconds(wanted)) < 1800]
            answers = await asyncio.gather(
                *(book(client, path, overlapping[each % len(overlapping)], each) for each in range(BOOKERS))
            )
            assert all(answer.status_code in (201, 409) for answer in answers), Counter(each.status_code for each in answers)
            winners = [each.json() for each in answers if each.status_code == 201]
            assert pairwise_apart(winners), winners
            assert len(winners) == 1 or len(overlapping) > 1
            same = Counter(each["start"] for each in winners)
            assert max(same.values()) == 1


def seconds(start: str) -> float:
    return datetime.fromisoformat(start).timestamp()


def pairwise_apart(winners: list[dict[str, Any]]) -> bool:
    spans = sorted((seconds(each["start"]), seconds(each["end"])) for each in winners)
    return all(before[1] <= after[0] for before, after in itertools.pairwise(spans))


@pytest.mark.shows("BOOK-2", "R9")
def test_no_two_visitors_get_overlapping_times_when_fifty_book_at_once(tmp_path: Path) -> None:
    with serving(tmp_path, "--demo", "--port", "0") as served:
        asyncio.run(contest(served, 12))


@pytest.mark.slow
@pytest.mark.shows("BOOK-2", "R9")
def test_no_two_visitors_get_overlapping_times_in_sixty_rounds(tmp_path: Path) -> None:
    with serving(tmp_path, "--demo", "--port", "0") as served:
        asyncio.run(contest(served, 60))


@pytest.mark.shows("BOOK-2", "R9")
def test_exactly_one_wins_when_fifty_want_the_very_same_time(tmp_path: Path) -> None:
    async def run(served: Served) -> None:
        path, start = f"/meetings/{served.pages[0]}", served.slots()[9]
        async with httpx2.AsyncClient(base_url=served.url, timeout=60, limits=httpx2.Limits(max_connections=BOOKERS)) as client:
            answers = await asyncio.gather(*(book(client, path, start, each) for each in range(BOOKERS)))
        assert Counter(answer.status_code for answer in answers) == {201: 1, 409: BOOKERS - 1}
        for answer in answers:
            if answer.status_code == 409:
                nearest = answer.json()["nearest"]
                assert 3 <= len(nearest) <= 6
                assert start not in nearest

    with serving(tmp_path, "--demo", "--port", "0") as served:
        asyncio.run(run(served))


@pytest.mark.shows("BOOK-2", "R10")
def test_one_booking_and_one_answer_when_the_same_key_comes_a_hundred_times(tmp_path: Path) -> None:
    async def run(served: Served) -> None:
        path, start = f"/meetings/{served.pages[0]}", served.slots()[9]
        async with httpx2.AsyncClient(base_url=served.url, timeout=60) as client:
            answers = await asyncio.gather(*(book(client, path, start, 1, key="the-same-key-0001") for _ in range(100)))
            other = await book(client, path, start, 2, key="the-same-key-0001")
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.text for answer in answers}) == 1
        assert other.status_code == 422
        assert "key" in other.json()["fields"]

    with serving(tmp_path, "--demo", "--port", "0") as served:
        before = len(served.send(do="list")["bookings"])
        asyncio.run(run(served))
        assert len(served.send(do="list")["bookings"]) == before + 1


@pytest.mark.shows("BOOK-1", "R11")
def test_states_stay_legal_when_owner_and_visitor_act_at_once(tmp_path: Path) -> None:
    async def run(served: Served, number: int) -> None:
        start = served.slots(page=1, duration=60)[number]
        manage = served.book(start, page=1, duration=60).json()["manage_url"]
        asked = served.wait_for("requested", start=start)
        for command in ("accept", "decline", "cancel"):
            served.write(f'{{"do":"{command}","id":"{asked["id"]}"}}')
        async with httpx2.AsyncClient(timeout=60) as client:
            answers = await asyncio.gather(*(client.post(f"{manage}/cancel", json={}) for _ in range(3)))
        assert all(answer.status_code < 500 for answer in answers)

    with serving(tmp_path, "--demo", "--port", "0") as served:
        before = {each["id"] for each in served.send(do="list")["bookings"]}
        for number in range(5):
            asyncio.run(run(served, number))
        states = {each["state"] for each in served.send(do="list")["bookings"] if each["id"] not in before}
        assert states <= {"written", "confirmed", "declined", "cancelled"}
