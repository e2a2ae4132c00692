"""Nothing that gives access to an account lies about in clear, whatever the program lives through (CON-10, S10, S11)."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from app.domain.clock import from_iso, to_iso
from app.domain.connections import ProviderKind
from tests.e2e.serving import MAIN, Served
from tests.e2e.test_connected import running
from tests.e2e.test_crash import wait_until_written
from tests.services.connected import KINDS, PASSPHRASE, Connected, connect, working

pytestmark = [pytest.mark.timeout(180), pytest.mark.shows("CON-10", "DATA-5", "S10", "S11")]
BY_PASSWORD = (ProviderKind.EXCHANGE, ProviderKind.CALDAV)
LONG_ENOUGH = 12
"""Characters of a text that does not stand in a file by chance."""


def planted(connected: Connected) -> set[str]:
    """Every text by which somebody could get in: of the sign-in as it was stored, and of all that the server gave since."""
    found = {PASSPHRASE, *texts(json.loads(connected.secret)), *texts(connected.kind.fields)}
    email = connected.world.email
    if connected.kind.provider in BY_PASSWORD:
        password, user = (json.loads(connected.secret)[name] for name in ("password", "user"))
        return found | {quote(password, safe=""), b64encode(f"{user}:{password}".encode()).decode().rstrip("=")}
    consents = connected.world.server.consents
    for grant in {id(each): each for each in grants(consents)}.values():
        if grant.email == email:
            refresh = {grant.refresh} if isinstance(grant.refresh, str) else grant.refresh
            found |= {*refresh, *grant.access}
    public = {email, "123456789012-aftale.apps.googleusercontent.com"}
    return {each for each in found if len(each) >= LONG_ENOUGH and each not in public}


def grants(consents: Any) -> Iterator[Any]:
    """What the server gave, wherever it keeps that."""
    for value in vars(consents).values():
        held = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        for each in held:
            grant = getattr(each, "grant", each)
            if hasattr(grant, "refresh") and hasattr(grant, "access"):
                yield grant


def texts(found: Any) -> Iterator[str]:
    """The secrets in a document: what stands under a name that says so, and msal's whole cache."""
    if isinstance(found, dict):
        for name, value in found.items():
            if isinstance(value, str) and name in ("access", "refresh", "secret", "client_secret", "client_info", "password"):
                yield value
            elif name == "cache" and isinstance(value, str):
                yield from tokens_of(json.loads(value))
            else:
                yield from texts(value)
    elif isinstance(found, list):
        for each in found:
            yield from texts(each)


def tokens_of(cache: dict[str, Any]) -> Iterator[str]:
    for kind in ("AccessToken", "RefreshToken", "IdToken"):
        for each in cache.get(kind, {}).values():
            yield each["secret"]


def processes_of(parent: int) -> str:
    """Command lines of the program and its children, and what is in the environment of the children."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            if not process.name.isdigit():
                continue
            is_child = f"PPid:\t{parent}\n" in (process / "status").read_text()
            if is_child or process.name == str(parent):
                found.append((process / "cmdline").read_bytes())
            if is_child:
                found.append((process / "environ").read_bytes())
        except OSError:
            continue
    assert len(found) >= 3
    return b"\n".join(found).decode(errors="replace")


def live(served: Served, connected: Connected) -> tuple[str, str]:
    """Books, fails to, lets the sign-in be refreshed. Returns processes and lines."""
    starts = served.slots()
    assert served.book(starts[5]).status_code == 201
    wait_until_written(served)
    if connected.kind.provider not in BY_PASSWORD:
        connected.world.server.consents.expire_access(connected.world.email)
    assert served.book(starts[7]).status_code == 201
    wait_until_written(served)
    served.book(starts[5])
    last, until = starts[-1], to_iso(from_iso(starts[-1]) + 1800)
    assert served.send(do="busy", calendar=connected.booking.id, start=last, end=until, title="x")["event"] == "done"
    served.write(json.dumps({"do": "list", "token": "x"}))
    served.wait_for("done")
    return processes_of(served.process.pid), str(served.events)


def end(served: Served, how: str) -> str:
    """Ends the program. Returns what it said on standard error."""
    if how == "term":
        served.process.terminate()
    else:
        os.kill(served.process.pid, signal.SIGABRT if how == "abort" else signal.SIGKILL)
    served.process.wait(30)
    return served.errors()


def search(folder: Path, secrets: set[str], *said: str) -> None:
    """Files as bytes, in any of the ways in which Python and JSON write text."""
    files = [each for each in folder.rglob("*") if each.is_file()]
    assert any(each.suffix == ".log" or "log" in each.parent.name for each in files)
    places = {str(each): each.read_bytes() for each in files} | {
        f"said {number}": text.encode() for number, text in enumerate(said)
    }
    for place, content in places.items():
        for secret in secrets:
            for form in (secret, json.dumps(secret)[1:-1]):
                # Not the secret itself: whoever reads this has no need of it.
                assert form.encode() not in content, f"a secret of {len(secret)} characters in {place}"


@pytest.mark.parametrize("kind", KINDS)
def test_no_secret_lies_about_whatever_the_program_lives_through(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "workspace"
    folder.mkdir(mode=0o700)
    connected = asyncio.run(connect(folder, KINDS[kind]))
    said: list[str] = []
    for how in ("kill", "abort"):
        with running(connected, PYTHONFAULTHANDLER="1") as served:
            said += live(served, connected)
            said.append(end(served, how))
    assert "Fatal Python error" in "".join(said)
    connected.hands.end_sign_in()
    with running(connected) as served:
        deadline = time.monotonic() + 30
        while "inactive" not in str(served.events):
            assert time.monotonic() < deadline
            served.send(do="list")
            time.sleep(0.1)
        said += [str(served.events), end(served, "term")]
    asyncio.run(exported(connected))
    secrets = planted(connected)
    assert len(secrets) >= (4 if connected.kind.provider in BY_PASSWORD else 5)
    search(folder, secrets, *said)
    print(f"{kind}: {len(secrets)} secrets looked for in {sum(1 for each in folder.rglob('*') if each.is_file())} files")


async def exported(connected: Connected) -> None:
    """Backups and exports lie beside the database."""
    async with working(connected) as workspace:
        await workspace.database.backup()
        await workspace.accounts.connect_local("On this computer", "Europe/Copenhagen")
        local = next(each for each in await workspace.accounts.calendars() if each.account == "local")
        (connected.folder / "export.ics").write_text(await workspace.accounts.export_ics(local.id))
        overview = await workspace.overview.load()
        (connected.folder / "overview.txt").write_text(repr(overview) + repr(workspace.settings.current))


def test_diagnosis_says_nothing_of_the_accounts_of_its_owner(tmp_path: Path) -> None:
    """It works on a workspace of its own, whatever the environment holds."""
    folder = tmp_path / "workspace"
    folder.mkdir(mode=0o700)
    connected = asyncio.run(connect(folder, KINDS["google"]))
    environment = {**os.environ, **connected.environment}
    done = subprocess.run(
        [sys.executable, str(MAIN), "--diagnose"], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout
    for secret in planted(connected):
        assert secret not in done.stdout + done.stderr


def test_the_search_finds_a_secret_that_does_lie_about(tmp_path: Path) -> None:
    (tmp_path / "some.log").write_text('{"token": "planted-\\u00e6-secret"}')
    with pytest.raises(AssertionError, match="a secret of 16 characters"):
        search(tmp_path, {"planted-æ-secret"})
