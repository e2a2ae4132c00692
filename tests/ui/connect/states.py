"""The states of the dialog that have a picture, by name."""

from __future__ import annotations

from dataclasses import replace

from app.domain.clock import DAY, HOUR, from_iso
from app.domain.connecting import Candidate, OfferedCalendar
from app.domain.connections import Access, Account, ProviderKind
from app.ui.connect.state import Page, State, Trouble, offered

NOW = from_iso("2026-10-12T06:00:00Z")
ZONE = "Europe/Copenhagen"
KINDS = (ProviderKind.GOOGLE, ProviderKind.OFFICE365, ProviderKind.LOCAL)
CALENDARS = (
    OfferedCalendar("Jane Doe", Access.OWNER, True, "fjord"),
    OfferedCalendar("Family", Access.OWNER, False, "moss"),
    OfferedCalendar("Team calendar", Access.EDIT, False, "heather", "ida@example.com", "Ida Winther"),
    OfferedCalendar("Holidays in Denmark", Access.DETAILS, False, "amber"),
    OfferedCalendar("Jonas Berg", Access.FREE_BUSY, False, "slate", "jonas@example.com", "Jonas"),
)
JANE = Candidate("c1", ProviderKind.GOOGLE, "jane@example.com", "Jane Doe", CALENDARS)
ACCOUNT = Account("a1", ProviderKind.GOOGLE, "Jane Doe", "jane@example.com")
CHOOSE = State(Page.CHOOSE, KINDS, allowed=True, now=NOW, zone=ZONE)
GOOGLE = replace(CHOOSE, kind=ProviderKind.GOOGLE, page=Page.SHARED)
MICROSOFT = replace(GOOGLE, kind=ProviderKind.OFFICE365)
WAITING = replace(GOOGLE, page=Page.WAITING, told=("browser",), address="https://accounts.google.com/o/oauth2/v2/auth?x=1")
TYPED = {"client_id": "AIzaSyA1", "client_secret": "GOCSPX-abcdefghij"}


def failed(reason: str, detail: str = "") -> State:
    return replace(GOOGLE, page=Page.FAILED, trouble=Trouble(reason, detail))


ALL = {
    "choose": CHOOSE,
    "choose-all": replace(CHOOSE, kinds=offered(tuple(set(ProviderKind) - {ProviderKind.ICS}), local=True)),
    "choose-asked": replace(CHOOSE, allowed=False, asking=True),
    "choose-off": replace(CHOOSE, allowed=False, connected=True),
    "shared-google": GOOGLE,
    "shared-office365": MICROSOFT,
    "shared-exchange": replace(GOOGLE, kind=ProviderKind.EXCHANGE, sync=False),
    "shared-local": replace(GOOGLE, kind=ProviderKind.LOCAL),
    "shared-beside": replace(GOOGLE, beside="anna@example.com"),
    "shared-off": replace(GOOGLE, allowed=False),
    "shared-refused": replace(GOOGLE, trouble=Trouble("refused")),
    "client-google": replace(GOOGLE, page=Page.CLIENT, fields={"client_id": "", "client_secret": ""}, problems={}),
    "client-google-wrong": replace(
        GOOGLE,
        page=Page.CLIENT,
        fields=TYPED,
        problems={"client_id": "api_key", "client_file": "web_client"},
        touched=frozenset({"client_id", "client_secret", "client_file"}),
    ),
    "client-office365": replace(MICROSOFT, page=Page.CLIENT, fields={"client_id": "", "tenant": ""}),
    "form-local": replace(GOOGLE, kind=ProviderKind.LOCAL, page=Page.FORM),
    "waiting": WAITING,
    "waiting-unopened": replace(WAITING, unopened=True),
    "waiting-almost": replace(WAITING, told=("browser", "token", "who", "calendars")),
    "waiting-again": replace(WAITING, again=ACCOUNT),
    "failed-time-out": failed("time_out"),
    "failed-rights": failed("rights", "https://www.googleapis.com/auth/calendar.events"),
    "failed-client": failed("client", "invalid_client"),
    "failed-locked": failed("locked"),
    "failed-network": failed("network"),
    "failed-already": failed("already", "jane@example.com"),
    "confirm": replace(GOOGLE, page=Page.CONFIRM, candidate=JANE),
    "confirm-testing": replace(GOOGLE, page=Page.CONFIRM, candidate=replace(JANE, ends=NOW + 7 * DAY - HOUR)),
    "confirm-shared": replace(MICROSOFT, page=Page.CONFIRM, candidate=replace(JANE, shared=True, primary=False)),
    "reading": replace(GOOGLE, page=Page.READING, candidate=JANE, account=ACCOUNT, events=142),
}
