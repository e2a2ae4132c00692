"""The head of each page of the preview: who invites, and to what."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.domain.pages import Picture
from app.ui.pages.sections.look import Thumb
from app.ui.widgets import Avatar, Label, column, row


class HostAvatar(Avatar):
    """The owner's initials in the page's colour."""

    def show_host(self, name: str, colour: str) -> None:
        self._colour = colour
        self.set_name(name)


class HostHead(QWidget):
    """Avatar, a small line and a title."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._avatar = HostAvatar("", 40, "fjord")
        self._thumb = Thumb()
        self._thumb.hide()
        self._small = Label("", "caption_regular", "muted")
        self._title = Label("", "heading", wrap=True)
        words = column()
        words.addWidget(self._small)
        words.addWidget(self._title)
        line = row(gap=12, on=self)
        line.addWidget(self._avatar, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self._thumb, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)

    def show_picture(self, body: bytes, kind: Picture) -> None:
        """The photo or logo in place of the initials, if there is one."""
        self._thumb.show_picture(body, kind)
        self._avatar.setVisible(self._thumb.isHidden())

    def show_head(self, name: str, title: str, small: str = "", *, colour: str = "fjord") -> None:
        """``small`` stands in place of the name."""
        self._avatar.show_host(name, colour)
        self._small.setText(small or name)
        self._title.setText(title)
