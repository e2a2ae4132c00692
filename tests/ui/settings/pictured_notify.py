"""States of Notifications, Appearance and the frame of the settings to draw: quiet, silent desktops, pictures, faults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple, cast

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QColor, QImage, QPainter

from app.domain.errors import WorkspaceReadOnly
from app.domain.notices import Way
from app.domain.pages import Picture
from app.domain.settings import Appearance, Desktop, KeptSettings, Notify, QuietHours
from app.i18n import _
from app.ui.messages import error_words
from app.ui.settings.appearance import AppearancePanel
from app.ui.settings.notifications import NotificationsPanel
from app.ui.settings.panel import Panel
from app.ui.settings.state import SettingsState
from tests.ui.settings import pictured

PLAIN = pictured.ALL["connected"]


class Shown(NamedTuple):
    """A panel in a state; ``after`` does what no state holds; ``failed``: saving did not work."""

    panel: str
    state: SettingsState
    after: Callable[[Panel], None] = lambda panel: None
    failed: bool = False


def drafted(state: SettingsState, **changes: object) -> SettingsState:
    """With unsaved changes."""
    return replace(state, draft=replace(state.draft, **changes))  # type: ignore[arg-type]


def _below(panel: Panel) -> None:
    bar = panel.area.verticalScrollBar()
    bar.setValue(bar.maximum())


def _tested(way: Way) -> Callable[[Panel], None]:
    def test(panel: Panel) -> None:
        cast(NotificationsPanel, panel).show_tested(way)
        _below(panel)

    return test


def _silent(way: Way) -> Callable[[Panel], None]:
    return lambda panel: cast(NotificationsPanel, panel).show_way(way)


def _no_tray(panel: Panel) -> None:
    cast(NotificationsPanel, panel).show_tray(False)
    _below(panel)


def _pictured(kind: Picture, size: tuple[int, int]) -> Callable[[Panel], None]:
    def show(panel: Panel) -> None:
        cast(AppearancePanel, panel).show_picture(_picture(*size), kind)
        if kind is Picture.LOGO:
            _below(panel)

    return show


def _picture(width: int, height: int) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#B4D2D7"))
    painter = QPainter(image)
    painter.fillRect(0, height * 2 // 3, width, height // 3, QColor("#1A5F6C"))
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(data.data())


def failure() -> str:
    """What the footer says then."""
    words = error_words(WorkspaceReadOnly("/"))
    return f"{words.title}. {words.text}".strip()


def _no_day() -> SettingsState:
    found = drafted(PLAIN, notify=Notify(quiet_hours=QuietHours(on=True, days=frozenset())))
    return found.troubled("notifications", "days", _("Choose the days of the quiet hours, or switch them off."))


_NIGHTS = Notify(quiet_hours=QuietHours(on=True))
_OWN = Appearance(picture="me.png", picture_kind=Picture.PHOTO, colour="heather", pages_language="da")

PANELS: dict[str, Shown] = {
    "notifications-quiet": Shown("notifications", drafted(PLAIN, notify=_NIGHTS), _below),
    "notifications-no-day": Shown("notifications", _no_day(), _below),
    "notifications-blocked": Shown("notifications", PLAIN, _silent(Way.BLOCKED)),
    "notifications-none": Shown("notifications", PLAIN, _silent(Way.NONE)),
    "notifications-sent": Shown("notifications", PLAIN, _tested(Way.DESKTOP)),
    "notifications-held": Shown("notifications", PLAIN, _tested(Way.HELD)),
    "notifications-no-tray": Shown("notifications", drafted(PLAIN, desktop=Desktop(stay_in_tray=False)), _no_tray),
    "appearance-photo": Shown("appearance", drafted(PLAIN, appearance=_OWN), _pictured(Picture.PHOTO, (400, 400))),
    "appearance-logo": Shown(
        "appearance",
        drafted(PLAIN, appearance=replace(_OWN, picture_kind=Picture.LOGO)),
        _pictured(Picture.LOGO, (560, 200)),
    ),
    "appearance-below": Shown("appearance", PLAIN, _below),
    "kept": Shown("appearance", replace(PLAIN, kept=(KeptSettings("{}", newer=True),))),
    "damaged": Shown("notifications", replace(PLAIN, kept=(KeptSettings("{"),))),
    "failed": Shown("notifications", drafted(PLAIN, notify=Notify(server=False)), failed=True),
}
