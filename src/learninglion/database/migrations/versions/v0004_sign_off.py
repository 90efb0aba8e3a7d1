"""Requests to sign off: who asked whom to approve which version of a dossier."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "web_sign_offs",
        sa.Column("dossier", sa.String(100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(200), nullable=False),
        sa.Column("asked_of", sa.String(200), nullable=False),
        sa.Column("asked_at", sa.String(32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("dossier", name="pk_web_sign_offs"),
    )
    op.create_index("ix_web_sign_offs_asked_of", "web_sign_offs", ["asked_of"])
