"""Keeps exchanges, one JSON file each, where ``AFTALE_RECORD`` names a folder, for judges outside the tests."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Mapping
from pathlib import Path

VARIABLE = "AFTALE_RECORD"
_numbers = itertools.count(1)


def record(
    method: str, url: str, sent: Mapping[str, str], request: bytes, status: int, got: Mapping[str, str], response: bytes
) -> None:
    folder = os.environ.get(VARIABLE)
    if not folder:
        return
    exchange = {
        "provider": "caldav",
        "method": method,
        "url": url,
        "status": status,
        "request_headers": {name: shown(name, text) for name, text in sent.items()},
        "request_body": request.decode() if request else None,
        "response_headers": dict(got),
        "response_body": response.decode() if response else None,
    }
    Path(folder).mkdir(parents=True, exist_ok=True)
    target = Path(folder) / f"caldav-{os.getpid()}-{next(_numbers):06}.json"
    target.write_text(json.dumps(exchange), encoding="utf-8")


def shown(name: str, text: str) -> str:
    return f"{text.split()[0]} x" if name.lower() == "authorization" and text else text
