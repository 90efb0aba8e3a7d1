"""Checks sentence by sentence whether a draft is supported by what it cites.

The rule: a statement may repeat, reorder or join what its quotes say, leave out what narrows nothing, put it
in another way that rules are sure of, and say who said it and when where the document bears that out; nothing
more. Each word needs a counterpart in the sentences the quotes stand in; numbers, names, negations, modality
and conditions may not change, disappear or change places. No model is needed; the same input gives the same
verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from learninglion.checking.alignment import Alignment, Finding, FindingKind, align
from learninglion.checking.citations import Locate, QuoteProblem, Resolution, nowhere, resolve
from learninglion.checking.injection import touches_suspicious
from learninglion.checking.order import find_disorder
from learninglion.checking.phrases import check_phrase, remove_speaker, split_introduction
from learninglion.checking.rewording import rewordings
from learninglion.dutch import lexicon
from learninglion.dutch.lexicon import (
    MONTH_NAMES,
    SCALES,
    UNIT_NAMES,
    agreement_key,
    is_number,
    is_ordinal,
    is_past,
    verb_of,
    verb_of_participle,
)
from learninglion.dutch.personal import SECRET, PersonalKind, find_personal
from learninglion.dutch.text import (
    Reading,
    Word,
    WordGroup,
    group_words,
    join_readings,
    read,
    reread,
    split_sentences,
    squash,
    words,
)
from learninglion.models import (
    Author,
    Check,
    Source,
    Span,
    Statement,
    StatementVerdict,
    VerdictMethod,
)

# What was said, behind "De minister gaf aan dat": read back as whoever said it put it.
#
# Reported speech turns "ik" into "zij" and "kan" into "kon"; against the words themselves that is no
# change.

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


def _as_said(claim: Reading, evidence: Reading) -> Reading:
    """`claim` with the words of reported speech turned back into those of the evidence, where it has them."""
    known = {w.key for w in evidence.words}
    finite = {verb_of(w.norm): w for w in reversed(evidence.words) if w.is_verb}
    words = [_present_again(_turned(word, known), known, finite) for word in claim.words]
    if not any(w.norm == "te" for w in evidence.words) or _te_more(claim, evidence):
        words = _finite_again(words, finite)
    return claim if tuple(words) == claim.words else reread(tuple(words))


def _present_again(word: Word, known: set[str], finite: dict[str, Word]) -> Word:
    """ "liep" as "loopt" and "vindt" as "vind", where the evidence has that verb in the present."""
    other = finite.get(verb_of(word.norm)) if word.is_verb else None
    if word.key in known or other is None or is_past(other.norm):
        return word
    return replace(word, norm=other.norm, key=other.key)


def _te_more(claim: Reading, evidence: Reading) -> bool:
    ours, theirs = (sum(w.norm == "te" for w in r.words) for r in (claim, evidence))
    return ours > theirs


def _finite_again(words: list[Word], finite: dict[str, Word]) -> list[Word]:
    """The first "te zijn" as "is": what was said has a verb of its own."""
    for at in range(len(words) - 1):
        if words[at].norm != "te":
            continue
        verb = words[at + 1]
        other = finite.get(verb_of(verb.norm))
        if other is None:
            continue
        turned = replace(verb, norm=other.norm, key=other.key, border=words[at].border)
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


def _find_other_speaker(phrase: str, claim: Reading, evidence: Reading) -> tuple[Finding, ...]:
    """A finding where the phrase names a speaker, and the evidence lets another one say it."""
    if remove_speaker(phrase) == phrase:
        return ()
    norms = {w.norm for w in claim.words}
    for at, word in enumerate(evidence.words):
        follows = evidence.words[at + 1 : at + 8]
        says = word.norm in _REPORTING and any(w.norm in ("dat", "aan", "weten", "mee") for w in follows)
        says = says or word.norm in ("volgens", "aldus")
        if says and word.norm not in norms and not _by_self(evidence, at):
            reason = f"In de bron zegt een ander dit (“{word.raw}”)."
            return (Finding(FindingKind.ATTRIBUTION, reason),)
    return ()


def _by_self(evidence: Reading, at: int) -> bool:
    """Whether it is whoever answers that says so: "ik stel vast dat", "het kabinet vindt dat"."""
    beside = {w.norm for w in evidence.words[max(0, at - 3) : at + 3]}
    return bool(beside & {"ik", "wij", "we", "kabinet", "regering"})


# What was left out of the evidence, and whether that changes what remains.
#
# Leaving out is what shortening is, so only words that carry the claim count: a negation, "kan",
# "mogelijk", "circa", "alle", a condition. They may go when the whole clause they belong to goes.

_SAID = {
    "negation": (FindingKind.NEGATION, "De ontkenning “{}” uit de bron is weggelaten."),
    "modality": (
        FindingKind.MODALITY,
        "“{}” uit de bron is weggelaten; dat verandert de zekerheid.",
    ),
    "hedge": (FindingKind.HEDGE, "Het voorbehoud “{}” uit de bron is weggelaten."),
    "quantifier": (FindingKind.QUANTIFIER, "De hoeveelheid “{}” uit de bron is weggelaten."),
    "limit": (FindingKind.LIMIT, "De begrenzing “{}” uit de bron is weggelaten."),
    "condition": (FindingKind.CONDITION, "De voorwaarde met “{}” uit de bron is weggelaten."),
}
# These say something of the whole clause, wherever they stand in it.
_BEARS_ON_CLAUSE = frozenset(
    """alleen slechts uitsluitend enkel louter pas vaak meestal soms altijd doorgaans regelmatig
    telkens steeds grotendeels deels gedeeltelijk voornamelijk hoofdzakelijk vrijwel nagenoeg
    mogelijk waarschijnlijk wellicht misschien vermoedelijk vooralsnog voorlopig volgens aldus
    eerst""".split()
)
_NOT_CONDITIONS = frozenset("gevolg volgt eerste onderdeel zodanig reactie voorbeeld".split())
_TITLES = frozenset("minister ministerie staatssecretaris ministers bewindspersoon ministeries".split())
# Without these the same is said: "door middel van", "er is sprake van", "een bedrag van 2 miljoen euro".
_HARMLESS_HEADS = frozenset("middel behulp gebied kader terrein vlak sprake".split())
_MEASURES = frozenset("bedrag totaal som periode termijn percentage afstand".split())
_UNIT_NORMS = UNIT_NAMES | SCALES


def _find_omissions(alignment: Alignment) -> tuple[Finding, ...]:
    """A finding for every left-out word that changes what the kept words say."""
    findings: list[Finding] = []
    touched, groups = alignment.touched, group_words(alignment.evidence)
    for at, word in enumerate(alignment.evidence.words):
        if alignment.used[at] is not None or word.sentence not in touched:
            continue
        finding = _judge(alignment, groups, at)
        if finding and finding not in findings:
            findings.append(finding)
    return tuple(findings)


def _judge(alignment: Alignment, groups: tuple[WordGroup, ...], at: int) -> Finding | None:
    word = alignment.evidence.words[at]
    norms = alignment.evidence.norms
    segment = alignment.evidence.segment_at(at)
    gone = all(alignment.used[p] is None for p in segment)
    if word.norm in ("respectievelijk", "resp") and _partly_kept(alignment, segment):
        return Finding(
            FindingKind.ORDER, f"“{word.raw}” uit de bron is weggelaten; wat bij wat hoort, is nu anders."
        )
    if word.norm in ("als", "wanneer") and _is_condition(alignment, at, segment):
        return Finding(*_filled("condition", word.raw)) if gone else None
    if _narrows_condition(alignment, at, segment) or _drops_case(alignment, at):
        return Finding(*_filled("condition", word.raw))
    if gone and _limits_kept(alignment, at, segment):
        return Finding(*_filled("condition", _text(alignment, segment)))
    if gone and word.norm == "tot" and at == segment[0] and _has_verb(alignment, segment):
        return Finding(*_filled("condition", word.raw))  # "Tot er meer bekend is, ..."
    if word.norm == "dat" and gone and _joins_clauses(alignment, segment):
        hung = _text(alignment, segment)
        return Finding(FindingKind.ATTRIBUTION, f"In de bron hangt dit af van “{hung}”; dat is weggelaten.")
    if word.norm in ("of", "dat", "waardoor", "zodat") and _frees_clause(alignment, at, segment):
        hung = _text(alignment, alignment.evidence.segment_at(at - 1 if at else at))
        return Finding(FindingKind.ATTRIBUTION, f"In de bron hangt dit af van “{hung}”; dat is weggelaten.")
    if _frees_infinitive(alignment, at) or _frees_comparison(alignment, at):
        return Finding(*_filled("modality", word.raw))
    if word.norm == "of" and (_joins_kept(alignment, at) or (gone and _was_other_way(alignment, at))):
        return Finding(FindingKind.CONDITION, "“of” uit de bron is weggelaten of veranderd.")
    if word.norm == "en" and gone and _halves_condition(alignment, at, segment):
        return Finding(FindingKind.CONDITION, "Een deel van de voorwaarde uit de bron is weggelaten.")
    if head := _lost_head(alignment, at):
        return Finding(
            FindingKind.OMITTED, f"“{head}” uit de bron is weggelaten; de zin gaat nu over iets anders."
        )
    if word.norm == "vooral" and any(one is not None for one in alignment.used[at + 1 : at + 2]):
        return Finding(*_filled("quantifier", word.raw))  # it bears on what follows
    kind = lexicon.sensitive_kind(norms, at)
    if kind:
        return _judge_sensitive(alignment, at, kind, segment, gone)
    if _breaks_number(alignment, at):
        return Finding(FindingKind.NUMBER, f"“{word.raw}” hoort bij een getal in de bron en is weggelaten.")
    if _breaks_title(alignment, at):
        return Finding(FindingKind.NAME, f"“{word.raw}” hoort bij een naam in de bron en is weggelaten.")
    if _narrows_kept(alignment, groups, at):
        reason = f"“{word.raw}” uit de bron is weggelaten; daardoor kan de zin meer zeggen dan de bron."
        return Finding(FindingKind.OMITTED, reason)
    return None


def _lost_head(alignment: Alignment, at: int) -> str:
    """The words up to this "van" that went while what they are said of stayed in their place; "" if none did.

    "werkt aan de voorbereiding van een verbod" is not "werkt aan een verbod".
    """
    words, used = alignment.evidence.words, alignment.used
    after = at + 1
    if words[at].norm not in lexicon.PREPOSITIONS or not at or after == len(words) or words[after].border:
        return ""
    follows = used[after]
    if follows is None or words[after].sentence != words[at].sentence:
        return ""
    head = words[at - 1]
    if head.norm in _HARMLESS_HEADS or (head.norm in _MEASURES and is_number(words[after].norm)):
        return ""
    start = at
    while start and used[start - 1] is None and words[start - 1].sentence == words[at].sentence:
        start -= 1
    if not any(words[p].is_content and not words[p].is_verb for p in range(start, at)):
        return ""
    before = used[start - 1] if start and words[start - 1].sentence == words[at].sentence else None
    # after another "van" it may as well be "van de minister" that went, and not "de minister van"
    adjacent = before is not None and before == follows - 1 and words[start - 1].norm != "van"
    return _text(alignment, range(start, after)) if adjacent else ""


def _frees_clause(alignment: Alignment, at: int, segment: range) -> bool:
    """Whether the clause after this "of" or "dat" stays while the opinion or question it hung on went, or
    the one after this "waardoor" while what would bring it about went with its doubt.
    """
    words, used = alignment.evidence.words, alignment.used
    if at != segment[0]:
        return False
    if words[at].norm == "of" and "^" in words[at].border:  # "Of dat zo is, wordt onderzocht"
        return any(used[p] is not None and words[p].is_content for p in segment)
    if not at or words[at - 1].sentence != words[at].sentence:
        return False
    matrix = alignment.evidence.segment_at(at - 1)
    bearing = [p for p in matrix if words[p].is_verb] or [p for p in matrix if words[p].is_content]
    if any(used[p] is not None for p in bearing):
        return False
    stays = any(used[p] is not None and words[p].is_content for p in segment)
    doubtful = words[at].norm == "of" or not _takes_for_fact(alignment.evidence, matrix)
    if words[at].norm in ("waardoor", "zodat"):
        norms = alignment.evidence.norms
        doubtful = any(lexicon.sensitive_kind(norms, p) in _DOUBTS or norms[p] == "of" for p in matrix)
    # "onderzoek ik of": who it is tells that the noun is a verb
    return stays and doubtful and any(words[p].is_verb or words[p].norm in _WHO for p in matrix)


def _takes_for_fact(evidence: Reading, segment: range) -> bool:
    """Whether who says this takes what hangs on it to be so: "het blijkt", "dat neemt niet weg"."""
    norms = {evidence.words[p].norm for p in segment}
    return bool(norms & lexicon.FACTIVES) or norms >= _DENIES_NOTHING


_DENIES_NOTHING = frozenset("neemt niet weg".split())


def _joins_clauses(alignment: Alignment, segment: range) -> bool:
    """Whether a clause that hung on this left-out one stays, and so does what that one hung on: "vindt dat
    hij toeziet op het belang dat" is not "vindt dat".
    """
    words, used = alignment.evidence.words, alignment.used
    before, after = segment.start - 1, segment.stop
    if before < 0 or after >= len(words) or words[after].border or words[after].norm not in ("dat", "of"):
        return False
    follows = alignment.evidence.segment_at(after)
    matrix = alignment.evidence.segment_at(before)
    is_fact = _takes_for_fact(alignment.evidence, segment)
    stays = [any(used[p] is not None and words[p].is_content for p in part) for part in (matrix, follows)]
    return words[before].sentence == words[after].sentence and all(stays) and not is_fact


_WHO = frozenset("ik wij we hij zij u".split())
_DOUBTS = ("modality", "negation", "hedge", "condition")


def _frees_infinitive(alignment: Alignment, at: int) -> bool:
    """Whether the verb behind this "te", or what was a thing behind this "het", is said to be done while the
    duty, wish or talk it hung on went: "beraadt zich over het bouwen van" is not "bouwt".
    """
    words, used = alignment.evidence.words, alignment.used
    if words[at].norm == "het" and at + 1 < len(words) and (noun := used[at + 1]) is not None:
        before = [p for p in alignment.evidence.clause_at(at) if p < at and words[p].is_verb]
        return alignment.statement.words[noun].is_verb and bool(before) and used[before[-1]] is None
    verb = used[at + 1] if words[at].norm == "te" and at + 1 < len(words) else None
    if verb is None or not alignment.statement.words[verb].is_verb:
        return False
    same = [p for p, word in enumerate(words[:at]) if word.sentence == words[at].sentence and word.is_verb]
    ours = alignment.statement.words
    finite = not any(w.is_verb for w in (ours[p] for p in alignment.statement.segment_at(verb) if p != verb))
    return finite and bool(same) and all(used[p] is None for p in same)


def _frees_comparison(alignment: Alignment, at: int) -> bool:
    """Whether "vaker" went of "vaker ... dan ...", while the verb of its clause stayed."""
    words, used = alignment.evidence.words, alignment.used
    if not (words[at].norm.endswith(("er", "ere")) or words[at].norm == "meer") or words[at].capital:
        return False
    clause = alignment.evidence.clause_at(at)
    than = [p for p in clause if p > at and words[p].norm == "dan" and used[p] is None]
    # "meer dan 40" is a bound
    counted = any(is_number(word.norm) for p in than for word in words[p + 1 : p + 2])
    return bool(than) and not counted and _verb_stays(alignment, at)


def _verb_stays(alignment: Alignment, at: int) -> bool:
    """Whether a verb of the clause that this word stands in was kept."""
    words, clause = alignment.evidence.words, alignment.evidence.clause_at(at)
    return any(words[p].is_verb and alignment.used[p] is not None for p in clause)


def _filled(kind: str, raw: str) -> tuple[FindingKind, str]:
    label, reason = _SAID[kind]
    return label, reason.format(raw)


def _judge_sensitive(alignment: Alignment, at: int, kind: str, segment: range, gone: bool) -> Finding | None:
    words = alignment.evidence.words
    finding = Finding(*_filled(kind, words[at].raw))
    if alignment.evidence.norms[max(0, at - 2) : at + 1] == ("al", "dan", "niet") and not (
        alignment.used[at - 1] or alignment.used[at - 2] or any(alignment.used[at + 1 : at + 2])
    ):
        return None  # "al dan niet" went as a whole
    if kind == "condition":
        return finding if words[at].norm != "behalve" or not gone else None
    if (
        gone
        and _governs_kept(alignment, segment)
        and not {alignment.evidence.norms[p] for p in segment} >= _DENIES_NOTHING
    ):
        hung = _text(alignment, segment)
        return Finding(FindingKind.ATTRIBUTION, f"In de bron hangt dit af van “{hung}”; dat is weggelaten.")
    if _went_whole(alignment, at, segment if gone else None):
        return None
    # a word that bears on a part that went with it ("in sommige gemeenten") may go with that part
    if kind in ("quantifier", "limit", "hedge") and words[at].norm not in _BEARS_ON_CLAUSE:
        return None if _went_with_noun(alignment, at, segment) else finding
    return finding


def _governs_kept(alignment: Alignment, segment: range) -> bool:
    """Whether the segment is left out while the clause after its "dat" or "of" is kept."""
    after = segment.stop
    words = alignment.evidence.words
    if after >= len(words) or words[after].sentence != words[segment[0]].sentence:
        return False
    if words[after].norm not in ("dat", "of"):
        return False
    follower = alignment.evidence.segment_at(after)
    return any(alignment.used[p] is not None and words[p].is_content for p in follower)


def _text(alignment: Alignment, places: range) -> str:
    words = [alignment.evidence.words[p].raw for p in places]
    return " ".join(words[:8]) + (" ..." if len(words) > 8 else "")


def _went_whole(alignment: Alignment, at: int, segment: range | None) -> bool:
    """Whether the word went with a whole clause, or with everything between brackets."""
    words, used = alignment.evidence.words, alignment.used
    if segment is not None and _has_verb(alignment, segment):
        return True
    start = end = at
    while start > 0 and used[start - 1] is None and words[start - 1].sentence == words[at].sentence:
        start -= 1
    while end + 1 < len(words) and used[end + 1] is None and words[end + 1].sentence == words[at].sentence:
        end += 1
    closed = (
        end + 1 == len(words) or words[end + 1].sentence != words[at].sentence or bool(words[end + 1].border)
    )
    run = range(start, end + 1)
    opened = max((p for p in range(start, at + 1) if words[p].border), default=None)
    if opened is None or not closed:
        return False
    return words[opened].border.endswith(("(", "[")) or (
        bool(words[start].border) and any(words[p].is_verb for p in run)
    )


def _has_verb(alignment: Alignment, segment: range) -> bool:
    inside = [alignment.evidence.words[p] for p in segment]
    # after "en" the auxiliary of the clause before it counts: "... en deze niet gekoppeld aan ..."
    return any(w.is_verb for w in inside) or (
        inside[0].norm == "en" and any(_is_participle(w.norm) for w in inside)
    )


def _is_participle(norm: str) -> bool:
    return (
        len(norm) > 5
        and norm.startswith(("ge", "be", "ver", "ont", "her"))
        and norm.endswith(("d", "t", "en"))
    )


def _went_with_noun(alignment: Alignment, at: int, segment: range) -> bool:
    """Whether everything up to the end of the phrase, and the preposition in front, went too."""
    words = alignment.evidence.words
    if at + 1 < segment.stop and words[at + 1].is_verb:
        return False
    went = 0
    for place in range(at + 1, segment.stop):
        norm = words[place].norm
        if words[place].is_verb or norm in lexicon.PREPOSITIONS:
            break
        if words[place].is_content and alignment.used[place] is not None:
            return False
        went += words[place].is_content
    return went > 0


def _is_condition(alignment: Alignment, at: int, segment: range) -> bool:
    """Whether "als" opens a condition, its verb at the end; not "als gevolg van", "net als", "zowel als"."""
    words = alignment.evidence.words
    if at != segment[0] or len(segment) < 4:
        return False
    before = words[at - 1].norm if at and words[at - 1].sentence == words[at].sentence else ""
    opens = not before or words[at].border or before in lexicon.COORDINATORS or before == "dat"
    inside = [words[p].norm for p in segment]
    # "verstrekt als de afdracht vaststond": behind the verb it is no comparison
    behind_verb = bool(before) and (words[at - 1].is_verb or _is_participle(before))
    opens = opens or (behind_verb and inside[1] in lexicon.DETERMINERS | lexicon.PRONOUNS)
    # "uitvoerbaar als die voor iedereen geldt"
    hangs = inside[1] in ("die", "hij", "zij", "ze", "er", "dit", "deze")
    opens = opens or hangs
    if (
        not opens
        or before in ("net", "zowel")
        or inside[1] in _NOT_CONDITIONS
        or inside[1:3] == ["het", "gaat"]
    ):
        return False
    clause = alignment.evidence.clauses
    conditional = any(
        alignment.used[p] is not None and words[p].sentence == words[at].sentence and clause[p] != clause[at]
        for p in range(len(words))
    )
    # "van die maaltijden" begins no clause: up to the next sign
    end = at + 1
    while end < len(words) and not words[end].border and words[end].sentence == words[at].sentence:
        end += 1
    verbs = [words[p].is_verb for p in (segment if any(_finals(alignment, segment)) else range(at, end))]
    if hangs:
        return conditional and any(verbs)
    return conditional and any(verbs[-3:]) and not verbs[2]


def _partly_kept(alignment: Alignment, segment: range) -> bool:
    """Whether something of this stretch was kept and something was not."""
    content = [p for p in segment if alignment.evidence.words[p].is_content]
    return any(alignment.used[p] is not None for p in content)


def _finals(alignment: Alignment, segment: range) -> list[bool]:
    return [alignment.evidence.words[p].is_verb for p in segment][-3:]


def _halves_condition(alignment: Alignment, at: int, segment: range) -> bool:
    """Whether this "en ..." went from a condition that stayed: "als A en B, dan C" is not "als A, dan C", and
    "wie A en wie B" not "wie A".
    """
    words, used = alignment.evidence.words, alignment.used
    if not at or words[at].border or words[at - 1].sentence != words[at].sentence:
        return False
    before = alignment.evidence.segment_at(at - 1)
    opener, behind = words[before[0]], words[at + 1 : at + 2]
    if len(segment) == 1 and behind and (behind[0].norm in _LIMITING or behind[0].norm in _OPENS_CONDITION):
        segment = alignment.evidence.segment_at(at + 1)  # "en waarvoor ..."
    opens = opener.norm in _OPENS_CONDITION or (opener.norm in _LIMITING and not opener.border)
    # not "indien nodig"
    opens = opens and used[before[0]] is not None and any(words[p].is_verb for p in before)
    left = all(used[p] is None for p in segment)
    whole = any(words[p].is_verb for p in segment) and any(words[p].is_content for p in segment)
    return opens and left and whole


_LIMITING = frozenset(w for w in lexicon.SUBORDINATORS if w in ("die", "dat", "wie") or w.startswith("waar"))
_OPENS_CONDITION = frozenset("als indien mits wanneer zolang zodra".split())


def _joins_kept(alignment: Alignment, at: int) -> bool:
    used = alignment.used
    before = used[at - 1] if at else None
    after = used[at + 1] if at + 1 < len(used) else None
    return before is not None and after is not None and abs(after - before) <= 2


def _was_other_way(alignment: Alignment, at: int) -> bool:
    """Whether this "of" joined what it says, with a verb, to what stayed: "die waren of konden zijn"."""
    word, segment = alignment.evidence.words[at], alignment.evidence.segment_at(at)
    joined = at > 0 and not word.border and _has_verb(alignment, segment)
    return joined and _partly_kept(alignment, alignment.evidence.segment_at(at - 1))


def _breaks_number(alignment: Alignment, at: int) -> bool:
    words, used = alignment.evidence.words, alignment.used
    norm = words[at].norm
    before = words[at - 1].norm if at else ""
    if norm in _UNIT_NORMS and at and used[at - 1] is not None and (is_number(before) or before in SCALES):
        return True
    if norm == "per" and before in _UNIT_NORMS and used[at - 1] is not None:
        return True  # "20 euro per jaar"
    if _counts_kept(alignment, at) or _bounds_number(alignment, at):
        return True
    if is_number(norm) and (_in_range(alignment, at) or _counts_part(alignment, at)):
        return True
    if is_number(norm) or norm in SCALES:
        after = words[at + 1].norm if at + 1 < len(words) else ""
        if after in _UNIT_NORMS and used[at + 1] is not None:
            return True
        ahead = [w.norm for w in words[at + 1 : at + 5]]
        if ahead[:1] == ["van"] and any(
            is_number(n) and used[at + 1 + k] is not None for k, n in enumerate(ahead)
        ):
            return True
    if is_ordinal(norm) and at and not words[at].border and is_number(before) and used[at - 1] is not None:
        return True  # "twee derde"
    return norm == "min" and at + 1 < len(words) and used[at + 1] is not None


def _counts_part(alignment: Alignment, at: int) -> bool:
    """Whether this counts a part, "waarvan 11 in Goes", of which something else stayed."""
    words, segment = alignment.evidence.words, alignment.evidence.segment_at(at)
    stays = any(alignment.used[p] is not None and words[p].is_content for p in segment)
    return words[segment[0]].norm in ("waarvan", "waaronder") and stays


def _bounds_number(alignment: Alignment, at: int) -> bool:
    """Whether this tells on which side of a kept number it is, "tegen de 40" or "tussen 30 en 40", and no
    other word of the kind came in its place.
    """
    words, used = alignment.evidence.words, alignment.used
    if words[at].norm not in _BOUNDS:
        return False
    for place in range(at + 1, min(at + 5, len(words))):
        word, here = words[place], used[place]
        if word.border or word.is_verb:
            return False
        if is_number(word.norm) and here is not None:
            before = alignment.statement.words[here - 1].norm if here else ""
            return before not in lexicon.PREPOSITIONS or words[at].norm == "tussen"
    return False


_BOUNDS = frozenset(
    "tegen tussen tot boven onder rond omstreeks binnen voor na vanaf sinds zeker zo'n".split()
)


def _counts_kept(alignment: Alignment, at: int) -> bool:
    """Whether this is the number of a thing that stayed: "twee" of "twee onderzoeken"."""
    words, used = alignment.evidence.words, alignment.used
    thing = words[at + 1] if at + 1 < len(words) and is_number(words[at].norm) else None
    if thing is None or thing.border or thing.capital or not thing.is_content or is_number(thing.norm):
        return False
    ours = used[at + 1]
    dated = words[at].is_year or thing.norm in MONTH_NAMES or thing.norm in _UNIT_NORMS
    return not dated and ours is not None and not alignment.statement.words[ours].is_verb


def _limits_kept(alignment: Alignment, at: int, segment: range) -> bool:
    """Whether "die zich melden" went while the "boeren" whom it limits stayed."""
    words, used = alignment.evidence.words, alignment.used
    if at < 1 or at != segment[0] or words[at].border or words[at].norm not in ("die", "dat"):
        return False
    head = words[at - 1]
    common = head.border == "^" or not (head.capital or head.is_verb)
    named = head.is_content and common and used[at - 1] is not None
    return named and any(words[p].is_verb for p in segment) and head.norm.endswith(("en", "s"))


def _narrows_kept(alignment: Alignment, groups: tuple[WordGroup, ...], at: int) -> bool:
    """Whether this word went of a clause that stayed, of which it tells what, where or for whom: without "in
    tien gemeenten", "van de melders" or "met een beperking" the clause says more than it did.
    """
    words, used, norms = alignment.evidence.words, alignment.used, alignment.evidence.norms
    word = words[at]
    if word.is_verb or word.norm in _SAYS_NO_MORE or not word.is_content:
        return False
    if is_number(word.norm) and word.border:  # "1." of a list
        return False
    if not _clause_stays(alignment, at) or (
        verb_of_participle(word.norm) and not _is_noun(alignment, groups, at)
    ):
        return False
    group = groups[at]
    opener = norms[group.opener] if group.opener is not None else ""
    by_passive = opener == "door" and any(
        norms[p] in lexicon.PASSIVE for p in alignment.evidence.segment_at(at)
    )
    before = groups[max(group.places[0] - 1, 0)]
    # "daalde met 8 procent tot 1,2 miljoen"
    result = opener in ("naar", "tot") and before.dated and norms[before.places[0]] in ("met", "van")
    if by_passive or result or _names_further(alignment, at) or _is_argument(alignment, group):
        return False
    clause = alignment.evidence.clause_at(at)
    if opener in ("", "in", "op", "tijdens") and (group.temporal or _tells_day(group, alignment.evidence)):
        rest = [p for p in clause if used[p] is not None and p not in group.places]
        exact = any(is_number(norms[p]) or norms[p] in lexicon.NEGATIONS for p in rest)
        return exact and all(used[p] is None for p in group.places if words[p].is_content)
    return not _is_aside(alignment, at)


_SAYS_NO_MORE = (
    lexicon.ADVERBS
    | lexicon.CONNECTIVES
    | lexicon.HARMLESS
    | (_HARMLESS_HEADS | _MEASURES)
    | frozenset("ja zowel desondanks".split())
)


def _clause_stays(alignment: Alignment, at: int) -> bool:
    """Whether a verb stayed of the clause of this word; of its sentence, if it stands in what opens that."""
    words, segment = alignment.evidence.words, alignment.evidence.segment_at(at)
    if "^" not in words[segment[0]].border or any(words[p].is_verb for p in segment):
        return _verb_stays(alignment, at)
    same = (p for p, w in enumerate(words) if w.sentence == words[at].sentence and w.is_verb)
    return any(alignment.used[p] is not None for p in same)


def _is_noun(alignment: Alignment, groups: tuple[WordGroup, ...], at: int) -> bool:
    """Whether what looks like a participle is a thing, or tells of the thing behind it that stayed."""
    words, group = alignment.evidence.words, groups[at]
    after = [p for p in group.places if p > at]
    describes = any(words[p].is_content and alignment.used[p] is not None for p in after)
    return describes or (group.opener is not None and not after)


def _tells_day(group: WordGroup, evidence: Reading) -> bool:
    words = [evidence.words[p] for p in group.places]
    return any(w.is_year or w.norm in MONTH_NAMES for w in words)


def _names_further(alignment: Alignment, at: int) -> bool:
    """Whether this only names what is known already: "de veerpont van Duinwijk"."""
    words, used = alignment.evidence.words, alignment.used
    of = next((p for p in range(at - 1, max(at - 5, 0), -1) if words[p].norm == "van"), 0)
    start = of - 1
    while start > 0 and words[start].is_content and not words[start].border:
        start -= 1
    if not words[at].capital and _is_denied(alignment, at):
        return False
    joined = next((p for p in range(at + 1, len(words)) if not words[p].is_content), at)
    if (
        words[joined].norm == "en"
        and not words[joined].border
        and any(
            used[p] is not None
            for p in range(joined + 1, joined + 3)
            if p < len(words) and words[p].is_content
        )
    ):
        return False  # "van de banken en de eigenaar" is not "van de eigenaar"
    share = lexicon.sensitive_kind(alignment.evidence.norms, of - 1) == "quantifier"
    return of > 1 and used[of - 1] is not None and words[start].norm in _KNOWN and not share


_KNOWN = frozenset("de het deze dit die dat uw mijn onze ons".split())


def _is_denied(alignment: Alignment, at: int) -> bool:
    """Whether a denial of the clause of this word stayed."""
    norms, used = alignment.evidence.norms, alignment.used
    clause = alignment.evidence.clause_at(at)
    return any(norms[p] in lexicon.NEGATIONS and used[p] is not None for p in clause)


def _is_argument(alignment: Alignment, group: WordGroup) -> bool:
    """Whether all of a thing went that hung on nothing: "de school" of "verleent de school een subsidie"."""
    words = alignment.evidence.words
    content = [p for p in group.places if words[p].is_content]
    alone = group.opener is None and words[group.places[0]].norm in lexicon.ARTICLES
    return alone and all(alignment.used[p] is None for p in content)


def _is_aside(alignment: Alignment, at: int) -> bool:
    """Whether all that stands between two signs around this word went."""
    words, used = alignment.evidence.words, alignment.used
    start, end = at, at + 1
    while start > 0 and not words[start].border:
        start -= 1
    while end < len(words) and not words[end].border:
        end += 1
    return "^" not in words[start].border and all(used[p] is None for p in range(start, end))


def _narrows_condition(alignment: Alignment, at: int, segment: range) -> bool:
    """Whether this word went from a condition that stayed: "wie voor 1 juli belt" is not "wie belt"."""
    words, opener = alignment.evidence.words, segment[0]
    word = words[at]
    opens = words[opener].norm in _OPENS_CONDITION | {"wie"} and any(words[p].is_verb for p in segment)
    return opens and alignment.used[opener] is not None and word.is_content and not word.is_verb


def _drops_case(alignment: Alignment, at: int) -> bool:
    """Whether "bij gevaar", which opens the sentence, went while what may or is not then stayed."""
    words, used, norms = alignment.evidence.words, alignment.used, alignment.evidence.norms
    if words[at].norm not in ("bij", "zonder") or words[at].border != "^":
        return False
    rest = [
        p for p in range(at, len(words)) if words[p].sentence == words[at].sentence and used[p] is not None
    ]
    opening = next((p for p in range(at, len(words)) if words[p].is_verb), at)
    bound = any(lexicon.sensitive_kind(norms, p) in ("negation", "modality") for p in rest)
    return bound and bool(rest) and rest[0] >= opening


def _in_range(alignment: Alignment, at: int) -> bool:
    """Whether the number next to it, as in "2019-2023", stayed."""
    words, used = alignment.evidence.words, alignment.used
    for other in (at - 1, at + 1):
        inside = 0 <= other < len(words) and words[other].sentence == words[at].sentence
        if inside and is_number(words[other].norm) and used[other] is not None:
            return not words[max(at, other)].border
    return False


def _breaks_title(alignment: Alignment, at: int) -> bool:
    """Whether a part of "Minister van Justitie en Veiligheid" went while the rest stayed."""
    words, used = alignment.evidence.words, alignment.used
    if not words[at].raw[:1].isupper() or _bracketed(words[at].border):
        return False
    inside = False
    for place in range(at - 1, max(-1, at - 9), -1):
        word = words[place]
        if word.sentence != words[at].sentence or _bracketed(word.border):
            return False
        if word.norm in _TITLES:
            return used[place] is not None and inside
        if word.raw[:1].isupper():
            inside = inside or used[place] is not None
        elif word.norm not in ("van", "en", "voor", "de", "het"):
            return False
    return False


def _bracketed(border: str) -> bool:
    return any(sign in border for sign in "()[]")


# What a statement says that its evidence does not: every word needs a counterpart there.

_UNIT_WORDS = UNIT_NAMES | SCALES
# When more than this part of the meaningful words is missing, listing them helps nobody.
_OTHER_SUBJECT = 0.6

_SPECIAL = {
    "negation": FindingKind.NEGATION,
    "modality": FindingKind.MODALITY,
    "quantifier": FindingKind.QUANTIFIER,
    "limit": FindingKind.LIMIT,
    "condition": FindingKind.CONDITION,
}  # a hedge more contradicts nothing
_CALLED = {
    FindingKind.NUMBER: "Het getal",
    FindingKind.DATE: "De datum of het jaar",
    FindingKind.UNIT: "De eenheid",
    FindingKind.NAME: "De naam",
    FindingKind.NEGATION: "De ontkenning",
    FindingKind.MODALITY: "Het woord",
    FindingKind.QUANTIFIER: "De hoeveelheid",
    FindingKind.LIMIT: "De begrenzing",
    FindingKind.CONDITION: "De voorwaarde",
}


def _find_additions(alignment: Alignment) -> tuple[Finding, ...]:
    """A finding for every stretch of words that the evidence does not have; small joining words are free."""
    words = alignment.statement.words
    added = [i for i in alignment.added if not _is_free(alignment, i)]
    if not added:
        return ()
    meaningful = [i for i, w in enumerate(words) if w.is_content]
    missing = sum(1 for i in added if words[i].is_content)
    if meaningful and missing / len(meaningful) > _OTHER_SUBJECT:
        return (Finding(FindingKind.DIFFERENT, "De aangehaalde tekst zegt iets anders dan deze zin."),)
    return tuple(_describe(alignment, stretch) for stretch in _stretches(added))


def _is_free(alignment: Alignment, at: int) -> bool:
    word = alignment.statement.words[at]
    if word.norm in lexicon.HARMLESS:
        return True
    if word.is_note_mark:
        # "[1]" behind a sentence may be the draft's own; another mark than the source's may not
        return not any(w.is_note_mark for w in alignment.evidence.words)
    if _opens_infinitive(alignment, at) or _relative(alignment, at) or _names_measure(alignment, at):
        return True
    if word.norm == "zo" and word.border and _brings_whole_clause(alignment, at):
        return True  # "..., zo heeft het kabinet besloten"
    free = at == 0 or bool(word.border) or _between_sentences(alignment, at)
    return word.norm in lexicon.CONNECTIVES and free


def _names_measure(alignment: Alignment, at: int) -> bool:
    """Whether this is a word of "een bedrag van", in front of a number: that says no more than the number."""
    norms = alignment.statement.norms
    starts = range(max(at - 2, 0), min(at, len(norms) - 4) + 1)
    return any(
        (norms[p], norms[p + 2]) == ("een", "van") and norms[p + 1] in _MEASURES and is_number(norms[p + 3])
        for p in starts
    )


def _brings_whole_clause(alignment: Alignment, at: int) -> bool:
    """Whether all that says something in the clause of the verb behind this word came along with it."""
    place = next(iter(alignment.places[at + 1 : at + 2]), None)
    words, clauses = alignment.evidence.words, alignment.evidence.clauses
    if place is None or not words[place].is_verb:
        return False
    return all(
        alignment.used[p] is not None
        for p, w in enumerate(words)
        if clauses[p] == clauses[place] and (w.is_content or w.norm in lexicon.PREPOSITIONS)
    )


def _opens_infinitive(alignment: Alignment, at: int) -> bool:
    """Whether this is an "om" that may as well be left out: "geen aanleiding (om) te veronderstellen"."""
    words, segments = alignment.statement.words, alignment.statement.segments
    if words[at].norm != "om":
        return False
    return any(
        words[p].norm == "te" and alignment.places[p] is not None and segments[p] <= segments[at] + 1
        for p in range(at + 1, len(words))
    )


def _relative(alignment: Alignment, at: int) -> bool:
    """Whether this "die" hangs a sentence on the one before it, which pointed back with "deze" or "dit"."""
    word = alignment.statement.words[at]
    if word.norm not in ("die", "dat") or not word.border:
        return False
    after = next((p for p in alignment.places[at + 1 :] if p is not None), None)
    if after is None or not _between_sentences(alignment, at):
        return False
    theirs = alignment.evidence.words
    return any(
        w.sentence == theirs[after].sentence and w.norm in _DEMONSTRATIVES and alignment.used[p] is None
        for p, w in enumerate(theirs)
    )


_DEMONSTRATIVES = frozenset("deze dit die dat zij hij ze".split())


def _between_sentences(alignment: Alignment, at: int) -> bool:
    before = next((p for p in reversed(alignment.places[:at]) if p is not None), None)
    after = next((p for p in alignment.places[at + 1 :] if p is not None), None)
    if before is None or after is None:
        return True
    words = alignment.evidence.words
    return words[before].sentence != words[after].sentence


def _stretches(places: list[int]) -> list[list[int]]:
    stretches: list[list[int]] = []
    for place in places:
        if stretches and place == stretches[-1][-1] + 1:
            stretches[-1].append(place)
        else:
            stretches.append([place])
    return stretches


def _describe(alignment: Alignment, stretch: list[int]) -> Finding:
    words = [alignment.statement.words[i] for i in stretch]
    kinds = [_kind(alignment, i) for i in stretch]
    instead = _instead(alignment, stretch)
    special = next((k for k in kinds if k is not FindingKind.ADDED), FindingKind.ADDED)
    text = " ".join(w.raw for w in words)
    there = f" Daar staat “{instead}”." if instead else ""
    if special is FindingKind.ADDED or len(words) > 4:
        verb, noun = ("staan", "De woorden") if len(words) > 1 else ("staat", "Het woord")
        return Finding(special, f"{noun} “{text}” {verb} niet in de aangehaalde tekst.{there}")
    text = " ".join(w.raw for w, kind in zip(words, kinds, strict=True) if kind is special)
    return Finding(special, f"{_CALLED[special]} “{text}” staat niet in de aangehaalde tekst.{there}")


def _kind(alignment: Alignment, at: int) -> FindingKind:
    word = alignment.statement.words[at]
    if word.norm in MONTH_NAMES or word.is_year:
        return FindingKind.DATE
    if word.is_note_mark or is_number(word.norm) or is_ordinal(word.norm):
        return FindingKind.NUMBER
    if word.norm in _UNIT_WORDS:
        return FindingKind.UNIT
    special = _SPECIAL.get(lexicon.sensitive_kind(alignment.statement.norms, at))
    if special:
        return special
    return FindingKind.NAME if word.capital else FindingKind.ADDED


def _instead(alignment: Alignment, stretch: list[int]) -> str:
    """The unused words of the evidence at the same place, when they are few."""
    before = next((p for p in reversed(alignment.places[: stretch[0]]) if p is not None), None)
    after = next((p for p in alignment.places[stretch[-1] + 1 :] if p is not None), None)
    if before is None and after is None:
        return ""
    start = before + 1 if before is not None else max(0, (after or 0) - len(stretch))
    end = after if after is not None else min(len(alignment.used), start + len(stretch))
    gap = [alignment.evidence.words[j] for j in range(start, end) if alignment.used[j] is None]
    if len(gap) > len(stretch) + 2 or len(gap) != end - start or not any(w.is_content for w in gap):
        return ""
    return " ".join(w.raw for w in gap)


METHOD = "alignment 10"
"""Name and version of the checker; changes when a verdict can change."""

_UNCITED = {
    Author.PERSON: "Deze zin heeft geen bronvermelding.",
    Author.MACHINE: "Voor deze zin is in de gekozen bronnen geen bewijs gevonden.",
}
_CONTRADICTING = frozenset(
    {
        FindingKind.NUMBER,
        FindingKind.DATE,
        FindingKind.UNIT,
        FindingKind.NAME,
        FindingKind.NEGATION,
        FindingKind.MODALITY,
        FindingKind.HEDGE,
        FindingKind.QUANTIFIER,
        FindingKind.LIMIT,
        FindingKind.CONDITION,
        FindingKind.CLAIMED_DATE,
    }
)
_SECRETS = {
    PersonalKind.BSN: "In deze zin staat een burgerservicenummer. Dat hoort niet in een antwoord.",
    PersonalKind.IBAN: "In deze zin staat een rekeningnummer. Dat hoort niet zomaar in een antwoord.",
}
# A quote of one or two words points at no sentence in particular.
_POINTS_AT_SENTENCE = 3


@dataclass(frozen=True, slots=True)
class _Evidence:
    """The sentences that the quotes stand in."""

    reading: Reading
    spans: tuple[Span, ...]


def check(statement: Statement, sources: Sequence[Source], *, locate: Locate = nowhere) -> Check:
    """The verdict on one statement; `sources` are all that may be cited. Citations come back with places."""
    if not statement.citations:
        return Check(
            statement,
            StatementVerdict.UNCITED,
            (_UNCITED[statement.author],),
            method=VerdictMethod.NOT_SHOWN,
        )
    resolutions = tuple(resolve(c, sources, locate) for c in statement.citations)
    completed = replace(statement, citations=tuple(r.citation for r in resolutions))
    problems = tuple(_quote_problem(r) for r in resolutions if r.problem or _is_suspect(r))
    if problems:
        return Check(completed, StatementVerdict.UNSUPPORTED, problems, method=VerdictMethod.NOT_SHOWN)
    evidence = _gather(resolutions)
    findings = _find_faults(statement.text, evidence.reading, resolutions)
    findings += _find_secrets(statement.text)
    verdict = StatementVerdict.UNSUPPORTED if findings else StatementVerdict.SUPPORTED
    reasons = tuple(dict.fromkeys(f.reason for f in findings))
    return Check(completed, verdict, reasons, evidence.spans, method=_method_of(findings))


def _method_of(findings: Sequence[Finding]) -> VerdictMethod:
    """What the verdict rests on that these findings lead to.

    A sentence is contradicted where the rules find nothing against it but another number, name, negation and
    the like: then it says what the source says, otherwise. In a sentence in other words such findings may be
    of the wording, so that nothing is sure: it is not shown, and somebody must read it.
    """
    if not findings:
        return VerdictMethod.RULE
    kinds = [finding.kind for finding in findings]
    # one negation gone and another come may be the same one: "geen besluit" for "een besluit nog niet"
    surely = _CONTRADICTING.issuperset(kinds) and kinds.count(FindingKind.NEGATION) < 2
    return VerdictMethod.CONTRADICTED if surely else VerdictMethod.NOT_SHOWN


def _find_secrets(text: str) -> tuple[Finding, ...]:
    """Numbers of one person: borne out or not, they go out only on somebody's own account."""
    kinds = {datum.kind for datum in find_personal(text)} & SECRET
    return tuple(Finding(FindingKind.PERSONAL, _SECRETS[kind]) for kind in sorted(kinds))


def _find_faults(text: str, evidence: Reading, resolutions: Sequence[Resolution] = ()) -> tuple[Finding, ...]:
    """Everything in `text` that the evidence does not bear out; empty when it is supported."""
    cited = tuple(r.source for r in resolutions if r.source)
    claim = _without_answer(read(text), evidence, cited)
    findings = _compare(claim, evidence)
    spoken = _as_spoken(claim, evidence, cited) if findings else claim
    if spoken != claim and not _compare(spoken, evidence):
        return ()
    introduced = split_introduction(text)
    if not findings or not introduced.phrase:
        return findings
    claim = read(introduced.claim)
    if introduced.reports:
        claim = _as_said(claim, evidence)
    return (
        check_phrase(introduced.phrase, cited)
        + _find_other_speaker(introduced.phrase, claim, evidence)
        + _compare(claim, evidence)
    )


def _without_answer(claim: Reading, evidence: Reading, cited: Sequence[Source]) -> Reading:
    """`claim` without the "ja" or "nee" in front, where the sentence says so itself ("Nee, er is geen plan")
    and neither the evidence nor a whole source begins with either.
    """
    if len(claim.words) < _POINTS_AT_SENTENCE or claim.words[0].norm not in _ANSWERS:
        return claim
    answer, first, *others = claim.words
    openings = {w.norm for w in evidence.words if "^" in w.border}
    openings.update(word for source in cited for word in words(source.body)[:1])
    rest = reread((replace(first, border="^"), *others))
    denied = any(rest.words[p].norm in lexicon.NEGATIONS for p in rest.clause_at(0))
    fits = denied is (answer.norm != "ja")
    return rest if fits and openings.isdisjoint(_ANSWERS) else claim


_ANSWERS = frozenset("ja nee neen".split())


def _as_spoken(claim: Reading, evidence: Reading, cited: Sequence[Source]) -> Reading:
    """`claim` with "de minister" as the "ik" of evidence that names no other, where a minister answered."""
    roles = {squash(a.role).casefold() for source in cited for a in source.document.answerers}
    norms = {w.norm for w in evidence.words}
    words = claim.words
    for at in range(1, len(words)):
        office, follows = words[at], words[at + 1 : at + 2]
        if {office.norm} != roles or words[at - 1].norm != "de" or "ik" not in norms or office.norm in norms:
            continue
        if not any(w.norm in ("van", "voor") or w.capital for w in follows):
            speaker = Word("ik", "ik", office.sentence, words[at - 1].border, False, "ik")
            return _as_said(reread((*words[: at - 1], speaker, *words[at + 1 :])), evidence)
    return claim


def _compare(claim: Reading, evidence: Reading) -> tuple[Finding, ...]:
    """What the evidence does not bear out, neither as it stands nor in another way of saying the same."""
    if not claim.words:
        return (Finding(FindingKind.DIFFERENT, "Er staat geen zin om te controleren."),)
    findings = _hold_against(claim, evidence)
    borne = not findings or any(not _hold_against(*pair) for pair in rewordings(claim, evidence))
    return () if borne else findings


def _hold_against(claim: Reading, evidence: Reading) -> tuple[Finding, ...]:
    alignment = align(claim, evidence)
    if alignment.is_verbatim:
        return ()
    added = _find_additions(alignment)
    if any(f.kind is FindingKind.DIFFERENT for f in added):
        return added
    omitted = _find_omissions(alignment)
    lost = {finding.kind for finding in omitted}
    added = tuple(
        replace(f, kind=FindingKind.ADDED) if f.kind in _SURE_AS_CHANGE and f.kind not in lost else f
        for f in added
    )
    return added + omitted + find_disorder(alignment)


# Where the evidence has none of the sort, one that is added may only be another way to say it: "moet" for
# "is verplicht".
_SURE_AS_CHANGE = frozenset(
    {
        FindingKind.MODALITY,
        FindingKind.QUANTIFIER,
        FindingKind.LIMIT,
        FindingKind.CONDITION,
        FindingKind.UNIT,
    }
)


def _is_suspect(resolution: Resolution) -> bool:
    """Whether the quote stands in text that speaks to a machine; such text proves nothing."""
    source, span = resolution.source, resolution.span
    return source is not None and span is not None and touches_suspicious(source, span)


def _quote_problem(resolution: Resolution) -> str:
    name = resolution.citation.reference or resolution.citation.document
    if resolution.problem is None:
        return f"De aanhaling uit {name} staat in tekst die op een opdracht aan een computer lijkt."
    match resolution.problem:
        case QuoteProblem.EMPTY:
            return f"De aanhaling uit {name} is leeg."
        case QuoteProblem.UNKNOWN_SOURCE:
            return f"De bron {name} hoort niet bij de gekozen bronnen."
        case QuoteProblem.MISATTRIBUTED:
            other = resolution.elsewhere
            where = f" Zij staat wel in {other.id}." if other else ""
            return f"De aanhaling staat niet in de genoemde bron {name}.{where}"
        case QuoteProblem.STITCHED:
            return (
                f"De aanhaling uit {name} is samengesteld uit stukken die in de bron niet aan elkaar staan. "
                "Maak er aparte aanhalingen van."
            )
        case _:
            return f"De aanhaling staat niet letterlijk in {name}."


def _gather(resolutions: Sequence[Resolution]) -> _Evidence:
    """The whole sentences around the quotes: a quote may not hide the "niet" in front of it."""
    pieces: list[tuple[str, Span]] = []
    seen: set[tuple[str, Span]] = set()
    for resolution in resolutions:
        source, span = resolution.source, resolution.span
        if source is None or span is None:
            continue
        for sentence in _sentences_around(source, span):
            place = (source.id, sentence)
            if place not in seen:
                seen.add(place)
                offset = source.body_span.start
                text = source.body[sentence.start - offset : sentence.end - offset]
                pieces.append((text, sentence))
    reading = join_readings(tuple(read(text) for text, _ in pieces))
    return _Evidence(reading, tuple(span for _, span in pieces))


@lru_cache(maxsize=512)
def _sentences(body: str) -> tuple[Span, ...]:
    return split_sentences(body)


def _sentences_around(source: Source, span: Span) -> tuple[Span, ...]:
    offset = source.body_span.start
    inner = Span(span.start - offset, span.end - offset)
    if len(words(inner.of(source.body))) < _POINTS_AT_SENTENCE:
        return (span,)
    touched = [s for s in _sentences(source.body) if s.start < inner.end and s.end > inner.start]
    return tuple(Span(s.start + offset, s.end + offset) for s in touched) or (span,)
