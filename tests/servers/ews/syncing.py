"""SyncFolderItems and SyncFolderHierarchy: what changed since a state that a client keeps."""

from __future__ import annotations

import base64
import binascii

from tests.servers.ews.fields import read_folder_shape, read_shape
from tests.servers.ews.folders import Change, Folder
from tests.servers.ews.ids import change_key, folder_id, item_id
from tests.servers.ews.places import Call, each
from tests.servers.ews.searching import Searching
from tests.servers.ews.soap import Element, Refusal, child, children, message, needed, number, only, refused, response, tag

MOST = 512


class Syncing(Searching):
    def sync_folder_items(self, call: Call) -> str:
        shape = read_shape(needed(call.element, "ItemShape"), call.request.version, call.request.zone, short=True)
        most = number(needed(call.element, "MaxChangesReturned").text, "MaxChangesReturned", 1, MOST)
        known = child(call.element, "SyncState")

        def answer(part: Element) -> str:
            folder = self.readable(call, part)
            base, seen = read_state(folder, "" if known is None else known.text or "")
            news = sorted((change.number, token) for token, change in folder.log.items() if change.number > seen)
            shown = []
            for _, token in news[:most]:
                change = folder.log[token]
                kind = kind_of(change, base)
                if kind == "Delete":
                    reference = tag("ItemId", Id=item_id(token), ChangeKey=change_key(change.number))
                    shown.append(tag("Delete", reference))
                elif kind:
                    shown.append(tag(kind, self.told(call, folder, folder.items[token], shape)))
            whole = len(news) <= most
            at = news[most - 1][0] if not whole else max((news[-1][0] if news else seen), seen)
            state = write_state(folder, at if whole else base, at)
            changes = f"<m:Changes>{''.join(shown)}</m:Changes>" if shown else "<m:Changes/>"
            content = (
                f"<m:SyncState>{state}</m:SyncState><m:IncludesLastItemInRange>{str(whole).lower()}</m:IncludesLastItemInRange>"
            )
            return message("SyncFolderItemsResponseMessage", content + changes)

        failed = "<m:SyncState/><m:IncludesLastItemInRange>true</m:IncludesLastItemInRange>"
        return each("SyncFolderItems", children(needed(call.element, "SyncFolderId")), answer, failed)

    def sync_folder_hierarchy(self, call: Call) -> str:
        """Everything at first, then everything that is new or gone."""
        names = read_folder_shape(needed(call.element, "FolderShape")) | {"FolderId"}
        known, at = child(call.element, "SyncState"), child(call.element, "SyncFolderId")
        above = self.service.distinguished(call.user.email, "root") if at is None else self.folder(call, only(at))
        name = "SyncFolderHierarchyResponseMessage"
        try:
            before = read_tokens("" if known is None else known.text or "")
        except Refusal as refusal:
            failed = "<m:SyncState/><m:IncludesLastFolderInRange>true</m:IncludesLastFolderInRange>"
            return response("SyncFolderHierarchy", [refused(name, refusal, failed)])
        now = {folder.token: folder for folder in self._below(above, deep=True)}
        shown = [tag("Create", self.folder_told(call, folder, names)) for token, folder in now.items() if token not in before]
        shown += [tag("Delete", tag("FolderId", Id=folder_id(token))) for token in before if token not in now]
        state = base64.b64encode(("folders:" + ",".join(now)).encode()).decode()
        changes = f"<m:Changes>{''.join(shown)}</m:Changes>" if shown else "<m:Changes/>"
        whole = "<m:IncludesLastFolderInRange>true</m:IncludesLastFolderInRange>"
        return response("SyncFolderHierarchy", [message(name, f"<m:SyncState>{state}</m:SyncState>{whole}{changes}")])


def kind_of(change: Change, base: int) -> str:
    """``base``: the state at which the client began to read. What came and went since then is not told."""
    new = change.made > base
    if change.gone:
        return "" if new else "Delete"
    return "Create" if new else "Update"


def write_state(folder: Folder, base: int, seen: int) -> str:
    return base64.b64encode(f"items:{folder.token}:{folder.epoch}:{base}:{seen}".encode()).decode()


def read_state(folder: Folder, text: str) -> tuple[int, int]:
    """Raises Refusal."""
    if not text.strip():
        return 0, 0
    try:
        parts = base64.b64decode(text.strip(), validate=True).decode().split(":")
        if parts[:3] != ["items", folder.token, folder.epoch]:
            raise ValueError(text)
        return int(parts[3]), int(parts[4])
    except (ValueError, IndexError, binascii.Error) as error:
        raise Refusal("ErrorInvalidSyncStateData") from error


def read_tokens(text: str) -> set[str]:
    """Raises Refusal."""
    if not text.strip():
        return set()
    try:
        kind, _, tokens = base64.b64decode(text.strip(), validate=True).decode().partition(":")
    except (ValueError, binascii.Error) as error:
        raise Refusal("ErrorInvalidSyncStateData") from error
    if kind != "folders":
        raise Refusal("ErrorInvalidSyncStateData")
    return set(filter(None, tokens.split(",")))
