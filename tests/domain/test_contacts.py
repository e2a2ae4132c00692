"""Which events of the owner's calendar are meetings with contacts, and how those follow them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.calendars import Event, Response
from app.domain.clock import HOUR
from app.domain.connections import Account, Calendar, ProviderKind, Role
from app.domain.contacts import Contact, ContactMeeting, MeetingState, Source, followed, meetings_from, source_of

pytestmark = pytest.mark.shows("CRM-2")
NOW = 1_790_000_000
IDA = Contact("c1", "ida@example.org", "Ida")
BO = Contact("c2", "bo@example.org", "Bo")
KNOWN = {each.email: each for each in (IDA, BO)}
SOURCE = Source("main", NOW, frozenset({"anna@example.org"}))
EVENT = Event(
    "e1", "main", NOW + HOUR, NOW + 2 * HOUR, "Spring plan", attendees=("Ida@example.org", "stranger@example.org"), created=NOW
)
MEETING = ContactMeeting("m1", "c1", "main", "e1", "", "Spring plan", NOW + HOUR, NOW + 2 * HOUR, MeetingState.SCHEDULED, NOW)


@pytest.mark.parametrize(
    ("change", "source", "new", "expected"),
    [
        ({}, {}, True, (IDA,)),
        ({}, {}, False, (IDA,)),
        ({"attendees": ("bo@example.org", "ida@example.org", "IDA@example.org")}, {}, True, (BO, IDA)),
        ({"attendees": ()}, {}, True, ()),
        ({"attendees": ("stranger@example.org",)}, {}, True, ()),
        ({"created": NOW - 1}, {}, True, ()),
        ({"created": 0}, {}, True, (IDA,)),
        ({"created": 0}, {}, False, ()),
        ({"created": 0}, {"first": True}, True, ()),
        ({}, {"first": True}, True, (IDA,)),
        ({"by_program": True}, {}, True, ()),
        ({"booking": "b1"}, {}, True, ()),
        ({"response": Response.DECLINED}, {}, True, ()),
        ({"response": Response.UNANSWERED}, {}, True, (IDA,)),
        ({"declined": ("IDA@example.org",)}, {}, True, ()),
        ({}, {"own": frozenset({"ida@example.org"})}, True, ()),
    ],
)
def test_an_event_when_a_person_made_it_with_a_contact_after_connecting_then_is_a_meeting(
    change, source, new, expected
) -> None:  # type: ignore[no-untyped-def]
    assert meetings_from(replace(EVENT, **change), KNOWN, replace(SOURCE, **source), new=new) == expected


@pytest.mark.parametrize(
    ("event", "title", "start", "state"),
    [
        (EVENT, "Spring plan", EVENT.start, MeetingState.SCHEDULED),
        (replace(EVENT, title="Autumn", start=NOW + 5), "Autumn", NOW + 5, MeetingState.SCHEDULED),
        (replace(EVENT, attendees=("bo@example.org",)), "Spring plan", EVENT.start, MeetingState.CANCELLED),
        (replace(EVENT, declined=("ida@example.org",)), "Spring plan", EVENT.start, MeetingState.CANCELLED),
        (replace(EVENT, response=Response.DECLINED), "Spring plan", EVENT.start, MeetingState.CANCELLED),
        (replace(EVENT, by_program=True), "Spring plan", EVENT.start, MeetingState.SCHEDULED),
        (replace(EVENT, private=True, title="", attendees=()), "Spring plan", EVENT.start, MeetingState.SCHEDULED),
        (None, "Spring plan", EVENT.start, MeetingState.CANCELLED),
    ],
)
def test_a_meeting_when_its_event_changes_then_says_the_same(event, title, start, state) -> None:  # type: ignore[no-untyped-def]
    after = followed(MEETING, "ida@example.org", event, NOW + 9)
    assert (after.title, after.start, after.state) == (title, start, state)
    assert after.at == (NOW if after == MEETING else NOW + 9)


def test_a_meeting_when_it_is_over_and_its_event_leaves_the_window_then_stays() -> None:
    assert followed(MEETING, "ida@example.org", None, MEETING.end) == MEETING


def test_a_meeting_when_its_event_comes_back_then_is_scheduled_again_unless_the_owner_said_otherwise() -> None:
    gone = followed(MEETING, "ida@example.org", None, NOW)
    assert followed(gone, "ida@example.org", EVENT, NOW).state is MeetingState.SCHEDULED
    for state in (MeetingState.COMPLETED, MeetingState.NO_SHOW, MeetingState.RESCHEDULED):
        said = replace(MEETING, state=state)
        assert followed(said, "ida@example.org", None, NOW) == said
        assert followed(said, "ida@example.org", replace(EVENT, title="x"), NOW) == said


ANNA = Account("a", ProviderKind.GOOGLE, "Anna", "Anna@example.org", connected_at=NOW)
FIRM = Account("b", ProviderKind.OFFICE365, "Firm", "anna@firm.example", primary=False)
MAIN = Calendar("main", "a", "Anna", "UTC", main=True, read_at=NOW)


@pytest.mark.shows("SET-1", "CON-2")
def test_the_calendar_that_is_followed_when_sync_is_on_then_is_the_main_one_of_the_primary_account() -> None:
    own = frozenset({"anna@example.org", "anna@firm.example"})
    assert source_of((ANNA, FIRM), MAIN) == Source("main", NOW, own)
    assert source_of((ANNA, FIRM), MAIN, first=True) == Source("main", NOW, own, first=True)
    assert source_of((ANNA, FIRM), replace(MAIN, main=False)) is None
    assert source_of((ANNA, FIRM), replace(MAIN, account="b")) is None
    assert source_of((replace(ANNA, sync=False), FIRM), MAIN) is None
    assert source_of((replace(ANNA, role=Role.BOOKING), FIRM), MAIN) is None
    assert source_of((replace(ANNA, role=Role.SYNC), FIRM), MAIN) is not None
