"""How a text that a machine wrote is marked, for people and for machines, wherever it leaves the system."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from learninglion.models import Author, Dossier, DossierState, Statement, Verification

__all__ = [
    "AI_GENERATED",
    "AI_SHARE_PROPERTY",
    "MARK_LINE",
    "SOURCE_TYPE",
    "ai_share",
    "mark_line",
    "origin_line",
    "properties",
    "state_words",
]

AI_GENERATED = True
# IPTC's term for media made by a trained model; the machine-readable mark that others know how to read.
SOURCE_TYPE = "trainedAlgorithmicMedia"
SOURCE_TYPE_EDITED = "compositeWithTrainedAlgorithmicMedia"
AI_SHARE_PROPERTY = "aiShare"

MARK_LINE = (
    "Dit tekstvoorstel is gemaakt met AI (LearningLion). Controleer elke zin aan de hand van de bron "
    "voordat u de tekst gebruikt. De opsteller blijft verantwoordelijk."
)
_APPROVED_LINE = (
    "Bij het zoeken en opstellen van deze tekst is AI gebruikt (LearningLion). "
    "De tekst is gecontroleerd en vastgesteld door een medewerker."
)


def mark_line(dossier: Dossier) -> str:
    """The line for readers: what AI did, and whether a person has approved the text."""
    return _APPROVED_LINE if dossier.state is DossierState.APPROVED else MARK_LINE


def state_words(state: DossierState) -> str:
    """How far the officer is, in a word for readers."""
    return {
        DossierState.DRAFT: "concept",
        DossierState.EDITED: "bewerkt",
        DossierState.APPROVED: "vastgesteld",
    }[state]


def origin_line(dossier: Dossier) -> str:
    """Which dossier and version a text is: where it can be found back."""
    return f"Dossier {dossier.id}, versie {dossier.version} ({state_words(dossier.state)})."


def ai_share(verifications: Sequence[Verification]) -> float:
    """The part (0..1) of the words of the text that stand as the machine wrote them.

    Of a sentence that a person changed, the words that were left; of one that a person answers for as it
    was, all of them: who answers for a sentence did not therefore write it.
    """
    total = machine = 0
    for verification in verifications:
        for check in verification.standing:
            total += len(check.statement.text.split())
            machine += _machine_words(check.statement)
    return machine / total if total else 0.0


def _machine_words(statement: Statement) -> int:
    if statement.author is Author.MACHINE:
        return len(statement.text.split())
    if statement.original is None:
        return 0
    kept = SequenceMatcher(None, statement.original.split(), statement.text.split(), autojunk=False)
    return sum(block.size for block in kept.get_matching_blocks())


def properties(dossier: Dossier) -> tuple[tuple[str, str], ...]:
    """The mark for machines, as name and value pairs for document properties."""
    share = ai_share(dossier.verifications)
    kinds = sorted({v.draft.provenance.generator for v in dossier.verifications})
    models = sorted({v.draft.provenance.model for v in dossier.verifications if v.draft.provenance.model})
    return (
        ("aiGenerated", "true" if share > 0 else "false"),
        ("digitalSourceType", SOURCE_TYPE if share >= 1 else SOURCE_TYPE_EDITED),
        (AI_SHARE_PROPERTY, f"{share:.2f}"),
        ("aiSystem", "LearningLion"),
        ("aiGenerator", ", ".join(kinds)),
        ("aiModel", ", ".join(models) or "none"),
        ("humanReviewed", "true" if dossier.state is DossierState.APPROVED else "false"),
        ("dossier", f"{dossier.id} v{dossier.version}"),
    )
