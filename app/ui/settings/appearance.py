"""Appearance and language, and the owner as guests see them. Every choice is shown at once and kept with Save."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QVBoxLayout, QWidget

from app.domain.pages import Picture
from app.domain.settings import Appearance, Language, Theme
from app.i18n import _
from app.ui import tokens
from app.ui.settings.appearance_parts import LookPicture, OwnerMark, Swatches
from app.ui.settings.panel import Panel, Section
from app.ui.settings.profile import ProfileSection
from app.ui.settings.state import SettingsState
from app.ui.widgets import Button, ChoiceRow, Label, MenuPopup, Option, Radio, Select, Switch, column, row


class AppearancePanel(Panel):
    """Who the owner is to guests; look, languages, clock, text size, movement; and what all pages show. ``picture_wanted`` asks
    for a file of that kind; ``show_picture`` brings what became of it."""

    picture_wanted = Signal(Picture)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.you = ProfileSection()
        self.lines.addWidget(self.you)
        self.lines.addSpacing(28)
        self._make_looks()
        self._make_choices()
        self._make_pages()
        self.lines.addStretch(1)
        self._connect()
        self.retranslate()

    def render_state(self, state: SettingsState) -> None:
        super().render_state(state)
        shown, profile = state.draft.appearance, state.draft.profile
        self.you.show_draft(profile, shown)
        self._radios[shown.theme].setChecked(True)
        self._language.set_value(shown.language)
        self._pages_language.set_value(shown.pages_language)
        self._clock.set_value(shown.clock_24)
        self._size.set_value(shown.text_size)
        self._motion.set_value(shown.reduced_motion)
        self.swatches.show_colour(shown.colour)
        self.mark.show_owner(profile.name, shown.colour)
        if not shown.picture:
            self.show_picture(b"", Picture.NONE)
        for choice, on in ((self._landscape, shown.landscape), (self._made_with, shown.made_with)):
            if isinstance(choice.box, Switch) and choice.box.isChecked() != on:
                choice.box.set_on(on)

    def show_picture(self, body: bytes, kind: Picture) -> None:
        """What stands beside the owner's name."""
        self.you.show_picture(body, kind)
        self.mark.show_picture(body, kind)

    def take_picture(self, name: str, kind: Picture) -> None:
        """The stored picture ``name`` is the one to keep with Save."""
        self._set(picture=name, picture_kind=kind)

    def rows(self) -> list[tuple[str, QWidget]]:
        return [
            (_("Your name"), self.you.name.edit),
            (_("What you do"), self.you.tagline.edit),
            (_("Light and dark"), self._radios[Theme.SYSTEM]),
            (_("Language of Aftale"), self._language.box),
            (_("Language of your pages"), self._pages_language.box),
            (_("Times"), self._clock.box),
            (_("Text size"), self._size.box),
            (_("Movement"), self._motion.box),
            (_("Colour"), self.swatches.first),
            (_("Picture or logo"), self.choose),
            (_("Landscape on my pages"), self._landscape.box),
            (_("“Made with Aftale” on my pages"), self._made_with.box),
        ]

    def show_field(self, field: str) -> None:
        if field == "name":
            self.you.show_name_missing()
            self.go_to(self.you.name.edit)

    def retranslate(self) -> None:
        self.set_words(_("Appearance and language"), _("How Aftale and your pages look and speak."))
        self.you.retranslate()
        self._looks.heading.setText(_("Light and dark"))
        words = {Theme.SYSTEM: _("As the system"), Theme.LIGHT: _("Light"), Theme.DARK: _("Dark")}
        for look, radio in self._radios.items():
            radio.setText(words[look])
        self._name_choices()
        self._pages.heading.setText(_("Your pages"))
        self._colour_label.setText(_("Colour"))
        self._colour_note.setText(_("For pages that you make from now on."))
        self.swatches.retranslate()
        self._picture_label.setText(_("Picture or logo"))
        self.choose.setText(_("Choose…"))
        self.choose.setAccessibleName(_("Choose a picture or logo"))
        self._landscape.set_words(_("Landscape on my pages"), _("A calm horizon under your name, drawn in your colour."))
        self._made_with.set_words(_("“Made with Aftale” on my pages"), _("One line at the foot of each page."))

    def _name_choices(self) -> None:
        names = {90: _("Small"), 100: _("Normal"), 115: _("Large"), 130: _("Very large")}
        words: tuple[tuple[Select, str, list[Option]], ...] = (
            (
                self._language,
                _("Language of Aftale"),
                [Option(Language.ENGLISH, "English"), Option(Language.DANISH, "Dansk")],
            ),
            (
                self._pages_language,
                _("Language of your pages"),
                [Option("", _("The guest’s own")), Option("en", "English"), Option("da", "Dansk")],
            ),
            (self._clock, _("Times"), [Option(True, _("09:40 (24 hours)")), Option(False, _("9:40 am (12 hours)"))]),
            (
                self._size,
                _("Text size"),
                [Option(size, names.get(size, f"{size} %")) for size in tokens.load().text_sizes],
            ),
            (self._motion, _("Movement"), [Option(False, _("As the system")), Option(True, _("Always reduced"))]),
        )
        for select, label, options in words:
            select.set_label(label)
            select.set_options(options, select.value())

    # Parts

    def _make_looks(self) -> None:
        self._looks = Section()
        self._group = QButtonGroup(self)
        self._radios: dict[Theme, Radio] = {}
        cards = row(gap=16)
        for look in Theme:
            cards.addLayout(self._make_look(look), 1)
        self._looks.body.addLayout(cards)
        self.lines.addWidget(self._looks)
        self.lines.addSpacing(24)

    def _make_look(self, look: Theme) -> QVBoxLayout:
        radio = Radio()
        self._group.addButton(radio)
        self._radios[look] = radio
        lines = column(gap=6)
        lines.addWidget(LookPicture(look, radio))
        lines.addWidget(radio)
        return lines

    def _make_choices(self) -> None:
        self._language = Select(icon="language")
        self._pages_language = Select(icon="web")
        self._clock = Select(icon="set_availability")
        self._size = Select(icon="text_size")
        self._motion = Select(icon="set_appearance")
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(20)
        for at, field in enumerate((self._language, self._pages_language, self._clock, self._size, self._motion)):
            grid.addWidget(field, at // 2, at % 2, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self.lines.addLayout(grid)
        self.lines.addSpacing(28)

    def _make_pages(self) -> None:
        self._pages = Section()
        self._colour_label = Label("", "label")
        self._colour_note = Label("", "small", "muted", wrap=True)
        self.swatches = Swatches()
        self._picture_label = Label("", "label")
        self.mark = OwnerMark(40)
        self.choose = Button("", "secondary", "small")
        self._landscape = ChoiceRow(Switch(), "")
        self._made_with = ChoiceRow(Switch(), "")
        colour, picture, line = column(gap=6), column(gap=6), row(gap=24)
        for widget in (self._colour_label, self.swatches, self._colour_note):
            colour.addWidget(widget)
        chosen = row(gap=12)
        chosen.addWidget(self.mark)
        chosen.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignVCenter)
        picture.addWidget(self._picture_label)
        picture.addLayout(chosen)
        picture.addStretch(1)
        line.addLayout(colour, 1)
        line.addLayout(picture)
        self._pages.body.addLayout(line)
        self._pages.body.addSpacing(4)
        self._pages.body.addWidget(self._landscape)
        self._pages.body.addSpacing(4)
        self._pages.body.addWidget(self._made_with)
        self.lines.addWidget(self._pages)

    def _connect(self) -> None:
        self.you.typed.connect(self._set_profile)
        for look, radio in self._radios.items():
            radio.clicked.connect(lambda _checked=False, look=look: self._set(theme=look))
        self._language.chosen.connect(lambda value: self._set(language=value))
        self._pages_language.chosen.connect(lambda value: self._set(pages_language=value))
        self._clock.chosen.connect(lambda value: self._set(clock_24=value))
        self._size.chosen.connect(lambda value: self._set(text_size=value))
        self._motion.chosen.connect(lambda value: self._set(reduced_motion=value))
        self.swatches.chosen.connect(lambda colour: self._set(colour=colour))
        self.choose.clicked.connect(self._offer_pictures)
        self._landscape.toggled.connect(lambda on: self._set(landscape=on))
        self._made_with.toggled.connect(lambda on: self._set(made_with=on))

    def _offer_pictures(self) -> None:
        menu = MenuPopup(self.choose, name=_("Picture or logo"))
        menu.add(_("A photo, drawn round…"), lambda: self.picture_wanted.emit(Picture.PHOTO), icon="image")
        menu.add(_("A logo, drawn whole…"), lambda: self.picture_wanted.emit(Picture.LOGO), icon="image")
        if self.state is not None and self.state.draft.appearance.picture:
            menu.add(_("Only my initials"), lambda: self._set(picture="", picture_kind=Picture.NONE), icon="person")
        menu.open_at(self.choose)

    def _set(self, **changes: object) -> None:
        self.edit(lambda draft: replace(draft, appearance=_changed(draft.appearance, changes)))

    def _set_profile(self, field: str, text: str) -> None:
        self.edit(lambda draft: replace(draft, profile=replace(draft.profile, **{field: text})))  # type: ignore[arg-type]


def _changed(appearance: Appearance, changes: dict[str, object]) -> Appearance:
    return replace(appearance, **changes)  # type: ignore[arg-type]
