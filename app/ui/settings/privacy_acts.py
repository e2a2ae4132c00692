"""What Data and privacy does at once, without Save: backups, exports, moving, people, help, the end of everything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from app.domain.errors import AftaleError, FileUnusable
from app.domain.keeping import Removal
from app.i18n import _, local
from app.ui import messages
from app.ui.runtime import tasks
from app.ui.settings import privacy as panel_names
from app.ui.settings import privacy_words as words
from app.ui.settings.privacy import PrivacyPanel
from app.ui.settings.privacy_dialogs import BackupsDialog, PassphraseDialog, PersonDialog, TextDialog, erase_question
from app.ui.widgets import Question, toast
from app.ui.widgets.menu import MenuPopup

if TYPE_CHECKING:
    from app.services.workspace import Workspace

Work = Coroutine[Any, Any, None]


class PrivacyActs(QObject):
    """One for a panel; ``reload`` draws it anew. Errors are told in a toast of its window, for the work goes on beside whatever
    is edited there."""

    def __init__(self, workspace: Workspace, panel: PrivacyPanel, reload: Callable[[], None]) -> None:
        super().__init__(panel)
        self._workspace, self._panel, self._data, self._reload = workspace, panel, workspace.data, reload
        self._running: dict[str, asyncio.Task[None]] = {}
        panel.act_requested.connect(self._act)
        panel.stop_requested.connect(self._stop)
        panel.delete_requested.connect(lambda: self._do(self._ask_to_delete()))
        panel.belief_requested.connect(lambda: self._do(self._believe()))

    @property
    def _now(self) -> int:
        return self._workspace.clock.now()

    @property
    def _zone(self) -> str:
        return self._workspace.settings.current.profile.zone

    def _act(self, name: str) -> None:
        if name == panel_names.EXPORT:
            self._choose_export()
        elif name == panel_names.MOVE:
            self._choose_move()
        elif name == panel_names.BACKUP:
            self._work(name, self._back_up(), _("Making a backup…"))
        else:
            acts = {
                panel_names.BACKUPS: self._ask_for_backup,
                panel_names.PERSON: self._find_person,
                panel_names.SUPPORT: self._collect,
            }
            self._do(acts[name]())

    async def _believe(self) -> None:
        await self._data.retention.believe()
        self._reload()

    # Backups

    async def _back_up(self) -> None:
        made = await self._data.copies.make()
        self._reload()
        self._say(_("Backed up"), action=_("Show folder"), call=lambda: self._open(Path(made.path).parent))

    async def _ask_for_backup(self) -> None:
        dialog = BackupsDialog(self._panel.window(), await self._data.copies.all(), self._now, self._zone)
        await tasks.ask(dialog)
        if dialog.answer == "file":
            self._choose_file()
        elif dialog.answer == "restore":
            await self._data.copies.restore(Path(dialog.chosen.path))

    # Everything as files

    def _choose_export(self) -> None:
        menu = MenuPopup(self._panel.acts[panel_names.EXPORT].button, name=_("Export all"))
        menu.add(_("Into a folder…"), lambda: self._save_export(zipped=False))
        menu.add(_("Into one file (zip)…"), lambda: self._save_export(zipped=True))
        menu.open_at(self._panel.acts[panel_names.EXPORT].button)

    def _save_export(self, *, zipped: bool) -> None:
        day = local(self._now, self._zone).date().isoformat()
        name = f"Aftale {day}"
        if zipped:
            self._save_file(_("Export all"), f"{name}.zip", _("Archives (*.zip)"), self._export)
            return
        dialog = QFileDialog(self._panel.window(), _("Export all"), _documents())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda folder: self._export(Path(folder) / name))
        dialog.open()

    def _export(self, target: Path) -> None:
        name, said = panel_names.EXPORT, _("Exporting, {percent} % done")
        self._work(name, self._write_export(target, partial(self._tell, name, said)), said.format(percent=0))

    async def _write_export(self, target: Path, told: Callable[[int], None]) -> None:
        made = await self._data.exports.write(target, told)
        folder = made if made.is_dir() else made.parent
        text = _("Saved as {file}").format(file=made.name)
        self._say(text, action=_("Show folder"), call=lambda: self._open(folder))

    # Another computer

    def _choose_move(self) -> None:
        button = self._panel.acts[panel_names.MOVE].button
        menu = MenuPopup(button, name=_("Another computer"))
        menu.add(_("Write a file to take along…"), lambda: self._do(self._ask_for_passphrase()))
        menu.add(_("Read a file from another computer…"), self._choose_file)
        menu.open_at(button)

    async def _ask_for_passphrase(self) -> None:
        dialog = PassphraseDialog(self._panel.window(), new=True)
        await tasks.ask(dialog)
        if dialog.answer:
            passphrase = dialog.said()
            kinds = _("Aftale files (*.aftale)")
            self._save_file(_("Another computer"), "Aftale.aftale", kinds, lambda target: self._move(target, passphrase))

    def _move(self, target: Path, passphrase: str) -> None:
        name, said = panel_names.MOVE, _("Writing the file, {percent} % done")
        work = self._write_move(target, passphrase, partial(self._tell, name, said))
        self._work(name, work, said.format(percent=0))

    async def _write_move(self, target: Path, passphrase: str, told: Callable[[int], None]) -> None:
        await self._data.moves.write(target, passphrase, told)
        text = _("Saved as {file}").format(file=target.name)
        self._say(text, action=_("Show folder"), call=lambda: self._open(target.parent))

    def _choose_file(self) -> None:
        kinds = _("Aftale files and backups (*.aftale *.db)")
        dialog = QFileDialog(self._panel.window(), _("Read a file"), _documents(), kinds)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self._do(self._read_file(Path(path))))
        dialog.open()

    async def _read_file(self, source: Path) -> None:
        passphrase, wrong = "", False
        sealed = await self._data.moves.needs_passphrase(source)
        while True:
            if sealed:
                dialog = PassphraseDialog(self._panel.window(), new=False, wrong=wrong)
                await tasks.ask(dialog)
                if not dialog.answer:
                    return
                passphrase = dialog.said()
            elif not await self._agrees_to_replace():
                return
            try:
                self._panel.show_work(panel_names.MOVE, _("Reading the file…"))
                await self._data.moves.read(source, passphrase)
                return
            except FileUnusable as error:
                wrong = error.reason == "passphrase"
                if not wrong:
                    raise
            finally:
                self._panel.show_work(panel_names.MOVE, "")

    async def _agrees_to_replace(self) -> bool:
        question = Question(
            self._panel.window(),
            _("Put this file in the place of what is here?"),
            _("What is here now is kept aside, so you can come back to it. Your pages are away for a moment."),
            (("", _("Cancel"), "secondary"), ("go", _("Put it in place"), "primary")),
        )
        await tasks.ask(question)
        return question.answer == "go"

    # A person

    async def _find_person(self) -> None:
        dialog = PersonDialog(self._panel.window())
        dialog.find_requested.connect(lambda email: self._do(self._find(dialog, email), dialog))
        dialog.export_requested.connect(lambda email: self._export_person(dialog, email))
        dialog.erase_requested.connect(lambda email: self._do(self._erase(dialog, email), dialog))
        dialog.record_requested.connect(lambda: self._do(self._show_record(dialog), dialog))
        await tasks.ask(dialog)

    async def _find(self, dialog: PersonDialog, email: str) -> None:
        dialog.show_known(await self._data.people.find(email))

    def _export_person(self, dialog: PersonDialog, email: str) -> None:
        def export(target: Path) -> None:
            self._do(self._write_person(dialog, email, target), dialog)

        self._save_file(_("Export"), "aftale-person.zip", _("Archives (*.zip)"), export)

    async def _write_person(self, dialog: PersonDialog, email: str, target: Path) -> None:
        await self._data.people.export(email, target)
        toast(dialog, _("Saved as {file}").format(file=target.name))

    async def _erase(self, dialog: PersonDialog, email: str) -> None:
        known = await self._data.people.find(email)
        question = Question(
            dialog,
            _("Delete this person?"),
            erase_question(known, self._now),
            (("", _("Cancel"), "secondary"), ("delete", _("Delete the person"), "danger")),
        )
        await tasks.ask(question)
        if question.answer != "delete":
            return
        removal = await self._data.people.erase(email)
        dialog.show_erased(_("Deleted"), (*_proof_lines(removal), *words.remains_lines(known)))
        self._reload()

    async def _show_record(self, dialog: PersonDialog) -> None:
        text = words.record_text(await self._data.people.removals(), self._zone)
        lead = _("When something was deleted, and a proof that tells nothing to whoever does not know the address.")
        await self._show_text(TextDialog(dialog, _("Record of deletions"), lead, text), "aftale-deletions.txt", text)

    # Help

    async def _collect(self) -> None:
        self._panel.show_work(panel_names.SUPPORT, _("Collecting…"))
        try:
            text = await self._data.support.collect()
        finally:
            self._show_idle(panel_names.SUPPORT)
        lead = _("Nothing is sent. Read it, save it, and send it to whoever helps you.")
        await self._show_text(TextDialog(self._panel.window(), _("Ask for help"), lead, text), "aftale-support.txt", text)

    async def _show_text(self, dialog: TextDialog, name: str, text: str) -> None:
        # The window of the dialog is gone when it has been answered.
        title = dialog.windowTitle()
        await tasks.ask(dialog)
        if dialog.answer == "save":
            self._save_file(title, name, _("Texts (*.txt)"), lambda to: self._do(self._write(to, text)))

    async def _write(self, target: Path, text: str) -> None:
        def write() -> None:
            try:
                target.write_text(text, encoding="utf-8")
            except OSError as error:
                raise FileUnusable("write", target.name) from error

        await asyncio.get_running_loop().run_in_executor(None, write)
        self._say(_("Saved as {file}").format(file=target.name))

    # The end of everything

    async def _ask_to_delete(self) -> None:
        question = Question(
            self._panel.window(),
            _("Delete everything?"),
            _(
                "Contacts, meetings, pages, sign-in keys and backups are deleted for good, and your pages go off. "
                "What stands in a calendar elsewhere stays there."
            ),
            (("", _("Keep everything"), "secondary"), ("delete", _("Delete everything"), "danger")),
            width=480,
        )
        await tasks.ask(question)
        if question.answer == "delete":
            for account in await self._workspace.accounts.accounts():
                await self._workspace.accounts.disconnect(account.id)
            await self._data.copies.delete_everything()

    # Small things

    def _save_file(self, title: str, name: str, kinds: str, done: Callable[[Path], None]) -> None:
        dialog = QFileDialog(self._panel.window(), title, str(Path(_documents()) / name), kinds)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(Path(name).suffix.removeprefix("."))
        dialog.fileSelected.connect(lambda path: done(Path(path)))
        dialog.open()

    def _work(self, name: str, work: Work, said: str) -> None:
        """Long work, one at a time of each kind; its row says how far it is."""
        if name in self._running:
            work.close()
            return
        self._panel.show_work(name, said)
        task = tasks.start(work, self._panel, failed=self._failed)
        if task is not None:
            self._running[name] = task
            task.add_done_callback(lambda _task: self._over(name))

    def _over(self, name: str) -> None:
        self._running.pop(name, None)
        self._show_idle(name)

    def _show_idle(self, name: str) -> None:
        # A panel that went with its window ended the work.
        if not self._gone():
            self._panel.show_work(name, "")

    def _stop(self, name: str) -> None:
        task = self._running.get(name)
        if task is not None:
            task.cancel()

    def _tell(self, name: str, said: str, percent: int) -> None:
        if name in self._running and not self._gone():
            self._panel.show_work(name, said.format(percent=percent))

    def _do(self, work: Work, owner: QObject | None = None) -> None:
        tasks.start(work, owner or self._panel, failed=self._failed)

    def _gone(self) -> bool:
        from shiboken6 import Shiboken

        return not Shiboken.isValid(self._panel)

    def _failed(self, error: AftaleError) -> None:
        told = messages.error_words(error)
        self._say(f"{told.title}. {told.text}".strip(), icon="status_error")

    def _open(self, folder: Path) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def _say(self, text: str, *, action: str = "", call: Callable[[], None] | None = None, icon: str = "status_ok") -> None:
        toast(self._panel.window(), text, action=action, call=call, icon=icon)


def _documents() -> str:
    return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)


def _proof_lines(removal: Removal) -> tuple[str, ...]:
    """What went, the proof of it, and how long backups still hold it."""
    return (
        words.counted(removal.counts),
        _("Proof: {proof}").format(proof=words.proof(removal)),
        _("Backups from before now still hold it until seven newer ones are there."),
    )
