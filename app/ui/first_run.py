"""The first run as the program sees it: a window that can be drawn at once, and that ends with a workspace that is set up."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app import i18n
from app.domain.errors import AftaleError
from app.ui.onboarding.controller import OnboardingController, guess
from app.ui.onboarding.state import State, Step, You
from app.ui.onboarding.view import OnboardingView
from app.ui.window_state import FirstScreen

if TYPE_CHECKING:
    from app.services.workspace import Workspace


class FirstRunWindow(QObject):
    """``finished`` carries the workspace. ``last``: what a run that was left half-way has kept."""

    finished = Signal(object)

    def __init__(self, last: FirstScreen | None) -> None:
        super().__init__()
        you = guess()
        if last is not None and last.profile.name:
            profile = last.profile
            you = You(profile.name, profile.tagline, profile.language, profile.zone)
        i18n.use(you.language.value)
        reached = last.first_run.step if last is not None else 0
        self._state = State(step=Step(min(max(reached, Step.YOU), Step.PAGE)), you=you)
        self._controller: OnboardingController | None = None
        self.view = OnboardingView()
        self.view.show_state(self._state)
        self.view.resize(self.view.sizeHint())

    @property
    def attached(self) -> bool:
        """Whether answers are taken."""
        return self._controller is not None

    def attach(self, opened: asyncio.Future[Workspace]) -> None:
        """Takes the answers from now on; they are saved as soon as the workspace is open."""
        self._opened = opened
        self._controller = OnboardingController(self.view, opened, self._state)
        self._controller.finished.connect(lambda: self.finished.emit(opened.result()))

    async def workspace(self) -> Workspace:
        """The workspace, once it is open."""
        return await asyncio.shield(self._opened)

    async def keep(self) -> None:
        """Saves what was typed and not yet confirmed, for the next start."""
        if self._controller is not None:
            with suppress(AftaleError):
                await self._controller.keep()

    def end(self) -> None:
        """Goes, without a word."""
        self.view.blockSignals(True)
        self.view.close()
        self.view.deleteLater()
