"""A mark on every change, by which an index knows the archive that it was made from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("changes", sa.Column("mark", sa.String(64), nullable=False, server_default=""))
