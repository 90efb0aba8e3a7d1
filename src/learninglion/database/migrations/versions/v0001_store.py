"""The store: collections, documents with their versions, sources, passages, changes, ingest journal."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "collections",
        sa.Column("key", KEY, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_collections"),
        sa.UniqueConstraint("name", name="uq_collections_name"),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )
    op.create_table(
        "documents",
        sa.Column("key", KEY, autoincrement=False, nullable=False),
        sa.Column("id", sa.String(300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("ministry", sa.Text(), nullable=False),
        sa.Column("answerers", sa.Text(), nullable=False),
        sa.Column("askers", sa.Text(), nullable=False),
        sa.Column("pair_count", sa.Integer(), nullable=False),
        sa.Column("source_count", sa.Integer(), nullable=False),
        sa.Column("passage_count", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.String(32), nullable=True),
        sa.Column("deleted_by", sa.Text(), nullable=True),
        sa.Column("deleted_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_documents"),
        sa.UniqueConstraint("id", name="uq_documents_id"),
    )
    op.create_table(
        "ingest_files",
        sa.Column("collection", sa.String(200), nullable=False),
        sa.Column("path", sa.String(4096), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("parser", sa.String(200), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("collection", "path", name="pk_ingest_files"),
    )
    op.create_table(
        "originals",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("stored_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_originals"),
    )
    op.create_table(
        "store_facts",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_store_facts"),
    )
    op.create_table(
        "changes",
        sa.Column("seq", KEY, autoincrement=False, nullable=False),
        sa.Column(
            "document_key",
            KEY,
            sa.ForeignKey("documents.key", name="fk_changes_document_key"),
            nullable=False,
        ),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_changes"),
    )
    op.create_table(
        "memberships",
        sa.Column(
            "document_key",
            KEY,
            sa.ForeignKey("documents.key", name="fk_memberships_document_key"),
            nullable=False,
        ),
        sa.Column(
            "collection_key",
            KEY,
            sa.ForeignKey("collections.key", name="fk_memberships_collection_key"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("document_key", "collection_key", name="pk_memberships"),
    )
    op.create_index("ix_memberships_collection_key", "memberships", ["collection_key"])
    op.create_table(
        "sources",
        sa.Column("key", KEY, autoincrement=False, nullable=False),
        sa.Column("id", sa.String(400), nullable=False),
        sa.Column(
            "document_key",
            KEY,
            sa.ForeignKey("documents.key", name="fk_sources_document_key"),
            nullable=False,
        ),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_start", sa.Integer(), nullable=False),
        sa.Column("body_end", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("numbers", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("question_start", sa.Integer(), nullable=True),
        sa.Column("question_end", sa.Integer(), nullable=True),
        sa.Column("answer_numbers", sa.Text(), nullable=False),
        sa.Column("heading_path", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_sources"),
        sa.UniqueConstraint("id", name="uq_sources_id"),
    )
    op.create_index("ix_sources_document_key", "sources", ["document_key"])
    op.create_table(
        "versions",
        sa.Column(
            "document_key",
            KEY,
            sa.ForeignKey("documents.key", name="fk_versions_document_key"),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column(
            "original",
            sa.String(64),
            sa.ForeignKey("originals.sha256", name="fk_versions_original"),
            nullable=True,
        ),
        sa.Column("source_name", sa.Text(), nullable=False),
        sa.Column("collection", sa.String(200), nullable=False),
        sa.Column("stored_at", sa.String(32), nullable=False),
        sa.Column("stored_by", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("lines", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("document_key", "number", name="pk_versions"),
    )
    op.create_index("ix_versions_original", "versions", ["original"])
    op.create_table(
        "passages",
        sa.Column("key", KEY, autoincrement=False, nullable=False),
        sa.Column("id", sa.String(420), nullable=False),
        sa.Column(
            "source_key", KEY, sa.ForeignKey("sources.key", name="fk_passages_source_key"), nullable=False
        ),
        sa.Column(
            "document_key",
            KEY,
            sa.ForeignKey("documents.key", name="fk_passages_document_key"),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("question_numbers", sa.Text(), nullable=False),
        sa.Column("heading_path", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_passages"),
    )
    op.create_index("ix_passages_document_key", "passages", ["document_key"])
    op.create_index("ix_passages_source_key", "passages", ["source_key"])
    counters = sa.table("counters", sa.column("name", sa.String), sa.column("value", sa.BigInteger))
    names = ("change", "collection", "document", "source", "passage")
    op.bulk_insert(counters, [{"name": name, "value": 0} for name in names])
    facts = sa.table("store_facts", sa.column("name", sa.String), sa.column("value", sa.Text))
    op.bulk_insert(facts, [{"name": "store_id", "value": uuid.uuid4().hex}])
