"""Two changes of one thing at the same moment: each keeps what it changed, and what it did not touch follows the other."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

from app.domain.pages import Consent, Location

T = TypeVar("T")

WHOLE = (Location, Consent)
"""Kinds whose parts mean something only together: a change of one part is a change of the whole."""


def merged(before: T, wanted: T, stored: T) -> T:
    """``stored`` with everything that differs between ``before`` and ``wanted``. Dataclasses are merged field by field, also
    within each other; any other value is taken whole."""
    if wanted == before:
        return stored
    kind = type(wanted)
    if not is_dataclass(wanted) or kind in WHOLE or type(before) is not kind or type(stored) is not kind:
        return wanted
    changes = {
        each.name: merged(getattr(before, each.name), getattr(wanted, each.name), getattr(stored, each.name))
        for each in fields(wanted)
    }
    return cast(T, replace(cast(Any, stored), **changes))
