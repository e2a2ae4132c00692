"""Which module serves which kind of account. Each is imported on its first use, in a thread: some take half a second."""

from __future__ import annotations

import asyncio
import importlib

from app.domain.connections import ProviderKind
from app.domain.errors import NotFound
from app.providers.base import Connector

PLACES = {
    ProviderKind.GOOGLE: "app.providers.google.connector",
    ProviderKind.OFFICE365: "app.providers.office365.connector",
    ProviderKind.EXCHANGE: "app.providers.exchange.connector",
    ProviderKind.CALDAV: "app.providers.caldav.connector",
    ProviderKind.ICS: "app.providers.ics.connector",
}
"""The module with the ``Connector`` of each kind that can be connected, in the order in which they are offered. The calendar on
this computer needs none."""
HTTP = ("httpx2", "httpcore2", "anyio._backends._asyncio")
"""The HTTP client of all but Exchange, with what it imports when it is first used: that would be in the window's thread, for a
tenth of a second."""


def kinds() -> tuple[ProviderKind, ...]:
    """The kinds that can be connected."""
    return tuple(PLACES)


async def connector_of(kind: ProviderKind) -> Connector:
    """How accounts of ``kind`` are connected. Raises NotFound for a kind that cannot be."""
    return await asyncio.to_thread(load, kind)


def load(kind: ProviderKind) -> Connector:
    """``connector_of`` for code that runs in a thread already. Raises NotFound too."""
    if kind not in PLACES:
        raise NotFound(f"provider {kind}")
    made: Connector = importlib.import_module(PLACES[kind]).Connector()
    for name in HTTP if kind is not ProviderKind.EXCHANGE else ():
        importlib.import_module(name)
    return made
