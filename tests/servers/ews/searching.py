"""FindFolder and FindItem: calendar views, pages, restrictions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.domain.clock import DAY
from tests.servers.ews.fields import extended_key, known_uri, read_folder_shape, read_shape
from tests.servers.ews.folders import Folder
from tests.servers.ews.items import Item
from tests.servers.ews.operations import Operations
from tests.servers.ews.places import Call, each
from tests.servers.ews.soap import (
    Element,
    Refusal,
    attribute,
    child,
    children,
    invalid,
    local,
    message,
    needed,
    number,
    only,
)  # fmt: skip
from tests.servers.ews.soap import T as TYPES
from tests.servers.ews.zones import read_time, told

WIDEST = 2 * 366 * DAY
MOST = 2**31 - 1
COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "IsEqualTo": lambda one, other: one == other, "IsNotEqualTo": lambda one, other: one != other,
    "IsGreaterThan": lambda one, other: one > other, "IsGreaterThanOrEqualTo": lambda one, other: one >= other,
    "IsLessThan": lambda one, other: one < other, "IsLessThanOrEqualTo": lambda one, other: one <= other,
}  # fmt: skip
CONTAINS: dict[str, Callable[[str, str], bool]] = {
    "FullString": lambda one, other: one == other, "Prefixed": str.startswith, "Substring": lambda one, other: other in one,
    "PrefixOnWords": lambda one, other: any(word.startswith(other) for word in one.split()),
    "ExactPhrase": lambda one, other: other in one,
}  # fmt: skip
SEARCHABLE = {
    "Subject", "Location", "Start", "End", "LegacyFreeBusyStatus", "IsAllDayEvent", "Sensitivity", "DateTimeCreated",
    "LastModifiedTime", "CalendarItemType", "IsCancelled", "ItemClass", "Importance", "ReminderIsSet",
}  # fmt: skip
Test = Callable[[Item], bool]


class Searching(Operations):
    def find_folder(self, call: Call) -> str:
        deep = attribute(call.element, "Traversal", ("Shallow", "Deep", "SoftDeleted")) == "Deep"
        names = read_folder_shape(needed(call.element, "FolderShape"))
        page = child(call.element, "IndexedPageFolderView")

        def answer(part: Element) -> str:
            above = self.folder(call, part)
            found = self._below(above, deep)
            found = [folder for folder in found if folder.rights(call.user.email).visible]
            offset, most = read_page(page)
            chosen = found[offset : offset + most]
            shown = "".join(self.folder_told(call, folder, names) for folder in chosen)
            return message("FindFolderResponseMessage", root(offset, chosen, found, f"<t:Folders>{shown}</t:Folders>"))

        return each("FindFolder", children(needed(call.element, "ParentFolderIds")), answer)

    def _below(self, above: Folder, deep: bool) -> list[Folder]:
        found = []
        for folder in self.service.folders.values():
            if folder.parent == above.token:
                found += [folder, *(self._below(folder, deep) if deep else ())]
        return found

    def find_item(self, call: Call) -> str:
        attribute(call.element, "Traversal", ("Shallow", "Associated", "SoftDeleted"))
        shape = read_shape(needed(call.element, "ItemShape"), call.request.version, call.request.zone, short=True)
        view, page = child(call.element, "CalendarView"), child(call.element, "IndexedPageItemView")
        if view is not None and page is not None:
            raise invalid("The element 'FindItem' has invalid child element 'IndexedPageItemView'.")

        def answer(part: Element) -> str:
            folder = self.readable(call, part)
            if view is not None:
                found, offset, chosen = self._view(call, folder, view)
            else:
                found, offset, chosen = self._list(call, folder, page)
            shown = "".join(self.told(call, folder, item, shape) for item in chosen)
            items = f"<t:Items>{shown}</t:Items>" if shown else "<t:Items/>"
            return message("FindItemResponseMessage", root(offset, chosen, found, items, paged=view is None))

        return each("FindItem", children(needed(call.element, "ParentFolderIds")), answer)

    def _view(self, call: Call, folder: Folder, view: Element) -> tuple[list[Item], int, list[Item]]:
        low, high = (read_time(attribute(view, name), call.zone) for name in ("StartDate", "EndDate"))
        if high < low:
            raise Refusal("ErrorCalendarEndDateIsEarlierThanStartDate")
        if high - low > WIDEST:
            raise Refusal("ErrorCalendarViewRangeTooBig")
        if child(call.element, "Restriction") is not None:
            raise Refusal("ErrorUnsupportedPathForQuery", "A calendar view does not go together with a restriction.")
        if child(call.element, "SortOrder") is not None:
            raise Refusal("ErrorUnsupportedPathForSortGroup", "A calendar view does not go together with a sort order.")
        if not folder.is_calendar:
            raise Refusal("ErrorCalendarFolderIsInvalidForCalendarView", "The folder is no calendar.")
        found = folder.window(low, high, self.service.unexpanded)
        limit = self.service.find_limit
        given = view.get("MaxEntriesReturned")
        most = MOST if given is None else number(given, "MaxEntriesReturned", 1, MOST)
        if min(len(found), most) > limit:
            raise Refusal("ErrorExceededFindCountLimit", PolicyLimit=limit)
        return found, 0, found[:most]

    def _list(self, call: Call, folder: Folder, page: Element | None) -> tuple[list[Item], int, list[Item]]:
        found = list(folder.items.values())
        restriction = child(call.element, "Restriction")
        if restriction is not None:
            test = read_test(only(restriction), call)
            found = [item for item in found if test(item)]
        order = child(call.element, "SortOrder")
        for field in reversed(list(children(order))) if order is not None else ():
            name = known_uri(needed(field, "FieldURI", TYPES).get("FieldURI", ""), call.request.version)
            downwards = attribute(field, "Order", ("Ascending", "Descending")) == "Descending"
            found.sort(key=lambda item: value_of(item, name), reverse=downwards)
        offset, most = read_page(page)
        chosen = found[offset : offset + most]
        if len(chosen) > self.service.find_limit:
            raise Refusal("ErrorExceededFindCountLimit", PolicyLimit=self.service.find_limit)
        return found, offset, chosen


def read_page(page: Element | None) -> tuple[int, int]:
    if page is None:
        return 0, MOST
    attribute(page, "BasePoint", ("Beginning", "End"))
    most = page.get("MaxEntriesReturned")
    return number(page.get("Offset"), "Offset", 0, MOST), MOST if most is None else number(most, "MaxEntriesReturned", 1, MOST)


def root(offset: int, chosen: list[Any], found: list[Any], content: str, paged: bool = True) -> str:
    last = offset + len(chosen)
    position = f'IndexedPagingOffset="{last}" ' if paged else ""
    whole = "true" if last >= len(found) else "false"
    return f'<m:RootFolder {position}TotalItemsInView="{len(found)}" IncludesLastItemInRange="{whole}">{content}</m:RootFolder>'


# Restrictions


def value_of(item: Item, name: str) -> str:
    value = item.get({"DateTimeCreated": "_made", "LastModifiedTime": "_changed"}.get(name, name))
    if name in ("Start", "End", "DateTimeCreated", "LastModifiedTime"):
        return told(value or 0)
    return str(value).lower() if isinstance(value, bool) else str(value or "")


def read_test(element: Element, call: Call) -> Test:
    """What a restriction lets through. Raises Fault, Refusal."""
    name, parts = local(element), list(children(element))
    if name in ("And", "Or"):
        tests = [read_test(part, call) for part in parts]
        return lambda item: (all if name == "And" else any)(test(item) for test in tests)
    if name == "Not":
        inner = read_test(only(element), call)
        return lambda item: not inner(item)
    if not parts:
        raise invalid(f"The element '{name}' has incomplete content.")
    get, is_time = read_path(parts[0], call)
    if name == "Exists":
        return lambda item: get(item) is not None
    if name == "Contains":
        return read_contains(element, parts, get)
    if name not in COMPARISONS:
        raise Refusal("ErrorInvalidRestriction", f"The search expression '{name}' is not supported.")
    compare = COMPARISONS[name]
    constant = needed(needed(element, "FieldURIOrConstant", TYPES), "Constant", TYPES)
    wanted = attribute(constant, "Value")
    wanted = told(read_time(wanted, call.zone)) if is_time else wanted

    def test(item: Item) -> bool:
        value = get(item)
        return value is not None and compare(value, wanted)

    return test


def read_contains(element: Element, parts: list[Element], get: Callable[[Item], str | None]) -> Test:
    mode = attribute(element, "ContainmentMode", CONTAINS, "FullString")
    fold = attribute(element, "ContainmentComparison", None, "Exact") != "Exact"
    wanted = attribute(needed(element, "Constant", TYPES), "Value")
    wanted = wanted.casefold() if fold else wanted

    def test(item: Item) -> bool:
        value = get(item)
        return value is not None and CONTAINS[mode](value.casefold() if fold else value, wanted)

    return test


def read_path(element: Element, call: Call) -> tuple[Callable[[Item], str | None], bool]:
    """Gets a property of an item; whether it is a time."""
    if local(element) == "ExtendedFieldURI":
        key = extended_key(element)
        return lambda item: item["_extended"].get(key), False
    if local(element) != "FieldURI":
        raise Refusal("ErrorInvalidRestriction", f"The path '{local(element)}' is not supported in a restriction.")
    name = known_uri(element.get("FieldURI", ""), call.request.version)
    if name not in SEARCHABLE:
        raise Refusal("ErrorUnsupportedPathForQuery", f"The property {name} cannot be searched for.")
    return lambda item: value_of(item, name), name in ("Start", "End", "DateTimeCreated", "LastModifiedTime")
