"""Writing events: made once, changed, deleted, cancelled with a word to the guests."""

from __future__ import annotations

from tests.servers.graph.answers import Refusal, unread
from tests.servers.graph.calendars import HeldCalendar
from tests.servers.graph.delta import Delta
from tests.servers.graph.events import Item, etag
from tests.servers.graph.methods import Call

NO_ORGANIZER = "Your request can't be completed. You need to be an organizer to cancel a meeting."
NO_MEETING = "Your request can't be completed. An event without attendees cannot be cancelled."


class GraphApi(Delta):
    def make_event(self, call: Call) -> Item:
        """A second call with a known ``transactionId`` makes nothing and tells of the first, which may be deleted by then."""
        held = self.held(call, write=True)
        wanted = call.body.get("transactionId") if isinstance(call.body, dict) else None
        known = held.transactions.get(wanted) if isinstance(wanted, str) else None
        if known is not None:
            return self._one(call, held, held.events.get(known["_token"], known))
        item = self.service.insert(held.id, call.body, call.user.email)
        if wanted:
            held.transactions[wanted] = item
        call.user.writes.append(("insert", item["id"]))
        return self._one(call, held, item)

    def edit_event(self, call: Call, event: str) -> Item:
        held, before = self.found(call, event, write=True)
        self._match(call, before)
        if not isinstance(call.body, dict):
            raise unread("The body is not an object.")
        item = self.service.edit(held.id, before["id"], call.body, strict=True)
        call.user.writes.append(("update", item["id"]))
        return self._one(call, held, item)

    def delete_event(self, call: Call, event: str) -> None:
        held, before = self.found(call, event, write=True)
        self._match(call, before)
        self.service.delete(held.id, before["id"])
        call.user.writes.append(("delete", before["id"]))

    def cancel_event(self, call: Call, event: str) -> None:
        held, before = self.found(call, event, write=True)
        body = call.body if isinstance(call.body, dict) else {}
        if {str(name).lower() for name in body} - {"comment"}:
            raise unread("A parameter does not exist on the action 'cancel'.")
        if not before["isOrganizer"]:
            raise Refusal(400, "ErrorInvalidRequest", NO_ORGANIZER)
        if not before["attendees"]:
            raise Refusal(400, "ErrorInvalidRequest", NO_MEETING)
        comment = next(iter(body.values()), "") or ""
        self.service.delete(held.id, before["id"], str(comment))
        call.user.writes.append(("cancel", before["id"]))

    def _one(self, call: Call, held: HeldCalendar, item: Item) -> Item:
        return {"@odata.context": self._where(call, held, "events/$entity"), **self.told(call, held, item)}

    @staticmethod
    def _match(call: Call, item: Item) -> None:
        if call.if_match not in ("", "*", etag(item)):
            raise Refusal(412, "ErrorIrresolvableConflict")
