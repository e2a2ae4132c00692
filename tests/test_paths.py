"""Where the workspace lies, and that asking for it costs nothing."""

from __future__ import annotations

import stat
import subprocess
import sys

from app import paths


def test_the_default_workspace_when_asked_lies_in_the_users_data(own_home):
    assert paths.default_workspace() == own_home / "data" / "Aftale"


def test_a_folder_when_made_belongs_to_its_user_alone(tmp_path):
    folder = paths.make_private(tmp_path / "some" / "workspace")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert paths.make_private(folder) == folder


def test_files_when_named_lie_in_the_workspace(tmp_path):
    named = [paths.database_file, paths.first_screen_file, paths.log_file, paths.log_folder, paths.backup_folder]
    assert [path(tmp_path).relative_to(tmp_path).as_posix() for path in named] == [
        "aftale.db", "first_screen.json", "log/aftale.log", "log", "backups",
    ]  # fmt: skip


def test_paths_and_log_when_imported_bring_no_database():
    code = "import sys, app.paths, app.log; print('sqlalchemy' in sys.modules or 'sqlite3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
