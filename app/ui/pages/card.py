"""One scheduling page in the list."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QMouseEvent, QPaintEvent, QShortcut
from PySide6.QtWidgets import QApplication, QPushButton, QSizePolicy, QWidget

from app.i18n import _
from app.ui import theme
from app.ui.pages.state import PageAction, PageCard
from app.ui.widgets import Badge, Button, Card, ColourDot, Divider, Focusable, IconButton, Label, MenuPopup, Switch, Well, row
from app.ui.widgets.base import draw_rounded, draw_text, painter_for
from app.ui.widgets.icons import draw_icon

PADDING = 20


class Glyph(QWidget):
    """An icon beside a line of text."""

    def __init__(self, icon: str, size: int = 16, tone: str = "text_muted", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._tone = icon, tone
        self.setFixedSize(size, size)

    def show_icon(self, icon: str, tone: str = "text_muted") -> None:
        self._icon, self._tone = icon, tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_icon(painter_for(self), self._icon, QRectF(self.rect()), getattr(theme.colours(), self._tone))


class PageCardView(Card):
    """Colour, name, switch; summary; address; note and the ways to act. ``action_requested`` carries page id and PageAction.

    The mouse can take it where no control is: ``grabbed`` carries the place in the card, ``dragged`` the one on the screen,
    ``released`` whether it was let go or given up.
    """

    action_requested = Signal(str, str)
    grabbed = Signal(QPoint)
    dragged = Signal(QPoint)
    released = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(padding=PADDING, parent=parent)
        self._card: PageCard | None = None
        self._pressed: QPoint | None = None
        self._moving = self._lifted = False
        self._dot = ColourDot(size=12)
        self._name = Label("", "heading")
        self._badge = Badge("", "accent", size=20)
        self.switch = Switch()
        self._summary = Label("", "small", "muted")
        self._address = Label("", "small")
        self.copy = IconButton("copy", "", tone="accent")
        self._sign = Glyph("nav_meetings")
        self._foot_note = Label("", "caption_regular", "muted", wrap=True)
        self.edit = Button("", size="small", icon="edit")
        self.more = IconButton("more", "", outlined=True, tone="text")
        # The switch is higher than the name beside it, so that it can be hit; the name stands where it would stand alone.
        self.set_padding(PADDING, PADDING - 4, PADDING, PADDING)
        self._fill()
        self._connect()

    def _fill(self) -> None:
        head = row(gap=10)
        head.addWidget(self._dot)
        head.addWidget(self._name)
        head.addWidget(self._badge)
        head.addStretch(1)
        head.addWidget(self.switch)
        well = Well(padding=14)
        well.body.addWidget(Glyph("nav_pages"))
        well.body.addWidget(self._address, 1)
        well.body.addWidget(self.copy)
        well.setMinimumHeight(theme.sized(40))
        foot = row(gap=8)
        foot.addWidget(self._sign)
        foot.addWidget(self._foot_note, 1, Qt.AlignmentFlag.AlignVCenter)
        foot.addWidget(self.edit)
        foot.addWidget(self.more)
        self.body.addLayout(head)
        self.body.addSpacing(2)
        self.body.addWidget(self._summary)
        self.body.addSpacing(12)
        self.body.addWidget(well)
        self.body.addSpacing(14)
        self.body.addStretch(1)
        self.body.addWidget(Divider())
        self.body.addSpacing(12)
        self.body.addLayout(foot)

    def _connect(self) -> None:
        self.switch.toggled.connect(lambda on: self._ask(PageAction.SWITCH_ON if on else PageAction.SWITCH_OFF))
        self.copy.clicked.connect(lambda: self._ask(PageAction.COPY_LINK))
        self.edit.clicked.connect(lambda: self._ask(PageAction.EDIT))
        self.more.clicked.connect(self._open_menu)
        up, down = PageAction.MOVE_UP, PageAction.MOVE_DOWN
        for keys, action in (("Alt+Up", up), ("Alt+Left", up), ("Alt+Down", down), ("Alt+Right", down)):
            shortcut = QShortcut(QKeySequence(keys), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda action=action: self._ask(action))

    def render_card(self, card: PageCard) -> None:
        """A warning takes the place of the note below, and is said in amber."""
        self._card = card
        self._dot.set_colour(card.colour)
        self._name.setText(card.title)
        self._badge.set_text(_("Default"))
        self._badge.setVisible(card.default)
        self.switch.set_on(card.on)
        self.switch.set_name(_("Guests can book on {page}").format(page=card.title))
        self._summary.setText(card.summary)
        self._address.setText(card.address)
        self.copy.set_name(_("Copy the link to {page}").format(page=card.title))
        self._foot_note.setText(card.warning or card.note)
        self._foot_note.set_tone("amber" if card.warning else "muted")
        if card.warning:
            self._sign.show_icon("calendar_inactive", "amber")
        else:
            self._sign.show_icon("nav_meetings" if card.on else "paused")
        self.edit.setText(_("Edit"))
        self.edit.setAccessibleName(_("Edit {page}").format(page=card.title))
        self.more.set_name(_("More for {page}").format(page=card.title))
        self.setAccessibleName(card.title)
        self.setAccessibleDescription(card.summary)

    @property
    def page_id(self) -> str:
        return self._card.id if self._card is not None else ""

    # Dragging

    def lift(self, on: bool) -> None:
        """Shows that it is in the hand."""
        self._lifted = on
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position().toPoint()
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        far = (event.position().toPoint() - self._pressed).manhattanLength()
        if not self._moving and far >= QApplication.startDragDistance():
            self._moving = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.grabbed.emit(self._pressed)
        if self._moving:
            self.dragged.emit(event.globalPosition().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        moving, self._moving, self._pressed = self._moving, False, None
        self.unsetCursor()
        if moving:
            self.released.emit(True)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._lifted:
            draw_rounded(painter_for(self), self.rect(), 12, None, theme.colours().accent, 1.5)

    def _ask(self, action: PageAction) -> None:
        if self._card is not None:
            self.action_requested.emit(self._card.id, action)

    def _open_menu(self) -> None:
        card = self._card
        if card is None:
            return
        menu = MenuPopup(self.more, name=_("More for {page}").format(page=card.title))
        menu.add(_("Open in browser"), lambda: self._ask(PageAction.OPEN), icon="open_outside")
        menu.add(_("Duplicate"), lambda: self._ask(PageAction.DUPLICATE), icon="copy-simple")
        menu.add(_("Use as default"), lambda: self._ask(PageAction.MAKE_DEFAULT), icon="star", possible=not card.default)
        menu.add(_("QR code"), lambda: self._ask(PageAction.QR_CODE), icon="qr-code")
        menu.add_separator()
        menu.add(_("Move up"), lambda: self._ask(PageAction.MOVE_UP), icon="collapse", possible=not card.first)
        menu.add(_("Move down"), lambda: self._ask(PageAction.MOVE_DOWN), icon="expand", possible=not card.last)
        menu.add_separator()
        menu.add(_("Delete…"), lambda: self._ask(PageAction.DELETE), icon="delete", danger=True)
        menu.open_at(self.more, "right")


class NewCard(Focusable, QPushButton):
    """The last card: makes a new page, from scratch or as a copy."""

    focus_radius = 12

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._note = ""

    def show_words(self, title: str, note: str) -> None:
        self.setText(title)
        self._note = note
        self.setAccessibleName(title)
        self.setAccessibleDescription(note)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, theme.sized(200))

    def minimumSizeHint(self) -> QSize:
        return QSize(240, theme.sized(160))

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Enter, QEvent.Type.Leave):
            self.update()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        lit = self.underMouse() or self.isDown()
        draw_rounded(painter, self.rect(), 12, c.hover if lit else None, c.border_strong, dashed=True)
        tile, gap = 40, 10
        title, note = theme.line("sub"), theme.line("small")
        top = (self.height() - tile - gap - title - note) / 2
        place = QRectF(round((self.width() - tile) / 2), round(top), tile, tile)
        draw_rounded(painter, place, 8, c.accent_soft)
        draw_icon(painter, "add_quiet", QRectF(place.x() + 10, place.y() + 10, 20, 20), c.accent)
        middle = Qt.AlignmentFlag.AlignHCenter
        inner = QRectF(16, place.bottom() + gap, self.width() - 32, title)
        draw_text(painter, inner, self.text(), "sub", c.text, middle)
        draw_text(painter, QRectF(16, inner.bottom(), inner.width(), note), self._note, "small", c.text_muted, middle)
