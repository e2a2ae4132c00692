"""The signal that something in a folder changed (SyncFolderItems). It names series, not occurrences, and knows no windows: so
it is a signal alone, and the window is read for the truth."""

from __future__ import annotations

from dataclasses import dataclass

from app.providers.exchange.asking import changed_items
from app.providers.exchange.calls import Line, error_in, good
from app.providers.exchange.errors import RESYNC, name_of
from app.providers.exchange.xml import MESSAGES

_M = f"{{{MESSAGES}}}"
MOST_PAGES = 400


@dataclass(frozen=True, slots=True)
class Signal:
    """``state`` for the next time, empty if there is none. ``ended``: the old one leads nowhere any more."""

    state: str
    changed: bool
    ended: bool = False


def signal(line: Line, calendar: str, state: str) -> Signal:
    """Whether something changed since ``state``. Without one, or where it ended, the folder is walked through to its end by
    name alone, which gives the next."""
    changed = ended = False
    for _page in range(MOST_PAGES):
        (message,) = line.ask("SyncFolderItems", changed_items(calendar, state))
        error = error_in(message)
        if error is not None and name_of(error) in RESYNC and state and not ended:
            state, ended, changed = "", True, True
            continue
        good(message)
        state = message.findtext(f"{_M}SyncState") or ""
        found = message.find(f"{_M}Changes")
        changed = changed or (found is not None and len(found) > 0)
        if (message.findtext(f"{_M}IncludesLastItemInRange") or "true").strip() in ("true", "1"):
            return Signal(state, changed, ended)
    # A folder without end: without a state the window is read each time.
    return Signal("", changed=True, ended=ended)
