"""F1: what the present view is for, and the keys that work in it."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QKeySequence, QPaintEvent, QShortcut
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from app.i18n import _
from app.ui import theme
from app.ui.widgets import Dialog, Label, ScrollArea, column
from app.ui.widgets.base import Sized, draw_rounded, draw_text, painter_for, text_width

SETTINGS = "settings:"


class Key(NamedTuple):
    """A key and what it does. ``keys`` as Qt writes them."""

    keys: str
    words: str


class Help(NamedTuple):
    title: str
    text: str
    keys: tuple[Key, ...]


def help_for(view: str, sections: tuple[str, ...] = ()) -> Help:
    """``view``: the key of a section, ``editor``, or ``settings:`` with a panel; ``sections``: the names in the sidebar."""
    if view.startswith(SETTINGS):
        return Help(_("Settings"), _settings_text(view.removeprefix(SETTINGS)), _settings_keys())
    if view == "editor":
        return Help(_("Scheduling page editor"), _editor_text(), (*_editor_keys(), *_window_keys(sections)))
    if view == "pages":
        return Help(_("Scheduling pages"), _pages_text(), (*_pages_keys(), *_window_keys(sections)))
    return Help(_("Meetings"), _meetings_text(), (*_meetings_keys(), *_window_keys(sections)))


def _meetings_text() -> str:
    return _(
        "Here you see whether people can book you, who waits for your answer, and what today and tomorrow hold. "
        "Whatever stops bookings stands on top, with the way to mend it."
    )


def _pages_text() -> str:
    return _("Each page offers one kind of meeting at its own address. Switch a page off, and guests read that it is paused.")


def _editor_text() -> str:
    return _("Each card shows its value and opens where it stands. At the right you see what guests will see once you save.")


def _settings_text(panel: str) -> str:
    texts = {
        "calendars": _("Which calendars say when you are busy, and where bookings go."),
        "availability": _("When people can book you at all. Each page can have hours of its own."),
        "pages": _("Your part of the address, your domains, and which page a link leads to."),
        "publishing": _("How guests reach this computer, and whether they do."),
        "notifications": _("What Aftale tells you, and how."),
        "embed": _("Your pages on a site of your own."),
        "appearance": _("How Aftale and your pages look, and in which language they speak."),
        "privacy": _("What is kept, for how long, and how to have a copy of it or to remove it."),
    }
    return " ".join(filter(None, (texts.get(panel, ""), _("Nothing changes before you press Save."))))


def _window_keys(sections: tuple[str, ...]) -> tuple[Key, ...]:
    go = tuple(Key(f"Ctrl+{number}", name) for number, name in enumerate(sections, start=1))
    return (
        *go,
        Key("Ctrl+,", _("Settings")),
        Key("Ctrl+L", _("Copy my link")),
        Key("F6", _("To the next part of the window")),
        Key("Esc", _("Close what is open, or go back")),
    )


def _meetings_keys() -> tuple[Key, ...]:
    return Key("Return", _("Open the meeting")), Key("Menu", _("What can be done with it"))


def _pages_keys() -> tuple[Key, ...]:
    return (
        Key("Ctrl+N", _("New page")),
        Key("Alt+Up", _("Move the page up")),
        Key("Alt+Down", _("Move the page down")),
    )


def _editor_keys() -> tuple[Key, ...]:
    return (
        Key("Ctrl+S", _("Save")),
        Key("Return", _("Open a block of hours, or make one")),
        Key("Left", _("Move the block by 15 minutes")),
        Key("Shift+Right", _("Move its end")),
        Key("Alt+Up", _("Move the question up")),
    )


def _settings_keys() -> tuple[Key, ...]:
    return (
        Key("Ctrl+F", _("Find a setting")),
        Key("Ctrl+S", _("Save")),
        Key("F6", _("To the next part of the window")),
        Key("Esc", _("Close")),
    )


class HelpDialog(Dialog):
    """Reads as one page, and closes with Esc or F1."""

    def __init__(self, parent: QWidget, help_: Help) -> None:
        super().__init__(parent, _("Help"), width=480, heading=help_.title)
        self.body.addWidget(Label(help_.text, "body", "muted", wrap=True))
        self.body.addSpacing(4)
        self.body.addWidget(Label(_("Keys"), "sub"))
        inner = QWidget()
        grid = QGridLayout(inner)
        grid.setContentsMargins(0, 0, 12, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for line, key in enumerate(help_.keys):
            grid.addWidget(KeyCap(key.keys), line, 0)
            grid.addWidget(Label(key.words, "body", wrap=True), line, 1)
        area = ScrollArea(inner)
        area.setMinimumHeight(min(inner.sizeHint().height(), theme.sized(280)))
        holder = column()
        holder.addWidget(area)
        self.body.addLayout(holder, 1)
        self.add_button("", _("Close"), "primary")
        QShortcut(QKeySequence("F1"), self).activated.connect(self.reject)


class KeyCap(Sized, QWidget):
    """A key as it stands on the keyboard."""

    def __init__(self, keys: str) -> None:
        super().__init__()
        self._text = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
        self.setAccessibleName(self._text)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(max(32, round(text_width(self._text, "caption")) + 16), theme.sized(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, c = painter_for(self), theme.colours()
        draw_rounded(painter, self.rect(), 6, c.sunken, c.border_button)
        draw_text(painter, QRectF(self.rect()), self._text, "caption", c.text_muted, Qt.AlignmentFlag.AlignHCenter)


def show_help(window: QWidget, view: str, sections: tuple[str, ...] = ()) -> HelpDialog:
    """Opens the help for ``view`` over ``window``, unless it is open."""
    for shown in window.findChildren(HelpDialog):
        if shown.isVisible():
            return shown
    found = HelpDialog(window, help_for(view, sections))
    found.open()
    return found
