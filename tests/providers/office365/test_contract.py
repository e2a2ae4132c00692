"""Office 365 keeps what every provider promises, spoken to over a real socket."""

from __future__ import annotations

import pytest

from tests.providers.contract import FaultContract, ProviderContract
from tests.providers.office365.worlds import BoundedWorld, GraphWorld


@pytest.mark.timeout(600)
class TestOfficeProvider(ProviderContract, FaultContract):
    @staticmethod
    async def make_world() -> GraphWorld:
        return await BoundedWorld.open()
