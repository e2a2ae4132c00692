"""Connectors are found by kind, and cost nothing before that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.domain.connections import ProviderKind
from app.domain.errors import NotFound
from app.providers.registry import connector_of, kinds, load

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.shows("CON-1")
@pytest.mark.parametrize("kind", kinds())
def test_load_when_the_kind_can_be_connected_then_its_connector_is_found(kind: ProviderKind) -> None:
    assert load(kind).kind is kind


@pytest.mark.anyio
async def test_connector_of_when_the_kind_cannot_be_connected_then_it_says_so() -> None:
    with pytest.raises(NotFound):
        await connector_of(ProviderKind.LOCAL)


def test_modules_when_only_the_calendar_on_this_computer_is_used_then_nothing_heavy_is_loaded() -> None:
    code = (
        "import sys; import app.providers.registry, app.providers.local, app.providers.secrets;"
        "heavy = {'icalendar', 'keyring', 'cryptography', 'argon2', 'dateutil', 'sqlalchemy', 'httpx2', 'msal', 'exchangelib'};"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30)
    assert ran.stdout.strip() == "[]"
