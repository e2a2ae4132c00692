"""The outbox as it is stored: one worker a job, jobs of a booking in their order, nothing owed is forgotten (SYNC-4)."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from app.domain.calendars import EventDraft
from app.domain.connections import CalendarState, Lost
from app.domain.outbox import JobKind, JobState
from app.domain.plain import from_plain
from app.models import outbox
from app.models.accounts import delete_calendar, list_accounts, list_calendars, save_account, save_calendar
from app.models.outbox import (
    begin,
    bury,
    dead_jobs,
    enqueue,
    finish,
    last_for,
    lease,
    limited_until,
    make_due,
    next_runs,
    pending_for,
    postpone,
    put_off,
)
from tests.models.made import NOON, connect

pytestmark = pytest.mark.anyio
DRAFT = EventDraft("k1", "Intro call", NOON, NOON + 1800, "Europe/Copenhagen", attendees=("aase@example.org",))


@pytest.fixture
async def ask(database):
    async def run(function, *arguments):
        return await database.write(lambda session: function(session, *arguments))

    return run


async def owe(ask, booking, kind=JobKind.CREATE, draft=DRAFT, at=NOON, account="local", calendar="local"):
    return await ask(enqueue, kind, booking, account, calendar, draft, at)


async def due(ask, now=NOON, account=None):
    """The bookings whose jobs a worker gets."""
    return [job.booking for job in await ask(lease, "w", now, 60, 10, account)]


async def state_of(database, job):
    return await database.read(
        lambda session: session.exec_driver_sql("SELECT state, draft FROM outbox WHERE number = ?", (job.number,)).one()
    )


@pytest.mark.shows("SYNC-4")
async def test_a_write_when_owed_is_leased_with_what_it_says(ask):
    job = await owe(ask, "b1")
    other = await owe(ask, "b2", JobKind.DELETE, {"key": "k"})
    assert await ask(pending_for, "b1") == (job,)
    first, second = await ask(lease, "worker", NOON, 60, 10)
    assert from_plain(EventDraft, first.draft) == DRAFT
    assert (first.number, first.kind, first.booking, first.tries) == (job.number, JobKind.CREATE, "b1", 1)
    assert (first.lease_owner, first.lease_until, first.created_at) == ("worker", NOON + 60, NOON)
    assert (second.number, second.kind, second.draft) == (other.number, JobKind.DELETE, {"key": "k"})


async def test_jobs_of_one_booking_when_leased_come_one_after_the_other(ask):
    first, second = await owe(ask, "b1"), await owe(ask, "b1", JobKind.UPDATE)
    other = await owe(ask, "b2")
    assert [job.number for job in await ask(lease, "w", NOON, 60, 10)] == [first.number, other.number]
    assert await ask(lease, "w", NOON + 1, 60, 10) == ()
    await ask(postpone, first.number, "w", NOON + 100, "unreachable")
    assert await ask(lease, "w", NOON + 50, 60, 10) == ()
    assert [job.number for job in await ask(lease, "w", NOON + 100, 60, 10)] == [other.number, first.number]
    assert await ask(finish, first.number, "w")
    assert [job.number for job in await ask(lease, "w", NOON + 101, 60, 10)] == [second.number]


async def test_jobs_when_many_are_due_are_taken_up_to_the_limit_the_longest_waiting_first(ask):
    jobs = [await owe(ask, f"b{number}", at=NOON - number) for number in range(5)]
    taken = await ask(lease, "w", NOON, 60, 2)
    assert [job.number for job in taken] == [jobs[4].number, jobs[3].number]


@pytest.mark.shows("SYNC-4", "R2")
async def test_a_job_when_its_worker_died_is_taken_over_and_the_dead_one_cannot_settle_it(ask, database):
    job = await owe(ask, "b1")
    await ask(lease, "first", NOON, 60, 10)
    assert await ask(lease, "second", NOON + 59, 60, 10) == ()
    assert await ask(next_runs, NOON + 1) == {"local": NOON + 60}
    (again,) = await ask(lease, "second", NOON + 60, 60, 10)
    assert (again.tries, again.lease_owner) == (2, "second")
    assert not await ask(finish, job.number, "first")
    assert not await ask(postpone, job.number, "first", NOON, "x")
    assert not await ask(bury, job.number, "first", "x", NOON)
    assert (await state_of(database, job)).state == JobState.PENDING
    assert await ask(finish, job.number, "second")
    assert not await ask(finish, job.number, "second")


async def test_a_job_when_done_keeps_its_row_but_not_what_it_said(ask, database):
    job = await owe(ask, "b1")
    await ask(lease, "w", NOON, 60, 10)
    await ask(finish, job.number, "w")
    assert tuple(await state_of(database, job)) == (JobState.DONE, "{}")
    assert await ask(pending_for, "b1") == ()
    assert await ask(next_runs, NOON) == {}


async def test_a_job_when_buried_is_a_dead_letter_and_its_booking_is_owed_what_comes_later(ask):
    job, other = await owe(ask, "b1"), await owe(ask, "b2")
    await ask(lease, "w", NOON, 60, 10)
    await ask(bury, job.number, "w", "Conflict", NOON + 5)
    (dead,) = await ask(dead_jobs)
    assert (dead.number, dead.state, dead.error, dead.booking, dead.run_at) == (
        job.number, JobState.DEAD, "Conflict", "b1", NOON + 5,
    )  # fmt: skip
    later = await owe(ask, "b1", JobKind.DELETE)
    assert [each.number for each in await ask(lease, "w", NOON + 70, 60, 10)] == [other.number, later.number]


async def test_a_dead_letter_when_its_booking_has_gone_on_stays_on_record_only(ask, database):
    job = await owe(ask, "b1")
    await ask(lease, "w", NOON, 60, 10)
    await ask(bury, job.number, "w", "Conflict", NOON)
    assert await ask(last_for, "b1") == (await ask(dead_jobs))[0]
    later = await owe(ask, "b1", JobKind.UPDATE)
    assert await ask(dead_jobs) == ()
    assert (await state_of(database, job)).state == JobState.DEAD
    assert await ask(last_for, "b1") == later
    assert await ask(last_for, "b2") is None


async def test_the_next_run_of_an_account_when_asked_for_is_that_of_its_first_job_that_can_be_taken(ask):
    assert await ask(next_runs, NOON) == {}
    await owe(ask, "b1", at=NOON + 50)
    await owe(ask, "b1", at=NOON)
    assert await ask(next_runs, NOON) == {"local": NOON + 50}
    await owe(ask, "b2", at=NOON + 20)
    await owe(ask, "b3", at=NOON + 70, account="other")
    assert await ask(next_runs, NOON) == {"local": NOON + 20, "other": NOON + 70}


async def test_jobs_of_an_account_when_leased_by_it_leave_those_of_others(ask):
    await owe(ask, "b1", account="one")
    await owe(ask, "b2", account="other")
    assert await due(ask, account="other") == ["b2"]
    assert await due(ask, account="third") == []
    assert await due(ask) == ["b1"]


@pytest.mark.shows("SYNC-4", "INACT-1", "R15", "R16")
async def test_jobs_when_their_account_is_signed_out_or_their_calendar_lost_wait_until_that_is_over(ask):
    await ask(connect)
    await owe(ask, "b1")
    await owe(ask, "b2", account="google", calendar="work")
    google = next(each for each in await ask(list_accounts) if each.id == "google")
    work = next(each for each in await ask(list_calendars) if each.id == "work")
    await ask(save_account, replace(google, signed_out=True))
    await ask(save_calendar, replace(work, state=CalendarState.INACTIVE, lost=Lost.SIGN_IN))
    assert await ask(next_runs, NOON) == {"local": NOON}
    assert await due(ask) == ["b1"]
    await ask(save_account, google)
    assert await due(ask) == []
    await ask(save_calendar, work)
    assert await due(ask) == ["b2"]


@pytest.mark.shows("SYNC-4", "R16")
async def test_jobs_when_their_lost_calendar_is_used_no_more_or_gone_are_taken_to_be_found_impossible(ask):
    await ask(connect)
    await owe(ask, "b1", account="google", calendar="work")
    await owe(ask, "b2", account="google", calendar="team")
    work = next(each for each in await ask(list_calendars) if each.id == "work")
    await ask(save_calendar, replace(work, checked=False, state=CalendarState.INACTIVE, lost=Lost.REMOVED))
    await ask(delete_calendar, "team")
    assert await due(ask) == ["b1", "b2"]


@pytest.mark.shows("SYNC-4", "R14")
async def test_jobs_of_an_account_when_put_off_wait_together_and_none_waits_shorter(ask):
    for number in range(3):
        await owe(ask, f"b{number}", account="google", calendar="work", at=NOON + 300 * (number // 2))
    await owe(ask, "b3")
    await ask(put_off, "google", NOON + 100, "RateLimited")
    assert await ask(next_runs, NOON) == {"local": NOON, "google": NOON + 100}
    assert await ask(limited_until, NOON) == {"google": NOON + 100}
    assert await due(ask, NOON + 99) == ["b3"]
    assert await due(ask, NOON + 100) == ["b0", "b1"]
    assert await ask(limited_until, NOON + 100) == {}


async def test_jobs_when_made_due_are_those_of_the_account_or_calendar_unless_the_service_said_when(ask):
    for number, (calendar, why) in enumerate((("work", "AccessLost"), ("team", "AccessLost"), ("team", "RateLimited"))):
        job = await owe(ask, f"b{number}", account="google", calendar=calendar)
        await ask(lease, "x", NOON, 60, 10)
        await ask(postpone, job.number, "x", NOON + 500, why)
    await ask(make_due, "google", NOON, "work")
    assert await due(ask) == ["b0"]
    await ask(make_due, "other", NOON)
    assert await due(ask) == []
    await ask(make_due, "google", NOON)
    assert await due(ask) == ["b1"]


@pytest.mark.shows("SYNC-4", "R2")
async def test_jobs_when_a_worker_begins_are_free_and_those_that_rested_for_a_sign_in_due(ask):
    for number, why in enumerate(("SignInExpired", "Unreachable")):
        job = await owe(ask, f"b{number}")
        await ask(lease, "x", NOON, 60, 10)
        await ask(postpone, job.number, "x", NOON + 500, why)
    await owe(ask, "b2")
    await ask(lease, "x", NOON, 60, 10)
    await ask(begin, NOON + 1)
    assert await due(ask, NOON + 1) == ["b2", "b0"]


@pytest.mark.shows("R21")
async def test_jobs_when_the_clock_was_far_ahead_are_not_put_off_until_then(ask):
    year = 400 * 86400
    job = await owe(ask, "b1", at=NOON + year)
    await ask(lease, "w", NOON + year, 60, 10)
    await ask(postpone, job.number, "w", NOON + year + 60, "Unreachable")
    await owe(ask, "b2", at=NOON + year)
    await ask(lease, "w", NOON + year, 60, 10)
    assert await ask(next_runs, NOON) == {"local": NOON}
    assert sorted(await due(ask)) == ["b1", "b2"]


@pytest.mark.shows("SYNC-4")
async def test_workers_when_they_ask_at_once_never_get_the_same_job(ask):
    for number in range(40):
        await owe(ask, f"b{number}")
    taken = await asyncio.gather(*(ask(lease, f"w{number}", NOON, 60, 7) for number in range(8)))
    numbers = [job.number for jobs in taken for job in jobs]
    assert len(numbers) == len(set(numbers)) == 40


async def test_a_write_when_its_cause_is_undone_is_not_owed(ask, database):
    def fail(session):
        enqueue(session, JobKind.CREATE, "b1", "local", "local", DRAFT, NOON)
        raise LookupError

    with pytest.raises(LookupError):
        await database.write(fail)
    assert await ask(next_runs, NOON) == {}
    assert outbox.outbox.name == "outbox"
