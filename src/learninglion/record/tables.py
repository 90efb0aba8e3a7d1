"""Tables of the record: the log, and dossiers with their versions."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from learninglion.database.engine import Moment, new_metadata

metadata = new_metadata()

_KEY = BigInteger().with_variant(Integer(), "sqlite")

# Triggers made by the migration refuse to change or delete a row, and to add one that does not follow.
log_entries = Table(
    "log_entries",
    metadata,
    Column("seq", _KEY, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("action", String(100), nullable=False),
    Column("subject", String(400), nullable=False),
    Column("details", Text, nullable=False),  # canonical JSON
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Index("ix_log_entries_subject", "subject"),
)

dossiers = Table(
    "dossiers",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("version", Integer, nullable=False),  # the newest
    Column("state", String(16), nullable=False),
    Column("title", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", String(200), nullable=False),
    # What the log says of texts in this dossier is keyed with this. It goes when the dossier goes, and then
    # nobody can try whether a text was in it.
    Column("secret", LargeBinary, nullable=False),
    Index("ix_dossiers_changed_at", "changed_at"),
)

dossier_versions = Table(
    "dossier_versions",
    metadata,
    Column("dossier_id", ForeignKey("dossiers.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("state", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    Column("author", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("sha256", String(64), nullable=False),  # of the canonical JSON
    Column("content", LargeBinary, nullable=False),  # canonical JSON, zlib
)

# Who may not see one of these collections may not see the dossier: it quotes from them.
dossier_collections = Table(
    "dossier_collections",
    metadata,
    Column("dossier_id", ForeignKey("dossiers.id"), primary_key=True),
    Column("collection", String(200), primary_key=True),
)

# Nor who may not see one of these documents now: it was moved to another collection since.
dossier_documents = Table(
    "dossier_documents",
    metadata,
    Column("dossier_id", ForeignKey("dossiers.id"), primary_key=True),
    Column("document_id", String(300), primary_key=True),
    Index("ix_dossier_documents_document_id", "document_id"),
)

dossier_tombstones = Table(
    "dossier_tombstones",
    metadata,
    Column("key", _KEY, primary_key=True, autoincrement=False),
    Column("dossier_id", String(100), nullable=False),
    Column("versions", Integer, nullable=False),
    Column("deleted_at", Moment, nullable=False),
    Column("deleted_by", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Index("ix_dossier_tombstones_dossier_id", "dossier_id"),
)
