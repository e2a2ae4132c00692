"""Bodies of WebDAV: requests that are sent, and multistatus answers as they are read (RFC 4918, 4791, 6578). Pure.

An answer comes from anybody. A document type, with which entities come, is refused; characters that XML forbids, which some
servers let through in texts of events, are left out instead of losing the whole answer.
"""

from __future__ import annotations

import codecs
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from app.domain.clock import Instant

DAV, CAL, CS, APPLE = "DAV:", "urn:ietf:params:xml:ns:caldav", "http://calendarserver.org/ns/", "http://apple.com/ns/ical/"
D, C = f"{{{DAV}}}", f"{{{CAL}}}"
GETETAG, DATA, SYNC_TOKEN, CTAG = f"{D}getetag", f"{C}calendar-data", f"{D}sync-token", f"{{{CS}}}getctag"
SLICE, LONGEST_REFERENCE = 65_536, 12
_PREFIXES = {DAV: "d", CAL: "c", CS: "s", APPLE: "a"}
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
_NAMESPACES = " ".join(f'xmlns:{prefix}="{name}"' for name, prefix in _PREFIXES.items())
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(x[0-9a-fA-F]{1,6}|[0-9]{1,7});")
_PROLOG = re.compile(r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*", re.DOTALL)
_STATUS = re.compile(r"HTTP/\d(?:\.\d)?\s+(\d{3})")


@dataclass(frozen=True, slots=True)
class Row:
    """What an answer says of one resource. ``status`` is that of the whole resource, 200 where only properties have one.
    ``found`` are the properties that it has."""

    href: str
    status: int = 200
    found: dict[str, ET.Element] = field(default_factory=dict)
    refused: str = ""

    def text(self, name: str) -> str:
        """What a property says, without the space around it; empty where the resource does not have it."""
        element = self.found.get(name)
        return (element.text or "").strip() if element is not None else ""

    def raw(self, name: str) -> str:
        """The same as it was sent, for whole calendar objects."""
        element = self.found.get(name)
        return (element.text or "") if element is not None else ""

    def hrefs(self, name: str) -> tuple[str, ...]:
        """All addresses inside a property, as the server wrote them: often without scheme and host."""
        element = self.found.get(name)
        return () if element is None else tuple((each.text or "").strip() for each in element.iter(f"{D}href"))


@dataclass(frozen=True, slots=True)
class Answer:
    rows: tuple[Row, ...]
    sync_token: str = ""


def read_xml(body: bytes) -> ET.Element:
    """Raises ValueError for what is no XML, or brings a document type."""
    parser = ET.XMLParser()
    try:
        for number, part in enumerate(_slices(body)):
            if number == 0:
                prolog = _PROLOG.match(part)
                # A prolog that fills the part could have anything behind it.
                if prolog is None or part.startswith("<!", prolog.end()) or prolog.end() == len(part):
                    raise ValueError("document type, or nothing but a prolog")
            parser.feed(_REFERENCE.sub(_allowed, _FORBIDDEN.sub("", part)))
        root: ET.Element = parser.close()
    except UnicodeDecodeError as error:
        raise ValueError("not UTF-8") from error
    except ET.ParseError as error:
        raise ValueError("not XML") from error
    return root


def _slices(body: bytes) -> Iterator[str]:
    """The text part by part, none of which ends within a reference: in between other threads have their turn, the window's
    among them, which one look at many megabytes would stop."""
    decoder, rest = codecs.getincrementaldecoder("utf-8-sig")(), ""
    for first in range(0, max(len(body), 1), SLICE):
        text = rest + decoder.decode(body[first : first + SLICE], first + SLICE >= len(body))
        cut = text.rfind("&", len(text) - LONGEST_REFERENCE) if first + SLICE < len(body) else -1
        rest = text[cut:] if cut >= 0 and ";" not in text[cut:] else ""
        yield text[: len(text) - len(rest)]


def _allowed(reference: re.Match[str]) -> str:
    code = int(reference[1][1:], 16) if reference[1][0] == "x" else int(reference[1])
    fine = code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
    return reference[0] if fine else ""


def read_answer(body: bytes) -> Answer:
    """A multistatus (RFC 4918 §14.16). Raises ValueError for anything else."""
    root = read_xml(body)
    if root.tag != f"{D}multistatus":
        raise ValueError("no multistatus")
    rows = tuple(row for response in root.findall(f"{D}response") for row in _rows(response))
    return Answer(rows, (root.findtext(SYNC_TOKEN) or "").strip())


def _rows(response: ET.Element) -> Iterator[Row]:
    found: dict[str, ET.Element] = {}
    for part in response.findall(f"{D}propstat"):
        prop = part.find(f"{D}prop")
        if prop is not None and _status(part) == 200:
            found |= {each.tag: each for each in prop}
    status = _status(response)
    refused = precondition_of(response.find(f"{D}error"))
    for href in response.findall(f"{D}href"):
        yield Row((href.text or "").strip(), status, found, refused)


def _status(element: ET.Element) -> int:
    match = _STATUS.match((element.findtext(f"{D}status") or "HTTP/1.1 200").strip())
    if match is None:
        raise ValueError("status")
    return int(match[1])


def precondition_of(error: ET.Element | None) -> str:
    """The name of the condition that a DAV:error is about (RFC 4918 §16), such as ``valid-sync-token``."""
    return "" if error is None or not len(error) else error[0].tag.rpartition("}")[2]


def read_precondition(body: bytes) -> str:
    """The same of a whole body, empty if there is none."""
    try:
        root = read_xml(body)
    except ValueError:
        return ""
    return precondition_of(root) if root.tag == f"{D}error" else ""


# Requests


def propfind(names: Iterable[str]) -> bytes:
    return _body("d:propfind", f"<d:prop>{''.join(map(_element, names))}</d:prop>")


def sync(token: str) -> bytes:
    """What changed since the token (RFC 6578 §3)."""
    inner = f"<d:sync-token>{escape(token)}</d:sync-token><d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop>"
    return _body("d:sync-collection", inner)


def query(start: Instant, end: Instant, data: bool = True) -> bytes:
    """Everything that touches the window, whole or only by name and tag (RFC 4791 §7.8)."""
    wanted = "<d:getetag/><c:calendar-data/>" if data else "<d:getetag/>"
    window = f'<c:time-range start="{_stamp(start)}" end="{_stamp(end)}"/>'
    return _body("c:calendar-query", f"<d:prop>{wanted}</d:prop>{_filter(window)}")


def query_text(name: str, text: str) -> bytes:
    """Everything with a property of just that text."""
    match = f'<c:text-match collation="i;octet">{escape(text)}</c:text-match>'
    inner = f'<c:prop-filter name="{name}">{match}</c:prop-filter>'
    return _body("c:calendar-query", f"<d:prop><d:getetag/><c:calendar-data/></d:prop>{_filter(inner)}")


def multiget(hrefs: Iterable[str], expanded: tuple[Instant, Instant] | None = None) -> bytes:
    """These resources, with ``expanded`` as the occurrences of that window (RFC 4791 §7.9, §9.6.5)."""
    data = "<c:calendar-data/>"
    if expanded is not None:
        start, end = map(_stamp, expanded)
        data = f'<c:calendar-data><c:expand start="{start}" end="{end}"/></c:calendar-data>'
    named = "".join(f"<d:href>{escape(each)}</d:href>" for each in hrefs)
    return _body("c:calendar-multiget", f"<d:prop><d:getetag/>{data}</d:prop>{named}")


def make_calendar(name: str, description: str, zone: str) -> bytes:
    """A new calendar for events (RFC 4791 §5.3.1). ``zone``: iCalendar text with its VTIMEZONE."""
    inner = (
        f"<d:displayname>{escape(name)}</d:displayname><c:calendar-description>{escape(description)}</c:calendar-description>"
        f"<c:calendar-timezone>{escape(zone)}</c:calendar-timezone>"
        '<c:supported-calendar-component-set><c:comp name="VEVENT"/></c:supported-calendar-component-set>'
    )
    return _body("c:mkcalendar", f"<d:set><d:prop>{inner}</d:prop></d:set>")


def _filter(inner: str) -> str:
    events = f'<c:comp-filter name="VEVENT">{inner}</c:comp-filter>'
    return f'<c:filter><c:comp-filter name="VCALENDAR">{events}</c:comp-filter></c:filter>'


def _body(root: str, inner: str) -> bytes:
    return f"{_HEAD}<{root} {_NAMESPACES}>{inner}</{root}>".encode()


def _element(name: str) -> str:
    namespace, _, local = name[1:].partition("}")
    return f"<{_PREFIXES[namespace]}:{local}/>"


def _stamp(at: Instant) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y%m%dT%H%M%SZ")
