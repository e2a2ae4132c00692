"""A world for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.providers.exchange.worlds import EXCHANGES, EwsWorld

collect_ignore = [] if EXCHANGES.is_dir() else ["test_recorded.py"]


@pytest.fixture
async def world(anyio_backend: str) -> AsyncIterator[EwsWorld]:
    made = EwsWorld()
    yield made
    made.user.open.set()
    await made.close()
