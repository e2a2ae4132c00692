"""Who can open it: everybody, or only who has a secret link; and what the form fills in by itself.

Links take effect at once, for they are given away at once; everything else waits for Save.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.domain.clock import DAY, Instant
from app.domain.pages import PageLink
from app.i18n import _, current, local
from app.ui import theme
from app.ui.pages.editing import Editing
from app.ui.pages.grids import columns_of
from app.ui.pages.sections.rows import ListRow, RowFrame
from app.ui.pages.sections.section import SectionBody
from app.ui.widgets import Badge, Button, CheckBox, ChoiceRow, IconButton, Label, Option, Select, TextField, column
from app.ui.widgets.badges import BadgeKind

LIVES = (0, 1, 7, 30, 90)
"""Days for which a link can be good; 0 is for ever."""


def life_name(days: int) -> str:
    return {
        0: _("Without end"),
        1: _("One day"),
        7: _("One week"),
        30: _("30 days"),
        90: _("90 days"),
    }[days]


def link_state(link: PageLink, now: Instant, zone: str) -> tuple[str, BadgeKind]:
    """What a link is good for, and the colour in which that is said."""
    if link.booking:
        return _("Used"), "neutral"
    if link.expires and link.expires <= now:
        return _("Expired"), "neutral"
    if link.expires:
        return _("until {date}").format(date=current().date_plain(local(link.expires, zone))), "accent"
    return (_("One booking"), "accent") if link.single else (_("Works"), "success")


class LinksSection(SectionBody):
    """``make``: a link with this label, for one booking or not, for so many days; ``drop``: the link with this id."""

    def __init__(
        self, make: Callable[[str, bool, int], None], drop: Callable[[str], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._drop = drop
        self.rows: dict[str, LinkRow] = {}
        self.secret, self.prefill = CheckBox(), CheckBox()
        secret, prefill = ChoiceRow(self.secret, ""), ChoiceRow(self.prefill, "")
        secret.set_words(_("Only with a secret link"), _("The address of the page alone leads nowhere, and no list shows it."))
        prefill.set_words(
            _("Fill in what is known"), _("From the link, and for guests who asked their own browser to remember them.")
        )
        self.frame = RowFrame(_("Secret links"))
        self.label = TextField(_("For whom"), optional=True)
        self.life = Select(_("Good for"), [Option(days, life_name(days)) for days in LIVES], 0)
        self.single = CheckBox(_("For one booking only"))
        self.make = Button(_("Make a secret link"), icon="add_quiet")
        self.first = Label(_("Save the page first. Then you can make secret links."), "small", "muted", wrap=True)
        self._making = QWidget()
        making = column(gap=10, on=self._making)
        making.addWidget(columns_of([self.label, self.life], most=2, least=180))
        making.addWidget(self.single)
        making.addWidget(self.make, 0, Qt.AlignmentFlag.AlignLeft)
        making.addWidget(Label(_("The new link is copied at once. It cannot be shown again."), "small", "muted", wrap=True))
        lines = column(gap=14, on=self)
        for widget in (prefill, secret, self.frame, self._making, self.first):
            lines.addWidget(widget)
        self.secret.clicked.connect(lambda on: self.change(secret=on))
        self.prefill.clicked.connect(lambda on: self.change(prefill=on))
        self.make.clicked.connect(lambda: self._make(make))

    def _make(self, make: Callable[[str, bool, int], None]) -> None:
        days = self.life.value()
        make(self.label.text(), self.single.isChecked(), days if isinstance(days, int) else 0)
        self.label.set_text("")

    def show_draft(self, editing: Editing) -> None:
        self.secret.setChecked(editing.draft.secret)
        self.prefill.setChecked(editing.draft.prefill)
        self._making.setVisible(not editing.new)
        self.first.setVisible(editing.new)
        self.frame.setVisible(bool(editing.links))
        known = {link.id for link in editing.links}
        for link_id in self.rows.keys() - known:
            gone = self.rows.pop(link_id)
            self.frame.lines.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for number, link in enumerate(editing.links):
            line = self.rows.get(link.id)
            if line is None:
                line = self.rows[link.id] = LinkRow()
                line.delete.clicked.connect(lambda _on=False, link_id=link.id: self._drop(link_id))
                self.frame.lines.insertWidget(number, line)
            line.show_link(link, editing.now, editing.usual.zone)


class LinkRow(ListRow):
    """One secret link: for whom, what it is good for, and a way to end it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(fixed=True, parent=parent)
        self.hide_handle()
        self._badge = Badge("", size=20)
        self.delete = IconButton("delete", "", glyph=16)
        self.line.addWidget(self._badge)
        self.line.addWidget(self.delete)

    def show_link(self, link: PageLink, now: Instant, zone: str) -> None:
        title = link.label or _("Link without a name")
        state, kind = link_state(link, now, zone)
        made = current().date_plain(local(link.created_at, zone))
        self._badge.set_text(state, kind)
        self.show_row("nav_pages", title, _("made {date}").format(date=made), name=f"{title}, {state}")
        # Where room is short, the date is cut first.
        self.title.setMinimumWidth(min(self.title.sizeHint().width(), theme.sized(132)))
        self.delete.set_name(_("End {link}").format(link=title))


def expiry(now: Instant, days: int) -> Instant:
    """When a link made now ends; 0 for one without end."""
    return now + days * DAY if days else 0
