"""What was left out of the evidence, and whether that changes what remains.

Leaving out is what shortening is, so only words that carry the claim count: a negation, "kan", "mogelijk",
"circa", "alle", a condition. They may go when the whole clause they belong to goes.
"""

from __future__ import annotations

from learninglion.checking.alignment import Alignment
from learninglion.checking.findings import Finding, FindingKind
from learninglion.dutch import lexicon
from learninglion.dutch.numbers import SCALES, UNIT_NAMES, is_number, is_ordinal

__all__ = ["find_omissions"]

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
    """alleen slechts uitsluitend enkel louter pas vaak meestal soms altijd doorgaans regelmatig telkens
    steeds grotendeels deels gedeeltelijk voornamelijk hoofdzakelijk vrijwel nagenoeg
    mogelijk waarschijnlijk wellicht misschien vermoedelijk vooralsnog voorlopig volgens aldus""".split()
)
_NOT_CONDITIONS = frozenset("gevolg volgt eerste onderdeel zodanig reactie voorbeeld".split())
_WIDE = frozenset("geen alle elk elke iedere nooit".split())
_TITLES = frozenset("minister ministerie staatssecretaris ministers bewindspersoon ministeries".split())
# Without these the same is said: "door middel van", "er is sprake van", "een bedrag van 2 miljoen euro".
_HARMLESS_HEADS = frozenset("middel behulp gebied kader terrein vlak sprake".split())
_MEASURES = frozenset("bedrag totaal som periode termijn percentage afstand".split())
_UNIT_NORMS = UNIT_NAMES | SCALES


def find_omissions(alignment: Alignment) -> tuple[Finding, ...]:
    """A finding for every left-out word that changes what the kept words say."""
    findings: list[Finding] = []
    touched = _touched_sentences(alignment)
    for at, word in enumerate(alignment.evidence.words):
        if alignment.used[at] is not None or word.sentence not in touched:
            continue
        finding = _judge(alignment, at)
        if finding and finding not in findings:
            findings.append(finding)
    return tuple(findings)


def _touched_sentences(alignment: Alignment) -> frozenset[int]:
    words = alignment.evidence.words
    return frozenset(
        words[p].sentence for p in alignment.places if p is not None and words[p].is_content
    ) or frozenset(words[p].sentence for p in alignment.places if p is not None)


def _judge(alignment: Alignment, at: int) -> Finding | None:
    word = alignment.evidence.words[at]
    norms = alignment.evidence.norms
    segment = _segment(alignment, at)
    gone = all(alignment.used[p] is None for p in segment)
    if word.norm in ("respectievelijk", "resp") and _partly_kept(alignment, segment):
        return Finding(
            FindingKind.ORDER, f"“{word.raw}” uit de bron is weggelaten; wat bij wat hoort, is nu anders."
        )
    if word.norm in ("als", "wanneer") and _is_condition(alignment, at, segment):
        return Finding(*_filled("condition", word.raw)) if gone else None
    if word.norm in ("of", "dat") and _frees_clause(alignment, at, segment):
        hung = _text(alignment, _segment(alignment, at - 1))
        return Finding(FindingKind.ATTRIBUTION, f"In de bron hangt dit af van “{hung}”; dat is weggelaten.")
    if word.norm == "of" and _joins_kept(alignment, at):
        return Finding(FindingKind.CONDITION, "“of” uit de bron is weggelaten of veranderd.")
    if word.norm == "en" and gone and _halves_condition(alignment, at, segment):
        return Finding(FindingKind.CONDITION, "Een deel van de voorwaarde uit de bron is weggelaten.")
    if head := _lost_head(alignment, at):
        return Finding(
            FindingKind.OMITTED, f"“{head}” uit de bron is weggelaten; de zin gaat nu over iets anders."
        )
    kind = lexicon.sensitive_kind(norms, at)
    if kind:
        return _judge_sensitive(alignment, at, kind, segment, gone)
    if _breaks_number(alignment, at):
        return Finding(FindingKind.NUMBER, f"“{word.raw}” hoort bij een getal in de bron en is weggelaten.")
    if _breaks_title(alignment, at):
        return Finding(FindingKind.NAME, f"“{word.raw}” hoort bij een naam in de bron en is weggelaten.")
    if at and norms[at - 1] in _WIDE and alignment.used[at - 1] is not None and _widens(alignment, at):
        return Finding(
            FindingKind.OMITTED,
            f"Na “{norms[at - 1]}” is “{word.raw}” weggelaten; de zin zegt nu meer dan de bron.",
        )
    return None


def _lost_head(alignment: Alignment, at: int) -> str:
    """The words up to this "van" that went while what they are said of stayed in their place; "" if none did.

    "werkt aan de voorbereiding van een verbod" is not "werkt aan een verbod".
    """
    words, used = alignment.evidence.words, alignment.used
    after = at + 1
    if words[at].norm != "van" or not at or after == len(words) or words[after].border:
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
    """Whether the clause after this "of" or "dat" stays while the opinion or question it hung on went."""
    words, used = alignment.evidence.words, alignment.used
    if at != segment[0] or not at or words[at - 1].sentence != words[at].sentence:
        return False
    matrix = _segment(alignment, at - 1)
    if any(used[p] is not None and words[p].is_content for p in matrix):
        return False
    stays = any(used[p] is not None and words[p].is_content for p in segment)
    doubtful = words[at].norm == "of" or any(words[p].norm in lexicon.ATTITUDES for p in matrix)
    return stays and doubtful and any(words[p].is_verb for p in matrix)


def _filled(kind: str, raw: str) -> tuple[FindingKind, str]:
    found, reason = _SAID[kind]
    return found, reason.format(raw)


def _segment(alignment: Alignment, at: int) -> range:
    segments = alignment.evidence.segments
    start = end = at
    while start > 0 and segments[start - 1] == segments[at]:
        start -= 1
    while end + 1 < len(segments) and segments[end + 1] == segments[at]:
        end += 1
    return range(start, end + 1)


def _judge_sensitive(alignment: Alignment, at: int, kind: str, segment: range, gone: bool) -> Finding | None:
    words = alignment.evidence.words
    finding = Finding(*_filled(kind, words[at].raw))
    if alignment.evidence.norms[max(0, at - 2) : at + 1] == ("al", "dan", "niet") and not (
        alignment.used[at - 1] or alignment.used[at - 2]
    ):
        return None  # "al dan niet" went as a whole
    if kind == "condition":
        return finding if words[at].norm != "behalve" or not gone else None
    if gone and _governs_kept(alignment, segment):
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
    follower = _segment(alignment, after)
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
    if (
        not opens
        or before in ("net", "zowel")
        or inside[1] in _NOT_CONDITIONS
        or inside[1:3] == ["het", "gaat"]
    ):
        return False
    clause = alignment.evidence.clauses
    kept = any(
        alignment.used[p] is not None and words[p].sentence == words[at].sentence and clause[p] != clause[at]
        for p in range(len(words))
    )
    # "van die maaltijden" begins no clause: up to the next sign
    end = at + 1
    while end < len(words) and not words[end].border and words[end].sentence == words[at].sentence:
        end += 1
    verbs = [words[p].is_verb for p in (segment if any(_finals(alignment, segment)) else range(at, end))]
    return kept and any(verbs[-3:]) and not verbs[2]


def _partly_kept(alignment: Alignment, segment: range) -> bool:
    """Whether something of this stretch was kept and something was not."""
    content = [p for p in segment if alignment.evidence.words[p].is_content]
    return any(alignment.used[p] is not None for p in content)


def _finals(alignment: Alignment, segment: range) -> list[bool]:
    return [alignment.evidence.words[p].is_verb for p in segment][-3:]


def _halves_condition(alignment: Alignment, at: int, segment: range) -> bool:
    """Whether this "en ..." went from a condition that stayed: "als A en B, dan C" is not "als A, dan C"."""
    words, used = alignment.evidence.words, alignment.used
    if not at or words[at].border or words[at - 1].sentence != words[at].sentence:
        return False
    before = _segment(alignment, at - 1)
    opens = words[before[0]].norm in _OPENS_CONDITION and used[before[0]] is not None
    opens = opens and any(words[p].is_verb for p in before)  # not "indien nodig"
    return opens and any(words[p].is_verb for p in segment) and any(words[p].is_content for p in segment)


_OPENS_CONDITION = frozenset("als indien mits wanneer zolang zodra".split())


def _joins_kept(alignment: Alignment, at: int) -> bool:
    used = alignment.used
    before = used[at - 1] if at else None
    after = used[at + 1] if at + 1 < len(used) else None
    return before is not None and after is not None and abs(after - before) <= 2


def _breaks_number(alignment: Alignment, at: int) -> bool:
    words, used = alignment.evidence.words, alignment.used
    norm = words[at].norm
    before = words[at - 1].norm if at else ""
    if norm in _UNIT_NORMS and at and used[at - 1] is not None and (is_number(before) or before in SCALES):
        return True
    if is_number(norm) and _in_range(alignment, at):
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
    kept = False
    for place in range(at - 1, max(-1, at - 9), -1):
        word = words[place]
        if word.sentence != words[at].sentence or _bracketed(word.border):
            return False
        if word.norm in _TITLES:
            return used[place] is not None and kept
        if word.raw[:1].isupper():
            kept = kept or used[place] is not None
        elif word.norm not in ("van", "en", "voor", "de", "het"):
            return False
    return False


def _bracketed(border: str) -> bool:
    return any(sign in border for sign in "()[]")


def _widens(alignment: Alignment, at: int) -> bool:
    words = alignment.evidence.words
    norm = words[at].norm
    if norm in lexicon.FUNCTION_WORDS or norm in ("enkele", "sprake", "andere", "nadere", "verdere"):
        return False
    after = at + 1
    return (
        after < len(words)
        and alignment.used[after] is not None
        and words[after].is_content
        and words[after].norm not in lexicon.ADVERBS
        and not words[after].border
        and not words[after].is_verb
    )
