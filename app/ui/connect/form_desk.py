"""What a form needs from the rest of the program: the server that is known already, other pages, and the connection report
(CON-8, CON-9)."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtWidgets import QFileDialog

from app.domain.connections import Account, ProviderKind
from app.domain.errors import AftaleError
from app.i18n import _
from app.services import remembered
from app.ui.connect.forms import SignInForm
from app.ui.connect.state import Page, State
from app.ui.connect.view import ConnectWindow
from app.ui.runtime import tasks
from app.ui.widgets import toast

if TYPE_CHECKING:
    from app.services.workspace import Workspace


class Host(Protocol):
    """What the form's desk needs from its controller."""

    @property
    def state(self) -> State: ...

    @property
    def window(self) -> ConnectWindow | None: ...

    def change(self, **changes: Any) -> None: ...

    def work(self, work: Coroutine[Any, Any, None], *, busy: bool = False) -> None: ...

    def browse(self, address: str) -> bool: ...

    def choose(self, kind: ProviderKind) -> None: ...


class FormDesk:
    def __init__(self, workspace: Workspace, host: Host) -> None:
        self._workspace, self._host = workspace, host

    def attend(self, window: ConnectWindow) -> None:
        """Listens to the forms of a new window."""
        window.form.formed.connect(self._attend)
        window.form.report.save_requested.connect(lambda: self._choose_place(window))

    def _attend(self, form: SignInForm) -> None:
        form.open_requested.connect(self._host.browse)
        form.kind_requested.connect(self._host.choose)
        form.known_requested.connect(self._look_up)

    # What is known

    def fill_in(self, account: Account) -> None:
        """Signing in again: all but the password is known."""
        self._host.work(self._fill_in(remembered.of_account(self._workspace, account)))

    def _look_up(self, domain: str) -> None:
        """Another account of the same mail domain may know the server."""
        if domain and self._host.state.again is None:
            self._host.work(self._fill_in(remembered.of_domain(self._workspace, self._host.state.kind, domain)))

    async def _fill_in(self, looking: Coroutine[Any, Any, dict[str, str]]) -> None:
        window = self._host.window
        try:
            found = await looking
        except AftaleError:
            # It only saves typing.
            return
        if window is self._host.window and found and self._host.state.page is Page.FORM:
            self._host.change(known=found)

    # The connection report

    @property
    def report(self) -> str:
        """What the last sign-in tried and what answered; empty where there is nothing to tell."""
        return self._workspace.connecting.report(self._host.state.kind)

    def _choose_place(self, window: ConnectWindow) -> None:
        dialog = QFileDialog(window, _("Save the connection report"), "", _("Text files (*.txt)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("txt")
        dialog.selectFile("aftale-connection-report.txt")
        dialog.fileSelected.connect(lambda path: self.save_report(Path(path)))
        dialog.open()

    def save_report(self, path: Path) -> None:
        """Writes the report where its owner wants it."""
        text, window = self.report, self._host.window
        if window is None:
            return

        def write() -> bool:
            try:
                path.write_text(text, encoding="utf-8")
            except OSError:
                return False
            return True

        def told(there: bool) -> None:
            toast(window, _("The report is saved") if there else _("It could not be saved there. Choose another folder."))

        tasks.start(asyncio.to_thread(write), window, told)
