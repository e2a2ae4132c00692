"""Autodiscovery: which server an address belongs to, asked in plain XML ([MS-OXDSCLI]) or in SOAP ([MS-OXWSADISC]). Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit
from xml.sax.saxutils import escape

from lxml import etree  # type: ignore[import-untyped]

_ASKED = "http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"
_ANSWERED = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_ADDRESSING = "http://www.w3.org/2005/08/addressing"
_SOAP = "http://schemas.microsoft.com/exchange/2010/Autodiscover"
_A = f"{{{_SOAP}}}"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
_OUTSIDE = ("EXPR", "EXHTTP", "WEB", "EXCH")
"""Kinds of protocols, those that can be reached from outside first."""
_URLS = ("ExternalEwsUrl", "InternalEwsUrl")
_SCHEMAS = "EwsSupportedSchemas"
_TYPE = "text/xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Told:
    """URLs of EWS, the best first; or another ``place`` to ask at; or another ``email`` to ask for. ``words``: what else was
    said, for the report."""

    urls: tuple[str, ...] = ()
    place: str = ""
    email: str = ""
    words: str = ""

    @property
    def summary(self) -> str:
        if self.place:
            return f"redirected to {self.place}"
        if self.email:
            return "redirected to another address"
        return " ".join(filter(None, (*(self.urls or ("no EWS",)), f"({self.words})" if self.words else "")))


@dataclass(frozen=True, slots=True)
class Dialect:
    """One of the two ways to ask: ``request`` takes an address and the place that is asked at and gives a body and its type."""

    name: str
    ending: str
    request: Callable[[str, str], tuple[bytes, str]]
    read: Callable[[bytes], Told]

    def at(self, place: str) -> str:
        """Where the same host answers in this dialect."""
        parts = urlsplit(place)
        stem, dot, ending = parts.path.rpartition(".")
        if dot and ending.lower() in ("xml", "svc"):
            return urlunsplit(parts._replace(path=f"{stem}.{self.ending}"))
        return place


# Plain XML


def request_for(email: str, place: str = "") -> tuple[bytes, str]:
    """A body and its type."""
    text = (
        f'<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="{_ASKED}"><Request>'
        f"<EMailAddress>{escape(email)}</EMailAddress>"
        f"<AcceptableResponseSchema>{_ANSWERED}</AcceptableResponseSchema></Request></Autodiscover>"
    )
    return text.encode(), _TYPE


def read_answer(body: bytes) -> Told:
    """What an answer tells; nothing if it makes no sense, as every web site answers something at that path."""
    root = _root(body)
    if root is None or etree.QName(root).localname != "Autodiscover":
        return Told()
    texts = {name: _first(root, f"{{{_ANSWERED}}}{name}") for name in ("RedirectUrl", "RedirectAddr")}
    found: dict[str, list[str]] = {}
    for protocol in root.iter(f"{{{_ANSWERED}}}Protocol"):
        kind = (protocol.findtext(f"{{{_ANSWERED}}}Type") or protocol.get("Type") or "").upper()
        found.setdefault(kind, []).extend(
            (protocol.findtext(f"{{{_ANSWERED}}}{name}") or "").strip() for name in ("EwsUrl", "ASUrl")
        )
    urls = [url for kind in _OUTSIDE for url in found.get(kind, ()) if url]
    return Told(tuple(dict.fromkeys(urls)), texts["RedirectUrl"], texts["RedirectAddr"], _first(root, "{*}ErrorCode"))


# SOAP


def soap_request(email: str, place: str) -> tuple[bytes, str]:
    """GetUserSettings for one address: a body and its type."""
    settings = "".join(f"<a:Setting>{name}</a:Setting>" for name in (*_URLS, _SCHEMAS))
    text = (
        f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="{_ENVELOPE}" xmlns:a="{_SOAP}" xmlns:wsa="{_ADDRESSING}">'
        "<s:Header><a:RequestedServerVersion>Exchange2010</a:RequestedServerVersion>"
        f"<wsa:Action>{_SOAP}/Autodiscover/GetUserSettings</wsa:Action><wsa:To>{escape(place)}</wsa:To></s:Header>"
        "<s:Body><a:GetUserSettingsRequestMessage><a:Request>"
        f"<a:Users><a:User><a:Mailbox>{escape(email)}</a:Mailbox></a:User></a:Users>"
        f"<a:RequestedSettings>{settings}</a:RequestedSettings>"
        "</a:Request></a:GetUserSettingsRequestMessage></s:Body></s:Envelope>"
    )
    return text.encode(), _TYPE


def read_soap_answer(body: bytes) -> Told:
    """What an answer tells of the address that was asked for; nothing if it makes no sense."""
    root = _root(body)
    if root is None or root.tag != f"{{{_ENVELOPE}}}Envelope":
        return Told()
    answer = next(root.iter(f"{_A}UserResponse"), None)
    if answer is None:
        return Told(words=_first(root, f"{_A}ErrorCode") or _first(root, "faultstring"))
    code, target = answer.findtext(f"{_A}ErrorCode") or "", (answer.findtext(f"{_A}RedirectTarget") or "").strip()
    if code == "RedirectUrl":
        return Told(place=target)
    if code == "RedirectAddress":
        return Told(email=target)
    if code != "NoError":
        return Told(words=code)
    found = {
        each.findtext(f"{_A}Name"): (each.findtext(f"{_A}Value") or "").strip() for each in answer.iter(f"{_A}UserSetting")
    }
    urls = tuple(dict.fromkeys(url for name in _URLS if (url := found.get(name, ""))))
    return Told(urls, words=found.get(_SCHEMAS, ""))


POX = Dialect("autodiscover", "xml", request_for, read_answer)
SOAP = Dialect("autodiscover by SOAP", "svc", soap_request, read_soap_answer)
DIALECTS = (POX, SOAP)
"""In the order in which a host is asked: Outlook itself asks in plain XML, so that is what companies keep alive."""


def _root(body: bytes) -> etree._Element | None:
    try:
        root = etree.fromstring(body, _PARSER)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root if root is not None and isinstance(root.tag, str) else None


def _first(root: etree._Element, tag: str) -> str:
    return next(((each.text or "").strip() for each in root.iter(tag)), "")
