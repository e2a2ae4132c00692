"""What an invitation becomes in the mailboxes of guests who are at the service too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.servers.graph.events import Item, stamp
from tests.servers.graph.ids import new_place, new_token

if TYPE_CHECKING:
    from tests.servers.graph.calendars import HeldCalendar
    from tests.servers.graph.state import GraphService

COPIED = (
    "subject", "body", "start", "end", "isAllDay", "location", "recurrence", "type", "importance", "sensitivity", "attendees",
    "originalStartTimeZone", "originalEndTimeZone", "organizer", "iCalUId", "isOnlineMeeting", "onlineMeeting",
    "onlineMeetingProvider", "_span", "_zone",
)  # fmt: skip
UNANSWERED = {"response": "notResponded", "time": "0001-01-01T00:00:00Z"}


def copy_of(held: HeldCalendar, meeting: Item) -> Item | None:
    """The meeting as it stands in a guest's calendar."""
    return next((each for each in held.events.values() if each["iCalUId"] == meeting["iCalUId"]), None)


def deliver(service: GraphService, kind: str, meeting: Item, guests: tuple[str, ...]) -> None:
    """Brings a whole meeting up to date in the guests' default calendars. A change of one occurrence is mail alone."""
    if "_stamp" in meeting:
        return
    for email in guests:
        if email not in service.users or not service.users[email].mailbox:
            continue
        held = service.default(email)
        known = copy_of(held, meeting)
        if kind == "cancelled":
            if known is not None:
                held.put({**known, "isCancelled": True, "showAs": "free", "subject": f"Canceled: {known['subject']}"})
        elif known is None:
            held.put({**meeting, **_as_invited(meeting, email), "_token": new_token(), "_place": new_place()})
        else:
            moved = known["_span"] != meeting["_span"]
            told = {name: meeting[name] for name in COPIED} | ({"responseStatus": UNANSWERED} if moved else {})
            held.put({**known, **told, "lastModifiedDateTime": stamp(service.clock.now())})


def _as_invited(meeting: Item, email: str) -> Item:
    return {
        "isOrganizer": False, "responseStatus": UNANSWERED, "transactionId": None, "_extended": {}, "_by": email,
        "showAs": "free" if meeting["showAs"] == "free" else "tentative",
    }  # fmt: skip
