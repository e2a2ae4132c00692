"""What Publishing does at once, without Save: checks a domain, tries to be reached again, copies, opens; and what it asks
before a domain is removed."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from shiboken6 import Shiboken

from app.domain.addresses import shown_host
from app.domain.errors import AftaleError
from app.domain.settings import Domain
from app.i18n import _
from app.ui import messages
from app.ui.runtime import tasks
from app.ui.settings import publishing_words as words
from app.ui.settings.address_acts import copy_text, open_address
from app.ui.settings.publishing import PublishingPanel
from app.ui.widgets import Question, toast

if TYPE_CHECKING:
    from app.services.workspace import Workspace


class PublishingActs(QObject):
    """One for a panel; ``reload`` draws it anew with what is known then."""

    def __init__(self, workspace: Workspace, panel: PublishingPanel, reload: Callable[[], None]) -> None:
        super().__init__(panel)
        self._workspace, self._panel, self._reload = workspace, panel, reload
        panel.copy_requested.connect(lambda text, said: copy_text(panel, text, said))
        panel.open_requested.connect(open_address)
        panel.check_requested.connect(self._check)
        panel.retry_requested.connect(self._retry)
        panel.remove_requested.connect(lambda domain: self._start(self._ask_to_remove(domain)))

    def _check(self, domain: Domain) -> None:
        self._panel.show_checking(domain, True)
        self._start(self._checked(domain))

    async def _checked(self, domain: Domain) -> None:
        try:
            check = await self._workspace.domains.check(domain)
        finally:
            if Shiboken.isValid(self._panel):
                self._panel.show_checking(domain, False)
        self._panel.show_checked(check, domain)
        self._reload()

    def _retry(self) -> None:
        self._panel.status.set_trying(True)
        self._start(self._retried())

    async def _retried(self) -> None:
        try:
            await self._workspace.publishing.try_again()
        finally:
            if Shiboken.isValid(self._panel):
                self._panel.status.set_trying(False)
        self._reload()

    async def _ask_to_remove(self, domain: Domain) -> None:
        state = self._panel.state
        if state is None:
            return
        question = Question(
            self._panel.window(),
            _("Remove {domain}?").format(domain=shown_host(domain)),
            words.removal_words(state.draft.publishing, domain, len(state.pages)),
            (("", _("Keep it"), "secondary"), ("remove", _("Remove domain"), "danger")),
        )
        await tasks.ask(question)
        if question.answer == "remove":
            self._panel.remove(domain)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        tasks.start(work, self._panel, failed=self._failed)

    def _failed(self, error: AftaleError) -> None:
        told = messages.error_words(error)
        toast(self._panel.window(), f"{told.title}. {told.text}".strip(), icon="status_error")
