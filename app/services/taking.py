"""The transaction that takes a slot: everything that decides is read, decided and written in one go (BOOK-2).

Functions here run inside ``Database.write``. They return the answer for the visitor and the facts to announce once it is
committed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from app.domain.asking import told
from app.domain.availability import Reason, Why, nearest
from app.domain.booking import (
    Answer,
    Attempt,
    AttemptKind,
    Booking,
    BookingRequest,
    Cause,
    LeftMessage,
    Promised,
    Refused,
    State,
    Taken,
)
from app.domain.calendars import Event
from app.domain.clock import DAY, Instant, to_iso
from app.domain.connections import Calendar
from app.domain.decisions import Decision, Outcome, decide
from app.domain.errors import InvalidFields, NotFound, SlotTaken
from app.domain.events import Booked, Fact, Requested
from app.domain.forms import check_booking
from app.domain.ids import new_id, new_token, token_hash
from app.domain.notices import NoticeKind
from app.domain.outbox import JobKind
from app.domain.pages import ConsentKind, Invite, Page
from app.domain.plain import to_plain
from app.domain.settings import Reach, Settings
from app.i18n import Wording
from app.models import bookings as booking_rows
from app.models import idempotency
from app.models import links as link_rows
from app.models import outbox as outbox_rows
from app.models import pages as page_rows
from app.models.base import Session
from app.models.limits import open_bookings_of
from app.services import links, remembering, replay
from app.services.availability import asking, location_of, page_starts, pressed, public_host, public_page_texts, window_of
from app.services.drafts import event_draft
from app.services.ground import Ground, busy_time, occupied
from app.services.meetings import note_contact
from app.services.sync.fresh import store_fresh
from app.services.telling import blocked, note_attempt, record_blocked, tell

NEVER = frozenset(
    {
        Why.DURATION, Why.OFF_GRID, Why.OUTSIDE_HOURS, Why.DAY_OFF, Why.HOLIDAY, Why.AWAY, Why.PAST, Why.BEYOND_WINDOW,
        Why.BEFORE_WINDOW,
    }
)  # fmt: skip
"""Reasons for which a start was never on offer: a mistake of the sender, not a lost race."""
LINK_LIVES = 7 * DAY
"""How long after the meeting its manage link still answers."""
NEAR = 14 * DAY
MOST_OPEN = 3
"""Bookings and requests to come that one e-mail address may have."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the transaction needs besides the database: the settings, the workspace's salt, the present, and how to seal a
    token.

    ``seal`` returns None while the secret store is locked. ``fresh`` holds the calendars that were read a moment ago.
    """

    settings: Settings
    salt: bytes
    now: Instant
    seal: Callable[[bytes, str], bytes | None]
    fresh: Mapping[str, tuple[Event, ...]]


@dataclass(frozen=True, slots=True)
class Outcomes:
    answer: Answer
    facts: tuple[Fact, ...] = ()


def take(session: Session, desk: Desk, request: BookingRequest) -> Outcomes:
    """Books, asks for, or refuses what ``request`` wants."""
    kept = _kept_answer(session, desk, request)
    if kept is not None:
        return Outcomes(kept)
    page = page_by_any_slug(session, request.slug)
    if page is None:
        return Outcomes(Refused("not_found"))
    link = links.find(session, desk.salt, page, request.link) if request.link else None
    refused = links.refusal(page, request.link, link, desk.now) or _too_many(session, desk, request)
    if refused:
        return Outcomes(Refused(refused))
    ground = Ground.read(session, desk.settings)
    texts = public_page_texts(ground, page, desk.now)
    if pressed(session, desk.settings, desk.now):
        texts = asking(texts)
    try:
        check_booking(request, texts)
    except InvalidFields as error:
        return Outcomes(Refused("invalid", error.fields))
    _store_fresh(session, desk, request)
    decision = _decide(session, desk, ground, page, request)
    outcome = _act(session, desk, ground, page, request, decision)
    if isinstance(outcome.answer, Promised):
        if link is not None and link.single:
            link_rows.spend(session, link.id, outcome.answer.booking, desk.now)
        if request.remember:
            known = remembering.keep(desk.salt, request.host, request.visitor, desk.now)
            outcome = replace(outcome, answer=replace(outcome.answer, remember=known))
    if request.key and isinstance(outcome.answer, Promised | Taken):
        sealed = replay.seal(desk.salt, request.key, outcome.answer)
        hashed = replay.key_hash(desk.salt, request.key)
        idempotency.remember(session, hashed, request.body.encode(), sealed, replay.expires(desk.now))
    return outcome


def _too_many(session: Session, desk: Desk, request: BookingRequest) -> str:
    """Whether somebody holds as many times as one may while pages are published (QUALITY 4.5)."""
    if desk.settings.publishing.reach is Reach.COMPUTER:
        return ""
    return "too_many" if open_bookings_of(session, request.visitor.email, desk.now) >= MOST_OPEN else ""


def page_by_any_slug(session: Session, slug: str) -> Page | None:
    """The page that has this slug, or had it before."""
    try:
        return page_rows.page_by_slug(session, page_rows.redirects(session).get(slug, slug))
    except NotFound:
        return None


def _kept_answer(session: Session, desk: Desk, request: BookingRequest) -> Answer | None:
    if not request.key:
        return None
    found = idempotency.recall(session, replay.key_hash(desk.salt, request.key), desk.now)
    if found is None:
        return None
    body, sealed = found
    if body != request.body.encode():
        return Refused("invalid", {"key": "used_for_another_body"})
    return replay.open_sealed(desk.salt, request.key, sealed)


def _store_fresh(session: Session, desk: Desk, request: BookingRequest) -> None:
    start, end = fresh_window(request.start, request.duration)
    for calendar, events in desk.fresh.items():
        store_fresh(session, calendar, start, end, events)


def fresh_window(start: Instant, duration: int) -> tuple[Instant, Instant]:
    """The span that is read afresh before a decision: the meeting with room for any buffers."""
    return start - 4 * 3600, start + duration * 60 + 4 * 3600


def _decide(session: Session, desk: Desk, ground: Ground, page: Page, request: BookingRequest) -> Decision:
    end = request.start + request.duration * 60
    busy = busy_time(session, ground, ground.checked(page), request.start - DAY, end + DAY)
    taken = occupied(session, request.start, end)
    standing = ground.standing(page, desk.now, desk.fresh)
    if pressed(session, desk.settings, desk.now):
        standing = replace(standing, approval=True)
    return decide(ground.plan(page), request.duration, request.start, busy, taken, standing, desk.now)


def _act(session: Session, desk: Desk, ground: Ground, page: Page, request: BookingRequest, decision: Decision) -> Outcomes:
    if decision.outcome is Outcome.REFUSE:
        return _refuse(session, desk, ground, page, request, decision.reasons)
    standing = ground.standing(page, desk.now, desk.fresh)
    asks = decision.outcome is Outcome.REQUEST
    if asks:
        wrong = _wrong_alternatives(session, desk, ground, page, request)
        if wrong:
            return Outcomes(Refused("invalid", {"alternatives": "not_offered"}))
    booking = _new_booking(ground, page, request, desk.now, asks=asks, offline=standing.offline)
    token = new_token()
    try:
        _insert(session, desk, booking, token)
    except SlotTaken:
        return Outcomes(Taken(nearest_starts(session, ground, page, request.duration, request.start, desk.now)))
    if not asks and ground.target is not None:
        owe_write(session, JobKind.CREATE, booking, ground.target, desk.now)
    note_contact(session, booking, desk.now)
    stale = any(reason.why is Why.STALE for reason in decision.reasons)
    tell(session, booking, NoticeKind.REQUESTED if asks else NoticeKind.BOOKED, desk.now, "stale" if stale else "")
    note_attempt(session, booking, AttemptKind.REQUESTED if asks else AttemptKind.BOOKED, desk.now)
    fact: Fact = Requested(booking) if asks else Booked(booking)
    return Outcomes(Promised(booking.state, booking.start, booking.end, token, booking.id), (fact,))


def _insert(session: Session, desk: Desk, booking: Booking, token: str) -> None:
    booking_rows.insert_booking(
        session,
        booking,
        token_hash(desk.salt, "manage", token),
        desk.seal(token.encode(), f"manage:{booking.id}"),
        booking.end + LINK_LIVES,
        Cause.VISITOR,
    )


def _refuse(
    session: Session, desk: Desk, ground: Ground, page: Page, request: BookingRequest, reasons: tuple[Reason, ...]
) -> Outcomes:
    whys = {reason.why for reason in reasons}
    if Why.PAUSED in whys or Why.CALENDAR_INACTIVE in whys:
        reason = "paused" if Why.PAUSED in whys else "unavailable"
        attempt = blocked(page, request, reason, desk.now)
        return Outcomes(Refused(reason), record_blocked(session, attempt, page.slug))
    never = sorted(whys & NEVER)
    if never:
        field = "duration" if Why.DURATION in whys else "start"
        return Outcomes(Refused("invalid", {field: "not_offered" if Why.PAST not in whys else "past"}))
    return Outcomes(Taken(nearest_starts(session, ground, page, request.duration, request.start, desk.now)))


def leave_message(session: Session, desk: Desk, left: LeftMessage) -> tuple[Fact, ...]:
    """Keeps what a visitor left on a page that could not book them. Raises NotFound."""
    page = page_by_any_slug(session, left.slug)
    if page is None:
        raise NotFound("page")
    standing = Ground.read(session, desk.settings).standing(page, desk.now)
    reason = "paused" if standing.paused else "unavailable"
    wishes = "\n".join(each for each in (left.wishes, left.message) if each)
    attempt = Attempt(new_id(), desk.now, AttemptKind.BLOCKED, page.id, page.title, left.name, left.email, 0, reason, wishes)
    return record_blocked(session, attempt, page.slug)


def _wrong_alternatives(session: Session, desk: Desk, ground: Ground, page: Page, request: BookingRequest) -> bool:
    if not request.alternatives:
        return False
    first, last = min(request.alternatives), max(request.alternatives)
    offered = page_starts(session, ground, page, request.duration, desk.now, first, last + 1)
    return not set(request.alternatives) <= set(offered)


def nearest_starts(
    session: Session, ground: Ground, page: Page, duration: int, wanted: Instant, now: Instant, without: str = ""
) -> tuple[Instant, ...]:
    """Up to six free starts nearest to ``wanted``: near first, the whole window only where near ones are few."""
    first, last = window_of(ground, page, now)
    for low, high in ((max(first, wanted - NEAR), min(last, wanted + NEAR)), (first, last)):
        found = nearest(page_starts(session, ground, page, duration, now, low, high, without), wanted)
        if len(found) >= 6:
            break
    return found


def _new_booking(ground: Ground, page: Page, request: BookingRequest, now: Instant, *, asks: bool, offline: bool) -> Booking:
    booking_id = new_id()
    return Booking(
        id=booking_id,
        page=page.id,
        slug=page.slug,
        title=page.title,
        start=request.start,
        end=request.start + request.duration * 60,
        state=State.REQUESTED if asks else State.CONFIRMED,
        visitor=request.visitor,
        zone=ground.plan(page).hours.zone,
        created_at=now,
        changed_at=now,
        uid=f"{booking_id}@aftale",
        holds=asks and page.holds and not offline,
        buffer_before=page.rules.buffer_before,
        buffer_after=page.rules.buffer_after,
        location=location_of(ground, page),
        colour=page.colour,
        answers=request.answers,
        consent=_consent(ground, page, request, now),
        message=request.message,
        alternatives=request.alternatives if asks else (),
        offline=offline,
    )


def _consent(ground: Ground, page: Page, request: BookingRequest, now: Instant) -> dict[str, str]:
    """What the visitor read or agreed to, word for word as the form had it, with the notice it led to and the time (PAGE-3)."""
    kind = page.consent.kind
    if kind is ConsentKind.NONE:
        return {}
    host = public_host(ground.settings, "", ())
    text = told(public_page_texts(ground, page, now), host, Wording(request.visitor.language))
    found = {"kind": kind.value, "text": text, "at": to_iso(now)}
    if kind is ConsentKind.TICK:
        found["agreed"] = "yes" if request.consent.get("privacy", False) else "no"
    if page.consent.link:
        found["link"] = page.consent.link
    return found


def owe_write(session: Session, kind: JobKind, booking: Booking, calendar: Calendar, now: Instant) -> None:
    """Puts the calendar's part into the outbox, in the same transaction as the change (SYNC-4)."""
    try:
        page = page_rows.get_page(session, booking.page)
        labels, invite = {each.id: each.label for each in page.questions}, page.invite
    except NotFound:
        labels, invite = {}, Invite()
    draft = to_plain(event_draft(booking, labels, invite))
    outbox_rows.enqueue(session, kind, booking.id, calendar.account, calendar.id, draft, now)
