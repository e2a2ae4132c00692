"""The person and the mailbox: who it is, its settings, its calendars, and the free/busy view of several people."""

from __future__ import annotations

from typing import Any

from app.domain.clock import DAY, MINUTE, Instant
from tests.servers.graph.answers import Refusal, bad_query, invalid, not_found, unread
from tests.servers.graph.calendars import ROLES, HeldCalendar
from tests.servers.graph.events import Item, change_key, checked, instant, shown_time, span
from tests.servers.graph.ids import CALENDAR
from tests.servers.graph.methods import Call
from tests.servers.graph.queries import expanded, filtered
from tests.servers.graph.state import GraphService, User
from tests.servers.graph.zones import zone

PERSON = (
    "businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone", "officeLocation", "preferredLanguage",
    "surname", "userPrincipalName", "id",
)  # fmt: skip
CALENDAR_TOLD = (
    "id", "name", "color", "hexColor", "isDefaultCalendar", "changeKey", "canShare", "canViewPrivateItems", "canEdit",
    "allowedOnlineMeetingProviders", "defaultOnlineMeetingProvider", "isTallyingResponses", "isRemovable", "owner",
)  # fmt: skip
COLORS = (
    "auto", "lightBlue", "lightGreen", "lightOrange", "lightGray", "lightYellow", "lightTeal", "lightPink", "lightBrown",
    "lightRed", "maxColor",
)  # fmt: skip
SIGNS = {"free": "0", "workingElsewhere": "0", "tentative": "1", "busy": "2", "oof": "3", "unknown": "2"}
MOST_DAYS = 62


class Mailbox:
    def __init__(self, service: GraphService) -> None:
        self.service = service

    # Who may reach what

    def held(self, call: Call, write: bool = False) -> HeldCalendar:
        """The calendar in the path, if the person may reach it. Raises Refusal."""
        if not call.calendar:
            return self.service.default(call.user.email)
        held = self.service.calendars.get(call.calendar)
        if held is None or not held.role(call.user.email):
            malformed = not call.calendar.startswith(CALENDAR)
            raise Refusal(400, "ErrorInvalidIdMalformed") if malformed else not_found()
        role = held.role(call.user.email)
        scopes = {f"Calendars.ReadWrite{'.Shared' if role != 'owner' else ''}", "Calendars.ReadWrite.Shared"}
        if not write:
            scopes |= {each.replace("ReadWrite", "Read") for each in scopes}
        if role == "none" or not scopes & set(call.grant.scopes) or (write and not ROLES[role].edit):
            raise Refusal(403, "ErrorAccessDenied")
        return held

    def context(self, call: Call, what: str) -> str:
        return f"{call.base}/v1.0/$metadata#{what}"

    # The person

    def me(self, call: Call) -> Item:
        user = call.user
        first, _, last = user.name.partition(" ")
        whole: Item = dict.fromkeys(PERSON) | {
            "businessPhones": [], "displayName": user.name, "givenName": first, "surname": last or None,
            "mail": user.email if user.mailbox else None, "userPrincipalName": user.upn, "id": user.id,
        }  # fmt: skip
        names = self._names(call, (*PERSON, "mailboxSettings", "userType", "accountEnabled"))
        chosen = {name: whole.get(name) for name in names or PERSON if name != "mailboxSettings"}
        return {"@odata.context": self.context(call, "users/$entity"), **chosen}

    def mailbox_settings(self, call: Call) -> Item:
        user = call.user
        whole = {
            "archiveFolder": None, "timeZone": user.zone, "delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly",
            "dateFormat": "dd-MM-yyyy", "timeFormat": "HH:mm", "userPurpose": user.purpose,
            "automaticRepliesSetting": {"status": "disabled", "externalAudience": "all"},
            "language": {"locale": "da-DK", "displayName": "Danish (Denmark)"}, "workingHours": working_hours(user),
        }  # fmt: skip
        names = self._names(call, tuple(whole))
        chosen = {name: whole[name] for name in names or whole}
        return {"@odata.context": self.context(call, f"users('{user.id}')/mailboxSettings"), **chosen}

    @staticmethod
    def _names(call: Call, known: tuple[str, ...]) -> tuple[str, ...]:
        names = tuple(name.strip() for name in call.query.get("$select", "").split(",") if name.strip())
        for name in names:
            if name not in known:
                raise Refusal(400, "RequestBroker--ParseUri", f"Could not find a property named '{name}'.")
        return names

    # Calendars

    def entry(self, held: HeldCalendar, user: User) -> Item:
        rights, owner = ROLES[held.role(user.email)], self.service.users[held.owner]
        return {
            "id": held.id, "name": held.name, "color": held.color, "hexColor": "",
            "isDefaultCalendar": held.default and held.owner == user.email, "changeKey": change_key({"_etag": held.change}),
            "canShare": rights.share, "canViewPrivateItems": rights.private, "canEdit": rights.edit,
            "allowedOnlineMeetingProviders": list(held.online),
            "defaultOnlineMeetingProvider": held.online[0] if held.online else "unknown",
            "isTallyingResponses": held.default and held.owner == user.email,
            "isRemovable": held.removable and held.owner == user.email,
            "owner": {"name": owner.name, "address": owner.email},
        }  # fmt: skip

    def _told(self, call: Call, held: HeldCalendar) -> Item:
        names, whole = self._names(call, (*CALENDAR_TOLD, "singleValueExtendedProperties")), self.entry(held, call.user)
        told = {name: whole[name] for name in CALENDAR_TOLD if not names or name in names or name == "id"}
        marks = [{"id": key, "value": held.extended[key]} for key in expanded(call.query) if key in held.extended]
        return told | ({"singleValueExtendedProperties": marks} if marks else {})

    def list_calendars(self, call: Call) -> Item:
        email, test = call.user.email, filtered(call.query, ("name",))
        if "$orderby" in call.query and call.query["$orderby"] not in ("name", "name asc", "name desc"):
            raise bad_query("Calendars are sorted by name alone.")
        shown = [each for each in self.service.calendars.values() if each.role(email) not in ("", "none")]
        shown = [each for each in shown if test is None or test({"name": each.name, "_extended": each.extended})]
        # The default calendar has no promised place in the list.
        shown.sort(key=lambda each: each.name if "$orderby" in call.query else each.id[::-1])
        if call.query.get("$orderby", "").endswith("desc"):
            shown.reverse()
        skip = int(call.query.get("$skip", 0))
        told = [self._told(call, each) for each in shown[skip : skip + call.size]]
        answer: Item = {"@odata.context": self.context(call, f"users('{call.user.id}')/calendars"), "value": told}
        if call.query.get("$count") == "true":
            answer["@odata.count"] = len(shown)
        if skip + call.size < len(shown):
            answer["@odata.nextLink"] = call.next_link(skip + call.size)
        return answer

    def get_calendar(self, call: Call) -> Item:
        held = self.held(call)
        return {"@odata.context": self.context(call, f"users('{call.user.id}')/calendars/$entity"), **self._told(call, held)}

    def _checked_calendar(self, call: Call, wanted: tuple[str, ...] = ()) -> Item:
        body = call.body if isinstance(call.body, dict) else {}
        for name in body:
            if name.startswith("@"):
                continue
            if name not in (*CALENDAR_TOLD, "singleValueExtendedProperties"):
                raise unread(f"The property '{name}' does not exist on type 'microsoft.graph.calendar'.")
            if name not in ("name", "color", "isDefaultCalendar", "singleValueExtendedProperties"):
                raise Refusal(400, "ErrorInvalidPropertySet", f"The property '{name}' is read-only and cannot be set.")
        missing = any(not body.get(name) for name in wanted)
        if missing or not isinstance(body.get("name", ""), str) or body.get("color", "auto") not in COLORS:
            raise invalid("The calendar needs a name, and its colour has to be a known one.")
        return body

    def make_calendar(self, call: Call) -> Item:
        body = self._checked_calendar(call, ("name",))
        mine = [each.name.casefold() for each in self.service.calendars.values() if each.owner == call.user.email]
        if body["name"].casefold() in mine:
            raise Refusal(409, "ErrorFolderExists")
        marks = checked({"singleValueExtendedProperties": body.get("singleValueExtendedProperties", [])})["_extended"]
        held = self.service.add_calendar(call.user.email, body["name"], color=body.get("color", "auto"), extended=marks)
        call.user.writes.append(("make_calendar", held.id))
        return {
            "@odata.context": self.context(call, f"users('{call.user.id}')/calendars/$entity"),
            **self.entry(held, call.user),
        }

    def edit_calendar(self, call: Call) -> Item:
        held, body = self.held(call, write=True), self._checked_calendar(call)
        held.name, held.color = body.get("name", held.name), body.get("color", held.color)
        held.touch()
        call.user.writes.append(("edit_calendar", held.id))
        return {
            "@odata.context": self.context(call, f"users('{call.user.id}')/calendars/$entity"),
            **self.entry(held, call.user),
        }

    def delete_calendar(self, call: Call) -> None:
        held = self.held(call)
        if held.owner != call.user.email or not held.removable:
            raise Refusal(400, "ErrorDeleteDistinguishedFolder")
        self.service.remove_calendar(held.id)
        call.user.writes.append(("delete_calendar", held.id))

    # Free and busy

    def get_schedule(self, call: Call) -> Item:
        """Of default calendars, whoever asks; details only where they may be seen."""
        body = {str(name).lower(): value for name, value in call.body.items()} if isinstance(call.body, dict) else {}
        if body.keys() - {"schedules", "starttime", "endtime", "availabilityviewinterval"}:
            raise unread("A parameter does not exist on the action 'getSchedule'.")
        minutes, people = body.get("availabilityviewinterval", 30), body.get("schedules")
        if not isinstance(people, list) or not 1 <= len(people) <= 100:
            raise invalid("schedules has to name 1 to 100 people.")
        if not isinstance(minutes, int) or not 5 <= minutes <= 1440:
            raise invalid("availabilityViewInterval has to be 5 to 1440 minutes.")
        low, high = (self._edge(body.get(name)) for name in ("starttime", "endtime"))
        if not low < high <= low + MOST_DAYS * DAY:
            raise Refusal(400, "ErrorInvalidTimeInterval", "The time interval has to be positive and at most 62 days.")
        told = [self._schedule(call, str(each), low, high, minutes) for each in people]
        return {"@odata.context": self.context(call, "Collection(microsoft.graph.scheduleInformation)"), "value": told}

    @staticmethod
    def _edge(time: Any) -> Instant:
        if not isinstance(time, dict) or time.keys() - {"dateTime", "timeZone"} or not time.get("dateTime"):
            raise invalid("startTime and endTime are required.")
        zone(str(time.get("timeZone") or ""))
        try:
            return instant({"dateTime": str(time["dateTime"])[:19], "timeZone": time["timeZone"]})
        except ValueError as error:
            raise invalid("startTime or endTime is no date and time.") from error

    def _schedule(self, call: Call, who: str, low: Instant, high: Instant, minutes: int) -> Item:
        user = self.service.users.get(who)
        if user is None or not user.mailbox:
            error = {"message": "Unable to resolve e-mail address to an Active Directory object.",
                     "responseCode": "ErrorMailRecipientNotFound"}  # fmt: skip
            return {"scheduleId": who, "availabilityView": "", "error": error}
        held = self.service.default(who)
        rights = ROLES.get(held.role(call.user.email), ROLES["freeBusyRead"])
        found = sorted((each for each in held.window(low, high) if not each["isCancelled"]), key=span)
        view = ["0"] * -((low - high) // (minutes * MINUTE))
        items = []
        for each in found:
            start, end = span(each)
            for slot in range(max(start - low, 0) // (minutes * MINUTE), -((low - min(end, high)) // (minutes * MINUTE))):
                view[slot] = max(view[slot], SIGNS[each["showAs"]])
            item: Item = {"status": each["showAs"], "start": shown_time(each, "start", call.zone),
                          "end": shown_time(each, "end", call.zone)}  # fmt: skip
            private = each["sensitivity"] == "private"
            if rights.details and (rights.private or not private):
                item |= {"isPrivate": private, "subject": each["subject"], "location": each["location"]["displayName"]}
            items.append(item)
        return {
            "scheduleId": who, "availabilityView": "".join(view), "scheduleItems": items, "workingHours": working_hours(user),
        }  # fmt: skip


def working_hours(user: User) -> Item:
    days = ["monday", "tuesday", "wednesday", "thursday", "friday"]
    return {
        "daysOfWeek": days, "startTime": "08:00:00.0000000", "endTime": "17:00:00.0000000", "timeZone": {"name": user.zone},
    }  # fmt: skip
