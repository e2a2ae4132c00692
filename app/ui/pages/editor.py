"""The editor of one page: top bar, sections, live preview (DESIGN 10.7). Draws an Editing and says what the owner does."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.i18n import _, current
from app.ui import theme
from app.ui.pages.editing import Editing
from app.ui.pages.editor_state import Section, section_of
from app.ui.pages.editor_words import section_value
from app.ui.pages.preview import Preview
from app.ui.pages.preview_state import PreviewState
from app.ui.pages.sections.basics import BasicsSection
from app.ui.pages.sections.booking import BookingSection
from app.ui.pages.sections.confirmation import ConfirmationSection
from app.ui.pages.sections.consent import ConsentSection
from app.ui.pages.sections.form import FormSection
from app.ui.pages.sections.hours import HoursSection
from app.ui.pages.sections.invite import InviteSection
from app.ui.pages.sections.limits import LimitsSection
from app.ui.pages.sections.links import LinksSection
from app.ui.pages.sections.look import LookSection
from app.ui.pages.sections.section import SectionBody, SectionCard
from app.ui.pages.top_bar import TopBar
from app.ui.widgets import Banner, ScrollArea, column, row
from app.ui.widgets.base import painter_for

_LEFT, _RIGHT = 576, 479
_PREVIEW_FROM = 800


class Editor(QWidget):
    """``draft_changed`` carries the whole draft, ``field_left`` a field, ``duration_chosen`` the previewed length."""

    draft_changed = Signal(object)
    field_left = Signal(str)
    save_requested = Signal()
    discard_requested = Signal()
    back_requested = Signal()
    copy_link_requested = Signal()
    open_requested = Signal()
    duration_chosen = Signal(int)
    picture_wanted = Signal()
    link_wanted = Signal(str, bool, int)
    link_dropped = Signal(str)
    why_asked = Signal(object)
    way_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editing: Editing | None = None
        self._previewed: PreviewState | None = None
        self._monday_first = True
        self._holder = column(on=self)
        self._whole = QWidget()
        self._build()
        for keys, signal in ((QKeySequence.StandardKey.Save, self.save_requested),):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(signal)

    def _build(self) -> None:
        """Makes everything in the present language."""
        self._whole = QWidget()
        self.bar = TopBar()
        self.sections = self._make_sections()
        self.preview = Preview()
        self.notice = Banner("amber", icon="info")
        self.fault = Banner("danger")
        self._lay_out()
        self._connect()
        self._holder.addWidget(self._whole)

    def _lay_out(self) -> None:
        content = QWidget()
        lines = column(gap=8, margins=(24, 16, 24, 24), on=content)
        lines.addWidget(self.fault)
        lines.addWidget(self.notice)
        for card in self.sections.values():
            lines.addWidget(card)
        lines.addStretch(1)
        self.area = ScrollArea(content)
        self._sides: QHBoxLayout = row()
        self._sides.addWidget(self.area, _LEFT)
        self._sides.addWidget(self.preview, _RIGHT)
        whole = column(on=self._whole)
        whole.addWidget(self.bar)
        whole.addLayout(self._sides, 1)
        self.preview.setMinimumWidth(360)
        self.notice.hide()
        self.fault.hide()

    def _connect(self) -> None:
        for card in self.sections.values():
            card.draft_changed.connect(self.draft_changed)
            card.field_left.connect(self.field_left)
            card.opened.connect(lambda on, card=card: self._opened(card, on))
        self.bar.back.clicked.connect(self.back_requested)
        self.bar.copy.clicked.connect(self.copy_link_requested)
        self.bar.save.clicked.connect(self.save_requested)
        self.bar.discard.clicked.connect(self.discard_requested)
        self.bar.fault_pressed.connect(self.go_to_problem)
        self.bar.look.toggled.connect(self._share_room)
        self.notice.action_requested.connect(self.discard_requested)
        self.fault.action_requested.connect(self.save_requested)
        self.preview.open_requested.connect(self.open_requested)
        self.preview.duration_chosen.connect(self.duration_chosen)
        self.preview.why_asked.connect(self.why_asked)
        self.preview.way_chosen.connect(self.way_chosen)

    def begin(self, editing: Editing, *, monday_first: bool = True) -> None:
        """Shows another page from the top; a new one with Basics open and its name focused."""
        if monday_first != self._monday_first:
            self._monday_first = monday_first
            self._rebuild()
        for section, card in self.sections.items():
            card.set_open(section is Section.BASICS and editing.new)
        self.preview.go_to_step(0)
        self.area.verticalScrollBar().setValue(0)
        self.render_editing(editing)
        if editing.new:
            self.sections[Section.BASICS].body.go_to("title")
        else:
            self.bar.back.setFocus(Qt.FocusReason.OtherFocusReason)

    def render_editing(self, editing: Editing) -> None:
        self._editing = editing
        self.bar.render_editing(editing)
        wording = current()
        for section, card in self.sections.items():
            card.render_editing(editing, section_value(section, editing.draft, editing.base, wording, len(editing.links)))
        self.notice.setVisible(editing.elsewhere)
        self.notice.show_words(
            _("This page was changed elsewhere meanwhile"),
            _("Saving puts your version in its place. What you have not touched here follows the other one."),
            [("discard", _("Discard mine"), "secondary")],
        )
        self.fault.setVisible(bool(editing.fault))
        self.fault.show_words(_("The page could not be saved"), editing.fault, [("save", _("Try again"), "primary")])

    def render_preview(self, state: PreviewState) -> None:
        self._previewed = state
        self.preview.render_preview(state)

    def go_to_section(self, section: Section) -> None:
        """Opens a section and brings it into view with the keyboard."""
        self.bar.look.setChecked(False)
        card = self.sections[section]
        card.set_open(True)
        card.head.setFocus(Qt.FocusReason.OtherFocusReason)
        QTimer.singleShot(theme.duration(theme.motion().expand) + 20, card, lambda: self._show_top(card))

    def _show_top(self, card: SectionCard) -> None:
        self.area.verticalScrollBar().setValue(card.y() - 16)

    def go_to_problem(self) -> None:
        """Opens the section of the first problem and brings the keyboard there."""
        if self._editing is None or not self._editing.first_problem:
            return
        key = self._editing.first_problem
        self.bar.look.setChecked(False)
        card = self.sections[section_of(key)]
        card.set_open(True)
        card.body.go_to(key)
        QTimer.singleShot(theme.duration(theme.motion().expand) + 20, self, self._show_focus)

    def _show_focus(self) -> None:
        focused = self.focusWidget()
        if focused is not None and self.area.isAncestorOf(focused):
            self.area.ensureWidgetVisible(focused, 0, 80)

    def _opened(self, card: SectionCard, on: bool) -> None:
        if on and self._editing is not None:
            card.body.render_editing(self._editing)
        if on and card.section is Section.FORM:
            self.preview.go_to_step(1)
        elif on and card.section is Section.CONFIRMATION:
            self.preview.go_to_step(2)
        elif on and card.section in (Section.HOURS, Section.LIMITS, Section.LOOK):
            self.preview.go_to_step(0)

    def _rebuild(self) -> None:
        opened = [section for section, card in self.sections.items() if card.is_open]
        old = self._whole
        self._holder.removeWidget(old)
        old.hide()
        old.deleteLater()
        self._build()
        for section in opened:
            self.sections[section].set_open(True)

    def changeEvent(self, event: QEvent) -> None:
        """Another language: every word is made anew; the draft stands in the state, so nothing is lost."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._share_room()
        if event.type() == QEvent.Type.LanguageChange:
            self._rebuild()
            self._share_room()
            if self._editing is not None:
                self.render_editing(self._editing)
            if self._previewed is not None:
                self.preview.render_preview(self._previewed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        """Sections and preview beside each other; where the window is too narrow, one of them, and a button that swaps."""
        narrow = self.width() < theme.sized(_PREVIEW_FROM)
        looking = self.bar.look.isChecked()
        self.bar.look.setVisible(narrow)
        self.preview.setVisible(not narrow or looking)
        self.area.setVisible(not narrow or not looking)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.back_requested.emit()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter_for(self).fillRect(self.rect(), theme.colours().canvas)

    def _make_sections(self) -> dict[Section, SectionCard]:
        bodies: dict[Section, Callable[[], SectionBody]] = {
            Section.BASICS: BasicsSection,
            Section.HOURS: partial(HoursSection, self._monday_first),
            Section.LIMITS: LimitsSection,
            Section.BOOKING: BookingSection,
            Section.FORM: FormSection,
            Section.CONSENT: ConsentSection,
            Section.INVITE: InviteSection,
            Section.CONFIRMATION: ConfirmationSection,
            Section.LOOK: partial(LookSection, self.picture_wanted.emit),
            Section.LINKS: partial(LinksSection, self.link_wanted.emit, self.link_dropped.emit),
        }
        return {section: SectionCard(section, make) for section, make in bodies.items()}
