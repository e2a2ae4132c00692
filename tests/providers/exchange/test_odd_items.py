"""One item that is damaged, or makes no sense, costs nothing but itself: it takes its time as far as that is known."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.calendars import Event, ShowAs
from app.domain.clock import DAY, HOUR
from app.domain.connections import Flaw
from app.domain.errors import Unreachable
from app.providers.exchange.xml import mended
from tests.providers.contract import END, START, at, seen, spans, timed
from tests.providers.exchange.worlds import EwsWorld, as_outlook, plain_exchange

pytestmark = pytest.mark.anyio
GUESTS = {"RequiredAttendees": ["eva@example.org"]}


@pytest.fixture(params=[False, True], ids=["expanded", "unexpanded"])
async def own(anyio_backend: str, request: pytest.FixtureRequest) -> AsyncIterator[EwsWorld]:
    """A mailbox's own main calendar."""
    made = EwsWorld(own=True, server=plain_exchange() if request.param else None)
    # What is said here would not pass a schema.
    with made.server.unrecorded():
        yield made
    await made.close()


def put(world: EwsWorld, draft: Any, **more: Any) -> str:
    return world.server.service.insert(world.calendar, as_outlook(draft) | more)


async def read(world: EwsWorld, tries: int = 3) -> tuple[tuple[Event, ...], Any]:
    """Events and flaws, as somebody patient gets them."""
    for _ in range(tries - 1):
        try:
            found = await world.provider.changes(world.calendar, "", START, END)
        except Unreachable:
            continue
        return found.events, found.flaws
    found = await world.provider.changes(world.calendar, "", START, END)
    return found.events, found.flaws


@pytest.mark.shows("SYNC-1", "R14")
@pytest.mark.parametrize(
    "code", ["ErrorItemCorrupt", "ErrorCorruptData", "ErrorContentConversionFailed", "ErrorInternalServerError"]
)
async def test_meeting_when_the_server_cannot_tell_it_then_it_takes_its_time_and_all_others_are_read(
    own: EwsWorld, code: str
) -> None:
    put(own, timed("before", "2026-10-20 09:00"))
    damaged = put(own, timed("damaged", "2026-10-21 09:00"), LegacyFreeBusyStatus="Free", **GUESTS)
    put(own, timed("after", "2026-10-22 09:00"), **GUESTS)
    own.server.service.damage(damaged, code)
    events, flaws = await read(own)
    assert [each.start for each in events] == [at(f"2026-10-{day} 09:00") for day in (20, 21, 22)]
    assert events[1].show_as is ShowAs.BUSY
    assert events[2].attendees == ("eva@example.org",)
    assert flaws == ()
    own.server.service.damaged.clear()
    assert (await seen(own))[1].attendees == ("eva@example.org",)


@pytest.mark.shows("SYNC-2", "R14")
async def test_series_when_the_server_cannot_tell_it_then_what_is_known_of_it_takes_its_time(own: EwsWorld) -> None:
    series = put(own, timed("damaged", "2026-10-20 09:00", rrule="FREQ=DAILY;COUNT=3"), **GUESTS)
    put(own, timed("other", "2026-10-20 12:00"))
    own.server.service.damage(series)
    events, flaws = await read(own)
    first = [each.start for each in events if each.start % DAY == at("2026-10-20 09:00") % DAY]
    if own.server.service.unexpanded:
        assert (first, flaws) == ([at("2026-10-20 09:00")], ((Flaw.REPEATS, 1),))
    else:
        assert (len(first), flaws) == (3, ())
    assert at("2026-10-20 12:00") in [each.start for each in events]


@pytest.mark.shows("SYNC-3", "R14")
@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("end", ["9999-12-31T23:00:00", "9999-12-31T23:59:59"])
async def test_event_when_it_has_no_end_that_a_calendar_knows_then_it_takes_its_time(
    own: EwsWorld, end: str, whole: bool
) -> None:
    event = put(own, timed("ever", "2026-10-21 00:00"), LegacyFreeBusyStatus="OOF")
    last = int(datetime.fromisoformat(end).replace(tzinfo=UTC).timestamp())
    own.server.service.put_raw(own.calendar, event, End=last, IsAllDayEvent=whole)
    put(own, timed("plain", "2026-10-20 09:00"))
    plain, ever = await seen(own)
    assert plain.start == at("2026-10-20 09:00")
    assert (ever.start, ever.show_as) == (at("2026-10-21 00:00"), ShowAs.OUT_OF_OFFICE)
    assert ever.end > at("2126-01-01 00:00")


@pytest.mark.shows("SYNC-1", "R14")
@pytest.mark.parametrize("odd", ["\x00", "\x1f", "\ud83d\ude00", "\ude00", "\uffff"])
async def test_meeting_when_its_words_hold_what_no_xml_can_then_it_is_read_as_any_other(own: EwsWorld, odd: str) -> None:
    put(own, timed("a", "2026-10-20 09:00"), Subject=f"Me{odd}et", Body=odd, **GUESTS)
    put(own, timed("b", "2026-10-21 09:00"))
    first, second = await seen(own)
    assert spans((first, second)) == [(each, each + HOUR) for each in (at("2026-10-20 09:00"), at("2026-10-21 09:00"))]
    assert first.title == ("Me\N{GRINNING FACE}et" if odd == "\ud83d\ude00" else "Me\N{REPLACEMENT CHARACTER}et")
    assert first.attendees == ("eva@example.org",)


@pytest.mark.parametrize(
    ("document", "instead"),
    [
        (b"<a>&#65;&#x10FFFF;&amp;&#9;</a>", b"<a>&#65;&#1114111;&amp;&#9;</a>"),
        (b"<a>&#x41;&#xD83D;&#xDE00;&#xDE00;</a>", b"<a>&#65;&#128512;&#65533;</a>"),
        (b"<a>\x00\x1f\xed\xa0\xbd&#x110000;</a>", "<a>\ufffd\ufffd\ufffd&#65533;</a>".encode()),
        ("<a>\uffff\u00e6</a>".encode(), "<a>\ufffd\u00e6</a>".encode()),
    ],
)
def test_document_when_it_holds_what_xml_cannot_then_the_rest_stays_as_it_is(document: bytes, instead: bytes) -> None:
    assert mended(document) == instead


@pytest.mark.shows("R14")
async def test_item_when_nothing_of_it_makes_sense_then_it_is_left_out_and_counted(own: EwsWorld) -> None:
    event = put(own, timed("odd", "2026-10-20 09:00"))
    put(own, timed("plain", "2026-10-21 09:00"))
    own.server.service.spoil(event, "Start")
    events, flaws = await read(own)
    assert ([each.start for each in events], flaws) == ([at("2026-10-21 09:00")], ((Flaw.LEFT_OUT, 1),))


@pytest.mark.shows("R14")
@pytest.mark.parametrize("name", ["IsAllDayEvent", "StartDate"])
async def test_series_when_something_of_it_makes_no_sense_then_it_takes_its_time_and_others_are_read(
    own: EwsWorld, name: str
) -> None:
    event = put(own, timed("odd", "2026-10-20 09:00", rrule="FREQ=DAILY;COUNT=3"))
    put(own, timed("plain", "2026-10-23 09:00"))
    own.server.service.spoil(event, name)
    events, _flaws = await read(own)
    assert {at("2026-10-20 09:00"), at("2026-10-23 09:00")} <= {each.start for each in events}


@pytest.mark.shows("R14")
@pytest.mark.logs("Exchange: ZeroDivisionError in <lambda>")
async def test_call_when_it_fails_as_nobody_expects_then_it_counts_as_passing_and_stands_in_the_log(own: EwsWorld) -> None:
    with pytest.raises(Unreachable, match="ZeroDivisionError"):
        await own.provider._do(lambda _mailbox: 1 // 0)
    assert await own.provider.calendars()
