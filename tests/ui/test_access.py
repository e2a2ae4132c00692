"""Every window can be read aloud, used without a mouse, hit, and read, in both languages and at the largest text."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget

from app import i18n
from app.ui import theme
from tests.ui.access import findings
from tests.ui.every_window import everything, settle

WINDOWS = everything()
LOOKS = (("en", 100), ("en", 130), ("da", 100), ("da", 130))
TABBED = (("en", 100), ("da", 130))
"""Both languages and both sizes in half of the time. In these Tab is pressed through the window: its order hangs on how things
stand, not on their words."""


@pytest.fixture(autouse=True)
def as_before(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What opens stands open at once."""
    monkeypatch.setattr(theme, "duration", lambda _milliseconds: 0)
    yield
    i18n.use("en")
    theme.active().apply("light", 100)


def put_away(seen: QWidget) -> None:
    """Ends the window, and the one that it was opened from."""
    window = seen.window()
    parent = window.parentWidget()
    for each in (window, parent.window() if parent is not None else None):
        if each is not None:
            each.hide()
            each.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.mark.shows("DESK-5")
@pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing)", extend=True)
@pytest.mark.parametrize("name", WINDOWS)
def test_a_window_when_walked_in_both_languages_and_large_text_leaves_nobody_out(name: str) -> None:
    found: list[str] = []
    # The connect dialog has some sixty states of the same few forms: half of the looks see them all.
    for language, size in TABBED if name.startswith("connect-") else LOOKS:
        i18n.use(language)
        theme.active().apply("light", size)
        seen = WINDOWS[name]()
        found += [f"{language} {size}: {each}" for each in findings(seen, tab=(language, size) in TABBED)]
        put_away(seen)
    assert not found, "\n".join(found)


LASTING = ("meetings", "pages", "editor", "settings", "least-meetings", "least-pages", "least-editor", "least-settings")
"""Windows that stand there while their owner changes language or text size."""


@pytest.mark.shows("DESK-5")
@pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing)", extend=True)
@pytest.mark.parametrize("name", [name for name in WINDOWS if name.startswith(LASTING) and name != "settings-letter"])
def test_a_window_when_language_and_text_size_change_under_it_leaves_nobody_out(name: str) -> None:
    i18n.use("en")
    theme.active().apply("light", 100)
    seen = WINDOWS[name]()
    i18n.use("da")
    theme.active().apply("dark", 130)
    theme.retranslate_all()
    settle()
    found = findings(seen, tab=False)
    put_away(seen)
    assert not found, "\n".join(found)
