"""What a real server once said: recorded exchanges, answered again to requests that ask the same.

A request fits an exchange when it has the same operation. Among those that fit, the one with most in common wins (folder, item
ids, kind of view, fields of the shape, sync state); of equals, the one that was answered the longest ago.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from tests.servers.ews.soap import PARSER, SOAP, Element, local

TELLING = ("Id", "FieldURI", "PropertyName", "InstanceIndex", "Traversal", "SendMeetingInvitations", "RecurringMasterId")


@dataclass(slots=True)
class Exchange:
    """``marks``: what its request says; ``used``: when it was answered last."""

    name: str
    operation: str
    marks: frozenset[tuple[str, ...]]
    status: int
    headers: dict[str, str]
    body: str
    used: int = 0


class Replay:
    """``pinned``: exchanges that answer an operation whatever else the request says, by the operation's name."""

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        self.exchanges = list(exchanges)
        self.pinned: dict[str, str] = {}
        self.answered: list[str] = []

    @classmethod
    def of(cls, folder: Path) -> Replay:
        return cls(read(path) for path in sorted(folder.glob("*.json")))

    def pin(self, name: str) -> None:
        """From now on this exchange, by the beginning of its name, answers its operation."""
        found = next(each for each in self.exchanges if each.name.startswith(name))
        self.pinned[found.operation] = found.name

    def answer(self, body: bytes) -> Exchange | None:
        """None: nothing like it was ever asked."""
        operation, wanted = marks_of(body)
        fitting = [each for each in self.exchanges if each.operation == operation]
        pinned = self.pinned.get(operation)
        fitting = [each for each in fitting if pinned in (None, each.name)]
        if not fitting:
            return None
        found = max(fitting, key=lambda each: (likeness(each.marks, wanted), -each.used))
        self.answered.append(found.name)
        found.used = len(self.answered)
        return found


def read(path: Path) -> Exchange:
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    operation, marks = marks_of((kept["request_body"] or "").encode())
    return Exchange(path.stem, operation, marks, kept["status"], kept["response_headers"], kept["response_body"] or "")


def likeness(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    return len(one & other) / (len(one | other) or 1)


def marks_of(body: bytes) -> tuple[str, frozenset[tuple[str, ...]]]:
    """The operation, and what is told in attributes and sync state."""
    try:
        root = etree.fromstring(body, PARSER)
    except etree.XMLSyntaxError:
        return "", frozenset()
    inner = root.find(f"{{{SOAP}}}Body")
    if inner is None or not len(inner):
        return "", frozenset()
    operation: Element = inner[0]
    found: set[tuple[str, ...]] = set()
    for element in operation.iter(etree.Element):
        name = local(element)
        found.add((name,))
        found |= {(name, key, element.get(key, "")) for key in TELLING if element.get(key) is not None}
        if name in ("SyncState", "Value", "EmailAddress", "SubscriptionId"):
            found.add((name, element.text or ""))
    return local(operation), frozenset(found)
