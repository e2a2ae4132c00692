"""What the query options narrow an answer to: ``$select``, ``$expand``, ``$filter`` and ``$orderby`` of events."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Container
from datetime import UTC, datetime
from typing import Any

from tests.servers.graph.answers import Refusal, bad_query
from tests.servers.graph.events import EXTENDED_ID, SELECTABLE, Item, extended_key

EXPAND = re.compile(r"(?i)singleValueExtendedProperties\(\s*\$filter=(.*)\)")
MARK = re.compile(
    r"(?i)singleValueExtendedProperties/any\(\s*(\w+)\s*:\s*\1/id eq '([^']*)'(?: and \1/value (eq|ne) '((?:[^']|'')*)')?\s*\)"
)
COMPARED = re.compile(r"(\w+(?:/\w+)?) (eq|ne|gt|ge|lt|le) ('(?:[^']|'')*'|[\w:.+-]+)")
FILTERABLE = {
    "subject", "iCalUId", "isAllDay", "isCancelled", "isOrganizer", "showAs", "sensitivity", "type", "seriesMasterId",
    "importance", "createdDateTime", "lastModifiedDateTime", "start/dateTime", "end/dateTime",
}  # fmt: skip
ORDERED = {"start/dateTime", "end/dateTime", "subject", "createdDateTime", "lastModifiedDateTime"}
IN_NO_VIEW = {"createdDateTime", "lastModifiedDateTime"}
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq, "ne": operator.ne, "gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le,
}  # fmt: skip
Test = Callable[[Item], bool]


def selected(query: dict[str, str], view: bool) -> tuple[str, ...]:
    """The names in ``$select``; none for all. Raises Refusal."""
    names = tuple(name.strip() for name in query.get("$select", "").split(",") if name.strip())
    for name in names:
        if name not in SELECTABLE:
            detail = f"Could not find a property named '{name}' on type 'microsoft.graph.event'."
            raise Refusal(400, "RequestBroker--ParseUri", detail)
        if view and name in IN_NO_VIEW:
            raise bad_query(f"The property '{name}' cannot be selected in a calendarView.")
    return names


def expanded(query: dict[str, str]) -> tuple[str, ...]:
    """Ids of the extended properties that are asked for. Raises Refusal."""
    if "$expand" not in query:
        return ()
    match = EXPAND.fullmatch(query["$expand"].strip())
    if not match:
        raise bad_query("Extended properties are expanded with a $filter of their ids; nothing else is expanded here.")
    ids = re.fullmatch(r"\s*(id eq '[^']*'(?: or id eq '[^']*')*)\s*", match[1])
    found = re.findall(r"id eq '([^']*)'", match[1]) if ids else []
    if not found:
        raise bad_query("Extended properties have to be filtered by their ids.")
    for text in found:
        _check_extended(text)
    return tuple(extended_key(text) for text in found)


def _check_extended(text: str) -> None:
    if not EXTENDED_ID.fullmatch(text):
        raise Refusal(400, "ErrorInvalidExtendedProperty", f"PropertyId '{text}' is invalid.")


def filtered(query: dict[str, str], known: Container[str] = FILTERABLE) -> Test | None:
    """``$filter`` as a test. Raises Refusal."""
    text = query.get("$filter", "").strip()
    if not text:
        return None
    tests: list[Test] = []
    while text:
        mark, compared = MARK.match(text), COMPARED.match(text)
        found = mark or compared
        rest = text[found.end() :] if found else ""
        if found is None or (rest and not rest.startswith(" and ")):
            raise Refusal(400, "ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.")
        tests.append(_mark_test(*found.groups()[1:]) if mark else _test(known, *found.groups()))
        text = rest.removeprefix(" and ")
    return lambda item: all(test(item) for test in tests)


def _mark_test(name: str, compare: str | None, value: str | None) -> Test:
    _check_extended(name)
    key, wanted = extended_key(name), (value or "").replace("''", "'")
    if compare is None:
        return lambda item: key in item["_extended"]
    return lambda item: key in item["_extended"] and OPERATORS[compare](item["_extended"][key], wanted)


def _test(known: Container[str], name: str, compare: str, literal: str) -> Test:
    if name not in known:
        raise Refusal(400, "ErrorInvalidUrlQueryFilter", f"The property '{name}' cannot be filtered by.")
    value: Any = (
        literal[1:-1].replace("''", "'") if literal.startswith("'") else {"true": True, "false": False}.get(literal, literal)
    )
    if name.endswith("/dateTime"):
        value = re.sub(r"(Z|\.\d+)$", "", str(value))[:19].ljust(19, "0")
    return lambda item: OPERATORS[compare](sort_value(item, name) or "", value)


def ordered(query: dict[str, str]) -> list[tuple[str, bool]]:
    """What to sort by, and whether downwards. Raises Refusal."""
    found = []
    for part in (part.strip() for part in query.get("$orderby", "").split(",") if part.strip()):
        name, _, way = part.partition(" ")
        if name not in ORDERED or way.strip() not in ("", "asc", "desc"):
            raise bad_query(f"The property '{part}' cannot be sorted by.")
        found.append((name, way.strip() == "desc"))
    return found


def sort_value(item: Item, name: str) -> Any:
    """In UTC, whatever zone was asked for."""
    if name.endswith("/dateTime"):
        at = item["_span"][name.startswith("end")]
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return item.get(name)
