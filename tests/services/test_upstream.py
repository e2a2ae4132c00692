"""What owners change in their calendar itself, as their bookings, their visitors and they themselves notice it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.booking import AttemptKind, Booking, Cause, Promised, State
from app.domain.calendars import Event, ShowAs
from app.domain.clock import DAY, HOUR, Instant
from app.domain.connections import Access, Account, Calendar, ProviderKind
from app.domain.errors import NotFound
from app.domain.events import Cancelled, Fact, Rescheduled, UpstreamNoted
from app.domain.mails import Mail, MailKind, MailState
from app.domain.notices import NoticeKind
from app.domain.outbox import JobKind
from app.domain.overview import Upstream, UpstreamChange
from app.models import accounts, bookings, calendars, mails, outbox
from app.models.base import Session
from app.services.following import Following
from app.services.workspace import Workspace
from tests.services.opened import StandingClock, at, furnished, page, settle, wish

pytestmark = [pytest.mark.anyio, pytest.mark.shows("SYNC-5")]
HALF = 1800


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
async def workspace(tmp_path: Path, clock: StandingClock) -> AsyncIterator[Workspace]:
    opened = await furnished(tmp_path, clock, page(1, guests_max=3))
    yield opened
    await opened.close()


class Desk:
    """The owner at their calendar, and the readings that follow."""

    def __init__(self, workspace: Workspace, clock: StandingClock) -> None:
        self.workspace, self.clock = workspace, clock

    async def booked(self, start: Instant, email: str = "ida@example.org", guests: tuple[str, ...] = ()) -> Booking:
        """A booking whose event stands in the calendar."""
        request = wish(start, email=email)
        answer = await self.workspace.bookings.book(replace(request, visitor=replace(request.visitor, guests=guests)))
        assert isinstance(answer, Promised), answer
        await settle(self.workspace)
        self.clock.at += 60
        return await self.booking(answer.booking)

    async def booking(self, booking_id: str) -> Booking:
        return await self.workspace.bookings.get(booking_id)

    async def event(self, booking: Booking) -> Event:
        event = await self.workspace.database.read(
            lambda session: calendars.find_event_by_booking(session, "local", booking.id)
        )
        assert event is not None
        return event

    async def read(
        self, changed: Iterable[Event] = (), gone: Iterable[str] = (), calendar: str = "local", began: Instant = 0
    ) -> tuple[Fact, ...]:
        """One reading that brought this, put into the copy as the sync engine does it."""
        self.clock.at += 60
        changed, gone = tuple(changed), tuple(gone)

        def write(session: Session) -> tuple[Fact, ...]:
            found = next(each for each in accounts.list_calendars(session) if each.id == calendar)
            names = (*(each.id for each in changed), *gone)
            stood = {name: calendars.get_event(session, calendar, name) for name in names}
            calendars.upsert_events(session, calendar, changed)
            calendars.delete_events(session, calendar, gone)
            before = {name: each for name, each in stood.items() if each is not None and each not in changed}
            read = replace(found, read_at=began or self.clock.at)
            return Following(self.clock)(session, read, changed, gone, False, before)

        return await self.workspace.database.write(write)

    async def moves(self, booking: Booking, start: Instant, length: int = HALF) -> tuple[Fact, ...]:
        return await self.read([replace(await self.event(booking), start=start, end=start + length)])

    async def letters(self) -> tuple[Mail, ...]:
        return await self.workspace.database.read(mails.open_mails)

    async def notices(self) -> list[tuple[NoticeKind, str]]:
        """Those about what the owner did, in order."""
        kinds = (NoticeKind.CANCELLED, NoticeKind.RESCHEDULED, NoticeKind.GUEST_DECLINED)
        return [(each.kind, each.reason) for each in await self.workspace.notices.pending() if each.kind in kinds]

    async def open(self) -> tuple[UpstreamChange, ...]:
        return (await self.workspace.overview.load()).upstream

    async def owed(self, booking: Booking) -> int:
        return len(await self.workspace.database.read(lambda session: outbox.pending_for(session, booking.id)))

    async def taken(self) -> bool:
        """Whether the page offers Tuesday 10:00."""
        return at(13, 10) not in await self.workspace.availability.starts("page1", 30, at(13, 10), at(13, 11))


@pytest.fixture
def desk(workspace: Workspace, clock: StandingClock) -> Desk:
    return Desk(workspace, clock)


async def test_a_booking_whose_event_is_deleted_is_cancelled_and_its_visitor_is_told_after_the_owners_yes(desk: Desk) -> None:
    booking = await desk.booked(at(13, 10))
    assert await desk.taken()
    (fact,) = await desk.read(gone=[(await desk.event(booking)).id])
    after = await desk.booking(booking.id)
    assert fact == Cancelled(after, Cause.UPSTREAM)
    assert (after.state, after.sequence) == (State.CANCELLED, booking.sequence + 1)
    assert not await desk.taken()
    assert await desk.owed(booking) == 0
    assert await desk.notices() == [(NoticeKind.CANCELLED, "upstream")]
    history = await desk.workspace.database.read(lambda session: bookings.history(session, booking.id))
    assert (history[-1].state, history[-1].cause) == (State.CANCELLED, Cause.UPSTREAM)
    overview = await desk.workspace.overview.load()
    assert overview.attempts[0].kind is AttemptKind.CANCELLED
    (change,) = overview.upstream
    assert (change.kind, change.booking, change.at) == (Upstream.DELETED, after, desk.clock.at)
    assert overview.mails_waiting == 0
    (letter,) = await desk.letters()
    assert (letter.kind, letter.state, letter.to) == (MailKind.CANCELLED, MailState.HELD, "ida@example.org")
    assert (letter.about, letter.start, letter.title, letter.name) == (booking.id, at(13, 10), "Page 1", "Ida Winther")
    await desk.workspace.bookings.settle_upstream(change.id, True)
    overview = await desk.workspace.overview.load()
    assert (overview.upstream, overview.mails_waiting) == ((), 1)
    with pytest.raises(NotFound):
        await desk.workspace.bookings.settle_upstream(change.id, True)


async def test_a_visitor_is_not_told_when_the_owner_says_no(desk: Desk) -> None:
    booking = await desk.booked(at(13, 10))
    await desk.moves(booking, at(14, 12))
    (change,) = await desk.open()
    await desk.workspace.bookings.settle_upstream(change.id, False)
    assert await desk.open() == ()
    assert await desk.letters() == ()
    assert (await desk.workspace.overview.load()).mails_waiting == 0


async def test_a_booking_whose_event_is_moved_follows_and_its_visitor_is_told_after_the_owners_yes(desk: Desk) -> None:
    booking = await desk.booked(at(13, 10))
    (fact,) = await desk.moves(booking, at(14, 12), HOUR)
    after = await desk.booking(booking.id)
    assert fact == Rescheduled(after, Cause.UPSTREAM)
    assert (after.start, after.end, after.state) == (at(14, 12), at(14, 13), State.WRITTEN)
    assert after.sequence == booking.sequence + 1
    assert await desk.owed(booking) == 0
    assert not await desk.taken()
    assert await desk.notices() == [(NoticeKind.RESCHEDULED, "upstream")]
    (change,) = await desk.open()
    assert (change.kind, change.booking, change.before, change.wanted) == (Upstream.MOVED, after, at(13, 10), 0)
    (letter,) = await desk.letters()
    assert (letter.kind, letter.state, letter.start, letter.before) == (
        MailKind.RESCHEDULED, MailState.HELD, at(14, 12), at(13, 10),
    )  # fmt: skip
    await desk.workspace.bookings.settle_upstream(change.id, True)
    (letter,) = await desk.letters()
    assert letter.state is MailState.WAITING


async def test_a_booking_follows_when_its_event_was_put_back_before_any_reading_saw_it_twice(desk: Desk) -> None:
    booking = await desk.booked(at(13, 10))
    back = await desk.event(booking)
    await desk.moves(booking, at(14, 12))
    # What is read right before another booking goes into the copy without being followed.
    await desk.workspace.database.write(lambda session: calendars.upsert_events(session, "local", [back]))
    assert [type(fact) for fact in await desk.read([back])] == [Rescheduled]
    assert (await desk.booking(booking.id)).start == at(13, 10)


async def test_one_letter_is_held_when_an_event_is_moved_twice_and_none_when_it_is_moved_back(desk: Desk) -> None:
    booking = await desk.booked(at(13, 10))
    await desk.moves(booking, at(14, 12))
    await desk.moves(booking, at(15, 12))
    (change,) = await desk.open()
    (letter,) = await desk.letters()
    assert (change.before, change.booking.start) == (letter.before, letter.start) == (at(13, 10), at(15, 12))
    await desk.moves(booking, at(13, 10))
    assert (await desk.booking(booking.id)).start == at(13, 10)
    assert await desk.open() == ()
    assert await desk.letters() == ()


async def test_only_the_cancellation_is_told_when_a_moved_event_is_deleted(desk: Desk) -> None:
    booking = await desk.booked(at(13, 10))
    await desk.moves(booking, at(14, 12))
    await desk.read(gone=[(await desk.event(booking)).id])
    (change,) = await desk.open()
    (letter,) = await desk.letters()
    assert change.kind is Upstream.DELETED
    assert (letter.kind, letter.start, letter.before) == (MailKind.CANCELLED, at(14, 12), at(13, 10))


@pytest.mark.parametrize("answered", [True, False])
async def test_a_question_is_moot_when_the_booking_is_moved_here_meanwhile(desk: Desk, answered: bool) -> None:
    booking = await desk.booked(at(13, 10))
    await desk.moves(booking, at(14, 12))
    (change,) = await desk.open()
    await desk.workspace.bookings.reschedule(booking.id, at(15, 9))
    assert await desk.open() == ()
    if answered:
        await desk.workspace.bookings.settle_upstream(change.id, True)
    assert (await desk.workspace.overview.load()).mails_waiting == 0
    await settle(desk.workspace)
    desk.clock.at += 60
    await desk.moves(booking, at(16, 9))
    (change,) = await desk.open()
    (letter,) = await desk.letters()
    assert change.before == letter.before == at(15, 9)


async def test_nothing_follows_when_the_calendar_says_what_was_written(desk: Desk) -> None:
    booking = await desk.booked(at(13, 10))
    assert await desk.read([await desk.event(booking)]) == ()
    assert await desk.read([replace(await desk.event(booking), title="Intro with Ida", tag="2", location="Room 4")]) == ()
    assert await desk.booking(booking.id) == booking
    assert await desk.open() == ()


@pytest.mark.shows("SYNC-4")
async def test_the_outbox_has_the_last_word_while_a_write_is_owed(desk: Desk) -> None:
    booking = await desk.booked(at(13, 10))
    event = await desk.event(booking)
    await desk.workspace.bookings.reschedule(booking.id, at(15, 9))
    assert await desk.owed(booking) == 1
    assert await desk.read([replace(event, start=at(14, 12), end=at(14, 12) + HALF)]) == ()
    assert await desk.read(gone=[event.id]) == ()
    await settle(desk.workspace)
    after = await desk.booking(booking.id)
    assert (after.state, after.start) == (State.WRITTEN, at(15, 9))
    assert (await desk.event(booking)).start == at(15, 9)


async def test_an_answer_that_was_asked_for_before_a_change_here_is_not_taken_for_a_change_there(desk: Desk) -> None:
    booking = await desk.booked(at(13, 10))
    event, began = await desk.event(booking), desk.clock.at
    desk.clock.at += 5
    await desk.workspace.bookings.reschedule(booking.id, at(15, 9))
    await settle(desk.workspace)
    assert await desk.read([event], began=began) == ()
    assert await desk.read(gone=[event.id], began=began) == ()
    assert (await desk.booking(booking.id)).start == at(15, 9)


@pytest.mark.shows("R21")
async def test_a_booking_that_was_made_while_the_clock_was_ahead_follows_its_event_once_the_clock_is_right(desk: Desk) -> None:
    desk.clock.at += 8 * HOUR
    moved, deleted = await desk.booked(at(14, 10)), await desk.booked(at(14, 12), "bo@example.org")
    desk.clock.at -= 8 * HOUR
    await desk.moves(moved, at(14, 14))
    await desk.read(gone=[(await desk.event(deleted)).id])
    assert (await desk.booking(moved.id)).start == at(14, 14)
    assert (await desk.booking(deleted.id)).state is State.CANCELLED


@pytest.mark.shows("SYNC-4")
async def test_an_answer_that_still_shows_what_was_before_our_write_moves_nothing_back(desk: Desk) -> None:
    booking = await desk.booked(at(13, 10))
    late = await desk.event(booking)
    await desk.workspace.bookings.reschedule(booking.id, at(15, 9))
    await settle(desk.workspace)
    await desk.workspace.database.write(lambda session: calendars.upsert_events(session, "local", [late]))
    assert await desk.read([late]) == ()
    assert (await desk.booking(booking.id)).start == at(15, 9)
    desk.clock.at += 600
    (fact,) = await desk.read([late])
    assert isinstance(fact, Rescheduled)
    assert (await desk.booking(booking.id)).start == at(13, 10)


async def test_a_write_that_was_refused_for_good_is_no_change_in_the_calendar_until_the_owner_makes_one(desk: Desk) -> None:
    booking = await desk.booked(at(13, 10))
    event = await desk.event(booking)
    await desk.workspace.bookings.reschedule(booking.id, at(15, 9))

    def refuse(session: Session) -> None:
        (job,) = outbox.lease(session, "worker", desk.clock.at, 60, 5)
        outbox.bury(session, job.number, "worker", "Conflict", desk.clock.at)

    await desk.workspace.database.write(refuse)
    assert await desk.read([replace(event, title="Another word")]) == ()
    assert (await desk.booking(booking.id)).start == at(15, 9)
    await desk.moves(booking, at(14, 12))
    assert (await desk.booking(booking.id)).start == at(14, 12)


async def test_a_booking_that_is_over_stays_when_its_event_leaves_the_window_or_is_changed(desk: Desk) -> None:
    booking = await desk.booked(at(13, 10))
    event = await desk.event(booking)
    desk.clock.at = at(14, 12)
    assert await desk.read([replace(event, start=at(20, 9), end=at(20, 10), declined=("ida@example.org",))]) == ()
    assert await desk.read(gone=[event.id]) == ()
    assert await desk.booking(booking.id) == booking
    assert await desk.open() == ()


async def test_two_bookings_change_places_when_their_events_do(desk: Desk) -> None:
    one, two = await desk.booked(at(13, 10)), await desk.booked(at(13, 11), "bo@example.org")
    events = [
        replace(await desk.event(one), start=at(13, 11), end=at(13, 11, 30)),
        replace(await desk.event(two), start=at(13, 10), end=at(13, 10, 30)),
    ]
    assert [type(fact) for fact in await desk.read(events)] == [Rescheduled, Rescheduled]
    one, two = await desk.booking(one.id), await desk.booking(two.id)
    assert [(each.start, each.state, each.seat) for each in (one, two)] == [
        (at(13, 11), State.WRITTEN, 0),
        (at(13, 10), State.WRITTEN, 0),
    ]
    assert len(await desk.open()) == 2


async def test_a_booking_keeps_its_time_and_the_owner_is_told_once_when_its_event_is_put_on_another_one(desk: Desk) -> None:
    one, two = await desk.booked(at(13, 10)), await desk.booked(at(13, 14), "bo@example.org")
    assert await desk.moves(one, at(13, 14)) == (UpstreamNoted(one.id),)
    assert (await desk.booking(one.id)).start == at(13, 10)
    (change,) = await desk.open()
    assert (change.kind, change.booking.id, change.before, change.wanted) == (Upstream.MOVED, one.id, at(13, 10), at(13, 14))
    assert await desk.notices() == [(NoticeKind.RESCHEDULED, "overlap")]
    assert await desk.letters() == ()
    await desk.workspace.bookings.settle_upstream(change.id, False)
    assert await desk.read([await desk.event(one)]) == ()
    assert await desk.open() == ()
    assert len(await desk.notices()) == 1
    facts = await desk.moves(two, at(13, 16))
    assert {fact.booking.id for fact in facts if isinstance(fact, Rescheduled)} == {one.id, two.id}
    assert [(await desk.booking(each.id)).start for each in (one, two)] == [at(13, 14), at(13, 16)]
    assert {each.booking.id: each.before for each in await desk.open()} == {one.id: at(13, 10), two.id: at(13, 14)}


async def test_both_events_on_one_time_leave_one_booking_where_it_was_and_the_others_go_on(desk: Desk) -> None:
    one, two, three = [await desk.booked(at(13, hour), f"{hour}@example.org") for hour in (10, 11, 12)]
    events = [replace(await desk.event(each), start=at(14, 10), end=at(14, 10, 30)) for each in (one, two)]
    third = replace(await desk.event(three), start=at(14, 11), end=at(14, 11, 30))
    facts = await desk.read([*events, third])
    assert len([each for each in facts if isinstance(each, Rescheduled)]) == 2
    starts = [(await desk.booking(each.id)).start for each in (one, two, three)]
    assert sorted(starts[:2]) in ([at(13, 10), at(14, 10)], [at(13, 11), at(14, 10)])
    assert starts[2] == at(14, 11)
    assert sorted(bool(each.wanted) for each in await desk.open()) == [False, False, True]


@pytest.mark.parametrize("unnamed", [True, False])
async def test_a_clash_is_over_when_the_event_is_put_back_or_the_booking_is_moved_here(desk: Desk, unnamed: bool) -> None:
    one, two = await desk.booked(at(13, 10)), await desk.booked(at(13, 14), "bo@example.org")
    await desk.moves(one, at(13, 14))
    await desk.moves(one, at(13, 10))
    assert await desk.open() == ()
    await desk.moves(one, at(13, 14))
    assert len(await desk.open()) == 1
    late = await desk.event(one)
    desk.clock.at += 60
    await desk.workspace.bookings.reschedule(one.id, at(15, 9))
    await settle(desk.workspace)
    # A service may show a change of ours a moment late.
    await desk.workspace.database.write(lambda session: calendars.upsert_events(session, "local", [late]))
    desk.clock.at += 600 if unnamed else 60
    away = replace(await desk.event(two), start=at(13, 16), end=at(13, 16, 30))
    await desk.read([away] if unnamed else [away, late])
    assert (await desk.booking(one.id)).start == at(15, 9)
    assert [each.booking.id for each in await desk.open()] == [two.id]


@pytest.mark.parametrize("length", [0, 40 * DAY])
async def test_a_booking_keeps_its_time_when_its_event_gets_a_length_that_no_booking_has(desk: Desk, length: int) -> None:
    booking = await desk.booked(at(13, 10))
    assert await desk.moves(booking, at(14, 10), length) == (UpstreamNoted(booking.id),)
    assert (await desk.booking(booking.id)).start == at(13, 10)
    (change,) = await desk.open()
    assert change.wanted == at(14, 10)


async def test_a_guest_who_declines_is_told_once_and_forgotten_when_they_come_after_all(desk: Desk) -> None:
    booking = await desk.booked(at(13, 10), guests=("Bo@example.org", "eva@example.org"))
    event = await desk.event(booking)
    told = replace(event, declined=("bo@example.org",))
    assert await desk.read([told]) == (UpstreamNoted(booking.id),)
    (change,) = await desk.open()
    assert (change.kind, change.who, change.booking.id) == (Upstream.DECLINED, ("Bo@example.org",), booking.id)
    assert await desk.notices() == [(NoticeKind.GUEST_DECLINED, "upstream")]
    assert (await desk.booking(booking.id)).state is State.WRITTEN
    await desk.workspace.bookings.settle_upstream(change.id, False)
    await desk.read([replace(told, tag="3")])
    assert await desk.open() == ()
    await desk.read([replace(told, declined=("bo@example.org", "IDA@example.org", "stranger@example.org"))])
    (change,) = await desk.open()
    assert change.who == ("ida@example.org", "Bo@example.org")
    assert len(await desk.notices()) == 2
    await desk.read([replace(told, declined=("bo@example.org",))])
    (change,) = await desk.open()
    assert change.who == ("Bo@example.org",)
    assert len(await desk.notices()) == 2
    await desk.read([replace(event, tag="5")])
    assert await desk.open() == ()
    assert await desk.letters() == ()
    await desk.read([told])
    assert len(await desk.open()) == 1


@pytest.mark.parametrize("name", ["0 copy", "zz copy"])
async def test_a_copy_of_a_bookings_event_moves_nothing_and_takes_time_away(desk: Desk, name: str) -> None:
    booking = await desk.booked(at(15, 10))
    event = await desk.event(booking)
    copy = replace(event, id=name, start=at(13, 10), end=at(13, 10, 30), created=event.created + 60, uid=name, key="")
    assert await desk.read([copy]) == ()
    assert await desk.booking(booking.id) == booking
    assert await desk.taken()
    assert await desk.read(gone=[name]) == ()
    assert not await desk.taken()
    assert (await desk.booking(booking.id)).state is State.WRITTEN


async def test_a_booking_goes_on_in_the_copy_when_its_event_was_cut_and_pasted(desk: Desk) -> None:
    booking = await desk.booked(at(15, 10))
    event = await desk.event(booking)
    pasted = replace(event, id="pasted", start=at(16, 10), end=at(16, 10, 30))
    (fact,) = await desk.read([pasted], gone=[event.id])
    assert isinstance(fact, Rescheduled)
    assert (await desk.booking(booking.id)).start == at(16, 10)


async def test_an_event_that_comes_back_from_the_bin_takes_time_away_but_brings_no_booking_back(desk: Desk) -> None:
    booking = await desk.booked(at(13, 10))
    event = await desk.event(booking)
    await desk.read(gone=[event.id])
    assert await desk.read([event]) == ()
    assert (await desk.booking(booking.id)).state is State.CANCELLED
    assert await desk.taken()


async def test_an_event_of_another_workspaces_booking_is_the_owners_own(desk: Desk) -> None:
    stranger = Event("far", "local", at(13, 10), at(13, 11), "Elsewhere", show_as=ShowAs.BUSY, booking="unknown")
    assert await desk.read([stranger]) == ()
    assert await desk.taken()


async def test_a_booking_stays_when_its_event_goes_to_another_calendar_of_the_owner(desk: Desk) -> None:
    booking = await desk.booked(at(13, 10))
    event = await desk.event(booking)

    def connect(session: Session) -> None:
        accounts.save_account(session, Account("g", ProviderKind.GOOGLE, "anna", primary=False, connected_at=2))
        accounts.save_calendar(session, Calendar("team", "g", "Team", "Europe/Copenhagen", Access.EDIT))

    await desk.workspace.database.write(connect)
    there = replace(event, calendar="team", start=at(16, 10), end=at(16, 10, 30))
    assert await desk.read([there], calendar="team") == ()
    assert await desk.read(gone=[event.id]) == ()
    assert (await desk.booking(booking.id)).state is State.WRITTEN
    (fact,) = await desk.read([replace(there, tag="2")], calendar="team")
    assert isinstance(fact, Rescheduled)
    assert (await desk.booking(booking.id)).start == at(16, 10)


async def test_a_booking_that_lost_its_event_owes_nothing_more_to_the_calendar_when_it_is_cancelled_here(desk: Desk) -> None:
    booking = await desk.booked(at(13, 10))
    await desk.workspace.bookings.cancel(booking.id)
    jobs = await desk.workspace.database.read(lambda session: outbox.pending_for(session, booking.id))
    assert [each.kind for each in jobs] == [JobKind.DELETE]
    assert await desk.read(gone=[(await desk.event(booking)).id]) == ()
    assert await desk.open() == ()
    assert await desk.letters() == ()
