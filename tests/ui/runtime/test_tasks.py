"""Work that is started for a widget ends with it, and each error reaches the one who should know."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import threading
import weakref

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QWidget

from app.domain.errors import SlotTaken
from app.ui.runtime import tasks


async def settle(turns: int = 5) -> None:
    """Lets the loop go round a few times."""
    for _ in range(turns):
        await asyncio.sleep(0)


def destroy(thing: QObject) -> None:
    thing.deleteLater()
    QApplication.sendPostedEvents(thing, QEvent.Type.DeferredDelete)


def test_run_when_main_returns_gives_its_code_and_leaves_no_loop(qapp):
    async def main() -> int:
        await asyncio.sleep(0.001)
        return 4

    assert tasks.run(main, qapp) == 4
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()


def test_run_when_main_raises_passes_it_on(qapp):
    async def main() -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        tasks.run(main, qapp)


def test_run_when_repeated_twenty_times_serves_sockets_threads_and_processes_each_time(qapp):
    async def main() -> int:
        async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(await reader.readline())
            writer.close()
            await writer.wait_closed()

        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"hello\n")
        line = await reader.readline()
        writer.close()
        await writer.wait_closed()
        server.close()
        await server.wait_closed()
        elsewhere = await asyncio.to_thread(threading.get_ident)
        child = await asyncio.create_subprocess_exec(sys.executable, "-S", "-c", "")
        ended = await child.wait()
        return len(line) if elsewhere != threading.get_ident() and ended == 0 else 0

    assert [tasks.run(main, qapp) for _ in range(20)] == [6] * 20


def test_run_when_qt_is_told_to_quit_lets_main_tidy_up(qapp):
    tidied = []

    async def main() -> int:
        asyncio.get_running_loop().call_soon(qapp.quit)
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            tidied.append(True)
        return 1

    assert tasks.run(main, qapp) == 0
    assert tidied == [True]


def test_run_when_main_is_done_cancels_what_is_left(in_loop):
    ended = []

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    owner = QObject()

    async def main() -> None:
        tasks.start(endless(), owner)
        await settle()

    in_loop(main)
    assert ended == [True]


def test_start_when_done_hands_over_the_result(in_loop):
    got = []

    async def answer() -> int:
        await asyncio.sleep(0)
        return 42

    async def main() -> None:
        owner = QObject()
        await tasks.start(answer(), owner, got.append)

    in_loop(main)
    assert got == [42]


def test_start_when_nobody_keeps_the_task_runs_to_the_end_all_the_same(in_loop):
    got = []

    async def wait_for(door: asyncio.Event) -> str:
        await door.wait()
        return "through"

    async def main() -> None:
        owner, door = QObject(), asyncio.Event()
        tasks.start(wait_for(door), owner, got.append)
        await settle()
        gc.collect()
        door.set()
        await settle()

    in_loop(main)
    assert got == ["through"]


def test_start_when_a_domain_error_comes_tells_the_caller_alone(in_loop, caplog):
    failed, faults = [], []

    async def refuse() -> None:
        raise SlotTaken("busy")

    async def main() -> None:
        tasks.on_fault(faults.append)
        owner = QObject()
        await tasks.start(refuse(), owner, failed=failed.append)
        tasks.on_fault(None)

    in_loop(main)
    assert [error.reason for error in failed] == ["busy"]
    assert faults == []
    assert caplog.records == []


@pytest.mark.logs("a task failed")
@pytest.mark.parametrize("error", [ZeroDivisionError("ours"), SlotTaken("nobody asked to hear of it")])
def test_start_when_an_error_has_no_taker_logs_it_and_tells_the_owner(in_loop, caplog, error):
    faults = []

    async def break_down() -> None:
        raise error

    async def main() -> None:
        tasks.on_fault(faults.append)
        owner = QObject()
        await tasks.start(break_down(), owner)
        tasks.on_fault(None)

    in_loop(main)
    assert faults == [error]
    assert [record.exc_info[1] for record in caplog.records] == [error]


@pytest.mark.logs("a task failed")
def test_start_when_the_result_cannot_be_shown_counts_as_our_fault(in_loop):
    faults = []

    async def answer() -> int:
        return 0

    async def main() -> None:
        tasks.on_fault(faults.append)
        owner = QObject()
        await tasks.start(answer(), owner, lambda number: 1 // number)
        tasks.on_fault(None)

    in_loop(main)
    assert [type(error) for error in faults] == [ZeroDivisionError]


def test_start_when_the_owner_is_destroyed_cancels_the_work_and_calls_nobody(in_loop):
    got, ended = [], []

    async def long() -> int:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)
        return 1

    async def main() -> None:
        owner = QWidget()
        task = tasks.start(long(), owner, got.append, got.append)
        await settle()
        destroy(owner)
        await settle()
        assert task.cancelled()

    in_loop(main)
    assert ended == [True]
    assert got == []


def test_start_when_the_owner_is_destroyed_before_the_first_step_warns_of_nothing(in_loop, recwarn):
    async def never() -> None:
        raise AssertionError("ran")

    async def main() -> None:
        owner = QObject()
        tasks.start(never(), owner)
        destroy(owner)
        await settle()
        assert tasks.start(never(), owner) is None
        tasks.latest("any", never(), owner)
        gc.collect()

    in_loop(main)
    assert list(recwarn) == []


def test_start_when_a_parent_is_destroyed_cancels_the_work_of_its_children(in_loop):
    async def main() -> None:
        parent = QWidget()
        child = QPushButton(parent)
        task = tasks.start(asyncio.Event().wait(), child)
        await settle()
        destroy(parent)
        await settle()
        assert task.cancelled()

    in_loop(main)


def test_start_when_work_is_done_keeps_neither_task_nor_result(in_loop):
    class Result:
        pass

    refs = []

    async def answer() -> Result:
        result = Result()
        refs.append(weakref.ref(result))
        return result

    async def main() -> None:
        owner = QObject()
        for _ in range(50):
            await tasks.start(answer(), owner, lambda _: None)
        await settle()
        gc.collect()
        assert [ref() for ref in refs] == [None] * 50
        assert asyncio.all_tasks() == {asyncio.current_task()}

    in_loop(main)


def test_latest_when_typing_goes_on_shows_only_the_newest_answer(in_loop):
    got = []

    async def search(text: str) -> str:
        await asyncio.sleep(0.002)
        return text

    async def main() -> None:
        owner = QObject()
        for text in ("a", "an", "ann", "anna"):
            tasks.latest("slug", search(text), owner, got.append)
            await asyncio.sleep(0)
        tasks.latest("other", search("beside"), owner, got.append)
        await asyncio.sleep(0.02)

    in_loop(main)
    assert got == ["anna", "beside"]


@pytest.mark.parametrize(("press", "code"), [("accept", 1), ("reject", 0), ("close", 0)])
def test_ask_when_answered_returns_the_answer_and_the_loop_went_on(in_loop, press, code):
    async def main() -> int:
        parent = QWidget()
        dialog = QDialog(parent)
        ticks = []

        async def tick() -> None:
            for _ in range(3):
                ticks.append(dialog.isVisible())
                await asyncio.sleep(0.001)
            getattr(dialog, press)()

        tasks.start(tick(), dialog)
        answer = await tasks.ask(dialog)
        assert ticks == [True] * 3
        assert not dialog.isVisible()
        return answer

    assert in_loop(main) == code


def test_ask_when_the_parent_is_destroyed_counts_as_no(in_loop):
    async def main() -> int:
        parent = QWidget()
        dialog = QDialog(parent)
        asyncio.get_running_loop().call_soon(destroy, parent)
        return await tasks.ask(dialog)

    assert in_loop(main) == 0


def test_ask_when_the_asker_is_cancelled_closes_the_dialog(in_loop):
    async def main() -> None:
        owner, dialog = QWidget(), QDialog()
        tasks.start(tasks.ask(dialog), owner)
        await settle()
        assert dialog.isVisible()
        destroy(owner)
        await settle()
        assert not dialog.isVisible()

    in_loop(main)


SIGNALS = """
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QLabel
class Bell(QObject):
    rung = Signal()
app, bell = QApplication([]), Bell()
label = QLabel()
bell.rung.connect(lambda: label.setText("rung"))
for _ in range(2000):
    bell.rung.emit()
    app.processEvents()
"""


def test_qt_when_it_emits_two_thousand_times_does_not_wear_out_the_interpreter():
    """PySide6 6.12 on Python before 3.12 drops a reference to True or None at each emit, until the process aborts."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    run = subprocess.run([sys.executable, "-c", SIGNALS], env=environment, capture_output=True, text=True, timeout=50)
    assert (run.returncode, run.stderr) == (0, "")
