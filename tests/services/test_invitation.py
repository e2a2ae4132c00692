"""The calendar file of a booking, read back by the library and by our own reader."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.booking import ManagedBooking, State, Visitor
from app.domain.pages import Location, LocationKind
from app.providers.ics import read_ics
from app.services.invitation import booking_ics

START = 1_790_150_400
URL = "http://127.0.0.1:8123/manage/9dUzS8kq-token_43"
BOOKED = ManagedBooking(
    slug="jane/intro", title="Intro", host="Jane Holm", start=START, end=START + 1800, state=State.CONFIRMED,
    visitor=Visitor("Åse", "Bo", "ase@example.com", "America/New_York"), zone="Europe/Copenhagen",
    location=Location(LocationKind.PLACE, "Havnegade 1; 2. sal, th"), sequence=2, uid="b1@aftale",
    created_at=START - 90_000, changed_at=START - 80_000,
)  # fmt: skip
ROOT = Path(__file__).resolve().parents[2]


def parsed(booking: ManagedBooking, name: str = "Jane Holm") -> icalendar.Event:
    (event,) = icalendar.Calendar.from_ical(booking_ics(booking, name, URL)).walk("VEVENT")
    return event


@pytest.mark.shows("BOOK-5")
def test_file_when_the_booking_is_confirmed_then_it_says_all_that_a_calendar_needs() -> None:
    text = booking_ics(BOOKED, "Jane Holm", URL)
    calendar = icalendar.Calendar.from_ical(text)
    assert (calendar["METHOD"], calendar["VERSION"]) == ("PUBLISH", "2.0")
    (event,) = calendar.walk("VEVENT")
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == ("b1@aftale", 2, "CONFIRMED")
    assert event["SUMMARY"] == "Intro with Jane Holm"
    assert event["LOCATION"] == "Havnegade 1; 2. sal, th"
    assert event["DESCRIPTION"] == f"Move or cancel: {URL}"
    assert event["URL"] == URL
    assert event["ORGANIZER"].params["CN"] == "Jane Holm"
    assert event["DTSTART"].dt == datetime.fromtimestamp(START, UTC)
    assert event["DTEND"].dt == datetime.fromtimestamp(START + 1800, UTC)
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == datetime.fromtimestamp(BOOKED.changed_at, UTC)
    assert "DTSTART:20260923T080000Z\r\n" in text
    assert "ase@example.com" not in text


@pytest.mark.shows("BOOK-5")
@pytest.mark.parametrize(
    ("state", "status"),
    [
        (State.REQUESTED, "TENTATIVE"),
        (State.HELD, "TENTATIVE"),
        (State.CONFIRMED, "CONFIRMED"),
        (State.WRITTEN, "CONFIRMED"),
        (State.CANCELLED, "CANCELLED"),
        (State.DECLINED, "CANCELLED"),
        (State.EXPIRED, "CANCELLED"),
    ],
)
def test_file_when_the_booking_is_in_a_state_then_the_event_has_the_status_of_it(state: State, status: str) -> None:
    assert parsed(replace(BOOKED, state=state))["STATUS"] == status


@pytest.mark.shows("BOOK-5", "BOOK-6")
def test_file_when_the_meeting_moved_then_its_uid_stays_and_its_sequence_is_higher() -> None:
    moved = replace(BOOKED, start=START + 86_400, end=START + 88_200, sequence=3)
    old, new = parsed(BOOKED), parsed(moved)
    assert old["UID"] == new["UID"]
    assert new["SEQUENCE"] > old["SEQUENCE"]
    both = "\r\n".join((booking_ics(moved, "Jane", URL), booking_ics(BOOKED, "Jane", URL)))
    assert [each.start for each in read_ics(both, "UTC", START, START + 10 * 86_400).events] == [moved.start]


@pytest.mark.shows("BOOK-5", "BOOK-6")
def test_file_when_the_meeting_was_cancelled_then_importing_it_takes_it_out() -> None:
    cancelled = replace(BOOKED, state=State.CANCELLED, sequence=3)
    both = "\r\n".join((booking_ics(BOOKED, "Jane", URL), booking_ics(cancelled, "Jane", URL)))
    assert read_ics(both, "UTC", START, START + 86_400).events == ()
    assert parsed(cancelled)["DESCRIPTION"] == "The meeting is cancelled"


@pytest.mark.shows("BOOK-5", "BOOK-3")
@pytest.mark.parametrize(
    ("location", "booked", "requested"),
    [
        (Location(LocationKind.VIDEO, "https://meet.example.com/x"), "https://meet.example.com/x", "Video call"),
        (Location(LocationKind.VIDEO), "Video call", "Video call"),
        (Location(LocationKind.LINK, "https://example.com/room"), "https://example.com/room", "Online meeting"),
        (Location(LocationKind.HOST_CALLS), "Jane Holm calls you", "Jane Holm calls you"),
        (Location(LocationKind.GUEST_CALLS, "+45 12 34 56 78"), "You call Jane Holm: +45 12 34 56 78", "You call Jane Holm"),
        (Location(LocationKind.PLACE, "Havnegade 1"), "Havnegade 1", "Havnegade 1"),
        (Location(LocationKind.ASK, "Café Norden"), "Café Norden", "Café Norden"),
        (Location(LocationKind.ASK), None, None),
    ],
)
def test_file_when_the_place_is_of_a_kind_then_it_tells_no_more_than_the_visitor_may_know(
    location: Location, booked: str | None, requested: str | None
) -> None:
    assert parsed(replace(BOOKED, location=location)).get("LOCATION") == booked
    asked = parsed(replace(BOOKED, location=location, state=State.REQUESTED))
    assert asked.get("LOCATION") == requested
    assert str(asked["DESCRIPTION"]).startswith("Jane Holm has not confirmed this time yet.\n")


@pytest.mark.shows("BOOK-5", "DESK-5")
def test_file_when_the_visitor_reads_danish_then_its_words_are_danish() -> None:
    visitor = replace(BOOKED.visitor, language="da")
    asked = parsed(replace(BOOKED, visitor=visitor, state=State.REQUESTED))
    assert asked["SUMMARY"] == "Intro med Jane Holm"
    assert asked["DESCRIPTION"] == f"Jane Holm har ikke bekræftet tidspunktet endnu.\nFlyt eller aflys: {URL}"


def test_file_when_the_owner_thanks_then_the_words_stand_first() -> None:
    assert parsed(replace(BOOKED, thanks="See you!"))["DESCRIPTION"] == f"See you!\n\nMove or cancel: {URL}"


HOSTILE = [
    "x\r\nATTENDEE:mailto:evil@example.com",
    "x\nEND:VEVENT\nBEGIN:VEVENT\nUID:evil\nEND:VEVENT",
    "\r\rBEGIN:VALARM\r",
    'a";CN="b\\',
    "semi;colon,comma:colon\\n",
    "\x00\x07\x1b[31m\x7f",
    "\u2028\u2029\x85\u202e",
    "^n^'^^",
    "æøå" * 400,
    "%0d%0aX:1",
]


@pytest.mark.shows("BOOK-5", "S3")
@given(
    st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=["Cs"])),
    st.sampled_from(("title", "name", "place", "thanks")),
)
def test_file_when_a_text_is_hostile_then_it_stays_text(hostile: str, where: str) -> None:
    booking = {
        "title": replace(BOOKED, title=hostile),
        "name": replace(BOOKED, host=hostile),
        "place": replace(BOOKED, location=Location(LocationKind.PLACE, hostile)),
        "thanks": replace(BOOKED, thanks=hostile),
    }[where]
    text = booking_ics(booking, hostile if where == "name" else "Jane", URL)
    (calendar,) = icalendar.Calendar.from_ical(text, multiple=True)
    (event,) = calendar.walk("VEVENT")
    assert calendar.keys() == {"VERSION", "PRODID", "CALSCALE", "METHOD"}
    assert event.keys() <= {
        "UID", "SEQUENCE", "DTSTAMP", "CREATED", "LAST-MODIFIED", "DTSTART", "DTEND", "STATUS", "SUMMARY", "DESCRIPTION",
        "LOCATION", "ORGANIZER", "URL",
    }  # fmt: skip
    assert event.subcomponents == []
    assert not [line for line in text.split("\r\n") if len(line.encode()) > 75]
    assert not {code for code in map(ord, text) if code < 32 or code == 127} - {9, 10, 13}
    assert "\r" not in text.replace("\r\n", "")
    found = read_ics(text, "UTC", START, START + 86_400)
    assert [(each.start, each.end) for each in found.events] == [(START, START + 1800)]


def test_module_when_it_is_imported_then_icalendar_is_not() -> None:
    code = "import sys, app.services.invitation; print('icalendar' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30)
    assert ran.stdout.strip() == "False"
