"""What holds other things: cards, banners, empty states, scroll areas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QColor, QEnterEvent, QPaintEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QScrollBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.ui import theme
from app.ui.widgets.badges import Badge
from app.ui.widgets.base import Sized, draw_rounded, painter_for, tell_role, with_alpha
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.icons import draw_icon
from app.ui.widgets.layouts import clear, column, row
from app.ui.widgets.speaking import tell
from app.ui.widgets.text import Label

BannerKind = Literal["amber", "danger", "accent", "success", "neutral"]
_BANNER_ICONS = {
    "amber": "calendar_inactive",
    "danger": "status_error",
    "accent": "offline_mode",
    "success": "status_ok",
    "neutral": "paused",
}

tell_role("Card", QAccessible.Role.Grouping)
tell_role("Banner", QAccessible.Role.AlertMessage)


class Card(QFrame):
    """A flat surface with a hairline. ``heading`` shows a title line, with a count and one ghost link at the right if wanted.

    Things go into ``body``. ``link_requested`` follows a press on the link.
    """

    link_requested = Signal()

    def __init__(
        self,
        heading: str = "",
        *,
        padding: int = 16,
        gap: int = 0,
        link: str = "",
        head_gap: int = 12,
        dashed: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._dashed, self._head_gap = dashed, head_gap
        self._padding = (padding, padding, padding, padding)
        self._outer = column(margins=self._padding, on=self)
        self._head: QHBoxLayout | None = None
        self._title: Label | None = None
        self._count: Badge | None = None
        self._link: Button | None = None
        self.body: QVBoxLayout = column(gap=gap)
        self._outer.addLayout(self.body)
        if heading:
            self.set_heading(heading, link=link)

    def set_heading(self, heading: str, *, count: int = 0, link: str = "", note: str = "") -> None:
        """Shows or changes the title line. ``note`` stands muted beside the title."""
        if self._head is None:
            self._make_head()
        assert self._title is not None
        assert self._count is not None
        assert self._link is not None
        self._title.setText(heading)
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self._count.setVisible(count > 0)
        self._count.set_text(str(count))
        self._link.setVisible(bool(link))
        self._link.setText(link)
        self.setAccessibleName(heading)
        self._fit_head()

    def _make_head(self) -> None:
        self._head = row(gap=8)
        self._title = Label("", "sub")
        self._title.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._note = Label("", "small", "muted")
        self._count = Badge("", "accent", size=20)
        self._link = Button("", "ghost", "small", flush=True)
        self._link.clicked.connect(self.link_requested)
        for widget in (self._title, self._note, self._count):
            self._head.addWidget(widget)
        self._head.addStretch(1)
        self._head.addWidget(self._link)
        self._outer.insertLayout(0, self._head)
        self._outer.insertSpacing(1, self._head_gap)

    def set_padding(self, left: int, top: int, right: int, bottom: int) -> None:
        """In pixels. A link at the heading takes its room from the air around it."""
        self._padding = (left, top, right, bottom)
        self._fit_head()

    def _fit_head(self) -> None:
        """A link at the heading is a target of 32, which takes its room from the air above and below the heading."""
        left, top, right, bottom = self._padding
        over = 0
        if self._link is not None and not self._link.isHidden():
            over = max(0, self._link.sizeHint().height() - theme.line("sub"))
        above, below = min(top, over // 2), min(self._head_gap, over - over // 2)
        self._outer.setContentsMargins(left, top - above, right, bottom)
        item = self._outer.itemAt(1) if self._head is not None else None
        gap = item.spacerItem() if item is not None else None
        if gap is not None:
            gap.changeSize(0, self._head_gap - below, QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
            self._outer.invalidate()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_head()

    def paintEvent(self, event: QPaintEvent) -> None:
        c = theme.colours()
        if self._dashed:
            draw_rounded(painter_for(self), self.rect(), 12, None, c.border_strong, dashed=True)
        else:
            draw_rounded(painter_for(self), self.rect(), 12, c.surface, c.border)


class Well(QFrame):
    """A sunken strip, for addresses and the like."""

    def __init__(self, *, padding: int = 12, gap: int = 8, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.body: QHBoxLayout = row(gap=gap, margins=(padding, 0, 6, 0), on=self)

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_rounded(painter_for(self), self.rect(), 8, theme.colours().sunken)


Action = tuple[str, str, Kind]
"""Id, words and kind of a banner's button."""


class Banner(Sized, QWidget):
    """Says the consequence, the facts and the fix. ``action_requested`` carries the id of the pressed button."""

    action_requested = Signal(str)

    def __init__(
        self,
        kind: BannerKind = "amber",
        title: str = "",
        text: str = "",
        actions: Sequence[Action] = (),
        *,
        icon: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._kind, self._icon = kind, icon
        self._title = Label("", "sub", wrap=True)
        self._text = Label("", "small", "muted", wrap=True)
        self._buttons: dict[str, Button] = {}
        self._line = row(gap=8)
        words = column()
        words.addWidget(self._title)
        words.addSpacing(2)
        words.addWidget(self._text)
        self._space = QWidget()
        self._space.setFixedHeight(12)
        words.addWidget(self._space)
        words.addLayout(self._line)
        outer = row(margins=(16 + 24 + 12, 16, 16, 16), on=self)
        outer.addLayout(words, 1)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.show_words(title, text, actions)

    def show_words(self, title: str, text: str = "", actions: Sequence[Action] = ()) -> None:
        """Replaces words and buttons; screen readers hear of it where the title is new."""
        new = title != self._title.text()
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        if new and self.isVisible():
            tell(self, QAccessible.Event.Alert)
        clear(self._line)
        self._buttons = {}
        for action, words, kind in actions:
            button = Button(words, kind, "small")
            button.clicked.connect(lambda _checked=False, action=action: self.action_requested.emit(action))
            self._line.addWidget(button)
            self._buttons[action] = button
        self._line.addStretch(1)
        self._space.setVisible(bool(actions))

    def button(self, action: str) -> Button:
        return self._buttons[action]

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            tell(self, QAccessible.Event.Alert)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        fill, line, sign = banner_colours(self._kind)
        draw_rounded(painter, self.rect(), 12, fill, line)
        draw_icon(painter, self._icon or _BANNER_ICONS[self._kind], QRect(16, 15, 24, 24), sign)


def banner_colours(kind: BannerKind) -> tuple[QColor, QColor, QColor]:
    """Fill, outline and icon."""
    c = theme.colours()
    return {
        "amber": (c.amber_soft, c.amber_line, c.amber),
        "danger": (c.danger_soft, c.danger_line, c.danger),
        "accent": (c.accent_soft, c.accent_line, c.accent),
        "success": (c.success_soft, c.success_line, c.success),
        "neutral": (c.surface, c.border, c.text_muted),
    }[kind]


class ScrollBar(QScrollBar):
    """Six pixels wide, twelve under the mouse."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._wide = False
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, False)

    def sizeHint(self) -> QSize:
        return QSize(12, 48)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._wide = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._wide = False
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        span = self.maximum() - self.minimum() + self.pageStep()
        if span <= self.pageStep() or span <= 0:
            return
        long = max(32.0, self.height() * self.pageStep() / span)
        room = self.height() - long
        top = room * (self.value() - self.minimum()) / max(1, self.maximum() - self.minimum())
        wide = self._wide or self.isSliderDown()
        thick = 10 if wide else 6
        colour = with_alpha(theme.colours().border_strong, 0.8 if self.isSliderDown() else 0.55)
        draw_rounded(painter_for(self), QRectF(self.width() - thick - 2, top + 2, thick, long - 4), thick / 2, colour)


def style_scroll_bars(area: QAbstractScrollArea) -> None:
    """Gives ``area`` the kit's vertical scroll bar, which lies over the content at the right and takes no room from it."""
    area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    # A bar of our own, because asking Qt for one that it made costs 20 ms once: PySide then looks through all its classes.
    inner = QScrollBar(Qt.Orientation.Vertical)
    area.setVerticalScrollBar(inner)
    _OverlayBar(area, inner)


class _OverlayBar(ScrollBar):
    """Follows the area's own bar, which is hidden."""

    def __init__(self, area: QAbstractScrollArea, inner: QScrollBar) -> None:
        super().__init__(area)
        self._area, self._inner = area, inner
        self._inner.rangeChanged.connect(self._follow)
        self._inner.valueChanged.connect(self.setValue)
        self.valueChanged.connect(self._inner.setValue)
        area.installEventFilter(self)
        self._follow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._follow()
        return False

    def _follow(self) -> None:
        inner = self._inner
        self.setRange(inner.minimum(), inner.maximum())
        self.setPageStep(inner.pageStep())
        self.setSingleStep(inner.singleStep())
        self.setValue(inner.value())
        self.setGeometry(self._area.width() - 12, 0, 12, self._area.height())
        self.setVisible(inner.maximum() > inner.minimum())
        self.raise_()


class ScrollArea(QScrollArea):
    """Scrolls ``content`` up and down; beneath it shows what lies beneath the area."""

    def __init__(self, content: QWidget, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # Ours, for the same reason as the scroll bar.
        self._port = QWidget()
        self.setViewport(self._port)
        self._port.setAutoFillBackground(False)
        self.setWidget(content)
        content.setAutoFillBackground(False)
        style_scroll_bars(self)
