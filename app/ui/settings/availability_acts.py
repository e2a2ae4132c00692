"""What the availability panel asks of the library of public holidays, beside the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.domain.settings import Holidays
from app.services.holidays import Region
from app.ui.runtime import tasks
from app.ui.settings.availability import AvailabilityPanel

if TYPE_CHECKING:
    from app.services.workspace import Workspace


class AvailabilityActs(QObject):
    """One for a panel."""

    def __init__(self, workspace: Workspace, panel: AvailabilityPanel) -> None:
        super().__init__(panel)
        self._workspace, self._panel = workspace, panel
        panel.holidays_wanted.connect(self._read)
        panel.regions_wanted.connect(self._read_regions)
        panel.ask_for_regions()

    def _read(self, choice: Holidays) -> None:
        tasks.latest("holidays", self._found(choice), self._panel, done=lambda found: self._panel.show_holidays(choice, *found))

    async def _found(self, choice: Holidays) -> tuple[Holidays, tuple[Region, ...]]:
        state = self._panel.state
        assert state is not None
        draft = state.draft
        found = await self._workspace.holidays.read(choice, draft.profile.zone, draft.appearance.language.value)
        return found, await self._workspace.holidays.regions(choice.country)

    def _read_regions(self, country: str) -> None:
        work = self._workspace.holidays.regions(country)
        tasks.latest("regions", work, self._panel, done=lambda found: self._panel.show_regions(country, found))
