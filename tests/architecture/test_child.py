"""The public child must not be able to know what it must not tell: its imports are looked at in a fresh interpreter."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.architecture.source import ROOT

NEVER_LOADED = {
    "PySide6", "shiboken6", "qasync", "sqlalchemy", "alembic", "sqlite3", "keyring", "secretstorage", "msal", "exchangelib",
    "httpx2", "requests", "urllib3", "cryptography", "argon2", "icalendar", "desktop_notifier",
    "app.services", "app.models", "app.providers", "app.tunnel", "app.ui", "app.bootstrap", "app.headless",
}  # fmt: skip


def loaded_by(module: str) -> set[str]:
    """Names of all modules in a fresh interpreter that imported ``module``."""
    script = f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


@pytest.mark.shows("DATA-1")
def test_the_public_child_when_imported_brings_no_secrets_database_or_way_out():
    loaded = loaded_by("app.web.serve")
    assert "starlette" in loaded
    assert not {name for name in loaded if any(name == never or name.startswith(f"{never}.") for never in NEVER_LOADED)}


def test_the_core_when_imported_brings_no_library():
    loaded = loaded_by("app.domain.availability")
    assert not {name for name in loaded if name.partition(".")[0] in NEVER_LOADED | {"starlette", "jinja2", "asyncio"}}
