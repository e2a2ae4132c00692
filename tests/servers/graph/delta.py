"""calendarView/delta: what changed in a window since a token.

What is told of occurrences is little, a cancelled occurrence shows only in its series, and events outside the window that were
made or changed come as removed: as the real service has it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from tests.servers.graph.answers import Refusal, bad_query
from tests.servers.graph.calendars import TOKENS_KEPT, DeltaPoint, HeldCalendar
from tests.servers.graph.events import Item, etag, item_id, master_id, shown_time
from tests.servers.graph.ids import immutable_id, plain_id, read_id
from tests.servers.graph.methods import Call
from tests.servers.graph.reading import Reading

UNSUPPORTED = "$orderby, $filter, $select, $expand, $search"
ROUNDS_KEPT = 200
TYPE = "#microsoft.graph.event"


@dataclass(slots=True)
class Round:
    """The rows of one round that are still to come, and the token that ends it."""

    calendar: str
    rows: list[Item] = field(default_factory=list)
    token: str = ""


class Delta(Reading):
    rounds: dict[str, Round]

    def delta(self, call: Call) -> Item:
        held = self.held(call)
        if not hasattr(self, "rounds"):
            self.rounds = {}
        for name in call.query:
            if name.startswith("$") and name not in ("$skiptoken", "$deltatoken"):
                detail = "The following parameters are not supported with change tracking over the 'CalendarView' resource: "
                raise bad_query(f"{detail}'{UNSUPPORTED}'.")
        if {"$skiptoken", "$deltatoken"} & call.query.keys() and len(call.query) != 1:
            raise bad_query("A link is followed as it is; nothing may be added to it.")
        if "$skiptoken" in call.query:
            going = self.rounds.get(call.query["$skiptoken"])
            if going is None or going.calendar != held.id:
                raise Refusal(410, "SyncStateNotFound")
        elif "$deltatoken" in call.query:
            going = self._changed(call, held, call.query["$deltatoken"])
        else:
            going = self._first(call, held)
        return self._round(call, held, going)

    def _round(self, call: Call, held: HeldCalendar, going: Round) -> Item:
        size = int(call.prefer.get("odata.maxpagesize", 10))
        answer: Item = {"@odata.context": self.context(call, "Collection(event)")}
        if len(going.rows) > size:
            token = secrets.token_urlsafe(40)
            self.rounds[token] = Round(held.id, going.rows[size:], going.token)
            for old in list(self.rounds)[:-ROUNDS_KEPT]:
                del self.rounds[old]
            answer["@odata.nextLink"] = f"{call.base}{call.path}?$skiptoken={token}"
        else:
            answer["@odata.deltaLink"] = f"{call.base}{call.path}?$deltatoken={going.token}"
        return {**answer, "value": going.rows[:size]}

    def _first(self, call: Call, held: HeldCalendar) -> Round:
        low, high = call.moment("startdatetime"), call.moment("enddatetime")
        items = self._all(held, low, high)
        return Round(held.id, [self._row(call, held, each) for each in items], self._point(held, low, high, items))

    @staticmethod
    def _all(held: HeldCalendar, low: int, high: int) -> list[Item]:
        return [*held.masters_in(low, high), *held.window(low, high)]

    @staticmethod
    def _point(held: HeldCalendar, low: int, high: int, items: list[Item]) -> str:
        token = secrets.token_urlsafe(40)
        seen = {each["id"]: each["_etag"] for each in items}
        places = {each["id"]: each["_place"] for each in items}
        held.points[token] = DeltaPoint(low, high, seen, held.change, places)
        for old in list(held.points)[:-TOKENS_KEPT]:
            del held.points[old]
        return token

    def _changed(self, call: Call, held: HeldCalendar, token: str) -> Round:
        point = held.points.get(token)
        if point is None:
            raise Refusal(410, "SyncStateNotFound")
        if point.change == held.change:
            return Round(held.id, [], token)
        now = self._all(held, point.low, point.high)
        rows = [self._row(call, held, each) for each in now if point.seen.get(each["id"]) != each["_etag"]]
        here = {each["id"] for each in now}
        gone = [name for name in point.seen if name not in here and not self._cancelled(held, name)]
        outside = [
            name for name, item in ((each["id"], each) for each in held.events.values())
            if name not in here and name not in point.seen and item["_etag"] > point.change
        ]  # fmt: skip
        rows += [self._removed(call, held, point, name) for name in (*gone, *outside)]
        return Round(held.id, rows, self._point(held, point.low, point.high, now))

    @staticmethod
    def _cancelled(held: HeldCalendar, name: str) -> bool:
        """An occurrence that was taken out of a living series: no row tells of it."""
        named = read_id(name)
        return named is not None and named.stamp in held.cancelled.get(named.token, ())

    def _row(self, call: Call, held: HeldCalendar, item: Item) -> Item:
        if item["type"] != "occurrence":
            return {"@odata.type": TYPE, **self.told(call, held, item)}
        zone = call.zone
        return {
            "@odata.type": TYPE, "@odata.etag": etag(item), "seriesMasterId": master_id(item, call.immutable),
            "type": "occurrence", "id": item_id(item, call.immutable), "start": shown_time(item, "start", zone),
            "end": shown_time(item, "end", zone),
        }  # fmt: skip

    @staticmethod
    def _removed(call: Call, held: HeldCalendar, point: DeltaPoint, name: str) -> Item:
        named = read_id(name)
        assert named is not None
        place = point.places.get(name) or held.events[named.token]["_place"]
        text = immutable_id(named.token, named.stamp) if call.immutable else plain_id(place, named.token, named.stamp)
        return {"@odata.type": TYPE, "id": text, "@removed": {"reason": "deleted"}}
