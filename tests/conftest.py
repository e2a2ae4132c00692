"""The house rules of the tests: what every test gets, what it must not do, and which ones run.

A test fails when it leaves a log record at WARNING or above, a warning of Qt (pytest-qt, ``qt_log_level_fail``) or of Python,
or an attempt to reach anything beyond this computer. Records that belong to what is tested are announced with
``@pytest.mark.logs("regex")``, and each must come. ``slow`` rows run with ``--full``; ``root`` rows need root and are named
at the end where there is none; nothing else is left out: a missing tool is a failure that says how to install it.
``--requirements`` lists which test shows which requirement.
"""

from __future__ import annotations

import gc
import ipaddress
import logging
import os
import re
import shutil
import socket
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# Before Qt or a keyring is imported anywhere: no window, notice or secret of the tests reaches the desktop of whoever runs
# them. Tests that need a screen, a bus or a keyring start their own.
for _name in ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "AFTALE_PASSPHRASE"):
    os.environ.pop(_name, None)
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")

# Deadlines would judge the machine, and a busy one draws examples slowly.
settings.register_profile("default", max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("full", settings.get_profile("default"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

TOOLS = {"browser": ("chromium",), "desktop": ("Xvfb", "dbus-daemon", "dunst")}
LONGEST_SLOW_ROW = 3600

# Highest number of each family of requirements, of the matrix (R, S) and of the speed goals (P).
FAMILIES = {
    "CON": 14, "SET": 6, "SYNC": 6, "INACT": 4, "PAGE": 5, "URL": 7, "BOOK": 9, "MAIL": 3, "CRM": 7, "TASK": 1, "PUB": 5,
    "DESK": 6, "DATA": 5, "R": 30, "S": 12, "P": 14,
}  # fmt: skip

NUMBERS = {
    f"{family}{'' if len(family) == 1 else '-'}{number}": None
    for family, highest in FAMILIES.items()
    for number in range(1, highest + 1)
}

ROOTLESS = pytest.StashKey[list[str]]()
STRAY_RECORDS: list[logging.LogRecord] = []
FAR_ADDRESSES: list[str] = []


# Options and collection


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("aftale")
    group.addoption("--full", action="store_true", help="also run the rows that need minutes")
    group.addoption(
        "--requirements", action="store_true", help="list the requirements and the tests that show them, run nothing"
    )


def needs_root_in_vain(item: pytest.Item) -> bool:
    return item.get_closest_marker("root") is not None and os.geteuid() != 0


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(LONGEST_SLOW_ROW))
    if config.getoption("--requirements"):
        return
    left_out = [item for item in items if item.get_closest_marker("slow") and not config.getoption("--full")]
    rootless = [item for item in items if item not in left_out and needs_root_in_vain(item)]
    config.stash[ROOTLESS] = [item.nodeid for item in rootless]
    if left_out or rootless:
        config.hook.pytest_deselected(items=[*left_out, *rootless])
        items[:] = [item for item in items if item not in left_out and item not in rootless]


def shown(item: pytest.Item) -> list[str]:
    """The numbers of the requirements that a test shows; an unknown one is an error."""
    numbers = [number for marker in item.iter_markers("shows") for number in marker.args]
    for number in numbers:
        if number not in NUMBERS:
            raise pytest.UsageError(f"{item.nodeid} shows {number!r}, which is no requirement")
    return numbers


def pytest_collection_finish(session: pytest.Session) -> None:
    for item in session.items:
        shown(item)
    # What was imported lives as long as the run: the collections below need not look at it.
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    return True if session.config.getoption("--requirements") else None


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker has ended: what it left out is told by the one that sums up. All workers collect the same."""
    node.config.stash[ROOTLESS] = getattr(node, "workeroutput", {}).get("rootless", [])


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["rootless"] = session.config.stash.get(ROOTLESS, [])
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and reporter.stats.get("skipped") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.getoption("--requirements"):
        write_requirements(terminalreporter)
        return
    for report in terminalreporter.stats.get("skipped", []):
        terminalreporter.write_line(f"skipped, which counts as a failure: {report.nodeid}: {report.longrepr}", red=True)
    for name in config.stash.get(ROOTLESS, []):
        terminalreporter.write_line(f"not run, needs root: {name}", yellow=True)


def write_requirements(terminalreporter: pytest.TerminalReporter) -> None:
    tests: defaultdict[str, list[str]] = defaultdict(list)
    for item in terminalreporter._session.items:
        for number in shown(item):
            tests[number].append(item.nodeid.partition("[")[0])
    for number in NUMBERS:
        names = sorted(set(tests[number]))
        terminalreporter.write_line(f"{number}: {len(names)} tests" if names else f"{number}: none")
        for name in names:
            terminalreporter.write_line(f"    {name}")


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, tools in TOOLS.items():
        missing = [tool for tool in tools if item.get_closest_marker(marker) and not shutil.which(tool)]
        if missing:
            pytest.fail(f"{', '.join(missing)} missing: sh tests/setup.sh installs what the tests need", pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Cycles are ended between tests, in this thread. Python would do it in whichever thread allocates next, and Qt does not
    survive that its objects end outside their own."""
    gc.disable()
    done = yield
    if "qapp" in getattr(item, "fixturenames", ()) or gc.get_count()[0] > 100_000:
        gc.collect()
    return done


# What no test may do


class Stray(logging.Handler):
    """Keeps every record that would have worried somebody."""

    def emit(self, record: logging.LogRecord) -> None:
        STRAY_RECORDS.append(record)


STRAY = Stray(logging.WARNING)


def told(record: logging.LogRecord) -> str:
    return f"{record.levelname} {record.name}: {record.getMessage()}"


@pytest.fixture(autouse=True)
def quiet(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails the test that left a record nobody announced, or lacks one that it announced."""
    root = logging.getLogger()
    STRAY_RECORDS.clear()
    root.addHandler(STRAY)
    yield
    root.removeHandler(STRAY)
    records = list(STRAY_RECORDS)
    patterns = [pattern for marker in request.node.iter_markers("logs") for pattern in marker.args]
    for pattern in patterns:
        if not any(re.search(pattern, told(record)) for record in records):
            pytest.fail(f"no record like {pattern!r} was logged", pytrace=False)
    stray = [record for record in records if not any(re.search(pattern, told(record)) for pattern in patterns)]
    if stray:
        with_traceback = logging.Formatter("%(levelname)s %(name)s: %(message)s")
        pytest.fail("unexpected in the log:\n" + "\n".join(map(with_traceback.format, stray)), pytrace=False)


@pytest.fixture(autouse=True)
def near() -> Iterator[None]:
    """Fails the test that tried to reach anything beyond this computer, even if the code swallowed the refusal."""
    FAR_ADDRESSES.clear()
    yield
    if FAR_ADDRESSES:
        pytest.fail(f"reached for {', '.join(FAR_ADDRESSES)}: tests stay on this computer", pytrace=False)


def is_near(host: object) -> bool:
    text = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    if text == "localhost" or text.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return text == socket.gethostname()
    return address.is_loopback or address.is_unspecified or is_own(address)


def is_own(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether it is one of this computer's own addresses: only those can be listened on."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((str(address), 0))
        except OSError:
            return False
    return True


def refuse_far(host: object) -> None:
    if not is_near(host):
        FAR_ADDRESSES.append(str(host))
        raise ConnectionRefusedError(f"{host} is not this computer")


def near_only(real: Callable[..., Any]) -> Callable[..., Any]:
    """The method of a socket, for addresses of this computer."""

    def connect(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            refuse_far(address[0])
        return real(self, address)

    return connect


def near_getaddrinfo(host: Any, *rest: Any, _real: Callable[..., Any] = socket.getaddrinfo, **named: Any) -> Any:
    refuse_far(host)
    return _real(host, *rest, **named)


socket.socket.connect = near_only(socket.socket.connect)
socket.socket.connect_ex = near_only(socket.socket.connect_ex)
socket.getaddrinfo = near_getaddrinfo


# What every test may use


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The program runs on asyncio alone."""
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Settings, data and caches of this run lie in a folder of its own."""
    home = tmp_path_factory.mktemp("home")
    patch = pytest.MonkeyPatch()
    for variable, folder in (("CONFIG", "config"), ("DATA", "data"), ("STATE", "state"), ("CACHE", "cache")):
        patch.setenv(f"XDG_{variable}_HOME", str(home / folder))
    yield home
    patch.undo()


@pytest.fixture
def workspace_folder(tmp_path: Path) -> Path:
    """An empty folder, as private as the program wants it, for the state of one user."""
    folder = tmp_path / "workspace"
    folder.mkdir(mode=0o700)
    return folder
