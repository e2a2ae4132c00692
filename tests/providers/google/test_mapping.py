"""Google's words as ours and back, without a server."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendars import Days, EventDraft, Response, ShowAs
from app.domain.connections import Access
from app.providers.google.mapping import (
    access_of,
    changes_of,
    colour_of,
    own_id,
    read_calendars,
    write_event,
)
from app.providers.google.pages import Page, head_of, joined
from app.providers.google.reading import read_event, response_of, show_as_of, zone_or_utc
from tests.providers.contract import ZONE, at
from tests.servers.google.events import ID, check

NINE = {"start": {"dateTime": "2026-10-20T09:00:00+02:00"}, "end": {"dateTime": "2026-10-20T10:00:00+02:00"}}


def item(**more: Any) -> dict[str, Any]:
    return {"id": "e1", "status": "confirmed", **NINE, **more}


@pytest.mark.shows("SET-5")
@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, ShowAs.BUSY),
        ({"transparency": "opaque"}, ShowAs.BUSY),
        ({"transparency": "transparent"}, ShowAs.FREE),
        ({"status": "tentative"}, ShowAs.TENTATIVE),
        ({"eventType": "outOfOffice"}, ShowAs.OUT_OF_OFFICE),
        ({"eventType": "focusTime"}, ShowAs.BUSY),
        ({"eventType": "birthday", "transparency": "transparent"}, ShowAs.FREE),
        ({"eventType": "birthday"}, ShowAs.FREE),
        ({"eventType": "fromGmail"}, ShowAs.BUSY),
        ({"eventType": "somethingNew", "transparency": "transparent"}, ShowAs.FREE),
        ({"eventType": "workingLocation", "transparency": "transparent"}, ShowAs.WORKING_ELSEWHERE),
        ({"eventType": "workingLocation", "workingLocationProperties": {"type": "homeOffice"}}, ShowAs.WORKING_ELSEWHERE),
        ({"eventType": "workingLocation", "workingLocationProperties": {"type": "officeLocation"}}, ShowAs.FREE),
    ],
)
def test_show_as_when_google_tells_kind_and_transparency_then_it_follows(more: dict[str, Any], expected: ShowAs) -> None:
    assert show_as_of(item(**more)) is expected


@pytest.mark.parametrize(
    ("attendees", "organizes", "expected"),
    [
        ([], True, Response.OWN),
        ([{"email": "a@example.com", "responseStatus": "declined"}], False, Response.OWN),
        ([{"self": True, "responseStatus": "accepted"}], True, Response.OWN),
        ([{"self": True, "responseStatus": "declined"}], True, Response.DECLINED),
        ([{"self": True, "responseStatus": "needsAction"}], False, Response.UNANSWERED),
        ([{"self": True, "responseStatus": "aWordOfTomorrow"}], False, Response.UNANSWERED),
        ([{"self": True}], False, Response.UNANSWERED),
    ],
)
def test_response_when_the_owner_is_among_the_guests_then_it_is_that_answer(
    attendees: list[dict[str, Any]], organizes: bool, expected: Response
) -> None:
    assert response_of(item(attendees=attendees, organizer={"self": True} if organizes else {})) is expected


def test_event_when_it_is_private_and_ours_then_its_words_are_kept() -> None:
    private = item(visibility="private", summary="Intro")
    theirs = read_event(private, "c", ZONE)
    ours = read_event({**private, "extendedProperties": {"private": {"aftaleKey": "x", "aftaleBooking": "b1"}}}, "c", ZONE)
    assert theirs
    assert ours
    assert (theirs.title, ours.title, ours.booking, ours.private) == ("", "Intro", "b1", True)


@pytest.mark.shows("SYNC-3")
@pytest.mark.parametrize(
    ("time", "zone"),
    [
        ({"dateTime": "2026-10-25T02:30:00+01:00"}, ZONE),
        ({"dateTime": "2026-10-25T01:30:00Z", "timeZone": "America/New_York"}, ZONE),
        ({"dateTime": "2026-10-24T21:30:00", "timeZone": "America/New_York"}, ZONE),
        ({"dateTime": "2026-10-25T01:30:00.000Z"}, ZONE),
        ({"dateTime": "2026-10-25T10:30:00"}, "Asia/Tokyo"),
    ],
)
def test_event_when_its_time_is_written_in_any_allowed_way_then_it_is_the_same_instant(time: dict[str, str], zone: str) -> None:
    found = read_event(item(start=time, end=time), "c", zone)
    assert found
    assert found.start == at("2026-10-25 02:30", fold=1)


@pytest.mark.shows("SYNC-3")
def test_event_when_it_is_all_day_then_it_has_the_midnights_of_the_calendars_zone() -> None:
    found = read_event(item(start={"date": "2026-10-25"}, end={"date": "2026-10-26"}), "c", "America/New_York")
    assert found
    assert found.days == Days(date(2026, 10, 25), date(2026, 10, 26))
    assert found.start == at("2026-10-25 00:00", "America/New_York")


def test_event_when_rooms_and_the_owner_are_among_the_guests_then_they_are_no_guests() -> None:
    guests = [
        {"email": "me@x.dk", "self": True},
        {"email": "room@x.dk", "resource": True},
        {"email": "ase@x.dk"},
        {"id": "no address"},
    ]
    found = read_event(item(attendees=guests), "c", ZONE)
    assert found
    assert found.attendees == ("ase@x.dk",)


def test_event_when_guests_said_no_then_they_are_told_apart_and_of_private_events_nobody_is() -> None:
    guests = [
        {"email": "me@x.dk", "self": True, "responseStatus": "declined"},
        {"email": "room@x.dk", "resource": True, "responseStatus": "declined"},
        {"email": "ase@x.dk", "responseStatus": "declined"},
        {"email": "bo@x.dk", "responseStatus": "accepted"},
        {"id": "no address", "responseStatus": "declined"},
    ]
    found = read_event(item(attendees=guests, created="2026-10-01T08:00:30.123Z"), "c", ZONE)
    hidden = read_event(item(attendees=guests, created="2026-10-01T08:00:30.123Z", visibility="private"), "c", ZONE)
    assert found
    assert hidden
    assert (found.declined, found.response) == (("ase@x.dk",), Response.DECLINED)
    assert found.created == at("2026-10-01 10:00") + 30
    assert (hidden.attendees, hidden.declined, hidden.response, hidden.created) == ((), (), Response.DECLINED, 0)


OTHERS = {"shared": {"zmMeetingNum": "93"}}


@pytest.mark.shows("CRM-2")
@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, False),
        ({"hangoutLink": "https://meet.google.com/x"}, False),
        ({"source": {"url": "https://crm.example/deals/7"}}, True),
        ({"extendedProperties": {"private": {"crmId": "7"}}}, True),
        ({"extendedProperties": OTHERS}, True),
        ({"extendedProperties": {}}, False),
        ({"extendedProperties": {"private": {"aftaleKey": "x"}}}, False),
        ({"eventType": "fromGmail"}, True),
        ({"eventType": "focusTime"}, False),
        ({"conferenceData": {"conferenceSolution": {"key": {"type": "addOn"}}}}, False),
        ({"conferenceData": {"conferenceSolution": {"key": {"type": "addOn"}}}, "extendedProperties": OTHERS}, False),
        ({"conferenceData": {"conferenceSolution": {"key": {"type": "hangoutsMeet"}}}, "extendedProperties": OTHERS}, True),
    ],
)
def test_event_when_it_bears_traces_of_a_program_then_nobody_made_it_by_hand(more: dict[str, Any], expected: bool) -> None:
    found = read_event(item(**more), "c", ZONE)
    assert found
    assert found.by_program is expected


@pytest.mark.shows("CON-13")
def test_calendars_when_others_share_them_then_they_say_whose_they_are() -> None:
    found = read_calendars(
        [
            {"id": "anna@example.com", "summary": "anna@example.com", "primary": True, "accessRole": "owner"},
            {"id": "kirsten@example.com", "summary": "Kirsten Lund", "accessRole": "reader"},
            {
                "id": "jonas@example.com",
                "summary": "jonas@example.com",
                "summaryOverride": "Jonas",
                "accessRole": "freeBusyReader",
            },
            {
                "id": "1@group.calendar.google.com",
                "summary": "Team",
                "dataOwner": "kirsten@example.com",
                "accessRole": "writer",
            },
            {"id": "2@group.calendar.google.com", "summary": "Mine", "dataOwner": "anna@example.com", "accessRole": "owner"},
            {"id": "3@group.calendar.google.com", "summary": "Old", "accessRole": "owner"},
            {"id": "da.danish#holiday@group.v.calendar.google.com", "summary": "Helligdage", "accessRole": "reader"},
            {"id": "x@import.calendar.google.com", "summary": "Imported", "accessRole": "reader"},
            {"id": "c_1@resource.calendar.google.com", "summary": "Room 1", "accessRole": "reader"},
        ]
    )
    assert [(each.name, each.owner, each.owner_name) for each in found] == [
        ("anna@example.com", "", ""),
        ("Kirsten Lund", "kirsten@example.com", "Kirsten Lund"),
        ("Jonas", "jonas@example.com", ""),
        ("Team", "kirsten@example.com", "Kirsten Lund"),
        ("Mine", "", ""), ("Old", "", ""), ("Helligdage", "", ""), ("Imported", "", ""), ("Room 1", "", ""),
    ]  # fmt: skip


def test_head_of_an_answer_when_the_next_page_stands_before_the_events_then_it_is_known_before_they_are_read() -> None:
    text = '{\n "kind": "calendar#events", "defaultReminders": [{"a": 1}],\n "nextPageToken": "t\\"", "items": [{"id": 1'
    assert head_of(text) == {"kind": "calendar#events", "defaultReminders": [{"a": 1}], "nextPageToken": 't"'}
    assert head_of('{"items": [], "nextPageToken": "t"}') == {}
    assert head_of("<html>") == head_of("") == head_of("[]") == head_of("{}") == {}
    with pytest.raises(ValueError, match="Expecting value"):
        head_of('{"kind": oops}')


@pytest.mark.shows("CON-13")
def test_role_when_nobody_knows_it_then_it_may_be_looked_at_only() -> None:
    assert (access_of("curator"), access_of("")) == (Access.DETAILS, Access.DETAILS)


def test_zone_when_it_is_none_of_ours_then_it_is_utc() -> None:
    assert [zone_or_utc(each) for each in ("Europe/Copenhagen", "", "Mars/Base", "../etc/passwd")] == [
        ZONE,
        "UTC",
        "UTC",
        "UTC",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("#d50000", "brick"), ("#f6bf26", "amber"), ("#33b679", "moss"), ("#039be5", "fjord"), ("#8e24aa", "heather"),
     ("#616161", "slate"), ("", "fjord"), ("blue", "fjord")],
)  # fmt: skip
def test_colour_when_google_has_one_then_the_nearest_of_ours_is_taken(text: str, expected: str) -> None:
    assert colour_of(text) == expected


@pytest.mark.shows("SYNC-4")
@given(st.text(), st.integers(0, 100))
def test_own_id_when_made_of_any_key_then_google_takes_it_and_it_is_always_the_same(key: str, attempt: int) -> None:
    assert ID.fullmatch(own_id(key, attempt))
    assert own_id(key, attempt) == own_id(key, attempt)
    assert own_id(key, attempt) != own_id(key, attempt + 1)


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)
instants = st.integers(at("2025-01-01 00:00"), at("2028-01-01 00:00"))


@st.composite
def drafts(draw: st.DrawFn) -> EventDraft:
    start = draw(instants)
    first = draw(st.dates(date(2025, 1, 1), date(2028, 1, 1)))
    days = draw(st.one_of(st.none(), st.builds(Days, st.just(first), st.dates(date(2028, 1, 2), date(2028, 2, 1)))))
    return EventDraft(
        draw(st.text(min_size=1)), draw(texts), start, start + draw(st.integers(0, 100_000)),
        draw(st.sampled_from((ZONE, "America/New_York", "Australia/Lord_Howe", "UTC"))), days,
        draw(st.sampled_from((ShowAs.BUSY, ShowAs.FREE, ShowAs.TENTATIVE))), location=draw(texts), description=draw(texts),
        booking=draw(st.sampled_from(("", "b1"))), attendees=draw(st.sampled_from(((), ("ase@example.com",)))),
    )  # fmt: skip


def stored(draft: EventDraft) -> dict[str, Any]:
    """The event as the service files it."""
    return {"id": "e1", "status": "confirmed", **check(write_event(draft), ZONE)}


@pytest.mark.shows("SYNC-4")
@given(drafts())
def test_draft_when_it_is_written_and_read_then_it_is_the_same_event_and_nothing_is_left_to_change(draft: EventDraft) -> None:
    event = read_event(stored(draft), "c", ZONE)
    assert event
    for name in ("title", "show_as", "location", "description", "booking", "attendees", "days"):
        assert getattr(event, name) == getattr(draft, name), name
    if draft.days is None:
        assert (event.start, event.end) == (draft.start, draft.end)
    assert changes_of(draft, stored(draft), ZONE) == {}


@given(drafts(), drafts())
def test_changes_when_patched_into_any_other_event_then_the_draft_is_reached(before: EventDraft, after: EventDraft) -> None:
    from tests.servers.google.events import merged

    old = stored(before)
    new = {"id": "e1", **check(merged(old, changes_of(after, old, ZONE)), ZONE)}
    new.setdefault("status", "confirmed")
    reached = read_event(new, "c", ZONE)
    wanted = read_event(stored(after), "c", ZONE)
    assert reached
    assert wanted
    for name in ("start", "end", "days", "title", "show_as", "location", "description", "attendees"):
        assert getattr(reached, name) == getattr(wanted, name), name


def test_pages_when_an_event_stands_on_two_of_them_then_the_later_one_counts() -> None:
    first, moved = read_event(item(), "c", ZONE), read_event(item(summary="Moved"), "c", ZONE)
    assert first
    assert moved
    assert joined([Page(events=(first,)), Page(events=(moved,))]).events == (moved,)
    told = joined([Page(events=(first,)), Page(cancelled=("e1",))])
    assert (told.events, told.cancelled) == ((), ("e1",))
    assert joined([Page(cancelled=("e1",)), Page(events=(first,))]).events == (first,)
