"""Tokens in the words of an invitation: ``{{ guest }}`` becomes who booked (PAGE-2).

An unknown token stays as it stands, so that a mistyped one is seen; the editor names it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

TOKENS = ("guest", "first_name", "email", "page", "length", "place", "company", "answers")
_TOKEN = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")


def fill(text: str, values: Mapping[str, str]) -> str:
    """``text`` with its tokens replaced. What is put in is never read for tokens again."""
    return _TOKEN.sub(lambda found: values.get(found[1], found[0]), text)


def unknown(text: str) -> tuple[str, ...]:
    """The tokens in ``text`` that mean nothing, in their order."""
    return tuple(dict.fromkeys(name for name in _TOKEN.findall(text) if name not in TOKENS))
