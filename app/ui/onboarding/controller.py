"""Leads through the first run and saves each answer as soon as it is given, so that the run can be left at any step."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLocale, QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication

from app import i18n
from app.domain.connections import Account, ProviderKind
from app.domain.errors import AftaleError
from app.domain.pages import MORNINGS, WORKWEEK, Page, WeeklyHours
from app.domain.settings import Language, Profile, Settings
from app.i18n import _
from app.ui import theme, zone_list
from app.ui.messages import error_words
from app.ui.onboarding.state import DONE, HoursChoice, State, Step, You, month_card, own_part
from app.ui.onboarding.view import OnboardingView
from app.ui.runtime import tasks
from app.ui.widgets import toast

if TYPE_CHECKING:
    from app.services.workspace import Workspace
    from app.ui.connect.controller import ConnectController


def guess() -> You:
    """What this computer tells about its owner: the language, and the time zone."""
    danish = QLocale.system().language() == QLocale.Language.Danish
    return You(language=Language.DANISH if danish else Language.ENGLISH, zone=zone_list.guessed())


class OnboardingController(QObject):
    """``workspace`` may still be opening: answers are taken at once and saved when it is there. ``finished`` ends the run."""

    finished = Signal()

    def __init__(self, view: OnboardingView, workspace: asyncio.Future[Workspace], state: State) -> None:
        super().__init__(view)
        self._view, self._opened, self._state = view, workspace, state
        self._page: Page | None = None
        self._connecting: ConnectController | None = None
        view.you_changed.connect(self._you_changed)
        view.continue_requested.connect(self._continue)
        view.back_requested.connect(self._back)
        view.calendar_chosen.connect(lambda kind: self._do(self._choose_calendar(kind)))
        view.offline_requested.connect(lambda: self._do(self._choose_calendar(None)))
        view.hours_chosen.connect(self._hours_chosen)
        view.own_hours_requested.connect(lambda: self._do(self._ask_hours(), busy=False))
        view.copy_requested.connect(self._copy)
        view.open_requested.connect(lambda: QDesktopServices.openUrl(QUrl(self._state.link)))
        view.finish_requested.connect(lambda: self._do(self._finish()))
        view.demo_requested.connect(lambda: self._do(self._fill_demo()))
        view.show_state(state)
        self._do(self._begin(), busy=False)

    async def keep(self) -> None:
        """Saves what was typed on the first step, for the next start."""
        if self._opened.done() and self._state.step is Step.YOU and self._state.you.name.strip():
            you = self._state.you
            await self._opened.result().settings.change(lambda stored: with_you(stored, you, Step.YOU))

    # What the owner does

    def _you_changed(self, you: You) -> None:
        language = you.language is not self._state.you.language
        self._set(you=you, name_missing=self._state.name_missing and not you.name.strip())
        if language:
            i18n.use(you.language.value, i18n.current().clock_24)
            theme.retranslate_all()

    def _continue(self) -> None:
        if not self._state.you.name.strip():
            self._set(name_missing=True)
            return
        self._do(self._save_you())

    def _back(self) -> None:
        self._set(step=Step(max(Step.YOU, self._state.step - 1)), problem="")

    def _hours_chosen(self, choice: object) -> None:
        hours = MORNINGS if choice is HoursChoice.MORNINGS else WORKWEEK
        self._set(hours=hours)
        tasks.latest("hours", self._save_hours(hours), self._view, failed=self._failed)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._state.link)
        toast(self._view, _("Link copied"))

    # What follows

    async def _begin(self) -> None:
        await asyncio.get_running_loop().run_in_executor(None, zone_list.names)
        self._set(zones_known=True)
        workspace = await self._workspace()
        settings = workspace.settings.current
        kinds = tuple(kind for kind in workspace.connecting.kinds() if kind is not ProviderKind.ICS)
        self._set(providers=(*kinds, ProviderKind.LOCAL))
        if await workspace.is_new():
            self._set(fresh=True)
            return
        typed = self._state.you if self._state.you.name.strip() else you_of(settings)
        accounts = await workspace.accounts.accounts()
        step = Step(min(max(settings.first_run.step, Step.YOU), Step.PAGE))
        self._set(you=typed, calendar=accounts[0].provider if accounts else None, hours=settings.availability.weekly)
        if step is Step.PAGE:
            await self._enter_page(workspace)
        else:
            self._set(step=Step(max(step, self._state.step)))

    async def _save_you(self) -> None:
        workspace, you = await self._workspace(), self._state.you
        moved = own_part(you.name) != workspace.settings.current.own_part
        await workspace.settings.change(lambda stored: with_you(stored, you, Step.CALENDAR))
        if self._page is not None and moved:
            tail = self._page.slug.rpartition("/")[2]
            slug = await workspace.pages.free_slug(tail, self._page.id)
            self._page = await workspace.pages.save(replace(self._page, slug=slug), self._page)
        if self._state.calendar is ProviderKind.LOCAL:
            await workspace.accounts.connect_local(_("On this computer"), you.zone)
        self._set(step=Step.CALENDAR, fresh=False)

    async def _choose_calendar(self, kind: ProviderKind | None) -> None:
        workspace = await self._workspace()
        if kind is ProviderKind.LOCAL:
            await workspace.accounts.connect_local(_("On this computer"), self._state.you.zone)
        elif kind is not None:
            self._connect_account(workspace, kind)
            return
        else:
            for account in await workspace.accounts.accounts():
                await workspace.accounts.disconnect(account.id)
        self._set(calendar=kind)
        await self._enter_page(workspace)

    def _connect_account(self, workspace: Workspace, kind: ProviderKind) -> None:
        """Opens the dialog; whoever leaves it is back at the choice, nothing has changed, and what stood in the way is told."""
        from app.ui.connect import disclosure
        from app.ui.connect.controller import ConnectController

        if self._connecting is None:
            self._connecting = ConnectController(workspace, self)
            self._connecting.connected.connect(self._account_connected)
            self._connecting.closed.connect(self._dialog_closed)
        self._set(disclosed=tuple((each.icon, each.title, each.text) for each in disclosure.lines(kind)))
        self._connecting.open(self._view, kind)

    def _dialog_closed(self) -> None:
        words = self._connecting.left_with if self._connecting is not None else None
        self._set(disclosed=(), problem=f"{words.title}. {words.text}".strip() if words is not None else "")

    def _account_connected(self, account: Account) -> None:
        self._set(calendar=account.provider)
        self._do(self._go_on())

    async def _go_on(self) -> None:
        await self._enter_page(await self._workspace())

    async def _enter_page(self, workspace: Workspace) -> None:
        """Makes the page when there is none: the link on this step works already."""
        current = workspace.settings.current
        pages = await workspace.pages.all()
        self._page = next((page for page in pages if page.id == current.default_page), pages[0] if pages else None)
        if self._page is None:
            draft = workspace.pages.draft(_("Intro call"))
            slug = await workspace.pages.free_slug(draft.title, draft.id)
            self._page = await workspace.pages.save(replace(draft, slug=slug))
        current = await workspace.settings.change(lambda stored: _at(stored, int(Step.PAGE)))
        link = workspace.pages.link(current.own_part or self._page.slug)
        self._set(step=Step.PAGE, title=self._page.title, link=link, hours=current.availability.weekly)
        await self._load_month(workspace)

    async def _load_month(self, workspace: Workspace) -> None:
        assert self._page is not None
        current = workspace.settings.current
        starts = await workspace.availability.preview(self._page, self._page.rules.durations[0])
        monday, now = current.appearance.week_starts_monday, workspace.clock.now()
        self._set(month=month_card(starts, current.profile.zone, now, i18n.current(), monday))

    async def _save_hours(self, hours: WeeklyHours) -> None:
        workspace = await self._workspace()
        await workspace.settings.change(lambda stored: replace(stored, availability=replace(stored.availability, weekly=hours)))
        await self._load_month(workspace)

    async def _ask_hours(self) -> None:
        workspace = await self._workspace()
        monday = workspace.settings.current.appearance.week_starts_monday
        dialog = self._view.ask_hours(self._state.hours, self._state.you.zone, monday)
        if await tasks.ask(dialog):
            self._set(hours=dialog.hours)
            await self._save_hours(dialog.hours)
        else:
            self._set()

    async def _finish(self) -> None:
        workspace = await self._workspace()
        await workspace.settings.change(lambda stored: _at(stored, DONE))
        self.finished.emit()

    async def _fill_demo(self) -> None:
        workspace, you = await self._workspace(), self._state.you
        await workspace.settings.change(
            lambda stored: replace(
                stored,
                profile=replace(stored.profile, language=you.language),
                appearance=replace(stored.appearance, language=you.language),
            )
        )
        if await workspace.fill_demo():
            self.finished.emit()
        else:
            self._set(fresh=False)

    # How it is done

    async def _workspace(self) -> Workspace:
        # Shielded: work that ends with this window must not end the opening.
        return await asyncio.shield(self._opened)

    def _do(self, work: Coroutine[Any, Any, None], *, busy: bool = True) -> None:
        if busy:
            self._set(busy=True, problem="")
        tasks.start(work, self._view, (lambda _: self._set(busy=False)) if busy else None, self._failed)

    def _failed(self, error: AftaleError) -> None:
        words = error_words(error)
        self._set(busy=False, problem=f"{words.title}. {words.text}")

    def _set(self, **changes: Any) -> None:
        self._state = replace(self._state, **changes)
        self._view.show_state(self._state)


def you_of(settings: Settings) -> You:
    profile = settings.profile
    return You(profile.name, profile.tagline, profile.language, profile.zone)


def with_you(settings: Settings, you: You, step: Step) -> Settings:
    """The settings with the answers of the first step; pages made from now on get the address of the name."""
    profile = Profile(you.name.strip(), you.tagline.strip(), you.zone, you.language)
    appearance = replace(settings.appearance, language=you.language)
    reached = replace(settings.first_run, step=int(step))
    return replace(settings, profile=profile, appearance=appearance, own_part=own_part(you.name), first_run=reached)


def _at(settings: Settings, step: int) -> Settings:
    """With the first run at ``step``."""
    return replace(settings, first_run=replace(settings.first_run, step=step))
