"""What the tray says, as frozen data: one reading of the overview for the icon, the plain menu and the panel. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from app import i18n
from app.domain.calendars import midnight
from app.domain.clock import MINUTE, Instant
from app.domain.overview import Meeting, Overview, Reachability
from app.i18n import _, local, ngettext
from app.ui import messages
from app.ui.messages import Status

Dot = Literal["", "amber", "danger"]
HOUR, TODAY = "hour", "today"
SOON = 60
"""Minutes before a meeting at which the panel says how long it is until then."""


@dataclass(frozen=True, slots=True)
class NextMeeting:
    """``line`` is the plain menu's; ``join`` a link to open, empty where there is none."""

    id: str
    time: str
    title: str
    detail: str
    line: str
    join: str = ""


@dataclass(frozen=True, slots=True)
class TrayState:
    """``dot``: the icon's mark (amber needs attention, brick out of reach). ``fix``: what is wrong, empty when all is well."""

    status: Status
    dot: Dot
    tip: str
    pages_on: bool
    meeting: NextMeeting | None = None
    fix: str = ""
    link: str = ""
    serving: bool = False


def tray_state(overview: Overview) -> TrayState:
    """The tray at ``overview.now``, in the language in force."""
    status, fix = messages.status(overview), _fix(overview)
    unreachable = overview.reach in (Reachability.NOT_REACHED, Reachability.STOPPED)
    return TrayState(
        status,
        "danger" if unreachable else "amber" if fix else "",
        _("Aftale: {status}").format(status=status.spoken),
        overview.pages_on,
        _next_meeting(overview),
        fix,
        overview.link,
        overview.reach in (Reachability.LIVE, Reachability.COMPUTER_ONLY),
    )


def rest_of_today(now: Instant, zone: str) -> Instant:
    """When today ends: how long *Pause bookings for today* lasts."""
    today = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(zone)).date()
    return midnight(today + timedelta(days=1), zone)


def quit_words(state: TrayState) -> str:
    """Quit says whether pages go off (DESK-2)."""
    return _("Quit and take pages offline") if state.serving else _("Quit")


def pause_words() -> tuple[tuple[str, str], ...]:
    """How long one can pause, by name."""
    return (HOUR, _("1 hour")), (TODAY, _("Rest of today"))


def _next_meeting(overview: Overview) -> NextMeeting | None:
    today = local(overview.now, overview.zone).date()
    for meeting in overview.meetings:
        if meeting.event_only or meeting.end <= overview.now:
            continue
        start = local(meeting.start, overview.zone)
        if start.date() != today:
            return None
        time = i18n.current().time(start)
        title = f"{meeting.title}, {meeting.who}" if meeting.who else meeting.title
        detail = " · ".join(part for part in (_until(meeting, overview.now), messages.place(meeting.location)[1]) if part)
        return NextMeeting(meeting.booking or meeting.id, time, title, detail, f"{time} {title}", meeting.location.link)
    return None


def _until(meeting: Meeting, now: Instant) -> str:
    minutes = -(-(meeting.start - now) // MINUTE)
    if minutes <= 0:
        return _("now")
    if minutes > SOON:
        return ""
    return ngettext("in {count} min", "in {count} min", minutes).format(count=minutes)


def _fix(overview: Overview) -> str:
    """What needs the owner most."""
    if overview.reach is Reachability.NOT_REACHED:
        return _("your pages cannot be reached")
    for account in overview.accounts:
        if account.signed_out:
            return _("sign in to {account} again").format(account=messages.provider_name(account.provider))
    if overview.inactive:
        return _("{calendar} is inactive").format(calendar=overview.inactive[0].name)
    if overview.failed_writes:
        return _("a meeting is missing in your calendar")
    for calendar in overview.calendars:
        if calendar.doubt and (calendar.checked or calendar.booking):
            return _("many events vanished from {calendar}").format(calendar=calendar.name)
    return ""
