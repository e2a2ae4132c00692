"""Graph's words as ours and back, without a server. The JSON is what Graph's documentation shows, with other people in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendars import Days, EventDraft, Response, ShowAs
from app.domain.clock import HOUR, MINUTE
from app.domain.connections import Access
from app.domain.rules import RuleError
from app.providers.office365.drafts import changes_of, mark_of, transaction_of, write_event
from app.providers.office365.mapping import (
    BOOKING,
    CREATED,
    MARK,
    Home,
    hides_details,
    home_of,
    place_of,
    read_calendar,
    read_event,
)
from app.providers.office365.recurrence import same_recurrence, write_recurrence
from app.providers.office365.zones import iana_zone, same_clock
from tests.providers.contract import ZONE, all_day, at, timed

HOME = Home(ZONE, "anna@holm.dk", "Anna Holm")
INVITATION: dict[str, Any] = {
    "@odata.etag": 'W/"ZlnW4RIAV06KYYwlrfNZvQAALfZeRQ=="',
    "id": "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A7cb0k3z1skaJ-b1mmWlEdwAAf3zC3wAA",
    "iCalUId": "040000008200E00074C5B7101A82E00800000000B3F0B8F27D2ADC010000000000000000100000004E",
    "subject": "Let's go for lunch",
    "sensitivity": "normal",
    "isAllDay": False,
    "isCancelled": False,
    "isOrganizer": False,
    "seriesMasterId": None,
    "showAs": "tentative",
    "type": "singleInstance",
    "originalStartTimeZone": "Romance Standard Time",
    "isOnlineMeeting": False,
    "onlineMeeting": None,
    "responseStatus": {"response": "notResponded", "time": "0001-01-01T00:00:00Z"},
    "body": {"contentType": "text", "content": "Does noon work for you?\r\nBo\r\n"},
    "start": {"dateTime": "2026-10-20T10:00:00.0000000", "timeZone": "UTC"},
    "end": {"dateTime": "2026-10-20T12:00:00.0000000", "timeZone": "UTC"},
    "location": {
        "displayName": "Harry's Bar",
        "locationType": "default",
        "uniqueId": "Harry's Bar",
        "uniqueIdType": "private",
    },
    "attendees": [
        {
            "type": "required",
            "status": {"response": "none", "time": "0001-01-01T00:00:00Z"},
            "emailAddress": {"name": "Anna Holm", "address": "Anna@Holm.dk"},
        },
        {
            "type": "optional",
            "status": {"response": "declined", "time": "2026-10-01T08:00:00Z"},
            "emailAddress": {"name": "Dan Lund", "address": "dan@lund.dk"},
        },
        {
            "type": "resource",
            "status": {"response": "accepted", "time": "2026-10-01T08:00:00Z"},
            "emailAddress": {"name": "Room 2", "address": "room2@lund.dk"},
        },
    ],
    "organizer": {"emailAddress": {"name": "Bo Lund", "address": "bo@lund.dk"}},
}
CALENDAR: dict[str, Any] = {
    "id": "AAMkAGI2TGuLAAA=",
    "name": "Calendar",
    "color": "lightGreen",
    "isDefaultCalendar": True,
    "canEdit": True,
    "allowedOnlineMeetingProviders": ["teamsForBusiness"],
    "owner": {"name": "Anna Holm", "address": "anna@holm.dk"},
}


def item(**more: Any) -> dict[str, Any]:
    return {**INVITATION, **more}


def marked(*marks: tuple[str, str]) -> dict[str, Any]:
    return {"singleValueExtendedProperties": [{"id": name, "value": value} for name, value in marks]}


def test_event_when_it_is_an_invitation_then_it_is_what_outlook_shows() -> None:
    found = read_event(INVITATION, "c1", HOME)
    assert found
    assert (found.start, found.end) == (at("2026-10-20 12:00"), at("2026-10-20 14:00"))
    assert (found.title, found.location) == ("Let's go for lunch", "Harry's Bar")
    assert found.description == "Does noon work for you?\nBo"
    assert (found.show_as, found.response) == (ShowAs.TENTATIVE, Response.UNANSWERED)
    assert (found.attendees, found.declined) == (("bo@lund.dk", "dan@lund.dk"), ("dan@lund.dk",))
    assert (found.private, found.by_program, found.series, found.calendar) == (False, False, "", "c1")


@pytest.mark.shows("SET-5")
@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("free", ShowAs.FREE),
        ("tentative", ShowAs.TENTATIVE),
        ("busy", ShowAs.BUSY),
        ("oof", ShowAs.OUT_OF_OFFICE),
        ("workingElsewhere", ShowAs.WORKING_ELSEWHERE),
        ("unknown", ShowAs.BUSY),
        ("aWordOfTomorrow", ShowAs.BUSY),
    ],
)
def test_show_as_when_graph_tells_it_then_it_follows(said: str, expected: ShowAs) -> None:
    found = read_event(item(showAs=said), "c", HOME)
    assert found
    assert found.show_as is expected


@pytest.mark.parametrize(
    ("said", "organizes", "expected"),
    [
        ("none", False, Response.OWN),
        ("organizer", True, Response.OWN),
        ("accepted", False, Response.ACCEPTED),
        ("tentativelyAccepted", False, Response.TENTATIVE),
        ("declined", False, Response.DECLINED),
        ("declined", True, Response.DECLINED),
        ("notResponded", False, Response.UNANSWERED),
        ("notResponded", True, Response.OWN),
        ("aWordOfTomorrow", False, Response.UNANSWERED),
    ],
)
def test_response_when_graph_tells_it_then_it_is_the_owners_answer(said: str, organizes: bool, expected: Response) -> None:
    found = read_event(item(responseStatus={"response": said}, isOrganizer=organizes), "c", HOME)
    assert found
    assert found.response is expected


@pytest.mark.shows("SYNC-2")
def test_event_when_its_organizer_cancelled_it_then_it_is_none() -> None:
    assert read_event(item(isCancelled=True, subject="Canceled: lunch"), "c", HOME) is None


@pytest.mark.shows("SYNC-3")
@pytest.mark.parametrize("sensitivity", ["private", "confidential", "personal", "aWordOfTomorrow"])
def test_event_when_it_is_not_for_everybody_then_nothing_but_its_time_is_kept(sensitivity: str) -> None:
    found = read_event(item(sensitivity=sensitivity), "c", HOME)
    assert found
    assert (found.private, found.title, found.location, found.description) == (True, "", "", "")
    assert (found.attendees, found.declined, found.start) == ((), (), at("2026-10-20 12:00"))


def test_event_when_it_is_private_and_ours_then_its_words_are_kept() -> None:
    ours = marked((MARK, mark_of("k")), (BOOKING, "b1"))
    found = read_event(item(sensitivity="private", **ours), "c", HOME)
    assert found
    assert (found.title, found.booking, found.private) == ("Let's go for lunch", "b1", True)


def test_event_when_exchange_writes_property_ids_in_capitals_then_they_are_ours_all_the_same() -> None:
    found = read_event(item(**marked((BOOKING.upper().replace("STRING", "String"), "b1"))), "c", HOME)
    assert found
    assert found.booking == "b1"


@pytest.mark.parametrize(
    ("value", "expected"),
    [("2026-10-01T08:00:00Z", at("2026-10-01 10:00")), ("0001-01-01T00:00:00Z", 0), ("", 0), ("soon", 0)],
)
def test_event_when_its_making_is_told_then_it_is_known(value: str, expected: int) -> None:
    found = read_event(item(**marked((CREATED, value))), "c", HOME)
    assert found
    assert found.created == expected


@pytest.mark.shows("CRM-2")
@pytest.mark.parametrize(
    ("transaction", "expected"),
    [
        (None, False),
        ("", False),
        ("localevent:3f2504e0-4f89-11d3-9a0c-0305e82c3301", False),
        (transaction_of("k", 0), False),
        ("7E163156-7762-4BEB-A1C6-729EA81755A7", True),
    ],
)
def test_event_when_a_program_made_it_then_that_is_told(transaction: str | None, expected: bool) -> None:
    found = read_event(item(transactionId=transaction), "c", HOME)
    assert found
    assert found.by_program is expected


# Days and zones


def whole_day(zone: str = "Romance Standard Time", **more: Any) -> dict[str, Any]:
    start = {"dateTime": "2026-10-25T00:00:00.0000000", "timeZone": "UTC"}
    end = {"dateTime": "2026-10-26T00:00:00.0000000", "timeZone": "UTC"}
    return item(isAllDay=True, start=start, end=end, originalStartTimeZone=zone, **more)


@pytest.mark.shows("SYNC-3")
def test_event_when_it_is_all_day_then_it_has_the_midnights_of_its_owner() -> None:
    found = read_event(whole_day("Pacific Standard Time"), "c", HOME)
    assert found
    assert found.days == Days(date(2026, 10, 25), date(2026, 10, 26))
    assert (found.start, found.end) == (at("2026-10-25 00:00"), at("2026-10-26 00:00"))
    assert found.end - found.start == 25 * HOUR


@pytest.mark.shows("SYNC-3")
@pytest.mark.parametrize(
    ("zone", "where"),
    [
        ("Romance Standard Time", "Europe/Paris"),
        ("Tokyo Standard Time", "Asia/Tokyo"),
        ("America/New_York", "America/New_York"),
        ("tzone://Microsoft/Utc", "UTC"),
        ("tzone://Microsoft/Custom", "UTC"),
        ("Customized Time Zone", "UTC"),
        (None, "UTC"),
    ],
)
def test_event_when_it_is_all_day_and_nobody_tells_where_the_owner_lives_then_its_own_zone_counts(
    zone: str | None, where: str
) -> None:
    found = read_event({**whole_day(), "originalStartTimeZone": zone}, "c", Home())
    assert found
    assert found.start == at("2026-10-25 00:00", where)


@pytest.mark.shows("SYNC-3")
@pytest.mark.parametrize(
    ("time", "zone"),
    [
        ("2026-10-25T01:30:00.0000000", "UTC"),
        ("2026-10-25T01:30:00", "UTC"),
        ("2026-10-24T21:30:00.0000000", "Eastern Standard Time"),
        ("2026-10-25T10:30:00.0000000", "Asia/Tokyo"),
    ],
)
def test_event_when_a_server_answers_in_another_zone_than_asked_for_then_the_instant_is_right(time: str, zone: str) -> None:
    told = {"dateTime": time, "timeZone": zone}
    found = read_event(item(start=told, end=told), "c", HOME)
    assert found
    assert found.start == at("2026-10-25 02:30", fold=1)


@pytest.mark.parametrize(
    ("name", "here", "expected"),
    [
        ("Romance Standard Time", "Europe/Copenhagen", "Europe/Copenhagen"),
        ("Romance Standard Time", "Europe/Helsinki", "Europe/Paris"),
        ("Romance Standard Time", "nonsense", "Europe/Paris"),
        ("GMT Standard Time", "Europe/Copenhagen", "Europe/London"),
        ("Europe/Berlin", "Europe/Copenhagen", "Europe/Berlin"),
        ("UTC", "Europe/Copenhagen", "UTC"),
        ("Mars/Base", "", ""),
        ("../etc/passwd", "", ""),
        ("Paris", "", ""),
        ("", "", ""),
    ],
)
def test_zone_when_windows_has_one_name_for_many_then_the_owners_own_is_taken(name: str, here: str, expected: str) -> None:
    assert iana_zone(name, here) == expected


def test_clocks_when_they_differ_for_a_few_weeks_then_they_are_not_the_same() -> None:
    assert same_clock("Europe/Copenhagen", "Europe/Paris")
    assert not same_clock("America/New_York", "America/Havana")
    assert not same_clock("Europe/London", "Africa/Abidjan")


# Video meetings

BLOB = (
    "Agenda\r\n\r\n________________________________________________________________________________\r\n"
    "Microsoft Teams meeting\r\nJoin: https://teams.microsoft.com/l/meetup-join/19%3ameeting_x\r\n"
)


def teams(**more: Any) -> dict[str, Any]:
    return item(
        isOnlineMeeting=True, onlineMeeting={"joinUrl": "https://teams.microsoft.com/l/meetup-join/19%3ameeting_x"},
        body={"contentType": "text", "content": BLOB}, isOrganizer=True, attendees=[], **more,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["", "Microsoft Teams Meeting", "Microsoft Teams-møde"])
def test_video_meeting_when_it_is_nowhere_else_then_its_link_is_where_it_is(name: str) -> None:
    found = read_event(teams(location={"displayName": name}), "c", HOME)
    assert found
    assert found.location == "https://teams.microsoft.com/l/meetup-join/19%3ameeting_x"
    assert found.description == "Agenda"
    assert place_of(teams(location={"displayName": "Room 2"})) == "Room 2"


@pytest.mark.shows("SYNC-4")
def test_update_when_the_event_is_a_video_meeting_then_its_text_and_link_stay() -> None:
    draft = timed("", "2026-10-22 09:00", title="Moved", description="Another agenda")
    body = changes_of(draft, teams(location={"displayName": "Microsoft Teams Meeting"}), HOME)
    assert body.keys() == {"subject", "start", "end", "isAllDay", "showAs"}


def test_draft_when_it_is_online_then_it_asks_for_teams_only_where_the_calendar_has_it() -> None:
    draft = timed("k", "2026-10-20 09:00", online=True)
    assert "isOnlineMeeting" not in write_event(draft, HOME)
    assert write_event(draft, replace(HOME, teams=True))["onlineMeetingProvider"] == "teamsForBusiness"


# Calendars


@pytest.mark.shows("CON-13")
def test_calendar_when_it_is_the_own_one_then_it_is_the_main_one() -> None:
    home = home_of(CALENDAR, "ANNA@holm.dk", ZONE)
    found = read_calendar(CALENDAR, home, ZONE, home.access)
    assert (found.primary, found.access, found.zone, found.owner, found.colour) == (True, Access.OWNER, ZONE, "", "moss")
    assert home.teams


@pytest.mark.shows("CON-13")
@pytest.mark.parametrize(("edits", "access"), [(True, Access.EDIT), (False, Access.DETAILS)])
def test_calendar_when_somebody_shares_it_then_it_says_who(edits: bool, access: Access) -> None:
    shared = {**CALENDAR, "name": "Bo Lund", "isDefaultCalendar": False, "canEdit": edits}
    shared["owner"] = {"name": "Bo Lund", "address": "bo@lund.dk"}
    home = home_of(shared, "anna@holm.dk", ZONE)
    found = read_calendar(shared, home, ZONE, home.access)
    assert (found.owner, found.owner_name, found.access, found.primary) == ("bo@lund.dk", "Bo Lund", access, False)
    assert home.zone == ""


@pytest.mark.shows("CON-13")
def test_shared_calendar_when_its_events_have_neither_subject_nor_organizer_then_it_shows_free_and_busy_alone() -> None:
    bare = {"id": "x", "subject": "", "sensitivity": "normal", "organizer": None}
    untitled = {**bare, "organizer": {"emailAddress": {"address": "bo@lund.dk"}}}
    private = {**bare, "sensitivity": "private"}
    assert hides_details([bare, bare])
    assert not hides_details([])
    assert not hides_details([private])
    assert not hides_details([bare, untitled])
    assert hides_details([bare, private])


# Series


@pytest.mark.shows("SYNC-2")
@pytest.mark.parametrize(
    ("rule", "pattern"),
    [
        ("FREQ=DAILY", {"type": "daily", "interval": 1}),
        ("FREQ=DAILY;INTERVAL=3", {"type": "daily", "interval": 3}),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
         {"type": "weekly", "interval": 1, "daysOfWeek": ["monday", "tuesday", "wednesday", "thursday", "friday"],
          "firstDayOfWeek": "monday"}),
        ("FREQ=WEEKLY", {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"], "firstDayOfWeek": "monday"}),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,FR;WKST=SU",
         {"type": "weekly", "interval": 2, "daysOfWeek": ["tuesday", "friday"], "firstDayOfWeek": "sunday"}),
        ("FREQ=MONTHLY", {"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 20}),
        ("FREQ=MONTHLY;BYMONTHDAY=20;INTERVAL=3", {"type": "absoluteMonthly", "interval": 3, "dayOfMonth": 20}),
        ("FREQ=MONTHLY;BYDAY=3TU", {"type": "relativeMonthly", "interval": 1, "daysOfWeek": ["tuesday"], "index": "third"}),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=3",
         {"type": "relativeMonthly", "interval": 1, "daysOfWeek": ["tuesday"], "index": "third"}),
        ("FREQ=YEARLY", {"type": "absoluteYearly", "interval": 1, "month": 10, "dayOfMonth": 20}),
        ("FREQ=YEARLY;BYMONTH=10;BYDAY=3TU",
         {"type": "relativeYearly", "interval": 1, "month": 10, "daysOfWeek": ["tuesday"], "index": "third"}),
    ],
)  # fmt: skip
def test_rule_when_graph_can_say_it_then_it_does(rule: str, pattern: dict[str, Any]) -> None:
    assert write_recurrence(timed("k", "2026-10-20 09:00", rrule=rule))["pattern"] == pattern


@pytest.mark.parametrize(
    ("rule", "first", "pattern"),
    [
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-10-31", {"type": "relativeMonthly", "index": "last"}),
        ("FREQ=MONTHLY;BYDAY=-1FR", "2026-10-30", {"type": "relativeMonthly", "index": "last", "daysOfWeek": ["friday"]}),
        ("FREQ=YEARLY", "2026-12-31", {"type": "absoluteYearly", "month": 12, "dayOfMonth": 31}),
    ],
)
def test_rule_when_it_is_about_the_end_of_a_month_then_only_what_means_the_same_is_said(
    rule: str, first: str, pattern: dict[str, Any]
) -> None:
    found = write_recurrence(timed("k", f"{first} 09:00", rrule=rule))["pattern"]
    assert {name: found[name] for name in pattern} == pattern


@pytest.mark.parametrize(
    ("rule", "first"),
    [
        ("FREQ=MONTHLY", "2026-10-31"),
        ("FREQ=MONTHLY;BYMONTHDAY=15,20", "2026-10-20"),
        ("FREQ=MONTHLY;BYMONTHDAY=-2", "2026-10-30"),
        ("FREQ=MONTHLY;BYDAY=1TU,3TU", "2026-10-20"),
        ("FREQ=MONTHLY;BYDAY=TU", "2026-10-20"),
        ("FREQ=MONTHLY;BYDAY=5TU", "2026-09-29"),
        ("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", "2026-11-13"),
        ("FREQ=MONTHLY;BYMONTH=10", "2026-10-20"),
        ("FREQ=YEARLY", "2028-02-29"),
        ("FREQ=YEARLY;BYDAY=20MO", "2026-05-18"),
        ("FREQ=YEARLY;BYMONTH=4,10", "2026-10-20"),
        ("FREQ=YEARLY;BYYEARDAY=100", "2026-04-10"),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "2026-05-11"),
        ("FREQ=DAILY;INTERVAL=2;BYDAY=MO,TU", "2026-10-20"),
        ("FREQ=DAILY;BYHOUR=9,15", "2026-10-20"),
        ("FREQ=HOURLY", "2026-10-20"),
        ("FREQ=WEEKLY;BYDAY=MO;BYSETPOS=1", "2026-10-19"),
        ("FREQ=WEEKLY;BYDAY=MO", "2026-10-20"),
    ],
)
def test_rule_when_graph_cannot_say_it_exactly_then_it_is_refused(rule: str, first: str) -> None:
    with pytest.raises(RuleError):
        write_recurrence(timed("k", f"{first} 09:00", rrule=rule))


@pytest.mark.shows("SYNC-3")
@pytest.mark.parametrize(
    ("rule", "limits"),
    [
        ("FREQ=WEEKLY", {"type": "noEnd"}),
        ("FREQ=WEEKLY;COUNT=4", {"type": "numbered", "numberOfOccurrences": 4}),
        ("FREQ=WEEKLY;UNTIL=20261110", {"type": "endDate", "endDate": "2026-11-10"}),
        ("FREQ=WEEKLY;UNTIL=20261110T080000Z", {"type": "endDate", "endDate": "2026-11-10"}),
        ("FREQ=WEEKLY;UNTIL=20261110T075959Z", {"type": "endDate", "endDate": "2026-11-09"}),
        ("FREQ=WEEKLY;UNTIL=20261109T230000Z", {"type": "endDate", "endDate": "2026-11-09"}),
        ("FREQ=WEEKLY;UNTIL=20261110T090000", {"type": "endDate", "endDate": "2026-11-10"}),
    ],
)
def test_rule_when_it_ends_then_the_last_occurrence_is_the_same(rule: str, limits: dict[str, Any]) -> None:
    found = write_recurrence(timed("k", "2026-10-20 09:00", rrule=rule))["range"]
    assert found == {"startDate": "2026-10-20", "recurrenceTimeZone": ZONE, **limits}


def test_rule_when_graph_tells_it_with_all_its_defaults_then_it_is_known_again() -> None:
    wanted = write_recurrence(timed("k", "2026-10-20 09:00", rrule="FREQ=WEEKLY;BYDAY=TU,FR;COUNT=4"))
    told = {
        "pattern": {
            "type": "weekly", "interval": 1, "month": 0, "dayOfMonth": 0, "daysOfWeek": ["friday", "tuesday"],
            "firstDayOfWeek": "monday", "index": "first",
        },
        "range": {
            "type": "numbered", "startDate": "2026-10-20", "endDate": "0001-01-01",
            "recurrenceTimeZone": "Romance Standard Time", "numberOfOccurrences": 4,
        },
    }  # fmt: skip
    assert same_recurrence(wanted, told)
    assert not same_recurrence(wanted, None)
    assert not same_recurrence(wanted, {**told, "range": {**told["range"], "numberOfOccurrences": 5}})


# Drafts as Graph gets and gives them back

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
        draw(st.sampled_from(tuple(ShowAs))), location=draw(texts), description=draw(texts).rstrip(),
        booking=draw(st.sampled_from(("", "b1"))), attendees=draw(st.sampled_from(((), ("ase@example.com",)))),
    )  # fmt: skip


def told(body: dict[str, Any]) -> dict[str, Any]:
    """A written event as Graph tells it: times in UTC, but midnights where it is all-day."""

    def time(given: dict[str, str]) -> dict[str, str]:
        wall = datetime.fromisoformat(given["dateTime"])
        if not body["isAllDay"]:
            wall = wall.replace(tzinfo=ZoneInfo(given["timeZone"])).astimezone(ZoneInfo("UTC"))
        return {"dateTime": wall.strftime("%Y-%m-%dT%H:%M:%S.0000000"), "timeZone": "UTC"}

    return {
        "id": "e1", "type": "singleInstance", "sensitivity": "normal", "isOrganizer": True, "attendees": [], **body,
        "start": time(body["start"]), "end": time(body["end"]),
        "responseStatus": {"response": "organizer"}, "originalStartTimeZone": body["start"]["timeZone"],
    }  # fmt: skip


@pytest.mark.shows("SYNC-4")
@given(drafts())
def test_draft_when_it_is_written_and_read_then_it_is_the_same_event_and_nothing_is_left_to_change(draft: EventDraft) -> None:
    stored = told(write_event(draft, HOME))
    event = read_event(stored, "c", HOME)
    assert event
    for name in ("title", "show_as", "location", "description", "booking", "attendees", "days"):
        assert getattr(event, name) == getattr(draft, name), name
    if draft.days is None:
        assert (event.start, event.end) == (draft.start, draft.end)
    assert changes_of(draft, stored, HOME) == {}


@given(drafts(), drafts())
def test_changes_when_patched_into_any_other_event_then_the_draft_is_reached(before: EventDraft, after: EventDraft) -> None:
    old = write_event(before, HOME)
    patch = changes_of(after, told(old), HOME)
    reached = read_event(told({**old, **patch}), "c", HOME)
    wanted = read_event(told(write_event(after, HOME)), "c", HOME)
    assert reached
    assert wanted
    for name in ("start", "end", "days", "title", "show_as", "location", "description", "attendees"):
        assert getattr(reached, name) == getattr(wanted, name), name


def test_draft_when_its_hour_comes_twice_then_the_right_one_of_them_is_written() -> None:
    second = at("2026-10-25 02:30", fold=1)
    assert write_event(timed("k", second), HOME)["start"] == {"dateTime": "2026-10-25T01:30:00", "timeZone": "UTC"}
    assert write_event(timed("k", second + 2 * HOUR), HOME)["start"] == {"dateTime": "2026-10-25T04:30:00", "timeZone": ZONE}


def test_draft_when_it_is_all_day_then_its_midnights_are_the_owners() -> None:
    body = write_event(all_day("k", "2026-10-24", 2), replace(HOME, zone="Asia/Tokyo"))
    assert body["isAllDay"]
    assert body["start"] == {"dateTime": "2026-10-24T00:00:00", "timeZone": "Asia/Tokyo"}
    assert body["end"] == {"dateTime": "2026-10-26T00:00:00", "timeZone": "Asia/Tokyo"}
    backwards = replace(all_day("k", "2026-10-24"), days=Days(date(2026, 10, 24), date(2026, 10, 24)))
    assert write_event(backwards, HOME)["end"]["dateTime"] == "2026-10-25T00:00:00"


@pytest.mark.shows("SYNC-4")
def test_draft_when_guests_are_not_to_be_invited_then_they_are_named_in_the_text() -> None:
    draft = timed("k", "2026-10-20 09:00", description="Agenda", attendees=("ase@example.com", "bo@example.com"))
    body = write_event(draft, HOME, invites=False)
    assert "attendees" not in body
    assert body["body"]["content"] == "Agenda\n\nase@example.com\nbo@example.com"
    assert changes_of(draft, told(body), HOME, invites=False) == {}


def test_update_when_guests_have_answered_then_their_answers_and_the_rooms_stay() -> None:
    draft = timed("", "2026-10-20 12:00", 120, title="Let's go for lunch", attendees=("DAN@lund.dk", "eva@lund.dk"))
    patch = changes_of(draft, item(isOrganizer=True), HOME)
    kinds = [(each["emailAddress"]["address"], each.get("status", {}).get("response")) for each in patch["attendees"]]
    assert kinds == [("room2@lund.dk", "accepted"), ("dan@lund.dk", "declined"), ("eva@lund.dk", None)]


@pytest.mark.shows("SYNC-4")
@given(st.text(), st.integers(0, 100))
def test_marks_when_made_of_any_key_then_they_are_always_the_same_and_fit_a_query(key: str, attempt: int) -> None:
    assert mark_of(key) == mark_of(key)
    assert mark_of(key).isalnum()
    assert transaction_of(key, attempt) == transaction_of(key, attempt)
    assert transaction_of(key, attempt) != transaction_of(key, attempt + 1)
    assert len(transaction_of(key, attempt)) <= 64


def test_event_when_it_has_no_length_or_lasts_for_weeks_then_its_times_are_kept() -> None:
    begin = INVITATION["start"]
    short = read_event(item(end=begin), "c", HOME)
    assert short
    assert short.start == short.end
    long = read_event(item(end={"dateTime": "2026-11-20T10:00:00.0000000", "timeZone": "UTC"}), "c", HOME)
    assert long
    assert long.end - long.start == timedelta(days=31).total_seconds()
    assert long.end % MINUTE == 0
