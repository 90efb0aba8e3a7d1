"""What a collection is for, and what is done with personal data in it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("collections", sa.Column("purpose", sa.Text, nullable=False, server_default=""))
    op.add_column("collections", sa.Column("personal", sa.String(16), nullable=False, server_default="allow"))
