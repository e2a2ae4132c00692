"""What providers that speak HTTP share: waiting as told, answers of bounded size, and large ones read beside the window."""

from __future__ import annotations

import gc
import json
import threading
from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar

from app.domain.clock import Instant

if TYPE_CHECKING:
    import httpx2

T = TypeVar("T")
CONNECT, ANSWER = 10.0, 30.0
"""Seconds to reach a service, and to wait for more of an answer."""
WHOLE = 240.0
"""Seconds that one answer may take in all, from the request to its last byte: a server may send a byte now and then for
ever."""
LARGE = 32_768
"""Bytes of an answer above which it is read in a thread, so that nothing else waits for it."""
MOST_BYTES = 64 * 1024 * 1024
LONGEST_WAIT = 86_400.0
_PARSING = threading.Lock()


def seconds_to_wait(retry_after: str, now: Instant) -> float | None:
    """What a Retry-After header asks for (RFC 9110 §10.2.3): seconds or a date."""
    text = retry_after.strip()
    if text.isdecimal():
        return min(float(text), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(text)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
    except ValueError:
        return None
    return min(max(0.0, at.timestamp() - now), LONGEST_WAIT)


async def content(answer: httpx2.Response) -> bytes:
    """The body of a streamed answer. Raises ValueError for one without an end."""
    chunks, size = [], 0
    async for chunk in answer.aiter_bytes():
        size += len(chunk)
        if size > MOST_BYTES:
            raise ValueError("answer too large")
        chunks.append(chunk)
    return b"".join(chunks)


def parsed(body: bytes, read: Callable[[Any], T]) -> T:
    """What ``read`` makes of a large answer, undisturbed."""
    return undisturbed(lambda: read(json.loads(body)))


def undisturbed(call: Callable[[], T]) -> T:
    """Makes many objects with the garbage collector held off: it would look through all the new ones again and again, find
    nothing, and stop the window meanwhile. To be called in a thread."""
    with _PARSING:
        collects = gc.isenabled()
        gc.disable()
        try:
            return call()
        finally:
            if collects:
                gc.enable()
