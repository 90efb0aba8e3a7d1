"""Speed of a question to documents, by the number of sections that are looked through.

    python benchmarks/asking.py [--sizes 5000 20000] [--questions 60]

Sections are made as in scale.py (real sentences at random, vectors mixed from theirs); the questions are real
and embedded for real. Every question goes on with another, the dearest case: both are searched and read.
Prints one JSON line a size; `cpu` is processor time, which other work on the machine hardly changes.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from zlib import crc32

from learninglion.models import Entry, PassageKind, SourceKind
from learninglion.search.asking import find_answers
from learninglion.search.local import Index
from scale import GrowingReader, MixedEncoder, RealTexts, Servers, Times, timed, times_in_words


class SectionReader(GrowingReader):
    """The same texts as sections of reports: no question of their own, so each that is found is read; each
    document of a day of its own, so that what is newer is held against the answer.
    """

    def entries_of(self, document_ids: Sequence[str]) -> list[Entry]:
        """Made again the same each time."""
        return [_section(entry) for entry in super().entries_of(document_ids)]

    def entries_by_id(self, source_ids: Sequence[str]) -> list[Entry]:
        """One section each."""
        return [_section(entry) for entry in super().entries_by_id(source_ids)]


_DAYS = 3650  # over which the documents are spread


def _section(entry: Entry) -> Entry:
    source, passages = entry
    day = date(2014, 1, 1) + timedelta(days=crc32(source.document.id.encode()) % _DAYS)
    plain = replace(
        source,
        document=replace(source.document, date=day),
        kind=SourceKind.SECTION,
        numbers=(),
        question="",
        question_span=None,
        heading_path=(source.document.title,),
    )
    body = tuple(
        replace(p, kind=PassageKind.BODY, question_numbers=())
        for p in passages
        if p.kind is not PassageKind.QUESTION
    )
    return plain, body


def measure(size: int, count: int) -> dict[str, float]:
    """The times of `count` questions to `size` sections: fresh, with a known vector, and going on."""
    questions, servers = RealTexts().questions, Servers("")
    timed_questions = questions[1 : count + 1]
    reader = SectionReader(size)
    with tempfile.TemporaryDirectory() as folder:
        index = Index(Path(folder), MixedEncoder(Path(folder)))
        index.update(reader)
        find_answers(index, reader, questions[0])
        fresh: Times = []
        again: Times = []
        follows: Times = []
        for question in timed_questions:
            timed(fresh, partial(find_answers, index, reader, question), servers)
            timed(again, partial(find_answers, index, reader, question), servers)
            timed(follows, partial(find_answers, index, reader, "En waarom?", after=question), servers)
    return {
        "sections": size,
        **times_in_words("ask", fresh),
        **times_in_words("without_embedding", again),
        **times_in_words("follow_up", follows),
    }


def main() -> None:
    """Measure each size."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[5000, 20000])
    parser.add_argument("--questions", type=int, default=60)
    chosen = parser.parse_args()
    for size in chosen.sizes:
        print(json.dumps(measure(size, chosen.questions)), flush=True)


if __name__ == "__main__":
    main()
