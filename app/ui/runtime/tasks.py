"""The meeting place of Qt and asyncio. Beside the composition root, only this file knows qasync.

Views know neither coroutines nor services; controllers start them here. ``start`` keeps a task alive, ends it with the widget
that wanted it, and brings each error to where it belongs: those of ``domain.errors`` to the caller, everything else to the log
and to the one handler that tells the owner "our fault". Nothing in the program calls ``exec()`` of a dialog: a task that such a
nested loop interrupts never runs again. ``ask`` is the way to a modal question.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import qasync
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QDialog
from shiboken6 import Shiboken

from app.domain.errors import AftaleError
from app.ui.runtime import garbage

T = TypeVar("T")
Fault = Callable[[BaseException], None]

log = logging.getLogger(__name__)

_owned: dict[int, set[asyncio.Task[None]]] = {}
_newest: dict[tuple[int, str], asyncio.Task[None]] = {}
_fault: Fault | None = None


def run(main: Callable[[], Coroutine[Any, Any, int]], app: QApplication) -> int:
    """Runs the program: one loop for Qt and asyncio until ``main()`` is done. Returns its exit code."""
    app.setQuitOnLastWindowClosed(False)
    loop = qasync.QEventLoop(app)
    # qasync's own pool keeps the last argument of each job alive.
    loop.set_default_executor(ThreadPoolExecutor(8, "work"))
    loop.set_exception_handler(_loop_fault)
    asyncio.set_event_loop(loop)
    with garbage.collected_here():
        return _run(loop, main)


def _run(loop: asyncio.AbstractEventLoop, main: Callable[[], Coroutine[Any, Any, int]]) -> int:
    program: asyncio.Task[int] = loop.create_task(main())

    def over(_: asyncio.Task[int]) -> None:
        loop.stop()

    program.add_done_callback(over)
    try:
        # Returns early when the system's session ends: Qt quits by itself then.
        loop.run_forever()
    finally:
        program.remove_done_callback(over)
        loop.run_until_complete(_wind_up())
        loop.close()
        asyncio.set_event_loop(None)
    return 0 if program.cancelled() else program.result()


async def _wind_up() -> None:
    """Ends what still runs, so that every ``finally`` has had its turn before the loop closes."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_asyncgens()


def on_fault(handler: Fault | None) -> None:
    """Sets who tells the owner about errors that are ours. They are logged whether or not there is one."""
    global _fault
    _fault = handler


def start(
    work: Coroutine[Any, Any, T],
    owner: QObject,
    done: Callable[[T], None] | None = None,
    failed: Callable[[AftaleError], None] | None = None,
) -> asyncio.Task[None] | None:
    """Runs ``work`` until it is done or ``owner`` is destroyed, then ``done`` gets its result or ``failed`` its error.

    A domain error without ``failed`` is a fault of ours like any other. Returns None when the owner is gone already.
    """
    if not Shiboken.isValid(owner):
        work.close()
        return None
    task = asyncio.get_running_loop().create_task(_attend(work, done, failed))
    tasks = _tasks_of(owner)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    # A task that is cancelled before its first step never awaits its work, which would then warn that nobody did.
    task.add_done_callback(lambda _: work.close())
    return task


def latest(
    key: str,
    work: Coroutine[Any, Any, T],
    owner: QObject,
    done: Callable[[T], None] | None = None,
    failed: Callable[[AftaleError], None] | None = None,
) -> None:
    """As ``start``, and ends the owner's earlier work of the same ``key``: an old answer never overwrites a newer one."""
    if not Shiboken.isValid(owner):
        work.close()
        return
    name = (_address(owner), key)
    earlier = _newest.pop(name, None)
    if earlier is not None:
        earlier.cancel()
    task = start(work, owner, done, failed)
    if task is not None:
        _newest[name] = task
        task.add_done_callback(partial(_forget, name))


async def ask(dialog: QDialog) -> int:
    """Opens the dialog over its parent and waits for the answer, a ``QDialog.DialogCode`` or the number of a button."""
    answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def answered(code: int = 0) -> None:
        if not answer.done():
            answer.set_result(code)

    dialog.finished.connect(answered)
    dialog.destroyed.connect(lambda: answered())
    dialog.open()
    try:
        return await answer
    finally:
        if Shiboken.isValid(dialog) and dialog.isVisible():
            dialog.reject()


async def _attend(
    work: Coroutine[Any, Any, T], done: Callable[[T], None] | None, failed: Callable[[AftaleError], None] | None
) -> None:
    try:
        try:
            result = await work
        except AftaleError as error:
            if failed is None:
                raise
            failed(error)
        else:
            if done is not None:
                done(result)
    except Exception as error:
        report(error)


def report(error: BaseException) -> None:
    """Logs an error that nobody expected and tells the owner that it is ours."""
    log.error("a task failed", exc_info=error)
    if _fault is not None:
        _fault(error)


def _loop_fault(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    if error is not None:
        report(error)
    else:
        log.error("the loop reports: %s", context.get("message"))


def _tasks_of(owner: QObject) -> set[asyncio.Task[None]]:
    address = _address(owner)
    if address not in _owned:
        _owned[address] = set()
        owner.destroyed.connect(partial(_end, address))
    return _owned[address]


def _end(address: int, *_: object) -> None:
    for task in _owned.pop(address, set()):
        task.cancel()


def _forget(name: tuple[int, str], task: asyncio.Task[None]) -> None:
    if _newest.get(name) is task:
        del _newest[name]


def _address(owner: QObject) -> int:
    """Names the object below the wrapper: PySide may make a second wrapper for it, with another identity."""
    address: int = Shiboken.getCppPointer(owner)[0]
    return address
