"""The calendar file of a booking, as the visitor gets it (BOOK-5): one UID, and a higher SEQUENCE with every change."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.domain.after import way_back
from app.domain.booking import ManagedBooking, State
from app.domain.clock import Instant
from app.domain.pages import LocationKind
from app.i18n import Wording

if TYPE_CHECKING:
    import icalendar

PRODUCT = "-//Aftale//Aftale//EN"
NO_ADDRESS = "invalid:nomail"
"""What stands for an organizer of whom no e-mail address is told; Exchange writes the same."""
_STATUS = {
    State.HELD: "TENTATIVE",
    State.REQUESTED: "TENTATIVE",
    State.CONFIRMED: "CONFIRMED",
    State.WRITTEN: "CONFIRMED",
}
_CONTROL: dict[int, None] = {code: None for code in (*range(32), 127) if code not in (9, 10, 13)}


def booking_ics(managed: ManagedBooking, organiser_name: str, url: str) -> str:
    """The booking as an iCalendar object to be published (RFC 5546 §3.2.1), in the visitor's language. ``url`` is their manage
    link. A booking that came to nothing is a cancelled event, so that importing the file again takes it out.

    Loads icalendar, which takes some 60 ms: not for the loop's thread.
    """
    import icalendar

    name = _clean(organiser_name.strip() or managed.host)
    calendar = icalendar.Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    event = icalendar.Event()
    _put_times(event, managed)
    _put_words(event, managed, name, url)
    organizer = icalendar.vCalAddress(NO_ADDRESS)
    organizer.params["CN"] = name
    event.add("organizer", organizer)
    event.add("url", url)
    calendar.add_component(event)
    text: str = calendar.to_ical().decode()
    return text


def _put_times(event: icalendar.Event, managed: ManagedBooking) -> None:
    event.add("uid", managed.uid)
    event.add("sequence", managed.sequence)
    event.add("dtstamp", _moment(managed.changed_at))
    event.add("created", _moment(managed.created_at))
    event.add("last-modified", _moment(managed.changed_at))
    event.add("dtstart", _moment(managed.start))
    event.add("dtend", _moment(managed.end))
    event.add("status", _STATUS.get(managed.state, "CANCELLED"))


def _put_words(event: icalendar.Event, managed: ManagedBooking, name: str, url: str) -> None:
    words = Wording(managed.visitor.language)
    lines = [way_back(words, url, may_move=managed.may_move, may_cancel=managed.may_cancel)]
    if managed.state is State.REQUESTED:
        lines.insert(0, words.gettext("{name} has not confirmed this time yet.").format(name=name))
    elif managed.state not in _STATUS:
        lines = [words.gettext("The meeting is cancelled")]
    elif managed.thanks:
        lines.insert(0, managed.thanks + "\n")
    event.add("summary", _clean(words.gettext("{title} with {name}").format(title=managed.title, name=name)))
    event.add("description", _clean("\n".join(lines)))
    place = _clean(_place(managed, words, name))
    if place:
        event.add("location", place)


def _place(managed: ManagedBooking, words: Wording, name: str) -> str:
    """Where it is. Links and numbers are for those who have the meeting, not for those who asked for it."""
    kind, detail = managed.location.kind, managed.location.detail.strip()
    if kind not in (LocationKind.PLACE, LocationKind.ASK) and managed.state is State.REQUESTED:
        detail = ""
    if kind is LocationKind.HOST_CALLS:
        return words.gettext("{name} calls you").format(name=name)
    if kind is LocationKind.GUEST_CALLS:
        call = words.gettext("You call {name}").format(name=name)
        return f"{call}: {detail}" if detail else call
    if kind in (LocationKind.VIDEO, LocationKind.ONLINE):
        return detail or words.gettext("Video call")
    if kind is LocationKind.LINK:
        return detail or words.gettext("Online meeting")
    return detail


def _moment(instant: Instant) -> datetime:
    return datetime.fromtimestamp(instant, UTC)


def _clean(text: str) -> str:
    """Without control characters, which have no place in a content line (RFC 5545 §3.1)."""
    return text.translate(_CONTROL)
