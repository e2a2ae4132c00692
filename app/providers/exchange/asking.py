"""Requests that look: which folders, which items of a window, which items by name. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from app.domain.clock import Instant
from app.providers.exchange.xml import Element, m, t

OURS = "8f0c6f1e-5d0a-4c0f-9a1b-3c5d7e9f2a46"
"""Our set of extended properties."""
BOOKING, KEY, ATTEMPT = "AftaleBooking", "AftaleKey", "AftaleAttempt"
"""Which booking an event is of, the key of the write that made it, and which of the requests of that write it was."""
FOLDER_FIELDS = ("folder:DisplayName", "folder:EffectiveRights", "folder:FolderClass", "folder:ParentFolderId")
VIEW_FIELDS = (
    "item:Subject", "item:Sensitivity", "item:DateTimeCreated", "calendar:Start", "calendar:End", "calendar:IsAllDayEvent",
    "calendar:LegacyFreeBusyStatus", "calendar:Location", "calendar:IsMeeting", "calendar:IsCancelled",
    "calendar:CalendarItemType", "calendar:MyResponseType", "calendar:UID", "calendar:StartTimeZone", "calendar:EndTimeZone",
)  # fmt: skip
"""What a view can tell of an item ([MS-OXWSSRCH]): not who is invited, nor its text."""
ITEM_FIELDS = (
    *VIEW_FIELDS, "item:Body", "calendar:Organizer", "calendar:RequiredAttendees", "calendar:OptionalAttendees",
    "calendar:Recurrence", "calendar:ModifiedOccurrences", "calendar:DeletedOccurrences",
)  # fmt: skip
FOLDERS_A_PAGE = 500
CHANGES_A_PAGE = 512
"""As many as Exchange gives at most."""


def property_uri(name: str) -> Element:
    return t("ExtendedFieldURI", PropertySetId=OURS, PropertyName=name, PropertyType="String")


def distinguished(name: str, mailbox: str) -> Element:
    """A folder of a mailbox by its role."""
    return t("DistinguishedFolderId", t("Mailbox", t("EmailAddress", text=mailbox)), Id=name)


def folder_id(folder: str) -> Element:
    """A folder by its id alone: by role and mailbox, exchangelib's way, somebody else's calendar turned into one's own."""
    return t("FolderId", Id=folder)


def item_id(item: str, change: str = "") -> Element:
    return t("ItemId", Id=item, **({"ChangeKey": change} if change else {}))


def occurrence_id(master: str, index: int) -> Element:
    """An occurrence of a series by its place in it, from 1, those that were deleted counted."""
    return t("OccurrenceItemId", RecurringMasterId=master, InstanceIndex=str(index))


def master_id(occurrence: str) -> Element:
    """The series of an occurrence."""
    return t("RecurringMasterItemId", OccurrenceId=occurrence)


def get_folders(folders: Iterable[Element]) -> Element:
    return m("GetFolder", _folder_shape(), m("FolderIds", *folders))


def find_folders(parent: Element, offset: int) -> Element:
    """All folders below ``parent``, a page of them."""
    return m(
        "FindFolder", _folder_shape(),
        m("IndexedPageFolderView", MaxEntriesReturned=str(FOLDERS_A_PAGE), Offset=str(offset), BasePoint="Beginning"),
        m("ParentFolderIds", parent), Traversal="Deep",
    )  # fmt: skip


def view(folder: str, start: Instant, end: Instant) -> Element:
    """The items of a window, series expanded."""
    return m(
        "FindItem", m("ItemShape", t("BaseShape", text="IdOnly"), _fields(VIEW_FIELDS)),
        m("CalendarView", StartDate=moment(start), EndDate=moment(end)), m("ParentFolderIds", folder_id(folder)),
        Traversal="Shallow",
    )  # fmt: skip


def marked(folder: str, key: str) -> Element:
    """The items with our mark of a key."""
    same = t("IsEqualTo", property_uri(KEY), t("FieldURIOrConstant", t("Constant", Value=key)))
    return m(
        "FindItem", m("ItemShape", t("BaseShape", text="IdOnly")),
        m("IndexedPageItemView", MaxEntriesReturned="10", Offset="0", BasePoint="Beginning"), m("Restriction", same),
        m("ParentFolderIds", folder_id(folder)), Traversal="Shallow",
    )  # fmt: skip


def get_items(ids: Iterable[Element]) -> Element:
    """Items with all that is read of them, texts as plain text."""
    shape = m("ItemShape", t("BaseShape", text="IdOnly"), t("BodyType", text="Text"), _fields(ITEM_FIELDS))
    return m("GetItem", shape, m("ItemIds", *ids))


def changed_items(folder: str, state: str) -> Element:
    """What changed in a folder since ``state``, by name alone."""
    return m(
        "SyncFolderItems", m("ItemShape", t("BaseShape", text="IdOnly")), m("SyncFolderId", folder_id(folder)),
        m("SyncState", text=state) if state else None, m("MaxChangesReturned", text=str(CHANGES_A_PAGE)),
    )  # fmt: skip


def moment(at: Instant) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _folder_shape() -> Element:
    return m(
        "FolderShape",
        t("BaseShape", text="IdOnly"),
        t("AdditionalProperties", *(t("FieldURI", FieldURI=each) for each in FOLDER_FIELDS)),
    )


def _fields(names: Iterable[str]) -> Element:
    return t(
        "AdditionalProperties", *(t("FieldURI", FieldURI=each) for each in names), *map(property_uri, (BOOKING, KEY, ATTEMPT))
    )  # fmt: skip
