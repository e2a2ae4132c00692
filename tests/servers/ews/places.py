"""Which folder or item a request means, and whether who asks may."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.servers.ews.fields import Shape
from tests.servers.ews.folders import Folder
from tests.servers.ews.ids import Named, read_folder_id, read_item_id
from tests.servers.ews.items import Item
from tests.servers.ews.soap import Element, Refusal, Request, attribute, invalid, local, number, refused, response
from tests.servers.ews.soap import T as TYPES
from tests.servers.ews.telling import Seen, tell

if TYPE_CHECKING:
    from tests.servers.ews.changing import User
    from tests.servers.ews.state import EwsService

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
REFERENCES = {"ItemId": "Id", "OccurrenceItemId": "RecurringMasterId", "RecurringMasterItemId": "OccurrenceId"}


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
        kind = local(element)
        if kind not in REFERENCES:
            raise invalid(f"Invalid child element '{kind}'.")
        folder, named, item = self.by_id(call, attribute(element, REFERENCES[kind]), whole=kind == "RecurringMasterItemId")
        if kind == "OccurrenceItemId":
            if item["Recurrence"] is None:
                raise Refusal("ErrorInvalidOperation", "The item is no recurring master.")
            item = folder.numbered(item, number(element.get("InstanceIndex"), "InstanceIndex", -(2**31), 2**31 - 1))
            named = Named(named.token, item["_stamp"])
        return folder, named, item

    def by_id(self, call: Call, text: str, whole: bool = False) -> tuple[Folder, Named, Item]:
        """``whole``: the series, even if the id names an occurrence of it. Raises Refusal."""
        named = read_item_id(text)
        if named is None and read_folder_id(text) is not None:
            raise Refusal("ErrorCannotUseFolderIdForItemId", "The id is that of a folder.")
        if named is None:
            raise Refusal("ErrorInvalidIdMalformed")
        named = Named(named.token) if whole else named
        folder = self.service.holding(named.token)
        if folder is None:
            raise Refusal("ErrorItemNotFound")
        if not folder.rights(call.user.email).read:
            raise Refusal("ErrorAccessDenied")
        item = folder.find(named)
        if item is None:
            raise Refusal("ErrorItemNotFound")
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
        spoiled = self.service.spoiled.get(item["_token"], "")
        return re.sub(f"<t:{spoiled}>[^<]*<", f"<t:{spoiled}>soon<", found) if spoiled else found
