"""What is taken away can be read by the programs it is for, and does nothing there."""

from __future__ import annotations

import csv
import io

import icalendar
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain import exporting
from app.domain.booking import State
from app.domain.contacts import Contact
from app.domain.pages import Location, LocationKind
from tests.models.made import booking

DANGEROUS = set("=+-@\uff1d\uff0b\uff0d\uff20")
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)


def first_shown(cell: str) -> str:
    """The first character that a spreadsheet does not skip."""
    return next((each for each in cell if each > " " and not each.isspace()), "")


@pytest.mark.shows("DATA-2")
@given(
    st.one_of(
        TEXT,
        st.tuples(st.sampled_from(["", " ", "\t", "\r\n", "\u00a0", "\x00"]), st.sampled_from(sorted(DANGEROUS)), TEXT).map(
            "".join
        ),
    )
)
@example("=1+1")
@example("\t=cmd|' /C calc'!A0")
@example("  +45 20 30 40 50")
@example("﹣")
def test_a_cell_when_written_begins_no_formula_and_reads_back_whole(text: str) -> None:
    ((cell,),) = csv.reader(io.StringIO(exporting.csv_rows([[text]]), newline=""), strict=True) if text else (("",),)
    assert first_shown(cell) not in DANGEROUS
    assert cell[:1] not in ("\t", "\r", "\n")
    assert cell in (text, f"'{text}")


@given(st.lists(st.lists(TEXT, min_size=2, max_size=4), min_size=1, max_size=4))
def test_rows_when_cells_hold_quotes_commas_and_breaks_stay_rows(rows: list[list[str]]) -> None:
    back = list(csv.reader(io.StringIO(exporting.csv_rows(rows), newline=""), strict=True))
    assert back == [list(map(exporting.defused, row)) for row in rows]


@given(TEXT, TEXT)
def test_a_vcard_when_names_hold_anything_is_whole_lines(first: str, last: str) -> None:
    card = exporting.vcard(Contact("1", "aase@example.org", first, last, "Europe/Copenhagen"))
    lines = card.split("\r\n")
    assert lines[0] == "BEGIN:VCARD"
    assert lines[-2:] == ["END:VCARD", ""]
    assert all(len(line.encode()) <= 75 for line in lines)
    assert "\n" not in card.replace("\r\n", "")
    assert sum(line.startswith("EMAIL") for line in card.replace("\r\n ", "").split("\r\n")) == 1


def test_a_booking_when_its_guest_chose_the_place_is_written_with_it() -> None:
    chosen = booking(location=Location(LocationKind.ASK), answers={"place": "Café Å; 2. sal"})
    (event,) = icalendar.Calendar.from_ical(
        exporting.calendar_head() + exporting.vevent(chosen) + exporting.calendar_foot()
    ).walk("VEVENT")
    assert str(event["LOCATION"]) == "Café Å; 2. sal"


@given(TEXT, st.sampled_from(State))
def test_a_booking_when_written_as_an_event_reads_back(message: str, state: State) -> None:
    plain = booking(message=message, state=state)
    text = exporting.calendar_head() + exporting.vevent(plain) + exporting.calendar_foot()
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    (event,) = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert event["UID"] == plain.uid
    assert int(event["DTSTART"].dt.timestamp()) == plain.start
    assert str(event["SUMMARY"]) == "Intro call: Åse Sørensen"
    assert str(event["LOCATION"]) == "Nyhavn 1, København"
    assert (str(event["STATUS"]) == "CANCELLED") == (state not in (State.HELD, State.REQUESTED, State.CONFIRMED, State.WRITTEN))
