"""What a running program leaves lying about: files, modes, logs, lines, command lines (DATA-5, S10, S11)."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from app.paths import log_folder
from tests.e2e.serving import serving

EMAIL = "planted.secret@visitor.example"
PASSPHRASE = "planted passphrase 7f3a"


@pytest.mark.shows("DATA-5", "CON-10", "S10", "S11")
def test_nothing_personal_or_secret_lies_about_when_visitors_have_booked(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    with serving(workspace, "--demo", "--port", "0", environment={"AFTALE_PASSPHRASE": PASSPHRASE}) as served:
        start = served.slots()[5]
        answer = served.book(start, first_name="Xenophon", last_name="Planted", email=EMAIL, message="planted words")
        token = answer.json()["manage_url"].rpartition("/")[2]
        served.http.get(f"/manage/{token}")
        served.http.get(f"/manage/{token}/ics")
        served.http.post(f"/meetings/{served.pages[0]}/book", content=b"{broken", headers={"content-type": "application/json"})
        served.send(do="busy", calendar="local", start=start, end="2030-01-01T10:00:00Z", title="planted title")
        served.write("planted nonsense")
        served.wait_for("refused")
        processes = command_lines(served.process.pid)
        lines = str(served.events)
        modes_are_private(workspace)
    logs = [each.read_text() for each in log_folder(workspace).iterdir()]
    assert logs
    for place, text in (("standard output", lines), ("command lines", processes), ("logs", "\n".join(logs))):
        for secret in (token, "Xenophon", EMAIL, PASSPHRASE, "planted"):
            assert secret not in text, (place, secret)
    # The token stands nowhere in clear, and the passphrase nowhere at all.
    for each in workspace.rglob("*"):
        if each.is_file():
            content = each.read_bytes()
            assert token.encode() not in content, each
            assert PASSPHRASE.encode() not in content, each


def command_lines(parent: int) -> str:
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                status = (process / "status").read_text()
                if f"PPid:\t{parent}\n" in status or process.name == str(parent):
                    found.append((process / "cmdline").read_text().replace("\0", " "))
            except OSError:
                continue
    assert any("--pages" in each for each in found)
    return "\n".join(found)


def modes_are_private(workspace: Path) -> None:
    assert stat.S_IMODE(workspace.stat().st_mode) == 0o700
    for each in workspace.rglob("*"):
        mode = stat.S_IMODE(each.stat().st_mode)
        assert mode == (0o700 if each.is_dir() else 0o600), (each, oct(mode))
