"""One calendar of the odd server, in which its owner works."""

from __future__ import annotations

from app.domain.calendars import EventDraft
from app.providers.caldav.keys import Keys
from app.providers.caldav.provider import CalDavProvider
from app.providers.caldav.writing import Hand, new_object
from tests.providers.caldav.worlds import NOW, FixedClock
from tests.servers.caldav.door import Door
from tests.servers.caldav.odd import HOME, PASSWORD, PRINCIPAL, USER, Held, OddServer


class OddWorld:
    """One calendar of the odd server."""

    def __init__(self, door: Door, server: OddServer, folder: str) -> None:
        self.server, self.door = server, door
        self.held: Held = server.calendars[folder]
        self.calendar = f"{HOME}{folder}/"
        keys = Keys(USER, USER, PASSWORD, (f"{door.base}{HOME}",), f"{door.base}{PRINCIPAL}", True)
        self.provider = CalDavProvider("account", keys, FixedClock())
        self.hand = Hand("bo@example.com", NOW)

    def put(self, name: str, draft: EventDraft) -> None:
        self.held.texts[name] = new_object(draft, self.hand)
        self.held.history.append(name)
