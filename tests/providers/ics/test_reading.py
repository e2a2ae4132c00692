"""Events of iCalendar files, as people and programs write them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import icalendar
import pytest
import recurring_ical_events

from app.domain.calendars import Response, ShowAs
from app.domain.connections import Flaw
from app.providers.ics.limits import LARGEST
from app.providers.ics.reading import MOST_EVENTS
from tests.providers.ics.files import DAY, END, START, all_shown, at, calendar, event, read, shown

SERIES = ("DTSTART;TZID=Europe/Copenhagen:20261012T090000", "DTEND;TZID=Europe/Copenhagen:20261012T100000")


# Times


@pytest.mark.shows("SYNC-2")
@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("DTSTART:20261020T070000Z", "DTEND:20261020T080000Z"), "20 Oct 09:00 +60"),
        (("DTSTART;TZID=America/New_York:20261020T090000", "DURATION:PT90M"), "20 Oct 15:00 +90"),
        (("DTSTART:20261020T090000", "DURATION:PT30M"), "20 Oct 09:00 +30"),
        (("DTSTART:20261020T090000",), "20 Oct 09:00 +0"),
        (("DTSTART;VALUE=DATE:20261020", "DTEND;VALUE=DATE:20261022"), "20 Oct all day +2"),
        (("DTSTART;VALUE=DATE:20261020",), "20 Oct all day +1"),
        (("DTSTART:20261020",), "20 Oct all day +1"),
        (("DTSTART;VALUE=DATE:20261020", "DTEND;VALUE=DATE:20261020"), "20 Oct all day +1"),
        (("DTSTART;VALUE=DATE:20261020", "DURATION:P2D"), "20 Oct all day +2"),
        (("DTSTART;VALUE=DATE-TIME:20261020T090000Z", "DTEND:20261020T100000Z"), "20 Oct 11:00 +60"),
        (("DTSTART:20261020T090000", "DTEND:20261020T080000"), "20 Oct 09:00 +0"),
        (("DTSTART:20261020T090000", "DTEND;VALUE=DATE:20261021"), "20 Oct 09:00 +900"),
        (("DTSTART:20261020T090000", "DTEND:rubbish", "DURATION:PT1H"), "20 Oct 09:00 +60"),
        (("DTSTART:20261020T090000", "DURATION:-PT1H"), "20 Oct 09:00 +0"),
        (("DTSTART:20261025T000000", "DURATION:P1D"), "25 Oct 00:00 +1500"),
        (("DTSTART:20261025T000000", "DURATION:PT24H"), "25 Oct 00:00 +1440"),
        (("DTSTART:20261024T120000", "DURATION:P1DT1H"), "24 Oct 12:00 +1560"),
        (("DTSTART;VALUE=DATE:20261020", "DURATION:PT36H"), "20 Oct all day +2"),
        (("DTSTART:20261025T000000", "DTEND:20261026T000000"), "25 Oct 00:00 +1500"),
        (("DTSTART;TZID=W. Europe Standard Time:20261020T090000", "DURATION:PT1H"), "20 Oct 09:00 +60"),
        (("DTSTART;TZID=Tokyo Standard Time:20261020T090000", "DURATION:PT1H"), "20 Oct 02:00 +60"),
        (('DTSTART;TZID="/mozilla.org/20050126_1/Europe/London":20261020T090000', "DURATION:PT1H"), "20 Oct 10:00 +60"),
        (("DTSTART;TZID=/freeassociation.sourceforge.net/America/Argentina/Salta:20261020T090000",), "20 Oct 14:00 +0"),
        (("DTSTART;TZID=tzone://Microsoft/Utc:20261020T090000",), "20 Oct 11:00 +0"),
    ],
)  # fmt: skip
def test_event_when_its_times_are_written_in_one_of_many_ways_then_it_stands_where_it_belongs(
    lines: tuple[str, ...], expected: str
) -> None:
    found = read(calendar(event(*lines)))
    assert all_shown(found) == [expected]
    assert found.problems == ()


@pytest.mark.shows("SYNC-3")
def test_all_day_and_floating_events_when_the_calendar_has_another_zone_then_they_are_read_in_that() -> None:
    text = calendar(event("DTSTART;VALUE=DATE:20261020"), event("DTSTART:20261020T090000", uid="u2"))
    found = read(text, "America/New_York")
    assert [each.start for each in found.events] == [
        at("2026-10-20 00:00", "America/New_York"), at("2026-10-20 09:00", "America/New_York"),
    ]  # fmt: skip


OUTLOOK_ZONE = """BEGIN:VTIMEZONE
TZID:{name}
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE"""


@pytest.mark.shows("SYNC-2")
@pytest.mark.parametrize("name", ["Customized Time Zone", "(UTC+01:00) Copenhagen\\, Paris", "Custom 7"])
def test_event_when_its_zone_is_a_custom_one_then_the_files_own_rules_count(name: str) -> None:
    parameter = f'"{name.replace(chr(92), "")}"'
    lines = (f"DTSTART;TZID={parameter}:20261012T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=4")
    found = read(calendar(OUTLOOK_ZONE.format(name=name), event(*lines)))
    assert all_shown(found) == ["12 Oct 09:00 +60", "19 Oct 09:00 +60", "26 Oct 09:00 +60", "02 Nov 09:00 +60"]
    assert found.problems == ()
    again = read(found.series[found.events[0].series])
    assert all_shown(again) == all_shown(found)


@pytest.mark.shows("SYNC-2")
def test_zone_when_two_files_give_one_name_two_meanings_then_each_file_has_its_own() -> None:
    start = event("DTSTART;TZID=Custom:20261020T090000")
    west = OUTLOOK_ZONE.format(name="Custom").replace("+0100", "-0500").replace("+0200", "-0400")
    assert all_shown(read(calendar(OUTLOOK_ZONE.format(name="Custom"), start))) == ["20 Oct 09:00 +0"]
    assert all_shown(read(calendar(west, start))) == ["20 Oct 15:00 +0"]


def test_zone_when_the_files_rules_have_a_twice_hour_then_the_first_is_meant_and_a_gap_is_jumped() -> None:
    zone = OUTLOOK_ZONE.format(name="Custom")
    text = calendar(
        zone,
        event("DTSTART;TZID=Custom:20261025T023000", uid="twice"),
        event("DTSTART;TZID=Custom:20260329T023000", uid="gap"),
        event("DTSTART;TZID=Custom:20260701T120000", uid="summer"),
    )
    found = {each.uid: each.start for each in read(text, start=at("2026-01-01 00:00")).events}
    assert found == {
        "twice": at("2026-10-25 02:30"), "gap": at("2026-03-29 03:30"), "summer": at("2026-07-01 12:00"),
    }  # fmt: skip


@pytest.mark.timeout(5)
@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=YEARLY;BYHOUR=99", ""])
def test_zone_when_its_rules_cannot_be_followed_then_the_calendars_zone_counts_and_it_is_told(rule: str) -> None:
    zone = OUTLOOK_ZONE.format(name="Custom").replace("FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10", rule)
    zone = zone if rule else zone.replace("TZOFFSETTO:+0100", "TZOFFSETTO:later")
    found = read(calendar(zone, event("DTSTART;TZID=Custom:20261020T090000")))
    assert all_shown(found) == ["20 Oct 09:00 +0"]
    assert found.problems == ("unknown_zone: Custom",)


# Series


@pytest.mark.shows("SYNC-2")
def test_series_when_occurrences_are_moved_cancelled_and_made_all_day_then_they_are_read_so() -> None:
    text = calendar(
        event(*SERIES, "RRULE:FREQ=WEEKLY;COUNT=6", "EXDATE;TZID=Europe/Copenhagen:20261019T090000"),
        event("RECURRENCE-ID;TZID=Europe/Copenhagen:20261026T090000", "DTSTART:20261028T120000Z", "DTEND:20261028T123000Z"),
        event("RECURRENCE-ID:20261102T080000Z", "DTSTART:20261102T080000Z", "STATUS:CANCELLED"),
        event("RECURRENCE-ID:20261109T080000Z", "DTSTART;VALUE=DATE:20261109", title="Whole day"),
    )
    found = read(text)
    assert all_shown(found) == ["12 Oct 09:00 +60", "28 Oct 13:00 +30", "09 Nov all day +1", "16 Nov 09:00 +60"]
    assert len({each.series for each in found.events}) == 1
    assert found.events[1].id.endswith("_20261026T080000Z")


@pytest.mark.shows("SYNC-2")
def test_series_when_starts_are_added_then_periods_have_their_own_length() -> None:
    text = calendar(
        event(
            *SERIES,
            "RDATE;TZID=Europe/Copenhagen:20261013T150000,20261014T150000",
            "RDATE;VALUE=PERIOD:20261015T070000Z/PT3H,20261016T070000Z/20261016T073000Z",
            "RDATE;VALUE=DATE:20261017",
        )
    )
    assert all_shown(read(text)) == [
        "12 Oct 09:00 +60", "13 Oct 15:00 +60", "14 Oct 15:00 +60", "15 Oct 09:00 +180", "16 Oct 09:00 +30", "17 Oct 00:00 +60",
    ]  # fmt: skip


@pytest.mark.shows("SYNC-2")
def test_series_when_all_that_follows_is_moved_then_it_has_new_times_and_length() -> None:
    text = calendar(
        event(*SERIES, "RRULE:FREQ=WEEKLY;COUNT=5"),
        event(
            "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Copenhagen:20261026T090000",
            "DTSTART;TZID=Europe/Copenhagen:20261027T140000", "DURATION:PT30M", title="Later",
        ),
        event("RECURRENCE-ID;TZID=Europe/Copenhagen:20261102T090000", "DTSTART:20261105T100000Z"),
    )  # fmt: skip
    found = read(text)
    assert all_shown(found) == [
        "12 Oct 09:00 +60", "19 Oct 09:00 +60", "27 Oct 14:00 +30", "05 Nov 11:00 +0", "10 Nov 14:00 +30",
    ]  # fmt: skip
    assert [each.title for each in found.events] == ["Meeting", "Meeting", "Later", "Meeting", "Later"]


@pytest.mark.shows("SYNC-2", "SYNC-3")
def test_series_when_it_is_all_day_then_exceptions_may_be_written_as_times() -> None:
    text = calendar(
        event(
            "DTSTART;VALUE=DATE:20261019", "RRULE:FREQ=DAILY;COUNT=8", "EXDATE:20261020T000000", "EXDATE;VALUE=DATE:20261021"
        ),
        event("RECURRENCE-ID;TZID=Europe/Copenhagen:20261022T000000", "DTSTART;VALUE=DATE:20261029"),
    )
    found = read(text)
    assert [shown[:6] for shown in all_shown(found)] == ["19 Oct", "23 Oct", "24 Oct", "25 Oct", "26 Oct", "29 Oct"]
    sunday = found.events[3]
    assert (sunday.start, sunday.end) == (at("2026-10-25 00:00"), at("2026-10-26 00:00"))


@pytest.mark.shows("SYNC-2")
def test_series_when_exceptions_of_timed_ones_are_written_as_dates_then_they_mean_that_days_occurrence() -> None:
    text = calendar(
        event(*SERIES, "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE;VALUE=DATE:20261019"),
        event("RECURRENCE-ID;VALUE=DATE:20261026", "DTSTART;TZID=Europe/Copenhagen:20261026T110000", "DURATION:PT10M"),
    )
    assert all_shown(read(text)) == ["12 Oct 09:00 +60", "26 Oct 11:00 +10"]


@pytest.mark.shows("SYNC-2")
def test_series_when_an_occurrence_was_moved_into_the_window_from_outside_then_it_is_there() -> None:
    text = calendar(
        event(*SERIES, "RRULE:FREQ=WEEKLY;COUNT=20"),
        event("RECURRENCE-ID:20270111T080000Z", "DTSTART:20261021T080000Z"),
        event("RECURRENCE-ID:20261019T070000Z", "DTSTART:20270615T080000Z"),
    )
    assert all_shown(read(text, start=at("2026-10-19 00:00"), end=at("2026-10-26 00:00"))) == ["21 Oct 10:00 +0"]


def test_series_when_only_single_occurrences_were_shared_then_each_stands_alone() -> None:
    text = calendar(
        event("RECURRENCE-ID:20261020T070000Z", "DTSTART:20261020T080000Z"),
        event("RECURRENCE-ID:20261027T080000Z", "DTSTART:20261027T080000Z", "STATUS:CANCELLED"),
    )
    found = read(text)
    assert all_shown(found) == ["20 Oct 10:00 +0"]
    assert found.series == {}
    assert found.events[0].series == ""


def test_events_when_a_uid_stands_twice_then_the_newer_version_counts() -> None:
    old, new = event("SEQUENCE:1", "DTSTART:20261020T070000Z"), event("SEQUENCE:2", "DTSTART:20261021T070000Z")
    assert all_shown(read(calendar(new, old))) == all_shown(read(calendar(old, new))) == ["21 Oct 09:00 +0"]


@pytest.mark.shows("SYNC-2")
def test_events_when_several_have_one_uid_then_all_are_kept() -> None:
    days = [event(f"DTSTART:202610{day}T070000Z") for day in (20, 21, 22)]
    found = read(calendar(*days, days[0]))
    assert all_shown(found) == ["20 Oct 09:00 +0", "21 Oct 09:00 +0", "22 Oct 09:00 +0"]
    assert len({each.id for each in found.events}) == 3
    # Whatever their order: the same ids, and where all have the name of one resource too.
    assert {each.id for each in read(calendar(*days)).events} == {each.id for each in found.events}
    assert len({each.id for each in read(calendar(*days), id_of=lambda uid: "resource").events}) == 3
    # A changed occurrence stays with the series.
    changed = event("RECURRENCE-ID:20261019T070000Z", "DTSTART:20261019T090000Z")
    mixed = read(calendar(days[0], event(*SERIES, "RRULE:FREQ=WEEKLY;COUNT=2"), changed))
    assert [each[:12] for each in all_shown(mixed)] == ["12 Oct 09:00", "19 Oct 11:00", "20 Oct 09:00"]


@pytest.mark.shows("SYNC-2")
def test_file_when_it_tells_free_and_busy_alone_then_what_is_not_free_is_busy() -> None:
    found = read(
        calendar(
            "BEGIN:VFREEBUSY\nUID:f\nDTSTART:20261001T000000Z\nDTEND:20261101T000000Z\n"
            "FREEBUSY:20261020T070000Z/20261020T080000Z,20261021T070000Z/PT2H\n"
            "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20261022T070000Z/20261022T080000Z\n"
            "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261023T070000Z/20261023T080000Z\n"
            "FREEBUSY;FBTYPE=X-SKI:20261024T070000Z/20261024T080000Z\n"
            "FREEBUSY;FBTYPE=FREE:20261025T070000Z/20261025T080000Z\nEND:VFREEBUSY"
        )
    )
    assert all_shown(found) == [
        "20 Oct 09:00 +60", "21 Oct 09:00 +120", "22 Oct 09:00 +60", "23 Oct 09:00 +60", "24 Oct 09:00 +60",
    ]  # fmt: skip
    assert [each.show_as for each in found.events] == [
        ShowAs.BUSY, ShowAs.BUSY, ShowAs.OUT_OF_OFFICE, ShowAs.TENTATIVE, ShowAs.BUSY,
    ]  # fmt: skip
    assert (found.flaws, len({each.id for each in found.events})) == ((), 5)
    half = read(calendar("BEGIN:VFREEBUSY\nFREEBUSY:100000Z/PT1H,20261020T070000Z/PT1H,rubbish\nEND:VFREEBUSY"))
    assert (all_shown(half), half.flaws) == (["20 Oct 09:00 +60"], ((Flaw.LEFT_OUT, 1),))


BARE = ["100000", "100000Z/PT2H", "PT1H", "PT1H/PT2H", "20261020T100000Z/20261020", "never", ""]


@pytest.mark.shows("R24")
@pytest.mark.parametrize(("line", "told"), [("DTEND:never", 1), ("DURATION:never", 1), ("DURATION:-PT1H", 0), ("X-Y:z", 0)])
def test_event_when_its_end_cannot_be_read_then_that_is_told(line: str, told: int) -> None:
    found = read(calendar(event("DTSTART:20261020T070000Z", line)))
    assert (all_shown(found), sum(count for _, count in found.flaws)) == (["20 Oct 09:00 +0"], told)


@pytest.mark.shows("R24")
@pytest.mark.parametrize("value", BARE)
@pytest.mark.parametrize("name", ["RDATE;VALUE=PERIOD", "RDATE", "EXDATE", "RECURRENCE-ID", "DTEND", "DURATION"])
def test_event_when_one_of_its_values_is_of_another_kind_then_it_still_takes_its_time(name: str, value: str) -> None:
    line = f"{name}:{value}"
    found = read(
        calendar(event("DTSTART:20261020T070000Z", line, "DURATION:PT1H"), event("DTSTART:20261021T070000Z", uid="u2"))
    )
    assert any(each.start <= at("2026-10-20 09:00") and each.end >= at("2026-10-20 10:00") for each in found.events)
    assert "21 Oct 09:00 +0" in all_shown(found)


@pytest.mark.shows("R24")
def test_series_when_nobody_knows_which_occurrence_was_changed_then_all_of_them_stay_beside_the_change() -> None:
    changed = event("RECURRENCE-ID:never", "SEQUENCE:9", "DTSTART:20261014T070000Z")
    found = read(calendar(event(*SERIES, "RRULE:FREQ=WEEKLY;COUNT=2"), changed))
    assert [each[:12] for each in all_shown(found)] == ["12 Oct 09:00", "14 Oct 09:00", "19 Oct 09:00"]
    assert found.flaws == ((Flaw.LEFT_OUT, 1),)


def test_series_when_one_added_time_cannot_be_read_then_the_others_count_and_that_is_told() -> None:
    found = read(calendar(event(*SERIES, "RDATE:20261013T070000Z,070000Z,20261014T070000Z")))
    assert [each[:12] for each in all_shown(found)] == ["12 Oct 09:00", "13 Oct 09:00", "14 Oct 09:00"]
    assert found.flaws == ((Flaw.REPEATS, 1),)


def test_series_when_until_lies_before_its_start_then_nothing_is_left_of_it() -> None:
    assert all_shown(read(calendar(event(*SERIES, "RRULE:FREQ=WEEKLY;UNTIL=20261011T220000Z")))) == []


# Fields


@pytest.mark.shows("SET-5")
@pytest.mark.parametrize(
    ("lines", "show_as"),
    [
        ((), ShowAs.BUSY),
        (("TRANSP:OPAQUE",), ShowAs.BUSY),
        (("TRANSP:TRANSPARENT",), ShowAs.FREE),
        (("STATUS:TENTATIVE",), ShowAs.TENTATIVE),
        (("X-MICROSOFT-CDO-BUSYSTATUS:OOF",), ShowAs.OUT_OF_OFFICE),
        (("X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE", "TRANSP:OPAQUE"), ShowAs.WORKING_ELSEWHERE),
        (("X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE", "STATUS:CONFIRMED"), ShowAs.TENTATIVE),
        (("X-MICROSOFT-CDO-BUSYSTATUS:FREE", "TRANSP:OPAQUE"), ShowAs.FREE),
        (("X-MICROSOFT-CDO-BUSYSTATUS:UNHEARD-OF", "TRANSP:TRANSPARENT"), ShowAs.FREE),
    ],
)
def test_event_when_it_says_how_it_shows_then_the_finer_word_counts(lines: tuple[str, ...], show_as: ShowAs) -> None:
    (found,) = read(calendar(event("DTSTART:20261020T070000Z", *lines))).events
    assert found.show_as is show_as


@pytest.mark.shows("SET-5")
@pytest.mark.parametrize(
    ("status", "response"),
    [
        ("PARTSTAT=DECLINED;", Response.DECLINED),
        ("PARTSTAT=ACCEPTED;", Response.ACCEPTED),
        ("PARTSTAT=TENTATIVE;", Response.TENTATIVE),
        ("PARTSTAT=NEEDS-ACTION;", Response.UNANSWERED),
        ("", Response.UNANSWERED),
    ],
)
def test_event_when_the_owner_was_invited_then_their_answer_is_read(status: str, response: Response) -> None:
    line = f'ATTENDEE;{status}CN="Anna: me":mailto:Anna@example.com'
    text = calendar(event("DTSTART:20261020T070000Z", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bo@example.com", line))
    (found,) = read(text, owner="anna@example.com").events
    assert found.response is response
    assert found.attendees == ("bo@example.com", "Anna@example.com")
    assert read(text).events[0].response is Response.OWN


def test_event_when_it_is_cancelled_then_it_is_left_out() -> None:
    cancelled = event("DTSTART:20261020T070000Z", "STATUS:CANCELLED")
    assert read(calendar(cancelled)).events == ()
    assert read(calendar(event("DTSTART:20261020T070000Z"), header="METHOD:CANCEL")).events == ()


@pytest.mark.parametrize("kind", ["PRIVATE", "CONFIDENTIAL"])
def test_event_when_it_is_private_then_only_the_owner_of_the_calendar_gets_its_texts(kind: str) -> None:
    text = calendar(event("DTSTART:20261020T070000Z", f"CLASS:{kind}", "LOCATION:Clinic", "RRULE:FREQ=DAILY;COUNT=2"))
    own, feed = read(text), read(text, own=False)
    assert {(each.title, each.location, each.private) for each in own.events} == {("Meeting", "Clinic", True)}
    assert {(each.title, each.location, each.private) for each in feed.events} == {("", "", True)}
    assert "Clinic" in "".join(own.series.values())
    assert feed.series == {}


def test_texts_when_they_are_escaped_folded_and_hostile_then_they_are_plain() -> None:
    text = calendar(
        event(
            "DTSTART:20261020T070000Z", "DESCRIPTION;LANGUAGE=da:line one\\nline\\, two\\; \\\\three", "LOCATION:a\x00b\x1bc",
            title="Møde <b>x</b>" + "x" * 3000,
        )
    ).replace("line one", "line\r\n  one")  # fmt: skip
    (found,) = read(text).events
    assert found.description == "line one\nline, two; \\three"
    assert found.location == "abc"
    assert found.title.startswith("Møde <b>x</b>x")
    assert len(found.title) == 1000


def test_calendar_when_it_names_itself_then_name_and_zone_are_told() -> None:
    header = "X-WR-CALNAME:Anna\\, work\nX-WR-TIMEZONE:Romance Standard Time"
    found = read(calendar(event("DTSTART:20261020T070000Z"), header=header))
    assert (found.name, found.zone) == ("Anna, work", "Europe/Paris")


# Bad input


@pytest.mark.shows("R24")
@pytest.mark.parametrize(
    "broken",
    [
        "BEGIN:VEVENT\nUID:x\nSUMMARY:No start\nEND:VEVENT",
        "BEGIN:VEVENT\nUID:x\nDTSTART:yesterday\nSUMMARY:No start\nEND:VEVENT",
        "BEGIN:VEVENT\nUID:x\nDTSTART:99999999T999999\nSUMMARY:No start\nEND:VEVENT",
        "BEGIN:VEVENT\nUID:x\nDTSTART;TZID\nSUMMARY:No start\nEND:VEVENT",
    ],
)
def test_file_when_one_component_is_broken_then_the_rest_counts_and_it_is_told(broken: str) -> None:
    text = calendar(event("DTSTART:20261020T070000Z"), broken, event("DTSTART:20261021T070000Z", uid="u2"))
    found = read(text)
    assert all_shown(found) == ["20 Oct 09:00 +0", "21 Oct 09:00 +0"]
    assert found.problems == ("broken_event: No start",)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("END:VEVENT", "", 1),
        lambda text: text.replace("END:VCALENDAR", ""),
        lambda text: text.replace("\r\n", "\n"),
        lambda text: text.replace("\r\n", "\r"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("SUMMARY:", "no colon\r\n;:\r\n=\r\nSUMMARY:", 1),
        lambda text: text.replace("SUMMARY", "END:VALARM\r\nBEGIN:X\r\nEND:VTODO\r\nEND:X\r\nsummary", 1),
        lambda text: text + text,
    ],
    ids=["no end", "no last end", "LF", "CR", "BOM", "rubbish lines", "crossed ends", "twice"],
)
def test_file_when_its_form_is_damaged_then_all_events_are_read(change: Callable[[str], str]) -> None:
    text = calendar(event("DTSTART:20261020T070000Z"), event("DTSTART:20261021T070000Z", uid="u2"))
    found = read(change(text))
    assert all_shown(found) == ["20 Oct 09:00 +0", "21 Oct 09:00 +0"]
    assert {each.title for each in found.events} == {"Meeting"}


RULE = "RRULE:FREQ=DAILY;COUNT=2"


@pytest.mark.shows("R24", "CON-1")
def test_file_when_parts_of_it_cannot_be_read_as_they_should_then_they_are_counted() -> None:
    parts = (
        *("BEGIN:VEVENT\nUID:x\nSUMMARY:Same name\nEND:VEVENT" for _ in range(3)),
        event(*SERIES, "RRULE:FREQ=NEVER", uid="u1"),
        event(*SERIES, "RRULE:FREQ=SECONDLY", uid="u2"),
        event("DTSTART;TZID=Mars:20261020T070000", uid="u3"),
        event(*SERIES, RULE, uid="u4"),
    )
    found = read(calendar(*parts))
    assert found.flaws == ((Flaw.LEFT_OUT, 3), (Flaw.REPEATS, 1), (Flaw.COARSE, 1), (Flaw.ZONE, 1))
    assert read(calendar(event(*SERIES, RULE), event("DTSTART:20261020T070000Z", uid="u5"))).flaws == ()
    cut = calendar(event(*SERIES, RULE), event("DTSTART:20261020T070000Z", uid="u5")).removesuffix("END:VCALENDAR\r\n")
    assert read(cut).flaws == ((Flaw.CUT_OFF, 1),)
    assert read(cut[:-8]).flaws == ((Flaw.CUT_OFF, 1),)
    assert read(cut + "END:VCALENDAR\r\n<!-- 3 ms -->" + " " * 2_000).flaws == ()
    assert read("hello").flaws == ((Flaw.NO_CALENDAR, 1),)
    assert read("x" * (LARGEST + 1)).flaws == ((Flaw.TOO_LARGE, 1),)


@pytest.mark.parametrize("text", ["", "hello", "<html><body>404</body></html>", "BEGIN:VCARD\nFN:x\nEND:VCARD", "\0" * 100])
def test_file_when_it_is_no_calendar_then_it_says_so(text: str) -> None:
    found = read(text)
    assert (found.events, found.problems) == ((), ("not_a_calendar",))


@pytest.mark.shows("R24", "SYNC-2")
def test_rule_when_it_is_finer_than_a_day_and_has_few_starts_then_each_is_an_occurrence() -> None:
    found = read(calendar(event(*SERIES, "RRULE:FREQ=HOURLY;INTERVAL=3;COUNT=3")))
    assert all_shown(found) == ["12 Oct 09:00 +60", "12 Oct 12:00 +60", "12 Oct 15:00 +60"]
    assert found.problems == ()


@pytest.mark.shows("R24")
@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "every", ["SECONDLY", "MINUTELY", "SECONDLY;BYDAY=MO", "SECONDLY;BYHOUR=9,10", "SECONDLY;COUNT=9999999"]
)
def test_rule_when_it_has_too_many_starts_then_its_days_are_busy_and_the_rest_counts(every: str) -> None:
    text = calendar(event(*SERIES, f"RRULE:FREQ={every}"), event("DTSTART:20261020T070000Z", uid="u2", title="Other"))
    began = time.process_time()
    found = read(text, end=START + 400 * DAY)
    assert time.process_time() - began < 2
    assert found.problems == ("rule_too_many: Meeting",)
    assert [shown(each) for each in found.events if each.title == "Other"] == ["20 Oct 09:00 +0"]
    busy = [(each.start, each.end) for each in found.events if each.title == "Meeting"]
    assert len(busy) <= 400
    for day in ("2026-10-12", "2026-11-02", "2026-12-28"):
        for hour in ("09:00", "09:59", "10:00", "10:59"):
            moment = at(f"{day} {hour}")
            assert any(start <= moment < end for start, end in busy)
    assert not any(start <= at("2026-10-11 23:59") < end for start, end in busy)


@pytest.mark.shows("R24")
def test_rule_when_it_has_too_many_starts_on_some_hours_then_the_others_stay_free() -> None:
    found = read(calendar(event(*SERIES, "RRULE:FREQ=SECONDLY;BYDAY=MO;BYHOUR=9,10")), end=START + 400 * DAY)
    assert all_shown(found)[:3] == ["12 Oct 09:00 +180", "19 Oct 09:00 +180", "26 Oct 09:00 +180"]


HOURS, MINUTES = ",".join(map(str, range(24))), ",".join(map(str, range(60)))
HOSTILE = {
    "too large": (calendar(event("DTSTART:20261020T070000Z")) + " " * LARGEST, "too_large"),
    "every second in parts": (
        calendar(event(*SERIES, f"RRULE:FREQ=DAILY;BYHOUR={HOURS};BYMINUTE={MINUTES};BYSECOND={MINUTES}")),
        "rule_too_many: Meeting",
    ),
    "counted from 1601": (
        calendar(*(event("DTSTART:16010101T000000Z", "RRULE:FREQ=DAILY;BYDAY=MO;COUNT=9999", uid=f"u{n}") for n in range(400))),
        "rule_too_many: Meeting",
    ),
    "never met": (
        calendar(*(event("DTSTART:19700101T000000Z", "RRULE:FREQ=YEARLY;BYDAY=MO;BYYEARDAY=366;BYWEEKNO=1", uid=f"u{n}")
                   for n in range(2000))), None,
    ),
    "many series": (
        calendar(*(event("DTSTART:20200101T000000Z", f"RRULE:FREQ=DAILY;BYHOUR={HOURS}", uid=f"u{n}") for n in range(60))),
        "too_many_events: Meeting",
    ),
    "10,000 exceptions": (
        calendar(event(*SERIES, "RRULE:FREQ=DAILY", *(f"EXDATE:20{n % 80 + 10}1001T{n % 24:02}0000Z" for n in range(10_000)))),
        None,
    ),
    "3,000 changed occurrences": (
        calendar(event(*SERIES, "RRULE:FREQ=DAILY"),
                 *(event(f"RECURRENCE-ID:{2000 + n}1012T070000Z", f"DTSTART:{2000 + n}1013T070000Z") for n in range(3_000))),
        None,
    ),
    "ends of time": (
        calendar(*(event(f"DTSTART;VALUE=DATE:{day}", "RRULE:FREQ=DAILY;COUNT=3", uid=day) for day in ("00010101", "99991231")),
                 event("DTSTART;VALUE=DATE:99991231", uid="last"), event("DTSTART:00010101T000000", "DURATION:P999D", uid="x")),
        None,
    ),
    "deep": ("BEGIN:VCALENDAR\n" + "BEGIN:VALARM\n" * 50_000, None),
    "one long line": (calendar(event("DTSTART:20261020T070000Z", "DESCRIPTION:" + "x\\n" * 900_000)), None),
    "year 9999": (
        calendar(*(event("DTSTART:20261001T000000Z", f"RRULE:FREQ={every};UNTIL=99991231T235959Z", uid=every)
                   for every in ("SECONDLY", "MINUTELY", "HOURLY", "DAILY")),
                 event("DTSTART:99991231T235959Z", "RRULE:FREQ=SECONDLY", uid="last")),
        "rule_too_many: Meeting",
    ),
    "never met, second by second": (
        calendar(*(event("DTSTART:20260101T000000Z", f"RRULE:FREQ=SECONDLY;INTERVAL=2;BYSECOND={MINUTES[2:]}", uid=f"u{n}")
                   for n in range(2_000))), "rule_too_many: Meeting",
    ),
    "a zone that changes each second": (
        calendar(OUTLOOK_ZONE.format(name="Custom").replace("FREQ=YEARLY", "FREQ=SECONDLY"),
                 event("DTSTART;TZID=Custom:20261020T090000")), "unknown_zone: Custom",
    ),
    "1 MB of rules": (
        calendar(*(event("DTSTART:20261020T070000Z", "RRULE:FREQ=SECONDLY", uid=f"u{n}") for n in range(10_000))),
        "too_many_events: Meeting",
    ),
    "nested events": ("BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\nDTSTART:20261020T070000Z\n" * 50_000, None),
    "quotes": (calendar(event("DTSTART:20261020T070000Z", 'ATTENDEE;CN="' + '";CN="' * 100_000)), None),
}  # fmt: skip


@pytest.mark.shows("R24")
@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", HOSTILE)
def test_file_when_it_is_made_to_take_for_ever_then_reading_ends_and_says_what_it_left_out(name: str) -> None:
    text, problem = HOSTILE[name]
    found = read(text, end=START + 400 * DAY)
    assert len(found.events) <= MOST_EVENTS + 10
    if problem is not None:
        assert problem in found.problems


@pytest.mark.slow
@pytest.mark.shows("R24")
@pytest.mark.timeout(120)
@pytest.mark.parametrize("rule", ["", "RRULE:FREQ=SECONDLY"])
def test_file_when_it_is_as_large_as_may_be_then_it_is_read(rule: str) -> None:
    text = calendar(*(event("DTSTART:20261020T070000Z", rule, uid=f"u{n}") for n in range(110_000)))[:LARGEST]
    found = read(text, end=START + 400 * DAY, own=False)
    assert MOST_EVENTS - 400 < len(found.events) <= MOST_EVENTS + 10
    assert "too_many_events: Meeting" in found.problems


CORPUS = [
    path for package in (icalendar, recurring_ical_events) for path in sorted(Path(package.__file__).parent.rglob("*.ics"))
]


@pytest.mark.shows("R24")
@pytest.mark.timeout(20)
@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_file_when_it_is_one_of_the_libraries_own_hard_cases_then_it_is_read(path: Path) -> None:
    text = path.read_bytes().decode("utf-8", "replace")
    found = read(text, start=at("1990-01-01 00:00"), end=at("2030-01-01 00:00"))
    assert [each for each in found.events if each.end < each.start] == []
    for series in found.series.values():
        assert set(read(series, end=END).problems) <= set(found.problems)


def test_corpus_when_looked_for_then_it_is_there() -> None:
    assert len(CORPUS) > 200
