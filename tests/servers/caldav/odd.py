"""A CalDAV server that answers as others do: by the book where the book is read in another way.

As Xandikos it names the privilege ``all`` alone and says 412 for a dead sync token. Besides it asks for Digest, puts the
collection itself among the answers, gives no text with a query, quotes its addresses in its own way, gives no tag after a PUT,
and knows calendars without sync tokens (``plain``) and without anything (``bare``).
"""

from __future__ import annotations

import hashlib
import itertools
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote
from xml.sax.saxutils import escape

from lxml import etree
from starlette.requests import Request

from tests.servers.caldav.door import Answer

USER, PASSWORD, REALM = "bo@example.com", "p4ss", "odd"
D, C = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}"
CALENDARSERVER, APPLE = "http://calendarserver.org/ns/", "http://apple.com/ns/ical/"
PREFIXES = {"DAV:": "D", "urn:ietf:params:xml:ns:caldav": "C", CALENDARSERVER: "CS", APPLE: "A"}
XML = {"content-type": "text/xml; charset=utf-8"}
PRINCIPAL, HOME = "/principals/bo/", "/calendars/bo/"
COLLEAGUE = "/principals/cy/"


@dataclass(slots=True)
class Held:
    """One calendar. ``kind``: ``sync``, ``plain`` (only a ctag) or ``bare``."""

    name: str
    kind: str = "sync"
    owner: str = PRINCIPAL
    privileges: tuple[str, ...] = ("all",)
    components: tuple[str, ...] = ("VEVENT",)
    texts: dict[str, str] = field(default_factory=dict)
    history: list[str] = field(default_factory=list)
    """Names in the order in which they changed."""
    expanded: dict[str, str] = field(default_factory=dict)
    """What it makes of series where they are wanted expanded."""
    dead: int = 0
    """Tokens up to this number are forgotten."""


class OddServer:
    """Answers behind a door. ``moved``: another server of the same site that ``/.well-known/caldav`` leads to."""

    def __init__(self) -> None:
        self.calendars = {
            "work": Held("Arbejde"), "plain": Held("Plain", "plain"), "bare": Held("Bare", "bare"),
            "cy": Held("Cy's", owner=COLLEAGUE, privileges=("read",)),
            "times": Held("Times of Cy", owner=COLLEAGUE, privileges=("read-free-busy",)),
            "todo": Held("To do", components=("VTODO",)),
        }  # fmt: skip
        self.schedules, self.leads = True, HOME
        self.limit = 0
        """Most rows of a query, 0 for no limit."""
        self.rows: dict[str, int] = {}
        """The status that a resource has in reports, by its name."""
        self.bare: dict[str, int] = {}
        """And the status of its text alone."""
        self.alone: dict[str, int] = {}
        """And what is said where it is asked for by itself."""
        self.multiget = 0
        """How several resources at once are refused, 0 where they are not."""
        self.searches = False
        """Looks for properties of just one text."""
        self.tags = "strong"
        """``weak``: gives weak tags and compares them as texts; ``strict``: as HTTP has it, so that none ever matches."""
        self.page = 1000
        """Most rows of a sync answer."""
        self._nonce, self._numbers = secrets.token_hex(8), itertools.count(1)

    async def __call__(self, request: Request, body: bytes) -> Answer:
        path = unquote(request.scope["path"])
        if path == "/.well-known/caldav":
            return 301, {"location": "/dav"}, b""
        if not self._knows(request):
            return (
                401,
                {"www-authenticate": f'Digest realm="{REALM}", qop="auth", nonce="{self._nonce}", algorithm=SHA-256'},
                b"",
            )
        status, headers, content = self._answer(request.method, path, dict(request.headers), body)
        return status, {"dav": f"1, 3, calendar-access{', calendar-auto-schedule' * self.schedules}", **headers}, content

    def _knows(self, request: Request) -> bool:
        given = dict(re.findall(r'(\w+)="?([^",]+)"?', request.headers.get("authorization", "")))
        digest = lambda text: hashlib.sha256(text.encode()).hexdigest()  # noqa: E731
        if given.get("nonce") != self._nonce:
            return False
        who, what = digest(f"{USER}:{REALM}:{PASSWORD}"), digest(f"{request.method}:{given['uri']}")
        return given["response"] == digest(f"{who}:{self._nonce}:{given['nc']}:{given['cnonce']}:{given['qop']}:{what}")

    def _answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if method == "OPTIONS":
            return 200, {}, b""
        if method == "MKCALENDAR":
            return self._make(path, body)
        if not path.startswith(HOME) or path == HOME:
            return self._propfind(path, headers.get("depth", "0"), body) if method == "PROPFIND" else (405, {}, b"")
        folder, _, name = path.removeprefix(HOME).partition("/")
        held = self.calendars.get(folder)
        if held is None:
            return 404, {}, b""
        if method == "REPORT":
            return self._report(held, folder, body)
        if method == "PROPFIND":
            return self._propfind(path, "0", body)
        return self._member(held, method, name, headers, body)

    def _make(self, path: str, body: bytes) -> Answer:
        folder = path.removeprefix(HOME).strip("/")
        if folder in self.calendars:
            return 403, XML, b'<D:error xmlns:D="DAV:"><D:resource-must-be-null/></D:error>'
        self.calendars[folder] = Held(etree.fromstring(body).findtext(f".//{D}displayname"))
        return 201, {}, b""

    def _member(self, held: Held, method: str, name: str, headers: Mapping[str, str], body: bytes) -> Answer:
        known = held.texts.get(name)
        wanted = headers.get("if-match")
        if (headers.get("if-none-match") and known is not None) or (wanted and not self._is_met(wanted, known)):
            return 412, {}, b""
        if method == "PUT":
            # It keeps what was written in its own way, and so gives no tag.
            held.texts[name] = body.decode().replace("END:VEVENT", f"X-ODD:{next(self._numbers)}\r\nEND:VEVENT", 1)
            held.history.append(name)
            return (204 if known else 201), {}, b""
        if known is None:
            return 404, {}, b""
        if method == "DELETE":
            del held.texts[name]
            held.history.append(name)
            return 204, {}, b""
        return self.alone.get(name, 200), {"content-type": "text/calendar", "etag": self._tag(known)}, known.encode()

    def _is_met(self, wanted: str, known: str | None) -> bool:
        if known is None or wanted == "*":
            return known is not None
        return wanted == self._tag(known) and not (self.tags == "strict" and wanted.startswith("W/"))

    def _tag(self, text: str) -> str:
        return f"{'' if self.tags == 'strong' else 'W/'}{tag_of(text)}"

    # Properties

    def _propfind(self, path: str, depth: str, body: bytes) -> Answer:
        asked = [each.tag for prop in etree.fromstring(body).iter(D + "prop") for each in prop]
        places = [path]
        if path == HOME and depth == "1":
            places += [f"{HOME}{name}/" for name in self.calendars]
        return multistatus("".join(self._row(place, asked) for place in places))

    def _row(self, path: str, asked: list[str]) -> str:
        known = self._known(path)
        found = "".join(element(name, known[name]) for name in asked if name in known)
        missing = "".join(element(name, "") for name in asked if name not in known)
        parts = "".join(
            f"<D:propstat><D:prop>{inner}</D:prop><D:status>HTTP/1.1 {status}</D:status></D:propstat>"
            for inner, status in ((found, "200 OK"), (missing, "404 Not Found"))
            if inner
        )
        return f"<D:response><D:href>{odd(path)}</D:href>{parts}</D:response>"

    def _known(self, path: str) -> dict[str, str]:
        href = "<D:href>{}</D:href>".format
        found = {f"{D}current-user-principal": href(PRINCIPAL), f"{D}resourcetype": "<D:collection/>"}
        if path in (PRINCIPAL, COLLEAGUE):
            name = "Bo" if path == PRINCIPAL else "Cy"
            found[f"{D}displayname"] = name
            found[f"{C}calendar-user-address-set"] = href("/principals/x/") + href(f"mailto:{name.lower()}@example.com")
            found[f"{C}calendar-home-set"] = href(self.leads)
        folder = path.removeprefix(HOME).strip("/")
        held = self.calendars.get(folder) if path.startswith(HOME) else None
        if held is not None:
            found |= self._of_calendar(held)
        return found

    def _of_calendar(self, held: Held) -> dict[str, str]:
        privileges = "".join(
            f"<D:privilege><{'C' if each == 'read-free-busy' else 'D'}:{each}/></D:privilege>" for each in held.privileges
        )
        found = {
            f"{D}resourcetype": "<D:collection/><C:calendar/>",
            f"{D}displayname": escape(held.name),
            f"{D}owner": f"<D:href>{held.owner}</D:href>",
            f"{D}current-user-privilege-set": privileges,
            f"{C}supported-calendar-component-set": "".join(f'<C:comp name="{each}"/>' for each in held.components),
            "{http://apple.com/ns/ical/}calendar-color": "#3BA55DFF",
        }
        if held.kind == "sync":
            found[f"{D}sync-token"] = self._token(held)
        if held.kind == "plain":
            found["{http://calendarserver.org/ns/}getctag"] = f"c{len(held.history)}"
        return found

    @staticmethod
    def _token(held: Held, number: int | None = None) -> str:
        return f"urn:odd:{len(held.history) if number is None else number}"

    # Reports

    def _report(self, held: Held, folder: str, body: bytes) -> Answer:
        root = etree.fromstring(body)
        if "all" not in held.privileges and "read" not in held.privileges:
            return 403, XML, b'<D:error xmlns:D="DAV:"><D:need-privileges/></D:error>'
        if root.tag == D + "sync-collection":
            return self._sync(held, folder, root)
        if root.tag == C + "calendar-multiget" and self.multiget:
            return self.multiget, {}, b""
        if root.tag == C + "calendar-multiget":
            names = [unquote(each.text.rstrip("/").rpartition("/")[2]) for each in root.iter(D + "href")]
            texts = held.expanded if root.find(f".//{C}expand") is not None else {}
            return multistatus("".join(self._resource(held, folder, name, True, texts.get(name, "")) for name in names))
        wanted = root.find(f".//{C}prop-filter")
        if wanted is not None and self.searches:
            line = f"{wanted.get('name')}:{wanted.findtext(C + 'text-match')}\r\n"
            return multistatus("".join(self._resource(held, folder, name) for name in held.texts if line in held.texts[name]))
        if wanted is not None:
            return 403, XML, b'<D:error xmlns:D="DAV:"><C:supported-filter xmlns:C="urn:ietf:params:xml:ns:caldav"/></D:error>'
        if self.limit and len(held.texts) > self.limit:
            return 507, XML, b'<D:error xmlns:D="DAV:"><D:number-of-matches-within-limits/></D:error>'
        rows = [self._row(f"{HOME}{folder}/", [f"{D}getetag"]), *(self._resource(held, folder, name) for name in held.texts)]
        return multistatus("".join(rows))

    def _resource(self, held: Held, folder: str, name: str, text: bool = False, instead: str = "") -> str:
        place = odd(f"{HOME}{folder}/{name}")
        if name not in held.texts:
            return f"<D:response><D:href>{place}</D:href><D:status>HTTP/1.1 404 Not Found</D:status></D:response>"
        if name in self.rows:
            return f"<D:response><D:href>{place}</D:href><D:status>HTTP/1.1 {self.rows[name]} Bad</D:status></D:response>"
        data = f"<C:calendar-data>{escape(instead or held.texts[name])}</C:calendar-data>" if text else ""
        missing = ""
        if name in self.bare and data:
            status = f"<D:status>HTTP/1.1 {self.bare[name]} Bad</D:status>"
            missing, data = f"<D:propstat><D:prop><C:calendar-data/></D:prop>{status}</D:propstat>", ""
        prop = f"<D:getetag>{escape(self._tag(held.texts[name]))}</D:getetag>{data}"
        found = f"<D:propstat><D:prop>{prop}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>"
        return f"<D:response><D:href>{place}</D:href>{missing}{found}</D:response>"

    def _sync(self, held: Held, folder: str, root: etree._Element) -> Answer:
        if held.kind != "sync":
            return 403, XML, b'<D:error xmlns:D="DAV:"><D:supported-report/></D:error>'
        token = (root.findtext(D + "sync-token") or "").removeprefix("urn:odd:")
        if not token.isdecimal() or not held.dead <= int(token) <= len(held.history):
            return 412, XML, b'<D:error xmlns:D="DAV:"><D:valid-sync-token/></D:error>'
        until = min(len(held.history), int(token) + self.page)
        names = dict.fromkeys(held.history[int(token) : until])
        rows = "".join(self._resource(held, folder, name) for name in names)
        if until < len(held.history):
            cut = "<D:status>HTTP/1.1 507 Insufficient Storage</D:status>"
            rows += f"<D:response><D:href>{HOME}{folder}/</D:href>{cut}</D:response>"
        return multistatus(f"{rows}<D:sync-token>{self._token(held, until)}</D:sync-token>")


def tag_of(text: str) -> str:
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:12]}"'


def odd(path: str) -> str:
    """Quoted where nobody has to."""
    return path.replace("@", "%40")


def element(name: str, inner: str) -> str:
    namespace, _, local = name[1:].partition("}")
    prefix = PREFIXES[namespace]
    return f"<{prefix}:{local}>{inner}</{prefix}:{local}>"


def multistatus(rows: str) -> Answer:
    names = " ".join(f'xmlns:{prefix}="{namespace}"' for namespace, prefix in PREFIXES.items())
    return 207, XML, f'<?xml version="1.0" encoding="utf-8"?><D:multistatus {names}>{rows}</D:multistatus>'.encode()
