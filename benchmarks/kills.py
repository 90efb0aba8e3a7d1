"""Killed at random moments: nothing lost, nothing half, the log in order, the index as one made anew.

    python benchmarks/kills.py [--kills 210] [--seed 1] [--longest 1.0] [--database postgresql://…/empty]

A process takes in documents, drafts, edits, removes, makes backups, works from the queue, or brings an export
of an older schema up to date, and is killed (SIGKILL) after a random moment. Whatever it had said to be done
must be there; every document and dossier must be as the log says; a backup is whole or not there; what was
being brought up to date is done again from where it was. At the end the index must give the same hits with
the same scores as one made anew. Prints one JSON line; status 1 when something was wrong.

Documents are fictional and vectors are hashed words: what is measured is what is kept.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from learninglion.drafting.selection import Choice
from learninglion.models import Actor, QuestionSet, RawFile, Role, SubQuestion
from learninglion.models.errors import InputError, LearningLionError
from learninglion.search import switching
from learninglion.testing import HashingEncoder
from learninglion.workflow import Workplace, WorkplaceOptions, working
from learninglion.workflow.backup import verify_backup
from learninglion.workflow.transfer import import_all
from learninglion.workflow.worker import Run, Worker

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
    given = parser.parse_args()
    switching.open_encoder = lambda *_, **__: HashingEncoder(64)  # type: ignore[assignment]
    with tempfile.TemporaryDirectory(prefix="learninglion-kills-") as folder:
        trial = Trial(Path(folder), given.database, random.Random(given.seed), given.longest)
        trial.prepare()
        began = time.monotonic()
        for number in range(given.kills):
            trial.kill(KINDS[number % len(KINDS)], number)
        trial.look(whole=True)
        told = trial.told()
        told["seconds"] = round(time.monotonic() - began)
    print(json.dumps(told, ensure_ascii=False))
    raise SystemExit(1 if told["wrong"] else 0)


class Trial:
    """An archive, what was said to be done to it, and what was found wrong."""

    def __init__(self, folder: Path, database: str, chance: random.Random, longest: float) -> None:
        self.longest = longest
        self.folder = folder
        self.options = WorkplaceOptions(home=folder / "home", database_url=database, isolate=False)
        self.said = folder / "said"
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
        self.said.touch()

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
        return f'["begin", {number}]\n' in self.said.read_text()

    def _work(self, kind: str, number: int) -> None:
        file = os.open(self.said, os.O_WRONLY | os.O_APPEND)

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

    # ----------------------------------------------------------------- looking

    def look(self, *, whole: bool) -> None:
        """Whether all that was said holds; `whole`: every byte, and the index against one made anew."""
        self.looks += 1
        said = [json.loads(line) for line in self.said.read_text().splitlines() if line.endswith("]")]
        with working(self.options) as workplace:
            report = workplace.log.verify(BOSS)
            if not report.ok:
                self.wrong.append(f"log: {report.problem}")
            self.wrong += [f"misfit: {m}" for m in workplace.log.misfits(BOSS)]
            living = {card.id for card in workplace.documents.list(BOSS, limit=1_000_000)}
            removed = {w[1] for w in said if w[0] in ("removing", "removed")}
            for word, *told in said:
                if word == "took" and told[0] not in living and told[0] not in removed:
                    self.wrong.append(f"lost document {told[0]}")
                if word == "removed" and told[0] in living:
                    self.wrong.append(f"document {told[0]} is back")
                if word in ("drafted", "edited"):
                    self._look_at_dossier(workplace, *told)
            if whole:
                self._look_at_index(workplace)
                self._look_at_jobs(workplace, said)
        self._look_at_backups()
        if whole:
            self._look_at_migrated()

    def _look_at_dossier(self, workplace: Workplace, dossier_id: str, version: int) -> None:
        try:
            if workplace.dossiers.load(dossier_id, BOSS).version < version:
                self.wrong.append(f"lost version {version} of {dossier_id}")
        except LearningLionError:
            self.wrong.append(f"lost dossier {dossier_id}")

    def _look_at_index(self, workplace: Workplace) -> None:
        asked = [f"Hoeveel {subject} waren er in {n}?" for n, subject in enumerate(SUBJECTS)]

        def found() -> list[list[tuple[str, float]]]:
            return [
                [(hit.source.id, hit.score) for hit in workplace.searching.search(q, actor=BOSS)]
                for q in asked
            ]

        grown = found()
        workplace.indexing.rebuild(actor=BOSS)
        if found() != grown:
            self.wrong.append("the index is not as one made anew")

    def _look_at_jobs(self, workplace: Workplace, said: list[list[str]]) -> None:
        """Every job that was begun ends, and took its document in once."""
        worker = Worker(
            workplace.jobs, {"take": lambda run: work_job(workplace, run)}, lambda actor: actor, 2
        )
        worker.start()
        until = time.monotonic() + 1800
        while (
            (queue := workplace.jobs.queue())
            and (queue.waiting or queue.running)
            and time.monotonic() < until
        ):
            time.sleep(0.2)
        worker.stop(5)
        begun = {w[1]: w[2] for w in said if w[0] == "asked"}
        titles = [c.title for c in workplace.documents.list(BOSS, limit=1_000_000)]
        removed = {w[2] for w in said if w[0] == "removing"}
        for name, job in begun.items():
            times = titles.count(f"Nota {name}")
            if times == 0 and f"Nota {name}" in removed:
                self.outcomes["removed again"] += 1
            elif times == 0 and given_up(workplace, job):  # its workers were killed three times
                self.outcomes["given up"] += 1
            elif times == 1:
                self.outcomes["done"] += 1
            else:
                self.wrong.append(f"job {job} for {name}: {times} documents")

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

    def told(self) -> dict[str, object]:
        """The outcome."""
        return {
            "kills": sum(self.killed.values()),
            "by_kind": dict(self.killed),
            "ended_before": dict(self.ended),
            "said": dict(
                Counter(w[0] for w in map(json.loads, self.said.read_text().splitlines()) if w[0] != "begin")
            ),
            "looks": self.looks,
            "jobs": dict(self.outcomes),
            "wrong": sorted(set(self.wrong)),
        }


def text_of(name: str) -> bytes:
    """A fictional note that no other is like."""
    chance = random.Random(name)
    lines = [
        f"In {chance.randint(2000, 2025)} waren er {chance.randint(10, 9999)} {chance.choice(SUBJECTS)} "
        f"in gemeente {chance.randint(1, 300)}, aldus {name} punt {n}."
        for n in range(12)
    ]
    return f"Nota {name}\n\n{' '.join(lines[:6])}\n\n{' '.join(lines[6:])}\n".encode()


def take_in(workplace: Workplace, name: str) -> str:
    """One document; its id."""
    result = workplace.intake.ingest_upload(
        RawFile(f"{name}.txt", text_of(name), ""), collection="default", actor=BOSS
    )
    if not result.document_id:
        raise RuntimeError(result.detail)
    return result.document_id


def draft(workplace: Workplace, asked: QuestionSet) -> tuple[str, int]:
    """A draft from the first hits; its id and version."""
    offers = workplace.searching.offer(asked, actor=BOSS)
    choices = tuple(
        Choice(q.numbers, tuple(h.source.id for h in hits[:2]))
        for q, hits in zip(asked.questions, offers, strict=True)
    )
    made = workplace.drafts.draft(
        asked, workplace.drafts.select(asked, offers, choices, actor=BOSS), actor=BOSS
    )
    return made.id, made.version


def many_ingest(workplace: Workplace, name: str, say: Say, _folder: Path) -> None:
    """Documents, one after another."""
    for number in range(1000):
        say("took", take_in(workplace, f"{name}-{number}"))


def many_drafts(workplace: Workplace, name: str, say: Say, _folder: Path) -> None:
    """Drafts, one after another."""
    for number in range(1000):
        asked = QuestionSet(
            "", (*ASKED.questions[:1], SubQuestion((9,), f"Hoeveel punten had {name} in {number}?"))
        )
        say("drafted", *draft(workplace, asked))


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
    worker = Worker(workplace.jobs, {"take": lambda run: work_job(workplace, run)}, lambda actor: actor, 2)
    worker.start()
    for number in range(1000):
        job = workplace.jobs.start(BOSS, "take", {"name": f"{name}-{number}"})
        say("asked", f"{name}-{number}", job.id)
        time.sleep(0.05)


def given_up(workplace: Workplace, job_id: str) -> bool:
    """Whether this job failed, and says that its workers were killed."""
    last = workplace.jobs.find(job_id, BOSS).events[-1]
    return last.name == "failed" and "drie keer afgebroken" in str(last.data["detail"])


def work_job(workplace: Workplace, run: Run) -> dict[str, object]:
    """Take in the document that a job names."""
    take_in(workplace, str(run.told["name"]))
    return {}


DOING = {
    "ingest": many_ingest,
    "draft": many_drafts,
    "edit": many_edits,
    "remove": many_removals,
    "backup": many_backups,
    "job": many_jobs,
}


def make_older(folder: Path, scratch: Path) -> None:
    """Make of an export what schema 0007 would have written: without the tables that came later."""
    from learninglion.database.contents import tables_of
    from learninglion.database.engine import open_database, reading

    engine = open_database(scratch, "0007")
    with reading(engine) as connection:
        known = set(tables_of(connection))
    engine.dispose()
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["schema"] = "0007"
    manifest["tables"] = [t for t in manifest["tables"] if t["table"] in known]
    for file in [
        f for f in manifest["files"] if f["path"].startswith("rows/") and Path(f["path"]).stem not in known
    ]:
        (folder / file["path"]).unlink()
        manifest["files"].remove(file)
    path.write_text(json.dumps(manifest))


if __name__ == "__main__":
    main()
