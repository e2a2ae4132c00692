"""kill -9 at any instant: what was promised is kept, and nothing is there twice."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from pathlib import Path

import httpx2
import pytest

from tests.e2e.serving import Served, serving


def booked_until_dead(served: Served, promised: list[tuple[str, str]], starts: list[str]) -> None:
    """Books one start after the other and notes each promise, until the server is gone."""
    for number, start in enumerate(starts):
        try:
            answer = served.http.post(
                f"/meetings/{served.pages[0]}/book",
                json={
                    "start": start, "duration": 30, "first_name": "Ida", "last_name": str(number), "email": "ida@example.org",
                },
            )  # fmt: skip
        except httpx2.HTTPError:
            return
        if answer.status_code == 201:
            promised.append((start, answer.json()["manage_url"].rpartition("/")[2]))


def crash_rounds(folder: Path, rounds: int, seed: int) -> None:
    dice = random.Random(seed)
    promised: list[tuple[str, str]] = []
    for number in range(rounds):
        with serving(folder, *(("--demo",) if number == 0 else ()), "--port", "0") as served:
            for start, token in promised[-5:]:
                assert served.http.get(f"/manage/{token}").status_code == 200, start
            starts = [each for each in served.slots() if each > (promised[-1][0] if promised and number % 5 else "")]
            booker = threading.Thread(target=booked_until_dead, args=(served, promised, starts[:: 3 if number % 2 else 4]))
            booker.start()
            time.sleep(dice.uniform(0.005, 0.25))
            served.kill()
            booker.join()
    with serving(folder, "--port", "0") as served:
        listed = served.send(do="list")["bookings"]
        wait_until_written(served)
    live = [each for each in listed if each["state"] in ("confirmed", "written")]
    assert {start for start, _ in promised} <= {each["start"] for each in live}
    assert len({each["start"] for each in live}) == len(live)
    check_database(folder / "aftale.db")


def wait_until_written(served: Served) -> None:
    deadline = time.monotonic() + 30
    while any(each["state"] == "confirmed" for each in served.send(do="list")["bookings"]):
        assert time.monotonic() < deadline, "the outbox did not come to rest"


def check_database(file: Path) -> None:
    """One event for each written booking, no two live bookings overlap, and the file is sound."""
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        doubled = connection.execute(
            "SELECT booking, count(*) FROM event WHERE booking <> '' GROUP BY booking HAVING count(*) > 1"
        ).fetchall()
        assert doubled == []
        lonely = connection.execute(
            "SELECT id FROM booking WHERE state = 'written' AND id NOT IN (SELECT booking FROM event)"
        ).fetchall()
        assert lonely == []
        overlaps = connection.execute(
            """SELECT a.id FROM booking a JOIN booking b ON a.id < b.id AND a.start < b."end" AND b.start < a."end"
               WHERE a.state IN ('held', 'confirmed', 'written') AND b.state IN ('held', 'confirmed', 'written')"""
        ).fetchall()
        assert overlaps == []


@pytest.mark.timeout(180)
@pytest.mark.shows("SYNC-4", "BOOK-2", "R1")
def test_nothing_promised_is_lost_when_the_program_is_killed_while_booking(tmp_path: Path) -> None:
    crash_rounds(tmp_path, 6, seed=1)


@pytest.mark.slow
@pytest.mark.shows("SYNC-4", "BOOK-2", "R1")
def test_nothing_promised_is_lost_in_thirty_kills(tmp_path: Path) -> None:
    crash_rounds(tmp_path, 30, seed=2)


@pytest.mark.parametrize("place", ["before provider call", "after provider call"])
@pytest.mark.shows("SYNC-4", "R2")
def test_exactly_one_event_stands_when_the_program_dies_around_the_write(tmp_path: Path, place: str) -> None:
    with serving(tmp_path, "--demo", "--port", "0") as served:
        start = served.slots()[5]
        wait_until_written(served)
    with serving(tmp_path, "--port", "0", environment={"AFTALE_FAIL_AT": place}) as served:
        # Depending on who is quicker, the visitor is told of the promise or that nobody answered; never an error of ours.
        assert served.book(start).status_code in (201, 503)
        served.process.wait(30)
    with serving(tmp_path, "--port", "0") as served:
        wait_until_written(served)
        assert start in {each["start"] for each in served.send(do="list")["bookings"]}
    check_database(tmp_path / "aftale.db")
