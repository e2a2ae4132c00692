"""The settings document, and what the workspace knows about itself.

Settings are one versioned JSON document. An older one is brought up step by step; one that cannot be read, because it is
damaged or comes from a newer version, stays where it is until somebody saves other settings, and is put aside then: it is
never overwritten.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import CheckConstraint, Column, Integer, delete, insert, select

from app.domain.plain import from_plain, to_plain
from app.domain.settings import VERSION, KeptSettings, Settings
from app.domain.zones import is_known
from app.models.base import Session, store, table
from app.models.types import blob, dump, number, text

setting = table(
    "setting",
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True),
    text("document", default=None),
)

setting_aside = table(
    "setting_aside",
    Column("id", Integer, primary_key=True),
    text("document", default=None),
    text("why", default=None),
)

meta = table(
    "meta",
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True),
    blob("salt"),
    number("created_at"),
    number("opening", default=0),
)

Change = Callable[[Settings], Settings]
Upgrades = Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]


def _to_2(document: dict[str, Any]) -> dict[str, Any]:
    """Dates with other hours became spells of days."""
    availability = document.get("availability")
    if not isinstance(availability, dict) or "overrides" not in availability:
        return document
    overrides = availability["overrides"]
    if not isinstance(overrides, list) or not all(isinstance(each, dict) and "day" in each for each in overrides):
        raise ValueError("availability.overrides: a list of days expected")
    # A day off was written without its ranges, of which it has none.
    spells = [{"first": each["day"], "last": each["day"], "ranges": each.get("ranges", [])} for each in overrides]
    rest = {name: value for name, value in availability.items() if name != "overrides"}
    return {**document, "availability": {**rest, "spells": spells}}


UPGRADES: Upgrades = {1: _to_2}
"""By version: what makes a document of the next version out of one of this version."""


def upgrade(document: dict[str, Any], upgrades: Upgrades = UPGRADES, newest: int = VERSION) -> dict[str, Any]:
    """The document in its newest form. Raises ValueError for one that is newer, or older than anything known."""
    version = document.get("version", 1)
    if not isinstance(version, int) or isinstance(version, bool):
        raise ValueError(f"version {version!r}")
    if version > newest:
        raise ValueError(f"version {version} is newer than {newest}")
    while version < newest:
        if version not in upgrades:
            raise ValueError(f"version {version} is not known")
        document = upgrades[version](document)
        version += 1
    return {**document, "version": newest}


def load_settings(session: Session) -> tuple[Settings, str]:
    """The settings; and why the stored ones could not be read and defaults stand in for them, or an empty text."""
    stored = session.execute(select(setting.c.document)).scalar()
    if stored is None:
        return Settings(), ""
    try:
        return _read(stored), ""
    except ValueError as error:
        return Settings(), str(error)


def save_settings(session: Session, settings: Settings) -> None:
    """Replaces the document. One that cannot be read is put aside with the reason first."""
    stored = session.execute(select(setting.c.document)).scalar()
    if stored is not None:
        try:
            _read(stored)
        except ValueError as error:
            session.execute(insert(setting_aside), {"document": stored, "why": str(error)})
    store(session, setting, {"id": 1, "document": dump({**to_plain(settings), "version": VERSION})})


def change_settings(session: Session, change: Change) -> Settings:
    """What ``change`` makes of the settings that the database holds at this moment: a change that came before in another
    transaction is in them. Returns what it holds then."""
    before, _why = load_settings(session)
    after = change(before)
    if after != before:
        save_settings(session, after)
    return after


def kept_settings(session: Session) -> tuple[KeptSettings, ...]:
    """Documents that could not be read: those put aside, oldest first, and the stored one while nothing else was saved."""
    documents = list(session.execute(select(setting_aside.c.document).order_by(setting_aside.c.id)).scalars())
    stored = session.execute(select(setting.c.document)).scalar()
    if stored is not None:
        try:
            _read(stored)
        except ValueError:
            documents.append(stored)
    return tuple(KeptSettings(each, _is_newer(each)) for each in documents)


def forget_kept_settings(session: Session) -> None:
    """Throws away what was put aside; the stored document stays."""
    session.execute(delete(setting_aside))


def workspace_salt(session: Session) -> bytes:
    """32 random bytes that belong to this workspace since it was made."""
    salt: bytes = session.execute(select(meta.c.salt)).scalar_one()
    return salt


def _is_newer(document: str) -> bool:
    try:
        found = json.loads(document)
    except (ValueError, RecursionError):
        return False
    version = found.get("version") if isinstance(found, dict) else None
    return isinstance(version, int) and version > VERSION


def _read(stored: str) -> Settings:
    """Raises ValueError for all that cannot be read or worked with."""
    try:
        document = json.loads(stored)
        if not isinstance(document, dict):
            raise ValueError("not an object")
        settings = from_plain(Settings, upgrade(document))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    for zone in (settings.profile.zone, *(each.zone for each in settings.availability.journeys)):
        if not is_known(zone):
            raise ValueError(f"time zone {zone!r} is not known")
    return settings
