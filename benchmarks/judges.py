"""What rules and a judge that only just passed its exam show together, of sentences that people wrote.

    python benchmarks/judges.py SET.jsonl ... [--cases tests/data/checker-cases.jsonl]

A set has the form of the exam that ships: a line each with `id`, `source`, `sentence`, `faithful` and `kind`;
the whole source is cited. `--cases` are cases on the fictional archive, as `evaluate verifier` takes them.

No judge that was taught Dutch is at hand, so one is played. It knows which sentences are faithful, and errs
as often as a judge may that just passes: it lets 2% of the unfaithful by and refuses 5% of the faithful, both
rounded down. Which ones, a hash of the sentence and the number of the judge says. It takes the exam that
ships like any other, and is asked like any other. Its errors hang on nothing that makes a sentence hard; of a
judge `at worst` all of them fall where the rules leave a sentence to it.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from learninglion.checking.citations import cite
from learninglion.checking.judging import Exam, put_to_judge
from learninglion.checking.verify import check
from learninglion.database.blobs import FolderBlobs
from learninglion.evaluation.exams import exam_pairs, take_exam
from learninglion.evaluation.verifier import Case, read_cases
from learninglion.models import Check, RawFile, Source, Statement, StatementVerdict, VerdictMethod
from learninglion.parsing import parse
from learninglion.parsing.passages import cut
from learninglion.sample import sample_documents
from learninglion.testing import make_source

LET_BY, REFUSED = 0.02, 0.05
"""Shares of the unfaithful and of the faithful sentences on which a judge errs that just passes."""
_JUDGES = 50

Checker = Callable[[Statement, Sequence[Source]], Check]


class ScriptedJudge:
    """A judge that knows which sentences are faithful, and errs on a share of either.

    It errs on those in `first` before others, then by their hashes; another `number` errs on others. A
    sentence that it does not know it refuses.
    """

    def __init__(
        self,
        faithful: Mapping[str, bool],
        number: int = 0,
        *,
        let_by: float = LET_BY,
        refused: float = REFUSED,
        first: Collection[str] = (),
    ) -> None:
        self.name = self.fingerprint = f"scripted {number}, {let_by:.0%}, {refused:.0%}"
        self._says = dict(faithful)

        def turn(sentence: str) -> tuple[bool, bytes]:
            return sentence not in first, hashlib.sha256(f"{number}\0{sentence}".encode()).digest()

        for kind, share in ((True, refused), (False, let_by)):
            own = sorted((s for s, is_so in faithful.items() if is_so is kind), key=turn)
            self._says.update((s, not kind) for s in own[: int(share * len(own) + 1e-9)])

    def knows(self, sentence: str) -> bool:
        """Whether it knows what the sentence is."""
        return sentence in self._says

    def judge(self, sentence: str, passage: str) -> float:
        """1 for what it takes to be faithful, else 0."""
        return float(self._says.get(sentence, False))


@cache
def examined(number: int = 0, let_by: float = LET_BY, refused: float = REFUSED) -> Exam:
    """The exam that ships, taken by a judge that errs so often."""
    pairs = exam_pairs()
    judge = ScriptedJudge({p.sentence: p.faithful for p in pairs}, number, let_by=let_by, refused=refused)
    with tempfile.TemporaryDirectory() as folder:
        return take_exam(judge, pairs, datetime.now(UTC).date(), FolderBlobs(Path(folder)))


def behind_rules(judge: ScriptedJudge, exam: Exam) -> Checker:
    """The rules, and `judge` where its word counts; of a sentence that nobody labelled the rules alone."""

    def judged(statement: Statement, sources: Sequence[Source]) -> Check:
        found = check(statement, sources)
        return put_to_judge(found, sources, judge, exam) if judge.knows(statement.text) else found

    return judged


def _cases_of(path: Path) -> list[Case]:
    cases = []
    for pair in exam_pairs(path):
        source = make_source(pair.source)
        statement = Statement(pair.sentence, (cite(source, source.body_span),))
        cases.append(Case(pair.kind, pair.id, pair.faithful, statement, (source,)))
    return cases


def _sample_cases(path: Path) -> list[Case]:
    documents = (parse(RawFile(p.name, p.read_bytes(), str(p))) for p in sample_documents())
    return list(read_cases(path, [source for document in documents for source, _ in cut(document)]))


def measure(cases: Sequence[Case]) -> None:
    """Print what the rules show of `cases`, and what they show with each judge."""
    ruled = [check(case.statement, case.sources) for case in cases]
    faithful = {case.statement.text: case.supported for case in cases}
    open_ = {c.statement.text for c in ruled if c.method is VerdictMethod.NOT_SHOWN}
    wrong = sum(not case.supported for case in cases)
    right = len(cases) - wrong

    def amiss(judge: ScriptedJudge | None, exam: Exam) -> tuple[int, int]:
        """How many unfaithful ones are shown, and how many faithful ones are not."""
        through = refused = 0
        for found, case in zip(ruled, cases, strict=True):
            after = found if judge is None else put_to_judge(found, case.sources, judge, exam)
            shown = after.verdict is StatementVerdict.SUPPORTED
            through += shown and not case.supported
            refused += case.supported and not shown
        return through, refused

    def line(name: str, through: float, refused: float) -> None:
        print(
            f"  {name:28} detection {100 * (1 - through / wrong):6.2f}% (shown {through:g} of {wrong}), "
            f"false alarms {100 * refused / right:6.2f}% ({refused:g} of {right})"
        )

    line("rules alone", *amiss(None, examined()))
    line("perfect judge", *amiss(ScriptedJudge(faithful, let_by=0, refused=0), examined(0, 0, 0)))
    each = [amiss(ScriptedJudge(faithful, n), examined(n)) for n in range(_JUDGES)]
    for n in (0, 1):
        line(f"judge {n} that just passes", *each[n])
    line(f"mean of {_JUDGES} such", *(sum(column) / _JUDGES for column in zip(*each, strict=True)))
    line("at worst", *amiss(ScriptedJudge(faithful, first=open_), examined()))


def main() -> None:
    """Measure each set, and all together."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", type=Path, nargs="*")
    parser.add_argument("--cases", type=Path)
    told = parser.parse_args()
    sets = {path.name: _cases_of(path) for path in told.sets}
    if told.cases is not None:
        sets[told.cases.name] = _sample_cases(told.cases)
    if len(sets) > 1:
        sets["all"] = [case for cases in sets.values() for case in cases]
    for name, cases in sets.items():
        print(f"{name}: {len(cases)} sentences")
        measure(cases)


if __name__ == "__main__":
    main()
