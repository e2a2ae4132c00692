"""Streaming notifications: what is asked for, and what arrives on such a connection ([MS-OXWSNTIF]). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.providers.exchange.asking import folder_id
from app.providers.exchange.xml import MESSAGES, TYPES, Element, m, t

_T, _M = f"{{{TYPES}}}", f"{{{MESSAGES}}}"
EVENTS = ("CopiedEvent", "CreatedEvent", "DeletedEvent", "ModifiedEvent", "MovedEvent")
MOST_BYTES = 4 * 1024 * 1024
"""Of one document: a stream in which none ends is none of Exchange."""
_END = re.compile(rb"</(?:[A-Za-z_][\w.-]*:)?Envelope\s*>")


def subscribe(folder: str) -> Element:
    """To one folder, so that each has a subscription that can be refused or lost alone: a colleague's may lie elsewhere."""
    kinds = t("EventTypes", *(t("EventType", text=each) for each in EVENTS))
    return m("Subscribe", m("StreamingSubscriptionRequest", t("FolderIds", folder_id(folder)), kinds))


def unsubscribe(subscription: str) -> Element:
    return m("Unsubscribe", m("SubscriptionId", text=subscription))


def streaming_events(subscriptions: Iterable[str], minutes: int) -> Element:
    """Everything that happens for so long, 30 minutes at most."""
    names = m("SubscriptionIds", *(t("SubscriptionId", text=each) for each in subscriptions))
    return m("GetStreamingEvents", names, m("ConnectionTimeout", text=str(minutes)))


class Envelopes:
    """Cuts what arrives into documents, which follow one another on the connection with nothing in between."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The documents that end in ``data``. Raises ValueError for one without an end."""
        self._rest += data
        found, begin = [], 0
        for end in _END.finditer(self._rest):
            found.append(self._rest[begin : end.end()].strip())
            begin = end.end()
        self._rest = self._rest[begin:]
        if len(self._rest) > MOST_BYTES:
            raise ValueError("a document without an end")
        return found


@dataclass(frozen=True, slots=True)
class News:
    """What one message tells, by subscriptions. ``closed``: the time that was asked for is over."""

    changed: frozenset[str] = frozenset()
    lost: frozenset[str] = frozenset()
    closed: bool = False


def read_news(message: Element) -> News:
    """Of a GetStreamingEventsResponseMessage. A sign that the connection lives is no change."""
    changed = {
        each.findtext(f"{_T}SubscriptionId") or ""
        for each in message.iter(f"{_M}Notification", f"{_T}Notification")
        if any(isinstance(part.tag, str) and part.tag.endswith("Event") and part.tag != f"{_T}StatusEvent" for part in each)
    }
    lost = {(each.text or "") for ids in message.iter(f"{_M}ErrorSubscriptionIds") for each in ids}
    closed = (message.findtext(f"{_M}ConnectionStatus") or "").strip() == "Closed"
    return News(frozenset(changed - {""}), frozenset(lost - {""}), closed)
