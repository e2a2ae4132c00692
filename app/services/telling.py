"""What the owner is told of and what stays in the list of booking attempts, written in the transaction of its cause."""

from __future__ import annotations

from dataclasses import replace

from app.domain.booking import Attempt, AttemptKind, Booking, BookingRequest
from app.domain.clock import Instant
from app.domain.events import Attempted, Fact
from app.domain.ids import new_id
from app.domain.mails import ATTEMPTS_EVERY, Mail, MailKind, MailState
from app.domain.notices import Notice, NoticeKind
from app.domain.pages import Page
from app.models import accounts as account_rows
from app.models import attempts as attempt_rows
from app.models import mails as mail_rows
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
    """Keeps the attempt and, unless it repeats one of the same visitor, a notice of it and a letter to the owner (INACT-3)."""
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
        _owe_letter(session, kept)
    return (Attempted(kept, slug),)


def tell(session: Session, booking: Booking, kind: NoticeKind, now: Instant, reason: str = "") -> None:
    """A notice that waits until it has been shown. ``reason``: how it came about, where that is not plain."""
    visitor = booking.visitor
    who = (visitor.name, visitor.email)
    notice = Notice(new_id(), kind, now, booking.id, booking.title, *who, booking.start, booking.end, reason=reason)
    notice_rows.add_notice(session, notice)


def _owe_letter(session: Session, attempt: Attempt) -> None:
    """A letter to the owner: at once, then at most one a day, which counts whoever came meanwhile (INACT-3). Without an address
    it is kept until there is one."""
    to = next((each.email for each in account_rows.list_accounts(session) if each.primary and each.email), "")
    for waiting in mail_rows.open_mails(session, MailKind.ATTEMPT):
        mail_rows.owe_mail(session, replace(waiting, to=to or waiting.to, count=waiting.count + 1))
        return
    last = mail_rows.last_mail(session, MailKind.ATTEMPT, to)
    not_before = attempt.at if last is None else max(attempt.at, last.run_at + ATTEMPTS_EVERY)
    letter = Mail(
        new_id(), MailKind.ATTEMPT, MailState.WAITING, to, attempt.id, attempt.at, not_before,
        start=attempt.start, name=attempt.name, title=attempt.title,
    )  # fmt: skip
    mail_rows.owe_mail(session, letter)


def note_attempt(session: Session, booking: Booking, kind: AttemptKind, now: Instant) -> None:
    """An entry in *Booking attempts*, so that the owner sees what happened when."""
    visitor = booking.visitor
    who = (visitor.name, visitor.email)
    attempt_rows.record_attempt(
        session, Attempt(new_id(), now, kind, booking.page, booking.title, *who, booking.start, booking=booking.id)
    )
