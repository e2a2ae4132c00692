"""Deletion for good: of rows whose time is up, with all that hangs on them (DATA-3). The connection that writes overwrites what
it deletes (``engine``); here the room is given back to the disk besides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import and_, delete, func, or_, select, update

from app.domain.booking import State
from app.domain.clock import Instant
from app.domain.connections import ProviderKind
from app.domain.keeping import Cutoffs
from app.domain.mails import MailState
from app.domain.outbox import JobKind, JobState
from app.models import accounts, attempts, bookings, calendars, contacts, mails, notices, outbox, settings
from app.models.base import Session
from app.models.engine import raw
from app.models.types import dump, load

_KEPT_OF_DRAFT = ("key", "booking", "uid", "sequence", "start", "end", "zone")
"""What a removal from a calendar needs; none of it says who the meeting was with."""
_CAME_TO_NOTHING = (State.DECLINED.value, State.EXPIRED.value)
_WAITED = (State.HELD.value, State.REQUESTED.value)
_CLOSED_MAIL = (MailState.SENT.value, MailState.DROPPED.value, MailState.DEAD.value)
_ROOM = 2000
"""Pages that are given back to the disk at a time."""


def give_room_back(session: Session) -> None:
    """Hands pages that nothing lies in any more back to the disk, at most so many at a time that nobody waits for it."""
    if session.dialect.name != "sqlite":
        return
    run = raw(session).execute
    (free,) = run("PRAGMA freelist_count").fetchone()
    for _page in range(min(free, _ROOM)):
        # One at a time: the driver takes the statement for done after its first page.
        run("PRAGMA incremental_vacuum(1)")


def expired_bookings(session: Session, limits: Cutoffs, most: int) -> tuple[str, ...]:
    """Bookings whose time is up, at most so many: those whose meeting is over for long enough, and requests that came to
    nothing, which are kept as long as attempts."""
    table = bookings.booking.c
    rules = []
    if limits.bookings is not None:
        rules.append(table.end <= limits.bookings)
    if limits.attempts is not None:
        rules.append(and_(table.state.in_(_CAME_TO_NOTHING), table.changed_at <= limits.attempts))
        rules.append(and_(table.state.in_(_WAITED), table.end <= limits.attempts, table.changed_at <= limits.attempts))
    if not rules:
        return ()
    return tuple(session.execute(select(table.id).where(or_(*rules)).order_by(table.end).limit(most)).scalars())


def remove_bookings(session: Session, ids: Iterable[str]) -> Counter[str]:
    """Deletes bookings with all that hangs on them, in calendars that are kept here too."""
    wanted = list(ids)
    gone: Counter[str] = Counter()
    gone["events"] = _delete_local_events(session, wanted)
    gone["letters"] = session.execute(delete(mails.mail).where(mails.mail.c.about.in_(wanted))).rowcount
    gone["attempts"] = session.execute(delete(attempts.attempt).where(attempts.attempt.c.booking.in_(wanted))).rowcount
    for each in notices.pending_notices(session):
        if each.target in wanted:
            notices.notice_shown(session, each.id)
            gone["notices"] += 1
    gone.update(delete_bookings(session, wanted))
    return +gone


def remove_rest(session: Session, limits: Cutoffs) -> Counter[str]:
    """Deletes attempts, closed letters and old meetings of contacts whose time is up, and the record of writes of bookings that
    are not there any more."""
    gone: Counter[str] = Counter()
    if limits.attempts is not None:
        old = attempts.attempt.c.at <= limits.attempts
        gone["attempts"] = session.execute(delete(attempts.attempt).where(old)).rowcount
        closed = and_(mails.mail.c.state.in_(_CLOSED_MAIL), mails.mail.c.created_at <= limits.attempts)
        gone["letters"] = session.execute(delete(mails.mail).where(closed)).rowcount
    if limits.bookings is not None:
        over = contacts.meeting.c.end <= limits.bookings
        gone["meetings"] = session.execute(delete(contacts.meeting).where(over)).rowcount
    return +gone


def delete_bookings(session: Session, ids: Iterable[str]) -> Counter[str]:
    """Deletes the bookings with history, tokens and what is owed for them. A removal from a calendar that is still owed stays,
    without a word about anybody."""
    wanted = list(ids)
    if not wanted:
        return Counter()
    jobs, gone = outbox.outbox, Counter[str]()
    owed = and_(jobs.c.kind == JobKind.DELETE.value, jobs.c.state == JobState.PENDING.value)
    for number, draft in session.execute(select(jobs.c.number, jobs.c.draft).where(jobs.c.booking.in_(wanted), owed)).all():
        bare = {name: value for name, value in load(draft).items() if name in _KEPT_OF_DRAFT}
        session.execute(update(jobs).where(jobs.c.number == number).values(draft=dump({**bare, "title": ""})))
    gone["writes"] = session.execute(delete(jobs).where(jobs.c.booking.in_(wanted), ~owed)).rowcount
    gone["bookings"] = session.execute(delete(bookings.booking).where(bookings.booking.c.id.in_(wanted))).rowcount
    return +gone


def newest_mark(session: Session) -> Instant:
    """The latest instant at which anybody did anything here, at first whoever made the workspace: the clock was believed
    then."""
    table = bookings.booking.c
    found = [session.execute(select(settings.meta.c.created_at)).scalar()]
    for column in (table.created_at, table.changed_at, attempts.attempt.c.at):
        found.append(session.execute(select(func.max(column))).scalar())
    return max((each for each in found if each is not None), default=0)


def _delete_local_events(session: Session, ids: list[str]) -> int:
    homes = {each.id for each in accounts.list_accounts(session) if each.provider is ProviderKind.LOCAL}
    done = 0
    for calendar in accounts.list_calendars(session):
        if calendar.account in homes:
            events = calendars.event.c
            which = select(events.id).where(events.calendar == calendar.id, events.booking.in_(ids), events.booking != "")
            done += calendars.delete_events(session, calendar.id, list(session.execute(which).scalars()))
    return done
