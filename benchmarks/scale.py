"""Speed and size of search at 10,000, 50,000 and 200,000 pairs, beside the earlier prototype's stack.

    python benchmarks/scale.py --folder /somewhere --sizes 10000 50000 200000 [--peer PYTHON]

Archives are made from a vocabulary with the frequencies of real Dutch answers (pairs file); vectors are
synthetic, because embedding 200,000 answers takes hours; the questions that are searched are real and are
embedded for real. Each size runs in a process of its own, so that memory is its own. Prints one JSON line a
run. `--peer` is a Python with langchain-community, langchain-classic, langchain-chroma and rank-bm25.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from learninglion.models import DocumentCard, DocumentKind, Passage, PassageKind, Source, SourceKind, Span
from learninglion.retrieval.encoders import NanoEncoder, Vectors, normalised
from learninglion.retrieval.index import Index
from learninglion.retrieval.reader import Entry, MemoryReader
from learninglion.retrieval.search import search, search_set

PAIRS = Path(__file__).parents[1] / "../shared/data/kamervragen/qa-pairs.jsonl"
PER_DOCUMENT = 8


class SyntheticEncoder:
    """Passages get vectors by a hash of their text; questions are embedded by the built-in model."""

    def __init__(self) -> None:
        self._real = NanoEncoder()
        self.name = "synthetic"
        self.dimensions = self._real.dimensions

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Really encoded, except in bulk (questions of the archive)."""
        return self._real.encode_queries(texts) if len(texts) <= 12 else self.encode_passages(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """A random direction with a common one, as real vectors have."""
        rows = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
            row[:] = np.random.default_rng(seed).standard_normal(self.dimensions, dtype=np.float32)
        return normalised(rows + 2.0)


def real_sentences() -> tuple[list[str], list[str]]:
    """(questions, sentences of answers) of the real pairs."""
    rows = [json.loads(line) for line in PAIRS.read_text("utf-8").splitlines()]
    sentences = [s.strip() + "." for r in rows for s in r["answer"].split(". ") if len(s) > 20]
    return [r["question"] for r in rows], sentences


def make_entries(start: int, count: int, questions: list[str], sentences: list[str]) -> list[Entry]:
    """`count` pairs from number `start` on, eight a document, of sentences drawn at random."""
    made: list[Entry] = []
    for number in range(start, start + count):
        random = np.random.default_rng(number)
        drawn = random.integers(0, len(sentences), 5)
        mark = f"Dossier{number}"
        body = " ".join(sentences[i] for i in drawn) + f" {mark}."
        question = questions[int(random.integers(0, len(questions)))] + f" {mark}?"
        document = f"doc{number // PER_DOCUMENT}"
        card = DocumentCard(
            document, f"Vragen over onderwerp {number // PER_DOCUMENT}", DocumentKind.KAMERVRAGEN
        )
        source = Source(
            f"{document}#{number % PER_DOCUMENT + 1}",
            card,
            SourceKind.PAIR,
            body,
            Span(len(question) + 1, len(question) + 1 + len(body)),
            1,
            (number % PER_DOCUMENT + 1,),
            question,
            Span(0, len(question)),
        )
        passages = tuple(
            Passage(f"{source.id}/{n}", source.id, document, text, span, 1, kind, source.numbers)
            for n, (text, span, kind) in enumerate(
                (
                    (question, Span(0, len(question)), PassageKind.QUESTION),
                    (body, source.body_span, PassageKind.ANSWER),
                ),
                1,
            )
        )
        made.append((source, passages))
    return made


class GrowingReader(MemoryReader):
    """Makes entries when they are asked for, so that the archive does not fill memory."""

    def __init__(self, pairs: int) -> None:
        super().__init__(store_id="scale")
        self._questions, self._sentences = real_sentences()
        self.grow(0, pairs)

    def grow(self, first: int, last: int) -> None:
        """Add the documents of pairs first..last."""
        for document in range(first // PER_DOCUMENT, -(-last // PER_DOCUMENT)):
            self._note(f"doc{document}", deleted=False)

    def entries_of(self, document_ids: Sequence[str]) -> list[Entry]:  # type: ignore[override]
        """Made again the same each time."""
        return [
            entry
            for d in document_ids
            for entry in make_entries(
                int(d[3:]) * PER_DOCUMENT, PER_DOCUMENT, self._questions, self._sentences
            )
        ]

    def entries_by_id(self, source_ids: Sequence[str]) -> list[Entry]:  # type: ignore[override]
        """One pair each, as a store reads them."""
        found = []
        for source_id in source_ids:
            document, _, number = source_id.partition("#")
            at = int(document[3:]) * PER_DOCUMENT + int(number) - 1
            found += make_entries(at, 1, self._questions, self._sentences)
        return found


def memory() -> int:
    """Resident memory now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 2**20


def build(folder: Path, pairs: int) -> dict[str, float]:
    """Build an index of `pairs` pairs in `folder`, if it is not there."""
    began = time.perf_counter()
    index = Index.open(folder, SyntheticEncoder())
    changed = index.update(GrowingReader(pairs))
    return {"build_seconds": round(time.perf_counter() - began, 1) if changed else 0.0, "pairs": pairs}


def run(folder: Path, pairs: int, queries: int) -> dict[str, float]:
    """Measure search, a set of ten, adding and memory on a built index."""
    reader = GrowingReader(pairs)
    questions, _ = real_sentences()
    began = time.perf_counter()
    index = Index.open(folder, SyntheticEncoder())
    search(index, reader, questions[0])
    cold = time.perf_counter() - began
    whole, embedding = [], []
    for question in questions[1 : queries + 1]:
        at = time.perf_counter()
        index.encoder.encode_queries([question])
        embedding.append(time.perf_counter() - at)
        at = time.perf_counter()
        search(index, reader, question)
        whole.append(time.perf_counter() - at)
    at = time.perf_counter()
    search_set(index, reader, questions[100:110], questions[110])
    ten = time.perf_counter() - at
    resident = memory()
    reader.grow(pairs, pairs + 100 * PER_DOCUMENT)
    at = time.perf_counter()
    index.update(reader)
    hits = search(index, reader, f"Wat is Dossier{pairs + 50}?")
    added = time.perf_counter() - at
    seen = any(f"Dossier{pairs + 50}." in h.source.body for h in hits)
    only = np.array(whole) - np.array(embedding)
    return {
        "pairs": pairs,
        "p50_ms": round(float(np.median(whole)) * 1000, 1),
        "p95_ms": round(float(np.quantile(whole, 0.95)) * 1000, 1),
        "without_embedding_p50_ms": round(float(np.median(only)) * 1000, 1),
        "set_of_ten_s": round(ten, 3),
        "resident_mb": resident,
        "cold_start_s": round(cold, 2),
        "add_100_documents_s": round(added, 2),
        "added_found": float(seen),
    }


PEER = """
import json, resource, sys, time
import numpy as np
sys.path.insert(0, {here!r})
lines = [json.loads(l) for l in open({texts!r}, encoding="utf-8")]
from langchain_community.retrievers import BM25Retriever
from langchain_chroma import Chroma
from langchain_core.embeddings import Embeddings
try:
    from langchain.retrievers import EnsembleRetriever
except ImportError:
    from langchain_classic.retrievers import EnsembleRetriever
class Fake(Embeddings):
    def _one(self, t):
        import hashlib
        s = int.from_bytes(hashlib.blake2b(t.encode(), digest_size=8).digest(), "big")
        v = np.random.default_rng(s).standard_normal(384, dtype=np.float32) + 2
        return (v / np.linalg.norm(v)).tolist()
    def embed_documents(self, ts): return [self._one(t) for t in ts]
    def embed_query(self, t): return self._one(t)
began = time.perf_counter()
texts = [l["text"] for l in lines if "text" in l]
bm25 = BM25Retriever.from_texts(texts, k=50)
store = Chroma(embedding_function=Fake(), collection_name="peer")
for i in range(0, len(texts), 5000): store.add_texts(texts[i:i + 5000])
both = EnsembleRetriever(retrievers=[bm25, store.as_retriever(search_kwargs={{"k": 50}})], weights=[0.5, 0.5])
built = time.perf_counter() - began
took = []
for l in lines:
    if "query" in l:
        at = time.perf_counter(); both.invoke(l["query"]); took.append(time.perf_counter() - at)
pages = int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() // 2**20
print(json.dumps({{"peer": "EnsembleRetriever(BM25Retriever, Chroma) without embedding", "pairs": len(texts),
  "build_seconds": round(built, 1), "p50_ms": round(float(np.median(took)) * 1000, 1),
  "p95_ms": round(float(np.quantile(took, .95)) * 1000, 1), "resident_mb": pages}}))
"""


def run_peer(python: str, folder: Path, pairs: int, queries: int) -> str:
    """The same texts in the earlier prototype's stack; its own line of JSON, or why it failed."""
    questions, sentences = real_sentences()
    texts = folder / f"peer-{pairs}.jsonl"
    with texts.open("w", encoding="utf-8") as file:
        for start in range(0, pairs, 1000):
            for source, _ in make_entries(start, min(1000, pairs - start), questions, sentences):
                file.write(json.dumps({"text": source.body}) + "\n")
        for question in questions[1 : queries + 1]:
            file.write(json.dumps({"query": question}) + "\n")
    script = PEER.format(here=str(folder), texts=str(texts))
    done = subprocess.run([python, "-c", script], capture_output=True, text=True, check=False)
    lines = done.stdout.strip().splitlines()
    return (
        lines[-1]
        if done.returncode == 0 and lines
        else json.dumps({"peer": "failed", "why": done.stderr[-300:]})
    )


def main() -> None:
    """Build and run each size in processes of their own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 50_000, 200_000])
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--peer", default="")
    parser.add_argument("--peer-queries", type=int, default=10)
    parser.add_argument("--only", choices=["build", "run"])
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    if given.only:
        place = given.folder / str(given.sizes[0])
        step = (
            build(place, given.sizes[0])
            if given.only == "build"
            else run(place, given.sizes[0], given.queries)
        )
        print(json.dumps(step))
        return
    for size in given.sizes:
        for step in ("build", "run"):
            command = [sys.executable, __file__, "--folder", str(given.folder), "--sizes", str(size)]
            command += ["--queries", str(given.queries), "--only", step]
            subprocess.run(command, check=True)
        # the run added documents: what is left is no archive of this size any more
        shutil.rmtree(given.folder / str(size))
        if given.peer:
            print(run_peer(given.peer, given.folder, size, given.peer_queries), flush=True)


if __name__ == "__main__":
    main()
