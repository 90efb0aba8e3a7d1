"""A backup made while others work, put back elsewhere: every document, dossier, hit and draft the same.

    python benchmarks/backups.py [--documents 150] [--writers 3] [--seed 1]
    python benchmarks/backups.py --database postgresql://…/empty --other postgresql://…/empty

Threads take in documents, draft and edit without a pause; a backup is made meanwhile and put back in another
place. What was said to be done before it began must be in it. Then the documents that came after it are taken
out of the first place, so that both hold the same, and both are asked the same: hits with their scores, and
drafts with every sentence, citation and verdict, must be equal to the last bit; so must every document with
its original, and every dossier in every version. Prints one JSON line; status 1 when something was not.

Documents are fictional and vectors are hashed words: what is measured is what is kept.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import sys
import tempfile
import threading
import time
from pathlib import Path

from kills import ASKED, BOSS, SUBJECTS, draft, take_in
from learninglion.models import QuestionSet, SubQuestion
from learninglion.models.errors import ConflictError
from learninglion.models.plain import to_plain
from learninglion.record.contract import dossier_view, hit_view
from learninglion.testing import HashingEncoder
from learninglion.workflow import Workplace, WorkplaceOptions, searching, working
from learninglion.workflow.backup import restore_backup, verify_backup


def main() -> None:
    """Make one under load, put it back, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--documents", type=int, default=150)
    parser.add_argument("--writers", type=int, default=3)
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", default="")
    parser.add_argument("--other", default="")
    given = parser.parse_args()
    searching.open_encoder = lambda *_, **__: HashingEncoder(64)  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory(prefix="learninglion-backups-") as place:
        outcome = run(Path(place), given)
    print(json.dumps(outcome))
    sys.exit(1 if outcome["wrong"] else 0)


def run(place: Path, given: argparse.Namespace) -> dict[str, object]:
    """The outcome."""
    first = WorkplaceOptions(home=place / "one", database_url=given.database, isolate=False)
    other = WorkplaceOptions(home=place / "other", database_url=given.other, isolate=False)
    done: list[tuple[str, str]] = []
    with working(first) as here:
        for number in range(given.documents):
            take_in(here, f"basis-{number}")
        draft(here, ASKED)
        stop = threading.Event()
        writers = [
            threading.Thread(target=write, args=(here, given.seed * 100 + n, stop, done))
            for n in range(given.writers)
        ]
        for writer in writers:
            writer.start()
        while len(done) < 10:
            time.sleep(0.05)
        for number in itertools.count():  # until something was done while it was made
            backup, before, began = place / f"backup-{number}", list(done), time.monotonic()
            here.backups.make(backup, actor=BOSS)
            took, after = time.monotonic() - began, len(done)
            if after > len(before):
                break
        while len(done) < after + 5:
            time.sleep(0.05)
        stop.set()
        for writer in writers:
            writer.join()
        wrong = list(verify_backup(backup))
        restore_backup(backup, other.home, given.other, actor=BOSS)
        with working(other) as there:
            wrong += compare(here, there, before, given.questions)
            return {
                "documents": len(there.documents.list(BOSS, limit=1_000_000)),
                "dossiers": len(there.dossiers.list(BOSS, limit=1_000_000)),
                "deeds_before": len(before),
                "deeds_during": after - len(before),
                "backup_seconds": round(took, 1),
                "questions": given.questions,
                "wrong": wrong,
            }


def write(workplace: Workplace, seed: int, stop: threading.Event, done: list[tuple[str, str]]) -> None:
    """Take in, draft and edit until told to stop; what was done goes to `done`."""
    chance = random.Random(seed)
    for number in itertools.count():
        if stop.is_set():
            return
        kind = chance.choice(("document", "document", "dossier", "edit"))
        if kind == "document":
            done.append((kind, take_in(workplace, f"nieuw-{seed}-{number}")))
        elif kind == "dossier":
            done.append((kind, draft(workplace, ASKED)[0]))
        else:
            card = chance.choice(workplace.dossiers.list(BOSS, limit=1000))
            version = workplace.dossiers.load(card.id, BOSS).version
            try:
                text = f"Eigen zin {number} van {seed}."
                workplace.drafts.rewrite(card.id, 0, text, version=version, actor=BOSS)
            except ConflictError:  # another thread was before this one
                continue
            done.append((kind, card.id))


def compare(here: Workplace, there: Workplace, before: list[tuple[str, str]], questions: int) -> list[str]:
    """What of the archive `there` is not as `here`; what came later is taken away here first."""
    wrong = []
    old = {card.id for card in there.documents.list(BOSS, limit=1_000_000)}
    dossiers = {card.id for card in there.dossiers.list(BOSS, limit=1_000_000)}
    wrong += [f"lost {kind} {name}" for kind, name in before if name not in old | dossiers]
    for card in here.documents.list(BOSS, limit=1_000_000):
        if card.id not in old:
            here.intake.remove(card.id, reason="na de back-up", actor=BOSS)
    for document_id in sorted(old):
        same = here.documents.find(document_id, BOSS) == there.documents.find(document_id, BOSS)
        if not same or here.documents.original(document_id, BOSS) != there.documents.original(
            document_id, BOSS
        ):
            wrong.append(f"document {document_id}")
    for dossier_id in sorted(dossiers):
        for version in there.dossiers.versions(dossier_id, BOSS):
            one, two = (w.dossiers.load(dossier_id, BOSS, version.version) for w in (here, there))
            if one != two:
                wrong.append(f"dossier {dossier_id}, version {version.version}")
    for number in range(questions):
        question = f"Hoeveel {SUBJECTS[number % len(SUBJECTS)]} waren er in gemeente {number}?"
        hits = [
            [to_plain(hit_view(h)) for h in w.searching.search(question, actor=BOSS)] for w in (here, there)
        ]
        if hits[0] != hits[1]:
            wrong.append(f"hits of {question}")
    for start in range(0, len(SUBJECTS), 5):
        parts = tuple(
            SubQuestion((n,), f"Hoeveel {s} waren er?") for n, s in enumerate(SUBJECTS[start : start + 5], 1)
        )
        written = []
        for workplace in (here, there):
            asked_set = QuestionSet("", parts)
            offers = workplace.searching.offer(asked_set, actor=BOSS)
            chosen = workplace.drafts.select_automatically(asked_set, offers, threshold=0.0)
            made = workplace.drafts.draft(asked_set, chosen, actor=BOSS)
            written.append(to_plain(dossier_view(made))["questions"])  # type: ignore[index,call-overload]
        if written[0] != written[1]:
            wrong.append(f"draft {start}")
    if not there.log.verify(BOSS).ok or list(there.log.misfits(BOSS)):
        wrong.append("log")
    return wrong


if __name__ == "__main__":
    main()
