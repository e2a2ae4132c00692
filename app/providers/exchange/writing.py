"""Drafts as requests that write. Pure.

Elements of an item stand in the order of the schema, or the server refuses all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.calendars import EventDraft
from app.domain.clock import Instant
from app.domain.rules import RuleError
from app.providers.events import times_of
from app.providers.exchange.asking import ATTEMPT, BOOKING, KEY, folder_id, item_id, moment, property_uri
from app.providers.exchange.items import MASTER, OCCURRENCE, SINGLE, Item
from app.providers.exchange.mapping import SHOWN, Details, Home, details_of, mark_of, times_of_item
from app.providers.exchange.recurrence import rule_of, write_recurrence
from app.providers.exchange.xml import Element, m, t
from app.providers.exchange.zones import windows_zone

INVITES, SILENT = "SendToAllAndSaveCopy", "SendToNone"
LONGEST_SUBJECT = 255
_PLACES = {
    "Subject": "item:Subject", "Body": "item:Body", "Start": "calendar:Start", "End": "calendar:End",
    "IsAllDayEvent": "calendar:IsAllDayEvent", "LegacyFreeBusyStatus": "calendar:LegacyFreeBusyStatus",
    "Location": "calendar:Location", "RequiredAttendees": "calendar:RequiredAttendees", "Recurrence": "calendar:Recurrence",
    "StartTimeZone": "calendar:StartTimeZone", "EndTimeZone": "calendar:EndTimeZone",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Manners:
    """``invites``: guests stand in the event, and the server writes to them; else their addresses stand in its text."""

    invites: bool = True


def create(folder: str, draft: EventDraft, home: Home, manners: Manners, attempt: str = "") -> Element:
    """Without guests: a server may do it long after nobody waits for it any more, and nobody is to be invited twice.
    ``attempt``: a name of this very request. Raises RuleError for a series that EWS cannot say."""
    parts = written(draft, home, manners)
    names = marks_of(draft) | ({ATTEMPT: attempt} if attempt else {})
    marks = [_mark(name, value) for name, value in names.items()]
    uid = t("UID", text=draft.uid) if draft.uid else None
    ordered = (
        parts["Subject"], parts["Body"], *marks, uid, parts["Start"], parts["End"], parts["IsAllDayEvent"],
        parts["LegacyFreeBusyStatus"], parts["Location"], parts.get("Recurrence"), parts["StartTimeZone"],
        parts["EndTimeZone"],
    )  # fmt: skip
    return m(
        "CreateItem", m("SavedItemFolderId", folder_id(folder)), m("Items", t("CalendarItem", *ordered)),
        MessageDisposition="SaveOnly", SendMeetingInvitations=SILENT,
    )  # fmt: skip


def invite(item: Item, draft: EventDraft, manners: Manners) -> Element | None:
    """What invites the guests of an event that was just made; None if nobody is to be, or somebody has been. It is refused
    where the event changed meanwhile, so whatever becomes of the request, it is done once."""
    if not (draft.attendees and manners.invites) or item.guests:
        return None
    guests = _set_or_delete("RequiredAttendees", t("RequiredAttendees", *map(_invited, draft.attendees)))
    return m(
        "UpdateItem",
        m("ItemChanges", t("ItemChange", item_id(item.id, item.change), t("Updates", guests))),
        ConflictResolution="NeverOverwrite", MessageDisposition="SaveOnly", SendMeetingInvitationsOrCancellations=INVITES,
    )  # fmt: skip


def update(item: Item, draft: EventDraft, home: Home, manners: Manners) -> Element | None:
    """What brings an item to the state of a draft; None if it is there."""
    changes = changes_of(draft, item, home, manners)
    if not changes:
        return None
    guests = manners.invites and (draft.attendees or item.people)
    return m(
        "UpdateItem",
        m("ItemChanges", t("ItemChange", item_id(item.id, item.change), t("Updates", *changes))),
        ConflictResolution="AlwaysOverwrite", MessageDisposition="SaveOnly",
        SendMeetingInvitationsOrCancellations=INVITES if guests else SILENT,
    )  # fmt: skip


def delete(which: Element, has_guests: bool) -> Element:
    """Of one event or occurrence, to the deleted items. ``has_guests``: they are told that it is off."""
    return m(
        "DeleteItem", m("ItemIds", which), DeleteType="MoveToDeletedItems",
        SendMeetingCancellations=INVITES if has_guests else SILENT, AffectedTaskOccurrences="SpecifiedOccurrenceOnly",
    )  # fmt: skip


def written(draft: EventDraft, home: Home, manners: Manners) -> dict[str, Element]:
    """The elements of a draft by name."""
    start, end, zone = write_times(draft, home)
    parts = {
        "Subject": t("Subject", text=draft.title[:LONGEST_SUBJECT]),
        "Body": t("Body", text=text_for(draft, manners), BodyType="Text"),
        "Start": t("Start", text=moment(start)),
        "End": t("End", text=moment(end)),
        "IsAllDayEvent": t("IsAllDayEvent", text="true" if draft.days else "false"),
        "LegacyFreeBusyStatus": t("LegacyFreeBusyStatus", text=SHOWN[draft.show_as]),
        "Location": t("Location", text=draft.location),
        "StartTimeZone": t("StartTimeZone", Id=zone),
        "EndTimeZone": t("EndTimeZone", Id=zone),
    }
    if draft.attendees and manners.invites:
        parts["RequiredAttendees"] = t("RequiredAttendees", *map(_invited, draft.attendees))
    if draft.rrule:
        parts["Recurrence"] = write_recurrence(draft)
    return parts


def write_times(draft: EventDraft, home: Home) -> tuple[Instant, Instant, str]:
    """Start, end, and Windows' name of their zone. Instants are exact whatever the zone; a series and days need
    it. Raises RuleError where Windows has no name for theirs."""
    name = home.zone if draft.days else draft.zone
    zone = windows_zone(name)
    if not zone and (draft.rrule or draft.days):
        raise RuleError("form", f"no zone for Exchange: {name}")
    start, end = times_of(draft.days, draft.start, draft.end, home.zone)
    return start, end, zone or "UTC"


def _invited(address: str) -> Element:
    return t("Attendee", t("Mailbox", t("EmailAddress", text=address)))


def _mark(name: str, value: str) -> Element:
    return t("ExtendedProperty", property_uri(name), t("Value", text=value))


def marks_of(draft: EventDraft) -> dict[str, str]:
    """The properties by which an event of ours is found again: key and booking, where it has them."""
    marks = {KEY: mark_of(draft.key)} if draft.key else {}
    return marks | ({BOOKING: draft.booking} if draft.booking else {})


def text_for(draft: EventDraft, manners: Manners) -> str:
    """The description, with the guests below it where the server is not to write to them."""
    if manners.invites or not draft.attendees:
        return draft.description
    return "\n\n".join(part for part in (draft.description.rstrip(), "\n".join(draft.attendees)) if part)


def changes_of(draft: EventDraft, item: Item, home: Home, manners: Manners) -> list[Element]:
    """All that drafts do not know stays: rooms, optional guests, categories, reminders."""
    parts, plain, have = written(draft, home, manners), item.plain, details_of(item, home)
    names = [
        name
        for name, value in (
            ("Subject", draft.title[:LONGEST_SUBJECT]),
            ("Location", draft.location),
            ("LegacyFreeBusyStatus", SHOWN[draft.show_as]),
        )
        if plain.get(name, "") != value
    ]
    if text_for(draft, manners).rstrip() != have.text:
        names.append("Body")
    series, whole = _series_changed(draft, item), item.kind in (SINGLE, MASTER)
    if series is not None and whole:
        names.append("Recurrence")
    if (
        times_of_item(item, home) != (draft.days, *times_of(draft.days, draft.start, draft.end, home.zone))
        or "Recurrence" in names
    ):
        names += ["Start", "End", "IsAllDayEvent", "StartTimeZone", "EndTimeZone"]
    if _guests_changed(draft, have, manners):
        names.append("RequiredAttendees")
    changes = [_set_or_delete(name, parts.get(name)) for name in _PLACES if name in names]
    return changes + (list(_changed_marks(draft, item)) if whole else [])


def _series_changed(draft: EventDraft, item: Item) -> bool | None:
    """Whether there is to be a series (True) or none any more (False); None if that stays as it is."""
    if not draft.rrule:
        return False if item.kind == MASTER else None
    if item.kind == OCCURRENCE or item.recurrence is None:
        return True
    return None if rule_of(write_recurrence(draft)) == rule_of(item.recurrence) else True


def _guests_changed(draft: EventDraft, have: Details, manners: Manners) -> bool:
    return manners.invites and sorted(map(str.lower, draft.attendees)) != sorted(map(str.lower, have.attendees))


def _set_or_delete(name: str, value: Element | None) -> Element:
    place = t("FieldURI", FieldURI=_PLACES[name])
    return t("DeleteItemField", place) if value is None else t("SetItemField", place, t("CalendarItem", value))


def _changed_marks(draft: EventDraft, item: Item) -> Iterable[Element]:
    have = {KEY: item.key, BOOKING: item.booking}
    for name, value in marks_of(draft).items():
        if have[name] != value:
            yield t("SetItemField", property_uri(name), t("CalendarItem", _mark(name, value)))
