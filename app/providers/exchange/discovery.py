"""Autodiscovery in plain XML ([MS-OXDSCLI]): which server an address belongs to. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape

from lxml import etree  # type: ignore[import-untyped]

_ASKED = "http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"
_ANSWERED = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
_OUTSIDE = ("EXPR", "EXHTTP", "WEB", "EXCH")
"""Kinds of protocols, those that can be reached from outside first."""


@dataclass(frozen=True, slots=True)
class Told:
    """URLs of EWS, the best first; or another ``place`` to ask at; or another ``email`` to ask for."""

    urls: tuple[str, ...] = ()
    place: str = ""
    email: str = ""

    @property
    def summary(self) -> str:
        if self.place:
            return f"redirected to {self.place}"
        return "redirected to another address" if self.email else " ".join(self.urls) or "no EWS"


def request_for(email: str) -> tuple[bytes, str]:
    """A body and its type."""
    text = (
        f'<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="{_ASKED}"><Request>'
        f"<EMailAddress>{escape(email)}</EMailAddress>"
        f"<AcceptableResponseSchema>{_ANSWERED}</AcceptableResponseSchema></Request></Autodiscover>"
    )
    return text.encode(), "text/xml; charset=utf-8"


def read_answer(body: bytes) -> Told:
    """What an answer tells; nothing if it makes no sense, as every web site answers something at that path."""
    try:
        root = etree.fromstring(body, _PARSER)
    except (etree.XMLSyntaxError, ValueError):
        return Told()
    if root is None or not isinstance(root.tag, str) or etree.QName(root).localname != "Autodiscover":
        return Told()
    texts = {name: _first(root, name) for name in ("RedirectUrl", "RedirectAddr")}
    found: dict[str, list[str]] = {}
    for protocol in root.iter(f"{{{_ANSWERED}}}Protocol"):
        kind = (protocol.findtext(f"{{{_ANSWERED}}}Type") or protocol.get("Type") or "").upper()
        found.setdefault(kind, []).extend(
            (protocol.findtext(f"{{{_ANSWERED}}}{name}") or "").strip() for name in ("EwsUrl", "ASUrl")
        )
    urls = [url for kind in _OUTSIDE for url in found.get(kind, ()) if url]
    return Told(tuple(dict.fromkeys(urls)), texts["RedirectUrl"], texts["RedirectAddr"])


def _first(root: etree._Element, name: str) -> str:
    return next(((each.text or "").strip() for each in root.iter(f"{{{_ANSWERED}}}{name}")), "")
