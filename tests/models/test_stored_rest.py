"""Booking attempts, notices and kept answers as they are stored."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.booking import Attempt, AttemptKind
from app.domain.clock import DAY, HOUR
from app.domain.ids import new_id
from app.domain.notices import Notice, NoticeKind
from app.models.attempts import blocked_since, dismiss_attempt, recent_attempts, record_attempt
from app.models.idempotency import forget_expired, recall, remember
from app.models.notices import add_notice, notice_shown, pending_notices
from tests.models.made import NOON

pytestmark = pytest.mark.anyio


@pytest.fixture
async def ask(database):
    async def run(function, *arguments):
        return await database.write(lambda session: function(session, *arguments))

    return run


def attempt(**rest):
    plain = Attempt(
        new_id(), NOON, AttemptKind.BLOCKED, "p1", "Intro call", "Ida Winther", "ida@example.org", NOON + DAY, "unavailable"
    )
    return replace(plain, **rest)


@pytest.mark.shows("INACT-3")
async def test_an_attempt_when_kept_comes_back_newest_first(ask):
    rows = [
        attempt(message="Hej æøå", booking="b1", kind=kind, at=NOON + number, email=f"{number}@example.org")
        for number, kind in enumerate(AttemptKind)
    ]
    for row in rows:
        assert await ask(record_attempt, row) == row
    assert await ask(recent_attempts, 100) == tuple(reversed(rows))
    assert await ask(recent_attempts, 2) == (rows[-1], rows[-2])


@pytest.mark.shows("INACT-3")
@pytest.mark.parametrize(
    ("first", "second", "folded"),
    [
        ({}, {}, True),
        ({}, {"email": "IDA@example.org", "name": "I. Winther", "page": "p2"}, True),
        ({}, {"at": NOON + DAY - 1}, True),
        ({}, {"at": NOON + DAY}, False),
        ({}, {"email": "bo@example.org"}, False),
        ({"email": ""}, {"email": ""}, True),
        ({"email": ""}, {"email": "", "page": "p2"}, False),
        ({"email": ""}, {"email": "", "name": "Bo"}, False),
        ({"email": "", "name": ""}, {"email": "", "name": ""}, False),
        ({"kind": AttemptKind.CANCELLED}, {}, False),
        ({}, {"kind": AttemptKind.BOOKED}, False),
    ],
)
async def test_a_blocked_attempt_when_the_same_visitor_repeats_it_within_a_day_is_folded(ask, first, second, folded):
    old, new = attempt(**first), attempt(**{"at": NOON + HOUR, "message": "again", "start": 0, **second})
    await ask(record_attempt, old)
    kept = await ask(record_attempt, new)
    if not folded:
        assert kept == new
        assert await ask(recent_attempts, 10) == (new, old)
        return
    assert kept == replace(new, id=old.id, times=2, start=old.start)
    assert await ask(recent_attempts, 10) == (kept,)
    third = await ask(record_attempt, replace(new, id=new_id(), at=new.at + 1, message=""))
    assert (third.id, third.times, third.message) == (old.id, 3, "again")


async def test_an_attempt_when_put_away_is_off_the_list_but_still_counts(ask):
    first, second = attempt(), attempt(email="bo@example.org", at=NOON + 5)
    await ask(record_attempt, first)
    await ask(record_attempt, second)
    await ask(record_attempt, attempt(kind=AttemptKind.BOOKED, at=NOON + 5))
    await ask(dismiss_attempt, first.id)
    await ask(dismiss_attempt, "unknown")
    assert first not in await ask(recent_attempts, 10)
    assert await ask(blocked_since, NOON) == 2
    assert await ask(blocked_since, NOON + 1) == 1
    again = await ask(record_attempt, attempt(at=NOON + 10))
    assert again.times == 1


@pytest.mark.shows("DESK-3")
async def test_a_notice_when_added_stays_until_it_is_shown(ask, database):
    first = Notice(
        new_id(), NoticeKind.BOOKED, NOON + 1, "b1", "Intro", "Ida", "ida@example.org", NOON, NOON + 60, "x", "Work", 3
    )
    second = Notice(new_id(), NoticeKind.ATTEMPT, NOON)
    await ask(add_notice, first)
    await ask(add_notice, second)
    database.close()
    database.open()
    assert await ask(pending_notices) == (second, first)
    await ask(notice_shown, second.id)
    await ask(notice_shown, second.id)
    assert await ask(pending_notices) == (first,)


@pytest.mark.shows("R10")
async def test_an_answer_when_kept_is_recalled_until_it_expires(ask):
    assert await ask(recall, b"key", NOON) is None
    await ask(remember, b"key", b"body", b"cipher", NOON + DAY)
    assert await ask(recall, b"key", NOON + DAY - 1) == (b"body", b"cipher")
    assert await ask(recall, b"other", NOON) is None
    assert await ask(recall, b"key", NOON + DAY) is None
    await ask(remember, b"key", b"body 2", b"cipher 2", NOON + 2 * DAY)
    assert await ask(recall, b"key", NOON + DAY) == (b"body 2", b"cipher 2")
    await ask(remember, b"later", b"b", b"c", NOON + 3 * DAY)
    assert await ask(forget_expired, NOON + 2 * DAY) == 1
    assert await ask(recall, b"later", NOON) == (b"b", b"c")
