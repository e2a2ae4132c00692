"""A full disk: nothing acknowledged is lost, reading goes on, and booking too as soon as there is room (R5)."""

from __future__ import annotations

import pytest

from app.domain.errors import WorkspaceFull
from app.models import bookings
from app.models.database import Database
from app.paths import database_file
from tests.models.made import HALF, NOON, StandingClock, booking
from tests.reliability.booker import check, take
from tests.reliability.mounts import disk

pytestmark = [pytest.mark.anyio, pytest.mark.root]
ROOM = 64 * 1024 * 1024
FILLER = "x" * 3000


async def fill_and_free(folder, size):
    """Books until the disk is full, then gives it room. Returns how many bookings it took."""
    with disk(folder, size) as resize:
        database, promises = Database(database_file(folder), StandingClock()), []
        try:
            database.open()
        except WorkspaceFull:
            # Not even the empty tables have room: said clearly, and cured by room.
            resize(ROOM)
            database.open()
            database.close()
            return 0
        for number in range(2000):
            new = booking(NOON + number * HALF, message=FILLER)
            try:
                await database.write(lambda session, new=new: take(session, new))
            except WorkspaceFull:
                break
            promises.append(("booked", new.id))
        kept = {name for _, name in promises}
        for _ in range(3):
            with pytest.raises(WorkspaceFull):
                await database.write(lambda session, new=new: take(session, new))
            assert {each.id for each in await database.read(bookings.list_bookings)} == kept
        resize(ROOM)
        await database.write(lambda session: take(session, new))
        database.close()
        check(database.path, [*promises, ("booked", new.id)])
        return len(promises)


@pytest.mark.shows("R5", "DATA-4")
async def test_bookings_when_the_disk_fills_up_are_kept_and_go_on_with_room(tmp_path):
    taken = [await fill_and_free(tmp_path / f"disk{size}", size) for size in range(120_000, 1_040_000, 40_000)]
    assert taken[0] == 0
    assert taken[-1] > 8
    assert taken == sorted(taken)


@pytest.mark.slow
@pytest.mark.shows("R5", "DATA-4")
async def test_bookings_when_disks_of_any_size_fill_up_are_kept(tmp_path):
    for size in range(100_000, 1_400_000, 10_000):
        await fill_and_free(tmp_path / f"disk{size}", size)


@pytest.mark.shows("R5")
async def test_a_workspace_when_the_disk_is_full_can_be_opened_and_read(tmp_path):
    folder = tmp_path / "disk"
    with disk(folder, 8 * 1024 * 1024) as resize:
        database = Database(database_file(folder), StandingClock())
        database.open()
        await database.write(lambda session: take(session, booking(NOON)))
        database.close()
        ballast = folder / "ballast"
        with pytest.raises(OSError, match="space"):
            ballast.write_bytes(bytes(ROOM))
        # A little room for the log's index, not for a page.
        with ballast.open("r+b") as file:
            file.truncate(ballast.stat().st_size - 36 * 1024)
        database.open()
        assert len(await database.read(bookings.list_bookings)) == 1
        with pytest.raises(WorkspaceFull):
            await database.write(lambda session: take(session, booking(NOON + HALF, message="x" * 100_000)))
        resize(ROOM)
        await database.write(lambda session: take(session, booking(NOON + HALF)))
        database.close()
        check(database.path, [])
