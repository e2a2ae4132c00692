"""The second question with a provider's dialog: what Aftale does stands beside it, and what went wrong is told after it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from app import i18n
from app.domain.connections import ProviderKind
from app.ui.connect.state import Page, Trouble
from app.ui.onboarding.controller import OnboardingController
from app.ui.onboarding.state import State, Step, You
from app.ui.onboarding.view import OnboardingView
from tests.ui.connect.desk import Desk, InLoop, desk
from tests.ui.opened_program import press, reads, until

pytestmark = [pytest.mark.shows("DESK-1"), pytest.mark.qt_log_ignore("does not support raise|propagateSizeHints")]


def at_second_step(d: Desk) -> OnboardingView:
    i18n.use("en")
    ready: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    ready.set_result(d.workspace)
    view = OnboardingView()
    view.resize(1120, 720)
    OnboardingController(view, ready, State(step=Step.CALENDAR, you=You("Anna Holm")))  # type: ignore[arg-type]
    view.show()
    return view


def beside(view: OnboardingView) -> str:
    """What stands in the right half."""
    return "\n".join(each.text() for each in view._picture.findChildren(QLabel) if each.isVisibleTo(view))


def test_dialog_when_open_has_its_disclosure_beside_it_and_leaving_it_changes_nothing(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, local=False) as d:
            view = at_second_step(d)
            await until(lambda: "Google" in reads(view), "the providers")
            assert list(view._calendar.rows) == [ProviderKind.GOOGLE, ProviderKind.OFFICE365, ProviderKind.LOCAL]
            assert "The sign-in key lies in your system’s keyring" in beside(view)
            press(view, "Google")
            await until(lambda: view.state.disclosed, "the disclosure")
            assert "What Aftale does with your calendar" in beside(view)
            assert "Sees your calendars and their events" in beside(view)
            (found,) = view.findChildren(OnboardingController)
            await until(lambda: found._connecting and found._connecting.window, "the dialog")
            assert found._connecting is not None
            found._connecting.close()
            await until(lambda: not view.state.disclosed, "the end of the dialog")
            assert "It stays with you" in beside(view)
            assert view.state.step is Step.CALENDAR
            assert not view.state.problem
            assert await d.nothing_kept()
            view.close()
            view.deleteLater()

    in_loop(main)


def test_connecting_when_it_failed_comes_back_with_the_reason(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, local=False) as d:
            view = at_second_step(d)
            await until(lambda: "Google" in reads(view), "the providers")
            press(view, "Google")
            (found,) = view.findChildren(OnboardingController)
            await until(lambda: found._connecting and found._connecting.window, "the dialog")
            assert found._connecting is not None
            found._connecting.change(page=Page.FAILED, trouble=Trouble("time_out"))
            found._connecting.close()
            await until(lambda: view.state.problem, "the reason")
            assert "Nobody signed in within five minutes" in reads(view)
            press(view, "On this computer")
            await until(lambda: view.state.step is Step.PAGE and not view.state.busy, "the page")
            assert not view.state.problem
            view.close()
            view.deleteLater()

    in_loop(main)
