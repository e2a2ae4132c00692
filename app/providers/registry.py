"""Which provider serves which kind of account. Each is imported on its first use, in a thread: some take half a second."""

from __future__ import annotations

import asyncio
import importlib

from app.domain.connections import ProviderKind
from app.domain.errors import NotFound
from app.providers.base import Provider

PLACES = {ProviderKind.LOCAL: ("app.providers.local", "LocalProvider")}
"""Module and class of each kind that can be connected."""


def kinds() -> tuple[ProviderKind, ...]:
    """The kinds that can be connected."""
    return tuple(PLACES)


async def provider_class(kind: ProviderKind) -> type[Provider]:
    """The class that serves accounts of ``kind``. Raises NotFound for one that cannot be connected."""
    return await asyncio.to_thread(load, kind)


def load(kind: ProviderKind) -> type[Provider]:
    """``provider_class`` for code that runs in a thread already."""
    if kind not in PLACES:
        raise NotFound(f"provider {kind}")
    module, name = PLACES[kind]
    found: type[Provider] = getattr(importlib.import_module(module), name)
    return found
