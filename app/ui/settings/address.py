"""*Your address* (``desktop-10``, ``desktop-34``): the domain that links are made with, the owner's own part, and what both
lead to (URL-1 to URL-3)."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.domain.addresses import as_typed, shown_host
from app.domain.pages import to_slug_part
from app.i18n import _
from app.ui import theme
from app.ui.settings import address_words as words
from app.ui.settings.address_words import PartCheck, PartState
from app.ui.settings.links import check_of, default_page, moves_links, origin_of
from app.ui.settings.notes import Address, AddressWell, NoteLine
from app.ui.settings.panel import Section
from app.ui.settings.state import SettingsState
from app.ui.widgets import Button, Label, Option, Select, TextField, clear, column, row

ADD = "\0add"
"""The last entry of the domains: it leads to where they are added."""
HERE = ""
PATH = "/meetings/"
CHECK_AFTER = 400
"""Milliseconds after the last key until the own part is checked."""


class AddressSection(Section):
    """``domain_chosen`` and ``part_typed`` change the draft; ``troubled`` says why the own part cannot be saved;
    ``check_requested`` wants to know whether an own part is free, which ``show_check`` tells; ``add_requested`` leads to the
    domains."""

    domain_chosen = Signal(str)
    part_typed = Signal(str)
    troubled = Signal(str)
    check_requested = Signal(str)
    add_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: SettingsState | None = None
        self._check = PartCheck("")
        self._slugs: tuple[str, ...] = ()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(CHECK_AFTER)
        self._timer.timeout.connect(self._ask)
        # What is told while a state is being shown would be overtaken by the rest of that state.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._tell)
        self.domain = Select(icon="web")
        self.part = TextField()
        self._slash = Label(PATH, "body", "muted")
        self._result, self._reach = NoteLine(), NoteLine()
        self._others = QWidget()
        self.well = AddressWell()
        self._keeps, self._moves = NoteLine(), NoteLine()
        self._lay_out()
        self.domain.chosen.connect(self._chosen)
        self.part.changed.connect(self._typed)
        self.retranslate()

    def _lay_out(self) -> None:
        line = row(gap=12)
        line.addWidget(self.domain, 1, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self._slash, 0, Qt.AlignmentFlag.AlignBottom)
        line.addWidget(self.part, 1, Qt.AlignmentFlag.AlignTop)
        self._slash.setContentsMargins(0, 0, 0, 0)
        below = column(gap=2)
        for note in (self._result, self._others, self._reach):
            below.addWidget(note)
        self._other_line = row(gap=8, margins=(26, 4, 0, 2), on=self._others)
        self._others.hide()
        effects = column(gap=2)
        effects.addWidget(self._keeps)
        effects.addWidget(self._moves)
        self.body.setSpacing(0)
        self.body.addSpacing(12)
        self.body.addLayout(line)
        self.body.addSpacing(4)
        self.body.addLayout(below)
        self.body.addSpacing(10)
        self.body.addWidget(self.well)
        self.body.addSpacing(8)
        self.body.addLayout(effects)

    # State

    def render_state(self, state: SettingsState) -> None:
        self._state = state
        self._show_domains(state)
        if to_slug_part(self.part.text()) != state.draft.own_part:
            self.part.set_text(state.draft.own_part)
            self._begin(state.draft.own_part)
            self._soon.start()
        slugs = tuple(page.slug for page in state.pages)
        told = self._check.state in (PartState.FREE, PartState.TAKEN)
        back = state.draft.own_part == state.base.own_part and self._check.state is not PartState.KEPT
        if back or (told and slugs != self._slugs):
            self._begin(state.draft.own_part)
            self._soon.start()
        self._slugs = slugs
        self._show()

    def show_check(self, check: PartCheck) -> None:
        """What came of the check; one of an own part that was typed before counts no more."""
        if check.part == self._check.part and self._check.state is PartState.CHECKING:
            self._set(check)

    def set_part(self, part: str) -> None:
        """Takes an own part as if it had been typed."""
        self.part.set_text(part)
        self._take(part)

    def retranslate(self) -> None:
        self.heading.setText(_("Your address"))
        self.domain.set_label(_("Domain"))
        self.part.set_label(_("Your part of the address"))
        self._slash.setFixedHeight(theme.sized(40))
        self.well.retranslate()
        if self._state is not None:
            self._show_domains(self._state)
            self._show()

    # The domain

    def _show_domains(self, state: SettingsState) -> None:
        publishing = state.draft.publishing
        options = [Option(each.host, shown_host(each)) for each in publishing.domains]
        if not options:
            options.append(Option(HERE, _("On this computer")))
        options.append(Option(ADD, _("Add a domain…"), icon="add_quiet"))
        chosen = publishing.domain.host if publishing.domain is not None else HERE
        if tuple(options) != self.domain.box.options:
            self.domain.set_options(options, chosen)
        elif self.domain.value() != chosen:
            self.domain.set_value(chosen)

    def _chosen(self, value: object) -> None:
        if value != ADD:
            self.domain_chosen.emit(str(value))
            return
        if self._state is not None:
            domain = self._state.draft.publishing.domain
            self.domain.set_value(domain.host if domain is not None else HERE)
        self.add_requested.emit()

    def _show_reach(self, state: SettingsState) -> None:
        """Whether the chosen domain leads here, where that is known and not so."""
        domain = state.draft.publishing.domain
        check = check_of(state.standing, domain) if domain is not None else None
        if domain is None or check is None or check.reached:
            self._reach.say("")
        else:
            self._reach.say(_("{domain} does not answer yet.").format(domain=shown_host(domain)), "amber")

    # The own part

    def _typed(self, text: str) -> None:
        """Turns what is typed into what an address may hold, with the cursor where it was."""
        turned = as_typed(text)
        if turned != text:
            at = len(as_typed(text[: self.part.edit.cursorPosition()]))
            self.part.set_text(turned)
            self.part.edit.setCursorPosition(at)
        self._take(to_slug_part(turned))

    def _take(self, part: str) -> None:
        self._begin(part)
        self.part_typed.emit(part)
        self._show()
        self._tell()

    def _begin(self, part: str) -> None:
        """A new own part stands in the field: it is kept as it was saved, wrong by itself, or to be checked in a moment."""
        self._timer.stop()
        saved = self._state.base.own_part if self._state is not None else ""
        if part == saved:
            self._check = PartCheck(part)
            return
        # What it is missing is told with the result of the check: not while it is being typed.
        self._check = PartCheck(part, PartState.CHECKING)
        self._timer.start()

    def _ask(self) -> None:
        reason = words.wrong_reason(self._check.part)
        if reason:
            self._set(PartCheck(self._check.part, PartState.WRONG, reason))
        else:
            self.check_requested.emit(self._check.part)

    def _set(self, check: PartCheck) -> None:
        """What the check brought, which a screen reader says without being asked."""
        self._check = check
        self._show()
        self._tell()
        self._result.speak()

    def _tell(self) -> None:
        self.troubled.emit(words.trouble_words(self._check))

    # What is shown

    def _show(self) -> None:
        state, check = self._state, self._check
        if state is None:
            return
        wrong = check.state in (PartState.TAKEN, PartState.WRONG)
        free = check.state is PartState.FREE
        self.part.edit.set_state(error=wrong, valid=free, busy=check.state is PartState.CHECKING)
        said = words.result_words(check, state)
        self._result.say(said, "danger" if wrong else "success")
        self.part.edit.setAccessibleDescription(said)
        self._show_others(state, check)
        self._show_reach(state)
        self.well.show_address(self._address(state), wrong=wrong)
        text, strong = words.keeps_words(state, check)
        self._keeps.say(text, "info", strong)
        self._moves.say(words.moves_words(state, moves_links(state)))

    def _show_others(self, state: SettingsState, check: PartCheck) -> None:
        clear(self._other_line)
        self._others.setVisible(bool(check.others))
        if not check.others:
            return
        self._other_line.addWidget(Label(words.others_words(state), "small", "muted"))
        for other in check.others:
            chip = Button(other, "secondary", "small")
            chip.clicked.connect(partial(self._take_other, other))
            self._other_line.addWidget(chip)
        self._other_line.addStretch(1)

    def _take_other(self, part: str, _checked: bool = False) -> None:
        self.part.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self.set_part(part)

    def _address(self, state: SettingsState) -> Address:
        """The address of the default page, or of one to come, as it is with the draft."""
        draft, page = state.draft, default_page(state.draft, state.pages)
        origin = origin_of(draft.publishing, state.standing)
        tail = page.slug.rpartition("/")[2] if page is not None else ""
        part = draft.own_part
        slug = "/".join(each for each in (part, tail) if each)
        same = origin == origin_of(state.base.publishing, state.standing)
        real = same and bool(slug) and slug in {each.slug for each in state.pages}
        return Address(f"{origin}{PATH}", part, f"/{tail}" if part and tail else tail, real)
