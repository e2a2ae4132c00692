"""The secret store with a real Secret Service (gnome-keyring on a bus of its own), without one, and with a passphrase."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import keyring
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backend import KeyringBackend

from app.providers import secrets as secrets_module
from app.providers.secrets import SecretState, SecretStore, SecretUnreadable, derive, trusted_backend, within

SALT = b"0123456789abcdef"
ROOT = Path(__file__).resolve().parents[2]
NO_ENVIRONMENT: dict[str, str] = {}

# Run in a process of its own, inside or outside of a session with a bus.
UNLOCK = """
import json, sys
from app.providers.secrets import SecretStore, SecretUnreadable
workspace, proof, sealed = sys.argv[1], bytes.fromhex(sys.argv[2]), bytes.fromhex(sys.argv[3])
store = SecretStore.unlock(workspace, b"0123456789abcdef", proof)
try:
    opened = store.open(sealed, "account:1").decode() if sealed else ""
except SecretUnreadable as error:
    opened = error.reason
made = store.seal_or_none(b"refresh token", "account:1")
print(json.dumps({"state": store.state, "renewed": store.renewed, "proof": store.proof.hex(), "opened": opened,
                  "sealed": made.hex() if made else ""}))
"""
KEYRING = {
    "unlocked": "printf 'login' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1 && exec \"$@\"",
    "locked": 'gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1; exec "$@"',
}


def unlock(
    home: Path, session: str, workspace: str = "w1", proof: str = "", sealed: str = "", **more: str
) -> dict[str, object]:
    """What another process gets. ``session``: ``unlocked``, ``locked`` or ``none``."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHON_KEYRING_BACKEND"}
    environment |= {"HOME": str(home), "XDG_RUNTIME_DIR": str(home), "XDG_DATA_HOME": str(home / "data"), **more}
    command = [sys.executable, "-W", "error", "-c", UNLOCK, workspace, proof, sealed]
    if session != "none":
        command = ["dbus-run-session", "--", "sh", "-c", KEYRING[session], "sh", *command]
    ran = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=50, check=False)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, object] = json.loads(ran.stdout)
    return found


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home, and a place for sockets, of nobody but this test."""
    (tmp_path / "data" / "keyrings").mkdir(parents=True)
    tmp_path.chmod(0o700)
    return tmp_path


@pytest.mark.desktop
@pytest.mark.shows("CON-10")
def test_store_when_the_keyring_is_open_then_its_key_lies_there_and_is_found_again(home: Path) -> None:
    first = unlock(home, "unlocked")
    assert (first["state"], first["renewed"]) == ("keyring", False)
    again = unlock(home, "unlocked", proof=str(first["proof"]), sealed=str(first["sealed"]))
    assert (again["state"], again["renewed"], again["opened"]) == ("keyring", False, "refresh token")
    other = unlock(home, "unlocked", workspace="w2", sealed=str(first["sealed"]))
    assert (other["state"], other["opened"]) == ("keyring", "damaged")
    written = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert b"refresh token" not in written


@pytest.mark.desktop
@pytest.mark.shows("CON-10")
def test_store_when_the_keyring_lost_the_key_then_a_new_one_is_made_and_told(home: Path) -> None:
    first = unlock(home, "unlocked")
    for kept in (home / "data" / "keyrings").iterdir():
        kept.unlink()
    again = unlock(home, "unlocked", proof=str(first["proof"]), sealed=str(first["sealed"]))
    assert (again["state"], again["renewed"], again["opened"]) == ("keyring", True, "damaged")


@pytest.mark.desktop
@pytest.mark.shows("CON-10")
def test_store_when_the_keyring_is_locked_and_nobody_opens_it_then_a_passphrase_does(home: Path) -> None:
    first = unlock(home, "unlocked")
    began = time.monotonic()
    locked = unlock(home, "locked", proof=str(first["proof"]), sealed=str(first["sealed"]))
    assert time.monotonic() - began < 20
    assert (locked["state"], locked["opened"], locked["sealed"]) == ("locked", "locked", "")
    with_word = unlock(home, "locked", workspace="w3", AFTALE_PASSPHRASE="correct horse")
    assert with_word["state"] == "passphrase"


@pytest.mark.shows("CON-10")
def test_store_when_there_is_no_bus_then_it_is_locked_until_there_is_a_passphrase(home: Path) -> None:
    assert unlock(home, "none")["state"] == "locked"
    first = unlock(home, "none", AFTALE_PASSPHRASE="correct horse")
    assert first["state"] == "passphrase"
    proof, sealed = str(first["proof"]), str(first["sealed"])
    assert unlock(home, "none", proof=proof, sealed=sealed, AFTALE_PASSPHRASE="correct horse")["opened"] == "refresh token"
    wrong = unlock(home, "none", proof=proof, sealed=sealed, AFTALE_PASSPHRASE="wrong")
    assert (wrong["state"], wrong["opened"]) == ("locked", "locked")


def test_store_when_it_asks_for_the_passphrase_then_it_does_so_until_it_is_right_or_given_up() -> None:
    first = SecretStore.unlock("w", SALT, ask=lambda again: "correct horse", environment=NO_ENVIRONMENT)
    assert first.state is SecretState.PASSPHRASE
    answers, asked = iter(["wrong", "correct horse"]), []

    def ask(again: bool) -> str | None:
        asked.append(again)
        return next(answers)

    store = SecretStore.unlock("w", SALT, first.proof, ask, NO_ENVIRONMENT)
    assert store.open(first.seal(b"x", "c"), "c") == b"x"
    assert asked == [False, True]
    given_up = SecretStore.unlock("w", SALT, first.proof, lambda again: None, NO_ENVIRONMENT)
    assert given_up.state is SecretState.LOCKED


def test_store_when_the_environment_has_a_wrong_passphrase_then_the_person_is_asked() -> None:
    first = SecretStore.unlock("w", SALT, environment={"AFTALE_PASSPHRASE": "right"})
    asked: list[bool] = []
    store = SecretStore.unlock(
        "w", SALT, first.proof, lambda again: asked.append(again) or "right", {"AFTALE_PASSPHRASE": "no"}
    )
    assert store.state is SecretState.PASSPHRASE
    assert asked == [True]


def test_store_when_it_is_locked_then_it_neither_seals_nor_opens() -> None:
    store = SecretStore.unlock("w", SALT, environment=NO_ENVIRONMENT)
    assert (store.state, store.proof, store.seal_or_none(b"x", "c")) == (SecretState.LOCKED, b"", None)
    for call in (lambda: store.seal(b"x", "c"), lambda: store.open(b"\x01" + bytes(40), "c")):
        with pytest.raises(SecretUnreadable) as refused:
            call()
        assert refused.value.reason == "locked"


KEY = SecretStore(SecretState.KEYRING, bytes(range(32)))


@pytest.mark.shows("CON-10")
@given(st.binary(max_size=8000), st.text(st.characters(exclude_categories=["Cs"])), st.data())
def test_sealed_when_a_bit_or_the_context_is_another_then_it_does_not_open(
    plain: bytes, context: str, data: st.DataObject
) -> None:
    sealed = KEY.seal(plain, context)
    assert KEY.open(sealed, context) == plain
    assert KEY.seal(plain, context) != sealed
    changed = bytearray(sealed)
    changed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    for text, place in ((bytes(changed), context), (sealed, context + "x"), (sealed[: data.draw(st.integers(0, 28))], context)):
        with pytest.raises(SecretUnreadable) as refused:
            KEY.open(text, place)
        assert refused.value.reason == "damaged"


def test_store_when_it_is_shown_then_the_key_is_not() -> None:
    assert repr(KEY) == "SecretStore(keyring)"


def test_passphrase_when_it_is_typed_in_another_form_then_the_key_is_the_same() -> None:
    assert derive("blåbærgrød", SALT) == derive("bla\u030abærgrød", SALT)
    assert derive("a", SALT) != derive("b", SALT)
    assert derive("a", SALT) != derive("a", b"another salt of us")
    assert len(derive("a", SALT)) == 32


class InMemory(KeyringBackend):
    """A keyring that behaves as its test wants it to."""

    priority: ClassVar[float] = 1

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.forgetful, self.gate = False, threading.Event()
        self.gate.set()

    def get_password(self, service: str, username: str) -> str | None:
        self.gate.wait(30)
        return None if self.forgetful else self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemory]:
    """That keyring as the one of the operating system."""
    found, before = InMemory(), keyring.get_keyring()
    monkeypatch.setattr(secrets_module, "TRUSTED", {InMemory.__module__})
    keyring.set_keyring(found)
    yield found
    found.gate.set()
    keyring.set_keyring(before)


def test_store_when_the_keyring_hangs_then_it_is_given_up_after_the_limit(backend: InMemory) -> None:
    backend.gate.clear()
    began = time.monotonic()
    store = SecretStore.unlock("w", SALT, environment={"AFTALE_PASSPHRASE": "x"}, patience=0.2)
    assert store.state is SecretState.PASSPHRASE
    assert time.monotonic() - began < 10


def test_store_when_the_keyring_forgets_what_it_is_given_then_it_is_not_trusted(backend: InMemory) -> None:
    backend.forgetful = True
    assert SecretStore.unlock("w", SALT, environment=NO_ENVIRONMENT).state is SecretState.LOCKED


def test_store_when_the_keyring_works_then_nothing_but_the_key_stays_there(backend: InMemory) -> None:
    store = SecretStore.unlock("w", SALT, environment=NO_ENVIRONMENT)
    assert store.state is SecretState.KEYRING
    assert list(backend.kept) == [("aftale", "w")]
    assert len(backend.kept["aftale", "w"]) == 44


def test_store_when_the_workspace_has_a_passphrase_then_a_keyring_does_not_take_over(backend: InMemory) -> None:
    first = SecretStore(SecretState.PASSPHRASE, derive("right", SALT))
    store = SecretStore.unlock("w", SALT, first.proof, environment={"AFTALE_PASSPHRASE": "right"})
    assert store.state is SecretState.PASSPHRASE
    assert backend.kept == {}


def test_keyring_when_it_is_no_operating_systems_then_it_is_not_used() -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(InMemory())
    try:
        assert trusted_backend() is None
        assert SecretStore.unlock("w", SALT, environment=NO_ENVIRONMENT).state is SecretState.LOCKED
    finally:
        keyring.set_keyring(before)


def test_within_when_the_work_fails_then_there_is_no_result() -> None:
    assert within(5, lambda: 1 // 0) is None
