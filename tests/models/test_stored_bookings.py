"""Bookings as they are stored: no overlap whatever writes, every change by compare-and-swap, a history of all of it."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.domain.booking import FOLLOWS, Cause, Change, State
from app.domain.clock import DAY, HOUR, MINUTE
from app.domain.errors import NotFound, SlotTaken, StateConflict
from app.models import bookings
from tests.models.made import HALF, NOON, booking, hash_of, inserting

pytestmark = pytest.mark.anyio
AT = NOON + DAY
FREE = (State.DECLINED, State.CANCELLED, State.RESCHEDULED, State.EXPIRED)


async def stored(database, found):
    return await database.read(lambda session: bookings.get_booking(session, found.id))


@pytest.mark.shows("BOOK-1")
async def test_a_booking_when_stored_comes_back_as_it_was(database):
    for number, state in enumerate(State):
        new = booking(AT + number * HOUR, state=state, seat=3, holds=True, offline=True, word="sorry", sequence=4)
        await database.write(inserting(new))
        assert await stored(database, new) == new


@pytest.mark.shows("BOOK-2")
@pytest.mark.parametrize(
    ("start", "length", "taken"),
    [
        (0, HALF, True),
        (-1, HALF, True),
        (HALF - 1, 60, True),
        (-HALF, 3 * HALF, True),
        (60, 60, True),
        (-HALF, HALF, False),
        (HALF, HALF, False),
    ],
)
async def test_a_time_when_half_taken_is_taken_and_when_adjacent_is_free(database, start, length, taken):
    first, second = booking(AT), booking(AT + start, length, page="another")
    await database.write(inserting(first))
    if taken:
        with pytest.raises(SlotTaken, match="overlap"):
            await database.write(inserting(second))
        assert await database.read(bookings.list_bookings) == (first,)
        assert await database.read(lambda session: bookings.history(session, second.id)) == ()
    else:
        await database.write(inserting(second))
        assert await stored(database, second) == second


@pytest.mark.shows("BOOK-2")
@pytest.mark.parametrize("state", FREE)
async def test_a_time_when_its_booking_no_longer_lives_is_free(database, state):
    await database.write(inserting(booking(AT, state=state)))
    await database.write(inserting(booking(AT)))


async def test_a_request_when_its_page_holds_it_keeps_its_time_and_else_does_not(database):
    await database.write(inserting(booking(AT, state=State.REQUESTED, holds=False)))
    await database.write(inserting(booking(AT, state=State.REQUESTED, holds=True)))
    with pytest.raises(SlotTaken):
        await database.write(inserting(booking(AT)))


async def test_another_seat_when_the_time_is_the_same_is_free(database):
    await database.write(inserting(booking(AT, seat=0)))
    await database.write(inserting(booking(AT, seat=1)))
    with pytest.raises(SlotTaken):
        await database.write(inserting(booking(AT + 60, seat=1)))


@pytest.mark.shows("BOOK-2")
@pytest.mark.parametrize(
    "change",
    [
        'UPDATE booking SET start = start - 1800, "end" = "end" - 1800 WHERE id = :id',
        'UPDATE booking SET "end" = "end" + 60 WHERE id = :before',
        "UPDATE booking SET state = 'held' WHERE id = :request",
        "UPDATE booking SET holds = 1 WHERE id = :request",
        "UPDATE booking SET seat = 0 WHERE id = :other_seat",
        "UPDATE booking SET state = 'confirmed'",
        "INSERT INTO booking SELECT 'new', page, slug, title, start + 60, \"end\", 'written', seat, holds, buffer_before,"
        " buffer_after, first_name, last_name, email, visitor_zone, language, guests, zone, created_at, changed_at, uid,"
        " sequence, location_kind, location_detail, colour, answers, consent, message, word, alternatives, offline"
        " FROM booking WHERE id = :id",
    ],
)
async def test_any_statement_when_it_would_overlap_is_refused_by_the_database(database, change):
    rows = {
        "before": booking(AT - HALF),
        "id": booking(AT),
        "request": booking(AT, state=State.REQUESTED),
        "other_seat": booking(AT, seat=7),
    }
    for row in rows.values():
        await database.write(inserting(row))
    ids = {name: row.id for name, row in rows.items() if f":{name}" in change}
    with pytest.raises(IntegrityError, match="slot_taken"):
        await database.write(lambda session: session.execute(text(change), ids))
    assert {each.id: each for each in await database.read(bookings.list_bookings)} == {row.id: row for row in rows.values()}


@pytest.mark.shows("BOOK-2")
async def test_the_guard_when_the_history_is_long_looks_at_one_row(database):
    """The plan of the trigger's query: a step in the index of live rows, no scan and no sort."""

    def plan(session):
        query = (
            "EXPLAIN QUERY PLAN SELECT \"end\" FROM booking WHERE seat = 0 AND start < 5 AND id <> 'x' "
            "AND (state IN ('held', 'confirmed', 'written') OR state = 'requested' AND holds = 1) ORDER BY start DESC LIMIT 1"
        )
        return [row[3] for row in session.exec_driver_sql(query)]

    (step,) = await database.read(plan)
    assert step == "SEARCH booking USING INDEX booking_live (seat=? AND start<?)"


@pytest.mark.shows("BOOK-1")
@pytest.mark.parametrize("have", State)
@pytest.mark.parametrize("want", State)
async def test_a_state_when_it_may_not_follow_is_refused_and_else_kept_with_its_cause(database, have, want):
    new = booking(AT, state=have)
    await database.write(inserting(new))
    begun = Change(NOON, have, Cause.VISITOR, new.start, new.end)

    def change(session):
        return bookings.change_state(session, new.id, want, Cause.HOST, NOON + 60, note="because")

    if want not in FOLLOWS[have]:
        with pytest.raises(StateConflict) as conflict:
            await database.write(change)
        assert (conflict.value.have, conflict.value.want) == (have, want)
        assert await stored(database, new) == new
        assert await database.read(lambda session: bookings.history(session, new.id)) == (begun,)
        return
    changed = await database.write(change)
    assert changed == await stored(database, new)
    assert (changed.state, changed.changed_at) == (want, NOON + 60)
    assert changed.sequence == (1 if want is State.CANCELLED else 0)
    assert changed.word == ("because" if want in (State.CANCELLED, State.DECLINED) else "")
    told = Change(NOON + 60, want, Cause.HOST, new.start, new.end, "because")
    assert await database.read(lambda session: bookings.history(session, new.id)) == (begun, told)


@pytest.mark.shows("BOOK-3")
async def test_a_request_when_accepted_at_another_time_takes_that_time(database):
    new = booking(AT, state=State.REQUESTED, holds=True)
    await database.write(inserting(new))
    other = AT + 3 * HOUR
    accepted = await database.write(
        lambda session: bookings.change_state(
            session, new.id, State.CONFIRMED, Cause.HOST, NOON + 60, start=other, end=other + HALF, holds=False
        )
    )
    assert (accepted.start, accepted.end, accepted.holds, accepted.sequence) == (other, other + HALF, False, 1)
    await database.write(inserting(booking(AT)))
    with pytest.raises(SlotTaken):
        await database.write(inserting(booking(other)))


@pytest.mark.shows("BOOK-2")
async def test_a_request_when_its_time_is_gone_cannot_be_accepted_and_stays_a_request(database):
    wish = booking(AT, state=State.REQUESTED)
    await database.write(inserting(wish))
    await database.write(inserting(booking(AT)))
    with pytest.raises(SlotTaken):
        await database.write(lambda session: bookings.change_state(session, wish.id, State.CONFIRMED, Cause.HOST, NOON))
    assert await stored(database, wish) == wish
    assert len(await database.read(lambda session: bookings.history(session, wish.id))) == 1


@pytest.mark.shows("BOOK-6")
@pytest.mark.parametrize("state", [State.CONFIRMED, State.WRITTEN])
async def test_a_booking_when_moved_takes_the_new_time_and_frees_the_old_one(database, state):
    new = booking(AT, state=state)
    await database.write(inserting(new))
    later = AT + 10 * MINUTE
    moved = await database.write(
        lambda session: bookings.move_booking(session, new.id, later, later + HALF, Cause.VISITOR, NOON + 60)
    )
    assert moved == replace(new, start=later, end=later + HALF, state=State.CONFIRMED, sequence=1, changed_at=NOON + 60)
    last = (await database.read(lambda session: bookings.history(session, new.id)))[-1]
    assert last == Change(
        NOON + 60, State.RESCHEDULED, Cause.VISITOR, later, later + HALF, "2026-11-25T12:00:00Z/2026-11-25T12:30:00Z"
    )
    await database.write(inserting(booking(AT, 10 * MINUTE)))
    with pytest.raises(SlotTaken):
        await database.write(inserting(booking(later + HALF - 60)))


@pytest.mark.shows("BOOK-6")
async def test_a_booking_when_its_new_time_is_taken_stays_where_it_was(database):
    new, other = booking(AT, state=State.WRITTEN), booking(AT + HOUR)
    await database.write(inserting(new))
    await database.write(inserting(other))
    with pytest.raises(SlotTaken):
        await database.write(
            lambda session: bookings.move_booking(session, new.id, AT + HOUR, AT + HOUR + HALF, Cause.VISITOR, NOON + 60)
        )
    assert await stored(database, new) == new
    assert len(await database.read(lambda session: bookings.history(session, new.id))) == 1
    found = await database.read(lambda session: bookings.booking_by_token(session, hash_of(new), new.end + 7 * DAY - 1))
    assert found == new


@pytest.mark.parametrize("state", [State.HELD, State.REQUESTED, *FREE])
async def test_a_booking_when_it_does_not_stand_cannot_be_moved(database, state):
    new = booking(AT, state=state)
    await database.write(inserting(new))
    with pytest.raises(StateConflict) as conflict:
        await database.write(lambda session: bookings.move_booking(session, new.id, AT + DAY, AT + DAY + 60, Cause.HOST, NOON))
    assert (conflict.value.have, conflict.value.want) == (state, State.RESCHEDULED)


async def test_a_booking_when_unknown_is_not_found(database):
    for unknown in (
        lambda session: bookings.get_booking(session, "x"),
        lambda session: bookings.change_state(session, "x", State.CANCELLED, Cause.HOST, NOON),
        lambda session: bookings.move_booking(session, "x", AT, AT + 60, Cause.HOST, NOON),
    ):
        with pytest.raises(NotFound):
            await database.write(unknown)


@pytest.mark.shows("BOOK-5", "S4")
async def test_a_manage_link_when_asked_for_leads_to_its_booking_until_it_expires(database):
    new = booking(AT)
    await database.write(inserting(new))

    def by(token, now):
        return database.read(lambda session: bookings.booking_by_token(session, token, now))

    end = new.end + 7 * DAY
    assert await by(hash_of(new), end - 1) == new
    assert await by(hash_of(new), end) is None
    assert await by(hash_of(booking()), NOON) is None
    assert await by(b"", NOON) is None


@pytest.mark.shows("BOOK-6")
async def test_a_manage_link_when_the_booking_moves_stays_and_ends_later(database):
    new = booking(AT)
    await database.write(inserting(new))
    start = AT + 30 * DAY
    await database.write(lambda session: bookings.move_booking(session, new.id, start, start + HALF, Cause.VISITOR, NOON))
    for at, works in ((new.end + 7 * DAY, True), (start + HALF + 7 * DAY - 1, True), (start + HALF + 7 * DAY, False)):
        found = await database.read(lambda session, at=at: bookings.booking_by_token(session, hash_of(new), at))
        assert (found is not None) is works


async def test_a_token_when_stored_is_not_in_the_file(database, workspace_folder):
    new = booking(AT)
    await database.write(inserting(new))
    database.close()
    raw = (workspace_folder / "aftale.db").read_bytes()
    assert f"token of {new.id}".encode() not in raw
    assert hash_of(new) in raw


async def test_bookings_when_asked_for_a_span_are_those_that_overlap_it(database):
    month = booking(AT - 30 * DAY, 31 * DAY, State.CANCELLED)
    rows = [month, booking(AT - HALF), booking(AT), booking(AT + HALF), booking(AT + 2 * HALF, state=State.REQUESTED)]
    held = booking(AT + 3 * HALF, state=State.REQUESTED, holds=True)
    for row in (*rows, held):
        await database.write(inserting(row))

    def between(start, end, states=None):
        return database.read(lambda session: bookings.bookings_between(session, start, end, states))

    assert await between(AT, AT + HALF) == (month, rows[2])
    assert await between(AT - 1, AT + HALF + 1) == (month, rows[1], rows[2], rows[3])
    assert await between(AT - DAY, AT + DAY, (State.REQUESTED,)) == (rows[4], held)
    assert await between(AT + DAY, AT + 2 * DAY) == ()
    live = await database.read(lambda session: bookings.live_between(session, AT - DAY, AT + DAY))
    assert live == (rows[1], rows[2], rows[3], held)


async def test_a_booking_when_longer_than_a_month_is_refused(database):
    with pytest.raises(IntegrityError, match="CHECK"):
        await database.write(inserting(booking(AT, 31 * DAY + 1)))
    with pytest.raises(IntegrityError, match="CHECK"):
        await database.write(inserting(booking(AT, 0)))


@pytest.mark.shows("BOOK-3")
async def test_requests_when_listed_come_oldest_first_and_bookings_newest_first(database):
    made = [booking(AT, state=State.REQUESTED, created_at=NOON + number) for number in (3, 1, 2)]
    made.append(booking(AT, created_at=NOON + 4))
    for row in made:
        await database.write(inserting(row))
    assert await database.read(bookings.open_requests) == (made[1], made[2], made[0])
    assert await database.read(bookings.list_bookings) == (made[3], made[0], made[2], made[1])
    assert await database.read(lambda session: bookings.list_bookings(session, 1)) == (made[3],)


async def test_meetings_when_counted_by_page_are_those_that_stand_and_begin_in_the_span(database):
    for row in (
        booking(AT),
        booking(AT + HALF, state=State.WRITTEN),
        booking(AT + 2 * HALF, page="other"),
        booking(AT + 3 * HALF, state=State.REQUESTED),
        booking(AT + 4 * HALF, state=State.CANCELLED),
        booking(AT + DAY),
    ):
        await database.write(inserting(row))
    assert await database.read(lambda session: bookings.count_by_page(session, AT, AT + DAY)) == {"intro": 2, "other": 1}


@pytest.mark.shows("R11")
async def test_answers_when_given_at_once_have_one_winner(database):
    for number in range(25):
        wish = booking(AT + number * HOUR, state=State.REQUESTED, holds=True)
        await database.write(inserting(wish))

        def to(want, wish=wish):
            return database.write(lambda session: bookings.change_state(session, wish.id, want, Cause.HOST, NOON))

        wanted = [State.DECLINED, State.EXPIRED, State.CANCELLED, State.DECLINED, State.EXPIRED]
        answers = await asyncio.gather(*map(to, wanted), return_exceptions=True)
        (winner,) = [answer for answer in answers if not isinstance(answer, StateConflict)]
        assert await stored(database, wish) == winner
        assert len(await database.read(lambda session, wish=wish: bookings.history(session, wish.id))) == 2


@pytest.mark.shows("BOOK-2")
async def test_a_time_when_many_want_it_at_once_goes_to_one(database):
    wanted = [booking(AT + number % 6 * 5 * MINUTE) for number in range(50)]
    answers = await asyncio.gather(*(database.write(inserting(each)) for each in wanted), return_exceptions=True)
    assert [type(answer) for answer in answers].count(SlotTaken) == 49
    (kept,) = await database.read(bookings.list_bookings)
    assert kept == wanted[answers.index(None)]


async def test_rows_when_their_kind_is_wrong_are_refused(database):
    await database.write(inserting(booking(AT)))
    for change in ("start = 'soon'", "state = 'maybe'", "holds = 2", "page = NULL"):
        with pytest.raises(IntegrityError):
            await database.write(lambda session, change=change: session.exec_driver_sql(f"UPDATE booking SET {change}"))
    assert sqlite3.sqlite_version_info >= (3, 37)
