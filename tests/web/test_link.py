"""The lines between the child and the program: what is kept, asked, counted, and what happens when the other side is silent."""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from app import wire
from app.domain.booking import Refused
from app.domain.clock import from_iso
from app.domain.public import FreeStarts
from app.web import link as link_module
from app.web.link import ParentLink, ParentSilent, Shelf
from tests.web.fake import FakeClock, anna, intro, lunch

pytestmark = pytest.mark.anyio


class Program:
    """The other end: says lines, and hears them."""

    def __init__(self, link: ParentLink, say: int, hear: int) -> None:
        self.link = link
        self._say, self._hear = os.fdopen(say, "wb"), os.fdopen(hear, "rb")

    def say(self, *lines: wire.Line) -> None:
        for line in lines:
            self.say_raw(wire.encode(line))

    def say_raw(self, raw: bytes) -> None:
        self._say.write(raw)
        self._say.flush()

    async def hear(self) -> wire.Line:
        """The next line that is no mere sign of having heard."""
        while True:
            raw = await asyncio.get_running_loop().run_in_executor(None, self._hear.readline)
            line = wire.decode(raw)
            if not isinstance(line, wire.Shown):
                return line

    def leave(self) -> None:
        self._say.close()

    def close(self) -> None:
        for end in (self._say, self._hear):
            if not end.closed:
                end.close()


@pytest.fixture
async def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def ended() -> asyncio.Event:
    return asyncio.Event()


@pytest.fixture
async def program(clock: FakeClock, ended: asyncio.Event) -> AsyncIterator[Program]:
    source, say = os.pipe()
    hear, sink = os.pipe()
    reading, writing = os.fdopen(source, "rb"), os.fdopen(sink, "wb")
    link = ParentLink(reading, writing, clock, ended.set)
    link.start()
    program = Program(link, say, hear)
    yield program
    program.close()
    await asyncio.wait_for(ended.wait(), 5)
    with contextlib.suppress(queue.Full):
        link._out.put_nowait(None)
    reading.close()
    with contextlib.suppress(BrokenPipeError):
        writing.close()


async def until(truth: object) -> None:
    for _ in range(500):
        if truth():  # type: ignore[operator]
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came true")


async def test_greeting_when_everything_was_said_then_all_of_it_is_known(program: Program) -> None:
    program.say(
        wire.Hello("ab" * 32), wire.HostLine(1, anna(), {"old": "anna/intro"}), wire.PageLine(1, intro()), wire.Alive(1, 0)
    )
    await asyncio.wait_for(program.link.greeted.wait(), 5)
    shelf = program.link.shelf
    assert program.link.hello == wire.Hello("ab" * 32)
    assert shelf.host == anna()
    assert shelf.redirects == {"old": "anna/intro"}
    assert shelf.page("anna/intro") == intro()


async def test_question_when_two_are_open_then_each_gets_its_own_answer(program: Program) -> None:
    first = asyncio.ensure_future(program.link.ask(wire.Lookup("one")))
    second = asyncio.ensure_future(program.link.ask(wire.Lookup("two")))
    asks = [await program.hear(), await program.hear()]
    for ask in reversed(asks):
        assert isinstance(ask, wire.Ask)
        assert isinstance(ask.what, wire.Lookup)
        program.say(wire.Reply(ask.id, Refused(ask.what.token)))
    assert (await first, await second) == (Refused("one"), Refused("two"))


async def test_question_when_asked_then_it_says_until_when_the_answer_counts(program: Program, clock: FakeClock) -> None:
    asking = asyncio.ensure_future(program.link.ask(wire.Lookup("one")))
    ask = await program.hear()
    assert isinstance(ask, wire.Ask)
    assert clock.now() < ask.until < clock.now() + link_module.ANSWER_WITHIN
    program.say(wire.Reply(ask.id, wire.Left()))
    assert await asking == wire.Left()


async def test_question_when_no_answer_comes_then_the_program_is_silent_until_it_speaks_again(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "ANSWER_WITHIN", 0.05)
    with pytest.raises(ParentSilent) as silent:
        await program.link.ask(wire.Lookup("one"))
    assert silent.value.asked
    assert program.link.silent
    with pytest.raises(ParentSilent) as silent:
        await program.link.ask(wire.Lookup("two"))
    assert not silent.value.asked
    program.say(wire.Alive(1, 0))
    await until(lambda: not program.link.silent)


async def test_silence_when_the_computer_slept_then_it_counts_by_the_clock_on_the_wall(
    program: Program, clock: FakeClock
) -> None:
    program.say(wire.HostLine(1, anna()), wire.Alive(1, 0))
    await asyncio.wait_for(program.link.greeted.wait(), 5)
    assert (program.link.silent, program.link.stale) == (False, False)
    clock.at += 16
    assert (program.link.silent, program.link.stale) == (True, False)
    clock.at += 600
    assert (program.link.silent, program.link.stale) == (True, True)
    program.say(wire.Alive(1, 0))
    await until(lambda: not program.link.stale)


async def test_program_when_it_does_not_read_then_visitors_are_refused_not_held_up(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "ANSWER_WITHIN", 0.2)
    words = "x" * 4000
    asking = [asyncio.ensure_future(program.link.ask(wire.CancelIt("t" * 43, words))) for _ in range(600)]
    found = await asyncio.wait_for(asyncio.gather(*asking, return_exceptions=True), 5)
    assert {type(each) for each in found} == {ParentSilent}
    assert any(not each.asked for each in found if isinstance(each, ParentSilent))


@pytest.mark.logs("the program sent a line that is none")
async def test_line_when_it_is_none_then_it_is_left_out_and_the_next_one_counts(program: Program) -> None:
    program.say_raw(b"nonsense\n[]\n")
    program.say(wire.PageLine(1, intro()))
    await until(lambda: program.link.shelf.page("anna/intro") is not None)


async def test_answer_when_nobody_waits_for_it_then_nothing_happens(program: Program) -> None:
    program.say(wire.Reply(99, wire.Left()), wire.PageLine(1, intro()))
    await until(lambda: program.link.shelf.page("anna/intro") is not None)


async def test_input_when_it_ends_then_the_child_hears_it_and_whoever_waits_is_told(
    program: Program, ended: asyncio.Event
) -> None:
    asking = asyncio.ensure_future(program.link.ask(wire.Lookup("one")))
    await program.hear()
    program.leave()
    await asyncio.wait_for(ended.wait(), 5)
    with pytest.raises(ParentSilent):
        await asking


async def test_counts_when_told_then_they_begin_again_and_nothing_is_not_told(program: Program) -> None:
    program.link.tell_counts()
    program.link.count(views=2)
    program.link.count(views=1, bots=1, refused=4)
    program.link.tell_counts()
    found = await program.hear()
    assert isinstance(found, wire.Visits)
    assert (found.views, found.bots, found.refused) == (3, 1, 4)
    assert found.at, "when somebody looked last"
    program.link.tell_counts()
    program.link.tell(wire.Ready(8000))
    assert await program.hear() == wire.Ready(8000)


async def test_shelf_when_a_page_changes_its_address_or_goes_then_its_times_go_with_it() -> None:
    shelf, now = Shelf(), from_iso("2026-10-13T07:41:00Z")
    shelf.take(wire.PageLine(1, lunch()))
    shelf.take(wire.PageLine(1, intro()))
    assert [page.slug for page in shelf.pages] == ["anna/intro", "anna/lunch"]
    assert len(shelf.starts(intro(), 30, now)) > 50
    assert shelf.starts(intro(), 45, now) == ()
    before = shelf.revision
    emptied = replace(intro(), free={30: FreeStarts()})
    shelf.take(wire.PageLine(2, emptied))
    assert shelf.starts(emptied, 30, now) == ()
    shelf.take(wire.PageLine(3, replace(intro(), slug="anna/talk")))
    assert shelf.page("anna/intro") is None
    shelf.take(wire.PageGone(4, "anna/talk"))
    assert [page.slug for page in shelf.pages] == ["anna/lunch"]
    assert shelf.revision > before


@pytest.mark.parametrize("size", [1, 7, 100_000])
async def test_lines_when_they_come_in_any_pieces_then_each_is_whole_and_a_long_one_is_cut(size: int) -> None:
    longest = 150_000 if size > 100 else 200
    said = b"one\n\n" + b"x" * (longest + 100) + b"\nthe last"
    source, say = os.pipe()

    def speak() -> None:
        for start in range(0, len(said), size):
            os.write(say, said[start : start + size])
        os.close(say)

    speaking = asyncio.get_running_loop().run_in_executor(None, speak)
    heard = list(wire.lines_of(source, longest))
    await speaking
    os.close(source)
    assert b"".join(heard) == said
    assert (heard[:2], heard[-1]) == ([b"one\n", b"\n"], b"the last")
    assert [len(each) for each in heard[2:-1]] == [longest, 101]
