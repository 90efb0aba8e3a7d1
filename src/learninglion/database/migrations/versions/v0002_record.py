"""The record: the log with the triggers that guard it, and dossiers with their versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


_REFUSED = "the log is append-only"

# One entry after another: this also stops INSERT OR REPLACE, which deletes without a delete trigger.
_FOLLOWS_SQLITE = """
NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM log_entries)
OR NEW.previous <> COALESCE(
    (SELECT hash FROM log_entries ORDER BY seq DESC LIMIT 1), printf('%064d', 0)
)
"""

_FOLLOW_POSTGRESQL = """
CREATE FUNCTION log_entries_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE newest log_entries%ROWTYPE;
BEGIN
    SELECT * INTO newest FROM log_entries ORDER BY seq DESC LIMIT 1;
    IF NEW.seq <> COALESCE(newest.seq, 0) + 1 OR NEW.previous <> COALESCE(newest.hash, repeat('0', 64)) THEN
        RAISE EXCEPTION 'the log is append-only';
    END IF;
    RETURN NEW;
END $$
"""


def _guard_sqlite() -> None:
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER log_entries_no_{event.lower()} BEFORE {event} ON log_entries "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
        )
    op.execute(
        f"CREATE TRIGGER log_entries_follow BEFORE INSERT ON log_entries WHEN {_FOLLOWS_SQLITE} "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
    )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION log_entries_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$"
    )
    op.execute(_FOLLOW_POSTGRESQL)
    op.execute(
        "CREATE TRIGGER log_entries_no_change BEFORE UPDATE OR DELETE ON log_entries "
        "FOR EACH ROW EXECUTE FUNCTION log_entries_refuse()"
    )
    op.execute(
        "CREATE TRIGGER log_entries_no_truncate BEFORE TRUNCATE ON log_entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION log_entries_refuse()"
    )
    op.execute(
        "CREATE TRIGGER log_entries_follow BEFORE INSERT ON log_entries "
        "FOR EACH ROW EXECUTE FUNCTION log_entries_follow()"
    )


def upgrade() -> None:
    op.create_table(
        "dossier_tombstones",
        sa.Column("key", KEY, autoincrement=False, nullable=False),
        sa.Column("dossier_id", sa.String(100), nullable=False),
        sa.Column("versions", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.String(32), nullable=False),
        sa.Column("deleted_by", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_dossier_tombstones"),
    )
    op.create_index("ix_dossier_tombstones_dossier_id", "dossier_tombstones", ["dossier_id"])
    op.create_table(
        "dossiers",
        sa.Column("id", sa.String(100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("changed_at", sa.String(32), nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dossiers"),
    )
    op.create_index("ix_dossiers_changed_at", "dossiers", ["changed_at"])
    op.create_table(
        "log_entries",
        sa.Column("seq", KEY, autoincrement=False, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("action", sa.String(100), nullable=False),
        sa.Column("subject", sa.String(400), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_log_entries"),
        sa.UniqueConstraint("hash", name="uq_log_entries_hash"),
    )
    op.create_index("ix_log_entries_subject", "log_entries", ["subject"])
    op.create_table(
        "dossier_collections",
        sa.Column(
            "dossier_id",
            sa.String(100),
            sa.ForeignKey("dossiers.id", name="fk_dossier_collections_dossier_id"),
            nullable=False,
        ),
        sa.Column("collection", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("dossier_id", "collection", name="pk_dossier_collections"),
    )
    op.create_table(
        "dossier_versions",
        sa.Column(
            "dossier_id",
            sa.String(100),
            sa.ForeignKey("dossiers.id", name="fk_dossier_versions_dossier_id"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("dossier_id", "version", name="pk_dossier_versions"),
    )
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()
