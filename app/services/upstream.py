"""What owners change in their calendar itself, followed by the bookings (SYNC-5).

``follow`` runs in the transaction that brings the copy of a calendar up to date, so that a booking and its event never say two
things longer than a reading takes. The booking follows at once, for the owner's calendar is what they live by; only the letter
to the visitor waits for their yes (``settle``).

What is left alone

* A booking to which a write is still owed: the outbox has the last word. And one that changed after the answer was asked for,
  or in the same second, which need not know of it. What such an answer says all the same is not forgotten: a difference that
  stays is followed with the next one.
* What is over. An event that only left the window that is read has not been deleted.
* A copy that the owner made of a booking's event, or the event of a booking that came to nothing and that they took back out of
  the bin: it carries our mark, but it is theirs, and takes time away as any other. An event that a write of ours made after
  all, when its booking was over, is deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from app.domain.booking import AttemptKind, Booking, Cause, State
from app.domain.calendars import Event
from app.domain.clock import Instant
from app.domain.connections import Calendar
from app.domain.errors import NotFound
from app.domain.events import Cancelled, Fact, Rescheduled, UpstreamNoted
from app.domain.ids import new_id
from app.domain.mails import Mail, MailKind, MailState
from app.domain.notices import Notice, NoticeKind
from app.domain.overview import Upstream
from app.domain.upstream import Noted, holds_still, times_of, who_declined
from app.models import bookings, mails, notices
from app.models import upstream as rows
from app.models.base import Session
from app.services.sighting import Seen, look, was_deleted, was_moved
from app.services.telling import note_attempt, tell

UPSTREAM, OVERLAP = "upstream", "overlap"
"""Reasons in notices: it was done in the calendar itself; and a booking could not follow, for another one lies there."""


def follow(
    session: Session,
    now: Instant,
    calendar: Calendar,
    changed: tuple[Event, ...],
    gone: tuple[str, ...],
    before: Mapping[str, Event],
) -> tuple[Fact, ...]:
    """Brings bookings to what their events in ``calendar`` say. To be called when the copy holds ``changed`` and no longer
    holds ``gone``; ``before``: how the changed and the gone ones stood. ``calendar.read_at`` is when the answer was asked for.
    """
    lost = {before[each].booking: before[each] for each in gone if each in before and before[each].booking}
    marked = {each.booking for each in changed if each.booking} | lost.keys()
    marked |= {each.booking for each in rows.stuck_in(session, calendar.id)}
    marked |= rows.differing_in(session, calendar.id, now)
    if not marked:
        return ()
    seen = look(session, now, calendar, sorted(marked), changed, lost, before)
    facts = [_cancel(session, now, calendar, each.booking) for each in seen if was_deleted(each, now)]
    facts += _move(session, now, calendar, [each for each in seen if was_moved(each, now)])
    for each in seen:
        if each.event is not None and each.booking.end > now:
            facts += _flag(session, now, calendar, each.booking, each.event)
    return tuple(facts)


def settle(session: Session, change_id: str, tell: bool) -> str:
    """The owner's word on a change: the visitor's letter is released, or dropped. Returns the booking. Raises NotFound."""
    noted = rows.get_noted(session, change_id)
    if noted is None or noted.settled:
        raise NotFound("change")
    if noted.stuck or noted.kind is Upstream.DECLINED:
        # Kept, so that the next reading does not tell it again.
        rows.note(session, replace(noted, settled=True))
        return noted.booking
    # What the letter says may have been overtaken while the question was open.
    true = holds_still(noted, bookings.get_booking(session, noted.booking))
    mails.set_mail_state(session, noted.id, MailState.WAITING if tell and true else MailState.DROPPED)
    rows.forget(session, noted.id)
    return noted.booking


# What follows


def _cancel(session: Session, now: Instant, calendar: Calendar, booking: Booking) -> Fact:
    """The time is free at once. Nothing is owed to the calendar: the event is gone."""
    booking = bookings.change_state(session, booking.id, State.CANCELLED, Cause.UPSTREAM, now)
    known = _take_back_letters(session, booking.id, booking.start)
    for noted in rows.noted_of(session, booking.id):
        rows.forget(session, noted.id)
    noted = Noted(new_id(), booking.id, Upstream.DELETED, now, calendar.id, before=known, start=booking.start)
    rows.note(session, noted)
    _owe_letter(session, MailKind.CANCELLED, noted, booking)
    note_attempt(session, booking, AttemptKind.CANCELLED, now)
    tell(session, booking, NoticeKind.CANCELLED, now, UPSTREAM)
    return Cancelled(booking, Cause.UPSTREAM)


def _move(session: Session, now: Instant, calendar: Calendar, seen: list[Seen]) -> list[Fact]:
    before = {each.booking.id: each.booking.start for each in seen}
    events = {each.booking.id: each.event for each in seen if each.event is not None}
    moved, refused = rows.move_together(session, {name: times_of(each) for name, each in events.items()}, now)
    for booking in moved:
        _moved(session, now, calendar, booking, before[booking.id], events[booking.id])
    facts: list[Fact] = [Rescheduled(each, Cause.UPSTREAM) for each in moved]
    for name in refused:
        facts += _refused(session, now, calendar, bookings.get_booking(session, name), events[name])
    return facts


def _moved(session: Session, now: Instant, calendar: Calendar, booking: Booking, before: Instant, event: Event) -> None:
    known = _take_back_letters(session, booking.id, before) or before
    for noted in rows.noted_of(session, booking.id):
        if noted.kind is Upstream.MOVED:
            rows.forget(session, noted.id)
    if known != booking.start:
        noted = Noted(new_id(), booking.id, Upstream.MOVED, now, calendar.id, event.id, known, booking.start)
        rows.note(session, noted)
        _owe_letter(session, MailKind.RESCHEDULED, noted, booking)
    note_attempt(session, booking, AttemptKind.MOVED, now)
    tell(session, booking, NoticeKind.RESCHEDULED, now, UPSTREAM)


def _refused(session: Session, now: Instant, calendar: Calendar, booking: Booking, event: Event) -> list[Fact]:
    """No two bookings lie at one time, not even by the owner's hand: this one keeps its own time and is shown to the owner,
    once, and goes on trying with every reading. Its event takes the other time away meanwhile."""
    earlier = next((each for each in rows.noted_of(session, booking.id) if each.stuck), None)
    if earlier is not None and earlier.start == event.start:
        return []
    rows.note(
        session,
        Noted(new_id(), booking.id, Upstream.MOVED, now, calendar.id, event.id, booking.start, event.start, stuck=True),
    )
    shown = replace(booking, start=event.start, end=event.end)
    tell(session, shown, NoticeKind.RESCHEDULED, now, OVERLAP)
    return [UpstreamNoted(booking.id)]


def _flag(session: Session, now: Instant, calendar: Calendar, booking: Booking, event: Event) -> list[Fact]:
    """Who said no is told once; a no that was taken back is forgotten."""
    who = who_declined(booking, event)
    earlier = next((each for each in rows.noted_of(session, booking.id) if each.kind is Upstream.DECLINED), None)
    if earlier is not None and not who:
        rows.forget(session, earlier.id)
    if not who or (earlier is not None and earlier.who == who):
        return [] if who or earlier is None else [UpstreamNoted(booking.id)]
    new = [each for each in who if earlier is None or each not in earlier.who]
    settled = earlier is not None and earlier.settled and not new
    rows.note(
        session,
        Noted(
            new_id(), booking.id, Upstream.DECLINED, now, calendar.id, event.id, start=booking.start, who=who, settled=settled
        ),
    )
    for email in new:
        name = booking.visitor.name if email == booking.visitor.email else ""
        told = Notice(
            new_id(), NoticeKind.GUEST_DECLINED, now, booking.id, booking.title, name, email, booking.start, booking.end,
            reason=UPSTREAM, calendar=calendar.name,
        )  # fmt: skip
        notices.add_notice(session, told)
    return [UpstreamNoted(booking.id)]


def _take_back_letters(session: Session, booking_id: str, start: Instant) -> Instant:
    """Unsent letters about earlier moves say what is not true any more. Returns the start that the visitor knows of a booking
    that has stood at ``start``: 0 if no letter about that is on its way."""
    known = 0
    for mail in mails.open_mails(session, MailKind.RESCHEDULED):
        if mail.about == booking_id:
            mails.set_mail_state(session, mail.id, MailState.DROPPED)
            known = mail.before if mail.start == start else known
    return known


def _owe_letter(session: Session, kind: MailKind, noted: Noted, booking: Booking) -> None:
    """Written now and held: only the owner knows whether the visitor has been told already."""
    visitor = booking.visitor
    letter = Mail(
        noted.id, kind, MailState.HELD, visitor.email, booking.id, noted.at,
        start=booking.start, before=noted.before, name=visitor.name, title=booking.title,
    )  # fmt: skip
    mails.owe_mail(session, letter)
