"""The Exchange of the tests: its mailboxes are as strict as a server's, and what it says holds before judges."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from exchangelib import Account, CalendarItem, EWSDate
from exchangelib.errors import (
    ErrorAccessDenied,
    ErrorCalendarIsNotOrganizer,
    ErrorFolderExists,
    ErrorInvalidSubscription,
    ErrorInvalidSyncStateData,
    ErrorIrresolvableConflict,
    ErrorItemNotFound,
    ErrorOccurrenceCrossingBoundary,
    SOAPError,
)
from exchangelib.folders import Calendar
from exchangelib.items import NEVER_OVERWRITE, SEND_ONLY_TO_ALL, SEND_TO_ALL_AND_SAVE_COPY, SEND_TO_NONE
from exchangelib.protocol import close_connections
from exchangelib.recurrence import DailyPattern, Recurrence, WeeklyPattern

from tests.servers.ews.driving import (
    ANNA,
    BO,
    GUID,
    HIGH,
    ID_ONLY,
    LOW,
    Caller,
    Mark,
    account,
    at,
    by_id,
    calendar_of,
    event,
    of_somebody,
    seen,
)  # fmt: skip
from tests.servers.ews.faults import Kind
from tests.servers.ews.folders import Folder
from tests.servers.ews.items import named_property
from tests.servers.ews.replay import Replay
from tests.servers.ews.serving import EwsServer, serving

ROOT = Path(__file__).resolve().parents[2]
JUDGES = os.environ.get("AFTALE_JUDGES")
MARK = named_property("AftaleBooking", GUID)
OWN_GUESTS = ("guest@elsewhere.example",)


@pytest.fixture(scope="module")
def server() -> Iterator[EwsServer]:
    with serving() as running:
        running.service.add_user(ANNA, "Anna Holm")
        running.service.add_user(BO, "Bo Lind")
        CalendarItem.register("mark_of_tests", Mark)
        try:
            yield running
        finally:
            CalendarItem.deregister("mark_of_tests")
            close_connections()


@pytest.fixture
def anna(server: EwsServer) -> Account:
    return account(server)


@pytest.fixture
def held(server: EwsServer) -> Folder:
    """Bo's, shared with Anna."""
    folder = server.service.add_calendar(BO, f"Shared {len(server.service.folders)}")
    server.service.share(folder.id, ANNA, "Editor", private=True)
    return folder


@pytest.fixture
def calendar(anna: Account, held: Folder) -> Calendar:
    return calendar_of(anna, held.id)


@pytest.fixture
def call(server: EwsServer) -> Caller:
    return Caller(server)


# Calendars, and who may do what


def test_folders_when_a_client_walks_then_it_finds_the_calendars(server: EwsServer, anna: Account) -> None:
    made = server.service.add_calendar(ANNA, "Workshops")
    found = {folder.id: folder.name for folder in anna.msg_folder_root.walk() if folder.folder_class == "IPF.Appointment"}
    assert found == {server.service.default(ANNA).id: "Calendar", made.id: "Workshops"}
    assert anna.calendar.effective_rights.create_contents
    server.service.remove_calendar(made.id)


@pytest.mark.parametrize(
    ("level", "found", "read", "write", "delete"),
    [("", False, False, False, False), ("None", False, False, False, False), ("FreeBusyTimeOnly", False, False, False, False),
     ("FreeBusyTimeAndSubjectAndLocation", False, False, False, False), ("Reviewer", True, True, False, False),
     ("Contributor", True, False, True, False), ("NoneditingAuthor", True, True, True, False),
     ("Editor", True, True, True, True), ("Owner", True, True, True, True)],
)  # fmt: skip
def test_level_when_it_is_low_then_it_sees_and_does_less(
    server: EwsServer, call: Caller, level: str, found: bool, read: bool, write: bool, delete: bool
) -> None:
    folder = server.service.add_calendar(BO, f"By level {level}")
    if level:
        server.service.share(folder.id, ANNA, level)
    made = server.service.insert(folder.id, {"Subject": "Hers", "Start": at(20, 9), "End": at(20, 10)})
    shown = call.get_folder(by_id(folder.id))
    assert shown.code == ("NoError" if found else "ErrorAccessDenied")
    if found:
        names = ("t:EffectiveRights/t:Read", "t:EffectiveRights/t:CreateContents", "t:EffectiveRights/t:Delete")
        assert [shown.find(name) for name in names] == [str(each).lower() for each in (read, write, delete)]
    assert call.view(folder.id).code == ("NoError" if read else "ErrorAccessDenied")
    assert call.create(folder.id).code == ("NoError" if write else "ErrorAccessDenied")
    gone = call(
        '<m:DeleteItem DeleteType="HardDelete" SendMeetingCancellations="SendToNone">'
        f'<m:ItemIds><t:ItemId Id="{made}"/></m:ItemIds></m:DeleteItem>'
    )
    assert gone.code == ("NoError" if delete else "ErrorAccessDenied")


def test_folder_when_free_and_busy_is_shared_visibly_then_it_can_be_found_but_not_read(server: EwsServer, call: Caller) -> None:
    folder = server.service.add_calendar(BO, "Lowered")
    server.service.share(folder.id, ANNA, "FreeBusyTimeOnly", visible=True)
    assert call.get_folder(by_id(folder.id)).find("t:EffectiveRights/t:Read") == "false"
    assert call.view(folder.id).code == "ErrorAccessDenied"


def test_default_calendar_of_others_when_asked_for_by_its_name_then_rights_are_looked_at(
    server: EwsServer, call: Caller
) -> None:
    service = server.service
    default = service.default(BO)
    assert call.get_folder(of_somebody(BO)).code == "ErrorItemNotFound"
    assert call.get_folder(of_somebody(BO, "msgfolderroot")).code == "ErrorAccessDenied"
    assert call.get_folder(of_somebody("nobody@example.com")).code == "ErrorNonExistentMailbox"
    service.share(default.id, ANNA, "Reviewer")
    assert call.get_folder(of_somebody(BO)).all("t:FolderId", "Id") == [default.id]
    service.share(default.id, ANNA, "None")
    assert call.get_folder(of_somebody(BO)).code == "ErrorAccessDenied"
    service.unshare(default.id, ANNA)


def test_calendar_when_it_belongs_to_somebody_else_then_nothing_happens_in_the_own_one(
    server: EwsServer, anna: Account, calendar: Calendar, held: Folder
) -> None:
    before = len(server.service.default(ANNA).items)
    event(calendar, "Theirs").save()
    assert [each.subject for each in seen(calendar)] == ["Theirs"]
    assert (len(held.items), len(server.service.default(ANNA).items)) == (1, before)


def test_calendar_when_it_is_lost_while_in_use_then_the_reason_is_told(server: EwsServer, call: Caller, held: Folder) -> None:
    assert call.view(held.id).code == "NoError"
    server.service.share(held.id, ANNA, "None")
    assert call.view(held.id).code == "ErrorAccessDenied"
    server.service.remove_calendar(held.id)
    assert call.view(held.id).code == "ErrorFolderNotFound"
    assert call.view("no id at all").code == "ErrorInvalidIdMalformed"
    server.service.add_user("gone@example.com", "Gone")
    server.service.remove_user("gone@example.com")
    assert call.get_folder(of_somebody("gone@example.com")).code == "ErrorNonExistentMailbox"


def test_task_calendar_when_made_then_it_can_be_found_and_deleted(server: EwsServer, anna: Account, call: Caller) -> None:
    made = Calendar(parent=anna.calendar, name="Aftale tasks")
    made.save()
    assert server.service.calendar(made.id).name == "Aftale tasks"
    with pytest.raises(ErrorFolderExists):
        Calendar(parent=anna.calendar, name="aftale TASKS").save()
    made.delete()
    assert made.id not in [each.id for each in server.service.folders.values()]
    default = server.service.default(ANNA).id
    told = call(f'<m:DeleteFolder DeleteType="HardDelete"><m:FolderIds>{by_id(default)}</m:FolderIds></m:DeleteFolder>')
    assert told.code == "ErrorDeleteDistinguishedFolder"


def test_folders_when_they_are_followed_then_new_and_lost_ones_are_told(server: EwsServer, anna: Account) -> None:
    top = anna.msg_folder_root
    assert "Calendar" in [folder.name for _, folder in top.sync_hierarchy()]
    made = server.service.add_calendar(ANNA, "New one")
    assert [(kind, folder.name) for kind, folder in top.sync_hierarchy()] == [("create", "New one")]
    server.service.remove_calendar(made.id)
    assert [(kind, folder.id) for kind, folder in top.sync_hierarchy()] == [("delete", made.id)]


# Events


def test_event_when_made_then_it_is_read_as_it_was_written(calendar: Calendar, held: Folder) -> None:
    made = event(
        calendar, "Intro: Åse Ø. & <co>", body="one\ntwo, \\three", location="Havnegade 1; 2. sal", uid="uid-1@aftale",
        legacy_free_busy_status="Tentative", sensitivity="Private", categories=["Aftale"], mark_of_tests="b1",
    )  # fmt: skip
    made.save(send_meeting_invitations=SEND_TO_NONE)
    found = calendar.get(id=made.id)
    for name in ("subject", "location", "uid", "legacy_free_busy_status", "sensitivity", "categories", "mark_of_tests"):
        assert getattr(found, name) == getattr(made, name), name
    assert (found.start, found.end) == (at(20, 9), at(20, 10))
    assert found.body == "one\r\ntwo, \\three"
    (kept,) = held.items.values()
    assert kept["_extended"] == {MARK: "b1"}


def test_event_when_searched_by_its_mark_then_only_that_is_found(calendar: Calendar) -> None:
    for number in range(3):
        event(calendar, f"Number {number}", mark_of_tests=f"b{number}", uid="the same for all").save()
    found = list(calendar.filter(mark_of_tests="b1").only("subject", "mark_of_tests"))
    assert [(each.subject, each.mark_of_tests) for each in found] == [("Number 1", "b1")]
    assert calendar.filter(mark_of_tests="b9").count() == 0
    assert sorted(each.subject for each in calendar.filter(subject__startswith="Number").only("subject")) == [
        "Number 0", "Number 1", "Number 2",
    ]  # fmt: skip
    assert [each.subject for each in calendar.filter(start__gte=at(20, 8)).order_by("-subject").only("subject")][:1] == [
        "Number 2"
    ]


def test_view_when_fields_are_many_then_what_lists_never_have_is_left_out(calendar: Calendar) -> None:
    event(calendar, body="text", required_attendees=[BO]).save(send_meeting_invitations=SEND_TO_NONE)
    (found,) = calendar.view(start=LOW, end=HIGH).only("subject", "body", "required_attendees")
    assert found.body == "text"
    assert [each.mailbox.email_address for each in found.required_attendees] == [BO]


def test_list_when_it_is_asked_for_a_body_then_it_leaves_it_out(server: EwsServer, call: Caller, held: Folder) -> None:
    server.service.insert(held.id, {"Subject": "S", "Body": "B", "Start": at(20, 9), "End": at(20, 10)})
    shape = "<m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape>"
    window = '<m:CalendarView StartDate="2026-10-01T00:00:00Z" EndDate="2026-11-01T00:00:00Z"/>'
    place = f"<m:ParentFolderIds>{by_id(held.id)}</m:ParentFolderIds>"
    told = call(f'<m:FindItem Traversal="Shallow">{shape}{window}{place}</m:FindItem>')
    assert (told.find("t:Subject"), told.find("t:Body"), told.find("t:Organizer/t:Mailbox/t:EmailAddress")) == ("S", None, None)


@pytest.mark.parametrize(("zone", "midnight"), [("Europe/Copenhagen", at(25)), ("America/New_York", at(25, 5))])
def test_event_when_all_day_then_it_has_the_midnights_of_its_zone(
    server: EwsServer, calendar: Calendar, held: Folder, zone: str, midnight: object
) -> None:
    body = {"Subject": "Off", "Start": "2026-10-25T08:00:00", "End": "2026-10-25T17:00:00", "IsAllDayEvent": True}
    server.service.insert(held.id, {**body, "StartTimeZone": zone})
    (kept,) = held.items.values()
    assert kept["Start"] == int(midnight.timestamp())  # type: ignore[attr-defined]
    (found,) = calendar.view(start=LOW, end=HIGH).only("start", "end", "is_all_day")
    assert (found.start, found.end) == (EWSDate(2026, 10, 25), EWSDate(2026, 10, 25))


def test_event_when_private_then_others_see_only_that_there_is_something(
    server: EwsServer, anna: Account, calendar: Calendar, held: Folder
) -> None:
    made = server.service.insert(
        held.id, {"Subject": "Doctor", "Location": "Hospital", "Sensitivity": "Private", "Start": at(20, 9), "End": at(20, 10)}
    )
    assert [each.subject for each in seen(calendar)] == ["Doctor"]
    server.service.share(held.id, ANNA, "Editor")
    assert [(each.subject, each.location) for each in seen(calendar, "location")] == [("Private Appointment", None)]
    assert calendar.get(id=made).subject == "Private Appointment"


def test_event_when_two_change_it_then_the_second_learns_of_the_first(
    server: EwsServer, calendar: Calendar, held: Folder
) -> None:
    made = event(calendar)
    made.save()
    server.service.edit(held.id, made.id, {"Subject": "Changed by Bo"})
    made.subject = "Changed by Anna"
    with pytest.raises(ErrorIrresolvableConflict):
        made.save(update_fields=["subject"], conflict_resolution=NEVER_OVERWRITE)
    made.save(update_fields=["subject"], conflict_resolution="AlwaysOverwrite")
    assert [each.subject for each in seen(calendar)] == ["Changed by Anna"]


def test_event_when_deleted_then_it_is_gone_for_good(server: EwsServer, calendar: Calendar) -> None:
    made = event(calendar)
    made.save()
    gone = made.id
    made.delete()
    assert seen(calendar) == []
    told = calendar.account.bulk_delete([(gone, made.changekey)])
    assert isinstance(told[0], ErrorItemNotFound)
    binned = event(calendar, "To the bin")
    binned.save()
    binned.move_to_trash()
    assert [each["Subject"] for each in server.service.distinguished(BO, "deleteditems").items.values()][-1:] == ["To the bin"]


def test_update_when_a_property_is_deleted_then_it_is_empty(calendar: Calendar, held: Folder) -> None:
    made = event(calendar, location="Here", body="text", mark_of_tests="b1")
    made.save()
    made.location = made.body = made.mark_of_tests = None
    made.save(update_fields=["location", "body", "mark_of_tests"])
    found = calendar.get(id=made.id)
    assert (found.location, found.body, found.mark_of_tests) == (None, None, None)
    (kept,) = held.items.values()
    assert kept["_extended"] == {}


# Meetings


def test_meeting_when_invitations_are_sent_then_guests_have_it_and_can_answer(server: EwsServer, anna: Account) -> None:
    service = server.service
    meeting = event(anna.calendar, "Meeting", day=22, required_attendees=[BO], optional_attendees=["carl@elsewhere.example"])
    meeting.save(send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
    meeting.refresh()
    told = service.mails[-1]
    assert (told.kind, told.guests, told.saved) == ("invited", (BO, "carl@elsewhere.example"), True)
    (copy,) = (each for each in account(server, BO).calendar.view(start=LOW, end=HIGH) if each.uid == meeting.uid)
    assert (copy.my_response_type, copy.legacy_free_busy_status) == ("NoResponseReceived", "Tentative")
    assert copy.organizer.email_address == ANNA
    service.answer_invitation(service.default(ANNA).id, meeting.id, BO, "Accept")
    found = anna.calendar.get(id=meeting.id)
    assert [each.response_type for each in found.required_attendees] == ["Accept"]
    found.delete(send_meeting_cancellations=SEND_ONLY_TO_ALL)
    assert (service.mails[-1].kind, service.mails[-1].saved) == ("cancelled", False)
    (copy,) = (each for each in account(server, BO).calendar.view(start=LOW, end=HIGH) if each.uid == meeting.uid)
    assert (copy.is_cancelled, copy.legacy_free_busy_status) == (True, "Free")


def test_meeting_when_nobody_is_to_be_told_then_no_mail_leaves(server: EwsServer, calendar: Calendar) -> None:
    before = len(server.service.mails)
    meeting = event(calendar, required_attendees=list(OWN_GUESTS))
    meeting.save(send_meeting_invitations=SEND_TO_NONE)
    meeting.start, meeting.end = at(21, 9), at(21, 10)
    meeting.save(update_fields=["start", "end"], send_meeting_invitations=SEND_TO_NONE)
    meeting.delete(send_meeting_cancellations=SEND_TO_NONE)
    assert len(server.service.mails) == before


def test_meeting_when_its_organizer_cancels_then_guests_are_told(server: EwsServer, calendar: Calendar) -> None:
    meeting = event(calendar, required_attendees=list(OWN_GUESTS))
    meeting.save(send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
    assert [each.subject for each in seen(calendar)] == ["Intro"]
    meeting.refresh()
    meeting.cancel()
    assert (server.service.mails[-1].kind, server.service.mails[-1].guests) == ("cancelled", OWN_GUESTS)
    assert seen(calendar) == []
    alone = event(calendar)
    alone.save()
    with pytest.raises(ErrorCalendarIsNotOrganizer):
        alone.cancel()


# Series


def weekly(calendar: Calendar, number: int = 4, **more: Any) -> CalendarItem:
    """Mondays over the end of summer time."""
    pattern = WeeklyPattern(interval=1, weekdays=["Monday"], first_day_of_week="Monday")
    recurrence = Recurrence(pattern=pattern, start=EWSDate(2026, 10, 12), number=number)
    made = event(calendar, "Weekly", day=12, recurrence=recurrence, **more)
    made.save()
    return made


def test_series_when_the_clock_changes_then_its_wall_time_stays(calendar: Calendar) -> None:
    series = weekly(calendar)
    found = seen(calendar, "type", "uid", "original_start")
    assert [each.start for each in found] == [at(12, 9), at(19, 9), at(26, 9), at(2, 9, month=11)]
    assert {each.type for each in found} == {"Occurrence"}
    assert [each.original_start for each in found] == [each.start for each in found]
    assert len({each.id for each in found} | {series.id}) == 5
    assert len({each.uid for each in found}) == 1


def test_series_when_occurrences_are_changed_and_deleted_then_all_ways_of_reading_agree(calendar: Calendar) -> None:
    series = weekly(calendar, mark_of_tests="b1")
    first, second, third, _ = seen(calendar)
    first.start, first.end, first.subject = at(13, 14), at(13, 15), "Moved"
    first.save(update_fields=["start", "end", "subject"])
    second.delete()
    found = seen(calendar, "type", "mark_of_tests")
    assert [(each.subject, each.start, each.type) for each in found] == [
        ("Moved", at(13, 14), "Exception"), ("Weekly", at(26, 9), "Occurrence"), ("Weekly", at(2, 9, month=11), "Occurrence"),
    ]  # fmt: skip
    assert (found[0].id, found[1].id, {each.mark_of_tests for each in found}) == (first.id, third.id, {"b1"})
    master = calendar.get(id=series.id)
    assert [(each.start, each.original_start) for each in master.modified_occurrences] == [(at(13, 14), at(12, 9))]
    assert [each.start for each in master.deleted_occurrences] == [at(19, 9)]
    assert (master.first_occurrence.start, master.last_occurrence.start) == (at(13, 14), at(2, 9, month=11))


@pytest.mark.parametrize(
    ("index", "code"),
    [(0, "ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange"), (1, "NoError"),
     (2, "ErrorCalendarOccurrenceIsDeletedFromRecurrence"), (3, "NoError"),
     (5, "ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange")],
)  # fmt: skip
def test_occurrence_when_named_by_its_number_then_deleted_ones_count(
    calendar: Calendar, call: Caller, index: int, code: str
) -> None:
    series = weekly(calendar)
    seen(calendar)[1].delete()
    told = call.get_item(f'<t:OccurrenceItemId RecurringMasterId="{series.id}" InstanceIndex="{index}"/>')
    assert told.code == code
    if code == "NoError":
        back = call.get_item(f'<t:RecurringMasterItemId OccurrenceId="{told.all("t:ItemId", "Id")[0]}"/>')
        assert back.all("t:Items/t:CalendarItem/t:ItemId", "Id") == [] or series.id in back.all("t:ItemId", "Id")


def test_occurrence_when_moved_past_its_neighbour_then_it_is_refused(calendar: Calendar, held: Folder) -> None:
    weekly(calendar)
    first = seen(calendar)[0]
    first.start, first.end = at(19, 14), at(19, 15)
    with pytest.raises(ErrorOccurrenceCrossingBoundary):
        first.save(update_fields=["start", "end"])
    assert held.exceptions == {}


def test_series_when_all_of_it_is_moved_then_its_exceptions_end(server: EwsServer, calendar: Calendar, held: Folder) -> None:
    series = weekly(calendar, 3)
    server.service.edit(held.id, server.service.occurrence_id(series.id, at(19, 9).replace(tzinfo=None)), {"Subject": "Other"})
    assert [each.subject for each in seen(calendar)] == ["Weekly", "Other", "Weekly"]
    server.service.edit(held.id, series.id, {"Start": at(12, 16), "End": at(12, 17)})
    found = seen(calendar)
    assert [(each.subject, each.start.astimezone(at(1).tzinfo).hour) for each in found] == [("Weekly", 16)] * 3


def test_series_when_left_unexpanded_then_the_view_has_its_master(server: EwsServer, calendar: Calendar) -> None:
    series = weekly(calendar)
    server.service.unexpanded = True
    try:
        assert [(each.id, each.type) for each in seen(calendar, "type")] == [(series.id, "RecurringMaster")]
        assert list(calendar.view(start=at(1), end=at(5)).only("subject")) == []
    finally:
        server.service.unexpanded = False


@pytest.mark.parametrize(
    ("recurrence", "expected"),
    [
        ({"pattern": "DailyRecurrence", "Interval": 3}, [20, 23, 26, 29]),
        ({"pattern": "WeeklyRecurrence", "Interval": 1, "DaysOfWeek": ["Tuesday", "Friday"]}, [20, 23, 27, 30]),
        ({"pattern": "AbsoluteMonthlyRecurrence", "Interval": 1, "DayOfMonth": 31}, [31]),
        ({"pattern": "RelativeMonthlyRecurrence", "Interval": 1, "DaysOfWeek": ["Weekday"], "DayOfWeekIndex": "Last"}, [30]),
        ({"pattern": "RelativeYearlyRecurrence", "DaysOfWeek": ["Sunday"], "DayOfWeekIndex": "Fourth", "Month": "October"},
         [25]),
        ({"pattern": "AbsoluteYearlyRecurrence", "DayOfMonth": 28, "Month": "October"}, [28]),
    ],
)  # fmt: skip
def test_pattern_when_the_start_is_none_of_its_days_then_the_series_starts_with_the_first(
    server: EwsServer, calendar: Calendar, held: Folder, recurrence: dict[str, object], expected: list[int]
) -> None:
    whole = {**recurrence, "range": "NoEndRecurrence", "StartDate": "2026-10-20"}
    body = {"Subject": "S", "Start": at(20, 9), "End": at(20, 10), "Recurrence": whole}
    made = server.service.insert(held.id, body)
    found = calendar.view(start=LOW, end=at(1, month=11)).only("start")
    assert [each.start.astimezone(at(1).tzinfo).day for each in found] == expected
    pattern = calendar.get(id=made).recurrence.pattern
    assert type(pattern).__name__ == str(recurrence["pattern"]).replace("Recurrence", "Pattern")


# Windows and changes


def test_view_when_there_is_too_much_then_it_is_refused(server: EwsServer, call: Caller, held: Folder) -> None:
    for number in range(5):
        server.service.insert(held.id, {"Subject": str(number), "Start": at(20, 9), "End": at(20, 10)})
    server.service.find_limit = 3
    try:
        told = call.view(held.id)
        assert (told.code, told.find("m:MessageXml/t:Value")) == ("ErrorExceededFindCountLimit", "3")
        told = call.view(held.id, MaxEntriesReturned=2)
        assert told.all("m:RootFolder", "IncludesLastItemInRange") == ["false"]
        assert len(told.all("t:ItemId", "Id")) == 2
        assert call.view(held.id, "2026-10-21T00:00:00Z").code == "NoError"
    finally:
        server.service.find_limit = 1000


@pytest.mark.parametrize(
    ("low", "high", "code"),
    [("2026-10-01T00:00:00Z", "2028-11-01T00:00:00Z", "ErrorCalendarViewRangeTooBig"),
     ("2026-10-02T00:00:00Z", "2026-10-01T00:00:00Z", "ErrorCalendarEndDateIsEarlierThanStartDate"),
     ("2026-10-02", "2026-10-03T00:00:00Z", "ErrorSchemaValidation")],
)  # fmt: skip
def test_view_when_its_window_makes_no_sense_then_it_is_refused(
    server: EwsServer, call: Caller, held: Folder, low: str, high: str, code: str
) -> None:
    with server.unrecorded():
        assert call.view(held.id, low, high).code == code


def test_changes_when_followed_then_they_are_complete_and_masters_are_told(
    server: EwsServer, calendar: Calendar, held: Folder
) -> None:
    service = server.service
    kept = service.insert(held.id, {"Subject": "Kept", "Start": at(20, 9), "End": at(20, 10)})
    gone = service.insert(held.id, {"Subject": "Gone", "Start": at(20, 9), "End": at(20, 10)})
    series = weekly(calendar)
    first = list(calendar.sync_items(only_fields=["subject", "type"]))
    assert sorted((kind, each.subject, each.type) for kind, each in first) == [
        ("create", "Gone", "Single"), ("create", "Kept", "Single"), ("create", "Weekly", "RecurringMaster"),
    ]  # fmt: skip
    assert list(calendar.sync_items(only_fields=["subject"])) == []
    service.edit(held.id, kept, {"Subject": "Changed"})
    service.delete(held.id, gone)
    service.delete(held.id, service.occurrence_id(series.id, at(19, 9).replace(tzinfo=None)))
    fleeting = service.insert(held.id, {"Subject": "Fleeting", "Start": at(20, 9), "End": at(20, 10)})
    service.delete(held.id, fleeting)
    told = list(calendar.sync_items(only_fields=["subject"]))
    assert sorted((kind, each.id) for kind, each in told) == sorted([("update", kept), ("delete", gone), ("update", series.id)])


def test_changes_when_there_are_many_then_they_come_in_pages(server: EwsServer, calendar: Calendar, held: Folder) -> None:
    for number in range(12):
        server.service.insert(held.id, {"Subject": str(number), "Start": at(20, 9), "End": at(20, 10)})
    before = server.service.users[ANNA].calls.count("SyncFolderItems")
    told = list(calendar.sync_items(only_fields=["subject"], max_changes_returned=5))
    assert {(kind, each.subject) for kind, each in told} == {("create", str(number)) for number in range(12)}
    assert server.service.users[ANNA].calls.count("SyncFolderItems") - before == 3
    assert list(calendar.sync_items(only_fields=["subject"])) == []


def test_state_when_it_is_not_valid_then_it_is_refused(server: EwsServer, calendar: Calendar, held: Folder) -> None:
    list(calendar.sync_items(only_fields=["subject"]))
    good = calendar.item_sync_state
    server.service.forget_states(held.id)
    for state in (good, "no state", "AAAA"):
        with pytest.raises(ErrorInvalidSyncStateData):
            list(calendar.sync_items(sync_state=state, only_fields=["subject"]))


def test_notifications_when_something_happens_then_they_arrive_while_waiting(
    server: EwsServer, calendar: Calendar, held: Folder
) -> None:
    server.minute = 1.0
    subscription = calendar.subscribe_to_streaming()
    body = {"Subject": "New", "Start": at(20, 9), "End": at(20, 10)}
    made: list[str] = []
    timer = threading.Timer(0.2, lambda: made.append(server.service.insert(held.id, body)))
    timer.start()
    try:
        told = [each for notice in calendar.get_streaming_events(subscription, connection_timeout=1) for each in notice.events]
    finally:
        timer.join()
        server.minute = 60.0
    assert [(type(each).__name__, each.item_id.id) for each in told] == [("CreatedEvent", made[0])]
    calendar.unsubscribe(subscription)
    with pytest.raises(ErrorInvalidSubscription):
        list(calendar.get_streaming_events(subscription, connection_timeout=1))


# What is refused


@pytest.mark.parametrize(
    ("operation", "status", "code"),
    [
        ("<m:Nonsense/>", 500, "ErrorSchemaValidation"),
        ("<t:GetItem/>", 500, "ErrorSchemaValidation"),
        ("<m:GetItem/>", 500, "ErrorSchemaValidation"),
        ("<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>"
         '<t:FieldURI FieldURI="item:Nothing"/>'
         "</t:AdditionalProperties></m:ItemShape><m:ItemIds/></m:GetItem>", 500, "ErrorSchemaValidation"),
        (f'<m:GetItem>{ID_ONLY}<m:ItemIds><t:ItemId Id="x"/></m:ItemIds></m:GetItem>', 200, "ErrorInvalidIdMalformed"),
        (f'<m:FindItem Traversal="Wide">{ID_ONLY}</m:FindItem>', 500, "ErrorSchemaValidation"),
        ('<m:ConvertId DestinationFormat="EntryId"><m:SourceIds><t:AlternateId Id="DUMMY" Format="EwsId" Mailbox="DUMMY"/>'
         "</m:SourceIds></m:ConvertId>", 200, "ErrorInvalidIdMalformed"),
        ("<m:GetStreamingEvents><m:SubscriptionIds><t:SubscriptionId>x</t:SubscriptionId></m:SubscriptionIds>"
         "<m:ConnectionTimeout>40</m:ConnectionTimeout></m:GetStreamingEvents>", 500, "ErrorSchemaValidation"),
        ('<m:ResolveNames ReturnFullContactData="false"><m:UnresolvedEntry>nobody</m:UnresolvedEntry></m:ResolveNames>', 200,
         "ErrorNameResolutionNoResults"),
    ],
)  # fmt: skip
def test_request_when_it_is_wrong_then_it_is_refused_as_exchange_does(
    server: EwsServer, call: Caller, operation: str, status: int, code: str
) -> None:
    with server.unrecorded():
        told = call(operation)
    assert (told.status, told.code) == (status, code)


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        ("<t:Subject>S</t:Subject><t:End>2026-10-20T10:00:00Z</t:End><t:Start>2026-10-20T09:00:00Z</t:Start>",
         "ErrorSchemaValidation"),
        ("<t:Subject>S</t:Subject>", "ErrorInvalidPropertySet"),
        ("<t:Start>2026-10-20T09:00:00Z</t:Start><t:End>2026-10-20T08:00:00Z</t:End>",
         "ErrorCalendarEndDateIsEarlierThanStartDate"),
        ("<t:Start>2026-10-20T09:00:00Z</t:Start><t:End>2026-10-20T10:00:00Z</t:End><t:LegacyFreeBusyStatus>busy"
         "</t:LegacyFreeBusyStatus>", "ErrorSchemaValidation"),
        ("<t:Start>2026-10-20T09:00:00Z</t:Start><t:End>2026-10-20T10:00:00Z</t:End><t:IsCancelled>true</t:IsCancelled>",
         "ErrorInvalidPropertySet"),
        ('<t:Start>2026-10-20T09:00:00Z</t:Start><t:End>2026-10-20T10:00:00Z</t:End><t:StartTimeZone Id="Europe/Copenhagen"/>',
         "ErrorTimeZone"),
        ("<t:Start>2026-10-20T09:00:00Z</t:Start><t:End>2026-10-20T10:00:00Z</t:End><t:RequiredAttendees><t:Attendee><t:Mailbox>"
         "<t:EmailAddress>nobody</t:EmailAddress></t:Mailbox></t:Attendee></t:RequiredAttendees>", "ErrorInvalidRecipients"),
        ("<t:Start>2026-10-20T09:00:00Z</t:Start><t:End>2026-10-20T10:00:00Z</t:End><t:Recurrence><t:DailyRecurrence>"
         "<t:Interval>0</t:Interval></t:DailyRecurrence><t:NoEndRecurrence><t:StartDate>2026-10-20</t:StartDate>"
         "</t:NoEndRecurrence></t:Recurrence>", "ErrorCalendarInvalidRecurrence"),
    ],
)  # fmt: skip
def test_event_when_it_is_written_wrongly_then_nothing_is_made(
    server: EwsServer, call: Caller, held: Folder, inner: str, code: str
) -> None:
    with server.unrecorded():
        assert call.create(held.id, f"<t:CalendarItem>{inner}</t:CalendarItem>").code == code
    assert held.items == {}


def test_write_when_it_does_not_say_whom_to_tell_then_it_is_refused(call: Caller, held: Folder) -> None:
    assert call.create(held.id, send=None).code == "ErrorSendMeetingInvitationsRequired"


def test_calls_when_several_things_are_asked_then_each_is_answered(server: EwsServer, call: Caller, held: Folder) -> None:
    made = server.service.insert(held.id, {"Subject": "S", "Start": at(20, 9), "End": at(20, 10)})
    told = call.get_item(f'<t:ItemId Id="{made}"/><t:ItemId Id="{made[:-4]}"/><t:ItemId Id="{made}"/>')
    assert told.codes == ["NoError", "ErrorItemNotFound", "NoError"]


def test_notifications_when_the_server_has_none_then_it_is_a_fault(server: EwsServer, calendar: Calendar) -> None:
    server.service.streaming = False
    try:
        with pytest.raises(SOAPError, match="Unknown request"):
            calendar.subscribe_to_streaming()
    finally:
        server.service.streaming = True


def test_request_when_it_is_no_envelope_then_it_is_refused(server: EwsServer, call: Caller) -> None:
    with server.unrecorded():
        assert [call.post(body).code for body in ("", "no xml", "<a/>")] == ["ErrorSchemaValidation"] * 3


def test_time_zones_when_the_server_has_none_then_it_is_a_fault(server: EwsServer, anna: Account, call: Caller) -> None:
    assert "Romance Standard Time" in [each.id for each in anna.protocol.get_timezones()]
    server.service.time_zones = False
    try:
        assert call('<m:GetServerTimeZones ReturnFullTimeZoneData="false"/>').status == 500
    finally:
        server.service.time_zones = True


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [(Kind.ERROR_500, 500, "ErrorInternalServerError"), (Kind.FAULT, 500, "ErrorInternalServerTransientError"),
     (Kind.BUSY, 500, "ErrorServerBusy"), (Kind.TIMEOUT, 500, "ErrorTimeoutExpired"), (Kind.REFUSE, 200, "ErrorAccessDenied"),
     (Kind.ERROR_503, 503, ""), (Kind.FORBIDDEN, 403, ""), (Kind.UNAUTHORIZED, 401, ""), (Kind.HTML, 200, "")],
)  # fmt: skip
def test_fault_when_commanded_then_it_strikes_once_and_nothing_is_done(
    server: EwsServer, call: Caller, held: Folder, kind: Kind, status: int, code: str
) -> None:
    server.service.users[ANNA].faults.add(kind, writes_only=True, wait=17)
    assert call.view(held.id).code == "NoError"
    told = call.create(held.id)
    assert told.status == status
    if code:
        assert told.code == code
    if kind is Kind.BUSY:
        assert (told.find("t:MessageXml/t:Value"), told.all("t:MessageXml/t:Value", "Name")) == (
            "17000",
            ["BackOffMilliseconds"],
        )
    if kind is Kind.ERROR_503:
        assert told.headers["retry-after"] == "17"
    assert held.items == {}
    assert call.create(held.id).code == "NoError"


@pytest.mark.parametrize(("kind", "made"), [(Kind.DROP, 0), (Kind.LOSE, 1), (Kind.HALF, 1)])
def test_answer_when_it_is_lost_then_the_write_may_have_happened(
    server: EwsServer, call: Caller, held: Folder, kind: Kind, made: int
) -> None:
    server.service.users[ANNA].faults.add(kind)
    with pytest.raises(httpx2.TransportError):
        call.create(held.id)
    assert len(held.items) == made


def test_answers_when_they_are_held_then_they_come_when_let_go(server: EwsServer, call: Caller, held: Folder) -> None:
    user = server.service.users[ANNA]
    user.open.clear()
    timer = threading.Timer(0.2, user.open.set)
    timer.start()
    assert call.view(held.id).code == "NoError"
    assert user.open.is_set()
    timer.join()


def test_answer_when_it_is_large_then_it_comes_packed(server: EwsServer, call: Caller, held: Folder) -> None:
    made = server.service.insert(held.id, {"Subject": "S", "Body": "word " * 1000, "Start": at(20, 9), "End": at(20, 10)})
    told = call.get_item(f'<t:ItemId Id="{made}"/>')
    assert (told.headers["content-encoding"], told.code) == ("gzip", "NoError")


def test_series_when_it_is_daily_for_ever_then_a_view_ends(server: EwsServer, calendar: Calendar) -> None:
    recurrence = Recurrence(pattern=DailyPattern(interval=1), start=EWSDate(2026, 10, 1))
    event(calendar, day=1, recurrence=recurrence).save()
    assert len(seen(calendar)) == 61


def test_write_when_the_calendar_may_only_be_read_then_it_is_refused(
    server: EwsServer, calendar: Calendar, held: Folder
) -> None:
    server.service.share(held.id, ANNA, "Reviewer")
    with pytest.raises(ErrorAccessDenied):
        event(calendar).save()
    assert held.items == {}


# By hand, replayed, and judged


def test_command_when_started_by_hand_then_it_says_how_to_connect() -> None:
    command = [sys.executable, "-m", "tests.servers.ews", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            told = dict(process.stdout.readline().strip().split(": ", 1) for _ in range(4))
            assert told["e-mail address"] == "anna@example.com"
            assert Path(told["private CA"]).read_text(encoding="ascii").startswith("-----BEGIN CERTIFICATE-----")
        finally:
            process.terminate()


if JUDGES:
    RECORDED = Path(JUDGES) / "ews" / "exchanges"

    def test_recorded_answers_when_replayed_then_a_client_reads_what_a_real_server_said() -> None:
        replay = Replay.of(RECORDED)
        with serving(replay=replay) as server:
            server.service.add_user(ANNA, "Anna")
            anna = account(server)
            found = list(anna.calendar.view(start=LOW, end=HIGH).only("subject", "start", "type", "recurrence"))
            assert ("Weekly", "RecurringMaster") in [(each.subject, each.type) for each in found]
            assert "11-calendar-view" in replay.answered
            replay.pin("24")
            with pytest.raises(ErrorAccessDenied):
                event(anna.calendar).save()
            assert Caller(server)("<m:GetUserOofSettings/>").status == 500

    @pytest.mark.timeout(240)
    def test_exchanges_when_judged_from_outside_then_there_is_no_violation(tmp_path: Path) -> None:
        here = [str(each.relative_to(ROOT)) for each in sorted(Path(__file__).parent.glob("test_ews_*.py"))]
        others = ["-k", "not judged_from_outside and not started_by_hand and not replayed", *here]
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *others], cwd=ROOT, check=True, capture_output=True,
            env=os.environ | {"AFTALE_RECORD": str(tmp_path)},
        )  # fmt: skip
        judged = subprocess.run(
            [sys.executable, str(Path(JUDGES) / "judge.py"), "ews", str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert judged.returncode == 0, judged.stdout[-4000:] + judged.stderr
