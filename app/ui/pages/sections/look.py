"""Language and look: in which words and on which clock the page speaks, and what stands beside the owner's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.domain.pages import ClockFace, Picture
from app.i18n import _
from app.ui.pages.editing import Editing
from app.ui.pages.grids import columns_of
from app.ui.pages.sections.section import SectionBody
from app.ui.pages.summaries import language_name
from app.ui.widgets import Button, CheckBox, ChoiceRow, Label, Option, Select, column, row


class LookSection(SectionBody):
    """``choose_picture`` asks the owner for a file; what comes of it arrives with the draft."""

    def __init__(self, choose_picture: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.language = Select(_("Language of the page"), [Option(each, language_name(each)) for each in ("", "en", "da")])
        self.clock = Select(
            _("Clock"),
            [
                Option(ClockFace.USUAL, _("As in Settings")),
                Option(ClockFace.HOURS_24, _("24 hours")),
                Option(ClockFace.HOURS_12, _("12 hours, am and pm")),
            ],
        )
        self.fixed = CheckBox()
        fixed = ChoiceRow(self.fixed, "")
        fixed.set_words(_("Show times on my clock only"), _("For meetings in person: guests cannot choose another time zone."))
        self.kind = Select(
            _("Beside your name"),
            [
                Option(Picture.NONE, _("As in Settings")),
                Option(Picture.PHOTO, _("A photo, drawn round")),
                Option(Picture.LOGO, _("A logo")),
            ],
        )
        self.thumb = Thumb()
        self.choose = Button(_("Choose a picture…"), icon="image")
        self.note = Label(_("It is made small, and what a camera adds to it is left out."), "small", "muted", wrap=True)
        self._picture = QWidget()
        line = row(gap=12, on=self._picture)
        line.addWidget(self.thumb)
        line.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self.note, 1)
        lines = column(gap=14, on=self)
        lines.addWidget(columns_of([self.language, self.clock], most=2, least=180))
        lines.addWidget(fixed)
        lines.addWidget(columns_of([self.kind], most=2, least=180))
        lines.addWidget(self._picture)
        self.language.chosen.connect(lambda language: self.change(language=language))
        self.clock.chosen.connect(lambda clock: self.change(clock=clock))
        self.fixed.clicked.connect(lambda on: self.change(zone_fixed=on))
        self.kind.chosen.connect(lambda kind: self._choose_kind(cast(Picture, kind), choose_picture))
        self.choose.clicked.connect(lambda: choose_picture())

    def _choose_kind(self, kind: Picture, choose_picture: Callable[[], None]) -> None:
        self.change(picture_kind=kind)
        if kind is not Picture.NONE and not self.draft.picture:
            choose_picture()

    def show_draft(self, editing: Editing) -> None:
        draft = editing.draft
        self.language.set_value(draft.language)
        self.clock.set_value(draft.clock)
        self.fixed.setChecked(draft.zone_fixed)
        self.kind.set_value(draft.picture_kind)
        self._picture.setVisible(draft.picture_kind is not Picture.NONE)
        self.thumb.show_picture(editing.picture if draft.picture else b"", draft.picture_kind)


class Thumb(QWidget):
    """The picture as the page shows it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._shown: tuple[bytes, Picture] = (b"", Picture.NONE)
        self.setAccessibleName(_("The picture of this page"))

    def show_picture(self, body: bytes, kind: Picture) -> None:
        """Without a picture that can be read there is nothing to see."""
        if (body, kind) == self._shown:
            return
        self._shown = (body, kind)
        self._image = QImage.fromData(body) if body else QImage()
        self.setVisible(not self._image.isNull())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        if self._image.isNull() or self._shown[1] is Picture.PHOTO:
            return QSize(56, 56)
        return self._image.size().scaled(160, 56, Qt.AspectRatioMode.KeepAspectRatio)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        place = self.rect()
        place.setSize(self.sizeHint())
        place.moveCenter(self.rect().center())
        if self._shown[1] is Picture.PHOTO:
            path = QPainterPath()
            path.addEllipse(place)
            painter.setClipPath(path)
        painter.drawImage(place, self._image)
