"""What Publishing says: how things stand, since when, why an address does not lead here, and what each way means."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.addresses import shown_host
from app.domain.clock import DAY, HOUR, MINUTE, Instant
from app.domain.errors import InvalidFields
from app.domain.reaching import DomainCheck, Obstacle, Serving, Standing
from app.domain.settings import Domain, Publishing, Reach
from app.i18n import _, current, local, ngettext
from app.ui import messages
from app.ui.settings.links import check_of, is_known
from app.ui.settings.notes import Kind
from app.ui.settings.state import NO_DOMAIN, PORT_TAKEN, SettingsState

SLOW = 2000
"""Milliseconds above which an answer is told to be slow."""


@dataclass(frozen=True, slots=True)
class StatusWords:
    """The status card: ``dot`` of a StatusDot, what it says, and whether it is a fault with its cure."""

    dot: str
    title: str
    lines: tuple[str, ...]
    fault: bool = False


def status_words(state: SettingsState) -> StatusWords:
    """How publishing stands, as it is saved and in force."""
    standing, publishing = state.standing, state.base.publishing
    paused = () if state.base.pages_on else (_("Your pages are paused: people read that you take no bookings."),)
    if standing.serving in (Serving.NOT_REACHED, Serving.STOPPED):
        return StatusWords("danger", _("Your pages cannot be reached"), _fault_lines(state), fault=True)
    if standing.reason == PORT_TAKEN:
        return StatusWords("danger", _("Your pages stay on this computer only"), _fault_lines(state), fault=True)
    if standing.serving is Serving.STARTING:
        domain = publishing.domain if publishing.reach is Reach.PROXY else None
        named = _("Connecting to {domain}").format(domain=shown_host(domain)) if domain is not None else ""
        return StatusWords("connecting", named or _("Starting your pages"), paused)
    if standing.reach == Reach.COMPUTER:
        return StatusWords("local", _("Only on this computer"), (_("Nobody else can open your pages."), *paused))
    slow = standing.milliseconds > SLOW
    facts = " · ".join(each for each in (_online(standing, state.now), _visited(standing, state)) if each)
    answers = _answers(standing.milliseconds, slow)
    lines = tuple(each for each in (facts, answers, *paused) if each)
    if standing.reach == Reach.NETWORK:
        return StatusWords("amber" if slow else "success", _("Live on your network"), lines)
    title = _("Live at {domain}").format(domain=standing.url.partition("://")[2])
    return StatusWords("amber" if slow else "success", title, lines)


def _online(standing: Standing, now: Instant) -> str:
    if not standing.since:
        return ""
    return _("Online for {time}").format(time=span(now - standing.since))


def _visited(standing: Standing, state: SettingsState) -> str:
    if not standing.last_visit:
        return _("no visitor yet")
    return _("last visitor {when}").format(when=ago(standing.last_visit, state.now, state.base.profile.zone))


def _answers(milliseconds: int, slow: bool) -> str:
    if not milliseconds:
        return ""
    if slow:
        return _("Answers in {time} s, which is slow for guests").format(time=_decimal(milliseconds / 1000))
    return _("Answers in {time} ms").format(time=milliseconds)


def _decimal(value: float) -> str:
    text = f"{value:.1f}"
    return text.replace(".", ",") if current().language == "da" else text


def span(seconds: int) -> str:
    """How long: ``12 min``, ``3 h 12 min``, ``2 days``."""
    if seconds >= 2 * DAY:
        return ngettext("{count} day", "{count} days", seconds // DAY).format(count=seconds // DAY)
    return messages.length(max(1, seconds // MINUTE))


def ago(at: Instant, now: Instant, zone: str) -> str:
    """When something happened, within a sentence: ``just now``, ``4 minutes ago``, ``Monday 18:20``."""
    passed = now - at
    if passed < MINUTE:
        return _("just now")
    if passed < HOUR:
        return ngettext("{count} minute ago", "{count} minutes ago", passed // MINUTE).format(count=passed // MINUTE)
    if passed < 12 * HOUR:
        return ngettext("{count} hour ago", "{count} hours ago", passed // HOUR).format(count=passed // HOUR)
    return messages.stamp_plain(at, now, zone)


# What is in the way


def _fault_lines(state: SettingsState) -> tuple[str, ...]:
    standing, domain = state.standing, state.base.publishing.domain
    why = _server_words(standing, state.base.publishing)
    if not why and domain is not None and standing.reach != Reach.NETWORK:
        why = obstacle_words(check_of(standing, domain) or _told(standing, domain), domain, standing)
    if not why and standing.reach == Reach.NETWORK:
        why = _("This computer does not answer in its own network. A firewall may be in the way, or the network has changed.")
    again = _("Aftale tries again by itself.")
    if standing.since and standing.serving is Serving.NOT_REACHED:
        again = f"{_('Out of reach for {time}.').format(time=span(state.now - standing.since))} {again}"
    return tuple(each for each in (why, again) if each)


def _server_words(standing: Standing, publishing: Publishing) -> str:
    """Where no address can be asked at all, or this computer's own page server is at fault."""
    if standing.reason == PORT_TAKEN:
        return _("Port {port} is taken by another program. Close that program, then try again.").format(port=standing.port)
    if standing.reason == NO_DOMAIN and publishing.reach is Reach.NETWORK:
        return _("This computer is in no network just now.")
    if standing.reason == NO_DOMAIN:
        return _("Your proxy has no public address yet. Write it below.")
    if standing.reason and standing.reason not in set(Obstacle):
        return _("The page server of this computer has ended. Nothing that was booked is lost.")
    return ""


def _told(standing: Standing, domain: Domain) -> DomainCheck:
    """The check that the reason tells of, where the check itself is not known."""
    known = standing.reason in set(Obstacle)
    return DomainCheck(domain.host, standing.since, Obstacle(standing.reason) if known else Obstacle.TIMEOUT)


def obstacle_words(check: DomainCheck, domain: Domain, standing: Standing) -> str:
    """Why a domain does not lead here and what to do about it."""
    name = shown_host(domain)
    if check.obstacle is Obstacle.NO_ADDRESS:
        words = _("{domain} points nowhere yet. Enter your proxy’s address for it with the company where you have the domain.")
    elif check.obstacle is Obstacle.REFUSED:
        words = _("Nothing answers at {domain}. Is your proxy running, and is its port open?")
    elif check.obstacle is Obstacle.TIMEOUT:
        words = _("{domain} did not answer in time. Check your proxy, its firewall and the way from there to this computer.")
    elif check.obstacle is Obstacle.CERTIFICATE:
        words = _("The certificate of {domain} is not trusted. Let your proxy get one for this name.")
    elif check.obstacle is Obstacle.ANOTHER:
        words = _("At {domain} another Aftale answers, not the one on this computer.")
    elif check.obstacle is Obstacle.ELSEWHERE:
        return _elsewhere(check, name, standing)
    else:
        return ""
    return words.format(domain=name)


def _elsewhere(check: DomainCheck, name: str, standing: Standing) -> str:
    there, here = ", ".join(check.addresses), ", ".join(standing.lan)
    if there and here:
        return _(
            "At {domain} somebody else answers. It points to {there}; this computer is {here}. Point it at your proxy, and let "
            "the proxy forward to this computer."
        ).format(domain=name, there=there, here=here)
    return _("At {domain} somebody else answers. Point it at your proxy, and let the proxy forward to this computer.").format(
        domain=name
    )


def details(state: SettingsState) -> str:
    """What somebody who helps would ask for, to be copied; nothing in it is secret."""
    standing, domain, zone = state.standing, state.base.publishing.domain, state.base.profile.zone
    lines = [
        _("State: {state}").format(state=standing.serving.value),
        _("Reason: {reason}").format(reason=standing.reason or "-"),
        _("Address for guests: {address}").format(address=standing.url or "-"),
        _("Port on this computer: {port}").format(port=standing.port),
        _("Addresses of this computer: {addresses}").format(addresses=", ".join(standing.lan) or "-"),
    ]
    check = check_of(standing, domain) if domain is not None else None
    if check is not None:
        lines += [
            _("Domain: {domain}").format(domain=check.domain),
            _("It points to: {addresses}").format(addresses=", ".join(check.addresses) or "-"),
            _("Last checked: {moment}").format(moment=current().moment(local(check.at, zone))),
            _("Found: {result}").format(result=check.obstacle.value if check.obstacle is not None else "reached"),
        ]
    return "\n".join(lines)


# Ways


def way_words(reach: Reach) -> tuple[str, str]:
    """Name of a way and what it means."""
    return {
        Reach.COMPUTER: (_("On this computer only"), _("For trying things out. Nobody else can open your pages.")),
        Reach.NETWORK: (_("On this network"), _("For people in the same house or office, at this computer’s address.")),
        Reach.PROXY: (
            _("Behind my own reverse proxy"),
            _("Through a server of your own that passes visitors on, on your own domain."),
        ),
        Reach.TUNNEL: ("", ""),
    }[reach]


def found_words(check: DomainCheck, domain: Domain, state: SettingsState) -> tuple[str, Kind]:
    """What came of a check, and how it is to be taken."""
    if not check.reached:
        return obstacle_words(check, domain, state.standing), "danger"
    reached = _("Reached {when}, in {time} ms").format(
        when=ago(check.at, max(state.now, check.at), state.base.profile.zone), time=check.milliseconds
    )
    if state.base.publishing.reach is Reach.PROXY and not check.proxied:
        bare = _("The configuration of your proxy is not the one below, so all visitors seem to be one.")
        return f"{reached}. {bare}", "amber"
    return reached, "success"


# Domains


def domain_line(check: DomainCheck | None, domain: Domain, state: SettingsState) -> tuple[str, Kind]:
    """How a domain was found when it was last checked."""
    if not is_known(domain, state):
        return _("It can be checked once it is saved."), "info"
    if check is None:
        return _("Not checked yet"), "info"
    words, kind = found_words(check, domain, state)
    if check.reached:
        return words, kind
    when = ago(check.at, state.now, state.base.profile.zone)
    return _("{reason} Checked {when}.").format(reason=words, when=when), "amber"


def domain_reason(reason: str) -> str:
    """What to do about a domain that cannot be taken as it is typed."""
    words = {
        "missing": _("Write a domain, for example meet.example.com."),
        "form": _("Write a domain like meet.example.com, without spaces."),
        "too_long": _("A domain has 253 letters at most."),
        "port": _("The number behind the colon is a port, from 1 to 65535."),
        "scheme": _("The address must begin with https:// or http://."),
        "taken": _("This domain is in your list already."),
    }
    return words.get(reason) or messages.reason_words(reason)


def first_reason(error: InvalidFields) -> str:
    """The code of what is wrong, where there is one field."""
    return next(iter(error.fields.values()), "form")


def removal_words(publishing: Publishing, domain: Domain, pages: int) -> str:
    """What follows when a domain is removed."""
    rest = tuple(each for each in publishing.domains if each != domain)
    first = _("Links with {domain} open nothing any more once you save.").format(domain=shown_host(domain))
    if not rest:
        return f"{first} {_('Your pages stay, and links are made with the address of this computer.')}"
    heir = rest[0] if publishing.domain == domain else publishing.domain
    if heir is None:
        return first
    second = ngettext(
        "Your page stays, and its link is made with {other}.",
        "Your {count} pages stay, and their links are made with {other}.",
        pages,
    ).format(count=pages, other=shown_host(heir))
    return f"{first} {second}"


def programs_words(on: bool) -> str:
    """What *Let programs book* means."""
    if on:
        return _("On: programs anywhere can book a time without opening a page. The limits against misuse stay.")
    return _("Off: only programs on this computer can book a time without opening a page.")
