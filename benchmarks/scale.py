"""Speed, size and recall of search in large archives, on both engines, beside the earlier prototype's stack.

    python benchmarks/scale.py [--quick] [--folder DIR] [--sizes 10000 50000 200000] [--users 50]
        [--database postgresql://user@host/name] [--peer PYTHON] [--only build|exact|ask|change]

Archives are made of the sentences of real pairs, drawn at random: so words have the frequencies of real
Dutch answers. Each sentence is embedded once, and a passage lies where its sentences point, with a little
noise of its own: embedding 200,000 answers takes hours. The questions that are searched are real, and are
embedded for real. With `--database` the same archive is built in that PostgreSQL too, and is asked the same.

Each step runs in a process of its own, so that memory is its own, and prints a JSON line:

    build   the index of an engine, from text
    exact   the ten best for `--queries` questions when every source is scored, outside any engine
    ask     times of one user, and of `--users` at once, who pause `--pause` seconds on average between
            questions and never ask the same; recall@10: how many of the exact ten are found
    change  100 documents added, replaced, deleted; what is left is no archive of this size any more

`cpu` is processor time, which other work on the machine hardly changes; where PostgreSQL runs on this machine
that of its processes is in it, and `postgres_mb` is their memory.

The peer holds the same texts and answers the same questions in the same run: BM25Retriever and Chroma in an
EnsembleRetriever, without embedding. `--peer` is a Python with langchain-community, langchain-classic,
langchain-chroma and rank-bm25; by default this one, where it has them. A peer that is not done after
`--peer-limit` seconds is stopped, and its line says so.
"""

from __future__ import annotations

import learninglion  # noqa: F401 - before numpy, as in the program: how many threads one product takes

# isort: split
import argparse
import contextlib
import hashlib
import importlib.util
import json
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from sqlalchemy import text as sql

from learninglion.database.engine import open_unchanged
from learninglion.inference.encoders import NanoEncoder, VectorCache, Vectors, embed, normalised
from learninglion.models import (
    DocumentCard,
    DocumentKind,
    Entry,
    Passage,
    PassageKind,
    Source,
    SourceKind,
    Span,
)
from learninglion.search.engine import Engine
from learninglion.search.local import Index
from learninglion.search.postgres import PostgresIndex, supported
from learninglion.search.scoring import features, make_probe
from learninglion.search.search import query_terms, query_vectors, rank, search, search_set
from learninglion.store.store import MemoryReader

PAIRS = Path(__file__).parents[1] / "../shared/data/kamervragen/qa-pairs.jsonl"
PER_DOCUMENT = 8
NOISE = 0.1  # length of what a passage has of its own; a sentence lies some 0.5 from the mean of all
DOCUMENTS = 2_000  # whose sources are scored together
_CLAUSE = re.compile(r"(?<=[?.,;:])\s+|\s+(?=(?:en|of|dat|waarom|hoe|welke) )")


class RealTexts:
    """The real questions, and what archives are made of: clauses of questions and sentences of answers."""

    def __init__(self) -> None:
        rows = [json.loads(line) for line in PAIRS.read_text("utf-8").splitlines()]
        self.questions: list[str] = [r["question"] for r in rows]
        clauses = (c.strip() for q in self.questions for c in _CLAUSE.split(q))
        self.clauses = [c for c in dict.fromkeys(clauses) if len(c) > 15]
        split = (s.strip() + "." for r in rows for s in r["answer"].replace("\n", " ").split(". "))
        self.sentences = [s for s in dict.fromkeys(split) if len(s) > 20]


class MixedEncoder:
    """A text of several lines lies where the lines that are known point; any other is embedded for real."""

    def __init__(self, folder: Path) -> None:
        self._real, self._cache = NanoEncoder(), VectorCache(folder / "sentences.db")
        self.name, self.dimensions = self._real.name, self._real.dimensions
        self.prepared = False  # whether real questions are looked up instead of embedded
        texts = RealTexts()
        self._known = {True: self._lines(texts.clauses, True), False: self._lines(texts.sentences, False)}
        self._questions = dict(zip(texts.questions, self._embedded(texts.questions, True), strict=True))

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Of questions."""
        if any("\n" in text for text in texts):
            return self._mixed(texts, *self._known[True])
        if self.prepared and all(text in self._questions for text in texts):
            return np.stack([self._questions[text] for text in texts])
        return self._real.encode_queries(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Of answers."""
        return self._mixed(texts, *self._known[False])

    def _embedded(self, texts: Sequence[str], as_question: bool) -> Vectors:
        return embed(self._real, texts, as_question=as_question, cache=self._cache)

    def _lines(self, texts: Sequence[str], as_question: bool) -> tuple[dict[str, Vectors], Vectors]:
        """How far each lies from the mean of all, and that mean."""
        rows = self._embedded(texts, as_question)
        mean = rows.mean(axis=0)
        return dict(zip(texts, rows - mean, strict=True)), mean

    def _mixed(self, texts: Sequence[str], known: dict[str, Vectors], mean: Vectors) -> Vectors:
        rows = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
            own = np.random.default_rng(seed).standard_normal(self.dimensions, dtype=np.float32)
            lines = [known[line] for line in text.split("\n") if line in known]
            # as far from the mean as one sentence lies: the mean of several would lie much nearer
            along = np.sum(lines, axis=0) / len(lines) ** 0.5 if lines else 0.0
            row[:] = mean + along + own * (NOISE / self.dimensions**0.5)
        return normalised(rows)


def make_entries(start: int, count: int, texts: RealTexts, mark: str = "Dossier") -> list[Entry]:
    """`count` pairs from number `start` on, eight a document, of sentences drawn at random, one a line.

    Each bears a word of its own: `mark` with its number.
    """
    made: list[Entry] = []
    for number in range(start, start + count):
        drawn = np.random.default_rng(number)
        own = f"{mark}{number}"
        body = "\n".join(
            [texts.sentences[i] for i in drawn.integers(0, len(texts.sentences), 5)] + [f"{own}."]
        )
        question = "\n".join(
            [texts.clauses[i] for i in drawn.integers(0, len(texts.clauses), 3)] + [f"{own}?"]
        )
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
        self._texts = RealTexts()
        self._replaced: set[str] = set()
        self.grow(0, pairs)

    def grow(self, first: int, last: int) -> None:
        """Add the documents of pairs first..last."""
        for document in range(first // PER_DOCUMENT, -(-last // PER_DOCUMENT)):
            self._note(f"doc{document}", deleted=False)

    def replace(self, documents: Sequence[str]) -> None:
        """Give these documents other texts."""
        self._replaced.update(documents)
        for document in documents:
            self._note(document, deleted=False)

    def drop(self, documents: Sequence[str]) -> None:
        """Take these documents away."""
        for document in documents:
            self._note(document, deleted=True)

    def entries_of(self, document_ids: Sequence[str]) -> list[Entry]:
        """Made again the same each time."""
        return [
            entry for d in document_ids for entry in self._made(d, int(d[3:]) * PER_DOCUMENT, PER_DOCUMENT)
        ]

    def entries_by_id(self, source_ids: Sequence[str]) -> list[Entry]:
        """One pair each, as a store reads them."""
        entries = []
        for source_id in source_ids:
            document, _, number = source_id.partition("#")
            entries += self._made(document, int(document[3:]) * PER_DOCUMENT + int(number) - 1, 1)
        return entries

    def _made(self, document: str, start: int, count: int) -> list[Entry]:
        mark = "Herzien" if document in self._replaced else "Dossier"
        return make_entries(start, count, self._texts, mark)


def memory() -> int:
    """Resident memory now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 2**20


class Servers:
    """The processes of a PostgreSQL on this machine; none where the index stands in a folder."""

    def __init__(self, database: str) -> None:
        self._first = 0
        if database:
            with open_unchanged(database).connect() as connection:
                own = connection.execute(sql("SELECT pg_backend_pid()")).scalar_one()
                self._first = int(self._fields(Path(f"/proc/{own}"))[1])

    def _folders(self) -> Iterator[Path]:
        for path in Path("/proc").glob("[0-9]*") if self._first else ():
            with contextlib.suppress(OSError):
                if path.name == str(self._first) or self._fields(path)[1] == str(self._first):
                    yield path

    @staticmethod
    def _fields(path: Path) -> list[str]:
        """What `stat` says of a process, from its state on."""
        return (path / "stat").read_text().rpartition(")")[2].split()

    def busy(self) -> float:
        """Seconds of processor time that they have had, those that ended too."""
        ticks = 0
        for path in self._folders():
            with contextlib.suppress(OSError):
                ticks += sum(map(int, self._fields(path)[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        """What they take together in MB, shared memory counted once."""
        kilobytes = 0
        for path in self._folders():
            with contextlib.suppress(OSError):
                kilobytes += int(re.findall(r"^Pss:\s+(\d+)", (path / "smaps_rollup").read_text(), re.M)[0])
        return kilobytes // 1024


def opened(folder: Path, database: str) -> Engine:
    """The index in `folder`, or in the database under the name of the folder."""
    encoder = MixedEncoder(folder.parent)
    if not database:
        return Index(folder, encoder)
    engine = open_unchanged(database)
    if not supported(engine):
        raise SystemExit("this PostgreSQL has no pgvector")
    return PostgresIndex(engine, encoder, schema=schema_of(folder))


def schema_of(folder: Path) -> str:
    """Where its index stands in a database."""
    return f"scale_{folder.name}"


Figures = dict[str, float | str]


def build(folder: Path, pairs: int, database: str) -> Figures:
    """Build an index of `pairs` pairs, if it is not there."""
    index, reader, servers = opened(folder, database), GrowingReader(pairs), Servers(database)
    times: Times = []
    steps: list[float] = []

    def progress(done: int, total: int) -> None:
        steps.append(time.perf_counter())
        if done == total or done // 2000 > (done - 200) // 2000:
            print(f"{done} of {total} documents, {steps[-1] - began:.0f} s", file=sys.stderr, flush=True)

    began = time.perf_counter()
    timed(times, lambda: index.update(reader, progress), servers)
    seconds, busy = times[0]
    read = steps[-1] - began if steps else 0.0
    return {
        "build_seconds": round(seconds, 1) if steps else 0.0,
        "build_cpu_s": round(busy, 1) if steps else 0.0,
        "of_which_finishing_s": round(seconds - read, 1) if steps else 0.0,
        "pairs_a_second": round(pairs / seconds, 1) if steps else 0.0,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "postgres_mb": servers.memory(),
        **disk(folder, database),
    }


def disk(folder: Path, database: str) -> Figures:
    """What the index takes, in MB; of PostgreSQL each table and index too."""
    if not database:
        return {"disk_mb": sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) // 2**20}
    query = sql(
        "SELECT c.relname, pg_table_size(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = :schema AND c.relkind IN ('r', 'i') ORDER BY 2 DESC"
    )
    with open_unchanged(database).connect() as connection:
        rows = connection.execute(query, {"schema": schema_of(folder)}).all()
    largest = {f"{name}_mb": round(size / 2**20) for name, size in rows[:8]}
    return {"disk_mb": sum(size for _, size in rows) // 2**20, **largest}


Times = list[tuple[float, float]]  # (seconds, seconds of processor time)


def timed(times: Times, work: Callable[[], object], servers: Servers) -> None:
    """Do `work` and add what it took to `times`."""
    before = servers.busy()
    at, spent = time.perf_counter(), time.process_time()
    work()
    seconds, spent = time.perf_counter() - at, time.process_time() - spent
    times.append((seconds, spent + servers.busy() - before))


def times_in_words(name: str, times: Times) -> dict[str, float]:
    """The median and the 95th percentile in milliseconds, and the median in processor time."""
    seconds, busy = np.array(times).T * 1000
    return {
        f"{name}_p50_ms": round(float(np.median(seconds)), 1),
        f"{name}_p95_ms": round(float(np.quantile(seconds, 0.95)), 1),
        f"{name}_cpu_p50_ms": round(float(np.median(busy)), 1),
    }


Ten = list[tuple[str, float]]


def exact(folder: Path, pairs: int, database: str, queries: int) -> Figures:
    """The ten best of every source for the first questions, by the program's own scoring, kept in a file."""
    engine = opened(folder, database)
    assert isinstance(engine.encoders.current, MixedEncoder)
    engine.encoders.current.prepared = True
    view, began = engine.snapshot(), time.process_time()
    questions = RealTexts().questions[1 : queries + 1]
    vectors = query_vectors(engine.encoders, view, questions, "")
    probes = [make_probe(view.statistics, query_terms(q), v) for q, v in zip(questions, vectors, strict=True)]
    best: list[Ten] = [[] for _ in questions]
    for start in range(0, pairs // PER_DOCUMENT, DOCUMENTS):
        chosen = frozenset(f"doc{d}" for d in range(start, min(start + DOCUMENTS, pairs // PER_DOCUMENT)))
        pieces = view.candidates(probes[0], chosen, exact=True)
        names = np.concatenate([segment.sources[rows] for segment, rows in pieces])
        for at, probe in enumerate(probes):
            scored = features(pieces, probe)
            logits = view.fusion.logits(scored.features, scored.has_question)
            some = [(names[i], float(logits[i])) for i in np.argsort(-logits)[:11]]
            some = [hit for hit in some if len(best[at]) < 10 or hit[1] >= best[at][-1][1]]
            best[at] = sorted(best[at] + some, key=lambda hit: (-hit[1], hit[0]))[:10]
    exact_file(folder).write_text(json.dumps(best))
    return {"exact_questions": len(best), "cpu_s": round(time.process_time() - began, 1)}


def exact_file(folder: Path) -> Path:
    """Where `exact` keeps what it found."""
    return folder.with_name(f"{folder.name}-exact.json")


def recall(index: Engine, folder: Path) -> Figures:
    """How many of the exact ten are found, and how often all ten with the same scores; of what is kept."""
    best: list[Ten] = [
        [(name, logit) for name, logit in ten] for ten in json.loads(exact_file(folder).read_text())
    ]
    questions = RealTexts().questions[1 : len(best) + 1]
    view = index.snapshot()
    held, same = [], []
    vectors = query_vectors(index.encoders, view, questions, "")
    for question, vector, ten in zip(questions, vectors, best, strict=True):
        ranking = rank(view, make_probe(view.statistics, query_terms(question), vector))
        hits = list(zip(ranking.sources[:10].tolist(), ranking.logits[:10].tolist(), strict=True))
        held.append(len({name for name, _ in hits} & {name for name, _ in ten}) / len(ten))
        same.append(hits == ten)
    return {
        "recall_questions": len(best),
        "recall@10": round(float(np.mean(held)), 4),
        "least_recall@10": min(held),
        "same_ten_and_scores": round(float(np.mean(same)), 4),
    }


def ask(folder: Path, pairs: int, database: str, given: argparse.Namespace) -> Figures:
    """Measure search, filters, sets of ten, users at once, memory and recall on a built index."""
    reader, servers = GrowingReader(pairs), Servers(database)
    questions = RealTexts().questions
    began = time.perf_counter()
    index = opened(folder, database)
    assert isinstance(index.encoders.current, MixedEncoder)
    search(index, reader, questions[0])
    cold = time.perf_counter() - began
    filters = {
        name: frozenset(f"doc{d}" for d in range(0, pairs // PER_DOCUMENT, every))
        for name, every in (("half", 2), ("hundredth", 100))
    }
    first = time.perf_counter()
    for documents in filters.values():
        search(index, reader, questions[0], documents=documents)
    first = (time.perf_counter() - first) / len(filters)
    whole: Times = []
    again: Times = []
    filtered: dict[str, Times] = {name: [] for name in filters}
    for question in questions[1 : given.queries + 1]:
        timed(whole, partial(search, index, reader, question), servers)
        timed(again, partial(search, index, reader, question), servers)
        for name, documents in filters.items():
            timed(filtered[name], partial(search, index, reader, question, documents=documents), servers)
    tens: Times = []
    for start in range(200, 250, 10):
        ten, introduction = questions[start : start + 10], questions[start + 300]
        timed(tens, partial(search_set, index, reader, ten, introduction), servers)
    index.encoders.current.prepared = True
    return {
        **times_in_words("search", whole),
        **times_in_words("without_embedding", again),
        **times_in_words("in_half_without_embedding", filtered["half"]),
        **times_in_words("in_hundredth_without_embedding", filtered["hundredth"]),
        "first_search_with_a_filter_ms": round(first * 1000, 1),
        **times_in_words("set_of_ten", tens),
        "cold_start_s": round(cold, 2),
        **together(index, reader, servers, given.users, given.pause),
        "resident_mb": memory(),
        "postgres_mb": servers.memory(),
        **(recall(index, folder) if exact_file(folder).exists() else {}),
    }


def together(index: Engine, reader: GrowingReader, servers: Servers, users: int, pause: float) -> Figures:
    """Users at once, each with questions of its own, without embedding, and a pause before each."""
    questions = RealTexts().questions
    query_vectors(index.encoders, index.snapshot(), questions, "")  # all of them known beforehand
    seconds: list[float] = []

    def user(number: int) -> None:
        chance = random.Random(number)
        for question in questions[number::users]:
            time.sleep(chance.uniform(0, 2 * pause))
            at = time.perf_counter()
            search(index, reader, question)
            seconds.append(time.perf_counter() - at)

    threads = [threading.Thread(target=user, args=(number,)) for number in range(users)]

    def all_of_them() -> None:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    took: Times = []
    timed(took, all_of_them, servers)
    return {
        "users": users,
        "users_questions": len(seconds),
        "users_questions_a_second": round(len(seconds) / took[0][0], 1),
        "users_p50_ms": round(float(np.median(seconds)) * 1000, 1),
        "users_p95_ms": round(float(np.quantile(seconds, 0.95)) * 1000, 1),
        "users_cpu_a_question_ms": round(took[0][1] / len(seconds) * 1000, 1),
    }


def change(folder: Path, pairs: int, database: str) -> Figures:
    """Seconds until 100 documents added, replaced and deleted are so in search, and whether they are."""
    index, reader, servers = opened(folder, database), GrowingReader(pairs), Servers(database)
    search(index, reader, "Wat is dit?")

    def after(what: str, question: str, word: str) -> tuple[dict[str, float], bool]:
        times: Times = []
        timed(times, partial(index.update, reader), servers)
        timed(times, partial(search, index, reader, question), servers)
        took = {
            f"{what}_100_documents_s": sum(s for s, _ in times),
            f"{what}_cpu_s": sum(c for _, c in times),
        }
        is_found = any(f"{word}." in h.source.body for h in search(index, reader, question))
        return {name: round(value, 2) for name, value in took.items()}, is_found

    reader.grow(pairs, pairs + 100 * PER_DOCUMENT)
    added, is_found = after("add", f"Wat is Dossier{pairs + 50}?", f"Dossier{pairs + 50}")
    some = [f"doc{d}" for d in range(100)]
    reader.replace(some)
    replaced, new = after("replace", "Wat is Herzien50?", "Herzien50")
    reader.drop(some)
    deleted, left = after("delete", "Wat is Herzien50?", "Herzien50")
    seen = {"added_found": float(is_found), "replaced_found": float(new), "deleted_gone": float(not left)}
    return {**added, **replaced, **deleted, **seen}


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
fresh = [f"{{t}} erbij{{i}}" for i, t in enumerate(texts[:800])]
at = time.perf_counter()
store.add_texts(fresh)
both.retrievers[0] = BM25Retriever.from_texts(texts + fresh, k=50)
both.invoke(fresh[0])
added = time.perf_counter() - at
pages = int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() // 2**20
print(json.dumps({{"peer": "EnsembleRetriever(BM25Retriever, Chroma) without embedding", "pairs": len(texts),
  "build_seconds": round(built, 1), "p50_ms": round(float(np.median(took)) * 1000, 1),
  "p95_ms": round(float(np.quantile(took, .95)) * 1000, 1), "resident_mb": pages,
  "add_100_documents_s": round(added, 2)}}))
"""


def run_peer(python: str, folder: Path, pairs: int, queries: int, limit: float) -> str:
    """The same texts in the earlier prototype's stack: its own line of JSON, or why there is none."""
    real = RealTexts()
    texts = folder / f"peer-{pairs}.jsonl"
    with texts.open("w", encoding="utf-8") as file:
        for start in range(0, pairs, 1000):
            for source, _ in make_entries(start, min(1000, pairs - start), real):
                file.write(json.dumps({"text": source.body}) + "\n")
        for question in real.questions[1 : queries + 1]:
            file.write(json.dumps({"query": question}) + "\n")
    script = PEER.format(here=str(folder), texts=str(texts))
    began = time.perf_counter()
    try:
        done = subprocess.run(
            [python, "-c", script], capture_output=True, text=True, check=False, timeout=limit
        )
    except subprocess.TimeoutExpired:
        took = round(time.perf_counter() - began)
        return json.dumps(
            {"peer": "stopped: not built and searched in time", "pairs": pairs, "seconds": took}
        )
    finally:
        texts.unlink()
    lines = done.stdout.strip().splitlines()
    if done.returncode == 0 and lines:
        return lines[-1]
    return json.dumps({"peer": "failed", "pairs": pairs, "why": done.stderr[-300:]})


def clear(folder: Path, database: str) -> None:
    """Take the archive away, in the database too."""
    shutil.rmtree(folder, ignore_errors=True)
    if database:
        with open_unchanged(database).begin() as connection:
            connection.execute(sql(f'DROP SCHEMA IF EXISTS "{schema_of(folder)}" CASCADE'))


def step(name: str, given: argparse.Namespace) -> Figures:
    """Do one step, in this process."""
    folder, pairs = given.folder / str(given.sizes[0]), given.sizes[0]
    done = {
        "build": lambda: build(folder, pairs, given.database),
        "exact": lambda: exact(folder, pairs, given.database, given.queries),
        "ask": lambda: ask(folder, pairs, given.database, given),
        "change": lambda: change(folder, pairs, given.database),
    }[name]()
    engine = "postgres" if given.database else "embedded"
    return {"step": name, "engine": engine, "pairs": pairs, "load": round(os.getloadavg()[0], 1), **done}


def main() -> None:
    """Take each step of each size in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where archives are built; by default a temporary folder")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 50_000, 200_000])
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--pause", type=float, default=5.0)
    parser.add_argument("--peer", default="")
    parser.add_argument("--peer-queries", type=int, default=10)
    parser.add_argument("--peer-limit", type=float, default=3600.0, help="seconds a size")
    parser.add_argument("--quick", action="store_true", help="5,000 pairs and 20 questions")
    parser.add_argument("--database", default="", help="a PostgreSQL, for the second engine")
    parser.add_argument("--only", choices=["build", "exact", "ask", "change"], help="of one engine, and stop")
    given = parser.parse_args()
    if given.quick:
        given.sizes, given.queries, given.peer_queries = [5_000], 20, 5
        given.users, given.pause = 10, 0.1
    if given.only:
        print(json.dumps(step(given.only, given)), flush=True)
        return
    peer = given.peer or (sys.executable if importlib.util.find_spec("langchain_chroma") else "")
    engines = ["", given.database] if given.database else [""]
    with tempfile.TemporaryDirectory(prefix="learninglion-scale-") as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for size in given.sizes:
            for name in ("build", "exact", "ask", "change"):
                for database in engines[:1] if name == "exact" else engines:
                    command = [sys.executable, __file__, "--folder", str(folder), "--sizes", str(size)]
                    for option in ("queries", "users", "pause"):
                        command += [f"--{option}", str(getattr(given, option))]
                    subprocess.run([*command, "--only", name, "--database", database], check=True)
            clear(folder / str(size), given.database)
            if peer:
                print(run_peer(peer, folder, size, given.peer_queries, given.peer_limit), flush=True)
            else:
                print(json.dumps({"peer": "not measured: this Python has no langchain_chroma; use --peer"}))


if __name__ == "__main__":
    main()
