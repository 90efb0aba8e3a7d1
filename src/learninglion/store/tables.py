"""Tables of the store. `key` columns are integers that are never given out twice, for the indexes."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from learninglion.database.engine import Moment, new_metadata

metadata = new_metadata()

# SQLite numbers rows itself only for INTEGER; on PostgreSQL the same column is a BIGINT.
_KEY = BigInteger().with_variant(Integer(), "sqlite")

# One row per sequence. A writer that takes numbers here holds the row until it commits, so the order of
# numbers is the order of commits and `changes_since` never skips one that was still on its way.
counters = Table(
    "counters",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

# Facts about the store as a whole, such as the name that tells its data from another store's.
store_facts = Table(
    "store_facts",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Text, nullable=False),
)

collections = Table(
    "collections",
    metadata,
    Column("key", _KEY, primary_key=True, autoincrement=False),
    Column("name", String(200), nullable=False, unique=True),
    Column("description", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("purpose", Text, nullable=False, server_default=""),  # why it may hold what it holds
    Column("personal", String(16), nullable=False, server_default="allow"),  # a PersonalPolicy
)

originals = Table(
    "originals",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("stored_at", Moment, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("key", _KEY, primary_key=True, autoincrement=False),
    Column("id", String(300), nullable=False, unique=True),
    Column("version", Integer, nullable=False),  # number of the newest version, also after deletion
    Column("digest", String(64), nullable=False),  # of document and sources: equal means nothing changed
    Column("card", Text, nullable=False),  # DocumentCard as JSON, without its collection
    Column("introduction", Text, nullable=False),
    Column("date", Date),
    Column("ministry", Text, nullable=False),  # as written, for lists
    Column("answerers", Text, nullable=False),  # names, folded, one a line, for filters
    Column("askers", Text, nullable=False),
    Column("pair_count", Integer, nullable=False),
    Column("source_count", Integer, nullable=False),
    Column("passage_count", Integer, nullable=False),
    Column("deleted_at", Moment),  # a tombstone keeps id and number of versions, nothing of the content
    Column("deleted_by", Text),
    Column("deleted_reason", Text),
)

memberships = Table(
    "memberships",
    metadata,
    Column("document_key", ForeignKey("documents.key"), primary_key=True),
    Column("collection_key", ForeignKey("collections.key"), primary_key=True),
    Index("ix_memberships_collection_key", "collection_key"),
)

versions = Table(
    "versions",
    metadata,
    Column("document_key", ForeignKey("documents.key"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("original", ForeignKey("originals.sha256")),  # empty where no file was kept
    Column("source_name", Text, nullable=False),
    Column("collection", String(200), nullable=False),  # through which it came in
    Column("stored_at", Moment, nullable=False),
    Column("stored_by", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),  # Document without lines: JSON, zlib
    Column("lines", LargeBinary, nullable=False),  # see retrieval/lines.py
    Index("ix_versions_original", "original"),
)

sources = Table(
    "sources",
    metadata,
    Column("key", _KEY, primary_key=True, autoincrement=False),
    Column("id", String(400), nullable=False, unique=True),
    Column("document_key", ForeignKey("documents.key"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("body", Text, nullable=False),
    Column("body_start", Integer, nullable=False),
    Column("body_end", Integer, nullable=False),
    Column("page", Integer, nullable=False),
    Column("numbers", Text, nullable=False),  # "3 4 5"
    Column("question", Text, nullable=False),
    Column("question_start", Integer),
    Column("question_end", Integer),
    Column("answer_numbers", Text, nullable=False),
    Column("heading_path", Text, nullable=False),  # JSON list
    Column("asked_by", Text),
    Column("answered_by", Text),
    Index("ix_sources_document_key", "document_key"),
)

passages = Table(
    "passages",
    metadata,
    Column("key", _KEY, primary_key=True, autoincrement=False),
    Column("id", String(420), nullable=False),
    Column("source_key", ForeignKey("sources.key"), nullable=False),
    Column("document_key", ForeignKey("documents.key"), nullable=False),
    Column("text", Text),  # empty where it stands in its source's question or body, as it nearly always does
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("page", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("question_numbers", Text, nullable=False),
    Column("heading_path", Text, nullable=False),
    Index("ix_passages_source_key", "source_key"),
    Index("ix_passages_document_key", "document_key"),
)

changes = Table(
    "changes",
    metadata,
    Column("seq", _KEY, primary_key=True, autoincrement=False),
    Column("document_key", ForeignKey("documents.key"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    # Hash of this change and the one before: tells an archive put back from a copy from one that went on.
    Column("mark", String(64), nullable=False, server_default=""),
)

ingest_files = Table(
    "ingest_files",
    metadata,
    Column("collection", String(200), primary_key=True),
    Column("path", String(4096), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("document_id", Text),
    Column("detail", Text, nullable=False),  # what to do about it, for a file that failed
    Column("parser", String(200), nullable=False),  # version that read it: a newer one reads it again
    Column("at", Moment, nullable=False),
)
