"""Where the links of pages lead once the draft is saved, and which of them change with it (URL-3). No Qt."""

from __future__ import annotations

from app.domain.addresses import shown_host
from app.domain.pages import Page
from app.domain.reaching import DomainCheck, Standing
from app.domain.settings import Domain, Publishing
from app.ui.settings.state import Draft, SettingsState


def origin_of(publishing: Publishing, standing: Standing) -> str:
    """Scheme, host and port of every link, once ``publishing`` is in force."""
    port = standing.port or publishing.port
    return publishing.origin(f"http://127.0.0.1:{port}" if port else "http://127.0.0.1", lan_address(standing))


def lan_address(standing: Standing) -> str:
    """Where the pages are in this computer's own network, empty without one."""
    return f"http://{standing.lan[0]}:{standing.port}" if standing.lan and standing.port else ""


def default_page(draft: Draft, pages: tuple[Page, ...]) -> Page | None:
    """The page that links lead to."""
    return next((page for page in pages if page.id == draft.default_page), pages[0] if pages else None)


def moves_links(state: SettingsState) -> bool:
    """Whether saving the draft changes the address of every page."""
    before, after = origin_of(state.base.publishing, state.standing), origin_of(state.draft.publishing, state.standing)
    return before != after and bool(state.pages)


def check_of(standing: Standing, domain: Domain) -> DomainCheck | None:
    """What came of the last check of ``domain``."""
    return next((each for each in standing.checks if each.domain == domain.host), None)


def is_known(domain: Domain, state: SettingsState) -> bool:
    """Whether the page server answers to a domain already: it does once that is saved."""
    return any(
        (each.host, each.port, each.secure) == (domain.host, domain.port, domain.secure)
        for each in state.base.publishing.domains
    )


def domain_names(publishing: Publishing) -> tuple[str, ...]:
    """The domains as people read them."""
    return tuple(shown_host(each) for each in publishing.domains)
