"""Whether the system wishes for less movement. Qt does not say, so each system is asked in its own way.

On Linux the desktop's settings portal answers, without anybody waiting for it, and tells of every change; elsewhere it is read
once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Slot

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusMessage

_ASKED = (("org.freedesktop.appearance", "reduced-motion", 1), ("org.gnome.desktop.interface", "enable-animations", False))
"""Where the portal keeps it, under which name, and the value that is the wish. Desktops know one or the other."""
_PORTAL = ("org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop", "org.freedesktop.portal.Settings")
_WINDOWS_ANIMATES = 0x1042


def ask(owner: QObject, tell: Callable[[bool], None]) -> None:
    """Calls ``tell`` with the wish, and again after each change that the system tells of, for as long as ``owner`` lives."""
    if sys.platform == "win32":
        tell(not _windows_animates())
    elif sys.platform == "darwin":
        tell(bool(QSettings("com.apple", "universalaccess").value("reduceMotion", False, type=bool)))
    else:
        _Portal(owner, tell).begin()


def _windows_animates() -> bool:
    import ctypes

    on = ctypes.c_int(1)
    library = getattr(ctypes, "windll")  # noqa: B009  mypy knows it on Windows only
    library.user32.SystemParametersInfoW(_WINDOWS_ANIMATES, 0, ctypes.byref(on), 0)
    return bool(on.value)


class _Portal(QObject):
    """The settings portal of a Linux desktop. A desktop without one has no wish."""

    def __init__(self, owner: QObject, tell: Callable[[bool], None]) -> None:
        super().__init__(owner)
        self._tell = tell
        self._found: dict[tuple[str, str], bool] = {}
        self._calls: list[object] = []

    def begin(self) -> None:
        """Asks without waiting, and listens for changes from now on."""
        from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher

        bus = QDBusConnection.sessionBus()
        if not bus.isConnected():
            return
        service, path, interface = _PORTAL
        # Qt takes the name of a slot as text only, whatever its stubs say.
        bus.connect(service, path, interface, "SettingChanged", self, "1changed(QDBusMessage)")  # type: ignore[call-overload]
        for where, name, wish in _ASKED:
            call = QDBusMessage.createMethodCall(service, path, interface, "ReadOne")
            call.setArguments([where, name])
            watcher = QDBusPendingCallWatcher(bus.asyncCall(call), self)
            watcher.finished.connect(
                lambda done, key=(where, name), wish=wish: self._answered(done.reply().arguments(), key, wish)
            )
            self._calls.append(watcher)

    @Slot("QDBusMessage")
    def changed(self, message: QDBusMessage) -> None:
        """A setting has another value."""
        where, name, value = message.arguments()
        for known, key, wish in _ASKED:
            if (where, name) == (known, key):
                self._answered([value], (known, key), wish)

    def _answered(self, values: list[object], key: tuple[str, str], wish: object) -> None:
        """An error, such as for a name that the desktop does not know, has words in place of the value."""
        value = values[0] if values else None
        value = value.variant() if hasattr(value, "variant") else value
        self._found[key] = isinstance(value, int) and value == wish
        self._tell(any(self._found.values()))
