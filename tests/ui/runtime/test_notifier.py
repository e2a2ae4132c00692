"""Notices arrive at the desktop's notification service as they were meant, and a press comes back."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest

from app.ui.runtime.notifier import CLICKED, Notifier, Shown, Urgency
from tests.servers.notifications import dunst, screen, session_bus, strict_service

pytestmark = pytest.mark.desktop

REQUEST = Shown(
    "Ida Winther asks for a time",
    "Intro call, Thu 15 Oct, 10:20 <b> & more",
    (("accept", "Accept"), ("decline", "Decline")),
)


class Balloons:
    """A tray whose balloons are kept."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def shows_notices(self) -> bool:
        return True

    def show_notice(self, shown: Shown) -> bool:
        self.shown.append(shown.title)
        return True


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch):
    with session_bus() as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address["DBUS_SESSION_BUS_ADDRESS"])
        yield address


@pytest.mark.shows("DESK-3")
def test_show_when_dunst_runs_appears_there_with_its_buttons(in_loop, bus, tmp_path):
    with screen() as display, dunst(tmp_path, bus, display) as service:

        async def main() -> None:
            notifier = Notifier()
            assert await notifier.show(REQUEST)
            assert await notifier.show(Shown("Nobody can book you", "Access was lost", urgency=Urgency.CRITICAL))
            await notifier.close()

        in_loop(main)
        assert service.ask("count", "displayed").strip() == "2"
        service.ask("close-all")
        first, second = sorted(service.history(), key=lambda entry: str(entry["summary"]))
    assert first["appname"] == "Aftale"
    assert first["summary"] == "Ida Winther asks for a time"
    assert first["body"] == "Intro call, Thu 15 Oct, 10:20 &lt;b&gt; &amp; more"
    assert second["summary"] == "Nobody can book you"


@pytest.mark.shows("DESK-3")
def test_show_when_dunst_is_clicked_tells_which_notice(in_loop, bus, tmp_path):
    pressed = []
    with screen() as display, dunst(tmp_path, bus, display) as service:

        async def main() -> None:
            notifier, done = Notifier(), asyncio.Event()

            def told(action: str) -> None:
                pressed.append(action)
                done.set()

            await notifier.show(Shown("Booked: Intro call", "Ida Winther", on_action=told))
            await asyncio.to_thread(service.ask, "action")
            async with asyncio.timeout(5):
                await done.wait()
            await notifier.close()

        in_loop(main)
    assert pressed == [CLICKED]


@pytest.mark.parametrize("action", ["accept", "decline", CLICKED])
@pytest.mark.shows("DESK-3")
def test_show_when_a_button_is_pressed_calls_back_with_its_id(in_loop, bus, action):
    async def main() -> list[str]:
        running = await strict_service(bus)
        notifier, pressed, done = Notifier(), [], asyncio.Event()

        def told(name: str) -> None:
            pressed.append(name)
            done.set()

        await notifier.show(Shown(REQUEST.title, REQUEST.body, REQUEST.actions, on_action=told))
        (notice,) = running.service.told
        assert notice.actions == {"default": "", "accept": "Accept", "decline": "Decline"}
        running.service.press(notice, action)
        async with asyncio.timeout(5):
            await done.wait()
        running.service.press(notice, action)
        await asyncio.sleep(0.02)
        await notifier.close()
        await running.stop()
        return pressed

    assert in_loop(main) == [action]


@pytest.mark.parametrize(
    ("capabilities", "body", "buttons"),
    [
        (("actions", "body", "body-markup"), "Intro call, Thu 15 Oct, 10:20 &lt;b&gt; &amp; more", 3),
        (("body",), "Intro call, Thu 15 Oct, 10:20 <b> & more", 1),
    ],
)
def test_show_when_the_service_can_less_asks_less_of_it(in_loop, bus, capabilities, body, buttons):
    async def main() -> None:
        running = await strict_service(bus, capabilities=capabilities)
        notifier = Notifier()
        assert await notifier.show(REQUEST)
        (notice,) = running.service.told
        assert (notice.body, len(notice.actions)) == (body, buttons)
        await notifier.close()
        await running.stop()

    in_loop(main)


def test_show_when_the_mark_is_given_sends_it_along(in_loop, bus, tmp_path):
    async def main() -> str:
        running = await strict_service(bus)
        notifier = Notifier(tmp_path / "mark.png")
        await notifier.show(REQUEST)
        await notifier.close()
        await running.stop()
        return running.service.told[0].icon

    assert in_loop(main) == (tmp_path / "mark.png").as_uri()


def test_show_when_the_service_is_restarted_reaches_the_new_one(in_loop, bus):
    async def main() -> None:
        notifier = Notifier()
        first = await strict_service(bus)
        assert await notifier.show(REQUEST)
        await first.stop()
        assert not await notifier.show(REQUEST)
        second = await strict_service(bus)
        assert await notifier.show(REQUEST)
        assert len(second.service.told) == 1
        await notifier.close()
        await second.stop()

    in_loop(main)


def test_show_when_the_whole_bus_goes_says_so_and_finds_the_next_one(in_loop, monkeypatch):
    async def main() -> None:
        notifier = Notifier()
        with session_bus() as address:
            monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address["DBUS_SESSION_BUS_ADDRESS"])
            first = await strict_service(address)
            assert await notifier.show(REQUEST)
        with contextlib.suppress(EOFError, OSError):
            await first.bus.wait_for_disconnect()
        assert not await notifier.show(REQUEST)
        with session_bus() as address:
            monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address["DBUS_SESSION_BUS_ADDRESS"])
            second = await strict_service(address)
            assert await notifier.show(REQUEST)
            await notifier.close()
            await second.stop()

    in_loop(main)


def test_show_when_the_service_refuses_falls_back_to_the_tray(in_loop, bus):
    async def main() -> None:
        running, tray = await strict_service(bus), Balloons()
        notifier = Notifier(balloon=tray)
        running.service.mute = True
        assert await notifier.show(REQUEST)
        assert tray.shown == [REQUEST.title]
        notifier.balloon = None
        assert not await notifier.show(REQUEST)
        running.service.mute = False
        assert await notifier.show(REQUEST)
        assert len(running.service.told) == 1
        await notifier.close()
        await running.stop()

    in_loop(main)


@pytest.mark.parametrize("address", ["", "unix:path=/nowhere/at/all", "nonsense"])
def test_show_when_there_is_no_bus_says_that_nobody_took_it(in_loop, monkeypatch, address):
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)

    async def main() -> tuple[bool, bool, bool]:
        notifier = Notifier()
        alone = await notifier.available(), await notifier.show(REQUEST)
        notifier.balloon = Balloons()
        return *alone, await notifier.available()

    assert in_loop(main) == (False, False, True)


def test_show_when_the_service_never_answers_gives_up_in_time(in_loop, bus, monkeypatch):
    monkeypatch.setattr("app.ui.runtime.notifier.PATIENCE", 0.2)

    async def main() -> bool:
        running = await strict_service(bus)
        loop = asyncio.get_running_loop()
        before = loop.time()
        running.bus.add_message_handler(lambda message: message.member in ("GetCapabilities", "Notify"))
        taken = await Notifier().show(REQUEST)
        assert loop.time() - before < 2
        await running.stop()
        return taken

    assert in_loop(main) is False


def test_import_when_the_notifier_is_loaded_leaves_the_library_for_later():
    source = Path("app/ui/runtime/notifier.py").read_text()
    assert "\nimport desktop_notifier" not in source
    assert "\nfrom desktop_notifier" not in source
