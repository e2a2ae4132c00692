"""CalDAV keeps what every provider promises, spoken to with a real Radicale over a real socket."""

from __future__ import annotations

import pytest

from tests.providers.caldav.worlds import CalDavWorld
from tests.providers.contract import FaultContract, ProviderContract


@pytest.mark.timeout(600)
class TestCalDavProvider(ProviderContract, FaultContract):
    @staticmethod
    async def make_world() -> CalDavWorld:
        return await CalDavWorld.open()
