"""Subscriptions, and the connection on which their notifications arrive."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass

from tests.servers.ews.ids import folder_id
from tests.servers.ews.places import Call
from tests.servers.ews.soap import (
    Element,
    Fault,
    Refusal,
    attribute,
    boolean,
    child,
    children,
    message,
    needed,
    number,
    refused,
    response,
    said,
    tag,
    unknown,
)
from tests.servers.ews.soap import T as TYPES
from tests.servers.ews.syncing import Syncing
from tests.servers.ews.zones import told

EVENTS = ("CopiedEvent", "CreatedEvent", "DeletedEvent", "ModifiedEvent", "MovedEvent", "NewMailEvent", "FreeBusyChangedEvent")
LONGEST = 30
"""Minutes that a connection may be asked to last."""
LOOK = 0.02
ALIVE = 30.0
"""Seconds between two signs that the connection lives."""


@dataclass(slots=True)
class Subscription:
    """``folders``: tokens; all calendars of the mailbox if empty. ``seen``: the last notice that was told."""

    user: str
    folders: tuple[str, ...]
    events: tuple[str, ...]
    seen: int


class Streaming(Syncing):
    def subscribe(self, call: Call) -> str:
        if not self.service.streaming:
            raise unknown("Subscribe")
        name = "SubscribeResponseMessage"
        asked = child(call.element, "StreamingSubscriptionRequest")
        if asked is None:
            raise Fault("ErrorInvalidSubscriptionRequest", "Only streaming subscriptions are offered.")
        kinds = tuple(part.text or "" for part in children(needed(asked, "EventTypes", TYPES)))
        for kind in kinds:
            attribute(asked, kind, None, kind if kind in EVENTS else None)
        try:
            folders = tuple(self.readable(call, part).token for part in folders_of(asked))
        except Refusal as refusal:
            return response("Subscribe", [refused(name, refusal)])
        if not folders and not boolean(asked.get("SubscribeToAllFolders", "false")):
            raise Fault("ErrorInvalidSubscriptionRequest", "A subscription needs folders.")
        identity = secrets.token_urlsafe(24)
        seen = self.service.notices[-1].number if self.service.notices else 0
        self.service.subscriptions[identity] = Subscription(call.user.email, folders, kinds, seen)
        return response("Subscribe", [message(name, f"<m:SubscriptionId>{identity}</m:SubscriptionId>")])

    def unsubscribe(self, call: Call) -> str:
        name = "UnsubscribeResponseMessage"
        found = self._owned(call, needed(call.element, "SubscriptionId").text or "")
        if found is None:
            return response("Unsubscribe", [refused(name, Refusal("ErrorSubscriptionNotFound"))])
        del self.service.subscriptions[needed(call.element, "SubscriptionId").text or ""]
        return response("Unsubscribe", [message(name)])

    def _owned(self, call: Call, identity: str) -> Subscription | None:
        found: Subscription | None = self.service.subscriptions.get(identity)
        return found if found is not None and found.user == call.user.email else None

    def check_streaming(self, call: Call) -> str:
        """Raises Fault for a request for events that is wrong; those come afterwards, one by one."""
        if not self.service.streaming:
            raise unknown("GetStreamingEvents")
        needed(call.element, "SubscriptionIds")
        return str(minutes_of(call))

    async def events(self, call: Call, minute: float = 60.0) -> AsyncIterator[str]:
        """Contents of bodies, one after the other, until the time that was asked for is over."""
        name = "GetStreamingEventsResponseMessage"
        wanted = [part.text or "" for part in children(needed(call.element, "SubscriptionIds"))]
        minutes = minutes_of(call)
        lost = [each for each in wanted if self._owned(call, each) is None]
        if lost:
            yield response("GetStreamingEvents", [refused(name, Refusal("ErrorInvalidSubscription"), unknown_ids(lost))])
            return
        self.service.streams += 1
        try:
            async for content in self._while_open(call, wanted, minutes * minute):
                yield content
        finally:
            self.service.streams -= 1

    async def _while_open(self, call: Call, wanted: list[str], seconds: float) -> AsyncIterator[str]:
        name = "GetStreamingEventsResponseMessage"
        yield response("GetStreamingEvents", [message(name, "<m:ConnectionStatus>OK</m:ConnectionStatus>")])
        waited = since = 0.0
        while waited < seconds:
            with self.service.lock:
                lost = [each for each in wanted if not self._is_open(call, each)]
                told_now = "".join(self._news(each) for each in wanted)
            if lost:
                yield response("GetStreamingEvents", [refused(name, Refusal("ErrorReadEventsFailed"), unknown_ids(lost))])
                return
            if told_now or since >= ALIVE:
                notifications = f"<m:Notifications>{told_now}</m:Notifications>" if told_now else ""
                yield response(
                    "GetStreamingEvents", [message(name, notifications + "<m:ConnectionStatus>OK</m:ConnectionStatus>")]
                )
                since = 0.0
            await asyncio.sleep(LOOK)
            waited, since = waited + LOOK, since + LOOK
        yield response("GetStreamingEvents", [message(name, "<m:ConnectionStatus>Closed</m:ConnectionStatus>")])

    def _is_open(self, call: Call, identity: str) -> bool:
        """A subscription to a folder that is gone, or may not be read any more, ends."""
        found = self._owned(call, identity)
        if found is None:
            return False
        held = [self.service.folders.get(each) for each in found.folders]
        good = all(each is not None and each.rights(found.user).read for each in held)
        if not good:
            del self.service.subscriptions[identity]
        return good

    def _news(self, identity: str) -> str:
        subscription: Subscription | None = self.service.subscriptions.get(identity)
        if subscription is None:
            return ""
        shown = []
        for notice in self.service.notices:
            if notice.number <= subscription.seen or notice.kind not in subscription.events:
                continue
            folder = self.service.folders.get(notice.folder)
            own = folder is not None and folder.owner == subscription.user
            if notice.folder not in subscription.folders and (subscription.folders or not own):
                continue
            what = tag("ItemId", Id=notice.item) if notice.item else tag("FolderId", Id=folder_id(notice.folder))
            parent = notice.folder if notice.item or folder is None else folder.parent
            where = tag("ParentFolderId", Id=folder_id(parent))
            shown.append(tag(notice.kind, said("TimeStamp", told(notice.at)) + what + where))
        if self.service.notices:
            subscription.seen = self.service.notices[-1].number
        if not shown:
            return ""
        head = said("SubscriptionId", identity) + said("MoreEvents", False)
        return tag("Notification", head + "".join(shown))


def unknown_ids(lost: list[str]) -> str:
    listed = "".join(f"<t:SubscriptionId>{each}</t:SubscriptionId>" for each in lost)
    return f"<m:ErrorSubscriptionIds>{listed}</m:ErrorSubscriptionIds>"


def folders_of(asked: Element) -> list[Element]:
    folders = child(asked, "FolderIds", TYPES)
    return [] if folders is None else list(children(folders))


def minutes_of(call: Call) -> int:
    return number(needed(call.element, "ConnectionTimeout").text, "ConnectionTimeout", 1, LONGEST)
