"""What a server says of its calendars: names, colours, zones, what may be done (RFC 4791 §5.2, RFC 3744 §5). Pure."""

from __future__ import annotations

import colorsys
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, unquote, urljoin, urlsplit

from app.domain.connections import Access
from app.providers.base import RemoteCalendar
from app.providers.caldav.client import followed, origin_of
from app.providers.caldav.dav import APPLE, CTAG, SYNC_TOKEN, C, D, Row

NAME, TYPE, OWNER, PRIVILEGES = f"{D}displayname", f"{D}resourcetype", f"{D}owner", f"{D}current-user-privilege-set"
COLOUR, ORDER = f"{{{APPLE}}}calendar-color", f"{{{APPLE}}}calendar-order"
ZONE, COMPONENTS = f"{C}calendar-timezone", f"{C}supported-calendar-component-set"
LISTED = (NAME, TYPE, OWNER, PRIVILEGES, COLOUR, ORDER, ZONE, COMPONENTS)
STATE = (TYPE, PRIVILEGES, ZONE, SYNC_TOKEN, CTAG)
"""What is asked of one calendar before it is read."""
UNORDERED = 1_000_000
WRITING = frozenset({"all", "write", "write-content"})


@dataclass(frozen=True, slots=True)
class Listed:
    """One calendar as it stands in a list. ``owner`` is the address of its owner as a principal, not as a person."""

    id: str
    name: str
    zone: str
    access: Access
    colour: str
    owner: str
    order: int


def calendar_id(url: str, home: str) -> str:
    """How a calendar is called: by its path, or by its whole address where that is on another server than ``home``."""
    parts = urlsplit(url)
    path = quoted(parts.path.rstrip("/")) + "/"
    return path if origin_of(url) == origin_of(home) else f"{parts.scheme}://{parts.netloc}{path}"


def calendar_url(calendar: str, home: str) -> str:
    return urljoin(home, calendar)


def quoted(path: str) -> str:
    """A path in one way of writing: servers quote the same address differently."""
    return quote(unquote(path), safe="/~!$&'()*+,;=:@-._")


def name_in(href: str) -> str:
    """The name of a resource inside its collection."""
    return unquote(urlsplit(href).path.rstrip("/").rpartition("/")[2])


def is_calendar(row: Row) -> bool:
    """A calendar that may hold events; inboxes and outboxes of invitations are none."""
    types = {each.tag for each in row.found[TYPE]} if TYPE in row.found else set()
    if f"{C}calendar" not in types or types & {f"{C}schedule-inbox", f"{C}schedule-outbox"}:
        return False
    named = row.found.get(COMPONENTS)
    return named is None or any(each.get("name", "").upper() == "VEVENT" for each in named) or not len(named)


def access_of(row: Row, own: bool = True) -> Access:
    """What the privileges allow. A server that tells none is asked with the first write."""
    element = row.found.get(PRIVILEGES)
    if element is None:
        return Access.OWNER if own else Access.EDIT
    names = {each.tag.rpartition("}")[2] for privilege in element.iter(f"{D}privilege") for each in privilege}
    if not names & {"all", "read"}:
        return Access.FREE_BUSY
    if names & WRITING:
        return Access.OWNER if own else Access.EDIT
    return Access.DETAILS


def read_list(rows: Iterable[Row], base: str, home: str, principal: str, here: str) -> tuple[Listed, ...]:
    """The calendars among the members of a home. ``here``: the zone of those that tell none."""
    found = []
    for row in rows:
        if row.status == 200 and is_calendar(row):
            url = followed(base, row.href)
            owner = next(iter(row.hrefs(OWNER)), "")
            owner = urljoin(base, owner) if owner else ""
            own = not owner or same_place(owner, principal)
            name = row.text(NAME) or name_in(url)
            order = row.text(ORDER)
            found.append(
                Listed(
                    calendar_id(url, home),
                    name,
                    zone_of(row, here),
                    access_of(row, own),
                    colour_of(row.text(COLOUR)),
                    "" if own else owner,
                    int(order) if order.isdecimal() else UNORDERED,
                )
            )
    return tuple(found)


def same_place(one: str, other: str) -> bool:
    return quoted(urlsplit(one).path.rstrip("/")) == quoted(urlsplit(other).path.rstrip("/"))


def remote(found: Iterable[Listed], people: dict[str, tuple[str, str]]) -> tuple[RemoteCalendar, ...]:
    """The calendars of an account. Its main one is the first that is its own and can be written. ``people``: e-mail address
    and name of owners."""
    listed = sorted(found, key=lambda each: (bool(each.owner), each.order))
    main = next((each.id for each in listed if not each.owner and each.access is Access.OWNER), "")
    return tuple(
        RemoteCalendar(
            each.id, each.name, each.zone, each.access, each.id == main, each.colour, *people.get(each.owner, ("", ""))
        )
        for each in listed
    )  # fmt: skip


def zone_of(row: Row, here: str) -> str:
    """The IANA zone of a calendar, by the VTIMEZONE that it keeps."""
    text = row.raw(ZONE)
    return named_in(text) or here if text.strip() else here


def named_in(text: str) -> str:
    """The IANA name of the zone that stands in iCalendar text, empty if it has none."""
    from app.providers.ics.lines import parse
    from app.providers.ics.zones import named_zone

    for calendar in parse(text).inside("VCALENDAR"):
        for part in calendar.inside("VTIMEZONE"):
            for name in (part.value("TZID"), part.value("X-LIC-LOCATION")):
                found = getattr(named_zone(name), "key", "") if name else ""
                if found:
                    return str(found)
    return ""


def colour_of(text: str) -> str:
    """The one of our colours that is nearest to ``#rrggbb`` or ``#rrggbbaa``."""
    try:
        red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
    except ValueError:
        return "fjord"
    hue, _, saturation = colorsys.rgb_to_hls(red, green, blue)
    if saturation < 0.15:
        return "slate"
    for until, name in ((0.05, "brick"), (0.19, "amber"), (0.47, "moss"), (0.68, "fjord"), (0.93, "heather")):
        if hue < until:
            return name
    return "brick"
