"""The key of the secrets asked for in the window, where the computer has no keyring (CON-10)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from app.bootstrap import Keys
from app.domain.connections import ProviderKind
from app.providers.secrets import SecretState, SecretStore
from app.services.secrets import Need
from app.ui.connect.state import Page
from app.ui.connect.unlocking import KeyDialog
from tests.ui.connect.desk import JANE, Desk, InLoop, desk

WORD = "correct horse battery"


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a desktop without one: no bus to ask."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    monkeypatch.delenv("AFTALE_PASSPHRASE", raising=False)
    monkeypatch.setattr("app.providers.secrets.trusted_backend", lambda: None)


async def dialog_of(d: Desk, need: Need) -> KeyDialog:
    def found() -> KeyDialog | None:
        shown = [each for each in QApplication.topLevelWidgets() if isinstance(each, KeyDialog) and each.isVisible()]
        return next((each for each in shown if each.need is need), None)

    await d.until(lambda: found() is not None)
    dialog = found()
    assert dialog is not None
    return dialog


def write(dialog: KeyDialog, word: str, again: str | None = None) -> None:
    dialog.field.edit.setText(word)
    dialog.again.edit.setText(word if again is None else again)
    dialog.button("open").click()


@pytest.mark.shows("CON-10")
def test_sign_in_when_there_is_no_keyring_asks_for_a_passphrase_and_goes_on(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        keys = Keys(tmp_path, None)
        async with desk(tmp_path, keys=keys) as d:
            await d.open(ProviderKind.GOOGLE)
            d.press("Continue to Google")
            dialog = await dialog_of(d, Need.NEW)
            write(dialog, "short")
            assert dialog.isVisible(), "a short passphrase is not taken"
            write(dialog, WORD, "something else")
            assert dialog.isVisible(), "two different ones are not taken"
            write(dialog, WORD)
            await d.until(lambda: d.opened)
            d.google.answer.set_result(JANE)
            await d.reach(Page.CONFIRM)
            assert not d.workspace.secrets.locked

    in_loop(main)


@pytest.mark.shows("CON-10")
def test_passphrase_when_it_is_wrong_is_asked_for_again_and_the_right_one_opens_what_was_kept(
    in_loop: InLoop, tmp_path: Path
) -> None:
    async def main() -> None:
        first = Keys(tmp_path, None)
        async with desk(tmp_path, keys=first) as d:
            assert await d.workspace.key_needed() is Need.NEW
            assert await d.workspace.open_secrets(WORD)
            await d.workspace.secrets.keep("account:1", b"refresh token")
        async with desk(tmp_path, keys=Keys(tmp_path, None), local=False) as d:
            assert await d.workspace.key_needed() is Need.PASSPHRASE
            await d.open(ProviderKind.GOOGLE)
            d.press("Continue to Google")
            write(await dialog_of(d, Need.PASSPHRASE), "not this one")
            await d.until(lambda: "That is not the passphrase. Try again." in _said())
            write(await dialog_of(d, Need.PASSPHRASE), WORD)
            await d.until(lambda: d.opened)
            d.google.answer.set_result(JANE)
            await d.reach(Page.CONFIRM)
            assert await d.workspace.secrets.read("account:1") == b"refresh token"

    in_loop(main)


@pytest.mark.shows("CON-10")
def test_passphrase_when_it_is_left_for_later_keeps_nothing_and_says_why(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, keys=Keys(tmp_path, None)) as d:
            await d.open(ProviderKind.GOOGLE)
            d.press("Continue to Google")
            (await dialog_of(d, Need.NEW)).reject()
            # Once before the page of the browser, once before it would be opened.
            (await dialog_of(d, Need.NEW)).reject()
            await d.reach(Page.FAILED)
            assert "Aftale cannot keep secrets now" in d.texts()
            assert await d.nothing_kept()

    in_loop(main)


@pytest.mark.shows("CON-10")
def test_keyring_when_it_is_locked_is_told_from_none(tmp_path: Path) -> None:
    keys = Keys(tmp_path, None)
    store = SecretStore(SecretState.KEYRING, bytes(32))
    (tmp_path / "key.proof").write_bytes(store.proof)
    assert keys.need() is Need.KEYRING
    assert not keys.try_open(bytes(16))


def _said() -> list[str]:
    found: list[Any] = [each for each in QApplication.topLevelWidgets() if isinstance(each, KeyDialog) and each.isVisible()]
    return [each.field.edit.accessibleDescription() for each in found]
