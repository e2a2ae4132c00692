"""Reading events: windows, lists, single ones, and what a person may see of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.servers.graph.answers import Refusal, not_found
from tests.servers.graph.calendars import ROLES, HeldCalendar, Rights
from tests.servers.graph.events import FRESH, NOWHERE, TOLD, Item, as_html, as_text, etag, item_id, made_of
from tests.servers.graph.ids import read_id
from tests.servers.graph.mailbox import Mailbox
from tests.servers.graph.methods import Call
from tests.servers.graph.queries import expanded, filtered, ordered, selected, sort_value

LISTS_KEPT = 8
"""Rendered lists that a calendar keeps until it changes."""
HIDDEN: Item = {
    **FRESH, "location": NOWHERE, "organizer": None, "isOrganizer": False, "iCalUId": None, "_extended": {},
    "responseStatus": {"response": "none", "time": "0001-01-01T00:00:00Z"},
}  # fmt: skip
STILL_SEEN = ("isAllDay", "showAs", "isCancelled")


class Reading(Mailbox):
    def found(self, call: Call, event: str, write: bool = False) -> tuple[HeldCalendar, Item]:
        """The event in the path. Without a calendar there, one of the person's own mailbox. Raises Refusal."""
        named = read_id(event)
        held = self.held(call, write)
        if named is None:
            raise Refusal(400, "ErrorInvalidIdMalformed")
        places = [held]
        if not call.calendar:
            places = [each for each in self.service.calendars.values() if each.owner == call.user.email]
        for each in places:
            if (item := each.find(named)) is not None:
                return each, item
        raise not_found()

    # What a person sees

    def told(
        self, call: Call, held: HeldCalendar, item: Item, names: tuple[str, ...] = (), marks: tuple[str, ...] = ()
    ) -> Item:
        """An event as it is told to this person."""
        item = visible(item, ROLES[held.role(call.user.email)])
        zone, immutable = call.zone, call.immutable
        shown: Item = {"@odata.etag": etag(item), "id": item_id(item, immutable)}
        for name in names or TOLD:
            if name in ("start", "end") or name in TOLD or name == "cancelledOccurrences":
                shown[name] = made_of(item, name, zone, immutable)
        if "body" in shown:
            text = call.prefer.get("outlook.body-content-type") == "text"
            shown["body"] = as_text(shown["body"]) if text else as_html(shown["body"])
        if "cancelledOccurrences" in shown:
            days = sorted(held.cancelled.get(item["_token"], ()))
            shown["cancelledOccurrences"] = [f"OID.{shown['id']}.{day[:4]}-{day[4:6]}-{day[6:8]}" for day in days]
        if not names and item.get("transactionId") is None:
            del shown["transactionId"]
        if not names and "_stamp" not in item:
            del shown["originalStart"]
        found = [{"id": key, "value": item["_extended"][key]} for key in marks if key in item["_extended"]]
        if found:
            shown["singleValueExtendedProperties"] = found
        return shown

    # Lists

    def view(self, call: Call) -> str:
        held = self.held(call)
        low, high = call.moment("startdatetime"), call.moment("enddatetime")
        rows = self._rows(call, held, ("view", low, high), True, lambda: held.window(low, high))
        return self._page(call, rows, self._where(call, held, "calendarView"))

    def list_events(self, call: Call) -> str:
        held = self.held(call)
        rows = self._rows(call, held, ("events",), False, lambda: list(held.events.values()))
        return self._page(call, rows, self._where(call, held, "events"))

    def instances(self, call: Call, event: str) -> str:
        held, series = self.found(call, event)
        low, high = call.moment("startdatetime"), call.moment("enddatetime")
        if series["type"] != "seriesMaster":
            raise Refusal(400, "ErrorInvalidRequest", "Your request can't be completed. Only a series has instances.")
        rows = self._rows(call, held, (event, low, high), True, lambda: list(held.occurrences(series, low, high)))
        return self._page(call, rows, self._where(call, held, "instances"))

    def get_event(self, call: Call, event: str) -> Item:
        held, item = self.found(call, event)
        names, marks = selected(call.query, view=False), expanded(call.query)
        return {"@odata.context": self._where(call, held, "events/$entity"), **self.told(call, held, item, names, marks)}

    def _where(self, call: Call, held: HeldCalendar, what: str) -> str:
        return self.context(call, f"users('{call.user.id}')/calendars('{held.id}')/{what}")

    def _rows(
        self, call: Call, held: HeldCalendar, key: tuple[Any, ...], view: bool, source: Callable[[], list[Item]]
    ) -> list[str]:
        """The answer's events as JSON, kept until the calendar changes."""
        names, marks = selected(call.query, view), expanded(call.query)
        test, order = filtered(call.query), ordered(call.query)
        role = held.role(call.user.email)
        look = (role, names, marks, call.zone, call.immutable, call.prefer.get("outlook.body-content-type"))
        whole = (*key, look, call.query.get("$filter"), call.query.get("$orderby"))
        if whole not in held.lists:
            items = [each for each in source() if test is None or test(visible(each, ROLES[role]))]
            # No promise is made about the order, so the start does not decide it.
            items.sort(key=lambda each: str(each["id"])[::-1])
            for name, down in reversed(order):
                items.sort(key=lambda each, name=name: sort_value(each, name), reverse=down)  # type: ignore[misc]
            forget(held.lists, LISTS_KEPT)
            held.lists[whole] = self._rendered(call, held, items, look)
        return held.lists[whole]

    def _rendered(self, call: Call, held: HeldCalendar, items: list[Item], look: tuple[Any, ...]) -> list[str]:
        """Events as JSON. What did not change looks as before."""
        before = held.rendered.get(look, {})
        now: dict[tuple[str, int], str] = {}
        for item in items:
            key = (item["id"], item["_etag"])
            now[key] = before.get(key) or json.dumps(self.told(call, held, item, look[1], look[2]))
        if len(now) >= len(before):
            forget(held.rendered, LISTS_KEPT)
            held.rendered[look] = now
        return list(now.values())

    def _page(self, call: Call, rows: list[str], context: str) -> str:
        skip = int(call.query.get("$skip", 0))
        head = f'"@odata.context":{json.dumps(context)}'
        if call.query.get("$count") == "true":
            head += f',"@odata.count":{len(rows)}'
        if skip + call.size < len(rows):
            head += f',"@odata.nextLink":{json.dumps(call.next_link(skip + call.size))}'
        return f'{{{head},"value":[{",".join(rows[skip : skip + call.size])}]}}'


def visible(item: Item, rights: Rights) -> Item:
    """What a role leaves of an event."""
    private = item["sensitivity"] == "private" and not rights.private
    if rights.details and not private:
        return item
    kept = {name: item[name] for name in STILL_SEEN}
    kept["sensitivity"] = "private" if private else "normal"
    if rights.place and not private:
        kept |= {"subject": item["subject"], "location": item["location"]}
    return {**item, **HIDDEN, **kept}


def forget(kept: dict[Any, Any], most: int) -> None:
    """Makes room for one more."""
    for old in list(kept)[: -most + 1]:
        del kept[old]
