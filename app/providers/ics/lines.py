"""iCalendar text as a tree of components with their content lines (RFC 5545 §3.1, §3.6).

What cannot be read is left out, line by line; an END that is missing or crossed closes what it can. So one broken component
never takes others with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from icalendar.parser import Contentline, Contentlines, unescape_backslash

LONGEST_TEXT = 20_000
"""Characters of a text property that are looked at."""
LONGEST_LINE = 400_000
"""Longer lines with anything else are left out."""
CONTROL: dict[int, None] = {code: None for code in (*range(32), 127) if code not in (9, 10)}
"""For ``str.translate``: takes out the control characters, which are allowed nowhere (§3.1)."""
DEEPEST = 8
_content_line: Callable[[str], Any] = Contentline
_unfolded: Callable[[str], list[str]] = Contentlines.from_ical
_unescaped: Callable[[str], str] = unescape_backslash
_NAME = re.compile(r"[A-Za-z0-9-]+")
_TEXTS = frozenset({"SUMMARY", "DESCRIPTION", "LOCATION", "UID", "TZID", "NAME", "X-WR-CALNAME"})
_TIMES = frozenset({"DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE"})
_OUTERMOST = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE"})


@dataclass(frozen=True, slots=True)
class Property:
    """``value`` is the text of a TEXT property, of others what stands there. Parameter names are upper case."""

    name: str
    value: str
    parameters: dict[str, str]


@dataclass(slots=True)
class Component:
    """``lines``: its own content lines, unfolded, in order."""

    name: str
    lines: list[str] = field(default_factory=list)
    parts: list[Component] = field(default_factory=list)
    _by_name: dict[str, list[str]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _looked_at: int = field(default=0, init=False, repr=False, compare=False)

    def all(self, name: str) -> Iterator[Property]:
        """The properties with that name (upper case) that can be read."""
        if len(self.lines) != self._looked_at:
            self._look()
        for line in self._by_name.get(name, ()):
            found = parse_line(line)
            if found is not None:
                yield found

    def _look(self) -> None:
        self._looked_at, self._by_name = len(self.lines), {}
        for line in self.lines:
            match = _NAME.match(line)
            if match is not None and line[match.end() : match.end() + 1] in (":", ";"):
                self._by_name.setdefault(match[0].upper(), []).append(line)

    def first(self, name: str) -> Property | None:
        return next(self.all(name), None)

    def value(self, name: str) -> str:
        """The first value of a property that can be read, texts without their escapes; empty if there is none."""
        found = self.first(name)
        return "" if found is None else found.value

    def inside(self, name: str) -> list[Component]:
        return [part for part in self.parts if part.name == name]

    def text_lines(self) -> Iterator[str]:
        """The component as content lines, without those that cannot be read."""
        yield f"BEGIN:{self.name}"
        yield from (line for line in self.lines if parse_line(line) is not None)
        for part in self.parts:
            yield from part.text_lines()
        yield f"END:{self.name}"


def parse_line(line: str) -> Property | None:
    """One content line; None if it cannot be read."""
    match = _NAME.match(line)
    if match is None:
        return None
    name = match[0].upper()
    text = name in _TEXTS
    if text:
        line = line[:LONGEST_TEXT]
    if line[match.end() : match.end() + 1] == ":":
        value = line[match.end() + 1 :]
        return Property(name, str(_unescaped(value)) if text else value, {})
    if len(line) > LONGEST_LINE:
        return None
    if name in _TIMES and '"' not in line and line.count(":") > 1:
        # A zone such as tzone://Microsoft/Utc that should stand in quotes.
        head, _, value = line.rpartition(":")
        return Property(name, value, {"TZID": head.partition("TZID=")[2].partition(";")[0]})
    try:
        content = _content_line(line)
        _, parameters, value = content.parts() if text else content.raw_parts()
    except (ValueError, AssertionError):
        return None
    flat = {str(key).upper(): str(each[0] if isinstance(each, list) else each) for key, each in parameters.items()}
    return Property(name, str(value), flat)


def parse(text: str) -> Component:
    """The tree, under a root without a name. Lines outside of any component are left out."""
    root = Component("")
    open_parts = [root]
    for line in _unfolded(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").translate(CONTROL)):
        mark, _, name = line.partition(":")
        mark, name = mark.strip().upper(), name.strip().upper()
        if mark == "BEGIN":
            part = Component(name)
            while name in _OUTERMOST and open_parts[-1].name not in ("", "VCALENDAR"):
                open_parts.pop()
            if len(open_parts) < DEEPEST and _NAME.fullmatch(name):
                open_parts[-1].parts.append(part)
            open_parts.append(part)
        elif mark == "END":
            if any(part.name == name for part in open_parts[1:]):
                while open_parts.pop().name != name:
                    pass
        elif line and len(open_parts) > 1:
            open_parts[-1].lines.append(str(line))
    return root


def join(lines: Iterable[str]) -> str:
    """Content lines as text, folded, with CRLF."""
    folded: list[bytes] = [_content_line(line).to_ical() for line in lines]
    return b"".join(line + b"\r\n" for line in folded).decode()
