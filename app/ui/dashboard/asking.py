"""*Why is this time (not) offered?* on the day ribbon: asks the services about the pressed time and shows the way to what
decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from app.domain.clock import Instant
from app.domain.overview import Overview
from app.domain.pages import Page
from app.i18n import current
from app.ui.dashboard.asking_ribbon import AskingRibbon
from app.ui.runtime import tasks
from app.ui.why.popover import PageChoice, WhyPopover
from app.ui.why.reasons import Way, answer_of

if TYPE_CHECKING:
    from app.services.availability import Explained
    from app.services.workspace import Workspace


class Asking(QObject):
    """``way_chosen`` carries the page that was asked about and the Way that was pressed."""

    way_chosen = Signal(str, object)

    def __init__(self, workspace: Workspace, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace

    def ask(self, ribbon: AskingRibbon, day: date, minute: int, overview: Overview) -> None:
        """Opens the popover at ``minute`` of ``day`` and answers at once for the first page."""
        pages = {summary.page.id: summary.page for summary in overview.pages}
        if not pages:
            return
        first = next((summary.page for summary in overview.pages if summary.default), next(iter(pages.values())))
        order = [first, *(page for page in pages.values() if page.id != first.id)]
        start = instant_at(day, on_the_grid(minute, first), overview.zone)
        popover = WhyPopover(ribbon, day, overview.zone, at=start, pages=[_choice(page) for page in order])
        popover.asked.connect(lambda start: self._explain(popover, pages[popover.page], start, overview))
        popover.way_chosen.connect(lambda way: self._go(popover, way))
        popover.open_at(ribbon.anchor_at(minute))
        popover.ask(quiet=True)

    def _explain(self, popover: WhyPopover, page: Page, start: Instant, overview: Overview) -> None:
        def show(found: Sequence[Explained]) -> None:
            if isValid(popover):
                popover.show_answer(answer_of(found, page, current(), overview.zone, offline=overview.offline))

        work = self._workspace.availability.explain_page(page, start, popover.length or page.rules.durations[0])
        tasks.latest("why", work, popover, show, lambda _error: None)

    def _go(self, popover: WhyPopover, way: Way) -> None:
        self.way_chosen.emit(popover.page, way)


def _choice(page: Page) -> PageChoice:
    return PageChoice(page.id, page.internal or page.title, page.colour, tuple(sorted(page.rules.durations)))


def on_the_grid(minute: int, page: Page) -> int:
    """The start time of ``page`` at or before ``minute``, where its steps fit into an hour; else the quarter of an hour."""
    step = page.rules.step or min(page.rules.durations)
    return minute - minute % (step if 60 % step == 0 else 15)


def instant_at(day: date, minute: int, zone: str) -> Instant:
    """The instant at which clocks in ``zone`` show that many minutes after midnight."""
    at = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)
    return int(at.replace(tzinfo=ZoneInfo(zone)).timestamp())
