"""Killed at random moments: nothing lost, nothing half, the log in order, the index as one made anew.

    python benchmarks/kills.py [--kills 210] [--seed 1] [--longest 1.0] [--database postgresql://…/empty]

A process takes in documents, drafts, edits, removes, makes backups, works from the queue, or brings an export
of an older schema up to date, and is killed (SIGKILL) after a random moment. Whatever it had said to be done
must be there; every document and dossier must be as the log says; a backup is whole or not there; what was
being brought up to date is done again from where it was. At the end the index must give the same hits with
the same scores as one made anew. Prints one JSON line; status 1 when something was wrong.

    python benchmarks/kills.py --postgres /usr/lib/postgresql/17/bin [--kills 100] [--servers 2] [--workers 2]

A PostgreSQL of its own with servers and workers on it, all busy at the same time; a server, a worker, the
PostgreSQL or one of its backends is killed after a random moment and started again. The same is looked at,
with all of them at rest, every so many kills.

Documents are fictional and vectors are hashed words: what is measured is what is kept.
"""

from __future__ import annotations

import argparse
import itertools
import json
import multiprocessing
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import psycopg
from sqlalchemy.exc import DBAPIError

from learninglion.drafting.selection import Choice
from learninglion.models import Actor, QuestionSet, RawFile, Role, SubQuestion
from learninglion.models.errors import (
    ConflictError,
    InputError,
    LearningLionError,
    UnavailableError,
    UnknownReferenceError,
)
from learninglion.testing import HashingEncoder
from learninglion.web.pages.work import INGEST, start_ingest
from learninglion.web.pages.work import take_in as work_ingest
from learninglion.workflow import Workplace, WorkplaceOptions, searching, working
from learninglion.workflow.backup import import_all, verify_backup
from learninglion.workflow.jobs import Job, Work, Worker

BOSS = Actor("beheer", frozenset(Role))
KINDS = ("ingest", "draft", "edit", "remove", "backup", "job", "migrate")
SUBJECTS = (
    "vuurwerk fatbikes wachttijden stikstof veerpont woningbouw jeugdzorg lachgas nachttrein pensioen".split()
)
ASKED = QuestionSet(
    "", tuple(SubQuestion((n,), f"Hoeveel {s} waren er?") for n, s in enumerate(SUBJECTS[:3], 1))
)

Say = Callable[..., None]


def main() -> None:
    """Kill, look, and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=210)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--longest", type=float, default=1.0, help="seconds from its beginning to the kill")
    parser.add_argument("--database", default="")
    parser.add_argument("--postgres", type=Path, help="the folder with pg_ctl and initdb")
    parser.add_argument("--servers", type=int, default=2)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=1e9, help="stop then, with fewer kills")
    given = parser.parse_args()
    searching.open_encoder = lambda *_, **__: HashingEncoder(64)  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory(prefix="learninglion-kills-") as folder:
        began = time.monotonic()
        if given.postgres:
            outcome = kill_together(Path(folder), given)
        else:
            trial = Trial(Path(folder), given.database, random.Random(given.seed), given.longest)
            trial.prepare()
            for number in range(given.kills):
                trial.kill(KINDS[number % len(KINDS)], number)
            trial.look(whole=True)
            outcome = trial.outcome()
        outcome["seconds"] = round(time.monotonic() - began)
    print(json.dumps(outcome, ensure_ascii=False))
    raise SystemExit(1 if outcome["wrong"] else 0)


class Trial:
    """An archive, what was said to be done to it, and what was found wrong."""

    def __init__(self, folder: Path, database: str, chance: random.Random, longest: float) -> None:
        self.longest = longest
        self.folder = folder
        self.options = WorkplaceOptions(home=folder / "home", database_url=database, isolate=False)
        self.record = folder / "said"
        self.chance = chance
        self.killed: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()  # of jobs
        self.wrong: list[str] = []
        self.looks = 0

    def prepare(self) -> None:
        """Documents, some drafts, and an export as a version before the last migrations made it."""
        with working(self.options) as workplace:
            for number in range(60):
                take_in(workplace, f"basis-{number}")
            draft(workplace, ASKED)
            workplace.transfers.export_all(self.folder / "older", actor=BOSS)
        make_older(self.folder / "older", self.folder / "schema.db")
        self.record.touch()

    def kill(self, kind: str, number: int) -> None:
        """Let a process do this kind of work, and kill it after a random moment."""
        process = multiprocessing.get_context("fork").Process(target=self._work, args=(kind, number))
        process.start()
        until = time.monotonic() + 30
        while not self._begun(number) and time.monotonic() < until and process.is_alive():
            time.sleep(0.005)
        time.sleep(self.chance.uniform(0, self.longest))
        alive = process.is_alive()
        process.kill()
        process.join()
        (self.killed if alive else self.ended)[kind] += 1
        self.look(whole=False)

    def _begun(self, number: int) -> bool:
        return f'["begin", {number}]\n' in self.record.read_text()

    def _work(self, kind: str, number: int) -> None:
        file = os.open(self.record, os.O_WRONLY | os.O_APPEND)

        def say(*words: object) -> None:
            os.write(file, (json.dumps(words) + "\n").encode())

        if kind == "migrate":
            say("begin", number)
            home = self.folder / "migrated"
            if (
                home / "ready"
            ).exists():  # aside first: half of a folder is no archive that was brought up to date
                shutil.rmtree(home.rename(self.folder / f"gone-{number}"))
            self._bring_up_to_date(home)
            return
        with working(self.options) as workplace:
            say("begin", number)
            DOING[kind](workplace, f"{kind}-{number}", say, self.folder)

    def _bring_up_to_date(self, home: Path) -> None:
        try:
            import_all(self.folder / "older", home, "", actor=BOSS)
        except InputError as error:  # killed between its last commit and the word of it
            if "al een archief" not in error.detail:
                raise
        (home / "ready").touch()

    def await_work(self, deeds: int, most: float = 60.0) -> None:
        """Wait until so much more was said to be done: a kill in an idle moment shows nothing."""
        until = time.monotonic() + most

        def done() -> int:
            words = [json.loads(line)[0] for line in self.record.read_text().splitlines() if line[-1:] == "]"]
            return sum(word not in ("told", "begin") for word in words)

        wanted = done() + deeds
        while done() < wanted and time.monotonic() < until:
            time.sleep(0.1)

    # ----------------------------------------------------------------- looking

    def look(self, *, whole: bool) -> None:
        """Whether all that was said holds; `whole`: every byte, and the index against one made anew."""
        self.looks += 1
        entries = [json.loads(line) for line in self.record.read_text().splitlines() if line.endswith("]")]
        with working(self.options) as workplace:
            report = workplace.log.verify(BOSS)
            if not report.ok:
                self.wrong.append(f"log: {report.problem}")
            self.wrong += [f"misfit: {m}" for m in workplace.log.misfits(BOSS)]
            living = {card.id for card in workplace.documents.list(BOSS, limit=1_000_000)}
            removed = {w[1] for w in entries if w[0] in ("removing", "removed")}
            for word, *details in entries:
                if word == "took" and details[0] not in living and details[0] not in removed:
                    self.wrong.append(f"lost document {details[0]}")
                if word == "removed" and details[0] in living:
                    self.wrong.append(f"document {details[0]} is back")
                if word in ("drafted", "edited"):
                    self._look_at_dossier(workplace, *details)
            if whole:
                self._look_at_index(workplace)
                self._look_at_jobs(workplace, entries)
        self._look_at_backups()
        if whole and (self.folder / "older").exists():
            self._look_at_migrated()

    def _look_at_dossier(self, workplace: Workplace, dossier_id: str, version: int) -> None:
        try:
            if workplace.dossiers.load(dossier_id, BOSS).version < version:
                self.wrong.append(f"lost version {version} of {dossier_id}")
        except LearningLionError:
            self.wrong.append(f"lost dossier {dossier_id}")

    def _look_at_index(self, workplace: Workplace) -> None:
        questions = [f"Hoeveel {subject} waren er in {n}?" for n, subject in enumerate(SUBJECTS)]

        def hits() -> list[list[tuple[str, float]]]:
            return [
                [(hit.source.id, hit.score) for hit in workplace.searching.search(q, actor=BOSS)]
                for q in questions
            ]

        grown = hits()
        workplace.indexing.rebuild(actor=BOSS)
        if hits() != grown:
            self.wrong.append("the index is not as one made anew")

    def _look_at_jobs(self, workplace: Workplace, entries: list[list[str]]) -> None:
        """Every job that was begun ends, and took its document in once."""
        worker = worker_of(workplace)
        worker.start()
        until = time.monotonic() + 1800
        while (
            (queue := workplace.jobs.queue())
            and (queue.waiting or queue.running)
            and time.monotonic() < until
        ):
            time.sleep(0.2)
        worker.stop(5)
        begun = {w[1]: w[2] for w in entries if w[0] == "asked"}
        cards = workplace.documents.list(BOSS, limit=1_000_000)
        titles = [card.title.removeprefix("Nota ") for card in cards]
        removed = {w[2].removeprefix("Nota ") for w in entries if w[0] == "removing"}
        for name, job in begun.items():
            times = titles.count(name)
            if times == 0 and name in removed:
                self.outcomes["removed again"] += 1
            elif times == 0 and given_up(workplace, job):  # its workers were killed three times
                self.outcomes["given up"] += 1
            elif times == 1:
                self.outcomes["done"] += 1
            else:
                last = workplace.jobs.find(job, BOSS).events[-1]
                self.wrong.append(f"job {job} for {name}: {times} documents, {last.name} {dict(last.data)}")

    def _look_at_backups(self) -> None:
        for copy in sorted(self.folder.glob("backup-*")):
            self.wrong += [f"{copy.name}: {problem}" for problem in verify_backup(copy)]
            shutil.rmtree(copy)

    def _look_at_migrated(self) -> None:
        home = self.folder / "migrated"
        if not (home / "ready").exists():
            self._bring_up_to_date(home)
        with working(WorkplaceOptions(home=home, isolate=False)) as workplace:
            if not workplace.log.verify(BOSS).ok or list(workplace.log.misfits(BOSS)):
                self.wrong.append("what was brought up to date is not as its log says")
            if len(workplace.documents.list(BOSS, limit=1000)) != 60:
                self.wrong.append("what was brought up to date lost documents")

    def outcome(self) -> dict[str, object]:
        """The outcome."""
        return {
            "kills": sum(self.killed.values()),
            "by_kind": dict(self.killed),
            "ended_before": dict(self.ended),
            "said": dict(
                Counter(
                    w[0] for w in map(json.loads, self.record.read_text().splitlines()) if w[0] != "begin"
                )
            ),
            "looks": self.looks,
            "jobs": dict(self.outcomes),
            "wrong": sorted(set(self.wrong)),
        }


def kill_together(folder: Path, given: argparse.Namespace) -> dict[str, object]:
    """Servers, workers and their PostgreSQL, one of which is killed each time."""
    chance = random.Random(given.seed)
    with Postgres(folder, given.postgres) as postgres:
        trial = Trial(folder, postgres.url, chance, given.longest)
        trial.record.touch()
        with working(trial.options) as workplace:
            for number in range(30):
                take_in(workplace, f"basis-{number}")
            draft(workplace, ASKED)
        crew = [Member(trial, "server", n) for n in range(given.servers)]
        crew += [Member(trial, "worker", n) for n in range(given.workers)]
        kinds = [*{m.kind for m in crew}, "postgres", "backend"]
        until = time.monotonic() + 60 * given.minutes
        for number in range(given.kills):
            kind = kinds[number % len(kinds)]
            trial.await_work(chance.randint(1, 4))
            time.sleep(chance.uniform(0, given.longest))
            if kind == "postgres":
                postgres.kill()
                time.sleep(chance.uniform(0, 1))  # a while without
                postgres.start()
            elif kind == "backend":
                postgres.kill_backend(chance)
            else:
                member = chance.choice([m for m in crew if m.kind == kind])
                member.kill()
                member.start()
            trial.killed[kind] += 1
            if number % 10 == 9:
                rest(crew)
                postgres.wait()
                trial.look(whole=False)
                work_on(crew)
                print(json.dumps(trial.outcome(), ensure_ascii=False), file=sys.stderr, flush=True)
            if time.monotonic() > until:
                break
        rest(crew)
        for member in crew:
            member.kill()
        postgres.wait()
        time.sleep(21)  # the claims of who was killed lapse
        trial.look(whole=True)
        return trial.outcome()


class Member:
    """A server or worker: a process that works until it is killed."""

    def __init__(self, trial: Trial, kind: str, number: int) -> None:
        self.kind, self.number, self._trial, self._starts = kind, number, trial, 0
        context = multiprocessing.get_context("fork")
        self.pause, self.resting = context.Event(), context.Event()
        self.start()

    def start(self) -> None:
        """Begin, or begin again."""
        self._starts += 1
        self.resting.clear()
        name = f"{self.kind}{self.number}-{self._starts}"
        self._process = multiprocessing.get_context("fork").Process(target=self._work, args=(name,))
        self._process.start()

    def kill(self) -> None:
        """As a power cut would."""
        self._process.kill()
        self._process.join()

    def _work(self, name: str) -> None:
        file = os.open(self._trial.record, os.O_WRONLY | os.O_APPEND)

        def say(*words: object) -> None:
            os.write(file, (json.dumps(words) + "\n").encode())

        home = self._trial.folder / f"{self.kind}{self.number}"
        options = replace(self._trial.options, home=home)
        chance, numbers = random.Random(name), itertools.count()
        while True:
            try:
                with working(options) as workplace:
                    if self.kind == "worker":
                        worker_of(workplace).start()
                    for number in numbers:
                        if self.pause.is_set() and not (
                            self.kind == "worker" and workplace.jobs.queue().running
                        ):
                            self.resting.set()
                            time.sleep(0.05)
                        elif self.kind == "worker":
                            time.sleep(0.1)
                        else:
                            self.resting.clear()
                            serve_one(workplace, f"{name}-{number}", say, chance)
            except (LearningLionError, UnavailableError, DBAPIError) as error:  # as a server would
                say("told", type(error).__name__, str(error)[:80])
                time.sleep(0.2)


def serve_one(workplace: Workplace, name: str, say: Say, chance: random.Random) -> None:
    """One piece of work of a server."""
    kind = chance.choice(("ingest", "ingest", "draft", "edit", "remove", "job", "search"))
    if kind == "ingest":
        say("took", take_in(workplace, name))
    elif kind == "draft":
        say("drafted", *draft(workplace, ASKED))
    elif kind == "edit":
        card = chance.choice(workplace.dossiers.list(BOSS, limit=1000))
        dossier = workplace.dossiers.load(card.id, BOSS)
        try:
            text = f"Eigen zin van {name}."
            dossier = workplace.drafts.rewrite(dossier.id, 0, text, version=dossier.version, actor=BOSS)
            say("edited", dossier.id, dossier.version)
        except ConflictError:  # another server was before this one
            return
    elif kind == "remove":
        documents = workplace.documents.list(BOSS, limit=1_000_000)
        if len(documents) > 25:
            document = chance.choice(documents)
            say("removing", document.id, document.title)
            with suppress(UnknownReferenceError):  # another server was before this one
                workplace.intake.remove(document.id, reason="proef", actor=BOSS)
                say("removed", document.id)
    elif kind == "job":
        say("asked", name, ask_for(workplace, name).id)
    else:
        workplace.searching.search(f"Hoeveel {chance.choice(SUBJECTS)} waren er?", actor=BOSS)


def rest(crew: Sequence[Member]) -> None:
    """Let all of them end what they do and wait."""
    for member in crew:
        member.pause.set()
    for member in crew:
        member.resting.wait(120)


def work_on(crew: Sequence[Member]) -> None:
    """Let all of them go on."""
    for member in crew:
        member.pause.clear()


class Postgres:
    """A PostgreSQL of its own, run by an ordinary user."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self._programs, self._folder = programs, folder / "postgres"
        self._folder.mkdir()
        folder.chmod(0o755)
        self._user = "nobody" if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self._folder, self._user)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.url = f"postgresql://postgres@127.0.0.1:{self._port}/postgres"

    def __enter__(self) -> Postgres:
        self._run("initdb", "-D", "data", "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-locale")
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._run("pg_ctl", "-D", "data", "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: str) -> int:
        libraries = str(self._programs.parent / "lib")
        return subprocess.run(
            [str(self._programs / program), *arguments],
            cwd=self._folder,
            user=self._user,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "LD_LIBRARY_PATH": libraries},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ).returncode

    def start(self) -> None:
        """Begin, also after a kill: as soon as the last of its former processes is gone."""
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        while self._run("pg_ctl", "-D", "data", "-l", "log", "-o", options, "-w", "start"):
            time.sleep(0.2)

    def kill(self) -> None:
        """The server itself, without any word."""
        os.kill(int((self._folder / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def kill_backend(self, chance: random.Random) -> None:
        """The process behind one connection: PostgreSQL then ends all of them and recovers."""
        with suppress(psycopg.Error), psycopg.connect(self.url) as connection:
            query = (
                "SELECT pid FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
            processes = [row[0] for row in connection.execute(query)]
            if processes:
                os.kill(chance.choice(processes), signal.SIGKILL)

    def wait(self) -> None:
        """Until it answers."""
        while True:
            with suppress(psycopg.Error), psycopg.connect(self.url):
                return
            time.sleep(0.2)


def text_of(name: str) -> bytes:
    """A fictional note that no other is like."""
    chance = random.Random(name)
    lines = [
        f"In {chance.randint(2000, 2025)} waren er {chance.randint(10, 9999)} {chance.choice(SUBJECTS)} "
        f"in gemeente {chance.randint(1, 300)}, aldus {name} punt {n}."
        for n in range(12)
    ]
    return f"Nota {name}\n\n{' '.join(lines[:6])}\n\n{' '.join(lines[6:])}\n".encode()


def note_of(name: str) -> RawFile:
    """That note as a file."""
    return RawFile(f"{name}.txt", text_of(name), "")


def take_in(workplace: Workplace, name: str) -> str:
    """One document; its id."""
    result = workplace.intake.ingest_upload(note_of(name), collection="default", actor=BOSS)
    if not result.document_id:
        raise RuntimeError(result.detail)
    return result.document_id


def draft(workplace: Workplace, question_set: QuestionSet) -> tuple[str, int]:
    """A draft from the first hits; its id and version."""
    offers = workplace.searching.offer(question_set, actor=BOSS)
    choices = tuple(
        Choice(q.numbers, tuple(h.source.id for h in hits[:2]))
        for q, hits in zip(question_set.questions, offers, strict=True)
    )
    made = workplace.drafts.draft(
        question_set, workplace.drafts.select(question_set, offers, choices, actor=BOSS), actor=BOSS
    )
    return made.id, made.version


def many_ingest(workplace: Workplace, name: str, say: Say, _folder: Path) -> None:
    """Documents, one after another."""
    for number in range(1000):
        say("took", take_in(workplace, f"{name}-{number}"))


def many_drafts(workplace: Workplace, name: str, say: Say, _folder: Path) -> None:
    """Drafts, one after another."""
    for number in range(1000):
        question_set = QuestionSet(
            "", (*ASKED.questions[:1], SubQuestion((9,), f"Hoeveel punten had {name} in {number}?"))
        )
        say("drafted", *draft(workplace, question_set))


def many_edits(workplace: Workplace, name: str, say: Say, _folder: Path) -> None:
    """New versions of a dossier, one after another."""
    for card in workplace.dossiers.list(BOSS, limit=1000):
        dossier = workplace.dossiers.load(card.id, BOSS)
        for number in range(5):
            text = f"Eigen zin {number} van {name}."
            dossier = workplace.drafts.rewrite(dossier.id, 0, text, version=dossier.version, actor=BOSS)
            say("edited", dossier.id, dossier.version)


def many_removals(workplace: Workplace, _name: str, say: Say, _folder: Path) -> None:
    """Documents out again, one after another; never all of them."""
    for card in workplace.documents.list(BOSS, limit=1_000_000)[:-25]:
        say("removing", card.id, card.title)
        workplace.intake.remove(card.id, reason="proef", actor=BOSS)
        say("removed", card.id)


def many_backups(workplace: Workplace, name: str, _say: Say, folder: Path) -> None:
    """Backups, one after another."""
    for number in range(100):
        workplace.backups.make(folder / f"backup-{name}-{number}", actor=BOSS)


def many_jobs(workplace: Workplace, name: str, say: Say, _folder: Path) -> None:
    """Work put in the queue and done from it, by one that lives no longer than the others."""
    worker_of(workplace).start()
    for number in range(1000):
        say("asked", f"{name}-{number}", ask_for(workplace, f"{name}-{number}").id)
        time.sleep(0.05)


def given_up(workplace: Workplace, job_id: str) -> bool:
    """Whether this job failed, and says that its workers were killed."""
    last = workplace.jobs.find(job_id, BOSS).events[-1]
    return last.name == "failed" and "drie keer afgebroken" in str(last.data["detail"])


def ask_for(workplace: Workplace, name: str) -> Job:
    """Put the taking in of a note in the queue, as an upload does."""
    return start_ingest(workplace, BOSS, ((note_of(name),), ()), "default")


def worker_of(workplace: Workplace) -> Worker:
    """Who takes in what was uploaded, not yet started."""
    works: dict[str, Work] = {INGEST: partial(work_ingest, workplace)}
    return Worker(workplace.jobs, works, lambda actor: actor, 2)


DOING = {
    "ingest": many_ingest,
    "draft": many_drafts,
    "edit": many_edits,
    "remove": many_removals,
    "backup": many_backups,
    "job": many_jobs,
}


def make_older(folder: Path, scratch: Path) -> None:
    """Make of an export what schema 0007 would have written: without tables and columns of later."""
    from learninglion.database.engine import open_database, reading
    from learninglion.workflow.backup import MANIFEST, described, measured, tables_of

    engine = open_database(scratch, "0007")
    with reading(engine) as connection:
        known = tables_of(connection)
    engine.dispose()
    tables = []
    for path in sorted((folder / "rows").iterdir()):
        if path.stem not in known:
            path.unlink()
            continue
        columns = set(known[path.stem].columns.keys())
        lines = path.read_text().splitlines()
        rows = [{n: v for n, v in json.loads(line).items() if n in columns} for line in lines]
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
        tables.append(asdict(measured(path.stem, rows)))
    path = folder / MANIFEST
    manifest = {**json.loads(path.read_text()), "schema": "0007", "tables": tables}
    manifest["files"] = [asdict(file) for file in described(folder) if file.path != MANIFEST]
    path.write_text(json.dumps(manifest))


if __name__ == "__main__":
    main()
