"""Every calendar that the libraries bring along for their own tests is read, quickly, and where we and recurring-ical-events
find different occurrences, it is written down why."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pytest

from tests.providers.ics.corpus import ACCOUNT, disagreement, files, read_ours

KNOWN = json.loads(ACCOUNT.read_text(encoding="utf-8"))
FILES = files()


@pytest.mark.shows("R24", "SYNC-2")
@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", FILES)
def test_file_when_both_read_it_then_they_agree_or_it_is_written_down_why(name: str) -> None:
    path: Path = FILES[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = disagreement(path)
    _, _, spent = read_ours(path)
    assert spent < 2
    known = dict(KNOWN.get(name, {}))
    reason = known.pop("reason", "")
    assert found == (known or None)
    assert found is None or reason


def test_account_when_looked_at_then_it_is_about_these_files() -> None:
    assert len(FILES) > 200
    assert KNOWN.keys() <= FILES.keys()
