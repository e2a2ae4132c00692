"""Nothing that is secret, and nothing a visitor said, gets into the log, whoever logs it."""

from __future__ import annotations

import json
import logging
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import log
from app.domain.booking import BookingRequest, Visitor
from app.domain.ids import new_token
from app.paths import log_file, log_folder

TOKEN = new_token()
VISITOR = Visitor("Ida", "Winther", "ida.winther@example.org", "Europe/Copenhagen", guests=("bo@example.org",))
REQUEST = BookingRequest(
    "anna/intro", 0, 30, VISITOR, {"phone": "+45 20 30 40 50"}, message="Meet me at Nyhavn", key=TOKEN, body="x"
)
SECRETS = (TOKEN, "ida.winther", "example.org", "Winther", "Nyhavn", "20 30 40", "hunter2", "s3cr3t", "Aa0-_" * 9)

SAID = {
    "an address of a person": "mail to ida.winther@example.org failed",
    "an address in a query": "GET /meetings/anna?email=ida.winther%40example.org&first_name=Ida",
    "an address in a form": "email=ida.winther%40example.org",
    "a manage link": f"GET /manage/{TOKEN}/cancel 200",
    "a bare token": f"unknown token {TOKEN}",
    "a link with a token": f"see https://anna.test/manage/{TOKEN}#now",
    "a bearer token": f"Authorization: Bearer {TOKEN}",
    "a short bearer token": "header 'Authorization': 'Bearer s3cr3t-token'",
    "basic credentials": "sent Basic s3cr3thunter2=",
    "a password": "signing in with password=hunter2",
    "a password in JSON": json.dumps({"smtp_password": "hunter2 s3cr3t", "client_secret": "s3cr3t"}),
    "a password in an address": "https://anna:hunter2@calendar.test:8443/dav",
    "an OAuth answer": "http://127.0.0.1:8080/?code=s3cr3t&state=hunter2",
    "a refresh token": "{'refresh_token': 's3cr3t', 'expires_in': 3600}",
    "a cookie": "Cookie: prefill=s3cr3t; other=hunter2",
    "a web token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzM2NyM3QifQ.Aa0-_Aa0-_Aa0-_",
    "a request": repr(REQUEST),
    "a visitor": str(VISITOR),
    "a key": f"key {'Aa0-_' * 9}",
}


@pytest.fixture
def lines(workspace_folder: Path) -> Iterator[object]:
    log.start(workspace_folder)

    def read() -> list[str]:
        return log_file(workspace_folder).read_text("utf-8").splitlines()

    yield read
    log.stop()


@pytest.mark.shows("DATA-5", "S10")
@pytest.mark.parametrize("said", SAID.values(), ids=SAID.keys())
def test_a_secret_when_logged_is_not_in_the_log(lines, said):
    logging.getLogger("app.anything").info("%s", said)
    logging.getLogger("app.anything").info(said)
    (first, second) = lines()
    assert not [secret for secret in SECRETS if secret in first + second]


@pytest.mark.shows("DATA-5", "S3")
@pytest.mark.logs("it failed")
def test_a_secret_when_raised_is_neither_in_the_log_nor_on_standard_error(workspace_folder, capsys):
    log.start(workspace_folder)
    try:
        raise ValueError(f"cannot book {REQUEST}")
    except ValueError:
        logging.getLogger("app.anything").exception("it failed")
    log.stop()
    (line,) = log_file(workspace_folder).read_text("utf-8").splitlines()
    assert "it failed" in line
    assert "ValueError" in line
    told = capsys.readouterr().err
    assert "it failed" in told
    assert not [secret for secret in SECRETS if secret in line + told]


@pytest.mark.parametrize(
    "said",
    [
        "booking 253c64c51f077e878c1fc510ef6d3aa5 is confirmed",
        "GET /meetings/anna/intro/slots 200 in 3 ms",
        "app/services/booking.py, line 17, in test_a_secret_when_raised_is_not_in_the_log",
        "3 of 4 calendars read; the next try is at 2026-11-24T08:00:00Z",
        "the outbox has to wait: full: database or disk is full",
    ],
)
def test_what_helps_when_logged_stays_readable(lines, said):
    logging.getLogger("app.anything").info(said)
    (line,) = lines()
    assert line.endswith(f"INFO app.anything: {said}")


@pytest.mark.shows("S3")
@pytest.mark.parametrize("control", ["\n", "\r", "\x1b[31m", "\u2028", "\x85", "\u202e", "\x00"])
def test_a_control_character_when_logged_cannot_forge_a_record(lines, control):
    logging.getLogger("app.anything").info("first%s2026-01-01T00:00:00Z CRITICAL root: forged", control)
    (line,) = lines()
    assert control[0] not in line


def test_the_log_when_started_belongs_to_its_user_alone(lines, workspace_folder):
    assert stat.S_IMODE(log_folder(workspace_folder).stat().st_mode) == 0o700
    assert stat.S_IMODE(log_file(workspace_folder).stat().st_mode) == 0o600


def test_the_log_when_it_grows_keeps_three_files_of_ten_megabytes(workspace_folder, monkeypatch):
    monkeypatch.setattr(log, "LONGEST_FILE", 10_000)
    log.start(workspace_folder)
    for number in range(1000):
        logging.getLogger("app.anything").info("record %d", number)
    log.stop()
    files = sorted(log_folder(workspace_folder).iterdir())
    assert [file.name for file in files] == ["aftale.log", "aftale.log.1", "aftale.log.2"]
    assert all(file.stat().st_size <= 10_000 and stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    assert "record 999" in files[0].read_text()
    assert log.FILES * 10 * 1024 * 1024 == 30 * 1024 * 1024


@pytest.mark.logs("no log in this workspace")
def test_the_log_when_it_cannot_be_written_goes_to_standard_error(tmp_path, capsys):
    (tmp_path / "log").write_text("a file where the folder should be")
    log.start(tmp_path)
    log.stop()
    assert "no log in this workspace" in capsys.readouterr().err


@pytest.mark.shows("DATA-5")
def test_a_crash_when_nobody_catches_it_is_logged_without_its_secrets(workspace_folder):
    code = (
        "import sys, threading; from pathlib import Path; from app import log; log.start(Path(sys.argv[1]))\n"
        "def fail(): raise ValueError('password=hunter2')\n"
        "thread = threading.Thread(target=fail); thread.start(); thread.join(); fail()"
    )
    run = subprocess.run([sys.executable, "-c", code, workspace_folder], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    crashes = log_file(workspace_folder).read_text().splitlines()
    assert [line.split(": ", 1)[1][:16] for line in crashes] == ["a thread crashed", "crashed\\nTraceba"]
    assert "hunter2" not in run.stderr + "".join(crashes)
