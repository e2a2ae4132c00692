"""Office 365 keeps what every provider promises, spoken to over a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.providers.contract import FaultContract, ProviderContract
from tests.providers.office365.worlds import BoundedWorld, GraphWorld


@pytest.mark.timeout(600)
class TestOwnCalendar(ProviderContract):
    """With a calendar of our own mailbox, whose zone is known; the other one is somebody else's."""

    @pytest.fixture
    async def world(self, anyio_backend: str) -> AsyncIterator[GraphWorld]:
        made = GraphWorld(own=True)
        yield made
        await made.close()

    @staticmethod
    async def make_world() -> GraphWorld:
        return await BoundedWorld.open(own=True)


@pytest.mark.timeout(600)
class TestOfficeProvider(ProviderContract, FaultContract):
    @staticmethod
    async def make_world() -> GraphWorld:
        return await BoundedWorld.open()
