"""Exchange keeps what every provider promises, spoken to over a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.providers.contract import FaultContract, ProviderContract
from tests.providers.exchange.worlds import BoundedWorld, EwsWorld, plain_exchange


@pytest.mark.timeout(600)
class TestExchangeProvider(ProviderContract, FaultContract):
    @staticmethod
    async def make_world() -> EwsWorld:
        return await BoundedWorld.open()


@pytest.mark.timeout(600)
class TestWhereSeriesAreNotExpanded(ProviderContract):
    @pytest.fixture
    async def world(self, anyio_backend: str) -> AsyncIterator[EwsWorld]:
        made = EwsWorld(server=plain_exchange())
        yield made
        await made.close()

    @staticmethod
    async def make_world() -> EwsWorld:
        return await BoundedWorld.open(server=plain_exchange())
