"""Facts go up here: services announce what happened, and whoever shows it subscribes. Calls go down directly."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from app.domain.events import Fact

F = TypeVar("F")
_log = logging.getLogger(__name__)


class Announcer:
    """Delivers each fact, at once and in the loop's thread, to those who subscribed to its type.

    A listener that fails with RuntimeError, as one of a window that is gone does, is logged and does not keep the others from
    hearing the fact. Any other error is a mistake of ours and comes out of ``announce``.
    """

    def __init__(self) -> None:
        self._listeners: dict[type, list[Callable[[Any], None]]] = {}

    def subscribe(self, kind: type[F], listener: Callable[[F], None]) -> Callable[[], None]:
        """Calls ``listener`` with every fact of ``kind`` from now on. Returns what ends that."""
        listeners = self._listeners.setdefault(kind, [])
        listeners.append(listener)

        def unsubscribe() -> None:
            if listener in listeners:
                listeners.remove(listener)

        return unsubscribe

    def announce(self, fact: Fact) -> None:
        for listener in tuple(self._listeners.get(type(fact), ())):
            try:
                listener(fact)
            except RuntimeError:
                # A widget that died with its window; it has no say in what happened.
                _log.exception("a listener for %s failed", type(fact).__name__)
