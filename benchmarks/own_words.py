"""How often what a person writes on own account counts as an answer, on the hand-written cases.

    python benchmarks/own_words.py [train|kept]

Each question is put beside the sentence that answers it, the whole paragraph, sentences on the same subject
that answer something else, and sentences on something else.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from importlib.resources import files

from learninglion.drafting.verdict import judge_draft
from learninglion.models import AnswerVerdict, Author, Draft, Provenance, Selection, Statement, SubQuestion

_FURTHER = 7  # cases on: another subject


def answers(question: str, text: str) -> bool:
    """Whether the text, on own account and without any source, counts as an answer."""
    selection = Selection(SubQuestion((1,), question), "", (), ())
    statement = Statement(text, (), Author.PERSON, own_account="x")
    draft = Draft(selection, (statement,), AnswerVerdict.ANSWERED, (), Provenance("stated"))
    return judge_draft(draft).verdict is AnswerVerdict.ANSWERED


def main(part: str) -> None:
    """Print the share that counts as an answer, for each kind of text."""
    lines = files("learninglion.evaluation").joinpath("cases/relevance.jsonl").read_text("utf-8").splitlines()
    cases = [case for case in map(json.loads, lines) if case["part"] == part]
    tried: Counter[str] = Counter()
    counted: Counter[str] = Counter()
    for at, case in enumerate(cases):
        keys = [q["key"] for q in case["questions"] if q["answers"]]
        elsewhere = [q["key"] for q in cases[(at + _FURTHER) % len(cases)]["questions"] if q["answers"]]
        for question in case["questions"]:
            own = question["key"] if question["answers"] else ""
            texts = [("same subject", key) for key in keys if key != own]
            texts += [("something else", key) for key in elsewhere]
            if own:
                texts += [("answers", own), ("answers, whole paragraph", case["passage"])]
            for kind, text in texts:
                tried[kind] += 1
                counted[kind] += answers(question["text"], text)
    for kind, number in sorted(tried.items()):
        sys.stdout.write(f"{kind}: {counted[kind] / number:.3f} of {number}\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "train")
