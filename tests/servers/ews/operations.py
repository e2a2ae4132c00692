"""The operations: what is asked, checked as strictly as Exchange does, and answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.servers.ews.fields import (
    FOLDER_FIELDS,
    Seen,
    Shape,
    known_uri,
    mailbox,
    read_folder_shape,
    read_shape,
    tell,
    zone_definition,
)
from tests.servers.ews.folders import CALENDAR, Folder
from tests.servers.ews.ids import Named, read_change_key, read_folder_id, read_item_id
from tests.servers.ews.items import Item, extended_key, read_extended, read_item, read_property
from tests.servers.ews.soap import (
    Element, Fault, Refusal, Request, attribute, child, children, invalid, local, message, needed, refused, response, said, tag,
)  # fmt: skip
from tests.servers.ews.soap import T as TYPES

if TYPE_CHECKING:
    from tests.servers.ews.state import EwsService, User

SEND_NEW = ("SendToNone", "SendOnlyToAll", "SendToAllAndSaveCopy")
SEND_CHANGED = (*SEND_NEW, "SendOnlyToChanged", "SendToChangedAndSaveCopy")
DISPOSALS = ("HardDelete", "SoftDelete", "MoveToDeletedItems")
CONFLICTS = ("NeverOverwrite", "AutoResolve", "AlwaysOverwrite")
REFERENCE = Shape(frozenset({"ItemId"}))
WRITES = {"CreateItem", "UpdateItem", "DeleteItem", "CreateFolder", "DeleteFolder"}
NAMED_FOLDERS = {
    "calendar", "contacts", "deleteditems", "drafts", "inbox", "journal", "notes", "outbox", "sentitems", "tasks",
    "msgfolderroot", "publicfoldersroot", "root", "junkemail", "searchfolders", "voicemail", "recoverableitemsroot",
    "recoverableitemsdeletions", "recoverableitemsversions", "recoverableitemspurges", "recoverableitemsdiscoveryholds",
    "archiveroot", "archivemsgfolderroot", "archivedeleteditems", "archiveinbox", "archiverecoverableitemsroot",
    "archiverecoverableitemsdeletions", "archiverecoverableitemsversions", "archiverecoverableitemspurges",
    "archiverecoverableitemsdiscoveryholds", "syncissues", "conflicts", "localfailures", "serverfailures",
    "recipientcache", "quickcontacts", "conversationhistory", "adminauditlogs", "todosearch", "mycontacts", "directory",
    "imcontactlist", "peopleconnect", "favorites", "mecontact", "personmetadata",
}  # fmt: skip


@dataclass(slots=True)
class Call:
    """One request: who asks, and in which dialect."""

    user: User
    request: Request

    @property
    def element(self) -> Element:
        return self.request.operation

    @property
    def zone(self) -> str:
        return self.request.zone or "UTC"


def each(operation: str, parts: Iterable[Element], answer: Callable[[Element], str], failed: str = "") -> str:
    """A response message for each thing asked; one that is refused does not keep the others from being done."""
    messages = []
    for part in parts:
        try:
            messages.append(answer(part))
        except Refusal as refusal:
            messages.append(refused(f"{operation}ResponseMessage", refusal, failed))
    return response(operation, messages)


class Places:
    """Which folder or item is meant, and whether who asks may."""

    def __init__(self, service: EwsService) -> None:
        self.service = service

    def folder(self, call: Call, element: Element) -> Folder:
        """Of a FolderId or DistinguishedFolderId, as long as it can be seen. Raises Fault, Refusal."""
        if local(element) == "DistinguishedFolderId":
            folder = self._distinguished(call, element)
        elif local(element) == "FolderId":
            folder = self._by_id(attribute(element, "Id"))
        else:
            raise invalid(f"Invalid child element '{local(element)}'.")
        if not folder.rights(call.user.email).visible:
            raise Refusal("ErrorAccessDenied")
        return folder

    def _distinguished(self, call: Call, element: Element) -> Folder:
        kind = attribute(element, "Id")
        if kind not in NAMED_FOLDERS:
            raise invalid(f"The 'Id' attribute is invalid: the value '{kind}' is not one of the enumeration.")
        email = element.findtext(f"{TYPES}Mailbox/{TYPES}EmailAddress") or call.user.email
        owner = next((each for each in self.service.users if each.casefold() == email.casefold()), None)
        if owner is None:
            raise Refusal("ErrorNonExistentMailbox")
        found = [each for each in self.service.folders.values() if each.owner == owner and each.distinguished == kind]
        if not found:
            raise Refusal("ErrorFolderNotFound")
        if owner != call.user.email and call.user.email not in found[0].roles:
            # Nobody learns whether a folder of a stranger is there.
            raise Refusal("ErrorItemNotFound" if kind == "calendar" else "ErrorAccessDenied")
        return found[0]

    def _by_id(self, text: str) -> Folder:
        token = read_folder_id(text)
        if token is None:
            raise Refusal("ErrorInvalidIdMalformed")
        folder = self.service.folders.get(token)
        if folder is None:
            raise Refusal("ErrorFolderNotFound")
        return folder

    def readable(self, call: Call, element: Element) -> Folder:
        folder = self.folder(call, element)
        if not folder.rights(call.user.email).read:
            raise Refusal("ErrorAccessDenied")
        return folder

    def item(self, call: Call, element: Element) -> tuple[Folder, Named, Item]:
        """Of an ItemId, an occurrence by its number, or the series of an occurrence. Raises Fault, Refusal."""
        if local(element) == "ItemId":
            text = attribute(element, "Id")
        elif local(element) == "OccurrenceItemId":
            text = attribute(element, "RecurringMasterId")
        elif local(element) == "RecurringMasterItemId":
            text = attribute(element, "OccurrenceId")
        else:
            raise invalid(f"Invalid child element '{local(element)}'.")
        named = read_item_id(text)
        if named is None:
            raise Refusal(
                "ErrorCannotUseFolderIdForItemId" if read_folder_id(text) else "ErrorInvalidIdMalformed", "Id is malformed."
            )
        folder = self.service.holding(named.token)
        if folder is None:
            raise Refusal("ErrorItemNotFound")
        if not folder.rights(call.user.email).read:
            raise Refusal("ErrorAccessDenied")
        if local(element) == "RecurringMasterItemId":
            named = Named(named.token)
        item = folder.find(named)
        if item is None:
            raise Refusal("ErrorItemNotFound")
        if local(element) == "OccurrenceItemId":
            if item["Recurrence"] is None:
                raise Refusal("ErrorInvalidOperation", "The item is no recurring master.")
            item = folder.numbered(item, int(attribute(element, "InstanceIndex")))
            named = Named(named.token, item["_stamp"])
        return folder, named, item

    def seen(self, call: Call, folder: Folder, item: Item, shape: Shape) -> Seen:
        owner = (folder.owner, self.service.users[folder.owner].name)
        rights = folder.rights(call.user.email)
        if item["Recurrence"] is None:
            return Seen(shape, folder.token, rights, owner)
        token = item["_token"]
        changed = folder.exceptions.get(token, {})
        modified = tuple(folder.find(Named(token, stamp)) or {} for stamp in sorted(changed))
        deleted = tuple(folder.original_start(item, stamp) for stamp in sorted(folder.deleted.get(token, ())))
        ends = folder.ends(item) if {"FirstOccurrence", "LastOccurrence"} & shape.names else ()
        return Seen(shape, folder.token, rights, owner, modified, deleted, ends)

    def told(self, call: Call, folder: Folder, item: Item, shape: Shape) -> str:
        """As XML, which is kept: most of what a client asks for it asked for before."""
        place = (item["_token"], item.get("_stamp", ""), item["_key"], shape, folder.rights(call.user.email))
        found = folder.rendered.get(place)
        if found is None:
            found = folder.rendered[place] = tell(item, self.seen(call, folder, item, shape))
        return found


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
        parent = next(children(needed(call.element, "ParentFolderId")))

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
            return message("GetItemResponseMessage", f"<m:Items>{self.told(call, folder, item, shape)}</m:Items>")

        return each("GetItem", children(needed(call.element, "ItemIds")), answer, "<m:Items/>")

    def create_item(self, call: Call) -> str:
        given = call.element.get("SendMeetingInvitations")
        target = child(call.element, "SavedItemFolderId")

        def answer(part: Element) -> str:
            if given is None:
                raise Refusal("ErrorSendMeetingInvitationsRequired")
            send = attribute(call.element, "SendMeetingInvitations", SEND_NEW)
            folder = self.service.default(call.user.email) if target is None else self.folder(call, next(children(target)))
            if not folder.rights(call.user.email).create:
                raise Refusal("ErrorAccessDenied")
            if not folder.is_calendar:
                raise Refusal("ErrorInvalidOperation", "The folder keeps no calendar items.")
            item = self.service.put_new(folder, read_item(part, call.zone), send, call.request.zone)
            call.user.writes.append(("CreateItem", item["_token"]))
            return message("CreateItemResponseMessage", f"<m:Items>{self.told(call, folder, item, REFERENCE)}</m:Items>")

        return each("CreateItem", children(needed(call.element, "Items")), answer, "<m:Items/>")

    def update_item(self, call: Call) -> str:
        resolution = attribute(call.element, "ConflictResolution", CONFLICTS)
        given = call.element.get("SendMeetingInvitationsOrCancellations")

        def answer(part: Element) -> str:
            reference, updates = list(children(part))
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
            raise Fault("ErrorInvalidRequest", "Unknown request 'GetServerTimeZones'.")
        asked = child(call.element, "Ids")
        names = ["Romance Standard Time", "W. Europe Standard Time", "Eastern Standard Time", "UTC"]
        if asked is not None:
            names = [part.text or "" for part in children(asked)]
        full = call.element.get("ReturnFullTimeZoneData", "false") in ("true", "1")
        shown = "".join(zone_definition(name) if full else zone_definition(name, full=True) for name in names)
        content = f"<m:TimeZoneDefinitions>{shown}</m:TimeZoneDefinitions>"
        return response("GetServerTimeZones", [message("GetServerTimeZonesResponseMessage", content)])


def read_updates(updates: Element, version: str, context: str) -> Item:
    """What an item is to become; a property that is deleted is None. Raises Fault, Refusal."""
    found: Item = {"_extended": {}}
    for update in children(updates):
        parts = list(children(update))
        if local(update) not in ("SetItemField", "DeleteItemField", "AppendToItemField") or not parts:
            raise invalid(f"The element 'Updates' has invalid child element '{local(update)}'.")
        path = parts[0]
        extended = local(path) == "ExtendedFieldURI"
        name = "" if extended else known_uri(path.get("FieldURI", ""), version)
        if local(update) == "DeleteItemField":
            if extended:
                found["_extended"][extended_key(path)] = None
            elif name in ("Start", "End", "StartTimeZone", "EndTimeZone", "IsAllDayEvent"):
                raise Refusal("ErrorInvalidPropertyDelete", f"Delete action is invalid for property {name}.")
            else:
                found[name] = None
            continue
        if local(update) == "AppendToItemField" or len(parts) != 2 or len(parts[1]) != 1:
            raise Refusal("ErrorIncorrectUpdatePropertyCount", "An update has to set exactly one property.")
        value = next(children(parts[1]))
        if extended:
            key, text = read_extended(value)
            if key != extended_key(path):
                raise Refusal("ErrorUpdatePropertyMismatch", "The property of the update is another one than that of its path.")
            found["_extended"][key] = text
        elif local(value) != name:
            raise Refusal("ErrorUpdatePropertyMismatch", "The property of the update is another one than that of its path.")
        else:
            found[name] = read_property(value, context)
    return found
