"""Removing a calendar that cannot be read: at once and with a way back, on the dashboard and in the settings alike."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from app.domain.connections import Calendar, ProviderKind
from app.i18n import _
from app.ui.runtime import tasks
from app.ui.widgets import Question, toast

if TYPE_CHECKING:
    from app.services.workspace import Workspace


async def remove(
    workspace: Workspace, window: QWidget, calendar_id: str, work: Callable[[Coroutine[Any, Any, Any]], None]
) -> None:
    """No longer checks the calendar. Asks first where that means more: for the one that bookings go to, and for the one on this
    computer, which cannot be put back. ``work`` runs what *Undo* begins."""
    accounts = workspace.accounts
    found = next((each for each in await accounts.calendars() if each.id == calendar_id), None)
    if found is None:
        return
    local = any(each.id == found.account and each.provider is ProviderKind.LOCAL for each in await accounts.accounts())
    if (local or found.booking) and not await _agreed(window, found, local=local):
        return
    await accounts.remove_calendar(calendar_id)
    said = _("{calendar} is no longer checked").format(calendar=found.name)
    if local:
        toast(window, said)
    else:
        toast(window, said, action=_("Undo"), call=lambda: work(accounts.restore_calendar(found.id, found.booking)))


async def _agreed(window: QWidget, calendar: Calendar, *, local: bool) -> bool:
    text = _("Bookings go there. Without it your pages stay open: people send requests and you answer each one.")
    if local:
        text = _("Aftale no longer looks there before it offers a time. Its events are deleted.")
    question = Question(
        window,
        _("Remove {calendar}?").format(calendar=calendar.name),
        text,
        (("keep", _("Keep it"), "secondary"), ("remove", _("Remove calendar"), "danger")),
        width=480,
    )
    await tasks.ask(question)
    return question.answer == "remove"
