"""Where things lie: the workspace folder of a user, and the names of what is in it. Nobody else may look inside."""

from __future__ import annotations

from pathlib import Path


def default_workspace() -> Path:
    """The workspace of this user, for whoever names no other."""
    import platformdirs

    return Path(platformdirs.user_data_dir("Aftale", appauthor=False))


def resources() -> Path:
    """What came with the program."""
    return Path(__file__).resolve().parent.parent / "resources"


def make_private(folder: Path) -> Path:
    """Makes the folder, for its user alone, unless it is there. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def database_file(workspace: Path) -> Path:
    return workspace / "aftale.db"


def first_screen_file(workspace: Path) -> Path:
    """What the window draws before the database is open."""
    return workspace / "first_screen.json"


def log_folder(workspace: Path) -> Path:
    return workspace / "log"


def log_file(workspace: Path) -> Path:
    return log_folder(workspace) / "aftale.log"


def backup_folder(workspace: Path) -> Path:
    return workspace / "backups"
