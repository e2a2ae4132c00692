"""What makes everything due at once: sleep, a clock that was set, another network."""

from __future__ import annotations

import pytest

from app.services.sync.watch import Heartbeat, Network, default_way_out
from tests.services.opened import StandingClock
from tests.services.sync.followed import StandingTimer


@pytest.fixture
def timer() -> StandingTimer:
    return StandingTimer(StandingClock())


@pytest.mark.shows("R20", "R21")
def test_heartbeat_when_seconds_pass_as_they_should_then_nothing_happened(timer: StandingTimer) -> None:
    heartbeat = Heartbeat(timer.clock, timer)
    for seconds in (1.0, 1.2, 0.9, 2.0, 4.0):
        timer.jump(seconds)
        assert not heartbeat.jumped()


@pytest.mark.shows("R20")
def test_heartbeat_when_the_process_was_stopped_then_it_notices(timer: StandingTimer) -> None:
    heartbeat = Heartbeat(timer.clock, timer)
    timer.jump(6)
    assert heartbeat.jumped()
    timer.jump(1)
    assert not heartbeat.jumped()


@pytest.mark.shows("R20", "R21")
@pytest.mark.parametrize("seconds", [8 * 3600, -7200, 7, -7])
def test_heartbeat_when_only_the_wall_moved_then_it_notices(timer: StandingTimer, seconds: int) -> None:
    heartbeat = Heartbeat(timer.clock, timer)
    timer.jump(1)
    timer.set_clock(seconds)
    assert heartbeat.jumped()
    timer.jump(1)
    assert not heartbeat.jumped()


@pytest.mark.shows("R18")
def test_network_when_the_way_out_changes_then_that_is_noticed_but_not_its_end() -> None:
    ways = ["wlan0"]
    network = Network(lambda: ways[0])
    assert not network.changed()
    ways[0] = ""
    assert not network.changed()
    ways[0] = "wlan0"
    assert network.changed()
    ways[0] = "eth0"
    assert network.changed()
    assert not network.changed()


def test_way_out_of_this_machine_when_it_is_looked_at_then_it_stays_the_same_and_nothing_is_sent() -> None:
    assert default_way_out() == default_way_out()
