"""The tray of a desktop, as the StatusNotifierItem specification has it.

Programs register, it reads icon, tool tip and menu, and a person presses things. The menu is spoken to as panels do it, over
``com.canonical.dbusmenu``.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from dbus_fast import Variant
from dbus_fast.aio import MessageBus, ProxyInterface
from dbus_fast.service import PropertyAccess, ServiceInterface, dbus_method, dbus_property, dbus_signal

WATCHER = "org.kde.StatusNotifierWatcher"
ITEM = "org.kde.StatusNotifierItem"
MENU = "com.canonical.dbusmenu"


class _Watcher(ServiceInterface):
    def __init__(self) -> None:
        super().__init__(WATCHER)
        self.items: asyncio.Queue[str] = asyncio.Queue()
        self._known: list[str] = []

    @dbus_method()
    def RegisterStatusNotifierItem(self, service: s):  # noqa: F821
        self._known.append(service)
        self.items.put_nowait(service)

    @dbus_method()
    def RegisterStatusNotifierHost(self, service: s):  # noqa: F821
        pass

    @dbus_property(access=PropertyAccess.READ)
    def RegisteredStatusNotifierItems(self) -> "as":  # noqa: F722
        return self._known

    @dbus_property(access=PropertyAccess.READ)
    def IsStatusNotifierHostRegistered(self) -> b:  # noqa: F821
        return True

    @dbus_property(access=PropertyAccess.READ)
    def ProtocolVersion(self) -> i:  # noqa: F821
        return 0

    @dbus_signal()
    def StatusNotifierHostRegistered(self) -> None:
        pass


@dataclass(frozen=True)
class Entry:
    """One line of the menu."""

    id: int
    text: str
    checked: bool | None
    children: tuple[Entry, ...]


class Item:
    """One program's icon."""

    def __init__(self, item: ProxyInterface, menu: ProxyInterface) -> None:
        self._item, self._menu = item, menu

    async def tip(self) -> str:
        return (await self._item.get_tool_tip())[2]

    async def pictures(self) -> list[tuple[int, int]]:
        return [(width, height) for width, height, _ in await self._item.get_icon_pixmap()]

    async def entries(self) -> list[Entry]:
        """What stands in the menu; separators are left out."""
        _, layout = await self._menu.call_get_layout(0, -1, [])
        return [entry for entry in _read(layout).children if entry.text]

    async def press(self, *path: str) -> None:
        """Presses the entry that is reached by these texts."""
        entries = await self.entries()
        for step in path:
            found = next((entry for entry in entries if entry.text == step), None)
            assert found is not None, f"no {step!r} among {[entry.text for entry in entries]}"
            await self._menu.call_about_to_show(found.id)
            entries = list(found.children)
        await self._menu.call_event(found.id, "clicked", Variant("i", 0), 0)

    async def click(self) -> None:
        await self._item.call_activate(0, 0)


class TrayHost:
    """Call ``start`` before the program starts."""

    def __init__(self, address: dict[str, str]) -> None:
        self._address = address["DBUS_SESSION_BUS_ADDRESS"]
        self._watcher = _Watcher()

    async def start(self) -> TrayHost:
        self._bus = await MessageBus(bus_address=self._address).connect()
        self._bus.export("/StatusNotifierWatcher", self._watcher)
        await self._bus.request_name(WATCHER)
        return self

    async def item(self) -> Item:
        """The next program that registers."""
        async with asyncio.timeout(20):
            service = await self._watcher.items.get()
        introspection = await self._bus.introspect(service, "/StatusNotifierItem")
        thing = self._bus.get_proxy_object(service, "/StatusNotifierItem", introspection)
        item = thing.get_interface(ITEM)
        path = await item.get_menu()
        menu = self._bus.get_proxy_object(service, path, await self._bus.introspect(service, path))
        return Item(item, menu.get_interface(MENU))

    async def stop(self) -> None:
        self._bus.disconnect()
        await self._bus.wait_for_disconnect()


def _read(layout: Any) -> Entry:
    number, properties, children = layout
    toggle = properties.get("toggle-state")
    checked = bool(toggle.value) if "toggle-type" in properties and toggle is not None else None
    label = properties["label"].value if "label" in properties else ""
    text = label.replace("__", "\0").replace("_", "").replace("\0", "_")
    return Entry(number, text, checked, tuple(_read(child.value) for child in children))
