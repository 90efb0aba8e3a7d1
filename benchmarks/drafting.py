"""How long a set of questions takes to draft on a large archive, from the search to the checked draft.

    python benchmarks/drafting.py --home DIR [--pairs 100000] [--set FILE] [--runs 5] [--profile]

The archive is made once in DIR (a data folder like any other, so every command can use it): answers of five
sentences drawn at random from the real pairs, each under a real question. Embedding that many answers takes
hours, so a passage has the mean of the vectors of its sentences, which are embedded for real. The set is
searched, the machine chooses, and every draft is made and checked, in one process, after the rehearsal with
which a server starts. Prints one JSON line.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import random
import resource
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from learninglion.database.engine import open_database
from learninglion.inference.encoders import NanoEncoder, Vectors, key_of, normalised
from learninglion.models import Actor, Answerer, Document, DocumentKind, QAPair, QuestionSet, Role, Span
from learninglion.parsing.passages import cut
from learninglion.search.engine import passage_text
from learninglion.store.store import Intake, Store
from learninglion.workflow import Workplace, WorkplaceOptions, open_workplace, read_question_file
from scale import PAIRS, RealTexts

PER_DOCUMENT = 8
BATCH = 100  # documents a transaction


class Corpus:
    """The real questions and sentences with their vectors, to make documents of."""

    def __init__(self, encoder: NanoEncoder) -> None:
        texts = RealTexts()
        self.questions, self.sentences = texts.questions, texts.sentences
        self.question_vectors = encoder.encode_passages(self.questions)
        self.sentence_vectors = encoder.encode_passages(self.sentences)

    def document(self, number: int) -> tuple[Document, list[tuple[str, Vectors]]]:
        """Document `number`, and the vector of every text in it."""
        chance = random.Random(number)
        text, pairs, vectors = "", [], []
        for at in range(1, PER_DOCUMENT + 1):
            question = chance.randrange(len(self.questions))
            drawn = [chance.randrange(len(self.sentences)) for _ in range(5)]
            question_text, body = self.questions[question], " ".join(self.sentences[i] for i in drawn)
            start = len(text) + len(question_text) + 1
            pairs.append(
                QAPair((at,), Span(len(text), start - 1), Span(start, start + len(body)), 1, 1, (at,))
            )
            vectors.append((question_text, self.question_vectors[question]))
            vectors.append((body, normalised(self.sentence_vectors[drawn].mean(axis=0, keepdims=True))[0]))
            text += f"{question_text}\n{body}\n"
        made = Document(
            id=f"ah-tk-{number}",
            sha256=f"{number:064x}",
            title=f"Antwoord op vragen over dossier {number}",
            kind=DocumentKind.KAMERVRAGEN,
            text=text,
            received_on=date(2011, 1, 1) + timedelta(days=number % 5000),
            ministry=f"Ministerie {number % 14}",
            answerers=(Answerer(f"Bewindspersoon {number % 200}", "Minister", f"Ministerie {number % 14}"),),
            pairs=tuple(pairs),
        )
        return made, vectors


def make_archive(home: Path, workplace: Workplace, pairs: int) -> None:
    """Fill the store and the cache of vectors, and let the index follow."""
    encoder = NanoEncoder()
    corpus = Corpus(encoder)
    store = Store(open_database(home / "learninglion.db"), home)
    for start in range(0, pairs // PER_DOCUMENT, BATCH):
        intakes: list[Intake] = []
        known: dict[bytes, Vectors] = {}
        for number in range(start, min(start + BATCH, pairs // PER_DOCUMENT)):
            document, vectors = corpus.document(number)
            entries = cut(document)
            for _, passages in entries:
                for text in map(passage_text, passages):  # of a long answer, cut in two: that of the whole
                    vector = next((v for t, v in vectors if text in t), vectors[0][1])
                    known[key_of(encoder.name, False, text)] = vector
            intakes.append(Intake(document, entries))
        store.put_many(intakes)
        workplace.indexing.vectors.write(list(known), np.array(list(known.values())))
    workplace.indexing.update()


def draft_set(workplace: Workplace, questions: QuestionSet, actor: Actor) -> dict[str, float]:
    """Search, choose, draft and check every question of the set; the seconds of each."""
    began = time.perf_counter()
    offers = workplace.searching.offer(questions, actor=actor)
    searched_at = time.perf_counter()
    selections = workplace.drafts.select_automatically(questions, offers)
    chosen_at = time.perf_counter()
    workplace.drafts.draft(questions, selections, actor=actor)
    done_at = time.perf_counter()
    return {
        "search": searched_at - began,
        "select": chosen_at - searched_at,
        "draft": done_at - chosen_at,
        "whole": done_at - began,
    }


def main() -> None:
    """Make the archive where it is not there, then draft the set a few times."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--home", type=Path, required=True)
    arguments.add_argument("--pairs", type=int, default=100_000)
    arguments.add_argument("--sets", type=Path, default=PAIRS.parent / "sets-2024" / "questions")
    arguments.add_argument("--most", type=int, default=12, help="questions of a set")
    arguments.add_argument("--profile", action="store_true")
    given = arguments.parse_args()
    actor = Actor("benchmark", frozenset(Role))
    workplace = open_workplace(WorkplaceOptions(home=given.home))
    if not workplace.indexing.exists():
        began = time.perf_counter()
        make_archive(given.home, workplace, given.pairs)
        print(json.dumps({"pairs": given.pairs, "made_seconds": round(time.perf_counter() - began)}))
    began = time.perf_counter()
    workplace.drafts.rehearse()
    print(json.dumps({"rehearsal": round(time.perf_counter() - began, 2)}))
    spent = []
    for path in sorted(given.sets.iterdir()):
        question_set = read_question_file(path)
        question_set = replace(question_set, questions=question_set.questions[: given.most])
        profile = cProfile.Profile() if given.profile else None
        if profile is not None:
            profile.enable()
        began, busy = time.perf_counter(), time.process_time()
        took = draft_set(workplace, question_set, actor)
        took["processor"] = time.process_time() - busy
        spent.append({"set": path.stem, "questions": len(question_set.questions)} | _rounded(took))
        print(json.dumps(spent[-1]), flush=True)
        if profile is not None:
            profile.disable()
            pstats.Stats(profile).sort_stats("cumulative").print_stats(40)
    print(json.dumps({"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))


def _rounded(took: dict[str, float]) -> dict[str, float]:
    return {name: round(seconds, 2) for name, seconds in took.items()}


if __name__ == "__main__":
    main()
