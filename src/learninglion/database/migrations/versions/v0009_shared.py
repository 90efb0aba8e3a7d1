"""What several servers share: files (originals, page images, what search learned), the brake on guessing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "kept_files",
        sa.Column("name", sa.String(400), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("touched", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_kept_files"),
    )
    op.create_table(
        "kept_chunks",
        sa.Column("name", sa.String(400), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", "number", name="pk_kept_chunks"),
        sa.ForeignKeyConstraint(
            ["name"], ["kept_files.name"], name="fk_kept_chunks_name", ondelete="CASCADE"
        ),
    )
    if op.get_bind().dialect.name == "postgresql":  # PDF and images do not get smaller
        op.execute("ALTER TABLE kept_chunks ALTER COLUMN content SET STORAGE EXTERNAL")
    op.create_table(
        "web_brakes",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("tries", sa.Float(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("full", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_web_brakes"),
    )
