"""The outbox as it is stored: one worker a job, jobs of a booking in their order, nothing owed is forgotten (SYNC-4)."""

from __future__ import annotations

import asyncio

import pytest

from app.domain.calendars import EventDraft
from app.domain.outbox import JobKind, JobState
from app.domain.plain import from_plain
from app.models import outbox
from app.models.outbox import bury, dead_jobs, enqueue, finish, lease, next_run, pending_for, postpone
from tests.models.made import NOON

pytestmark = pytest.mark.anyio
DRAFT = EventDraft("k1", "Intro call", NOON, NOON + 1800, "Europe/Copenhagen", attendees=("aase@example.org",))


@pytest.fixture
async def ask(database):
    async def run(function, *arguments):
        return await database.write(lambda session: function(session, *arguments))

    return run


async def owe(ask, booking, kind=JobKind.CREATE, draft=DRAFT, at=NOON):
    return await ask(enqueue, kind, booking, "local", "local", draft, at)


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
    assert await ask(next_run) == NOON + 60
    (again,) = await ask(lease, "second", NOON + 60, 60, 10)
    assert (again.tries, again.lease_owner) == (2, "second")
    assert not await ask(finish, job.number, "first")
    assert not await ask(postpone, job.number, "first", NOON, "x")
    assert not await ask(bury, job.number, "first", "x")
    assert (await state_of(database, job)).state == JobState.PENDING
    assert await ask(finish, job.number, "second")
    assert not await ask(finish, job.number, "second")


async def test_a_job_when_done_keeps_its_row_but_not_what_it_said(ask, database):
    job = await owe(ask, "b1")
    await ask(lease, "w", NOON, 60, 10)
    await ask(finish, job.number, "w")
    assert tuple(await state_of(database, job)) == (JobState.DONE, "{}")
    assert await ask(pending_for, "b1") == ()
    assert await ask(next_run) is None


async def test_a_job_when_buried_is_a_dead_letter_and_the_next_one_goes_on(ask):
    job, later = await owe(ask, "b1"), await owe(ask, "b1", JobKind.DELETE)
    await ask(lease, "w", NOON, 60, 10)
    await ask(bury, job.number, "w", "Conflict")
    (dead,) = await ask(dead_jobs)
    assert (dead.number, dead.state, dead.error, dead.booking) == (job.number, JobState.DEAD, "Conflict", "b1")
    assert [each.number for each in await ask(lease, "w", NOON, 60, 10)] == [later.number]


async def test_the_next_run_when_asked_for_is_that_of_the_first_job_that_can_be_taken(ask):
    assert await ask(next_run) is None
    await owe(ask, "b1", at=NOON + 50)
    await owe(ask, "b1", at=NOON)
    assert await ask(next_run) == NOON + 50
    await owe(ask, "b2", at=NOON + 20)
    assert await ask(next_run) == NOON + 20


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
    assert await ask(next_run) is None
    assert outbox.outbox.name == "outbox"
