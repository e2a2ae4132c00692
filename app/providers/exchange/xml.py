"""Elements of EWS, made in a line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages"
_T, _M = f"{{{TYPES}}}", f"{{{MESSAGES}}}"
_PREFIXES = {"t": TYPES, "m": MESSAGES}
_CONTROL = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])
"""What XML 1.0 has no place for."""
_REFERENCE = re.compile(rb"&#(?:x([0-9a-fA-F]{1,12})|([0-9]{1,12}));")
_REFERENCES = re.compile(rb"(?:&#(?:x[0-9a-fA-F]{1,12}|[0-9]{1,12});)+")
_CONTROL_BYTES = bytes(each for each in _CONTROL if each < 32)
_INSTEAD = "\N{REPLACEMENT CHARACTER}"
Element = Any


def t(name: str, *children: Element, text: str | None = None, **attributes: str) -> Element:
    """An element of the types."""
    return _element(_T + name, children, text, attributes)


def m(name: str, *children: Element, text: str | None = None, **attributes: str) -> Element:
    """An element of the messages."""
    return _element(_M + name, children, text, attributes)


def _element(tag: str, children: Iterable[Element], text: str | None, attributes: dict[str, str]) -> Element:
    made = etree.Element(tag, attributes, nsmap=_PREFIXES)
    if text is not None:
        made.text = clean(text)
    for each in children:
        if each is not None:
            made.append(each)
    return made


def mended(document: bytes) -> bytes:
    """A document of UTF-8 as XML 1.0 may have it: Exchange puts what stands in a mailbox into its answers as it is, halves of
    characters and control characters too, at which every parser stops."""
    document = document.translate(None, _CONTROL_BYTES)
    try:
        document.decode()
    except UnicodeDecodeError:
        document = document.decode(errors="replace").encode()
    for bad in ("\ufffe", "\uffff"):
        document = document.replace(bad.encode(), _INSTEAD.encode())
    return _REFERENCES.sub(_referred, document) if b"&#" in document else document


def _referred(found: re.Match[bytes]) -> bytes:
    """References in a row, two of which may be the halves of a character."""
    numbers = [int(high, 16) if high else int(low) for high, low in _REFERENCE.findall(found[0])]
    whole: list[int] = []
    for number in numbers:
        if whole and 0xD800 <= whole[-1] < 0xDC00 <= number < 0xE000:
            whole[-1] = 0x10000 + ((whole[-1] - 0xD800) << 10) + number - 0xDC00
        else:
            whole.append(number)
    return b"".join(map(_valid, whole))


def _valid(number: int) -> bytes:
    """A reference to a character of XML 1.0 (§2.2), the replacement character for any other."""
    fine = number in (9, 10, 13) or 32 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0x10000 <= number <= 0x10FFFF
    return b"&#%d;" % (number if fine else ord(_INSTEAD))


def clean(text: str) -> str:
    """``text`` without what XML cannot hold."""
    return "".join(each for each in text.translate(_CONTROL) if not "\ud800" <= each <= "\udfff")
