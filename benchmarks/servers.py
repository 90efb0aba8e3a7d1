"""Whether servers on one PostgreSQL answer the same, byte for byte, while documents come and go and they die.

    python benchmarks/servers.py --database postgresql://user@host/name --pairs PAIRS.jsonl

The database must be empty. Each server is a process with a data folder of its own. In every round documents
are added, removed or replaced by one of them; then all are asked the same questions at the same time, and
draft the same sets. In every other round one is killed while it is busy, and started again. With `--workers`
what is added goes through the queue to workers of their own, one of which is killed as often. Prints one JSON
line a round, and at the end whether the log is whole and every server reads every original.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from learninglion.evaluation.testset import read_pairs
from learninglion.models import Actor, QuestionSet, RawFile, Role, SubQuestion
from learninglion.models.plain import Plain, to_plain
from learninglion.record.contract import dossier_view, hit_view
from learninglion.sample import sample_documents
from learninglion.workflow import Workplace, WorkplaceOptions, open_workplace

ACTOR = Actor("proef", frozenset(Role))
SET = 5  # questions of a set that is drafted


def serve(home: Path, database: str) -> None:
    """Answer what comes in on standard input, a JSON line each."""
    began = time.perf_counter()
    workplace = open_workplace(WorkplaceOptions(home=home, database_url=database, isolate=False))
    for line in sys.stdin:
        order = json.loads(line)
        answer = _obey(workplace, order)
        answer.setdefault("seconds", round(time.perf_counter() - began, 2))
        print(json.dumps(answer), flush=True)
        began = time.perf_counter()


def _obey(workplace: Workplace, order: dict[str, list[str]]) -> dict[str, object]:
    if paths := order.get("add"):
        report = workplace.intake.ingest([Path(p) for p in paths], collection="proef", actor=ACTOR)
        return {"failed": [r.detail for r in report.failures]}
    if paths := order.get("queue"):
        files = [RawFile(Path(p).name, Path(p).read_bytes(), "") for p in paths]
        details: dict[str, Plain] = {"collection": "proef", "refused": []}
        job = workplace.jobs.start(ACTOR, "ingest", details, files=files)
        while not workplace.jobs.events(job.id, 0)[1]:
            time.sleep(0.1)
        return {"failed": [str(e.data) for e in workplace.jobs.events(job.id, 0)[0] if e.name == "failed"]}
    if document_ids := order.get("remove"):
        for document_id in document_ids:
            workplace.intake.remove(document_id, reason="proef", actor=ACTOR)
        return {}
    if order.get("check") is not None:
        cards = workplace.documents.list(ACTOR)
        sizes = [len(workplace.documents.original(card.id, ACTOR)) for card in cards]
        log = workplace.log.verify(ACTOR)
        return {"documents": [c.id for c in cards], "originals": len(sizes), "log": log.ok}
    questions = order["ask"]
    hits = [workplace.searching.search(q, actor=ACTOR) for q in questions]
    listed_hits = [[to_plain(hit_view(hit)) for hit in listed] for listed in hits]
    drafts = []
    for start in range(0, min(len(questions), 4 * SET), SET):
        sub_questions = tuple(SubQuestion((n,), q) for n, q in enumerate(questions[start : start + SET], 1))
        question_set = QuestionSet("", sub_questions, title="Proef")
        offers = workplace.searching.offer(question_set, actor=ACTOR)
        selections = workplace.drafts.select_automatically(question_set, offers)
        dossier = workplace.drafts.draft(question_set, selections, actor=ACTOR)
        drafts.append(to_plain(dossier_view(dossier))["questions"])  # type: ignore[index,call-overload]
    text = json.dumps([listed_hits, drafts], sort_keys=True, ensure_ascii=False)
    scores = sum(len(listed) for listed in hits)
    return {"sha256": hashlib.sha256(text.encode()).hexdigest(), "hits": scores, "drafts": len(drafts)}


class WorkerProcess:
    """One process that does what is in the queue, with a data folder of its own."""

    def __init__(self, home: Path, database: str) -> None:
        named = {"LEARNINGLION_HOME": str(home), "LEARNINGLION_DATABASE_URL": database}
        self._environment = {**os.environ, **named}
        self.start()

    def start(self) -> None:
        """Begin, or begin again after a kill."""
        program = str(Path(sys.executable).parent / "learninglion")
        self.process = subprocess.Popen([program, "worker", "--slots", "1"], env=self._environment)

    def kill(self) -> None:
        """As a power cut would."""
        self.process.kill()
        self.process.wait()


class Server:
    """One process with a data folder of its own."""

    def __init__(self, home: Path, database: str) -> None:
        self._command = [sys.executable, __file__, "--serve", str(home), "--database", database]
        self.start()

    def start(self) -> None:
        """Begin, or begin again after a kill."""
        self.process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def order(self, **order: Sequence[str]) -> None:
        """Say what is to be done."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, object]:
        """What came of it."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        return json.loads(line) if line else {"died": True}

    def kill(self) -> None:
        """As a power cut would."""
        self.process.kill()
        self.process.wait()


def rounds(given: argparse.Namespace, home: Path) -> bool:
    """All rounds; whether all went well."""
    chance = random.Random(7)
    questions = [pair.question for pair in read_pairs(given.pairs)][: given.questions]
    files = [str(p) for p in given.documents or sample_documents()]
    servers = [Server(home / f"s{n}", given.database) for n in range(given.servers)]
    workers = [WorkerProcess(home / f"w{n}", given.database) for n in range(given.workers)]
    taking_in = "queue" if workers else "add"
    servers[0].order(add=files[: len(files) // 2])
    well = not servers[0].answer().get("failed")
    left = files[len(files) // 2 :]
    for turn in range(given.rounds):
        writer = servers[turn % len(servers)]
        writer.order(check=[])
        known = writer.answer()["documents"]
        assert isinstance(known, list)
        if turn % 3 == 2:
            order: dict[str, Sequence[str]] = {"remove": chance.sample(known, 1)}
        else:
            order = {taking_in: [left.pop() if left else chance.choice(files)]}
        writer.order(**order)
        if turn % 2:
            time.sleep(chance.random() * given.until_kill)
            if "queue" in order and turn % 4 == 3:
                victim = chance.choice(workers)
                victim.kill()
                victim.start()
            else:
                writer.kill()
                writer.start()
                writer.order(**({"check": []} if "remove" in order else order))
        writer.answer()
        for server in servers:
            server.order(ask=questions)
        answers = [server.answer() for server in servers]
        same = len({answer.get("sha256") for answer in answers}) == 1 and "sha256" in answers[0]
        well &= same
        seconds = [answer.get("seconds") for answer in answers]
        line = {"round": turn, "order": next(iter(order)), "killed": bool(turn % 2), "same": same}
        answer_figures = {name: answers[0].get(name) for name in ("hits", "drafts")}
        print(json.dumps({**line, **answer_figures, "seconds": seconds}), flush=True)
    fresh = Server(home / "new", given.database)
    began = time.perf_counter()
    fresh.order(ask=questions[:1])
    fresh.answer()
    first = round(time.perf_counter() - began, 2)
    for server in (*servers, fresh):
        server.order(check=[])
    checks = [server.answer() for server in (*servers, fresh)]
    well &= all(check.get("log") for check in checks) and len({c.get("originals") for c in checks}) == 1
    print(json.dumps({"first_search_of_a_new_server_s": first, "log_and_originals": well}))
    for each in (*servers, fresh):
        each.kill()
    for worker in workers:
        worker.kill()
    return well


def main() -> None:
    """Run the rounds, or be one of the servers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--pairs", type=Path)
    parser.add_argument("--documents", type=Path, nargs="*")
    parser.add_argument("--servers", type=int, default=2)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--until-kill", type=float, default=1.0, help="seconds, at most")
    given = parser.parse_args()
    if given.serve is not None:
        serve(given.serve, given.database)
        return
    with tempfile.TemporaryDirectory() as place:
        sys.exit(0 if rounds(given, Path(place)) else 1)


if __name__ == "__main__":
    main()
