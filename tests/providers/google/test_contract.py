"""Google keeps what every provider promises, spoken to over a real socket."""

from __future__ import annotations

import pytest

from tests.providers.contract import FaultContract, ProviderContract
from tests.providers.google.worlds import GoogleWorld


@pytest.mark.timeout(600)
class TestGoogleProvider(ProviderContract, FaultContract):
    @staticmethod
    async def make_world() -> GoogleWorld:
        return await GoogleWorld.open()
