"""The workplace: accounts, sessions and invitations, kept answers, and sets at work."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "web_accounts",
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("roles", sa.String(200), nullable=False),
        sa.Column("collections", sa.Text(), nullable=True),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("subject", sa.String(300), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_web_accounts"),
        sa.UniqueConstraint("subject", name="uq_web_accounts_subject"),
    )
    op.create_table(
        "web_answers",
        sa.Column("key", sa.String(300), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("kept", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_web_answers"),
    )
    op.create_table(
        "web_tickets",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("account", sa.String(100), nullable=True),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("expires", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_web_tickets"),
    )
    op.create_index("ix_web_tickets_account", "web_tickets", ["account"])
    op.create_index("ix_web_tickets_kind", "web_tickets", ["kind"])
    op.create_table(
        "work_boards",
        sa.Column("work", sa.String(32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("work", "position", name="pk_work_boards"),
    )
    op.create_table(
        "works",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("title", sa.String(500), nullable=False),
        sa.Column("changed", sa.String(32), nullable=False),
        sa.Column("dossier", sa.String(64), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_works"),
    )
    op.create_index("ix_works_owner", "works", ["owner"])
