"""Only free time leaves (DATA-1): a scan of every public answer and of every line that the public child is sent."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from app import wire
from app.domain.clock import to_iso
from app.domain.connections import CalendarState, Lost
from app.services.workspace import Workspace
from tests.e2e.serving import Served, serving
from tests.services.opened import StandingClock, at, furnished, page, settle, wish

TITLE = "Zebrafinch divorce lawyer"
GUEST = "quagga.visitor@secret-client.example"


def readings(start: int, end: int) -> set[str]:
    """Ways in which a busy interval could be written down."""
    found = set()
    for instant in (start, end):
        iso = to_iso(instant)
        found |= {str(instant), str(instant * 1000), iso, iso[:16], iso.replace("Z", "+00:00")}
    return found


@pytest.mark.shows("DATA-1")
def test_no_public_answer_tells_of_events_or_visitors_when_the_calendar_is_full_of_them(tmp_path: Path) -> None:
    with serving(tmp_path, "--demo", "--port", "0") as served:
        starts = served.slots()
        busy, booked = starts[8], starts[40]
        end = busy[:11] + f"{int(busy[11:13]) + 1:02d}" + busy[13:]
        served.send(do="busy", calendar="local", start=busy, end=end, title=TITLE)
        manage = served.book(booked, first_name="Quagga", last_name="Visitor", email=GUEST).json()["manage_url"]
        answers = public_answers(served)
        texts = "\n".join(answers)
        assert len(answers) > 30
        for secret in ("Zebrafinch", "divorce", "Quagga", GUEST, manage.rpartition("/")[2], "Dentist", "maja@example.org"):
            assert secret not in texts, secret
        # The times themselves: a start that is taken stands nowhere in what the page or the slots say.
        slots = "\n".join(served.slots() + served.slots(duration=60))
        assert busy not in slots
        assert booked not in slots
        assert not re.search(r"\b(busy|reason|why|event|title)\b", served.http.get(slots_path(served)).text)


def slots_path(served: Served, page: int = 0) -> str:
    starts = served.slots(page, 60 if page == 1 else 30)
    return f"/meetings/{served.pages[page]}/slots?from={starts[0][:10]}&to={starts[-1][:10]}&duration={60 if page == 1 else 30}"


def public_answers(served: Served) -> list[str]:
    """What anybody can fetch: pages, months, days, slots, errors, headers included."""
    found: list[str] = []
    paths = ["/", "/robots.txt", "/healthz", "/meetings/anna-holm", "/meetings/nothing", "/manage/nothing", "/nothing"]
    for index, slug in enumerate(served.pages):
        paths.append(slots_path(served, index))
        for query in ("", "?lang=da", "?tz=America/New_York", "?duration=60", "?day=2030-01-01", "?month=2030-01", "?start=x"):
            paths.append(f"/meetings/{slug}{query}")
    for path in paths:
        for accept in ("text/html", "application/json"):
            answer = served.http.get(path, headers={"accept": accept})
            found.append(str(answer.headers) + answer.text)
    found.append(served.book(served.slots()[3], email="broken").text)
    return found


@pytest.mark.anyio
@pytest.mark.shows("DATA-1")
async def test_child_is_sent_no_event_visitor_or_busy_interval_when_pages_are_published(tmp_path: Path) -> None:
    workspace = await furnished(tmp_path, StandingClock(), page(1), page(2))
    await workspace.accounts.add_busy("local", at(13, 10), at(13, 11), TITLE)
    answer = await workspace.bookings.book(wish(at(14, 10), email=GUEST))
    await workspace.bookings.leave_message(await left(workspace))
    await settle(workspace)
    sent = "\n".join(wire.encode(line).decode() for line in await told(workspace))
    assert "anna/page-1" in sent
    for secret in ("Zebrafinch", "Winther", GUEST, str(getattr(answer, "manage", "?")), "event:", "booking", "local"):
        assert secret not in sent, secret
    for reading in readings(at(13, 10), at(13, 11)) | readings(at(14, 10), at(14, 10, 30)):
        assert reading not in sent, reading
    await workspace.close()


async def left(workspace: Workspace):  # type: ignore[no-untyped-def]
    from app.domain.booking import LeftMessage

    await workspace.accounts.set_state("local", CalendarState.INACTIVE, Lost.UNSHARED)
    return LeftMessage("anna/page-1", "Winther", GUEST, "any day", "a secret word")


async def told(workspace: Workspace) -> list[wire.Line]:
    """Every line that a new child is greeted with, pages open and pages shut."""
    publishing = workspace.publishing
    await publishing.settled()
    shut = publishing.greeting()
    await workspace.accounts.set_state("local", CalendarState.ACTIVE)
    await workspace.settings.save(replace(workspace.settings.current, pages_on=True))
    await publishing.settled()
    return shut + publishing.greeting()
