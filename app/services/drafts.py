"""How a booking looks as an event in the owner's calendar (BOOK-4)."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain import tokens
from app.domain.booking import Booking
from app.domain.calendars import EventDraft
from app.domain.pages import Invite, LocationKind

COMPANY = ("company", "firma", "virksomhed", "organisation", "organization")
"""How the question is called whose answer ``{{ company }}`` stands for."""


def event_draft(booking: Booking, labels: Mapping[str, str], invite: Invite = Invite()) -> EventDraft:
    """The event of ``booking``; ``labels`` are the page's questions by id, ``invite`` its own words. The key is the booking's
    id, so that no retry makes a second event."""
    visitor = booking.visitor
    values = token_values(booking, labels)
    title = " ".join(tokens.fill(invite.title, values).split())
    return EventDraft(
        key=booking.id,
        title=title or f"{booking.title}: {visitor.name}",
        start=booking.start,
        end=booking.end,
        zone=booking.zone,
        uid=booking.uid,
        sequence=booking.sequence,
        booking=booking.id,
        location=place(booking),
        description=tokens.fill(invite.body, values).strip() or describe(booking, labels),
        attendees=(visitor.email, *visitor.guests),
        online=booking.location.kind is LocationKind.ONLINE,
    )


def token_values(booking: Booking, labels: Mapping[str, str]) -> dict[str, str]:
    """What each of ``domain.tokens`` stands for in this booking."""
    visitor = booking.visitor
    company = next(
        (booking.answers[key] for key, label in labels.items() if label.strip().lower() in COMPANY and key in booking.answers),
        "",
    )
    return {
        "guest": visitor.name,
        "first_name": visitor.first_name,
        "email": visitor.email,
        "page": booking.title,
        "length": str(booking.duration),
        "place": place(booking),
        "company": company,
        "answers": "\n".join(_answers(booking, labels)),
    }


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
    lines += _answers(booking, labels)
    if booking.message:
        lines += ["", booking.message]
    return "\n".join(lines)


def _answers(booking: Booking, labels: Mapping[str, str]) -> list[str]:
    return [f"{labels[question]}: {answer}" for question, answer in booking.answers.items() if answer and question in labels]
