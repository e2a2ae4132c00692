"""What happens on the page of the OAuth client: typed, or read from the provider's file, checked at each key, kept (CON-7)."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtWidgets import QFileDialog

from app.domain.errors import InvalidFields
from app.i18n import _
from app.ui.connect import guide
from app.ui.connect.state import Page, State
from app.ui.connect.view import ConnectWindow

if TYPE_CHECKING:
    from app.services.workspace import Workspace

LONGEST_FILE = 100_000
"""Characters of a file that are looked at; a client's file has some four hundred."""


class Host(Protocol):
    """What the desk needs of the one that leads through the dialog."""

    @property
    def state(self) -> State: ...

    @property
    def window(self) -> ConnectWindow | None: ...

    def change(self, **changes: Any) -> None: ...

    def work(self, work: Coroutine[Any, Any, None], *, busy: bool = False) -> None: ...

    def sign_in(self) -> None: ...


class ClientDesk:
    """Checks as somebody types, and goes on to the browser once the client is kept."""

    def __init__(self, workspace: Workspace, host: Host) -> None:
        self._workspace, self._host = workspace, host

    def attend(self, window: ConnectWindow) -> None:
        """Listens to the page of a new window."""
        panel = window.client
        panel.edited.connect(self._edited)
        panel.left.connect(self._left)
        panel.file_dropped.connect(lambda path: self._host.work(self._read(Path(path))))
        panel.file_requested.connect(lambda: self._choose_file(window))

    def begin(self) -> None:
        """Shows the page, empty: what is kept of an earlier client is not shown to anybody."""
        self._check({each.name: "" for each in guide.fields(self._host.state.kind)}, frozenset())
        self._host.change(page=Page.CLIENT, busy=False, trouble=None)

    def send(self) -> None:
        """Keeps the client if it is filled in right; else says what is wrong."""
        fields = dict(self._host.state.fields)
        self._check(fields, frozenset(fields))
        if self._host.state.client_ready:
            self._host.work(self._keep(fields), busy=True)

    async def _keep(self, fields: dict[str, str]) -> None:
        window = self._host.window
        await self._workspace.connecting.save_client(self._host.state.kind, fields)
        if window is self._host.window:
            self._host.change(busy=False)
            self._host.sign_in()

    def _edited(self, fields: dict[str, str], name: str) -> None:
        touched = self._host.state.touched - {"client_file"}
        self._check(fields, touched | {name} if fields.get(name) else touched)

    def _left(self, name: str) -> None:
        if self._host.state.page is Page.CLIENT and self._host.state.fields.get(name):
            self._host.change(touched=self._host.state.touched | {name})

    def _check(self, fields: dict[str, str], touched: frozenset[str]) -> None:
        problems = self._workspace.connecting.check_client(self._host.state.kind, fields)
        self._host.change(fields=fields, problems=problems, touched=touched)

    # The provider's file

    def _choose_file(self, window: ConnectWindow) -> None:
        dialog = QFileDialog(window, _("Choose the JSON file"), "", _("JSON files (*.json)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self._host.work(self._read(Path(path))))
        dialog.open()

    async def _read(self, path: Path) -> None:
        def read() -> str:
            with path.open(encoding="utf-8", errors="replace") as file:
                return file.read(LONGEST_FILE)

        window = self._host.window
        try:
            text = await asyncio.get_running_loop().run_in_executor(None, read)
            if window is not self._host.window:
                return
            fields = self._workspace.connecting.read_client_file(self._host.state.kind, text)
        except OSError:
            self._refuse_file("unreadable")
        except InvalidFields as error:
            self._refuse_file(error.fields.get("client_file", "not_a_client"))
        else:
            self._check(fields, frozenset(fields))

    def _refuse_file(self, code: str) -> None:
        """The file is not used; what is typed stays."""
        state = self._host.state
        self._host.change(problems={**state.problems, "client_file": code}, touched=state.touched | {"client_file"})
