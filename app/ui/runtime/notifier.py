"""Brings a notice to the desktop's own notification service, and a click on it back.

Three ways, tried in this order: the system's service with buttons (D-Bus, Windows, macOS), the tray icon's balloon, none. The
caller learns whether a notice was taken, so that one that was not stays unshown. The service's library is loaded at the first
notice, in a thread: it takes longer than the window may stand still.
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import importlib
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from app.domain.notices import Way

PATIENCE = 5.0
"""Seconds that the service gets to answer."""
CLICKED = "default"
"""The action of a click on the notice itself."""
NEWS = "message-new-instant"

log = logging.getLogger(__name__)


class Urgency(StrEnum):
    LOW = "Low"
    NORMAL = "Normal"
    CRITICAL = "Critical"


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands in a notification, as plain text. ``actions``: id and label of each button.

    ``on_action`` gets the id of the button that was pressed, or ``CLICKED``. ``sound``: with the desktop's sound for news.
    """

    title: str
    body: str = ""
    actions: tuple[tuple[str, str], ...] = ()
    urgency: Urgency = Urgency.NORMAL
    on_action: Callable[[str], None] | None = None
    sound: bool = False


class Balloon(Protocol):
    """The tray icon, as the second way."""

    def shows_notices(self) -> bool:
        """Whether there is a tray that can show balloons now."""
        ...

    def show_notice(self, shown: Shown) -> bool:
        """Shows title and body; False where the desktop has no tray."""
        ...


class Notifier:
    """``icon``: a PNG of the program's mark. ``balloon`` may come later, and go, with the tray. ``bell`` sounds where the
    service has no sound of its own."""

    def __init__(
        self, icon: Path | None = None, balloon: Balloon | None = None, bell: Callable[[], None] | None = None
    ) -> None:
        self.balloon = balloon
        self._icon, self._bell = icon, bell
        self._service: Any = None
        self._watch: asyncio.Future[None] | None = None
        self._markup = self._buttons = self._sound = self._refused = False
        # One at a time: the service keeps the order in which it is told, and the connection is made once.
        self._turn = asyncio.Lock()

    async def show(self, shown: Shown) -> bool:
        """True when the notice stands on the screen or in the desktop's list, False when nobody took it."""
        async with self._turn:
            if await self._by_service(shown):
                return True
        if self.balloon is None or not self.balloon.show_notice(shown):
            return False
        if shown.sound and self._bell is not None:
            self._bell()
        return True

    async def available(self) -> bool:
        """Whether a notice would be taken now."""
        async with self._turn:
            if await self._connected():
                return True
        return self.balloon is not None and self.balloon.shows_notices()

    async def way(self) -> Way:
        """Where a notice would go now."""
        async with self._turn:
            if await self._connected():
                return Way.HELD if await _holds_back(self._service) else Way.DESKTOP
        if self.balloon is not None and self.balloon.shows_notices():
            return Way.TRAY
        return Way.BLOCKED if self._refused else Way.NONE

    async def close(self) -> None:
        """Leaves the service; what is on the screen stays there, without effect."""
        service, self._service = self._service, None
        await _hang_up(service)

    async def _by_service(self, shown: Shown) -> bool:
        for _ in range(2):
            # The service may have been restarted since the last notice: then the second try has a new connection.
            if not await self._connected():
                return False
            if await self._send(shown):
                return True
            await self.close()
        return False

    async def _connected(self) -> bool:
        # The loop gets a moment to notice that the bus was cut: dbus-fast stumbles when it writes to a dead socket.
        await asyncio.sleep(0.01)
        if self._service is not None:
            return True
        loop = asyncio.get_running_loop()
        library = await loop.run_in_executor(None, importlib.import_module, "desktop_notifier")
        main = importlib.import_module("desktop_notifier.main")
        # The library reports failures only as warnings of its own, and its messages carry what the notice says.
        logging.getLogger("desktop_notifier").setLevel(logging.CRITICAL)
        icon = library.Icon(path=self._icon) if self._icon is not None else None
        service = main.get_backend_class()("Aftale", icon)
        try:
            async with asyncio.timeout(PATIENCE):
                self._refused = not await service.request_authorisation()
                can = await service.get_capabilities()
                self._markup = await _reads_markup(service)
        except _refusals() as error:
            log.debug("no notification service: %s", type(error).__name__)
            await _hang_up(service)
            return False
        if self._refused or library.Capability.TITLE not in can:
            return False
        self._buttons = library.Capability.BUTTONS in can
        self._sound = library.Capability.SOUND_NAME in can
        self._service = service
        if hasattr(service, "bus"):
            self._watch = asyncio.ensure_future(self._forget_when_cut(service))
        return True

    async def _forget_when_cut(self, service: Any) -> None:
        """The bus goes when the desktop's session is restarted; the next notice looks for the new one."""
        with contextlib.suppress(*_refusals()):
            await service.bus.wait_for_disconnect()
        if self._service is service:
            self._service = None

    async def _send(self, shown: Shown) -> bool:
        library = importlib.import_module("desktop_notifier")
        taken: list[bool] = []
        on_action = shown.on_action or (lambda action: None)
        buttons = tuple(
            library.Button(title=label, identifier=name, on_pressed=lambda name=name: on_action(name))
            for name, label in (shown.actions if self._buttons else ())
        )
        notification = library.Notification(
            title=shown.title,
            message=html.escape(shown.body, quote=False) if self._markup else shown.body,
            urgency=library.Urgency[shown.urgency.value],
            buttons=buttons,
            sound=_sound(library) if shown.sound and self._sound else None,
            on_clicked=lambda: on_action(CLICKED),
            on_dispatched=lambda: taken.append(True),
        )
        try:
            async with asyncio.timeout(PATIENCE):
                await self._service.send(notification)
        except TimeoutError:
            log.info("the notification service does not answer")
        if taken and shown.sound and not self._sound and self._bell is not None:
            self._bell()
        return bool(taken)


def _refusals() -> tuple[type[Exception], ...]:
    """What a desktop without a working service answers with."""
    if sys.platform != "linux":
        return OSError, RuntimeError, ValueError
    return OSError, EOFError, importlib.import_module("dbus_fast.errors").DBusFastError


async def _hang_up(service: Any) -> None:
    bus = getattr(service, "bus", None)
    if bus is not None:
        bus.disconnect()
        with contextlib.suppress(*_refusals()):
            async with asyncio.timeout(1):
                await bus.wait_for_disconnect()


def _sound(library: Any) -> Any:
    """The sound for news, by its name in the Sound Naming Specification; elsewhere the system's own."""
    return library.Sound(name=NEWS) if sys.platform == "linux" else library.DEFAULT_SOUND


async def _holds_back(service: Any) -> bool:
    """Whether the desktop was told not to disturb. Desktop Notifications has no word for it: Plasma tells it in a property of
    the same interface, dunst in one of its own."""
    for name, question in (("org.freedesktop.Notifications", "get_inhibited"), ("org.dunstproject.cmd0", "get_paused")):
        with contextlib.suppress(TimeoutError, *_refusals()):
            ask = getattr(_interface(service, name), question, None)
            async with asyncio.timeout(PATIENCE):
                if ask is not None and await ask():
                    return True
    return False


def _interface(service: Any, name: str) -> Any:
    """What the service offers under ``name``; None where it offers nothing, or is not reached by D-Bus."""
    proxy = getattr(service, "proxy_object", None)
    if proxy is None or name not in {each.name for each in proxy.introspection.interfaces}:
        return None
    return proxy.get_interface(name)


async def _reads_markup(service: Any) -> bool:
    """Whether the service takes the body as markup, so that ``<`` in a name has to be escaped (Desktop Notifications, 1.2)."""
    interface = getattr(service, "interface", None)
    return interface is not None and "body-markup" in await interface.call_get_capabilities()
