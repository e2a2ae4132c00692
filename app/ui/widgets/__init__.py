"""The component kit: every control of the design, painted from the tokens.

Import from here: ``from app.ui.widgets import Button, Card``. Names are looked up when first used, so that a screen loads only
the widgets that it shows.

Rules for those who use it
    Widgets take ready words. A view sets its words in ``retranslate()`` and calls that from ``changeEvent`` on
    ``QEvent.LanguageChange`` (``theme.retranslate_all()`` sends it). Colours and fonts are read while painting:
    ``theme.colours().accent``, ``theme.font("sub")``, ``theme.line("body")``, ``theme.sized(36)`` (a height that grows with the
    text size), ``theme.page_colour("fjord")``. Texts of people are shown by ``Label``, which is always plain text.
    ``set_value``/``set_text``/``set_on`` never emit; signals mean that a person did it.

Text
    Label(text, role, tone, *, wrap, centred): setText, set_tone, set_role, set_strong(part)
        role: display title heading sub body body_medium label small caption caption_regular tick code
        tone: text muted faint accent amber danger success on_accent
    Divider(inset), VerticalDivider()
Buttons
    Button(text, kind, size, *, icon, icon_after, flush): clicked, set_busy, set_kind, set_icon
        kind: primary secondary soft ghost quiet danger danger_outline dashed; size: small normal large
    IconButton(icon, name, *, size, glyph, tone, outlined): clicked, set_name, set_icon
    Spinner(name, size): run(on)
Inputs
    TextField(label, *, required, optional, help, placeholder, icon, unit, compact): changed(str), committed(str), text,
        set_text, set_label, set_help, set_placeholder, set_unit, set_error(text), set_valid(text), set_busy,
        set_read_only, edit (the QLineEdit)
    TextArea(label, *, required, optional, help, placeholder, rows): changed(str), text, set_text, set_error, edit
    Select(label, options, value, *, icon, required, optional, help, placeholder, compact): chosen(object), value, set_value,
        set_options
    Option(value, text, note, colour, icon, possible, reason), required_note()
Choices
    CheckBox(text, *, checked, role), Radio(text, *, checked), Switch(name, text, *, checked): toggled, set_on
    ChoiceRow(box, title, effect): toggled, set_words, set_possible, box
    ChipGroup(options, value, *, several, height, name): chosen(object), value, values, set_value, set_options, chips
    Segmented(options, value, *, name): chosen(object), value, set_value, set_texts, segments
Marks
    Badge(text, kind, *, icon, dot, size, outlined): set_text(text, kind); kind: neutral success amber danger accent
    StatusDot(state): set_state; ColourDot(colour, size): set_colour; Avatar(name, size, colour): set_name
    SkeletonRow(height); Mark(height); mark_icon(state, one_colour=) for windows and tray; Landscape(phase, radius=): set_phase
Surfaces
    Card(heading, *, padding, gap, link, head_gap, dashed): body, set_padding, link_requested,
        set_heading(heading, count=, link=, note=)
    Well(): body (a sunken strip)
    Banner(kind, title, text, actions, *, icon): show_words, action_requested(str), button(id)
        actions: [(id, words, kind)]; kind: amber danger accent success neutral
    EmptyState(heading, text, actions, *, phase): actions [(id, words, kind, icon)], action_requested(str), button(id)
    ScrollArea(content)
Floating
    Popover(anchor, *, name, width, padding): body, open_at(anchor, align), close, closed
    HelpPopover(anchor, title, text)
    MenuPopup(anchor, *, name): add(text, call, *, icon, danger, checked, possible), add_separator, open_at, open_at_point
    toast(near, text, *, action, call, icon)
Dialogs, always ``open()``, never ``exec``
    Dialog(parent, title, *, width, heading): body, footer, add_button(answer, text, kind, at=), answer, close_with
    Question(parent, title, text, answers, *, word, placeholder): answers ((id, words, kind), …), said()
Time
    DayRibbon(RibbonDay(blocks, free, now)): set_day; Block(start, end, words, colour)
    WeeklyHoursEditor(hours, *, zone, monday_first, hint): changed(WeeklyHours), hours, set_hours, set_zone, valid, copy_day,
        open_copy_menu; hours_text.parse("9-12, 13-17"), hours_text.write(ranges)
Keyboard and screen readers
    Tab goes as one reads, in every window that hands ``focusNextPrevChild`` to ``reading_order.go``; its stops are
    ``reading_order.stops(root)``. A widget with ``tab_order()`` says itself in which order its parts come.
    speaking: tell_role(class_name, role) for painted controls, tell_nothing(class_name) for decoration, announce(widget, words)
    for what changes unasked. Targets are at least 32 high and wide; tests/ui/test_access.py walks through every window.
Layouts
    column(gap=, margins=, on=), row(gap=, margins=, on=), FlowLayout(gap=, line_gap=), clear(layout)
Drawing
    base: draw_rounded (with an outline where colours are forced), draw_text, painter_for, Focusable (mixin: focus ring),
    FocusRing
    icons: icon(name, colour, size, ratio), draw_icon(painter, name, place, colour), qt_icon(name, colour); a name is a role of
    the design (``nav_meetings``, ``copy``), a role with ``-fill`` or ``-bold``, or a file of ``resources/icons``
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.ui.widgets.badges import Avatar as Avatar
    from app.ui.widgets.badges import Badge as Badge
    from app.ui.widgets.badges import ColourDot as ColourDot
    from app.ui.widgets.badges import CountBadge as CountBadge
    from app.ui.widgets.badges import SkeletonRow as SkeletonRow
    from app.ui.widgets.badges import StatusDot as StatusDot
    from app.ui.widgets.base import Focusable as Focusable
    from app.ui.widgets.base import FocusRing as FocusRing
    from app.ui.widgets.buttons import Button as Button
    from app.ui.widgets.buttons import IconButton as IconButton
    from app.ui.widgets.buttons import Spinner as Spinner
    from app.ui.widgets.chips import CheckChip as CheckChip
    from app.ui.widgets.chips import Chip as Chip
    from app.ui.widgets.chips import ChipGroup as ChipGroup
    from app.ui.widgets.chips import Segmented as Segmented
    from app.ui.widgets.choices import CheckBox as CheckBox
    from app.ui.widgets.choices import ChoiceRow as ChoiceRow
    from app.ui.widgets.choices import Radio as Radio
    from app.ui.widgets.choices import Switch as Switch
    from app.ui.widgets.dialog import Dialog as Dialog
    from app.ui.widgets.dialog import Question as Question
    from app.ui.widgets.empty_state import EmptyState as EmptyState
    from app.ui.widgets.fields import LineEdit as LineEdit
    from app.ui.widgets.fields import required_note as required_note
    from app.ui.widgets.landscape import Landscape as Landscape
    from app.ui.widgets.layouts import FlowLayout as FlowLayout
    from app.ui.widgets.layouts import clear as clear
    from app.ui.widgets.layouts import column as column
    from app.ui.widgets.layouts import row as row
    from app.ui.widgets.mark import Mark as Mark
    from app.ui.widgets.mark import mark_icon as mark_icon
    from app.ui.widgets.menu import MenuPopup as MenuPopup
    from app.ui.widgets.option import Option as Option
    from app.ui.widgets.popups import HelpPopover as HelpPopover
    from app.ui.widgets.popups import Popover as Popover
    from app.ui.widgets.qr import QrCode as QrCode
    from app.ui.widgets.ribbon import DayRibbon as DayRibbon
    from app.ui.widgets.ribbon_day import Block as Block
    from app.ui.widgets.ribbon_day import RibbonDay as RibbonDay
    from app.ui.widgets.select import Select as Select
    from app.ui.widgets.surfaces import Banner as Banner
    from app.ui.widgets.surfaces import Card as Card
    from app.ui.widgets.surfaces import ScrollArea as ScrollArea
    from app.ui.widgets.surfaces import Well as Well
    from app.ui.widgets.text import Divider as Divider
    from app.ui.widgets.text import Label as Label
    from app.ui.widgets.text import VerticalDivider as VerticalDivider
    from app.ui.widgets.text_area import TextArea as TextArea
    from app.ui.widgets.text_field import TextField as TextField
    from app.ui.widgets.toasts import Toast as Toast
    from app.ui.widgets.toasts import toast as toast
    from app.ui.widgets.weekly_hours import WeeklyHoursEditor as WeeklyHoursEditor

_HOME = {
    "badges": "Avatar Badge ColourDot CountBadge SkeletonRow StatusDot",
    "base": "Focusable FocusRing",
    "buttons": "Button IconButton Spinner",
    "chips": "CheckChip Chip ChipGroup Segmented",
    "choices": "CheckBox ChoiceRow Radio Switch",
    "dialog": "Dialog Question",
    "empty_state": "EmptyState",
    "fields": "LineEdit required_note",
    "landscape": "Landscape",
    "layouts": "FlowLayout clear column row",
    "mark": "Mark mark_icon",
    "menu": "MenuPopup",
    "option": "Option",
    "popups": "HelpPopover Popover",
    "qr": "QrCode",
    "ribbon": "DayRibbon",
    "ribbon_day": "Block RibbonDay",
    "select": "Select",
    "surfaces": "Banner Card ScrollArea Well",
    "text": "Divider Label VerticalDivider",
    "text_area": "TextArea",
    "text_field": "TextField",
    "toasts": "Toast toast",
    "weekly_hours": "WeeklyHoursEditor",
}
_WHERE = {name: module for module, names in _HOME.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(name)
    found = getattr(import_module(f"app.ui.widgets.{_WHERE[name]}"), name)
    globals()[name] = found
    return found
