"""The guards that SQLite keeps: no two live bookings overlap, and no address leads to two pages."""

from alembic import op

revision = "0002"
down_revision = "0001"

TRIGGERS = {
    "booking_overlap_insert": """\
CREATE TRIGGER booking_overlap_insert BEFORE INSERT ON booking
WHEN NEW.state IN ('held', 'confirmed', 'written') OR NEW.state = 'requested' AND NEW.holds = 1
BEGIN
    SELECT RAISE(ABORT, 'slot_taken')
    WHERE (
        SELECT "end" FROM booking
        WHERE seat = NEW.seat AND start < NEW."end" AND id <> NEW.id
            AND (state IN ('held', 'confirmed', 'written') OR state = 'requested' AND holds = 1)
        ORDER BY start DESC LIMIT 1
    ) > NEW.start;
END""",
    "booking_overlap_update": """\
CREATE TRIGGER booking_overlap_update BEFORE UPDATE OF start, "end", state, holds, seat ON booking
WHEN NEW.state IN ('held', 'confirmed', 'written') OR NEW.state = 'requested' AND NEW.holds = 1
BEGIN
    SELECT RAISE(ABORT, 'slot_taken')
    WHERE (
        SELECT "end" FROM booking
        WHERE seat = NEW.seat AND start < NEW."end" AND id <> NEW.id
            AND (state IN ('held', 'confirmed', 'written') OR state = 'requested' AND holds = 1)
        ORDER BY start DESC LIMIT 1
    ) > NEW.start;
END""",
    "page_slug_insert": """\
CREATE TRIGGER page_slug_insert BEFORE INSERT ON page
WHEN NEW.deleted_at IS NULL
BEGIN
    SELECT RAISE(ABORT, 'slug_taken')
    FROM slug_redirect JOIN page ON page.id = slug_redirect.page
    WHERE slug_redirect.slug = NEW.slug AND page.id <> NEW.id AND page.deleted_at IS NULL;
END""",
    "page_slug_update": """\
CREATE TRIGGER page_slug_update BEFORE UPDATE OF slug, deleted_at ON page
WHEN NEW.deleted_at IS NULL
BEGIN
    SELECT RAISE(ABORT, 'slug_taken')
    FROM slug_redirect JOIN page ON page.id = slug_redirect.page
    WHERE slug_redirect.slug = NEW.slug AND page.id <> NEW.id AND page.deleted_at IS NULL;
END""",
    "slug_redirect_insert": """\
CREATE TRIGGER slug_redirect_insert BEFORE INSERT ON slug_redirect
BEGIN
    SELECT RAISE(ABORT, 'slug_taken')
    FROM page WHERE slug = NEW.slug AND id <> NEW.page AND deleted_at IS NULL;
END""",
    "slug_redirect_update": """\
CREATE TRIGGER slug_redirect_update BEFORE UPDATE ON slug_redirect
BEGIN
    SELECT RAISE(ABORT, 'slug_taken')
    FROM page WHERE slug = NEW.slug AND id <> NEW.page AND deleted_at IS NULL;
END""",
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for trigger in TRIGGERS.values():
            op.execute(trigger)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in TRIGGERS:
            op.execute(f"DROP TRIGGER {name}")
