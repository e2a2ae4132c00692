"""Hands the owner's notices to the desktop, at a pace that a person can bear, and does what the owner answers.

Every notice lies in the database until the desktop's service has taken it. What would come too thick is folded: at most one
notice a minute tells of people who could not book, and what gathered while nobody looked, in a meeting or in the computer's
sleep comes as one summary.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace

from PySide6.QtCore import QObject

from app.domain.errors import AftaleError
from app.domain.notices import SUBJECT_OF, URGENT, Notice, NoticeKind, Way
from app.i18n import _, ngettext
from app.services.notices import TOLD_BY
from app.services.workspace import Workspace
from app.ui.notice_words import NoticeWords, notice_words
from app.ui.runtime import tasks
from app.ui.runtime.notifier import CLICKED, Notifier, Shown, Urgency

PACE = 60.0
"""Seconds between two notices about people who could not book."""
LOOK_AGAIN = 60.0
"""Seconds until the desk asks again whether there is a notification service."""
OLD = 600
"""Seconds after which more than ``FEW`` waiting notices are told as one summary."""
FEW = 3
GATHER = 10.0
"""Seconds that the desk waits after the computer slept: everything that happened meanwhile is found at once."""
OPEN = "open"

log = logging.getLogger(__name__)


class NotShown(AftaleError):
    """Nobody took the notice. It stays in the database."""


class NoticeDesk(QObject):
    """``act`` gets the id of the pressed button (``open`` for a click on the notice itself) and the notice."""

    def __init__(
        self, workspace: Workspace, notifier: Notifier, act: Callable[[str, Notice], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._workspace, self._notifier, self._act = workspace, notifier, act
        self._told: set[str] = set()
        self._wall, self._steady = workspace.clock.now(), asyncio.get_running_loop().time()
        self._next_attempt = 0.0
        self._news = asyncio.Event()
        self._looking, self._broken = asyncio.Event(), asyncio.Event()
        self._subscriptions = [workspace.announcer.subscribe(kind, lambda fact: self._news.set()) for kind in TOLD_BY]

    def start(self) -> None:
        """Shows what waits and all that comes, from now until ``stop``."""
        self._workspace.notices.teller = self
        tasks.start(self._look_for_a_service(), self)

    def stop(self) -> None:
        """Notices wait in the workspace again."""
        self._workspace.notices.deliver_to(None)
        self._workspace.notices.teller = None
        for unsubscribe in self._subscriptions:
            unsubscribe()

    def look_again(self) -> None:
        """A tray has come: there may be a way to show notices now."""
        self._looking.set()

    async def way(self) -> Way:
        """Where a notice would go now."""
        return await self._notifier.way()

    async def test(self) -> Way:
        """Shows a test message, with a sound as a booking has it, and tells where it went."""
        title, text = _("This is how Aftale tells you"), _("When somebody books you, it stands here.")
        sound = bool(self._workspace.settings.current.notify.sounds)
        taken = await self._notifier.show(Shown(title, text, sound=sound))
        way = await self._notifier.way()
        return way if taken or way is Way.BLOCKED else Way.NONE

    async def _look_for_a_service(self) -> None:
        said = False
        await self._first_news()
        while True:
            if await self._notifier.available():
                self._workspace.notices.deliver_to(self._take)
                said = False
                await self._broken.wait()
                self._broken.clear()
            elif not said:
                log.info("this desktop shows no notices; the window lists everything")
                said = True
            self._looking.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AGAIN):
                    await self._looking.wait()

    async def _first_news(self) -> None:
        """Returns when there is something to tell: until then the service's library is not worth its memory."""
        while True:
            self._news.clear()
            if any(self._workspace.notices.wants(each) for each in await self._workspace.notices.pending()):
                return
            await self._news.wait()

    async def _take(self, notice: Notice) -> None:
        """Returns once ``notice`` was shown, alone or with others. The service hands over one after the other."""
        if notice.id in self._told:
            self._told.discard(notice.id)
            return
        slept = self._slept()
        if slept:
            await asyncio.sleep(GATHER)
        if await self._sum_up(notice, slept):
            return
        if notice.kind is NoticeKind.ATTEMPT:
            await self._wait_for_turn()
            await self._show_attempts(notice)
        else:
            await self._show(notice)

    def _slept(self) -> bool:
        """Whether the computer slept since the last notice: the clock on the wall went on and the other one stood still."""
        wall, steady = self._workspace.clock.now(), asyncio.get_running_loop().time()
        ahead = wall - self._wall - (steady - self._steady)
        self._wall, self._steady = wall, steady
        return ahead > OLD

    async def _sum_up(self, notice: Notice, slept: bool) -> bool:
        """Tells in one notice what gathered for a long time, or in sleep; False when there is not that much."""
        waiting = await self._waiting()
        now = self._workspace.clock.now()
        if len(waiting) <= FEW or not (slept or now - min(each.at for each in waiting) >= OLD):
            return False
        sound = any(self._sounds(each) for each in waiting)
        await self._hand_over(summary_words(waiting), replace(notice, target=""), Urgency.NORMAL, sound)
        self._told.update(each.id for each in waiting if each.id != notice.id)
        return True

    async def _wait_for_turn(self) -> None:
        """Lets a minute pass since the last blocked attempt was told. Other notices overtake meanwhile."""
        loop = asyncio.get_running_loop()
        while (left := self._next_attempt - loop.time()) > 0:
            self._news.clear()
            for other in await self._waiting():
                if other.kind is not NoticeKind.ATTEMPT:
                    await self._show(other)
                    self._told.add(other.id)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._news.wait()
        self._next_attempt = loop.time() + PACE

    async def _show_attempts(self, notice: Notice) -> None:
        group = [each for each in await self._waiting() if each.kind is NoticeKind.ATTEMPT]
        await self._show(folded(group or [notice]))
        self._told.update(each.id for each in group if each.id != notice.id)

    async def _waiting(self) -> list[Notice]:
        """What is due and not shown yet, oldest first."""
        return [each for each in await self._workspace.notices.due() if each.id not in self._told]

    async def _show(self, notice: Notice) -> None:
        words = notice_words(notice, self._workspace.settings.current.profile.zone)
        urgency = Urgency.CRITICAL if notice.kind in URGENT else Urgency.NORMAL
        await self._hand_over(words, notice, urgency, self._sounds(notice))

    def _sounds(self, notice: Notice) -> bool:
        return SUBJECT_OF[notice.kind] in self._workspace.settings.current.notify.sounds

    async def _hand_over(self, words: NoticeWords, notice: Notice, urgency: Urgency, sound: bool) -> None:
        def pressed(action: str) -> None:
            self._act(OPEN if action == CLICKED else action, notice)

        if not await self._notifier.show(Shown(words.title, words.text, words.actions, urgency, pressed, sound)):
            self._workspace.notices.deliver_to(None)
            self._broken.set()
            raise NotShown("no notification service")


def folded(attempts: list[Notice]) -> Notice:
    """Several blocked attempts as one; people who tried twice count once. A single one stays as it is."""
    first = attempts[0]
    people = {each.email or each.name or each.id: each.count if not each.email else 1 for each in attempts}
    count = sum(people.values())
    if len(attempts) == 1 or count == 1:
        return attempts[-1]
    same = len({each.calendar for each in attempts}) == len({each.reason for each in attempts}) == 1
    return Notice(
        first.id,
        NoticeKind.ATTEMPT,
        attempts[-1].at,
        reason=first.reason if same else "",
        calendar=first.calendar if same else "",
        count=count,
    )


def summary_words(notices: Iterable[Notice]) -> NoticeWords:
    """What happened meanwhile, counted."""
    counts: dict[NoticeKind, int] = {}
    for notice in notices:
        counts[notice.kind] = counts.get(notice.kind, 0) + notice.count
    lines = [_counted(kind, counts[kind]) for kind in NoticeKind if kind in counts]
    return NoticeWords(_("While you were away"), "\n".join(lines), ((OPEN, _("Open")),))


def _counted(kind: NoticeKind, count: int) -> str:
    words = {
        NoticeKind.BOOKED: ngettext("{count} meeting booked", "{count} meetings booked", count),
        NoticeKind.REQUESTED: ngettext("{count} request waits for your answer", "{count} requests wait for your answer", count),
        NoticeKind.ATTEMPT: ngettext("{count} person could not book you", "{count} people could not book you", count),
        NoticeKind.CANCELLED: ngettext("{count} meeting cancelled", "{count} meetings cancelled", count),
        NoticeKind.RESCHEDULED: ngettext("{count} meeting moved", "{count} meetings moved", count),
        NoticeKind.CALENDAR: ngettext("{count} calendar became inactive", "{count} calendars became inactive", count),
        NoticeKind.SERVER: _("Your pages could not be reached"),
        NoticeKind.WRITE_FAILED: ngettext(
            "{count} meeting is missing in your calendar", "{count} meetings are missing in your calendar", count
        ),
        NoticeKind.ACCOUNT: ngettext(
            "{count} account needs you to sign in again", "{count} accounts need you to sign in again", count
        ),
        NoticeKind.GUEST_DECLINED: ngettext("{count} guest declined", "{count} guests declined", count),
    }
    return words[kind].format(count=count)
