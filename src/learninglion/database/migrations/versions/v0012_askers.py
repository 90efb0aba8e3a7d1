"""Who asks and who answers in one pair of a document in which several do."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("sources", sa.Column("asked_by", sa.Text(), nullable=True))
    op.add_column("sources", sa.Column("answered_by", sa.Text(), nullable=True))
