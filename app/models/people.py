"""All that is stored about one e-mail address, and its deletion (DATA-3).

An address is looked for as people write it: upper and lower case are the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqlalchemy import ColumnElement, delete, func, or_, select, update

from app.domain.booking import Booking
from app.domain.calendars import Event
from app.domain.connections import Calendar, ProviderKind
from app.domain.erasing import struck, without_person
from app.domain.keeping import Elsewhere, Known
from app.domain.outbox import JobKind, JobState
from app.models import accounts, attempts, bookings, calendars, contacts, mails, notices, outbox
from app.models.base import Session
from app.models.removing import delete_bookings
from app.models.types import dump, load


def find(session: Session, email: str) -> Known:
    """What is known of the address, which may be written in any case."""
    email = email.strip().lower()
    if "@" not in email:
        return Known(email)
    own = _bookings(session, func.lower(bookings.booking.c.email) == email)
    guest = _bookings(session, func.lower(bookings.booking.c.guests).contains(dump(email), autoescape=True))
    known = contacts.contacts_by_email(session, [email]).get(email)
    here, elsewhere = _events(session, email, [each.id for each in own])
    return Known(
        email=email,
        contact=known,
        meetings=contacts.timeline(session, known.id) if known is not None else (),
        bookings=own,
        history={each.id: bookings.history(session, each.id) for each in own},
        guest_of=tuple(each for each in guest if each.id not in {mine.id for mine in own}),
        attempts=attempts.attempts_of(session, email, [each.id for each in own]),
        letters=len(_letters(session, email, [each.id for each in own])),
        notices=len(_notices(session, email, [each.id for each in own])),
        events=len(here),
        elsewhere=elsewhere,
    )


def erase(session: Session, email: str) -> Counter[str]:
    """Deletes what ``find`` finds, and returns how many rows of which kind that was. Meetings of others stay, without the
    address among their guests. A removal from a calendar that is still owed stays owed, without a word about anybody."""
    known = find(session, email)
    email, ids = known.email, [each.id for each in known.bookings]
    gone: Counter[str] = Counter()
    here, _ = _events(session, email, ids)
    gone["events"] = _forget_events(session, email, here, frozenset(ids))
    _forget_in_series(session, email)
    gone["letters"] = _delete(session, mails.mail, mails.mail.c.id.in_(_letters(session, email, ids)))
    gone["notices"] = _delete(session, notices.notice, notices.notice.c.id.in_(_notices(session, email, ids)))
    gone["attempts"] = _delete(session, attempts.attempt, attempts.attempt.c.id.in_([each.id for each in known.attempts]))
    gone["guests"] = _forget_guest(session, email, known.guest_of)
    gone.update(delete_bookings(session, ids))
    gone["meetings"] = len(known.meetings)
    gone["contacts"] = _delete(session, contacts.contact, contacts.contact.c.email == email)
    return Counter({name: count for name, count in gone.items() if count})


def _bookings(session: Session, which: ColumnElement[bool]) -> tuple[Booking, ...]:
    rows = session.execute(select(bookings.booking.c.id).where(which).order_by(bookings.booking.c.start))
    return tuple(bookings.get_booking(session, each) for each in rows.scalars().all())


def _letters(session: Session, email: str, ids: Iterable[str]) -> list[str]:
    which = or_(func.lower(mails.mail.c.recipient) == email, mails.mail.c.about.in_(list(ids)))
    return list(session.execute(select(mails.mail.c.id).where(which)).scalars())


def _notices(session: Session, email: str, ids: Iterable[str]) -> list[str]:
    wanted = set(ids)
    return [each.id for each in notices.pending_notices(session) if each.email.lower() == email or each.target in wanted]


def _events(session: Session, email: str, ids: list[str]) -> tuple[tuple[Event, ...], tuple[Elsewhere, ...]]:
    """Entries of calendars that are kept here; and, by calendar, how many there are in those that are only copied."""
    homes = {each.id: each for each in accounts.list_accounts(session)}
    here: list[Event] = []
    elsewhere: list[Elsewhere] = []
    for calendar in accounts.list_calendars(session):
        found = [
            each
            for each in calendars.events_naming(session, calendar.id, email, ids)
            if each.booking in ids or names(each, email)
        ]
        account = homes[calendar.account]
        if account.provider is ProviderKind.LOCAL:
            here += found
        elif found:
            elsewhere.append(Elsewhere(_name(calendar), account.email or account.name, len(found)))
    return tuple(here), tuple(elsewhere)


def _name(calendar: Calendar) -> str:
    return calendar.name or calendar.owner_name


def _forget_events(session: Session, email: str, events: Iterable[Event], ids: frozenset[str]) -> int:
    """What a booking of the person put into a calendar that is kept here goes; what the owner put there stays, without them."""
    gone: dict[str, list[str]] = {}
    kept: dict[str, list[Event]] = {}
    for each in events:
        if each.booking in ids:
            gone.setdefault(each.calendar, []).append(each.id)
        else:
            kept.setdefault(each.calendar, []).append(without(each, email))
    done = sum(calendars.delete_events(session, calendar, names) for calendar, names in gone.items())
    return done + sum(calendars.upsert_events(session, calendar, changed) for calendar, changed in kept.items())


def _forget_in_series(session: Session, email: str) -> None:
    """The texts that the occurrences of series kept here are made from."""
    homes = {each.id for each in accounts.list_accounts(session) if each.provider is ProviderKind.LOCAL}
    for calendar in (each for each in accounts.list_calendars(session) if each.account in homes):
        for series in calendars.list_series(session, calendar.id):
            left = without_person(series.ics, email)
            if left != series.ics:
                calendars.save_series(session, replace(series, ics=left))


def without(event: Event, email: str) -> Event:
    """The event without an address, among its people and in its text."""

    def others(people: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(each for each in people if each.lower() != email)

    text = struck(event.description, email)
    return replace(event, attendees=others(event.attendees), declined=others(event.declined), description=text)


def names(event: Event, email: str) -> bool:
    """Whether the address, in lower case, is among the event's people or in its text."""
    people = {each.lower() for each in (*event.attendees, *event.declined)}
    return email in people or struck(event.description, email) != event.description


def _forget_guest(session: Session, email: str, of: Iterable[Booking]) -> int:
    done = 0
    for each in of:
        left = [guest for guest in each.visitor.guests if guest.lower() != email]
        session.execute(update(bookings.booking).where(bookings.booking.c.id == each.id).values(guests=dump(left)))
        _forget_in_drafts(session, each.id, email)
        done += 1
    return done


def _forget_in_drafts(session: Session, booking: str, email: str) -> None:
    """A write that is still owed is owed without the guest."""
    jobs = outbox.outbox
    pending = select(jobs.c.number, jobs.c.draft).where(jobs.c.booking == booking, jobs.c.state == JobState.PENDING.value)
    for number, draft in session.execute(pending.where(jobs.c.kind != JobKind.DELETE.value)).all():
        content: Mapping[str, object] = load(draft)
        people = content.get("attendees", [])
        assert isinstance(people, list)
        left = [each for each in people if str(each).lower() != email]
        text = struck(str(content.get("description", "")), email)
        fresh = dump({**content, "attendees": left, "description": text})
        session.execute(update(jobs).where(jobs.c.number == number).values(draft=fresh))


def _delete(session: Session, table: object, which: ColumnElement[bool]) -> int:
    return session.execute(delete(table).where(which)).rowcount  # type: ignore[arg-type]


def counted(session: Session) -> tuple[int, int]:
    """How many contacts and how many meetings there are."""
    people = session.execute(select(func.count()).select_from(contacts.contact)).scalar_one()
    held = bookings.booking.c.state.in_(bookings.BOOKED)
    booked = session.execute(select(func.count()).select_from(bookings.booking).where(held)).scalar_one()
    found = session.execute(select(func.count()).select_from(contacts.meeting)).scalar_one()
    return people, booked + found
