"""Long work in a queue for every server and worker: jobs, what they report, and files they wait with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("rights", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("begun", sa.String(32), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claim", sa.String(64), nullable=True),
        sa.Column("until", sa.String(32), nullable=True),
        sa.Column("ended", sa.String(32), nullable=True),
        sa.Column("stop", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
    )
    op.create_index("ix_jobs_state", "jobs", ["state", "priority", "begun"])
    for name, columns in (
        (
            "job_events",
            [sa.Column("name", sa.String(32), nullable=False), sa.Column("data", sa.Text(), nullable=False)],
        ),
        (
            "job_files",
            [
                sa.Column("name", sa.Text(), nullable=False),
                sa.Column("content", sa.LargeBinary(), nullable=False),
            ],
        ),
    ):
        op.create_table(
            name,
            sa.Column("job", sa.String(32), sa.ForeignKey("jobs.id", name=f"fk_{name}_job"), nullable=False),
            sa.Column("number", sa.Integer(), nullable=False),
            *columns,
            sa.PrimaryKeyConstraint("job", "number", name=f"pk_{name}"),
        )
