"""Every window, dialog, popover and screen of the program, in the states that look different: by name, how to open it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial

from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from app import i18n
from app.domain import pages as p
from app.domain.clock import DAY, HOUR
from app.domain.connections import ProviderKind
from app.domain.keeping import Backup, Known
from app.domain.public import PublicHost
from app.domain.settings import KeptSettings
from app.i18n import Wording, _
from app.services.secrets import Need
from app.ui import messages, theme
from app.ui.connect.unlocking import KeyDialog
from app.ui.dashboard.details import Details, DetailsPopover
from app.ui.days.date_field import DateField
from app.ui.main_window import MainWindow, Screen
from app.ui.onboarding.state import State as FirstRun
from app.ui.onboarding.state import Step, You, month_card
from app.ui.pages.editing import Editing, SlugCheck, SlugState, editing_of, refused, typed
from app.ui.pages.editor_state import Section
from app.ui.pages.preview_state import PreviewState, public_page
from app.ui.pages.screen import PagesScreen
from app.ui.pages.state import PagesState, pages_state
from app.ui.settings.state import PANELS
from app.ui.widgets import HelpPopover, MenuPopup, Popover, Question, toast
from app.ui.widgets.select import SelectBox
from tests.ui import overviews
from tests.ui.connect import states as connecting
from tests.ui.looks import main_window, settings_window
from tests.ui.settings import pictured

Opens = Callable[[], QWidget]
"""Makes a window, shows it, and gives what is to be looked at: the window, or what floats over it."""
NOW, ZONE = overviews.NOW, overviews.ZONE


def shown(window: QWidget) -> QWidget:
    window.show()
    settle()
    return window


def settle() -> None:
    for _turn in range(3):
        QApplication.processEvents()


def floating(window: QWidget, kind: type[QWidget] = Popover) -> QWidget:
    """What floats over the window."""
    settle()
    return next(each for each in window.findChildren(kind) if each.isVisible())


def pressed(window: QWidget, words: str) -> QWidget:
    """The window after a button with these words (or this name) was pressed."""
    for each in window.findChildren(QAbstractButton):
        if each.isVisibleTo(window) and words in (each.text().replace("&", ""), each.accessibleName()):
            each.click()
            settle()
            return window
    raise AssertionError(f"no button {words!r}")


# The main window


def meetings(name: str) -> QWidget:
    return shown(main_window(name))


def help_of(view: str) -> QWidget:
    """What F1 opens."""
    from app.ui.help import show_help

    found = show_help(shown(main_window("normal")), view, (_("Meetings"), _("Scheduling pages")))
    settle()
    return found


def status() -> QWidget:
    window = main_window("normal")
    shown(window)
    window.sidebar.chip.opened.emit()
    return floating(window)


def compact() -> QWidget:
    window = main_window("inactive")
    window.resize(window.minimumSize())
    return shown(window)


def details() -> QWidget:
    window = main_window("normal")
    shown(window)
    found = Details(
        "b1",
        "Intro call",
        "Thursday 15 October, 10:20 to 10:50",
        "Video call",
        "Ida Winther",
        "ida.winther@consulting.example.org",
        "We are six people and would like to talk about our spring seminar.",
        (("What is it about?", "The seminar, and who can lead it"), ("Your company", "Winther & Co.")),
        "maja@example.org",
        "Not in your calendar yet",
        True,
    )
    popover = DetailsPopover(window.sidebar.settings, found)
    popover.open_at()
    settle()
    return popover


def help_of_a_banner() -> QWidget:
    window = shown(main_window("inactive"))
    popover = HelpPopover(window.findChildren(QAbstractButton)[0], _("How to fix"), _("Nobody can book"))
    popover.open_at()
    settle()
    return popover


def menu_of_an_address() -> QWidget:
    window = shown(pages_window(pages_of(overviews.NORMAL)))
    screen = window.findChild(PagesScreen)
    assert isinstance(screen, PagesScreen)
    screen.list.card("p1").more.click()
    return floating(window, MenuPopup)


def told() -> QWidget:
    window = shown(main_window("normal"))
    toast(window, _("Page deleted"), action=_("Undo"), call=lambda: None)
    settle()
    return window


# Scheduling pages


def pages_window(state: PagesState | None = None) -> MainWindow:
    window, screen = MainWindow(), PagesScreen()
    screen.editing_changed.connect(window.force_compact)
    window.add_screen(Screen("pages", "nav_pages", lambda: _("Scheduling pages"), lambda: screen))
    window.show_status(messages.status(overviews.NORMAL))
    window.set_live(True)
    if state is not None:
        screen.list.render_state(state)
    return window


def pages_of(overview: object) -> PagesState:
    return pages_state(overview, "anna", lambda slug: f"http://127.0.0.1/meetings/{slug}", i18n.current())  # type: ignore[arg-type]


def list_of_pages(state: Callable[[], PagesState]) -> QWidget:
    return shown(pages_window(state()))


ALWAYS = p.WeeklyHours((((540, 720), (780, 1020)),) * 5 + ((), ()))
PAGE = p.Page(
    "p1",
    "anna/intro-call",
    "Intro call",
    "We get to know each other and find out what you need.",
    rules=p.Rules((15, 30, 60), step=15, buffer_before=10, buffer_after=5),
    hours=p.Hours(ZONE, ALWAYS, (p.DayOverride(date(2026, 10, 20)), p.DayOverride(date(2026, 10, 21), ((600, 840),)))),
    location=p.Location(p.LocationKind.LINK, "https://video.example.com/anna"),
    questions=(
        p.Question("q1", "What is it about?", p.QuestionKind.LONG_TEXT, required=True),
        p.Question("q2", "Which day suits you best?", p.QuestionKind.CHOICE, choices=("Monday", "Friday")),
    ),
    consent=p.Consent(p.ConsentKind.TICK, "Anna may keep my answers.", "https://example.com/privacy"),
    guests_max=3,
    cutoff=240,
    thanks="Thank you, I look forward to it.",
    secret=True,
)
LINKS = (
    p.PageLink("l1", "p1", "For Jonas", NOW - DAY),
    p.PageLink("l2", "p1", "", NOW - DAY, NOW + 3 * DAY, single=True),
)
HOST = PublicHost("Anna Holm", "Organisation consultant", zone=ZONE, own_part="anna")


def editing(page: p.Page = PAGE, *, new: bool = False) -> Editing:
    return editing_of(
        page,
        p.Hours(ZONE, ALWAYS),
        date(2026, 10, 13),
        new=new,
        own_part="anna",
        prefix="127.0.0.1/meetings/",
        owner="Anna",
        words=Wording(i18n.current().language),
        links=() if new else LINKS,
        now=NOW,
    )


def preview(found: Editing, *, starts: bool = True) -> PreviewState:
    times = tuple(NOW + day * DAY + hour * HOUR for day in range(1, 12) for hour in range(5)) if starts else ()
    return PreviewState(public_page(found.base, found.usual, offline=False), HOST, found.words, NOW, 30, times)


def editor(section: Section | None, found: Editing | None = None, *, starts: bool = True) -> QWidget:
    """The editor with one section open."""
    found = found or editing()
    window = pages_window()
    shown(window)
    screen = window.findChild(PagesScreen)
    assert isinstance(screen, PagesScreen)
    screen.show_editor()
    screen.editor.begin(found)
    screen.editor.render_preview(preview(found, starts=starts))
    if section is not None:
        screen.editor.sections[section].set_open(True)
    screen.editor.render_editing(found)
    settle()
    return window


def wrong() -> QWidget:
    """Everything is wrong that can be, and said."""
    found = editing()
    bare = replace(found.draft, title="", slug="A b", thanks="x" * 3000)
    found = refused(typed(found, bare))
    found = replace(found, slug=SlugCheck(SlugState.TAKEN, "anna/intro-call-2"), fault=_("Nothing is lost."), elsewhere=True)
    return editor(Section.BASICS, found)


def at_step(number: int) -> QWidget:
    window = editor(None)
    screen = window.findChild(PagesScreen)
    assert isinstance(screen, PagesScreen)
    screen.editor.preview.go_to_step(number)
    settle()
    return window


def in_editor(section: Section, open_it: Callable[[QWidget], None]) -> QWidget:
    """Something unfolded in a section."""
    window = editor(section)
    screen = window.findChild(PagesScreen)
    assert isinstance(screen, PagesScreen)
    open_it(screen.editor.sections[section].body)
    screen.editor.render_editing(editing())
    settle()
    return window


# Settings


def settings(panel: str, name: str) -> QWidget:
    return shown(settings_window(panel, name))


def own_settings(name: str) -> QWidget:
    from tests.ui.looks import own_window

    return shown(own_window(name))


def settings_with_problems() -> QWidget:
    window = settings_window("appearance", "connected")
    state = pictured.ALL["connected"]
    bare = replace(state.draft, profile=replace(state.draft.profile, name=""))
    window.render_state(replace(state, draft=bare))
    return shown(window)


def found_nothing() -> QWidget:
    window = settings_window("calendars", "connected")
    shown(window)
    window._search.setText("zzz")
    settle()
    return window


def blocks() -> QWidget:
    from tests.ui.looks import blocks_open

    return shown(blocks_open())


def letter() -> QWidget:
    from app.ui.settings.calendar_help import HelpWithLetter

    window = shown(settings_window("calendars", "inactive"))
    popover = HelpWithLetter(window.findChildren(QAbstractButton)[0], _("How to fix"), _("Nobody can book"), "Kirsten")
    popover.open_at()
    settle()
    return popover


def departing(name: str) -> QWidget:
    """Availability with exceptions, holidays and journeys."""
    window = settings_window("availability", "connected")
    window.render_state(pictured.departing(name))
    return shown(window)


def kept() -> QWidget:
    """Settings that could not be read are told of on every panel."""
    window = settings_window("appearance", "connected")
    stored = KeptSettings("{}")
    window.render_state(replace(pictured.ALL["connected"], kept=(stored,)))
    return shown(window)


def least(open_it: Opens) -> QWidget:
    """A window as small as it can be made."""
    window = open_it().window()
    window.resize(window.minimumSize())
    settle()
    return window


def open_select() -> QWidget:
    """A long list with its search."""
    window = shown(settings_window("availability", "connected"))
    box = next(each for each in window.findChildren(SelectBox) if each.isVisible() and len(each.options) > 20)
    box.showPopup()
    return floating(window)


def open_month() -> QWidget:
    window = in_editor(Section.HOURS, lambda body: body.exceptions._open_row(1))  # type: ignore[attr-defined]
    field = next(each for each in window.findChildren(DateField) if each.isVisible())
    field.pick.click()
    return floating(window)


def why() -> QWidget:
    window = editor(None)
    pressed(window, _("Why not?"))
    return floating(window)


def qr_of_a_page() -> QWidget:
    from app.ui.pages.qr_code import QrPopover

    window = shown(pages_window(pages_of(overviews.NORMAL)))
    popover = QrPopover(window, "Intro call", "http://127.0.0.1/meetings/anna/intro-call")
    popover.open_at()
    settle()
    return popover


def key(name: str) -> QWidget:
    """The dialogs about the key to the sign-ins."""
    found = KeyDialog(shown(main_window("normal")), Need[name], "" if name == "NEW" else _("The file cannot be read."))
    found.open()
    settle()
    return found


BACKUPS = tuple(Backup(f"/backups/{day}.db", NOW - day * DAY, 4_500_000) for day in range(6))


def dialog(name: str) -> QWidget:
    from app.ui.onboarding.view import HoursDialog
    from app.ui.rescue import RescueDialog
    from app.ui.settings import privacy_dialogs, privacy_words

    window = main_window("normal")
    shown(window)
    titles = tuple(privacy_words.backup_title(each, NOW, ZONE) for each in BACKUPS[:3])
    person = privacy_dialogs.PersonDialog(window)
    makes: dict[str, Opens] = {
        "backups": lambda: privacy_dialogs.BackupsDialog(window, BACKUPS, NOW, ZONE),
        "no-backups": lambda: privacy_dialogs.BackupsDialog(window, (), NOW, ZONE),
        "protect": lambda: privacy_dialogs.PassphraseDialog(window, new=True),
        "protected": lambda: privacy_dialogs.PassphraseDialog(window, new=False, wrong=True),
        "person": lambda: person,
        "text": lambda: privacy_dialogs.TextDialog(window, _("Record of deletions"), _("Nothing is lost."), "line\n" * 40),
        "rescue": lambda: RescueDialog(window, BACKUPS[:3], titles, _("The file cannot be read.")),
        "rescue-none": lambda: RescueDialog(window, (), ()),
        "hours": lambda: HoursDialog(window, ALWAYS, ZONE, True),
    }
    found = makes[name]()
    if found is person:
        person.show_known(Known("ida@example.org", attempts=(overviews.ATTEMPTS[0],), letters=1))
    else:
        person.deleteLater()
    found.open()  # type: ignore[attr-defined]
    settle()
    return found


def question(name: str) -> QWidget:
    """The questions that the program asks, with their own words."""
    window = shown(main_window("normal"))
    asked: dict[str, Callable[[], Question]] = {
        "settings": lambda: Question(
            window,
            _("Save changes?"),
            "",
            (("stay", _("Keep editing"), "ghost"), ("discard", _("Discard"), "secondary"), ("save", _("Save"), "primary")),
            width=480,
        ),
        "editor": lambda: Question(
            window,
            _("Save changes?"),
            _("{page} has changes that guests do not see yet.").format(page="Intro call"),
            (("discard", _("Discard"), "ghost"), ("keep", _("Keep editing"), "secondary"), ("save", _("Save"), "primary")),
        ),
        "tray": lambda: Question(
            window,
            _("Aftale stays in the tray"),
            _("Your pages stay online, so people can go on booking you. You find Aftale next to the clock."),
            (("quit", _("Quit instead"), "ghost"), ("stay", _("Close the window"), "primary")),
        ),
        "quit": lambda: Question(
            window,
            _("Quit Aftale?"),
            _("Your pages go offline until you start Aftale again. Meetings that are booked stay."),
            (("minimise", _("Minimise instead"), "secondary"), ("quit", _("Quit and take pages offline"), "primary")),
        ),
        "decline": lambda: Question(
            window,
            _("Decline the request of {name}?").format(name="Bartholomew Featherstonehaugh"),
            _("{name} can read your answer on the page behind their link. Aftale sends no e-mail.").format(name="Ida"),
            (("keep", _("Keep the request"), "secondary"), ("decline", _("Decline"), "danger")),
            word=_("A word to {name}").format(name="Ida"),
            width=480,
        ),
        "local": lambda: Question(
            window,
            _("Disconnect the calendar on this computer?"),
            _(
                "The events that you put in it are deleted. Bookings stay in Aftale, and your pages stay open: "
                "people send requests and you answer each one."
            ),
            (
                ("export", _("Export first…"), "ghost"),
                ("keep", _("Keep it"), "secondary"),
                ("disconnect", _("Disconnect"), "danger"),
            ),
            width=480,
        ),
        "erase": lambda: Question(
            window,
            _("Delete everything?"),
            _(
                "Contacts, meetings, pages, sign-in keys and backups are deleted for good, and your pages go off. "
                "What stands in a calendar elsewhere stays there."
            ),
            (("", _("Keep everything"), "secondary"), ("delete", _("Delete everything"), "danger")),
            width=480,
        ),
    }
    found = asked[name]()
    found.open()
    settle()
    return found


# Connecting, the first run, the tray


def connect(name: str) -> QWidget:
    from tests.ui.connect.looks import window_of

    return shown(window_of(connecting.ALL[name]))


def connect_privacy() -> QWidget:
    from app.ui.connect.shared import PrivacyDialog
    from tests.ui.connect.looks import window_of

    found = PrivacyDialog(shown(window_of(connecting.GOOGLE)), ProviderKind.GOOGLE, "")
    found.open()
    settle()
    return found


def connect_help() -> QWidget:
    from app.ui.connect.help import Help
    from app.ui.connect.steps import StepsPopover
    from tests.ui.connect.looks import window_of

    window = shown(window_of(connecting.EXCHANGE))
    popover = StepsPopover(
        window.findChildren(QAbstractButton)[0], Help(_("How to fix"), _("Nobody can book"), "https://x.org")
    )  # type: ignore[arg-type]
    popover.open_at()
    settle()
    return popover


def first_run(step: Step, **more: object) -> QWidget:
    from app.ui.onboarding.view import OnboardingView

    view = OnboardingView()
    month = month_card(tuple(NOW + DAY + each * HOUR for each in range(4)), ZONE, NOW, i18n.current())
    state = FirstRun(
        step,
        You("" if more.get("name_missing") else "Anna Holm", "Organisation consultant", i18n.current().language, ZONE),
        providers=(ProviderKind.GOOGLE, ProviderKind.OFFICE365, ProviderKind.EXCHANGE, ProviderKind.CALDAV, ProviderKind.LOCAL),
        title="Intro call",
        link="http://127.0.0.1/meetings/anna-holm",
        month=month,
        zones_known=True,
        **more,  # type: ignore[arg-type]
    )
    view.show_state(state)
    # The screen of a test is smaller than the window.
    view.resize(theme.sized(1120), theme.sized(720))
    return shown(view)


def tray(name: str, *, pausing: bool = False) -> QWidget:
    from app.ui.tray_panel import TrayPanel
    from app.ui.tray_state import tray_state

    panel = TrayPanel(tray_state(overviews.ALL[name]))
    shown(panel)
    if pausing:
        pressed(panel, _("Pause bookings for…"))
    return panel


DISCLOSED = (("eye", "Sees your calendars and their events", "To know when you are free."), ("schedule", "Adds events", ""))


def everything() -> dict[str, Opens]:
    """All of them, by name."""
    found: dict[str, Opens] = {f"meetings-{name}": partial(meetings, name) for name in overviews.ALL}
    found |= {
        "meetings-compact": compact,
        "status": status,
        "details": details,
        "help": help_of_a_banner,
        "page-menu": menu_of_an_address,
        "toast": told,
        "pages": partial(list_of_pages, lambda: pages_of(overviews.NORMAL)),
        "pages-paused": partial(list_of_pages, lambda: pages_of(overviews.PAUSED)),
        "pages-inactive": partial(list_of_pages, lambda: pages_of(overviews.INACTIVE)),
        "pages-none": partial(list_of_pages, lambda: PagesState(loaded=True)),
        "pages-failed": partial(list_of_pages, lambda: PagesState(failed=True)),
    }
    views = ("meetings", "pages", "editor", *(f"settings:{panel}" for panel in PANELS))
    found |= {f"help-{view}": partial(help_of, view) for view in views}
    found |= {f"editor-{section.value}": partial(editor, section) for section in Section}
    found |= {
        "editor-new": lambda: editor(Section.BASICS, editing(p.Page("n", "", ""), new=True), starts=False),
        "editor-wrong": wrong,
        "editor-step-2": partial(at_step, 1),
        "editor-step-3": partial(at_step, 2),
        "editor-question": partial(in_editor, Section.FORM, lambda body: body.open_question("q2")),  # type: ignore[attr-defined]
        "editor-exception": partial(in_editor, Section.HOURS, lambda body: body.exceptions._open_row(1)),  # type: ignore[attr-defined]
    }
    found |= {f"settings-{panel}": partial(settings, panel, "connected") for panel in PANELS}
    found |= {f"settings-calendars-{name}": partial(settings, "calendars", name) for name in pictured.ALL}
    found |= {
        "settings-problems": settings_with_problems,
        "settings-nothing": found_nothing,
        "settings-blocks": blocks,
        "settings-letter": letter,
    }
    own = ("notifications-quiet", "notifications-held", "notifications-no-tray", "appearance-logo", "failed")
    found |= {f"settings-{name}": partial(own_settings, name) for name in own}
    questions = "settings editor tray quit decline local erase"
    found |= {f"settings-availability-{name}": partial(departing, name) for name in pictured.DEPARTURES}
    found |= {
        "settings-kept": kept,
        "open-select": open_select,
        "open-month": open_month,
        "why": why,
        "qr-code": qr_of_a_page,
        "least-meetings": partial(least, partial(meetings, "inactive")),
        "least-pages": partial(least, found["pages"]),
        "least-editor": partial(least, found["editor-hours"]),
        "least-connect": partial(least, partial(connect, "exchange-password")),
    }
    found |= {f"least-settings-{panel}": partial(least, partial(settings, panel, "connected")) for panel in PANELS}
    found |= {f"key-{need.name.lower()}": partial(key, need.name) for need in Need}
    dialogs = "backups no-backups protect protected person text rescue rescue-none hours"
    found |= {f"dialog-{name}": partial(dialog, name) for name in dialogs.split()}
    found |= {f"question-{name}": partial(question, name) for name in questions.split()}
    found |= {f"connect-{name}": partial(connect, name) for name in connecting.ALL}
    found |= {
        "connect-privacy": connect_privacy,
        "connect-help": connect_help,
        "first-run-1": partial(first_run, Step.YOU, fresh=True),
        "first-run-1-missing": partial(first_run, Step.YOU, name_missing=True, problem="x"),
        "first-run-2": partial(first_run, Step.CALENDAR),
        "first-run-2-dialog": partial(first_run, Step.CALENDAR, disclosed=DISCLOSED),
        "first-run-3": partial(first_run, Step.PAGE),
        "tray": partial(tray, "normal"),
        "tray-fault": partial(tray, "worst"),
        "tray-pausing": partial(tray, "normal", pausing=True),
    }
    return found
