"""How tests of the server ask it: with exchangelib, and with requests written by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx2
from exchangelib import BASIC, DELEGATE, Account, Build, Configuration, Credentials, EWSDateTime, EWSTimeZone, FailFast, Version
from exchangelib.extended_properties import ExtendedProperty
from exchangelib.folders import Calendar, FolderId
from exchangelib.items import CalendarItem
from lxml import etree

from tests.servers.ews.serving import EwsServer
from tests.servers.ews.soap import MESSAGES, SOAP, TYPES, Element, M

ANNA, BO, PASSWORD = "anna@example.com", "bo@example.com", "correct horse"
ZONE = EWSTimeZone("Europe/Copenhagen")
GUID = "0d2f1c4e-7b1a-4c0b-9a55-1f6f4b3c2d10"
NAMES = {"m": MESSAGES, "t": TYPES, "s": SOAP}
XML = "text/xml; charset=utf-8"
ID_ONLY = "<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>"


class Mark(ExtendedProperty):
    property_set_id = GUID
    property_name = "AftaleBooking"
    property_type = "String"


def at(day: int, hour: int = 0, minute: int = 0, month: int = 10) -> EWSDateTime:
    """In 2026, by the clock of Copenhagen, where it is set back on the 25th of October."""
    return EWSDateTime(2026, month, day, hour, minute, tzinfo=ZONE)


LOW, HIGH = at(1), at(1, month=12)


def configuration(server: EwsServer, login: str = ANNA, password: str = PASSWORD, **more: Any) -> Configuration:
    """With everything known in advance, so that nothing is tried out."""
    given = {"auth_type": BASIC, "version": Version(Build(15, 2), "Exchange2016"), "retry_policy": FailFast(), **more}
    return Configuration(service_endpoint=server.url, credentials=Credentials(login, password), **given)


def account(server: EwsServer, email: str = ANNA, login: str = "", password: str = PASSWORD, **more: Any) -> Account:
    config = configuration(server, login or email, password, **more)
    return Account(email, config=config, autodiscover=False, access_type=DELEGATE, default_timezone=ZONE)


def calendar_of(person: Account, identity: str) -> Calendar:
    """A calendar of whomever, by nothing but its id."""
    return Calendar(root=person.root, _id=FolderId(id=identity), name="Shared", folder_class="IPF.Appointment")


def event(folder: Calendar, subject: str = "Intro", day: int = 20, hour: int = 9, **more: Any) -> CalendarItem:
    given = {"start": at(day, hour), "end": at(day, hour + 1), **more}
    return CalendarItem(account=folder.account, folder=folder, subject=subject, **given)


def seen(folder: Calendar, *fields: str) -> list[CalendarItem]:
    return list(folder.view(start=LOW, end=HIGH).only("subject", "start", "end", *fields))


@dataclass(frozen=True, slots=True)
class Told:
    """An answer. ``codes``: what each response message says, or the fault."""

    status: int
    headers: httpx2.Headers
    text: str

    @property
    def root(self) -> Element:
        return etree.fromstring(self.text.encode())

    @property
    def codes(self) -> list[str]:
        faults = [str(each.text) for each in self.root.iterfind(".//{*}Fault/detail/{*}ResponseCode")]
        return faults or [str(each.text) for each in self.root.iterfind(f".//{M}ResponseCode")]

    @property
    def code(self) -> str:
        (found,) = self.codes
        return found

    def find(self, path: str) -> str | None:
        found = self.root.find(f".//{path}", NAMES)
        return None if found is None else found.text

    def all(self, path: str, attribute: str = "") -> list[str | None]:
        return [each.get(attribute) if attribute else each.text for each in self.root.iterfind(f".//{path}", NAMES)]


class Caller:
    """Somebody who writes requests by hand."""

    def __init__(
        self, server: EwsServer, login: str = ANNA, password: str = PASSWORD, version: str = "Exchange2016", timeout: float = 10
    ) -> None:
        self.server, self.login, self.password, self.version, self.timeout = server, login, password, version, timeout

    def __call__(self, operation: str, zone: str = "") -> Told:
        return self.post(self.envelope(operation, zone))

    def envelope(self, operation: str, zone: str = "") -> str:
        context = f'<t:TimeZoneContext><t:TimeZoneDefinition Id="{zone}"/></t:TimeZoneContext>' if zone else ""
        return (
            f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="{SOAP}" xmlns:m="{MESSAGES}" xmlns:t="{TYPES}">'
            f'<s:Header><t:RequestServerVersion Version="{self.version}"/>{context}</s:Header>'
            f"<s:Body>{operation}</s:Body></s:Envelope>"
        )

    def post(self, body: str, url: str = "") -> Told:
        auth = (self.login, self.password) if self.login else None
        headers = {"Content-Type": XML}
        answer = httpx2.post(url or self.server.url, content=body.encode(), headers=headers, auth=auth, timeout=self.timeout)
        return Told(answer.status_code, answer.headers, answer.text)

    def get_folder(self, reference: str) -> Told:
        shape = "<m:FolderShape><t:BaseShape>AllProperties</t:BaseShape></m:FolderShape>"
        return self(f"<m:GetFolder>{shape}<m:FolderIds>{reference}</m:FolderIds></m:GetFolder>")

    def get_item(self, reference: str) -> Told:
        shape = "<m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape>"
        return self(f"<m:GetItem>{shape}<m:ItemIds>{reference}</m:ItemIds></m:GetItem>")

    def view(self, folder: str, low: str = "2026-10-01T00:00:00Z", high: str = "2026-12-01T00:00:00Z", **more: object) -> Told:
        given = "".join(f' {name}="{value}"' for name, value in more.items())
        window = f'<m:CalendarView StartDate="{low}" EndDate="{high}"{given}/>'
        place = f"<m:ParentFolderIds>{by_id(folder)}</m:ParentFolderIds>"
        return self(f'<m:FindItem Traversal="Shallow">{ID_ONLY}{window}{place}</m:FindItem>')

    def create(self, folder: str, inner: str = "", send: str | None = "SendToNone") -> Told:
        given = f' SendMeetingInvitations="{send}"' if send else ""
        start = "<t:Start>2026-10-20T09:00:00+02:00</t:Start><t:End>2026-10-20T10:00:00+02:00</t:End>"
        item = inner or f"<t:CalendarItem><t:Subject>By hand</t:Subject>{start}</t:CalendarItem>"
        place = f"<m:SavedItemFolderId>{by_id(folder)}</m:SavedItemFolderId>"
        return self(f"<m:CreateItem{given}>{place}<m:Items>{item}</m:Items></m:CreateItem>")


def by_id(folder: str) -> str:
    return f'<t:FolderId Id="{folder}"/>'


def of_somebody(email: str, kind: str = "calendar") -> str:
    mailbox = f"<t:Mailbox><t:EmailAddress>{email}</t:EmailAddress></t:Mailbox>"
    return f'<t:DistinguishedFolderId Id="{kind}">{mailbox}</t:DistinguishedFolderId>'
