"""What an invitation becomes in the mailboxes of guests who are at the server too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.servers.ews.ids import new_token
from tests.servers.ews.items import Item

if TYPE_CHECKING:
    from tests.servers.ews.changing import Mailboxes
    from tests.servers.ews.folders import Folder

COPIED = (
    "Subject", "Body", "Start", "End", "StartTimeZone", "EndTimeZone", "IsAllDayEvent", "Location", "Recurrence",
    "Sensitivity", "Importance", "RequiredAttendees", "OptionalAttendees", "Resources", "UID",
)  # fmt: skip


def deliver(service: Mailboxes, kind: str, source: Folder, meeting: Item, guests: tuple[str, ...]) -> None:
    """Brings a whole meeting up to date in the guests' default calendars. A change of one occurrence is mail alone."""
    if "_stamp" in meeting:
        return
    organizer = (source.owner, service.users[source.owner].name)
    for email in guests:
        if email not in service.users or email == source.owner:
            continue
        folder = service.default(email)
        known = next((each for each in folder.items.values() if each["UID"] == meeting["UID"]), None)
        if kind == "cancelled":
            if known is not None:
                subject = f"Canceled: {known['Subject']}"
                folder.put({**known, "IsCancelled": True, "LegacyFreeBusyStatus": "Free", "Subject": subject})
            continue
        told = {name: meeting[name] for name in COPIED}
        if known is not None:
            folder.put({**known, **told})
            continue
        status = "Free" if meeting["LegacyFreeBusyStatus"] == "Free" else "Tentative"
        mine = {"MyResponseType": "NoResponseReceived", "Organizer": organizer, "LegacyFreeBusyStatus": status}
        folder.put({**meeting, **mine, "_extended": {}, "_token": new_token()})
