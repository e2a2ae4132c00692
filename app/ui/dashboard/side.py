"""The side column: what visitors did, the owner's pages, the first steps."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.i18n import _, ngettext
from app.ui import theme
from app.ui.dashboard.attempts import AttemptRow
from app.ui.dashboard.state import PageRow, Step
from app.ui.widgets import Button, Card, ColourDot, IconButton, Label, clear, column, row
from app.ui.widgets.base import painter_for
from app.ui.widgets.icons import draw_icon

_SHOWN = 4
_PAGES_SHOWN = 6


class _Sign(QWidget):
    """The icon at the left of a row, level with its first line."""

    def __init__(self, icon: str, tone: str, size: int = 18) -> None:
        super().__init__()
        self._icon, self._tone, self._size = icon, tone, size
        self.setFixedWidth(size)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def paintEvent(self, event: QPaintEvent) -> None:
        c = theme.colours()
        colour = {"danger": c.danger, "accent": c.accent, "success": c.success}.get(self._tone, c.text_muted)
        place = QRectF(0, (theme.line("label") - self._size) / 2, self._size, self._size)
        if self._icon:
            draw_icon(painter_for(self), self._icon, place.toRect(), colour)
        else:
            painter = painter_for(self)
            painter.setPen(QPen(c.border_strong, 1.5))
            painter.drawEllipse(place.adjusted(1.25, 1.25, -1.25, -1.25))


class AttemptLine(QWidget):
    """One entry of *Booking attempts*."""

    write_requested = Signal(str)
    dismiss_requested = Signal(str)

    def __init__(self, state: AttemptRow) -> None:
        super().__init__()
        self.state = state
        self.setAccessibleName(f"{state.title}. {state.text}")
        line = row(gap=12, on=self)
        line.addWidget(_Sign(state.icon, state.tone))
        words = column()
        words.addWidget(Label(state.title, "label"))
        words.addWidget(Label(state.text, "caption_regular", "muted", wrap=True))
        if state.quote:
            words.addWidget(Label(_("“{text}”").format(text=state.quote), "caption_regular", wrap=True))
        if state.write:
            write = Button(state.write, "ghost", "small", flush=True)
            write.setObjectName(f"write {state.id}")
            write.clicked.connect(lambda: self.write_requested.emit(state.id))
            words.addWidget(write, 0, Qt.AlignmentFlag.AlignLeft)
        line.addLayout(words, 1)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        from app.ui.widgets import MenuPopup

        menu = MenuPopup(self, name=self.state.title)
        if self.state.write:
            menu.add(self.state.write, lambda: self.write_requested.emit(self.state.id), icon="email")
        menu.add(_("Remove from the list"), lambda: self.dismiss_requested.emit(self.state.id), icon="delete")
        menu.open_at_point(self.mapTo(self.window(), event.pos()))


class MailsLine(QWidget):
    """E-mails that will be sent once there is a way to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        line = row(gap=12, on=self)
        line.addWidget(_Sign("email", "muted"))
        line.addWidget(Label(text, "caption_regular", "muted", wrap=True), 1)


class AttemptsCard(Card):
    """*Booking attempts*: the newest few, all of them on request."""

    write_requested = Signal(str)
    dismiss_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._attempts: tuple[AttemptRow, ...] = ()
        self._mails = ""
        self._all = False
        self.set_padding(16, 14, 16, 16)
        self.link_requested.connect(self._toggle)

    def show_attempts(self, attempts: tuple[AttemptRow, ...], mails: str = "") -> None:
        """``mails``: letters that wait, told beneath the list."""
        self._attempts, self._mails = attempts, mails
        self._fill()

    def _toggle(self) -> None:
        self._all = not self._all
        self._fill()

    def _fill(self) -> None:
        many = len(self._attempts)
        link = "" if many <= _SHOWN else _("Show fewer") if self._all else _("See all")
        self.set_heading(_("Booking attempts"), link=link)
        clear(self.body)
        self.body.setSpacing(12)
        if not many:
            self.body.addWidget(
                Label(
                    _("Bookings, requests and people who were turned away are listed here."),
                    "caption_regular",
                    "muted",
                    wrap=True,
                )
            )
        for attempt in self._attempts if self._all else self._attempts[:_SHOWN]:
            line = AttemptLine(attempt)
            line.write_requested.connect(self.write_requested)
            line.dismiss_requested.connect(self.dismiss_requested)
            self.body.addWidget(line)
        if self._mails:
            self.body.addWidget(MailsLine(self._mails))


class PagesCard(Card):
    """*My pages*, each with its link to copy."""

    copy_requested = Signal(str)
    manage_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(head_gap=8, parent=parent)
        self.set_padding(16, 14, 12, 12)
        self.body.setSpacing(2)
        self.link_requested.connect(self.manage_requested)

    def show_pages(self, pages: tuple[PageRow, ...]) -> None:
        """The first few; the list of pages has them all."""
        self.setVisible(bool(pages))
        self.set_heading(_("My pages"), link=_("Manage"))
        clear(self.body)
        for page in pages[:_PAGES_SHOWN]:
            line = row(gap=8)
            line.addWidget(ColourDot(page.colour))
            name = Label(page.title, "label", "text" if page.on else "muted")
            note = Label(page.note, "caption_regular", "muted")
            line.addWidget(name, 0)
            line.addWidget(note, 1)
            copy = IconButton("copy", _("Copy the link of {page}").format(page=page.title), glyph=16)
            copy.setObjectName(f"copy {page.id}")
            copy.clicked.connect(lambda _checked=False, path=page.path: self.copy_requested.emit(path))
            line.addWidget(copy)
            self.body.addLayout(line)
        rest = len(pages) - _PAGES_SHOWN
        if rest > 0:
            more = Button(ngettext("{count} more", "{count} more", rest).format(count=rest), "ghost", "small", flush=True)
            more.setObjectName("more pages")
            more.clicked.connect(self.manage_requested)
            self.body.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)


class StepsCard(Card):
    """*Getting started*."""

    step_requested = Signal(str)

    def show_steps(self, steps: tuple[Step, ...]) -> None:
        self.set_heading(_("Getting started"))
        clear(self.body)
        self.body.setSpacing(14)
        for step in steps:
            line = StepLine(step)
            line.pressed.connect(self.step_requested)
            self.body.addWidget(line)


class StepLine(QWidget):
    """One first step: done with a check, or open with what it brings."""

    pressed = Signal(str)

    def __init__(self, step: Step) -> None:
        super().__init__()
        line = row(gap=12, on=self)
        line.addWidget(_Sign("status_ok" if step.done else "", "success"))
        words = column()
        if step.action:
            title = Button(step.title, "ghost", "small", flush=True)
            title.setObjectName(f"step {step.action}")
            title.clicked.connect(lambda: self.pressed.emit(step.action))
            words.addWidget(title, 0, Qt.AlignmentFlag.AlignLeft)
        else:
            words.addWidget(Label(step.title, "label", "muted" if step.done else "text", wrap=True))
        if step.text:
            words.addWidget(Label(step.text, "caption_regular", "muted", wrap=True))
        line.addLayout(words, 1)
        state = _("{step}, done").format(step=step.title) if step.done else step.title
        self.setAccessibleName(state)
