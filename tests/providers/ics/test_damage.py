"""Calendars that are damaged at random: whatever comes of them, it is no exception, and what is whole beside them counts."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.providers.ics import ImportedCalendar, occurrences, read_ics
from tests.providers.ics.files import END, START, ZONE, at, calendar, event

WHOLE = calendar(event("DTSTART:20261020T070000Z", "DURATION:PT1H", uid="whole", title="Whole"))
ZONE_PART = """
    BEGIN:VTIMEZONE
    TZID:Custom
    BEGIN:STANDARD
    DTSTART:16010101T030000
    TZOFFSETFROM:+0200
    TZOFFSETTO:+0100
    RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
    END:STANDARD
    BEGIN:DAYLIGHT
    DTSTART:16010101T020000
    TZOFFSETFROM:+0100
    TZOFFSETTO:+0200
    RDATE:20260329T020000,20270328T020000
    END:DAYLIGHT
    END:VTIMEZONE"""
LINES = calendar(
    ZONE_PART.strip(),
    event(
        "DTSTART;TZID=Custom:20261102T100000", "DTEND;TZID=Custom:20261102T110000", "SEQUENCE:3",
        "RRULE:FREQ=WEEKLY;COUNT=9;BYDAY=MO,TU", "RRULE:FREQ=HOURLY;INTERVAL=7;UNTIL=20261105T000000Z;BYSETPOS=1",
        "EXDATE;TZID=Custom:20261109T100000,20261110T100000", "RDATE;VALUE=PERIOD:20261103T100000Z/PT2H,20261104T100000Z/PT1H",
        'ATTENDEE;CN="a;b";PARTSTAT=ACCEPTED:mailto:x@example.com', "CLASS:PUBLIC",
    ),
    event("RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Custom:20261116T100000", "DTSTART:20261116T120000Z", "DURATION:P1DT2H3M"),
    event("DTSTART;VALUE=DATE:20261118", "DTEND;VALUE=DATE:20261120", "RRULE:FREQ=MONTHLY;BYMONTHDAY=-1,18", uid="days"),
    "BEGIN:VFREEBUSY\nUID:f\nFREEBUSY;FBTYPE=BUSY:20261120T070000Z/PT2H,20261121T070000Z/20261121T080000Z\nEND:VFREEBUSY",
    header="X-WR-TIMEZONE:Europe/Paris\nX-WR-CALNAME:Damaged",
).split("\r\n")  # fmt: skip
PIECES = [
    "0", "9", "-", "+", "Z", "T", ";", ":", ",", "=", "/", '"', "\\", "\r\n ", "\r\n", " ", "2026", "99991231", "00000000",
    "MO", "-53SU", "FREQ=", "SECONDLY", "BYSETPOS=-366", "INTERVAL=9999999", "COUNT=", "UNTIL=", "P", "PT", "P9999999W", "W",
    "é", "\x00", "\ud800", "١", "²", "VALUE=DATE", "VALUE=PERIOD", "TZID=", "TZID=../../etc/passwd", "TZID=Europe", "+9999",
    "-235959", "+2400", "THISANDFUTURE", "1e5",
]  # fmt: skip
VALUES = [
    "", "100000", "100000Z/PT2H", "PT2H", "-P1D", "20261103", "20261103/20261104", "20261103T100000", "20261103T100000Z/PT2H",
    "00010101T000000Z", "99991231T235959Z", "99991231", "P999999999D", "FREQ=DAILY", "FREQ=SECONDLY", "+0100", "rubbish",
]  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """Lines left out, doubled and exchanged, values of another kind, pieces of text in the wrong place."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 5))):
        number = draw(st.integers(0, len(lines) - 1))
        line = lines[number]
        match draw(st.integers(0, 5)):
            case 0 if len(lines) > 1:
                del lines[number]
            case 1:
                lines.insert(draw(st.integers(0, len(lines))), line)
            case 2:
                other = draw(st.integers(0, len(lines) - 1))
                lines[number], lines[other] = lines[other], line
            case 3:
                lines[number] = f"{line.partition(':')[0]}:{draw(st.sampled_from(VALUES))}"
            case _:
                begin = draw(st.integers(0, len(line)))
                rest = line[begin + draw(st.integers(0, 6)) :]
                lines[number] = line[:begin] + draw(st.sampled_from(PIECES)) + rest
    return WHOLE + "\r\n".join(lines)


@pytest.mark.shows("R24")
@pytest.mark.timeout(300)
@given(text=damaged(), own=st.booleans())
@example(text=WHOLE + calendar(event("DTSTART:20261102T090000Z", "RDATE;VALUE=PERIOD:100000Z/PT2H")), own=False)
def test_file_when_it_is_damaged_at_random_then_it_is_read_and_the_rest_of_it_counts(text: str, own: bool) -> None:
    found: ImportedCalendar = read_ics(text, ZONE, START, END, owner="x@example.com", own=own)
    assert (at("2026-10-20 09:00"), at("2026-10-20 10:00")) in {(each.start, each.end) for each in found.events}
    assert all(each.start <= each.end for each in found.events)
    assert len({each.id for each in found.events}) == len(found.events)
    for name, series in found.series.items():
        occurrences(series, name, "", ZONE, START, END)
