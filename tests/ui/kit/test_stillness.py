"""The system's wish for less movement, from a real settings portal on a real bus."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from dbus_fast import Variant
from dbus_fast.aio import MessageBus
from dbus_fast.errors import DBusError
from dbus_fast.service import ServiceInterface, dbus_method, dbus_signal

from app.ui import theme
from tests.servers.notifications import session_bus

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(sys.platform != "linux", reason="a portal is what a Linux desktop has")]
ROOT = Path(__file__).resolve().parents[3]
LISTENS = """
import sys
from PySide6.QtCore import QCoreApplication, QObject, QTimer
from app.ui import stillness
app = QCoreApplication([])
owner = QObject()
stillness.ask(owner, lambda still: print("still" if still else "moving", flush=True))
QTimer.singleShot(20000, app.quit)
app.exec()
"""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Portal(ServiceInterface):
    """The part of the portal that tells settings."""

    def __init__(self, **settings: object) -> None:
        super().__init__("org.freedesktop.portal.Settings")
        self.settings = settings

    @dbus_method()
    def ReadOne(self, namespace: s, key: s) -> v:  # type: ignore[name-defined] # noqa: F821
        found = self.settings.get(f"{namespace}.{key}".replace(".", "_").replace("-", "_"))
        if found is None:
            raise DBusError("org.freedesktop.portal.Error.NotFound", "Requested setting not found")
        return found

    @dbus_signal()
    def SettingChanged(self, namespace: str, key: str, value: Variant) -> ssv:  # type: ignore[name-defined] # noqa: F821
        return [namespace, key, value]


async def answers(portal: Portal, act: object = None) -> list[str]:
    """What a program hears of the wish: both settings at the start, and then what follows from ``act``."""
    with session_bus() as environment:
        bus = await MessageBus(environment["DBUS_SESSION_BUS_ADDRESS"]).connect()
        bus.export("/org/freedesktop/portal/desktop", portal)
        await bus.request_name("org.freedesktop.portal.Desktop")
        program = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            LISTENS,
            cwd=ROOT,
            env={**os.environ, **environment, "QT_QPA_PLATFORM": "offscreen"},
            stdout=subprocess.PIPE,
        )
        assert program.stdout is not None
        try:
            async with asyncio.timeout(20):
                heard = [(await program.stdout.readline()).decode().strip() for _setting in range(2)]
                if callable(act):
                    act()
                    heard.append((await program.stdout.readline()).decode().strip())
        finally:
            program.kill()
            await program.wait()
            bus.disconnect()
        return heard


@pytest.mark.shows("DESK-5")
async def test_wish_when_the_desktop_tells_it_is_heard() -> None:
    assert (await answers(Portal(org_freedesktop_appearance_reduced_motion=Variant("u", 1))))[-1] == "still"
    assert (await answers(Portal(org_gnome_desktop_interface_enable_animations=Variant("b", False))))[-1] == "still"
    assert (await answers(Portal(org_gnome_desktop_interface_enable_animations=Variant("b", True))))[-1] == "moving"
    assert (await answers(Portal()))[-1] == "moving"


async def test_wish_when_it_changes_is_heard_at_once() -> None:
    portal = Portal(org_freedesktop_appearance_reduced_motion=Variant("u", 0))
    changed = ("org.freedesktop.appearance", "reduced-motion", Variant("u", 1))
    assert await answers(portal, lambda: portal.SettingChanged(*changed)) == ["moving", "moving", "still"]


def test_movement_when_either_the_system_or_the_setting_says_less_is_short(qapp: object) -> None:
    found = theme.active()
    assert theme.duration(600) == 600
    found.follow_stillness(True)
    assert theme.duration(600) == 100
    found.reduced_motion = False
    assert found.reduced_motion
    found.follow_stillness(False)
    found.reduced_motion = True
    assert theme.duration(600) == 100
    found.reduced_motion = False
    assert theme.duration(600) == 600
