"""Ids as Exchange makes them: opaque base64, case-sensitive, of items, occurrences and folders; and change keys."""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass

ITEM, FOLDER, KEY = b"\x00\x46\x49\x20", b"\x00\x46\x46\x20", b"\x0f\x00\x00\x00\x16\x00\x00\x00"


@dataclass(frozen=True, slots=True)
class Named:
    """What an item's id says. ``stamp``: original start of an occurrence."""

    token: str
    stamp: str = ""


def new_token() -> str:
    return secrets.token_hex(12)


def item_id(token: str, stamp: str = "") -> str:
    return base64.b64encode(ITEM + f"{token}:{stamp}".encode()).decode()


def folder_id(token: str) -> str:
    return base64.b64encode(FOLDER + token.encode()).decode()


def change_key(number: int) -> str:
    return base64.b64encode(KEY + number.to_bytes(12, "big")).decode()


def read_item_id(text: str) -> Named | None:
    raw = _decoded(text)
    if not raw.startswith(ITEM):
        return None
    token, _, stamp = raw[len(ITEM) :].decode("ascii", "replace").partition(":")
    return Named(token, stamp)


def read_folder_id(text: str) -> str | None:
    raw = _decoded(text)
    return raw[len(FOLDER) :].decode("ascii", "replace") if raw.startswith(FOLDER) else None


def read_change_key(text: str) -> int | None:
    raw = _decoded(text)
    return int.from_bytes(raw[len(KEY) :], "big") if raw.startswith(KEY) and len(raw) == len(KEY) + 12 else None


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return b""
