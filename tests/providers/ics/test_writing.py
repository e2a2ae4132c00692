"""Files that we write: valid, and the same busy time when they are read again, by us and by others."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendars import Days, Event, EventDraft, Response, ShowAs, days_to_instants
from app.domain.clock import DAY, HOUR, MINUTE
from app.domain.series import Start, split_occurrence_id
from app.providers.ics import draft_text, occurrences, with_changed, without, write_ics
from app.providers.ics.lines import parse
from app.providers.ics.writing import zone_component
from app.providers.ics.zones import ruled_zone
from tests.providers.ics.files import END, START, ZONE, at, calendar, event, read

ZONES = ("Europe/Copenhagen", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo", "UTC")
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
plain_texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\\\ufeff"), max_size=60).map(str.strip)
instants = st.integers(START // MINUTE, (END - DAY) // MINUTE).map(lambda minute: minute * MINUTE)
days = st.builds(
    lambda first, length: Days(date(2026, 10, 5) + timedelta(first), date(2026, 10, 5) + timedelta(first + length)),
    st.integers(0, 40), st.integers(1, 4),
)  # fmt: skip


@st.composite
def single_events(draw: st.DrawFn) -> Event:
    start = draw(instants)
    found = Event(
        id=draw(st.uuids()).hex, calendar="c", start=start, end=start + draw(st.integers(0, 3000)) * MINUTE,
        title=draw(plain_texts), uid=draw(st.sampled_from(("", "one", "two@x", "a;b,c"))),
        show_as=draw(st.sampled_from(ShowAs)), response=draw(st.sampled_from(Response)),
        location=draw(plain_texts), private=draw(st.booleans()),
    )  # fmt: skip
    if draw(st.booleans()):
        span = draw(days)
        start, end = days_to_instants(span, ZONE)
        found = replace(found, days=span, start=start, end=end)
    return found


drafts = st.builds(
    lambda start, length, zone, span, rule: EventDraft(
        "k", "Series", start, start + length * MINUTE, zone, days=span, rrule=rule
    ),
    instants, st.integers(0, 2000), st.sampled_from(ZONES), st.none() | days,
    st.sampled_from((
        "FREQ=DAILY", "FREQ=DAILY;INTERVAL=3;COUNT=7", "FREQ=WEEKLY;BYDAY=MO,WE,SU", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;WKST=SU",
        "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=MONTHLY;BYDAY=2TU", "FREQ=DAILY;UNTIL=20261115T120000Z", "FREQ=YEARLY",
    )),
)  # fmt: skip


@st.composite
def series_texts(draw: st.DrawFn) -> str:
    """A series of which some occurrences were taken out or moved."""
    text = draw(drafts.map(lambda draft: draft_text(draft, draft.title)))
    for _ in range(draw(st.integers(0, 3))):
        found = occurrences(text, "s", "c", ZONE, START, END)
        if found:
            chosen = found[draw(st.integers(0, len(found) - 1))]
            at_start = original(chosen)
            if draw(st.booleans()):
                text = without(text, at_start)
            else:
                start, span = draw(instants), draw(st.none() | days)
                moved = EventDraft("", "Moved", start, start + 40 * MINUTE, "UTC", days=span)
                text = with_changed(text, at_start, moved)
    return text


def original(found: Event) -> Start:
    at_start = split_occurrence_id(found.id)
    assert at_start is not None
    return at_start[1]


def busy(events: tuple[Event, ...]) -> list[tuple[object, ...]]:
    return sorted((each.start, each.end, each.days is None, each.show_as, each.response) for each in events)


@pytest.mark.shows("SYNC-2", "SYNC-3")
@given(st.lists(single_events(), max_size=6), st.lists(series_texts(), max_size=3))
def test_export_when_it_is_imported_again_then_the_busy_time_is_the_same(singles: list[Event], texts: list[str]) -> None:
    series = {f"s{number}": text.replace("UID:Series", f"UID:Series{number}") for number, text in enumerate(texts)}
    expanded = [each for name, text in series.items() for each in occurrences(text, name, "c", ZONE, START, END)]
    inside = [each for each in singles if each.start < END]
    written = write_ics("Anna", ZONE, [*inside, *expanded], series, START)
    found = read(written, start=START, end=END)
    assert found.problems == ()
    assert busy(found.events) == busy((*inside, *expanded))
    assert sorted(each.title for each in found.events if not each.series) == sorted(each.title for each in inside)
    assert {each.private for each in found.events if not each.series} == {each.private for each in inside}


@given(st.lists(series_texts(), min_size=1, max_size=2))
def test_export_when_another_program_reads_it_then_it_finds_the_same_occurrences(texts: list[str]) -> None:
    series = {f"s{number}": text.replace("UID:Series", f"UID:Series{number}") for number, text in enumerate(texts)}
    low, high = START + 5 * DAY, END - 10 * DAY
    ours = read(write_ics("Anna", "UTC", (), series, START), "UTC", low, high).events
    theirs = recurring_ical_events.of(icalendar.Calendar.from_ical(write_ics("Anna", "UTC", (), series, START))).between(
        datetime.fromtimestamp(low, UTC), datetime.fromtimestamp(high, UTC)
    )
    assert sorted({each.start for each in ours if each.end > each.start}) == sorted(
        {instant(each["DTSTART"].dt) for each in theirs if each["DTEND"].dt != each["DTSTART"].dt}
    )


def instant(moment: date) -> int:
    if isinstance(moment, datetime):
        return int(moment.timestamp())
    return int(datetime(moment.year, moment.month, moment.day, tzinfo=UTC).timestamp())


def test_export_when_hours_come_twice_then_each_event_keeps_its_own() -> None:
    events = [
        Event(f"e{fold}", "c", at("2026-10-25 02:30", fold=fold), at("2026-10-25 02:45", fold=fold)) for fold in (0, 1)
    ]  # fmt: skip
    found = read(write_ics("Anna", ZONE, events, {}, START)).events
    assert [each.start for each in found] == [each.start for each in events]
    assert found[1].start - found[0].start == HOUR


@given(texts, texts, st.lists(texts, max_size=3), texts)
def test_export_when_texts_are_hostile_then_no_line_and_no_component_is_added(
    title: str, place: str, attendees: list[str], name: str
) -> None:
    hostile = title + "\r\nBEGIN:VALARM\r\nATTENDEE:mailto:x@y.z\nEND:VEVENT\x00\x1b\u2028;:,"
    found = Event("e1", "c", START, START + HOUR, hostile, location=place, attendees=tuple(attendees), uid=name)
    written = write_ics(name + "\nX-EVIL:1", ZONE, [found], {}, START)
    (parsed,) = icalendar.Calendar.from_ical(written, multiple=True)
    (only,) = parsed.walk("VEVENT")
    assert [part.name for part in parsed.subcomponents] == ["VEVENT"]
    assert only.subcomponents == []
    assert "X-EVIL" not in parsed
    assert len(parse(written).parts[0].parts[0].lines) <= 10 + len(attendees)
    assert not {code for code in map(ord, written) if code < 32 or code == 127} - {9, 10, 13}
    assert all(len(line.encode()) <= 75 for line in written.split("\r\n"))


def test_export_when_it_is_looked_at_by_rule_then_it_has_what_rfc_5545_asks_for() -> None:
    draft = EventDraft("k", "Standup", at("2026-10-12 09:00"), at("2026-10-12 09:30"), ZONE, rrule="FREQ=WEEKLY;COUNT=4")
    single = Event("e1", "c", START, START + HOUR, "One", uid="one@aftale")
    written = write_ics("Anna", ZONE, [single], {"s": draft_text(draft, "series@aftale")}, START)
    parsed = icalendar.Calendar.from_ical(written)
    assert (parsed["VERSION"], parsed["CALSCALE"], parsed["X-WR-TIMEZONE"]) == ("2.0", "GREGORIAN", ZONE)
    assert "METHOD" not in parsed
    assert [zone["TZID"] for zone in parsed.walk("VTIMEZONE")] == [ZONE]
    events = parsed.walk("VEVENT")
    assert sorted(str(each["UID"]) for each in events) == ["one@aftale", "series@aftale"]
    assert {each["DTSTAMP"].dt for each in events} == {datetime.fromtimestamp(START, UTC)}
    assert written.endswith("END:VCALENDAR\r\n")
    assert not [line for line in written.split("\r\n") if "\n" in line]


def test_export_when_two_events_have_one_uid_then_each_gets_its_own() -> None:
    events = [Event(f"e{n}", "c", START + n * HOUR, START + (n + 1) * HOUR, uid="same") for n in range(3)]
    assert len(read(write_ics("Anna", ZONE, events, {}, START)).events) == 3


def test_export_when_two_series_mean_different_zones_by_one_name_then_no_occurrence_moves() -> None:
    rules = "\n".join(
        ("BEGIN:VTIMEZONE", "TZID:Custom", "BEGIN:STANDARD", "DTSTART:20200101T000000", "TZOFFSETFROM:+0000",
         "TZOFFSETTO:{}", "END:STANDARD", "END:VTIMEZONE")
    )  # fmt: skip
    lines = ("DTSTART;TZID=Custom:20261012T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=3")
    east = read(calendar(rules.format("+0900"), event(*lines, uid="east")))
    west = read(calendar(rules.format("-0500"), event(*lines, uid="west")))
    both = (*east.events, *west.events)
    found = read(write_ics("Anna", ZONE, both, {**east.series, **west.series}, START))
    assert busy(found.events) == busy(both)


def test_export_when_a_series_came_from_a_file_then_what_we_do_not_know_of_is_kept() -> None:
    lines = ("DTSTART:20261012T090000Z", "RRULE:FREQ=WEEKLY;COUNT=3", "X-COLOUR;X-A=b:teal", "BEGIN:VALARM", "TRIGGER:-PT5M",
             "ACTION:AUDIO", "END:VALARM", "broken line", "GEO:1;2")  # fmt: skip
    found = read(calendar(event(*lines)))
    written = write_ics("Anna", ZONE, found.events, found.series, START)
    for kept in ("X-COLOUR;X-A=b:teal", "BEGIN:VALARM", "TRIGGER:-PT5M", "GEO:1;2"):
        assert kept in written
    assert "broken line" not in written


@pytest.mark.parametrize("name", [*ZONES, "Europe/Dublin", "Africa/Casablanca", "Pacific/Apia", "America/Caracas"])
def test_vtimezone_when_it_is_read_back_then_it_has_the_offsets_of_the_zone(name: str) -> None:
    zone, ours = ZoneInfo(name), ruled_zone(zone_component(name))
    assert ours is not None
    begin = datetime(1971, 1, 1, tzinfo=UTC)
    for step in range(0, 68 * 365 * 2, 5):
        moment = begin + timedelta(hours=12 * step, minutes=step % 60)
        assert moment.astimezone(ours).utcoffset() == moment.astimezone(zone).utcoffset(), moment
    for year in (2026, 2027):
        moment = datetime(year, 1, 1, tzinfo=UTC)
        for half_hour in range(2 * 24 * 365):
            moment += timedelta(minutes=30)
            assert moment.astimezone(ours).replace(tzinfo=None) == moment.astimezone(zone).replace(tzinfo=None), half_hour


def test_vtimezone_when_icalendar_reads_it_then_it_agrees() -> None:
    zone = icalendar.Timezone.from_ical("\r\n".join(zone_component(ZONE).text_lines())).to_tz(lookup_tzid=False)
    for text in ("2026-10-25 00:59", "2026-10-25 01:00", "2026-03-29 00:59", "2026-03-29 01:00", "2026-07-01 12:00"):
        moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
        assert moment.astimezone(zone).utcoffset() == moment.astimezone(ZoneInfo(ZONE)).utcoffset()
