"""Made again, a draft says which sentence, model, setting or source is another."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from learninglion.models import Actor, QuestionSet, Role, SubQuestion
from learninglion.sample import sample_documents
from learninglion.workflow import WorkplaceOptions
from learninglion.workflow.drafts import compare, compare_settings
from learninglion.workflow.workplace import working

BOSS = Actor("beheer", frozenset(Role))
QUESTION = "Hoeveel opslagplaatsen voor consumentenvuurwerk zijn er in Nederland?"


def test_what_changed_is_named(tmp_path: Path) -> None:
    options = WorkplaceOptions(tmp_path, isolate=False)
    with working(options) as workplace:
        assert not workplace.intake.ingest(sample_documents()[:12], actor=BOSS).failures
        questions = QuestionSet("Over vuurwerk.", (SubQuestion((1,), QUESTION),), "Vuurwerk")
        offers = workplace.searching.offer(questions, limit=6, actor=BOSS)
        chosen = workplace.drafts.select_automatically(questions, offers, threshold=0.2)
        dossier = workplace.drafts.draft(questions, chosen, actor=BOSS)
        same = workplace.drafts.replay(dossier.id, actor=BOSS)
        assert (same.same, same.differences, same.settings) == (True, (), ())
        (verification,) = dossier.verifications
        gone = replace(verification.draft, statements=verification.draft.statements[1:])
        told = compare([verification], [replace(verification, draft=gone)])
        first = verification.draft.statements[0].text
        assert told[0] == f"vraag 1: deze zin is er niet meer: “{first[:160]}{'…' if first[160:] else ''}”"
        other = replace(verification.draft.provenance, model="een-model", parameters=(("temperature", "1"),))
        told = compare(
            [verification],
            [replace(verification, draft=replace(verification.draft, provenance=other))],
        )
        assert any(said.startswith("vraag 1: model was") and "nu een-model" in said for said in told)
        assert any("instelling temperature was niets, nu 1" in said for said in told)
        document = chosen[0].chosen[0].document.id
        workplace.intake.remove(document, reason="proef", actor=BOSS)
        removed = workplace.drafts.replay(dossier.id, actor=BOSS)
        ids = {s.id for s in chosen[0].chosen if s.document.id == document}
        gone_sources = {f"bron {i}: staat niet meer in het archief" for i in ids}
        # what was cited from it has no place in an original any more
        assert set(removed.differences) - gone_sources <= {
            "vraag 1: dezelfde zinnen, met andere verwijzingen of in een andere volgorde"
        }
        assert gone_sources <= set(removed.differences)
        assert not removed.same
        logged = workplace.log.entries(BOSS, subject=dossier.id)
        assert not any(first[:40] in str(entry.details) for entry in logged if entry.action == "replay")
    with working(replace(options, sure=0.99)) as workplace:
        stricter = workplace.drafts.replay(dossier.id, actor=BOSS)
        assert any(said.startswith("instelling sure was") for said in stricter.settings)


def test_patience_shapes_nothing() -> None:
    assert list(compare_settings((("timeout_seconds", "1"),), (("timeout_seconds", "2"),))) == []
