"""``main.py serve`` from outside: the first booking, what follows it, and what survives."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from tests.e2e.serving import MAIN, Served, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    with serving(tmp_path_factory.mktemp("workspace"), "--demo", "--port", "0") as running:
        yield running


@pytest.mark.shows("DESK-1")
def test_ready_names_pages_and_calendars_when_the_demo_starts(served: Served) -> None:
    assert len(served.pages) == 3
    assert served.http.get("/healthz").status_code == 200
    assert len(served.slots(first="", duration=30)) >= 120
    assert len(served.slots(duration=60)) >= 60


@pytest.mark.shows("BOOK-2", "BOOK-4", "BOOK-5")
def test_booking_is_written_in_the_calendar_and_gone_from_the_page_when_a_visitor_books(served: Served) -> None:
    start = served.slots()[5]
    answer = served.book(start)
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert body["state"] == "confirmed"
    assert body["start"] == start
    assert served.wait_for("booked", start=start)["page"] == served.pages[0]
    listed = served.send(do="list")["bookings"]
    assert next(each["state"] for each in listed if each["start"] == start) in ("confirmed", "written")
    assert start not in served.slots()
    again = served.book(start, email="second@example.org")
    assert again.status_code == 409
    assert again.json()["error"] == "taken"
    assert 3 <= len(again.json()["nearest"]) <= 6
    assert start not in again.json()["nearest"]
    calendar = httpx2.get(body["ics_url"])
    assert calendar.status_code == 200
    assert "BEGIN:VEVENT" in calendar.text


@pytest.mark.shows("BOOK-6")
def test_time_is_free_again_when_the_visitor_moves_and_then_cancels(served: Served) -> None:
    first, second = served.slots()[30], served.slots()[60]
    manage = served.book(first).json()["manage_url"]
    moved = httpx2.post(f"{manage}/reschedule", json={"start": second})
    assert moved.status_code == 200, moved.text
    served.wait_for("rescheduled", start=second)
    assert first in served.slots()
    assert second not in served.slots()
    assert httpx2.post(f"{manage}/cancel", json={"message": "We have to wait"}).status_code == 200
    served.wait_for("cancelled", start=second)
    assert second in served.slots()


@pytest.mark.shows("BOOK-3", "PAGE-2")
def test_request_waits_for_the_owner_when_the_page_needs_approval(served: Served) -> None:
    start = served.slots(page=1, duration=60)[3]
    answer = served.book(start, page=1, duration=60, message="We are six people")
    assert answer.status_code == 201
    assert answer.json()["state"] == "requested"
    asked = served.wait_for("requested", start=start)
    accepted = served.send(do="accept", id=asked["id"])
    assert accepted["event"] == "done", accepted
    served.wait_for("booked", id=asked["id"])
    assert served.send(do="accept", id=asked["id"])["event"] == "refused"
    assert start not in served.slots(page=1, duration=60)


@pytest.mark.shows("BOOK-3")
def test_request_is_declined_when_the_owner_says_no(served: Served) -> None:
    start = served.slots(page=1, duration=60)[8]
    answer = served.book(start, page=1, duration=60)
    asked = served.wait_for("requested", start=start)
    assert served.send(do="decline", id=asked["id"])["event"] == "done"
    served.wait_for("declined", id=asked["id"])
    page = httpx2.get(answer.json()["manage_url"], headers={"accept": "text/html"})
    assert page.status_code == 200


@pytest.mark.shows("URL-7", "INACT-3")
def test_nobody_books_and_the_owner_hears_of_it_when_all_pages_are_off(served: Served) -> None:
    start = served.slots()[10]
    assert served.send(do="pages", on=False)["event"] == "done"
    try:
        answer = served.book(start, email="late@example.org")
        assert answer.status_code == 503
        assert answer.json()["error"] == "paused"
        assert served.wait_for("attempt")["reason"] == "paused"
        assert "taking a break from bookings" in served.http.get(f"/meetings/{served.pages[0]}").text
    finally:
        assert served.send(do="pages", on=True)["event"] == "done"
    assert start in served.slots()


@pytest.mark.shows("INACT-1", "INACT-2", "INACT-3", "INACT-4")
def test_nobody_books_when_a_checked_calendar_is_lost_and_all_is_back_when_it_returns(served: Served) -> None:
    start = served.slots()[12]
    assert served.send(do="calendar", id="local", state="inactive")["event"] == "done"
    assert served.wait_for("calendar", id="local")["state"] == "inactive"
    answer = served.book(start, email="tried@example.org")
    assert (answer.status_code, answer.json()["error"]) == (503, "unavailable")
    assert served.wait_for("attempt")["reason"] == "unavailable"
    assert served.send(do="calendar", id="local", state="active")["event"] == "done"
    assert start in served.slots()


@pytest.mark.shows("BOOK-3", "SET-2")
def test_visitors_send_requests_when_offline_mode_is_on(served: Served) -> None:
    assert served.send(do="offline", on=True)["event"] == "done"
    try:
        starts = served.slots()
        answer = served.book(starts[20], alternatives=starts[22:24])
        assert (answer.status_code, answer.json()["state"]) == (201, "requested")
        asked = served.wait_for("requested", start=starts[20])
    finally:
        assert served.send(do="offline", on=False)["event"] == "done"
    assert served.send(do="accept", id=asked["id"])["event"] == "done"
    served.wait_for("booked", id=asked["id"])


@pytest.mark.shows("SYNC-4", "BOOK-2")
def test_page_stops_offering_a_time_when_an_event_is_added_to_the_calendar(served: Served) -> None:
    start = served.slots()[40]
    end = start[:11] + f"{int(start[11:13]) + 1:02d}" + start[13:]
    assert served.send(do="busy", calendar="local", start=start, end=end, title="Secret dentist")["event"] == "done"
    assert start not in served.slots()
    answer = served.book(start)
    assert answer.status_code == 409


def test_commands_are_refused_with_a_reason_when_they_make_no_sense(served: Served) -> None:
    for text, reason in (
        ('{"do":"list","x":' + "[" * 100_000 + "]" * 100_000 + "}", "not JSON"),
        ("not json", "not JSON"),
        ('{"do":"fly"}', "unknown command"),
        ('{"do":"accept","id":"nobody"}', "unknown booking"),
        ('{"do":"pages","on":"perhaps"}', "on: true or false expected"),
        ('{"do":"busy","calendar":"local","start":"2030-01-01T10:00:00Z","end":"2030-01-01T09:00:00Z","title":"x"}', "the end"),
    ):
        served.write(text)
        assert reason in served.wait_for("refused")["reason"]


@pytest.mark.shows("BOOK-2", "SYNC-4")
def test_everything_is_still_there_when_the_program_is_killed_and_started_again(tmp_path: Path) -> None:
    with serving(tmp_path, "--demo", "--port", "0") as first:
        pages = first.pages
        start = first.slots()[5]
        manage = first.book(start).json()["manage_url"]
        first.kill()
    with serving(tmp_path, "--port", "0") as second:
        assert second.pages == pages
        assert start not in second.slots()
        token = manage.rpartition("/")[2]
        assert second.http.get(f"/manage/{token}").status_code == 200
        states = {each["start"]: each["state"] for each in second.send(do="list")["bookings"]}
        assert states[start] in ("confirmed", "written")


def test_second_instance_is_refused_when_the_workspace_is_in_use(served: Served) -> None:
    other = subprocess.run(
        [sys.executable, str(MAIN), "serve", "--workspace", str(served.workspace), "--port", "0"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert other.returncode == 3
    assert "in use" in other.stderr


def test_program_says_so_and_exits_4_when_the_port_is_taken(served: Served, tmp_path: Path) -> None:
    port = served.url.rpartition(":")[2]
    other = subprocess.run(
        [sys.executable, str(MAIN), "serve", "--workspace", str(tmp_path), "--port", port],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert other.returncode == 4
    assert port in other.stderr


def test_program_exits_2_when_the_arguments_are_wrong() -> None:
    for arguments in (
        ["--nonsense"],
        ["serve", "--workspace", ""],
        ["serve", "--port", "lots"],
        ["serve", "--port", "70000"],
        ["fly"],
    ):
        assert subprocess.run([sys.executable, str(MAIN), *arguments], capture_output=True, timeout=30).returncode == 2


def test_demo_changes_nothing_and_says_so_when_the_workspace_is_not_empty(tmp_path: Path) -> None:
    with serving(tmp_path, "--demo", "--port", "0") as first:
        pages, bookings = first.pages, len(first.send(do="list")["bookings"])
    again = Served(tmp_path, "--demo", "--port", "0")
    try:
        again.ready()
        assert again.pages == pages
        assert len(again.send(do="list")["bookings"]) == bookings
    finally:
        again.stop()


def test_program_serves_on_when_nobody_reads_its_lines(tmp_path: Path) -> None:
    with serving(tmp_path, "--demo", "--port", "0") as running:
        # The reader thread of the test is the only one that reads; a thousand commands would fill any pipe.
        for _ in range(300):
            running.write('{"do":"list"}')
        assert running.http.get("/healthz").status_code == 200


@pytest.mark.shows("DESK-1", "CON-1")
def test_new_workspace_has_the_calendar_on_this_computer_when_nobody_was_asked(tmp_path: Path) -> None:
    with Served(tmp_path, "--port", "0") as running:
        assert [(each["id"], each["state"]) for each in running.ready()["calendars"]] == [("local", "active")]


@pytest.mark.shows("DATA-4", "R7")
@pytest.mark.parametrize("loss", ["emptied", "deleted", "broken"])
def test_program_exits_3_and_says_damaged_when_the_database_was_lost(tmp_path: Path, loss: str) -> None:
    with serving(tmp_path, "--demo", "--port", "0"):
        pass
    database = tmp_path / "aftale.db"
    if loss == "emptied":
        database.write_bytes(b"")
    elif loss == "deleted":
        database.unlink()
    else:
        content = bytearray(database.read_bytes())
        content[4096 * 3 + 50 : 4096 * 3 + 250] = b"\xff" * 200
        database.write_bytes(content)
    before = database.read_bytes() if database.exists() else None
    again = subprocess.run(
        [sys.executable, str(MAIN), "serve", "--workspace", str(tmp_path), "--port", "0"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert again.returncode == 3
    assert "damaged" in again.stderr
    assert (database.read_bytes() if database.exists() else None) == before


def test_program_exits_3_when_the_workspace_cannot_be_written(tmp_path: Path) -> None:
    file = tmp_path / "a file"
    file.write_text("not a folder")
    other = subprocess.run(
        [sys.executable, str(MAIN), "serve", "--workspace", str(file), "--port", "0"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert other.returncode == 3
    assert len(other.stderr.strip().splitlines()) == 1
