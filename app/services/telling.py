"""What the owner is told of and what stays in the list of booking attempts, written in the transaction of its cause."""

from __future__ import annotations

from app.domain.booking import Attempt, AttemptKind, Booking, BookingRequest
from app.domain.clock import Instant
from app.domain.events import Attempted, Fact
from app.domain.ids import new_id
from app.domain.notices import Notice, NoticeKind
from app.domain.pages import Page
from app.models import attempts as attempt_rows
from app.models import notices as notice_rows
from app.models.base import Session


def blocked(page: Page, request: BookingRequest, reason: str, now: Instant) -> Attempt:
    """A try to book that pages or calendars prevented; ``reason`` is ``paused`` or ``unavailable``."""
    visitor = request.visitor
    return Attempt(
        new_id(),
        now,
        AttemptKind.BLOCKED,
        page.id,
        page.title,
        visitor.name,
        visitor.email,
        request.start,
        reason,
        request.message,
    )


def record_blocked(session: Session, attempt: Attempt, slug: str) -> tuple[Fact, ...]:
    """Keeps the attempt and, unless it repeats one of the same visitor, a notice of it (INACT-3)."""
    kept = attempt_rows.record_attempt(session, attempt)
    if kept.times == 1:
        notice_rows.add_notice(
            session,
            Notice(
                new_id(),
                NoticeKind.ATTEMPT,
                kept.at,
                kept.id,
                kept.title,
                kept.name,
                kept.email,
                kept.start,
                reason=kept.reason,
            ),
        )
    return (Attempted(kept, slug),)


def tell(session: Session, booking: Booking, kind: NoticeKind, now: Instant) -> None:
    """A notice that waits until it has been shown."""
    visitor = booking.visitor
    notice_rows.add_notice(
        session, Notice(new_id(), kind, now, booking.id, booking.title, visitor.name, visitor.email, booking.start, booking.end)
    )


def note_attempt(session: Session, booking: Booking, kind: AttemptKind, now: Instant) -> None:
    """An entry in *Booking attempts*, so that the owner sees what happened when."""
    visitor = booking.visitor
    who = (visitor.name, visitor.email)
    attempt_rows.record_attempt(
        session, Attempt(new_id(), now, kind, booking.page, booking.title, *who, booking.start, booking=booking.id)
    )
