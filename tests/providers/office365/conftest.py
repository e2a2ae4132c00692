"""A world for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.providers.office365.worlds import GraphWorld


@pytest.fixture
async def world(anyio_backend: str) -> AsyncIterator[GraphWorld]:
    made = GraphWorld()
    yield made
    made.user.open.set()
    await made.close()
