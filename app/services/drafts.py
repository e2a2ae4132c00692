"""How a booking looks as an event in the owner's calendar (BOOK-4)."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.booking import Booking
from app.domain.calendars import EventDraft
from app.domain.pages import LocationKind


def event_draft(booking: Booking, labels: Mapping[str, str]) -> EventDraft:
    """The event of ``booking``; ``labels`` are the page's questions by id. The key is the booking's id, so that no retry makes
    a second event."""
    visitor = booking.visitor
    return EventDraft(
        key=booking.id,
        title=f"{booking.title}: {visitor.name}",
        start=booking.start,
        end=booking.end,
        zone=booking.zone,
        uid=booking.uid,
        sequence=booking.sequence,
        booking=booking.id,
        location=place(booking),
        description=describe(booking, labels),
        attendees=(visitor.email, *visitor.guests),
    )


def place(booking: Booking) -> str:
    """The event's location: the page's own, or what the visitor answered when the page asks them."""
    location, answers = booking.location, booking.answers
    if location.kind is LocationKind.HOST_CALLS:
        return answers.get("phone", location.detail)
    if location.kind is LocationKind.ASK:
        return answers.get("place", location.detail)
    return location.detail


def describe(booking: Booking, labels: Mapping[str, str]) -> str:
    """What the visitor wrote, as plain text, a line a question."""
    lines = [f"{booking.visitor.name} <{booking.visitor.email}>"]
    if booking.visitor.guests:
        lines.append(", ".join(booking.visitor.guests))
    lines += [f"{labels[question]}: {answer}" for question, answer in booking.answers.items() if answer and question in labels]
    if booking.message:
        lines += ["", booking.message]
    return "\n".join(lines)
