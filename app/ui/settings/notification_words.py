"""Where notices go, in words: after a test, and where the desktop shows none."""

from __future__ import annotations

import sys

from app.domain.notices import Way
from app.i18n import _


def went_words(way: Way) -> str:
    """What became of the test message."""
    return {
        Way.DESKTOP: _("Sent. Your desktop shows it now."),
        Way.TRAY: _("Sent. It stands at the icon in the tray, because this desktop has no notifications of its own."),
        Way.HELD: _("Sent, but your desktop holds it back: it is set not to disturb you."),
        Way.BLOCKED: _("Not shown: the system does not let Aftale show notifications."),
        Way.NONE: _("Not shown: there is nothing on this desktop that shows notifications."),
    }[way]


def silent_words(way: Way) -> str:
    """Why notices do not appear, and how to allow them; empty where they do."""
    if way is Way.HELD:
        return _("Your desktop is set not to disturb you, so notifications do not appear. Switch that off to see them.")
    if way is Way.BLOCKED:
        return _blocked_words()
    if way is Way.NONE:
        return _("This desktop shows no notifications. Everything stands in the window of Aftale all the same.")
    return ""


def _blocked_words() -> str:
    if sys.platform == "darwin":
        return _("The system blocks notifications of Aftale. Allow them in System Settings, Notifications, Aftale.")
    if sys.platform == "win32":
        return _("The system blocks notifications of Aftale. Allow them in Settings, System, Notifications, Aftale.")
    return _("The system blocks notifications of Aftale. Allow them in the settings of your desktop, under Notifications.")
