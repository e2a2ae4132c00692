"""The rules of addresses as the database keeps them, beside ``domain.pages.check_slug`` (URL-2).

One or two parts of 2 to 40 lower-case letters and digits, single hyphens inside, no reserved word; and an address that
leads to one page, now or from before, is not another page's.
"""

from __future__ import annotations

from sqlalchemy import DDL, Table, event

from app.domain.pages import RESERVED
from app.models.types import listed

SLUG_TAKEN = "slug_taken"

_BAD = ("*[^a-z0-9/-]*", "-*", "*-", "*--*", "*-/*", "*/-*", "*/*/*")
FORM = (
    " AND ".join(f"slug NOT GLOB '{pattern}'" for pattern in _BAD)
    + " AND CASE instr(slug, '/') WHEN 0 THEN length(slug) BETWEEN 2 AND 40"
    + " ELSE instr(slug, '/') - 1 BETWEEN 2 AND 40 AND length(slug) - instr(slug, '/') BETWEEN 2 AND 40 END"
)

_WORDS = listed(sorted(RESERVED))
RESERVED_WORDS = (
    f"slug NOT IN ({_WORDS})"
    f" AND substr(slug, 1, max(instr(slug, '/') - 1, 0)) NOT IN ({_WORDS})"
    f" AND substr(slug, instr(slug, '/') + 1) NOT IN ({_WORDS})"
)

_PAGE = """\
CREATE TRIGGER page_slug_{name} BEFORE {moment} ON page
WHEN NEW.deleted_at IS NULL
BEGIN
    SELECT RAISE(ABORT, 'slug_taken')
    FROM slug_redirect JOIN page ON page.id = slug_redirect.page
    WHERE slug_redirect.slug = NEW.slug AND page.id <> NEW.id AND page.deleted_at IS NULL;
END"""
_REDIRECT = """\
CREATE TRIGGER slug_redirect_{name} BEFORE {moment} ON slug_redirect
BEGIN
    SELECT RAISE(ABORT, 'slug_taken')
    FROM page WHERE slug = NEW.slug AND id <> NEW.page AND deleted_at IS NULL;
END"""

TRIGGERS = (
    _PAGE.format(name="insert", moment="INSERT"),
    _PAGE.format(name="update", moment="UPDATE OF slug, deleted_at"),
    _REDIRECT.format(name="insert", moment="INSERT"),
    _REDIRECT.format(name="update", moment="UPDATE"),
)


def guard(slug_redirect: Table) -> None:
    """Creates the triggers once both tables are there."""
    for trigger in TRIGGERS:
        event.listen(slug_redirect, "after_create", DDL(trigger).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]
