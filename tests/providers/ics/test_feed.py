"""Calendars behind a link: what is asked, what a bad server or a hostile file can do, and how one is connected."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from collections.abc import Iterable

import pytest

from app.domain.calendars import Event
from app.domain.connections import Access, Flaw, Lost
from app.domain.errors import AccessLost, Conflict, InvalidFields, RateLimited, SignInFailed, Unreachable, Unreadable
from app.providers.base import Connector as ConnectorProtocol
from app.providers.ics.connector import Connector
from app.providers.ics.feed import EVERY, LASTING, Feed
from app.providers.ics.limits import LARGEST
from tests.providers.contract import END, START, seen, timed, writes
from tests.providers.ics.files import DAY, calendar, event
from tests.providers.ics.worlds import FeedWorld, server

pytestmark = pytest.mark.anyio


@pytest.fixture
def world() -> FeedWorld:
    return FeedWorld()


def later(world: FeedWorld) -> None:
    world.clock.at += EVERY


# Asking


@pytest.mark.shows("SYNC-1")
@pytest.mark.parametrize(("etag", "modified", "status"), [(True, False, 304), (False, True, 304), (False, False, 200)])
async def test_changes_when_nothing_is_new_then_the_answer_is_empty(
    world: FeedWorld, etag: bool, modified: bool, status: int
) -> None:
    world.file.etag, world.file.modified = etag, modified
    await world.add(timed("a", "2026-10-20 09:00"))
    first = await world.provider.changes(world.calendar, "", START, END)
    later(world)
    second = await world.provider.changes(world.calendar, first.token, START, END)
    assert (second.events, second.gone, second.full) == ((), (), False)
    assert [each.status for each in server().of(world.path)] == [200, status]


@pytest.mark.shows("SYNC-1")
async def test_changes_when_only_time_stamps_are_new_then_nothing_is_told(world: FeedWorld) -> None:
    text = calendar(event("DTSTAMP:20260101T000000Z", "DTSTART:20261020T070000Z"))
    world.file.write(text.encode())
    first = await world.provider.changes(world.calendar, "", START, END)
    later(world)
    world.file.write(text.replace("DTSTAMP:2026", "DTSTAMP:2027").encode())
    assert not (await world.provider.changes(world.calendar, first.token, START, END)).full


@pytest.mark.shows("SYNC-1")
async def test_changes_when_asked_again_within_five_minutes_then_the_server_is_left_alone(world: FeedWorld) -> None:
    token = (await world.provider.changes(world.calendar, "", START, END)).token
    await world.provider.changes(world.calendar, token, START, END)
    assert len(server().of(world.path)) == 1
    await world.provider.read_window(world.calendar, START, END)
    assert len(server().of(world.path)) == 2
    later(world)
    await world.provider.changes(world.calendar, token, START, END)
    assert len(server().of(world.path)) == 3


async def test_read_when_the_answer_is_packed_then_it_is_unpacked(world: FeedWorld) -> None:
    world.file.packed = True
    await world.add(timed("a", "2026-10-20 09:00"))
    assert len(await seen(world)) == 1


async def test_read_when_the_feed_has_moved_then_it_is_followed(world: FeedWorld) -> None:
    await world.add(timed("a", "2026-10-20 09:00"))
    moved = FeedWorld()
    moved.file.redirect = world.address
    assert [each.title for each in await seen(moved)] == ["Event a"]


@pytest.mark.parametrize("where", ["ftp://127.0.0.1/x", "file:///etc/passwd", ""])
async def test_read_when_it_is_sent_elsewhere_than_to_the_web_then_it_is_not_followed(world: FeedWorld, where: str) -> None:
    world.file.redirect = where or world.address
    with pytest.raises(Unreachable):
        await seen(world)
    assert len(server().of(world.path)) <= 6


# What goes wrong


@pytest.mark.shows("INACT-1")
@pytest.mark.parametrize(
    ("status", "reason"), [(404, Lost.REMOVED), (410, Lost.REMOVED), (401, Lost.UNSHARED), (403, Lost.UNSHARED)]
)
async def test_read_when_the_feed_is_gone_or_closed_then_access_is_lost(world: FeedWorld, status: int, reason: Lost) -> None:
    world.file.status = status
    with pytest.raises(AccessLost) as lost:
        await seen(world)
    assert (lost.value.account, lost.value.calendar, lost.value.reason) == ("account", world.calendar, reason)
    assert await world.provider.calendars() == ()


async def test_read_when_the_server_limits_us_then_it_says_for_how_long(world: FeedWorld) -> None:
    world.file.status, world.file.headers = 429, {"Retry-After": "17"}
    with pytest.raises(RateLimited) as limited:
        await seen(world)
    assert limited.value.retry_after == 17


def ill(world: FeedWorld, how: str) -> None:
    file = world.file
    file.etag = False
    if how in ("500", "503", "302 without end"):
        file.status = int(how[:3])
    elif how == "captive portal":
        file.body, file.kind = b"<html><title>Welcome to the airport</title></html>", "text/html"
    elif how == "half":
        file.body, file.half = calendar(event("DTSTART:20261020T070000Z")).encode(), True
    elif how == "half packed":
        file.body, file.headers = gzip.compress(b"BEGIN:VCALENDAR\r\n" * 1000)[:-20], {"Content-Encoding": "gzip"}
    elif how == "not packed as told":
        file.headers = {"Content-Encoding": "gzip"}
    elif how == "packed otherwise":
        file.headers = {"Content-Encoding": "br"}
    elif how == "endless":
        file.endless = True
    elif how == "too large":
        file.body = b"BEGIN:VCALENDAR\r\n" + b" " * LARGEST
    elif how == "swells":
        file.body, file.packed = b"BEGIN:VCALENDAR\r\n" + b" " * (3 * LARGEST), True
    elif how == "breaks off":
        file.drops = 1


@pytest.mark.shows("INACT-1", "R24")
@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "how",
    ["500", "503", "captive portal", "half", "half packed", "not packed as told", "packed otherwise", "endless", "too large",
     "swells", "breaks off"],
)  # fmt: skip
async def test_changes_when_the_server_is_ill_then_it_is_unreachable_and_the_old_copy_stays(world: FeedWorld, how: str) -> None:
    await world.add(timed("a", "2026-10-20 09:00"))
    token = (await world.provider.changes(world.calendar, "", START, END)).token
    before = world.file.body
    later(world)
    ill(world, how)
    with pytest.raises(Unreachable) as failed:
        await world.provider.changes(world.calendar, token, START, END)
    assert "secret" not in str(failed.value) + repr(failed.value.__cause__)
    world.file.__init__(before)  # type: ignore[misc]
    assert (await world.provider.changes(world.calendar, token, START, END)).events == ()
    assert len(await seen(world)) == 1


@pytest.mark.shows("R24", "CON-1")
async def test_changes_when_parts_of_the_feed_are_broken_then_that_is_told_until_it_is_whole(world: FeedWorld) -> None:
    whole = calendar(event("DTSTART:20261020T070000Z"))
    world.file.write(whole.replace("END:VCALENDAR", "BEGIN:VEVENT\r\nUID:b\r\nEND:VEVENT\r\nEND:VCALENDAR").encode())
    first = await world.provider.changes(world.calendar, "", START, END)
    assert first.flaws == ((Flaw.LEFT_OUT, 1),)
    # As long as nothing is new, at once and later, and after the next start of the program.
    for provider in (world.provider, world.connect()):
        again = await provider.changes(world.calendar, first.token, START, END)
        assert (again.full, again.flaws) == (False, first.flaws)
        later(world)
    world.file.write(whole.encode())
    mended = await world.provider.changes(world.calendar, first.token, START, END)
    assert (len(mended.events), mended.flaws) == (1, ())
    later(world)
    assert (await world.provider.changes(world.calendar, mended.token, START, END)).flaws == ()


@pytest.mark.shows("R24", "CON-1")
@pytest.mark.parametrize(
    ("body", "flaw"), [(b"x" * (LARGEST + 1), Flaw.TOO_LARGE), (b"<!doctype html>", Flaw.NO_CALENDAR)], ids=["large", "page"]
)
async def test_changes_when_the_whole_feed_cannot_be_read_then_why_is_told_and_the_old_token_stays_good(
    world: FeedWorld, body: bytes, flaw: Flaw
) -> None:
    good = calendar(event("DTSTART:20261020T070000Z")).encode()
    world.file.write(good)
    token = (await world.provider.changes(world.calendar, "", START, END)).token
    later(world)
    world.file.write(body)
    with pytest.raises(Unreadable) as failed:
        await world.provider.changes(world.calendar, token, START, END)
    assert failed.value.flaw == flaw
    world.file.write(good)
    assert (await world.provider.changes(world.calendar, token, START, END)).flaws == ()


MONDAY, TUESDAY = "DTSTART:20261019T070000Z", "DTSTART:20261020T070000Z"
HOUR = "DURATION:PT1H"
WEEKS = event(MONDAY, HOUR, "RRULE:FREQ=WEEKLY;COUNT=2", uid="series")
MOVED = event("RECURRENCE-ID:20261026T070000Z", "DTSTART:20261028T070000Z", HOUR, uid="series")


def broken(world: FeedWorld, text: str, before: str) -> None:
    """The feed is ``text`` from now on, and its transfer ends before ``before``."""
    world.file.write(text.encode())
    world.file.breaks_at = text.encode().index(before.encode())


def busy(events: Iterable[Event]) -> set[tuple[int, int]]:
    return {(each.start, each.end) for each in events}


@pytest.mark.shows("R24", "SYNC-1")
async def test_changes_when_a_transfer_breaks_off_then_it_adds_and_takes_nothing_away(world: FeedWorld) -> None:
    first = event(TUESDAY, HOUR, uid="first")
    world.file.write(calendar(first, WEEKS, MOVED, event("DTSTART:20261021T070000Z", HOUR, uid="last")).encode())
    whole = await world.provider.changes(world.calendar, "", START, END)
    later(world)
    new = event("DTSTART:20261022T070000Z", HOUR, uid="new")
    broken(world, calendar(first, new, WEEKS, MOVED), "DURATION:PT1H\r\nEND:VEVENT\r\nEND:VCALENDAR")
    cut = await world.provider.changes(world.calendar, whole.token, START, END)
    assert (cut.full, cut.gone, cut.flaws) == (False, (), ((Flaw.CUT_OFF, 1),))
    assert len(whole.events) == 4
    # The moved occurrence has lost its length in the cut, and keeps that of before.
    assert busy(cut.events) > busy(whole.events)
    assert len(cut.events) == 6
    assert {each.id for each in whole.events} <= {each.id for each in cut.events}
    # The same before a booking.
    assert busy(await world.provider.read_window(world.calendar, START, END)) == busy(cut.events)
    # As long as it is cut in the same way nothing is new, and the server's mark of the whole is not believed to be of this.
    again = await world.provider.changes(world.calendar, cut.token, START, END)
    assert (again.events, again.full, again.flaws) == ((), False, cut.flaws)
    later(world)
    world.file.breaks_at = 0
    mended = await world.provider.changes(world.calendar, again.token, START, END)
    assert (len(mended.events), mended.full, mended.flaws) == (4, True, ())


@pytest.mark.shows("R24", "SYNC-6")
async def test_changes_when_the_first_transfer_breaks_off_then_the_copy_stays_and_why_is_told(
    world: FeedWorld,
) -> None:
    text = calendar(event(MONDAY, HOUR, uid="first"), event(TUESDAY, HOUR, uid="last"))
    world.file.write(text.encode())
    token = (await world.provider.changes(world.calendar, "", START, END)).token
    provider = world.connect()
    later(world)
    broken(world, text.replace("Meeting", "Lunch"), "BEGIN:VEVENT\r\nUID:last")
    for calls in (provider.changes(world.calendar, token, START, END), provider.read_window(world.calendar, START, END)):
        with pytest.raises(Unreadable) as failed:
            await calls
        assert failed.value.flaw == Flaw.CUT_OFF
    # What stays so was made so, and is read as far as it goes.
    world.clock.at += LASTING
    cut = await provider.changes(world.calendar, token, START, END)
    assert (len(cut.events), cut.full, cut.gone, cut.flaws) == (1, False, (), ((Flaw.CUT_OFF, 1),))


@pytest.mark.shows("R24", "CON-1")
async def test_changes_when_a_feed_is_always_cut_then_what_it_has_goes_on_being_read(world: FeedWorld) -> None:
    token = ""
    for number in (1, 2, 3):
        texts = [event(f"DTSTART:2026102{each}T070000Z", HOUR, uid=f"u{each}") for each in range(1, number + 1)]
        broken(world, calendar(*texts), "END:VCALENDAR")
        cut = await world.provider.changes(world.calendar, token, START, END)
        assert (len(cut.events), cut.flaws) == (number, ((Flaw.CUT_OFF, 1),))
        assert len(await world.provider.read_window(world.calendar, START, END)) == number
        token = cut.token
        later(world)


async def test_read_when_nobody_answers_then_it_is_unreachable(world: FeedWorld) -> None:
    provider = Connector().provider("account", Feed("http://127.0.0.1:9/x", "f", "n", "UTC").dump(), _keep, world.clock)
    with pytest.raises(Unreachable):
        await provider.read_window("f", START, END)


async def test_read_when_the_server_is_slow_then_it_can_be_given_up(world: FeedWorld) -> None:
    world.file.hold.clear()
    waiting = asyncio.ensure_future(seen(world))
    done, _ = await asyncio.wait((waiting,), timeout=0.2)
    assert not done
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    world.file.hold.set()


@pytest.mark.shows("R24")
@pytest.mark.timeout(60)
async def test_read_when_a_file_is_hostile_then_its_time_is_busy_and_the_loop_goes_on(world: FeedWorld) -> None:
    world.file.write(
        calendar(
            event("DTSTART:20261012T070000Z", "DURATION:PT1S", "RRULE:FREQ=SECONDLY", title="Bomb"),
            event("DTSTART:20261013T070000Z", "DESCRIPTION:" + "x" * 1_000_000, uid="long"),
            "BEGIN:VEVENT\nUID:broken\nDTSTART:never\nEND:VEVENT",
            event("DTSTART:20261020T070000Z", "DTEND:20261020T080000Z", uid="u2", title="Dentist"),
        ).encode()
    )
    longest, running = 0.0, asyncio.ensure_future(seen(world, START, START + 400 * DAY))
    while not running.done():
        before = time.perf_counter()
        await asyncio.sleep(0.005)
        longest = max(longest, time.perf_counter() - before)
    found = running.result()
    assert "Dentist" in {each.title for each in found}
    assert len([each for each in found if each.title == "Bomb"]) <= 401
    assert longest < 0.5


@pytest.mark.shows("R24")
@pytest.mark.timeout(60)
async def test_read_when_reading_takes_too_long_then_it_is_given_up(world: FeedWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.providers.ics.aside.read_aside.__defaults__", (0.01,))
    with pytest.raises(Unreachable, match="too_long"):
        await seen(world)


@pytest.mark.shows("CON-1")
async def test_write_when_the_calendar_is_a_link_then_it_is_a_conflict(world: FeedWorld) -> None:
    for call in writes(world):
        with pytest.raises(Conflict):
            await call
    (found,) = await world.provider.calendars()
    assert found.access is Access.DETAILS


async def test_read_when_another_calendar_is_asked_for_then_it_is_gone(world: FeedWorld) -> None:
    with pytest.raises(AccessLost):
        await world.provider.read_window("another", START, END)


# Connecting


async def _keep(secret: bytes) -> None:
    raise AssertionError("nothing to keep")


async def sign_in(
    world: FeedWorld, address: str, name: str = "", cancel: asyncio.Event | None = None, limit: float = 60.0
) -> tuple[object, list[str]]:
    told: list[str] = []
    signed = await Connector().sign_in(
        {"address": address, "name": name}, lambda _: None, cancel or asyncio.Event(), told.append, world.clock, limit=limit
    )
    return signed, told


@pytest.mark.shows("CON-1")
async def test_sign_in_when_the_link_is_a_calendar_then_it_can_be_read(world: FeedWorld) -> None:
    await world.add(timed("a", "2026-10-20 09:00"))
    connector: ConnectorProtocol = Connector()
    told: list[str] = []
    signed = await connector.sign_in({"address": world.address}, lambda _: None, asyncio.Event(), told.append, world.clock)
    assert (signed.email, signed.name, told) == ("", "Kirsten", ["look", "calendars"])
    assert "secret" not in repr(signed)
    assert json.loads(signed.secret)["address"] == world.address
    provider = connector.provider("account", signed.secret, _keep, world.clock)
    (found,) = await provider.calendars()
    assert (found.name, found.zone, found.access) == ("Kirsten", "Europe/Copenhagen", Access.DETAILS)
    assert "secret" not in found.id + repr(provider)
    assert [each.title for each in await provider.read_window(found.id, START, END)] == ["Event a"]


async def test_sign_in_when_a_name_is_given_then_it_counts(world: FeedWorld) -> None:
    signed, _ = await sign_in(world, world.address, "  My holidays ")
    assert getattr(signed, "name", "") == "My holidays"


@pytest.mark.parametrize(
    ("how", "reason"),
    [("404", "server"), ("500", "server"), ("401", "password"), ("403", "password"), ("captive portal", "not_a_calendar"),
     ("too large", "too_large")],
)  # fmt: skip
async def test_sign_in_when_it_fails_then_it_says_why_and_not_where(world: FeedWorld, how: str, reason: str) -> None:
    if how.isdecimal():
        world.file.status = int(how)
    else:
        ill(world, how)
    with pytest.raises(SignInFailed) as failed:
        await sign_in(world, world.address)
    assert failed.value.reason == reason
    assert "secret" not in str(failed.value)


async def test_sign_in_when_it_is_cancelled_or_takes_too_long_then_it_ends_at_once(world: FeedWorld) -> None:
    world.file.hold.clear()
    cancel = asyncio.Event()
    asyncio.get_running_loop().call_later(0.1, cancel.set)
    with pytest.raises(SignInFailed, match="cancelled"):
        await sign_in(world, world.address, cancel=cancel)
    with pytest.raises(SignInFailed, match="time_out"):
        await sign_in(world, world.address, limit=0.1)
    world.file.hold.set()


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("", "missing"), ("  ", "missing"), ("ftp://example.com/a.ics", "scheme"), ("file:///etc/passwd", "scheme"),
        ("mailto:a@example.com", "scheme"), ("javascript:alert(1)", "scheme"), ("https://", "form"), ("https://a b/c", "form"),
        ("http://[::1", "form"), ("https://example.com:port/", "form"), ("calendar", "form"),
    ],
)  # fmt: skip
async def test_check_when_the_address_cannot_be_used_then_it_says_why(address: str, problem: str) -> None:
    assert Connector().check({"address": address}) == {"address": problem}
    with pytest.raises(InvalidFields):
        await sign_in(FeedWorld(), address)


@pytest.mark.parametrize(
    "address",
    [
        "webcal://example.com/a.ics",
        "https://example.com/a.ics?key=1",
        "example.com/a.ics",
        "http://127.0.0.1:80/a",
        "http://[::1]/",
    ],
)
def test_check_when_the_address_can_be_used_then_nothing_is_wrong(address: str) -> None:
    assert Connector().check({"address": address}) == {}
