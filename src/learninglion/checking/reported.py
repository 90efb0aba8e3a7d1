"""What was said, behind "De minister gaf aan dat": read back as whoever said it put it.

Reported speech turns "ik" into "zij" and "kan" into "kon"; against the words themselves that is no change.
"""

from __future__ import annotations

from dataclasses import replace

from learninglion.checking.findings import Finding, FindingKind
from learninglion.checking.speakers import remove_speaker
from learninglion.dutch.reading import Reading, Word, reread
from learninglion.dutch.verbs import agreement_key, is_past, verb_of

__all__ = ["as_said", "find_other_speaker"]

_PERSONS = {
    "zij": ("ik", "wij", "we"),
    "hij": ("ik",),
    "ze": ("wij", "we", "ik"),
    "zijn": ("mijn",),
    "haar": ("mijn", "mij"),
    "hem": ("mij",),
    "hun": ("onze", "ons"),
}
_PRESENT = {
    "was": "is",
    "waren": "zijn",
    "had": "heeft",
    "hadden": "hebben",
    "werd": "wordt",
    "werden": "worden",
    "zou": "zal",
    "zouden": "zullen",
    "kon": "kan",
    "konden": "kunnen",
    "moest": "moet",
    "moesten": "moeten",
    "mocht": "mag",
    "mochten": "mogen",
    "wilde": "wil",
    "wilden": "willen",
    "zag": "ziet",
    "zagen": "zien",
    "deed": "doet",
    "ging": "gaat",
    "gingen": "gaan",
    "stond": "staat",
    "stonden": "staan",
    "kwam": "komt",
    "kwamen": "komen",
    "bleef": "blijft",
    "bleven": "blijven",
    "bleek": "blijkt",
    "gold": "geldt",
    "golden": "gelden",
}
# Who says that somebody said something else than whoever is named in the phrase.
_REPORTING = frozenset(
    """geeft gaf geven gaven stelt stelde stellen stelden meldt meldde melden meldden zegt zei zeggen zeiden
    schrijft schreef schrijven schreven laat liet laten lieten concludeert concludeerde adviseert adviseerde
    verklaart verklaarde bericht berichtte vindt vinden meent menen""".split()
)


def as_said(claim: Reading, evidence: Reading) -> Reading:
    """`claim` with the words of reported speech turned back into those of the evidence, where it has them."""
    known = {w.key for w in evidence.words}
    finite = {verb_of(w.norm): w for w in reversed(evidence.words) if w.is_verb}
    words = [_present_again(_turned(word, known), known, finite) for word in claim.words]
    if not any(w.norm == "te" for w in evidence.words) or _te_more(claim, evidence):
        words = _finite_again(words, known, finite)
    return claim if tuple(words) == claim.words else reread(tuple(words))


def _present_again(word: Word, known: set[str], finite: dict[str, Word]) -> Word:
    """ "liep" as "loopt" and "vindt" as "vind", where the evidence has that verb in the present."""
    said = finite.get(verb_of(word.norm)) if word.is_verb else None
    if word.key in known or said is None or is_past(said.norm):
        return word
    return replace(word, norm=said.norm, key=said.key)


def _te_more(claim: Reading, evidence: Reading) -> bool:
    ours, theirs = (sum(w.norm == "te" for w in r.words) for r in (claim, evidence))
    return ours > theirs


def _finite_again(words: list[Word], known: set[str], finite: dict[str, Word]) -> list[Word]:
    """The first "te zijn" as "is": what was said has a verb of its own."""
    for at in range(len(words) - 1):
        if words[at].norm != "te":
            continue
        verb = words[at + 1]
        said = finite.get(verb_of(verb.norm))
        if said is None:
            continue
        turned = replace(verb, norm=said.norm, key=said.key, border=words[at].border)
        return [*words[:at], turned, *words[at + 2 :]]
    return words


def _turned(word: Word, known: set[str]) -> Word:
    if word.key in known:
        return word
    for norm in (*_PERSONS.get(word.norm, ()), *filter(None, (_PRESENT.get(word.norm),))):
        key = agreement_key(norm)
        if key in known:
            return replace(word, norm=norm, key=key)
    return word


def find_other_speaker(phrase: str, claim: Reading, evidence: Reading) -> tuple[Finding, ...]:
    """A finding where the phrase names a speaker, and the evidence lets another one say it."""
    if remove_speaker(phrase) == phrase:
        return ()
    kept = {w.norm for w in claim.words}
    for at, word in enumerate(evidence.words):
        follows = evidence.words[at + 1 : at + 8]
        says = word.norm in _REPORTING and any(w.norm in ("dat", "aan", "weten", "mee") for w in follows)
        says = says or word.norm in ("volgens", "aldus")
        if says and word.norm not in kept and not _by_self(evidence, at):
            reason = f"In de bron zegt een ander dit (“{word.raw}”)."
            return (Finding(FindingKind.ATTRIBUTION, reason),)
    return ()


def _by_self(evidence: Reading, at: int) -> bool:
    """Whether it is whoever answers that says so: "ik stel vast dat", "het kabinet vindt dat"."""
    beside = {w.norm for w in evidence.words[max(0, at - 3) : at + 3]}
    return bool(beside & {"ik", "wij", "we", "kabinet", "regering"})
