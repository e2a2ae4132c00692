"""The operations: what is asked, checked as strictly as Exchange does, and answered."""

from __future__ import annotations

from collections.abc import Callable

from tests.servers.ews.fields import FOLDER_FIELDS, Shape, read_folder_shape, read_shape
from tests.servers.ews.folders import CALENDAR, Folder
from tests.servers.ews.ids import read_change_key, read_folder_id, read_item_id
from tests.servers.ews.items import Item, guests, read_item, read_updates
from tests.servers.ews.places import Call, Places, each
from tests.servers.ews.soap import (
    Element,
    Refusal,
    attribute,
    child,
    children,
    local,
    message,
    needed,
    only,
    refused,
    response,
    said,
    tag,
    unknown,
)  # fmt: skip
from tests.servers.ews.soap import T as TYPES
from tests.servers.ews.telling import mailbox, zone_definition

SEND_NEW = ("SendToNone", "SendOnlyToAll", "SendToAllAndSaveCopy")
SEND_CHANGED = (*SEND_NEW, "SendOnlyToChanged", "SendToChangedAndSaveCopy")
DISPOSALS = ("HardDelete", "SoftDelete", "MoveToDeletedItems")
CONFLICTS = ("NeverOverwrite", "AutoResolve", "AlwaysOverwrite")
REFERENCE = Shape(frozenset({"ItemId"}))
WRITES = {"CreateItem", "UpdateItem", "DeleteItem", "CreateFolder", "DeleteFolder"}


class Operations(Places):
    """A method for each operation, which gives the content of the body."""

    # Folders

    def get_folder(self, call: Call) -> str:
        names = read_folder_shape(needed(call.element, "FolderShape"))

        def answer(part: Element) -> str:
            shown = self.folder_told(call, self.folder(call, part), names)
            return message("GetFolderResponseMessage", f"<m:Folders>{shown}</m:Folders>")

        return each("GetFolder", children(needed(call.element, "FolderIds")), answer, "<m:Folders/>")

    def folder_told(self, call: Call, folder: Folder, names: frozenset[str]) -> str:
        mine, parent = folder.owner == call.user.email, self.service.folders.get(folder.parent)
        below = sum(each.parent == folder.token for each in self.service.folders.values())
        writers: dict[str, Callable[[], str]] = {
            "FolderId": folder.reference,
            "ParentFolderId": lambda: tag("ParentFolderId", Id=parent.id) if parent is not None else "",
            "FolderClass": lambda: said("FolderClass", folder.folder_class) if folder.folder_class else "",
            "DisplayName": lambda: said("DisplayName", folder.name),
            "TotalCount": lambda: said("TotalCount", len(folder.items)),
            "ChildFolderCount": lambda: said("ChildFolderCount", below),
            "EffectiveRights": lambda: folder.rights(call.user.email).written(),
            "DistinguishedFolderId": lambda: (
                said("DistinguishedFolderId", folder.distinguished)
                if folder.distinguished and self.service.release.understands("Exchange2013") else ""
            ),
            "PermissionSet": lambda: folder.permission_set() if mine and folder.is_calendar else "",
            "UnreadCount": lambda: said("UnreadCount", 0) if folder.folder_class in ("", "IPF.Note") else "",
        }  # fmt: skip
        content = "".join(writers[name]() for name in FOLDER_FIELDS if name in names and name in writers)
        kinds = {"IPF.Contact": "ContactsFolder", "IPF.Task": "TasksFolder"}
        return tag("CalendarFolder" if folder.is_calendar else kinds.get(folder.folder_class, "Folder"), content)

    def create_folder(self, call: Call) -> str:
        parent = only(needed(call.element, "ParentFolderId"))

        def answer(part: Element) -> str:
            above = self.folder(call, parent)
            if not above.rights(call.user.email).own:
                raise Refusal("ErrorAccessDenied")
            name = part.findtext(f"{TYPES}DisplayName") or ""
            kind = part.findtext(f"{TYPES}FolderClass") or (CALENDAR if local(part) == "CalendarFolder" else "IPF.Note")
            if not name:
                raise Refusal("ErrorInvalidPropertySet", "A folder has to have a name.")
            beside = [each for each in self.service.folders.values() if each.parent == above.token]
            if name.casefold() in [each.name.casefold() for each in beside]:
                raise Refusal("ErrorFolderExists")
            made = self.service.make_folder(above, name, kind)
            call.user.writes.append(("CreateFolder", made.id))
            shown = self.folder_told(call, made, frozenset({"FolderId"}))
            return message("CreateFolderResponseMessage", f"<m:Folders>{shown}</m:Folders>")

        return each("CreateFolder", children(needed(call.element, "Folders")), answer, "<m:Folders/>")

    def delete_folder(self, call: Call) -> str:
        attribute(call.element, "DeleteType", DISPOSALS)

        def answer(part: Element) -> str:
            folder = self.folder(call, part)
            if not folder.rights(call.user.email).own:
                raise Refusal("ErrorAccessDenied")
            if folder.distinguished:
                raise Refusal("ErrorDeleteDistinguishedFolder")
            self.service.remove_calendar(folder.token)
            call.user.writes.append(("DeleteFolder", folder.id))
            return message("DeleteFolderResponseMessage")

        return each("DeleteFolder", children(needed(call.element, "FolderIds")), answer)

    # Items

    def get_item(self, call: Call) -> str:
        shape = read_shape(needed(call.element, "ItemShape"), call.request.version, call.request.zone)

        def answer(part: Element) -> str:
            folder, _, item = self.item(call, part)
            if code := self.service.damaged.get(item["_token"]):
                raise Refusal(code)
            return message("GetItemResponseMessage", f"<m:Items>{self.told(call, folder, item, shape)}</m:Items>")

        return each("GetItem", children(needed(call.element, "ItemIds")), answer, "<m:Items/>")

    def create_item(self, call: Call) -> str:
        given = call.element.get("SendMeetingInvitations")
        target = child(call.element, "SavedItemFolderId")

        def answer(part: Element) -> str:
            if local(part) == "CancelCalendarItem":
                return self._cancel(call, needed(part, "ReferenceItemId", TYPES))
            if given is None:
                raise Refusal("ErrorSendMeetingInvitationsRequired")
            send = attribute(call.element, "SendMeetingInvitations", SEND_NEW)
            folder = self.service.default(call.user.email) if target is None else self.folder(call, only(target))
            if not folder.rights(call.user.email).create:
                raise Refusal("ErrorAccessDenied")
            if not folder.is_calendar:
                raise Refusal("ErrorInvalidOperation", "The folder keeps no calendar items.")
            item = self.service.put_new(folder, read_item(part, call.zone, call.request.version), send, call.request.zone)
            call.user.writes.append(("CreateItem", item["_token"]))
            return message("CreateItemResponseMessage", f"<m:Items>{self.told(call, folder, item, REFERENCE)}</m:Items>")

        return each("CreateItem", children(needed(call.element, "Items")), answer, "<m:Items/>")

    def _cancel(self, call: Call, reference: Element) -> str:
        """The organizer calls a meeting off: everybody is told, and it goes to the deleted items."""
        folder, named, item = self.by_id(call, attribute(reference, "Id"))
        if not folder.rights(call.user.email).delete:
            raise Refusal("ErrorAccessDenied")
        if item.get("Organizer") is not None or not guests(item):
            raise Refusal("ErrorCalendarIsNotOrganizer", "Only the organizer of a meeting can cancel it.")
        self._check_key(reference, item, "AutoResolve")
        self.service.take_away(folder, named, "SendToAllAndSaveCopy", to_bin=True)
        call.user.writes.append(("CancelCalendarItem", named.token))
        return message("CreateItemResponseMessage", "<m:Items/>")

    def update_item(self, call: Call) -> str:
        resolution = attribute(call.element, "ConflictResolution", CONFLICTS)
        given = call.element.get("SendMeetingInvitationsOrCancellations")

        def answer(part: Element) -> str:
            reference, updates = only(part, 2)[0], needed(part, "Updates", TYPES)
            folder, named, item = self.item(call, reference)
            if not folder.rights(call.user.email).modify:
                raise Refusal("ErrorAccessDenied")
            if given is None:
                raise Refusal("ErrorSendMeetingInvitationsOrCancellationsRequired")
            send = attribute(call.element, "SendMeetingInvitationsOrCancellations", SEND_CHANGED)
            self._check_key(reference, item, resolution)
            changes = read_updates(updates, call.request.version, call.zone)
            after = self.service.put_changed(folder, named, changes, send, strict=True)
            call.user.writes.append(("UpdateItem", named.token))
            shown = self.told(call, folder, after, REFERENCE)
            results = "<m:ConflictResults><t:Count>0</t:Count></m:ConflictResults>"
            return message("UpdateItemResponseMessage", f"<m:Items>{shown}</m:Items>", results)

        return each("UpdateItem", children(needed(call.element, "ItemChanges")), answer, "<m:Items/>")

    @staticmethod
    def _check_key(reference: Element, item: Item, resolution: str) -> None:
        key = reference.get("ChangeKey")
        if resolution == "AlwaysOverwrite":
            return
        if key is None:
            raise Refusal("ErrorChangeKeyRequiredForWriteOperations")
        if read_change_key(key) is None:
            raise Refusal("ErrorInvalidChangeKey")
        if read_change_key(key) != item["_key"]:
            raise Refusal("ErrorIrresolvableConflict")

    def delete_item(self, call: Call) -> str:
        how = attribute(call.element, "DeleteType", DISPOSALS)
        given = call.element.get("SendMeetingCancellations")

        def answer(part: Element) -> str:
            folder, named, _ = self.item(call, part)
            if not folder.rights(call.user.email).delete:
                raise Refusal("ErrorAccessDenied")
            if given is None:
                raise Refusal("ErrorSendMeetingCancellationsRequired")
            send = attribute(call.element, "SendMeetingCancellations", SEND_NEW)
            self.service.take_away(folder, named, send, to_bin=how == "MoveToDeletedItems")
            call.user.writes.append(("DeleteItem", named.token))
            return message("DeleteItemResponseMessage")

        return each("DeleteItem", children(needed(call.element, "ItemIds")), answer)

    # What helps a client to find its way

    def convert_id(self, call: Call) -> str:
        attribute(call.element, "DestinationFormat", ("EwsLegacyId", "EwsId", "EntryId", "HexEntryId", "StoreId", "OwaId"))

        def answer(part: Element) -> str:
            known = read_item_id(attribute(part, "Id")) or read_folder_id(attribute(part, "Id"))
            if known is None:
                raise Refusal("ErrorInvalidIdMalformed")
            raise Refusal("ErrorInvalidOperation", "Ids of this kind are not converted.")

        return each("ConvertId", children(needed(call.element, "SourceIds")), answer)

    def resolve_names(self, call: Call) -> str:
        entry = needed(call.element, "UnresolvedEntry").text or ""
        wanted = entry.casefold().removeprefix("smtp:")
        found = [
            user
            for user in self.service.users.values()
            if wanted and (wanted in user.email.casefold() or wanted in user.name.casefold())
        ]
        name = "ResolveNamesResponseMessage"
        if not found:
            return response("ResolveNames", [refused(name, Refusal("ErrorNameResolutionNoResults"))])
        resolutions = "".join(tag("Resolution", mailbox(user.email, user.name)) for user in found[:100])
        resolved = (
            f'<m:ResolutionSet TotalItemsInView="{len(found)}" IncludesLastItemInRange="true">{resolutions}</m:ResolutionSet>'
        )
        if len(found) == 1:
            return response("ResolveNames", [message(name, resolved)])
        several = Refusal("ErrorNameResolutionMultipleResults", "Multiple results were found.")
        return response("ResolveNames", [refused(name, several, resolved, "Warning")])

    def get_server_time_zones(self, call: Call) -> str:
        if not self.service.time_zones:
            raise unknown("GetServerTimeZones")
        asked = child(call.element, "Ids")
        names = ["Romance Standard Time", "W. Europe Standard Time", "Eastern Standard Time", "UTC"]
        if asked is not None:
            names = [part.text or "" for part in children(asked)]
        shown = "".join(zone_definition(name) for name in names)
        content = f"<m:TimeZoneDefinitions>{shown}</m:TimeZoneDefinitions>"
        return response("GetServerTimeZones", [message("GetServerTimeZonesResponseMessage", content)])
