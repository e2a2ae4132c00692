"""A laptop lives in some time zone, and that zone must not matter."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOON_THERE = {"UTC": "12", "Europe/Copenhagen": "13", "America/New_York": "7", "Asia/Kolkata": "17"}


@pytest.mark.timeout(300)
@pytest.mark.shows("P10", "R22", "SYNC-3")
def test_free_slots_when_computed_in_processes_of_other_zones_then_equal_the_brute_force_and_each_other() -> None:
    children = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.domain.under_zone"],
            cwd=ROOT,
            env={**os.environ, "TZ": zone},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for zone in NOON_THERE
    ]
    told = [child.communicate() for child in children]
    assert [(child.returncode, errors) for child, (_, errors) in zip(children, told, strict=True)] == [(0, "")] * 4
    answers = [out.split() for out, _ in told]
    assert {zone: hour for zone, hour, _ in answers} == NOON_THERE
    assert len({digest for _, _, digest in answers}) == 1
