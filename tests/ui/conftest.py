"""A way to run a coroutine as the desktop program's main, for all tests of the window."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from app.ui.runtime import tasks


@pytest.fixture
def in_loop(qapp: QApplication) -> Callable[[Callable[[], Coroutine[Any, Any, Any]]], Any]:
    """Calls ``in_loop(main)``: runs ``await main()`` on a fresh loop and returns what it returned."""

    def runner(main: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        found: list[Any] = []

        async def whole() -> int:
            found.append(await main())
            return 0

        assert tasks.run(whole, qapp) == 0
        return found[0]

    return runner
