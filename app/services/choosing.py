"""What the owner's choices about accounts and calendars bring, before they are written (SET-4 to SET-6)."""

from __future__ import annotations

from dataclasses import replace

from app.domain.connecting import Choices, Effects
from app.domain.connections import Account, Calendar, Role, booking_calendar, checked_calendars
from app.domain.errors import InvalidFields, NotFound
from app.domain.pages import Page
from app.services.ground import Ground


def check_choices(ground: Ground, choices: Choices) -> None:
    """Raises NotFound for an account or calendar that is not connected any more, InvalidFields (``booking``: ``read_only`` or
    ``other_account``; ``checked``: ``free_busy``) for what cannot be chosen."""
    known = {each.id: each for each in ground.calendars}
    accounts = {each.id: each for each in ground.accounts}
    if not set(choices.accounts) <= set(accounts):
        raise NotFound("account")
    if not choices.checked <= set(known) or (choices.booking and choices.booking not in known):
        raise NotFound("calendar")
    if choices.booking:
        calendar = known[choices.booking]
        owner = accounts[calendar.account]
        if not owner.primary or owner.role is Role.SYNC:
            raise InvalidFields({"booking": "other_account"})
        if not calendar.writable:
            raise InvalidFields({"booking": "read_only"})
    # One that is checked already stays so: it is lost, and Save must not open the pages again (INACT-2).
    if any(not known[each].usable and not known[each].checked for each in choices.checked):
        raise InvalidFields({"checked": "free_busy"})


def effects_of(ground: Ground, choices: Choices, pages: tuple[Page, ...]) -> Effects:
    """What would follow for the pages."""
    accounts = tuple(_account(each, choices) for each in ground.accounts)
    calendars = tuple(_calendar(each, choices) for each in ground.calendars)
    had, has = booking_calendar(ground.accounts, ground.calendars), booking_calendar(accounts, calendars)
    more = fewer = touched = 0
    for page in pages:
        before = {each.id for each in checked_calendars(ground.calendars, page.calendars or None)}
        after = {each.id for each in checked_calendars(calendars, page.calendars or None)}
        touched += before != after
        more, fewer = max(more, len(after - before)), max(fewer, len(before - after))
    moved = has.name if has is not None and (had is None or had.id != has.id) else ""
    offline = None if (had is None) == (has is None) else has is None
    return Effects(touched, more, fewer, offline, moved)


def _account(account: Account, choices: Choices) -> Account:
    chosen = choices.accounts.get(account.id)
    return account if chosen is None else replace(account, sync=chosen.sync, scheduling=chosen.scheduling)


def _calendar(calendar: Calendar, choices: Choices) -> Calendar:
    booking = calendar.id == choices.booking if choices.booking else calendar.booking
    return replace(calendar, booking=booking, checked=calendar.id in choices.checked or booking)
