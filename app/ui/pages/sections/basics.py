"""Basics: name, text, lengths, where, colour, address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from app.domain.pages import LocationKind
from app.i18n import _
from app.ui.pages.editing import Editing, SlugState
from app.ui.pages.editor_state import LENGTHS, WITHOUT_DETAIL, to_slug
from app.ui.pages.editor_words import free_words, problem_words
from app.ui.pages.figures import own_length
from app.ui.pages.grids import columns_of
from app.ui.pages.sections.colour import ColourSelect, OwnColour
from app.ui.pages.sections.section import HeldField, SectionBody
from app.ui.pages.summaries import where_name
from app.ui.widgets import Button, ChipGroup, FlowLayout, Label, Option, Popover, Select, TextArea, TextField, column, row

_WHERE_ICONS = {
    LocationKind.VIDEO: "where_video",
    LocationKind.HOST_CALLS: "where_phone",
    LocationKind.GUEST_CALLS: "where_phone",
    LocationKind.PLACE: "where_place",
    LocationKind.LINK: "nav_pages",
    LocationKind.ASK: "person",
    LocationKind.ONLINE: "where_video",
}


class BasicsSection(SectionBody):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = TextField(_("Name"), required=True)
        self.internal = TextField(_("Name in your own lists"), optional=True, help=_("Guests do not see it."))
        self.description = TextArea(_("What guests read"), rows=2)
        self.lengths = LengthsControl()
        self._lengths_field = HeldField(_("How long"), self.lengths)
        self.where = Select(_("Where"), [Option(kind, where_name(kind), icon=_WHERE_ICONS[kind]) for kind in LocationKind])
        self.colour = ColourSelect()
        self.own_colour = OwnColour()
        self.detail = TextField(_("Place"))
        self.slug = TextField(_("Address of the page"), required=True)
        self.free = FreeAddress()
        self._spoken = SlugState.QUIET
        self.fields = {
            "title": self.title,
            "internal": self.internal,
            "description": self.description,
            "durations": self._lengths_field,
            "detail": self.detail,
            "colour": self.own_colour.field,
            "slug": self.slug,
        }
        self._fill()
        self._connect()

    def _fill(self) -> None:
        lines = column(gap=14, on=self)
        lines.addWidget(columns_of([self.title, self.internal], most=2, least=180))
        lines.addWidget(self.description)
        lines.addWidget(self._lengths_field)
        lines.addWidget(columns_of([self.where, self.colour], most=2, least=180))
        lines.addWidget(self.detail)
        lines.addWidget(self.own_colour)
        address = column(gap=8)
        address.addWidget(self.slug)
        address.addWidget(self.free)
        lines.addLayout(address)
        self.slug.edit.setInputMethodHints(Qt.InputMethodHint.ImhNoAutoUppercase | Qt.InputMethodHint.ImhPreferLowercase)

    def _connect(self) -> None:
        self.title.changed.connect(lambda text: self.change(title=text))
        self.internal.changed.connect(lambda text: self.change(internal=text))
        self.description.changed.connect(lambda text: self.change(description=text))
        self.detail.changed.connect(lambda text: self.change(detail=text))
        self.lengths.chosen.connect(lambda lengths: self.change(durations=lengths))
        self.where.chosen.connect(lambda kind: self.change(location=kind))
        self.colour.picked.connect(self._pick_colour)
        self.own_colour.typed.connect(lambda colour: self.change(colour=colour))
        self.own_colour.left.connect(lambda: self.leave("colour"))
        self.slug.changed.connect(self._type_slug)
        self.free.taken.connect(lambda slug: self.change(slug=slug))
        for name, field in (("title", self.title), ("detail", self.detail), ("slug", self.slug)):
            field.edit.editingFinished.connect(lambda name=name: self.leave(name))
        self.slug.edit.editingFinished.connect(self._tidy_slug)

    def _pick_colour(self, colour: str) -> None:
        self.change(colour=colour)
        if colour.startswith("#"):
            self.own_colour.field.setFocus(Qt.FocusReason.OtherFocusReason)
            self.own_colour.field.edit.selectAll()

    def _type_slug(self, text: str) -> None:
        slug = to_slug(text)
        if slug != text:
            at = self.slug.edit.cursorPosition() + len(slug) - len(text)
            self.slug.set_text(slug)
            self.slug.edit.setCursorPosition(max(0, at))
        self.change(slug=slug)

    def _tidy_slug(self) -> None:
        tidy = self.draft.slug.strip("-/")
        if tidy != self.draft.slug:
            self.change(slug=tidy)

    def show_draft(self, editing: Editing) -> None:
        draft = editing.draft
        self.title.set_text(draft.title)
        self.internal.set_text(draft.internal)
        self.description.set_text(draft.description)
        self.lengths.show_lengths(draft.durations)
        count = len(draft.durations)
        self._lengths_field.set_help(
            _("Guests choose between the lengths you mark.") if count != 1 else _("Mark more lengths to let guests choose.")
        )
        self.where.set_value(draft.location)
        self.colour.show_colour(draft.colour)
        self.own_colour.show_colour(draft.colour, draft.title.strip() or editing.base.title, editing.owner)
        self._show_detail(draft.location, draft.detail)
        self.slug.set_text(draft.slug)
        self.slug.set_help(f"{editing.prefix}{draft.slug}")

    def _show_detail(self, kind: LocationKind, detail: str) -> None:
        self.detail.set_text(detail)
        self.detail.setVisible(kind not in WITHOUT_DETAIL)
        label, placeholder, words = _detail_words(kind)
        self.detail.set_label(label)
        self.detail.set_placeholder(placeholder)
        self.detail.set_help(words)

    def show_problems(self, told: dict[str, str]) -> None:
        super().show_problems({name: why for name, why in told.items() if name != "slug"})

    def render_editing(self, editing: Editing) -> None:
        super().render_editing(editing)
        self._show_slug_state(editing)

    def _show_slug_state(self, editing: Editing) -> None:
        """Checking, free, or what is wrong, as the address is being typed."""
        why = editing.told.get("slug")
        state = editing.slug.state
        self.slug.set_busy(state is SlugState.CHECKING)
        self.slug.set_error(problem_words("slug", why) if why else "")
        if not why and state is SlugState.FREE:
            self.slug.set_valid(free_words(f"{editing.prefix}{editing.draft.slug}"))
        self.free.offer(editing.slug.free if state is SlugState.TAKEN else "")
        self._speak(state)

    def _speak(self, state: SlugState) -> None:
        """Says the answer of the check to those who do not see it come."""
        if state is not self._spoken and state in (SlugState.FREE, SlugState.TAKEN):
            words = self.slug.edit.accessibleDescription()
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.slug.edit, words))
        self._spoken = state


def _detail_words(kind: LocationKind) -> tuple[str, str, str]:
    """Label, placeholder and help of the field under Where."""
    return {
        LocationKind.VIDEO: (
            _("Video link"),
            "https://",
            _("Guests get it after booking. Leave it empty if you send the link yourself."),
        ),
        LocationKind.HOST_CALLS: (_("Note"), "", _("Guests give their number when they book.")),
        LocationKind.GUEST_CALLS: (_("Your phone number"), "+45 12 34 56 78", _("Guests get it after booking.")),
        LocationKind.PLACE: (_("Place"), "", _("Stands on the page and in the invitation.")),
        LocationKind.LINK: (_("Link"), "https://", _("Guests get it after booking.")),
        LocationKind.ASK: (_("Place"), "", _("Guests write a place when they book.")),
        LocationKind.ONLINE: (_("Link"), "", ""),
    }[kind]


class LengthsControl(QWidget):
    """Chips of lengths and one for a length of one's own. ``chosen`` carries the marked minutes, ascending."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offered: tuple[int, ...] = ()
        self.chips = ChipGroup(several=True, height=32, name=_("How long"))
        self.other = Button(_("Other…"), "dashed", "small", icon="add_quiet")
        line = row(gap=8, on=self)
        line.addWidget(self.chips)
        line.addWidget(self.other, 0, Qt.AlignmentFlag.AlignTop)
        line.addStretch(1)
        self.setFocusProxy(self.other)
        self.chips.chosen.connect(self._take)
        self.other.clicked.connect(self._ask)

    def show_lengths(self, durations: Iterable[int]) -> None:
        """A length that was offered once stays on offer."""
        marked = set(durations)
        offered = tuple(sorted({*LENGTHS, *marked, *self._offered}))
        if offered != self._offered:
            self._offered = offered
            options = [Option(each, _("{count} min").format(count=each)) for each in offered]
            self.chips.set_options(options, tuple(marked))
        else:
            self.chips.set_value(tuple(marked))

    def _take(self, values: object) -> None:
        self.chosen.emit(tuple(sorted(cast(tuple[int, ...], values))))

    def add(self, minutes: int) -> None:
        """Tells ``chosen`` as if that length had been marked; one that is not offered yet comes with the next draft."""
        marked = cast(tuple[int, ...], self.chips.values())
        self._take((*marked, minutes) if minutes not in marked else marked)

    def _ask(self) -> None:
        popover = Popover(self.other, name=_("Another length"), width=240)
        field = TextField(_("Another length"), unit=_("min"), help=_("From 5 minutes to 12 hours."))
        add = Button(_("Add"), "soft")

        def take() -> None:
            minutes = own_length(field.text())
            if minutes is None:
                field.set_error(_("Type minutes from 5 to 720."))
                return
            popover.close()
            self.add(minutes)

        field.edit.returnPressed.connect(take)
        add.clicked.connect(take)
        popover.body.addWidget(field)
        popover.body.addSpacing(12)
        popover.body.addWidget(add, 0, Qt.AlignmentFlag.AlignRight)
        popover.open_at(self.other)


class FreeAddress(QWidget):
    """Offers a free address beside one that is taken. ``taken`` carries it when it is pressed."""

    taken = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._slug = ""
        self._label = Label(_("This one is free:"), "small", "muted")
        self.chip = Button("", "secondary", "small")
        self.chip.clicked.connect(lambda: self.taken.emit(self._slug))
        flow = FlowLayout(self)
        flow.addWidget(self._label)
        flow.addWidget(self.chip)
        self.hide()

    def offer(self, slug: str) -> None:
        """An empty slug hides it."""
        self._slug = slug
        self.chip.setText(slug)
        self.chip.setAccessibleName(_("Use {address}").format(address=slug))
        self.setVisible(bool(slug))
