"""Elements of EWS, made in a line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages"
_T, _M = f"{{{TYPES}}}", f"{{{MESSAGES}}}"
_PREFIXES = {"t": TYPES, "m": MESSAGES}
_CONTROL = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])
"""What XML 1.0 has no place for."""
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


def clean(text: str) -> str:
    """``text`` without what XML cannot hold."""
    return "".join(each for each in text.translate(_CONTROL) if not "\ud800" <= each <= "\udfff")
