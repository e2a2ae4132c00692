"""What people type, made clean or refused: lines, texts, addresses, numbers, dates (PAGE-3).

Each function returns the value as it is kept, in Unicode's NFC, or raises ``UnacceptableError`` with the fault. Control
characters and those that turn the direction of writing are refused, not removed: whoever sends them does not mean a name.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

NAME_LONGEST = 200
EMAIL_LONGEST = 254
ANSWER_LONGEST = 1000
TEXT_LONGEST = 4000
NUMBER_LONGEST = 30


class Fault(StrEnum):
    """Why a field cannot be accepted: the reason codes of ``InvalidFields``."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    CHARACTERS = "characters"
    WRONG_TYPE = "wrong_type"
    NOT_AN_ADDRESS = "not_an_address"
    NO_AT = "no_at"
    NO_END = "no_end"
    UNKNOWN_ZONE = "unknown_zone"
    UNKNOWN_LANGUAGE = "unknown_language"
    NOT_A_TIME = "not_a_time"
    NOT_A_NUMBER = "not_a_number"
    NOT_A_CHOICE = "not_a_choice"
    NOT_A_DATE = "not_a_date"
    NOT_A_PHONE = "not_a_phone"
    MUST_BE_TICKED = "must_be_ticked"
    NOT_OFFERED = "not_offered"
    PAST = "past"
    USED_FOR_ANOTHER_BODY = "used_for_another_body"
    LEFT_EMPTY = "left_empty"
    TOO_FAST = "too_fast"
    EXPIRED = "expired"


class UnacceptableError(ValueError):
    """One value cannot be accepted."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


# C0 and C1 controls, the controls of writing direction, the byte order mark, and halves of surrogate pairs.
_REFUSED = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]*(?:(?:ext|x|#)\.? ?[0-9]{1,6})?")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}")
_NO_ZONES = frozenset({"localtime", "posixrules", "Factory", "leapseconds", "tzdata"})
_NO_FOLDERS = ("right/", "posix/")
"""Copies of the zones; those of the first count leap seconds, which no calendar does."""


def line(value: object, longest: int = ANSWER_LONGEST) -> str:
    """One line, trimmed, with single spaces."""
    text = " ".join(_clean(value).split(" ")).strip()
    text = re.sub(r"\s+", " ", text)
    if len(text) > longest:
        raise UnacceptableError(Fault.TOO_LONG)
    return text


def text(value: object, longest: int = TEXT_LONGEST) -> str:
    """Several lines, trimmed; line ends become ``\\n`` and tabs spaces."""
    if not isinstance(value, str):
        raise UnacceptableError(Fault.WRONG_TYPE)
    lines = re.sub("\r\n?|\u2028|\u2029", "\n", value).replace("\t", " ").split("\n")
    found = "\n".join(_clean(each).rstrip() for each in lines).strip()
    if len(found) > longest:
        raise UnacceptableError(Fault.TOO_LONG)
    return found


def _clean(value: object) -> str:
    if not isinstance(value, str):
        raise UnacceptableError(Fault.WRONG_TYPE)
    if _REFUSED.search(value):
        raise UnacceptableError(Fault.CHARACTERS)
    return unicodedata.normalize("NFC", value)


def email(value: object) -> str:
    """An address of RFC 5321 without quotes, comments or literals; the domain is lowered and may be in any script."""
    typed = line(value, 10 * EMAIL_LONGEST)
    local, at, domain = typed.rpartition("@")
    if not at:
        raise UnacceptableError(Fault.NO_AT)
    if len(local) > 64 or not _LOCAL.fullmatch(local):
        raise UnacceptableError(Fault.NOT_AN_ADDRESS)
    domain = _domain(domain.lower())
    if len(local) + 1 + len(_ascii(domain)) > EMAIL_LONGEST:
        raise UnacceptableError(Fault.TOO_LONG)
    return f"{local}@{domain}"


def _domain(domain: str) -> str:
    labels = domain.split(".")
    if not all(_LABEL.fullmatch(label) for label in (labels[:-1] if labels[-1] == "" else labels)):
        raise UnacceptableError(Fault.NOT_AN_ADDRESS)
    if len(labels) < 2 or len(labels[-1]) < 2:
        raise UnacceptableError(Fault.NO_END)
    if labels[-1].isdigit():
        raise UnacceptableError(Fault.NOT_AN_ADDRESS)
    return domain


def _ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        raise UnacceptableError(Fault.NOT_AN_ADDRESS) from None


def number(value: object) -> str:
    """A decimal number as text; a comma may stand for the point."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    typed = line(value, NUMBER_LONGEST).replace(",", ".")
    if not re.fullmatch(r"[+-]?[0-9]+(?:\.[0-9]+)?", typed):
        raise UnacceptableError(Fault.NOT_A_NUMBER)
    return typed


def day(value: object) -> str:
    """A date as ``2026-10-15``."""
    typed = line(value)
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", typed, re.ASCII):
            raise ValueError
        return date.fromisoformat(typed).isoformat()
    except ValueError:
        raise UnacceptableError(Fault.NOT_A_DATE) from None


def phone(value: object) -> str:
    """A telephone number of 5 to 15 digits, grouped as it was typed (ITU-T E.164 sets the most)."""
    typed = line(value)
    if not _PHONE.fullmatch(typed) or not 5 <= sum(letter.isdigit() for letter in typed) <= 20:
        raise UnacceptableError(Fault.NOT_A_PHONE)
    return typed


def zone(value: object) -> str:
    """The IANA name of a time zone that this computer knows."""
    if not isinstance(value, str):
        raise UnacceptableError(Fault.WRONG_TYPE)
    if not _ZONE.fullmatch(value) or value in _NO_ZONES or value.startswith(_NO_FOLDERS) or len(value) > 64:
        raise UnacceptableError(Fault.UNKNOWN_ZONE)
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnacceptableError(Fault.UNKNOWN_ZONE) from None
    return value


def flag(value: object) -> bool:
    """A tick: true or false, or what a form sends for a ticked box."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value.lower() in ("on", "true", "1", "yes")
    raise UnacceptableError(Fault.WRONG_TYPE)
