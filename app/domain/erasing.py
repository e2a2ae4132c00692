"""What is left of a text when a person is to be forgotten (DATA-3)."""

from __future__ import annotations

import re

from app.domain.exporting import folded

_PEOPLE = ("ATTENDEE", "ORGANIZER", "CONTACT")


def struck(text: str, email: str) -> str:
    """``text`` with an ellipsis in the place of the address; a longer address that ends or begins like it stays."""
    return re.sub(rf"(?<![\w.+-]){re.escape(email)}(?![\w-]|\.\w)", "…", text, flags=re.IGNORECASE)


def without_person(ics: str, email: str) -> str:
    """A calendar's text (RFC 5545) without the person: the properties that name them are left out whole, with the name in their
    parameters; anywhere else the address is struck out. A text that does not name them stays as it is."""
    lines = re.sub(r"\r?\n[ \t]", "", ics).splitlines()
    left = [struck(line, email) for line in lines]
    if left == lines:
        return ics
    kept = (now for before, now in zip(lines, left, strict=True) if now == before or _property(before) not in _PEOPLE)
    return "".join(f"{folded(line)}\r\n" for line in kept)


def _property(line: str) -> str:
    return re.split("[;:]", line, maxsplit=1)[0].upper()
