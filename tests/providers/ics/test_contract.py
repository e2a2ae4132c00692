"""A calendar behind a link keeps what is promised of every calendar that is only looked at, over a real socket."""

from __future__ import annotations

import pytest

from tests.providers.contract import ReadContract
from tests.providers.ics.worlds import FeedWorld


@pytest.fixture
def world() -> FeedWorld:
    return FeedWorld()


@pytest.mark.timeout(300)
class TestFeedProvider(ReadContract):
    examples = 4

    @staticmethod
    async def make_world() -> FeedWorld:
        return FeedWorld()
