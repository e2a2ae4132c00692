"""What Chat and embed says. No Qt."""

from __future__ import annotations

from app.domain.reaching import Serving
from app.domain.settings import Reach
from app.i18n import _
from app.ui import messages
from app.ui.settings.state import SettingsState


def site_reason(reason: str) -> str:
    """What to do about a site that cannot be taken as it is typed."""
    words = {
        "missing": _("Write the address of your site, for example https://www.example.com."),
        "form": _("Write an address like https://www.example.com, without spaces."),
        "path": _("Leave out what comes after the name: every page of the site may show it then."),
        "wildcard": _("Write each site by its full name. A star does not count."),
        "scheme": _("The site must begin with https://."),
        "port": _("The number behind the colon is a port, from 1 to 65535."),
        "too_long": _("An address has 253 letters at most."),
        "taken": _("This site is in your list already."),
    }
    return words.get(reason) or messages.reason_words(reason)


def live_words(state: SettingsState) -> str:
    """Where the code does not work as things stand, why."""
    standing = state.standing
    if standing.reach == Reach.COMPUTER or standing.serving is not Serving.LIVE:
        return _("The code works when your pages are live.")
    if not state.base.pages_on:
        return _("Your pages are paused: the site shows that you take no bookings.")
    return ""


def link_text(name: str) -> str:
    """What a link says unless the owner writes something else."""
    known = name.split()
    return _("Book a meeting with {name}").format(name=known[0]) if known else _("Book a meeting")


def frame_title(page: str, name: str) -> str:
    """What a screen reader says of the page within a site."""
    return _("{page} with {name}").format(page=page, name=name) if name else page
