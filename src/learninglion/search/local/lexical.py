"""Words: the tantivy index that proposes candidates; exact scores come from scoring.py."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import tantivy
from numpy.typing import NDArray

from learninglion.models.errors import ConflictError, IntegrityError
from learninglion.search.analysis import FAMILIES, Terms

# (key, document id, terms of the whole source by family)
Addition = tuple[int, str, tuple[Terms, Terms]]
# for each family: (term, weight), heaviest first
QueryTerms = tuple[Sequence[tuple[int, float]], Sequence[tuple[int, float]]]

_HEAP = 64_000_000


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("key", indexed=True, fast=True)
    builder.add_text_field("document", tokenizer_name="raw", index_option="basic")
    for family in FAMILIES:
        builder.add_text_field(family, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


class Lexicon:
    """The lexical index of one folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._schema = _schema()
        try:
            self._index = tantivy.Index(self._schema, path=str(folder))
        except ValueError as error:
            raise IntegrityError(f"Het woordregister is beschadigd: {error}") from error

    def change(self, additions: Iterable[Addition], gone: Sequence[str], keys_below: int) -> None:
        """Take away the documents `gone` and every key from `keys_below` on, then add, in one commit.

        Keys from there on are what an interrupted change left behind.
        """
        try:
            writer = self._index.writer(_HEAP, 1)
        except ValueError as error:
            raise ConflictError("Een ander proces werkt het zoekregister bij.") from error
        # One that was killed before its commit leaves files under the names that this commit will use.
        writer.garbage_collect_files()
        for document_id in gone:
            writer.delete_documents_by_term("document", document_id)
        leftover = tantivy.Query.range_query(
            self._schema, "key", tantivy.FieldType.Unsigned, keys_below, None
        )
        writer.delete_documents_by_query(leftover)
        for key, document_id, terms in additions:
            document = tantivy.Document()
            document.add_unsigned("key", key)
            document.add_text("document", document_id)
            for family, bag in zip(FAMILIES, terms, strict=True):
                # a frequency above a dozen says nothing more (BM25 saturates); it only costs space
                repeated = np.repeat(bag.ids, np.minimum(bag.counts, 12).astype(np.int64))
                document.add_text(family, " ".join(map(str, repeated.tolist())))
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def reload(self) -> None:
        """See what other processes committed."""
        self._index.reload()

    def count(self) -> int:
        """How many sources it holds."""
        return int(self._index.searcher().num_docs)

    def search(self, terms: QueryTerms, limit: int) -> NDArray[np.int64]:
        """Keys of the best `limit` sources, best first."""
        clauses = [
            (tantivy.Occur.Should, tantivy.Query.boost_query(self._term(family, term), weight))
            for family, listed in zip(FAMILIES, terms, strict=True)
            for term, weight in listed
            if weight > 0
        ]
        if not clauses or limit <= 0:
            return np.zeros(0, dtype=np.int64)
        query = tantivy.Query.boolean_query(clauses)
        searcher = self._index.searcher()
        hits = searcher.search(query, limit, count=False).hits
        keys = searcher.fast_field_values("key", [address for _, address in hits])
        return np.array(keys, dtype=np.int64)

    def _term(self, family: str, term: int) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, family, str(term), "freq")
