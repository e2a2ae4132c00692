"""A session bus of the test's own, with dunst or with a strict notification service on it.

The strict one keeps to the Desktop Notifications Specification 1.2 and complains where a real service would be lenient: about
markup that is none, about actions without a label, about ids it never gave. It can be pressed like the notice on a screen.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from dbus_fast.aio import MessageBus
from dbus_fast.constants import PropertyAccess
from dbus_fast.errors import DBusError
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property, dbus_signal

NAME = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"
MARKUP = re.compile(r"</?(b|i|u|a|img)( [^<>]*)?/?>")


@contextmanager
def session_bus() -> Iterator[dict[str, str]]:
    """A bus on which nothing runs and nothing is started. Yields the environment that leads to it."""
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address=1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield {"DBUS_SESSION_BUS_ADDRESS": bus.stdout.readline().strip()}
    finally:
        bus.terminate()
        bus.communicate()


@contextmanager
def screen(size: str = "1280x800x24") -> Iterator[dict[str, str]]:
    """A virtual X screen. Yields the environment that leads to it.

    Its number is this process's own: of two servers on one number, the one that ends takes the other's socket away.
    """
    number = f":{1000 + os.getpid() % 50_000}"
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", number, "-displayfd", str(write), "-screen", "0", size, "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as told:
            yield {"DISPLAY": f":{told.readline().strip()}"}
    finally:
        server.terminate()
        server.wait()


@dataclass
class Dunst:
    """The real service."""

    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    def ask(self, *words: str) -> str:
        return subprocess.run(["dunstctl", *words], env=self.environment, capture_output=True, text=True, check=True).stdout

    def history(self) -> list[dict[str, object]]:
        """What was shown and then closed, oldest first; each field as plain data."""
        entries = json.loads(self.ask("history"))["data"][0]
        return [{name: value["data"] for name, value in entry.items()} for entry in reversed(entries)]


@contextmanager
def dunst(folder: Path, bus: dict[str, str], display: dict[str, str]) -> Iterator[Dunst]:
    """Runs dunst on the given bus and screen; it is there when this yields."""
    environment = {**os.environ, **bus, **display, "XDG_CONFIG_HOME": str(folder), "HOME": str(folder)}
    (folder / "dunst").mkdir(parents=True, exist_ok=True)
    (folder / "dunst" / "dunstrc").write_text("[global]\nmarkup = full\nfont = Sans 9\nidle_threshold = 0\n")
    process = subprocess.Popen([shutil.which("dunst") or "dunst"], env=environment, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            if subprocess.run(["dunstctl", "is-paused"], env=environment, capture_output=True, check=False).returncode == 0:
                break
            time.sleep(0.02)
        yield Dunst(environment, process)
    finally:
        process.terminate()
        process.wait()


@dataclass(frozen=True)
class Told:
    """One call of Notify."""

    id: int
    title: str
    body: str
    actions: dict[str, str]
    urgency: int
    icon: str
    sound: str = ""


class StrictService(ServiceInterface):
    """``told``: what stands on the imagined screen, in the order in which it came."""

    def __init__(self, capabilities: tuple[str, ...]) -> None:
        super().__init__(NAME)
        self.capabilities = capabilities
        self.told: list[Told] = []
        self.mute = False
        self.inhibited = False

    @dbus_property(access=PropertyAccess.READ)
    def Inhibited(self) -> b:  # noqa: F821
        """Plasma's word for *do not disturb*."""
        return self.inhibited

    @dbus_method()
    def GetCapabilities(self) -> "as":  # noqa: F722
        return list(self.capabilities)

    @dbus_method()
    def GetServerInformation(self) -> ssss:  # noqa: F821
        return ["strict", "aftale tests", "1", "1.2"]

    @dbus_method()
    def Notify(
        self,
        app_name: s,  # noqa: F821
        replaces: u,  # noqa: F821
        icon: s,  # noqa: F821
        summary: s,  # noqa: F821
        body: s,  # noqa: F821
        actions: "as",  # noqa: F722
        hints: "a{sv}",  # noqa: F722
        timeout: i,  # noqa: F821
    ) -> u:  # noqa: F821
        if self.mute:
            raise DBusError("org.aftale.Mute", "not now")
        problem = self._problem(app_name, replaces, summary, body, actions, hints, timeout)
        if problem:
            raise DBusError("org.aftale.Refused", problem)
        pairs = dict(zip(actions[::2], actions[1::2], strict=True))
        told = Told(len(self.told) + 1, summary, body, pairs, hints["urgency"].value, icon, _sound(hints))
        self.told.append(told)
        return told.id

    @dbus_method()
    def CloseNotification(self, id: u):  # noqa: F821
        if not 0 < id <= len(self.told):
            raise DBusError("org.aftale.Refused", "never heard of it")

    @dbus_signal()
    def NotificationClosed(self, id: int, reason: int) -> uu:  # noqa: F821
        return [id, reason]

    @dbus_signal()
    def ActionInvoked(self, id: int, action: str) -> us:  # noqa: F821
        return [id, action]

    def press(self, told: Told, action: str = "default") -> None:
        """A person presses a button, or the notice itself."""
        assert action in told.actions, f"there is no button {action!r}"
        self.ActionInvoked(told.id, action)
        self.NotificationClosed(told.id, 2)

    def _problem(self, app_name, replaces, summary, body, actions, hints, timeout) -> str:
        if not app_name or not summary:
            return "a notice has a name and a title"
        if replaces > len(self.told):
            return "replaces a notice that never was"
        if len(actions) % 2 or len(set(actions[::2])) != len(actions) // 2:
            return "actions are pairs of id and label, each id once"
        if any(not label for name, label in zip(actions[::2], actions[1::2], strict=True) if name != "default"):
            return "a button without a label"
        if len(actions) > 2 and "actions" not in self.capabilities:
            return "buttons, though there are none here"
        if timeout < -1 or hints["urgency"].signature != "y" or hints["urgency"].value not in (0, 1, 2):
            return "time-out or urgency out of range"
        if _sound(hints) and "sound" not in self.capabilities:
            return "a sound, though there is none here"
        if "body-markup" in self.capabilities:
            try:
                ElementTree.fromstring(f"<body>{body}</body>")
            except ElementTree.ParseError:
                return "the body is no markup"
            if MARKUP.sub("", body).count("<"):
                return "markup that the specification does not know"
        return ""


def _sound(hints) -> str:
    return hints["sound-name"].value if "sound-name" in hints else ""


@dataclass
class Running:
    service: StrictService
    bus: MessageBus = field(repr=False)

    async def stop(self) -> None:
        self.bus.disconnect()
        await self.bus.wait_for_disconnect()


async def strict_service(
    address: dict[str, str], *, capabilities: tuple[str, ...] = ("actions", "body", "body-markup")
) -> Running:
    """Takes the service's name on the bus."""
    bus = await MessageBus(bus_address=address["DBUS_SESSION_BUS_ADDRESS"]).connect()
    service = StrictService(capabilities)
    bus.export(PATH, service)
    await bus.request_name(NAME)
    return Running(service, bus)
