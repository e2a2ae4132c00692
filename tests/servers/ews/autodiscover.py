"""How a client finds a mailbox from its address: POX (``autodiscover.xml``) and SOAP (``autodiscover.svc``).

What is told about an address, or about all of a domain, is a ``Discovery``; without one it is this server.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from lxml import etree

from tests.servers.ews.soap import PARSER, SOAP
from tests.servers.ews.versions import SCHEMAS

if TYPE_CHECKING:
    from tests.servers.ews.state import EwsService

POX_REQUEST = "http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"
POX_ANSWER = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
POX_ROOT = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
SOAP_NAMESPACE = "http://schemas.microsoft.com/exchange/2010/Autodiscover"
ADDRESSING = "http://www.w3.org/2005/08/addressing"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
A = f"{{{SOAP_NAMESPACE}}}"


class What(StrEnum):
    """``SETTINGS``: the mailbox is here, or at ``target``; ``ADDRESS``: ask about another address; ``URL``: ask at another
    place; ``UNKNOWN``: there is no such mailbox; ``WRONG``: an answer that is none; ``MISSING``: no autodiscover here."""

    SETTINGS = "settings"
    ADDRESS = "address"
    URL = "url"
    UNKNOWN = "unknown"
    WRONG = "wrong"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Discovery:
    what: What
    target: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: str = ""
    location: str = ""


class Autodiscover:
    def __init__(self, service: EwsService) -> None:
        self.service = service

    def _about(self, email: str) -> Discovery:
        known = self.service.discoveries
        told = known.get(email) or known.get(email.partition("@")[2])
        if told is not None:
            return told
        return Discovery(What.SETTINGS if email in self.service.users else What.UNKNOWN)

    # POX

    def pox(self, body: bytes, base: str) -> Answer:
        try:
            root = etree.fromstring(body, PARSER)
        except etree.XMLSyntaxError:
            return Answer(200, pox_error(600, "Invalid Request"))
        names = {"r": POX_REQUEST}
        email = root.findtext("r:Request/r:EMailAddress", "", names).strip().lower()
        wanted = root.findtext("r:Request/r:AcceptableResponseSchema", "", names).strip()
        if not email or wanted != POX_ANSWER:
            return Answer(200, pox_error(600, "Invalid Request"))
        about = self._about(email)
        if about.what is What.MISSING:
            return Answer(404)
        if about.what is What.URL:
            return Answer(302, location=about.target)
        if about.what is What.WRONG:
            return Answer(200, "<html><body><h1>Welcome to our web shop</h1></body></html>")
        if about.what is What.UNKNOWN:
            return Answer(200, pox_error(500, "The email address can't be found."))
        if about.what is What.ADDRESS:
            return Answer(200, pox_account(f"<Action>redirectAddr</Action><RedirectAddr>{escape(about.target)}</RedirectAddr>"))
        url = about.target or f"{base}/EWS/Exchange.asmx"
        return Answer(200, pox_settings(self._name(email), email, url, self.service.release.major))

    def _name(self, email: str) -> str:
        known = self.service.users.get(email)
        return known.name if known else email

    # SOAP

    def soap(self, body: bytes, base: str) -> Answer:
        try:
            root = etree.fromstring(body, PARSER)
        except etree.XMLSyntaxError:
            return Answer(500, soap_fault("The request could not be read."))
        request = root.find(f"{{{SOAP}}}Body/{A}GetUserSettingsRequestMessage/{A}Request")
        if request is None:
            return Answer(500, soap_fault("Only GetUserSettings is offered."))
        emails = [(each.text or "").strip().lower() for each in request.findall(f"{A}Users/{A}User/{A}Mailbox")]
        wanted = [(each.text or "").strip() for each in request.findall(f"{A}RequestedSettings/{A}Setting")]
        abouts = [self._about(email) for email in emails]
        for about in abouts:
            if about.what is What.MISSING:
                return Answer(404)
            if about.what is What.WRONG:
                return Answer(200, "<html><body><h1>Welcome to our web shop</h1></body></html>")
        told = "".join(self._user(email, about, wanted, base) for email, about in zip(emails, abouts, strict=True))
        return Answer(200, soap_answer(told, self.service))

    def _user(self, email: str, about: Discovery, wanted: list[str], base: str) -> str:
        if about.what is What.ADDRESS:
            return soap_user("RedirectAddress", "Redirection address.", about.target)
        if about.what is What.URL:
            return soap_user("RedirectUrl", "Redirection URL.", about.target)
        if about.what is What.UNKNOWN:
            return soap_user("InvalidUser", f"Invalid user: '{email}'", "")
        url = about.target or f"{base}/EWS/Exchange.asmx"
        release = self.service.release
        known = {
            "UserDisplayName": self._name(email), "AutoDiscoverSMTPAddress": email, "ExternalEwsUrl": url,
            "InternalEwsUrl": url,
            "CasVersion": f"{release.major}.{release.minor:02}.{release.build:04}.{release.revision:03}",
            "EwsSupportedSchemas": ", ".join(each for each in SCHEMAS if release.understands(each)),
        }  # fmt: skip
        settings = "".join(
            f'<UserSetting i:type="StringSetting"><Name>{name}</Name><Value>{escape(known[name])}</Value></UserSetting>'
            for name in wanted if name in known
        )  # fmt: skip
        return soap_user("NoError", "No error.", "", settings)


def pox_root(content: str) -> str:
    return f'<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="{POX_ROOT}">{content}</Autodiscover>'


def pox_error(code: int, text: str) -> str:
    return pox_root(
        f'<Response><Error Time="12:00:00.0000000" Id="1"><ErrorCode>{code}</ErrorCode><Message>{escape(text)}</Message>'
        "<DebugData/></Error></Response>"
    )


def pox_account(content: str, before: str = "") -> str:
    return pox_root(
        f'<Response xmlns="{POX_ANSWER}">{before}<Account><AccountType>email</AccountType>{content}</Account></Response>'
    )


def pox_settings(name: str, email: str, url: str, version: int) -> str:
    address = f"<AutoDiscoverSMTPAddress>{escape(email)}</AutoDiscoverSMTPAddress>"
    user = f"<User><DisplayName>{escape(name)}</DisplayName>{address}</User>"
    protocols = "".join(
        f"<Protocol><Type>{kind}</Type><Server>mail.example.com</Server><ASUrl>{escape(url)}</ASUrl><EwsUrl>{escape(url)}</EwsUrl>"
        f"<ServerVersion>73C{version:X}</ServerVersion></Protocol>"
        for kind in ("EXCH", "EXPR")
    )
    return pox_account(f"<Action>settings</Action><MicrosoftOnline>False</MicrosoftOnline>{protocols}", user)


def soap_user(code: str, text: str, target: str, settings: str = "") -> str:
    redirect = f"<RedirectTarget>{escape(target)}</RedirectTarget>" if target else '<RedirectTarget i:nil="true"/>'
    return (
        f"<UserResponse><ErrorCode>{code}</ErrorCode><ErrorMessage>{escape(text)}</ErrorMessage>{redirect}"
        f"<UserSettingErrors/><UserSettings>{settings}</UserSettings></UserResponse>"
    )


def soap_answer(users: str, service: EwsService) -> str:
    release = service.release
    return (
        f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="{SOAP}" xmlns:a="{ADDRESSING}"><s:Header>'
        f'<a:Action s:mustUnderstand="1">{SOAP_NAMESPACE}/Autodiscover/GetUserSettingsResponse</a:Action>'
        f'<h:ServerVersionInfo xmlns:h="{SOAP_NAMESPACE}"><h:MajorVersion>{release.major}</h:MajorVersion>'
        f"<h:MinorVersion>{release.minor}</h:MinorVersion><h:MajorBuildNumber>{release.build}</h:MajorBuildNumber>"
        f"<h:MinorBuildNumber>{release.revision}</h:MinorBuildNumber><h:Version>{release.newest}</h:Version>"
        f'</h:ServerVersionInfo></s:Header><s:Body><GetUserSettingsResponseMessage xmlns="{SOAP_NAMESPACE}" '
        f'xmlns:i="{INSTANCE}"><Response><ErrorCode>NoError</ErrorCode><ErrorMessage/><UserResponses>{users}</UserResponses>'
        "</Response></GetUserSettingsResponseMessage></s:Body></s:Envelope>"
    )


def soap_fault(text: str) -> str:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="{SOAP}"><s:Body><s:Fault><faultcode>s:Client</faultcode>'
        f"<faultstring>{escape(text)}</faultstring></s:Fault></s:Body></s:Envelope>"
    )
