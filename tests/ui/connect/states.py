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


ANNA = Account("a2", ProviderKind.EXCHANGE, "Anna Holm", "anna@example.com", signed_out=True)
EXCHANGE = replace(
    CHOOSE,
    kinds=offered(tuple(ProviderKind), local=True),
    kind=ProviderKind.EXCHANGE,
    page=Page.FORM,
    known={"email": "anna@example.com"},
)
CALDAV = replace(EXCHANGE, kind=ProviderKind.CALDAV, known={})
FEED = replace(EXCHANGE, kind=ProviderKind.ICS, known={})
LINK = {"address": "https://example.com/holidays.ics"}
TRIED = " ".join(
    (
        "https://example.com/autodiscover/autodiscover.xml",
        "https://autodiscover.example.com/autodiscover/autodiscover.xml",
        "https://example.com/EWS/Exchange.asmx",
        "https://mail.example.com/EWS/Exchange.asmx",
        "https://exchange.example.com/EWS/Exchange.asmx",
    )
)
CERTIFICATE = (
    "why=unknown_ca; subject=CN=mail.example.com, O=Example A/S; issuer=CN=Example Internal CA, O=Example A/S; "
    "until=2027-03-01; sha256=4A:9F:01:7C:2E:55:B8:D3:90:AA:6F:13:C7:08:EE:41:5D:22:9B:F6:70:1C:84:3A:E9:57:0B:D8:66:1F:A2:C4"
)


def refused(state: State, reason: str, detail: str = "") -> State:
    """What a form says after it was tried."""
    return replace(state, trouble=Trouble(reason, detail), reported=state.kind is not ProviderKind.ICS)


def failed(reason: str, detail: str = "") -> State:
    return replace(GOOGLE, page=Page.FAILED, trouble=Trouble(reason, detail))


ALL = {
    "choose": CHOOSE,
    "choose-all": replace(CHOOSE, kinds=offered(tuple(ProviderKind), local=True)),
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
    "shared-caldav": replace(CALDAV, page=Page.SHARED, sync=False),
    "shared-ics": replace(FEED, page=Page.SHARED, sync=False, allowed=False),
    "exchange": replace(EXCHANGE, known={}),
    "exchange-empty": replace(EXCHANGE, known={}, problems={"email": "missing", "password": "missing"}),
    "exchange-fields": replace(
        EXCHANGE,
        known={"email": "anna", "user": "a\\b\\c", "server": "http://mail.example.com", "shared": "ida"},
        problems={"email": "form", "user": "form", "server": "http", "version": "too_old", "shared": "form"},
    ),
    "exchange-busy": replace(EXCHANGE, busy=True, told=("look", "server:mail.example.com")),
    "exchange-password": refused(EXCHANGE, "password", "anna@example.com, anna"),
    "exchange-server": refused(EXCHANGE, "server", TRIED),
    "exchange-old": refused(EXCHANGE, "too_old", "Exchange 2007 SP3"),
    "exchange-certificate": refused(EXCHANGE, "certificate", CERTIFICATE),
    "exchange-expired": refused(EXCHANGE, "certificate", CERTIFICATE.replace("unknown_ca", "expired")),
    "exchange-ca": replace(EXCHANGE, known={"email": "anna@example.com", "ca": "x"}, problems={"ca": "not_a_certificate"}),
    "exchange-microsoft": replace(EXCHANGE, known={"email": "anna@outlook.com"}, problems={"email": "microsoft"}),
    "exchange-moved": refused(EXCHANGE, "microsoft"),
    "exchange-forbidden": refused(EXCHANGE, "forbidden"),
    "exchange-network": refused(EXCHANGE, "network"),
    "exchange-time-out": refused(EXCHANGE, "time_out"),
    "exchange-locked": refused(EXCHANGE, "locked"),
    "exchange-again": replace(
        EXCHANGE,
        again=ANNA,
        known={"email": "anna@example.com", "user": "EXAMPLE\\anna", "server": "https://mail.example.com/EWS/Exchange.asmx"},
    ),
    "caldav": CALDAV,
    "caldav-again": replace(
        CALDAV,
        again=replace(ANNA, provider=ProviderKind.CALDAV),
        known={"preset": "", "address": "https://cloud.example.com/remote.php/dav/calendars/anna/", "user": "anna"},
    ),
    "caldav-password": refused(CALDAV, "password", "anna@icloud.com"),
    "caldav-server": refused(CALDAV, "server", "https://example.com/.well-known/caldav https://caldav.example.com/"),
    "caldav-certificate": refused(CALDAV, "certificate", CERTIFICATE.replace("unknown_ca", "self_signed")),
    "caldav-ca": replace(
        CALDAV,
        again=replace(ANNA, provider=ProviderKind.CALDAV),
        known={"preset": "", "address": "https://cloud.example.com/", "user": "anna", "ca": "x"},
    ),
    "caldav-none": refused(CALDAV, "no_calendars"),
    "ics": FEED,
    "ics-form": replace(FEED, known={"address": "my calendar"}, problems={"address": "form"}),
    "ics-page": refused(replace(FEED, known=LINK), "not_a_calendar"),
    "ics-password": refused(replace(FEED, known=LINK), "password"),
    "ics-confirm": replace(
        FEED,
        page=Page.CONFIRM,
        candidate=Candidate(
            "c2", ProviderKind.ICS, "", "Holidays", (OfferedCalendar("Holidays in Denmark", Access.DETAILS),), primary=False
        ),
    ),
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
