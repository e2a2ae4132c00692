"""A world for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.providers.google.worlds import GoogleWorld


@pytest.fixture
async def world(anyio_backend: str) -> AsyncIterator[GoogleWorld]:
    made = GoogleWorld()
    yield made
    made.user.open.set()
    await made.close()
