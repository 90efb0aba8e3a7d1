"""Which documents a dossier holds texts of, so that rights of now hold for it.

Kept answers to repeated requests held whole texts; from here on they hold references.
"""

from __future__ import annotations

import json
import zlib

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    table = op.create_table(
        "dossier_documents",
        sa.Column("dossier_id", sa.String(100), sa.ForeignKey("dossiers.id"), primary_key=True),
        sa.Column("document_id", sa.String(300), primary_key=True),
    )
    op.create_index("ix_dossier_documents_document_id", "dossier_documents", ["document_id"])
    op.execute("DELETE FROM web_answers")
    pairs: set[tuple[str, str]] = set()
    rows = op.get_bind().execute(sa.text("SELECT dossier_id, content FROM dossier_versions"))
    for dossier_id, content in rows:
        pairs |= {(dossier_id, document_id) for document_id in _documents(bytes(content))}
    if pairs:
        values = [{"dossier_id": d, "document_id": i} for d, i in sorted(pairs)]
        op.get_bind().execute(table.insert(), values)


def _documents(content: bytes) -> set[str]:
    """The documents that were offered or chosen; none where the content is damaged, as verify says."""
    try:
        dossier = json.loads(zlib.decompress(content))
    except (zlib.error, ValueError):
        return set()
    ids = set()
    for verification in dossier["verifications"]:
        selection = verification["draft"]["selection"]
        for source in (*selection["chosen"], *(hit["source"] for hit in selection["offered"])):
            if source["kind"] != "supplied":
                ids.add(source["document"]["id"])
    return ids
