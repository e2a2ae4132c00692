"""A world for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.providers.caldav.worlds import CalDavWorld


@pytest.fixture
async def world(anyio_backend: str) -> AsyncIterator[CalDavWorld]:
    made = CalDavWorld()
    yield made
    made.visitor.open.set()
    await made.close()
