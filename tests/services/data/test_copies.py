"""Backups are made, listed and put back; what was there is kept aside; everything goes when it shall (DATA-2, DATA-4)."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import zipfile
from pathlib import Path

import pytest

from app.domain.booking import Promised
from app.domain.connections import Account, ProviderKind
from app.domain.errors import FileUnusable, WorkspaceDamaged
from app.domain.events import WorkspaceOrdered
from app.domain.keeping import BackupKind
from app.models.accounts import save_account
from app.models.secrets import save_secret, secret
from app.paths import backup_folder, database_file
from app.services.data.copies import offered, put_back
from app.services.data.working import Progress
from app.services.workspace import Workspace
from tests.services.opened import MONDAY, StandingClock, at, furnished, open_workspace, settle, wish

ELSEWHERE = Account("1", ProviderKind.GOOGLE, "Google", "anna@example.com")
pytestmark = [pytest.mark.anyio, pytest.mark.shows("DATA-2")]


async def book(workspace: Workspace, day: int) -> str:
    answer = await workspace.bookings.book(wish(at(day, 10)))
    assert isinstance(answer, Promised)
    return answer.booking


async def starts(folder: Path) -> list[int]:
    workspace = await open_workspace(folder, StandingClock())
    found = sorted(each.start for each in await workspace.bookings.list())
    await workspace.close()
    return found


async def test_a_backup_when_put_back_brings_back_what_was_and_keeps_aside_what_is(workspace_folder: Path) -> None:
    clock = StandingClock()
    workspace = await furnished(workspace_folder, clock)
    heard: list[WorkspaceOrdered] = []
    workspace.announcer.subscribe(WorkspaceOrdered, heard.append)
    await book(workspace, 13)
    made = await workspace.data.copies.make()
    await book(workspace, 14)
    await workspace.data.copies.restore(Path(made.path))
    assert len(heard) == 1
    assert workspace.data.copies.ordered
    # Until it is opened anew everything goes on, and nothing of that is lost either.
    await book(workspace, 15)
    await workspace.close()
    assert await starts(workspace_folder) == [at(13, 10)]
    workspace = await open_workspace(workspace_folder, clock)
    assert not workspace.data.copies.ordered
    aside = next(each for each in await workspace.data.copies.all() if each.kind is BackupKind.SET_ASIDE)
    assert aside.at == MONDAY
    await workspace.data.copies.restore(Path(aside.path))
    await workspace.close()
    assert await starts(workspace_folder) == [at(13, 10), at(14, 10), at(15, 10)]


async def test_an_order_when_withdrawn_changes_nothing(workspace_folder: Path) -> None:
    workspace = await furnished(workspace_folder, StandingClock())
    made = await workspace.data.copies.make()
    await book(workspace, 13)
    await workspace.data.copies.restore(Path(made.path))
    await workspace.data.copies.withdraw()
    await workspace.close()
    assert await starts(workspace_folder) == [at(13, 10)]


@pytest.mark.parametrize("damage", ["torn", "text", "other"])
async def test_a_backup_when_it_is_none_is_refused_and_nothing_is_ordered(workspace_folder: Path, damage: str) -> None:
    workspace = await furnished(workspace_folder, StandingClock())
    made = Path((await workspace.data.copies.make()).path)
    if damage == "torn":
        content = bytearray(made.read_bytes())
        content[4096 : 4096 * 6] = os.urandom(4096 * 5)
        made.write_bytes(content)
    elif damage == "text":
        made.write_text("no database")
    else:
        made.unlink()
        with sqlite3.connect(made) as other:
            other.execute("CREATE TABLE page (id)")
        other.close()
    with pytest.raises(FileUnusable) as refused:
        await workspace.data.copies.restore(made)
    assert refused.value.reason == "damaged"
    assert not workspace.data.copies.ordered
    await workspace.close()


async def test_a_backup_when_a_newer_version_made_it_is_refused(workspace_folder: Path) -> None:
    workspace = await furnished(workspace_folder, StandingClock())
    made = Path((await workspace.data.copies.make()).path)
    with sqlite3.connect(made) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.close()
    with pytest.raises(FileUnusable) as refused:
        await workspace.data.copies.restore(made)
    assert refused.value.reason == "newer"
    await workspace.close()


@pytest.mark.shows("DATA-4")
@pytest.mark.logs("is damaged")
async def test_a_damaged_workspace_when_a_backup_is_chosen_opens_again_and_the_damaged_file_is_kept(
    workspace_folder: Path,
) -> None:
    workspace = await furnished(workspace_folder, StandingClock())
    await book(workspace, 13)
    await workspace.data.copies.make()
    await workspace.close()
    path = database_file(workspace_folder)
    broken = path.read_bytes()[:4096] + os.urandom(4096 * 8)
    path.write_bytes(broken)
    with pytest.raises(WorkspaceDamaged):
        await open_workspace(workspace_folder, StandingClock())
    assert path.read_bytes() == broken
    (backup,) = offered(workspace_folder)
    put_back(workspace_folder, backup, MONDAY)
    assert await starts(workspace_folder) == [at(13, 10)]
    (aside,) = backup_folder(workspace_folder).glob("before-*")
    assert (aside / path.name).read_bytes() == broken


async def test_everything_when_deleted_leaves_a_new_workspace(workspace_folder: Path) -> None:
    workspace = await furnished(workspace_folder, StandingClock())
    await book(workspace, 13)
    await workspace.data.copies.make()
    (workspace_folder / "of-the-owner.txt").write_text("mine")
    await workspace.data.copies.delete_everything()
    await workspace.close()
    workspace = await open_workspace(workspace_folder, StandingClock())
    assert await workspace.is_new()
    assert await workspace.data.copies.all() == ()
    assert (workspace_folder / "of-the-owner.txt").exists()
    await workspace.close()


# To another computer


@pytest.mark.parametrize("passphrase", ["", "rødgrød med fløde"])
async def test_a_workspace_when_moved_is_whole_on_the_other_computer_without_sign_ins(tmp_path: Path, passphrase: str) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    workspace = await furnished(old, StandingClock())
    booking = await book(workspace, 13)
    await workspace.database.write(lambda session: save_account(session, ELSEWHERE))
    await workspace.database.write(lambda session: save_secret(session, "account:1", b"sealed sign-in"))
    file = tmp_path / "moved.aftale"
    percents: list[int] = []
    assert await workspace.data.moves.write(file, passphrase, percents.append) == 1
    await asyncio.sleep(0)
    assert percents[-1] == 100
    await workspace.close()
    assert file.stat().st_mode & 0o777 == 0o600
    assert (b"ida@example.org" in file.read_bytes(), zipfile.is_zipfile(file)) == (False, not passphrase)
    assert list((old / "staging").iterdir()) == []

    workspace = await open_workspace(new, StandingClock())
    assert await workspace.data.moves.needs_passphrase(file) is bool(passphrase)
    manifest = await workspace.data.moves.read(file, passphrase)
    assert manifest is not None
    assert manifest.sign_ins == 1
    await workspace.close()
    workspace = await open_workspace(new, StandingClock())
    assert (await workspace.bookings.get(booking)).visitor.email == "ida@example.org"
    assert workspace.settings.current.profile.name == "Anna Holm"
    assert [each.signed_out for each in await workspace.accounts.accounts() if each.provider.value == "google"] == [True]
    assert await workspace.database.read(lambda session: session.execute(secret.select()).all()) == []
    await workspace.close()
    assert b"sealed sign-in" not in database_file(new).read_bytes()


@pytest.mark.parametrize(
    ("change", "passphrase", "reason"),
    [
        (lambda content: content, "another", "passphrase"),
        (lambda content: content, "", "passphrase"),
        (lambda content: content[:-20], "right", "passphrase"),
        (lambda content: content[:2000] + bytes([content[2000] ^ 1]) + content[2001:], "right", "passphrase"),
        (lambda content: b"", "right", "format"),
        (lambda content: b"PK\x03\x04 nothing", "right", "format"),
    ],
)
async def test_a_moved_file_when_changed_or_the_passphrase_is_wrong_is_refused(
    workspace_folder: Path, tmp_path: Path, change, passphrase: str, reason: str
) -> None:
    workspace = await furnished(workspace_folder, StandingClock())
    file = tmp_path / "moved.aftale"
    await workspace.data.moves.write(file, "right")
    file.write_bytes(change(file.read_bytes()))
    with pytest.raises(FileUnusable) as refused:
        await workspace.data.moves.read(file, passphrase)
    assert refused.value.reason == reason
    assert not workspace.data.copies.ordered
    await workspace.close()


# Everything as files


async def test_everything_when_exported_is_there_in_every_format(workspace_folder: Path, tmp_path: Path) -> None:
    workspace = await furnished(workspace_folder, StandingClock())
    await workspace.bookings.book(wish(at(13, 10), message="=HYPERLINK(1)"))
    await workspace.accounts.add_busy("local", at(14, 10), at(14, 11), "Dentist")
    await settle(workspace)
    percents: list[int] = []
    made = await workspace.data.exports.write(tmp_path / "all.zip", percents.append)
    await asyncio.sleep(0)
    assert percents[-1] == 100
    with zipfile.ZipFile(made) as archive:
        assert archive.testzip() is None
        texts = {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}
    assert set(texts) == {
        "README.txt", "aftale.json", "contacts.csv", "contacts.vcf", "bookings.csv", "bookings.ics", "attempts.csv",
        "calendar-1.ics",
    }  # fmt: skip
    document = json.loads(texts["aftale.json"])
    assert document["format"] == "aftale-export"
    assert document["tables"]["booking"][0]["message"] == "=HYPERLINK(1)"
    assert document["tables"]["booking"][0]["guests"] == []
    assert document["tables"]["setting"][0]["document"]["profile"]["name"] == "Anna Holm"
    assert not {"secret", "manage_token", "idempotency", "meta"} & document["tables"].keys()
    assert all(each in texts["README.txt"] for each in document["tables"])
    assert "'=HYPERLINK(1)" in texts["bookings.csv"]
    assert "FN:Ida Winther" in texts["contacts.vcf"]
    assert "Dentist" in texts["calendar-1.ics"]
    assert texts["bookings.ics"].count("BEGIN:VEVENT") == 1
    folder = await workspace.data.exports.write(tmp_path / "all")
    again = await workspace.data.exports.write(tmp_path / "all")
    assert (folder.name, again.name) == ("all", "all (2)")
    assert {each.name for each in again.iterdir()} == set(texts)
    assert (folder / "aftale.json").stat().st_mode & 0o777 == 0o600
    assert list((workspace_folder / "staging").iterdir()) == []
    await workspace.close()


@pytest.mark.parametrize("name", ["all", "all.zip"])
async def test_an_export_when_given_up_leaves_nothing(
    workspace_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    workspace = await furnished(workspace_folder, StandingClock())
    await book(workspace, 13)
    begun, loop = asyncio.Event(), asyncio.get_running_loop()
    real = Progress.step

    def slow(self: Progress, by: int = 1) -> None:
        loop.call_soon_threadsafe(begun.set)
        self._stopped.wait(10)
        real(self, by)

    monkeypatch.setattr(Progress, "step", slow)
    target = tmp_path / "out"
    target.mkdir()
    running = asyncio.ensure_future(workspace.data.exports.write(target / name))
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert list(target.iterdir()) == []
    assert list((workspace_folder / "staging").iterdir()) == []
    await workspace.close()


async def test_an_export_when_the_place_cannot_be_written_says_so(workspace_folder: Path, tmp_path: Path) -> None:
    workspace = await furnished(workspace_folder, StandingClock())
    with pytest.raises(FileUnusable) as refused:
        await workspace.data.exports.write(tmp_path / "nowhere" / "all.zip")
    assert refused.value.reason == "write"
    await workspace.close()
