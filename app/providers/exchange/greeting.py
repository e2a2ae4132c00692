"""The first words to an Exchange server: a request that every version understands, and what the answer says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages"
OLDEST, OLDEST_SCHEMA = (14, 2, 0, 0), "Exchange2010_SP2"
SCHEMAS = (OLDEST_SCHEMA, "Exchange2013", "Exchange2013_SP1", "Exchange2016")
NAMES = {
    (14, 0): "2010",
    (14, 1): "2010 SP1",
    (14, 2): "2010 SP2",
    (14, 3): "2010 SP3",
    (15, 0): "2013",
    (15, 1): "2016",
    (15, 2): "2019",
}
SE_FROM = 2562
"""The build with which 15.2 became the Subscription Edition."""
_GREETING = (
    f'<?xml version=\'1.0\' encoding=\'utf-8\'?>\n<s:Envelope xmlns:s="{ENVELOPE}" xmlns:m="{MESSAGES}" xmlns:t="{TYPES}">'
    f'<s:Header><t:RequestServerVersion Version="{OLDEST_SCHEMA}"/></s:Header><s:Body><m:ConvertId DestinationFormat="EntryId">'
    '<m:SourceIds><t:AlternateId Id="DUMMY" Format="EwsId" Mailbox="DUMMY"/></m:SourceIds></m:ConvertId></s:Body></s:Envelope>'
)
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)


@dataclass(frozen=True, slots=True)
class Met:
    """A server of EWS."""

    build: tuple[int, int, int, int]
    too_old: bool = False

    @property
    def words(self) -> str:
        """``Exchange 2016 (15.1.2507.6)``."""
        name = NAMES.get(self.build[:2], "")
        name = "SE" if self.build[:2] == (15, 2) and self.build[2] >= SE_FROM else name
        return f"Exchange {name} ({'.'.join(map(str, self.build))})".replace("  ", " ")

    def schema(self, wanted: str = "") -> str:
        """The schema that is spoken: ``wanted``, if the server knows it, else its newest."""
        major, minor, number, _ = self.build
        if (major, minor) < (15, 0):
            newest = OLDEST_SCHEMA
        elif (major, minor) == (15, 0):
            newest = "Exchange2013_SP1" if number >= 847 else "Exchange2013"
        else:
            newest = "Exchange2016"
        return min(wanted or newest, newest, key=SCHEMAS.index)


def greeting() -> tuple[bytes, str]:
    """A body and its type."""
    return _GREETING.encode(), "text/xml; charset=utf-8"


def read_greeting(answer: Any) -> Met | None:
    """Who answered; None if it is no server of EWS."""
    try:
        root = etree.fromstring(answer.content, _PARSER)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root is None or root.tag != f"{{{ENVELOPE}}}Envelope":
        return None
    refused = any("ErrorInvalidServerVersion" in (each or "") for each in root.itertext())
    info = next(root.iter(f"{{{TYPES}}}ServerVersionInfo"), None)
    if info is None:
        return Met((14, 1, 0, 0), too_old=True) if refused else Met(OLDEST)
    numbers = [info.get(name, "0") for name in ("MajorVersion", "MinorVersion", "MajorBuildNumber", "MinorBuildNumber")]
    major, minor, number, small = (int(each) if each.isdecimal() else 0 for each in numbers)
    build = (major, minor, number, small)
    return Met(build, too_old=build < OLDEST)
