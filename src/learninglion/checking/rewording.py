"""What the same thing is called in another way that rules are sure of: who said it, voice, tense, "it".

A claim in other words is put as its evidence puts it, and then held against that like any other: the roles,
numbers and negations of what comes out are checked, so that a wrong turn shows nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from learninglion.checking.order import subject_of
from learninglion.dutch import lexicon
from learninglion.dutch.lexicon import (
    AUXILIARIES,
    MONTH_NAMES,
    SCALES,
    SEPARABLE,
    UNIT_NAMES,
    agreement_key,
    is_number,
    is_past,
    same_verb,
    verb_of,
    verb_of_participle,
)
from learninglion.dutch.text import (
    Reading,
    Word,
    WordGroup,
    group_words,
    join_readings,
    reread,
    sentences_of,
    whole_verbs,
)

_IS, _HAS = frozenset("is zijn".split()), frozenset("heeft hebben".split())
_HAS_DONE = frozenset("heb heeft hebben had hadden".split())
_HAS_BECOME = frozenset("is zijn was waren".split())
_POINTS = frozenset("de het deze dit die dat".split())
_OFFICE = frozenset("minister staatssecretaris minister-president burgemeester commissaris wethouder".split())
_SHORTEST_HEAD = 4  # letters of the last part of a compound


def rewordings(claim: Reading, evidence: Reading) -> Iterator[tuple[Reading, Reading]]:
    """Pairs of a claim and evidence that say the same as these, the claim nearer to the evidence, or with one
    sentence of it: of several a word may be taken from the wrong one.
    """
    if evidence.words[0].sentence != evidence.words[-1].sentence:
        yield from ((claim, sentence) for sentence in sentences_of(evidence) if _holds_all(sentence, claim))
    claim, evidence = whole_verbs(claim), whole_verbs(evidence)
    sentences = sentences_of(evidence)
    active = tuple(_plainly(_active(sentence, claim)) for sentence in sentences)
    turned = evidence if active == sentences else join_readings(active)
    mine = _plainly(_active(claim, evidence))
    yield from _nearer(mine, turned)
    for at, sentence in enumerate(active):
        if len(active) > 1 and _holds_all(sentence, mine):
            yield from _nearer(mine, sentence)
        for shorter in _pointing_back(mine, active[:at], sentence) if at else ():
            yield from _nearer(shorter, sentence)


def _holds_all(evidence: Reading, claim: Reading) -> bool:
    return {w.key for w in claim.words if w.is_content}.issubset({w.key for w in evidence.words})


def _nearer(claim: Reading, evidence: Reading) -> Iterator[tuple[Reading, Reading]]:
    """The two in one tense, then also with the same in front of the verb, then also without asides."""
    pair = _in_tense(_only_when(claim, evidence), _only_when(evidence, claim))
    yield pair
    opened = _opened_alike(pair[0], pair[1])
    alike = opened, _opened_alike(pair[1], opened)
    if alike != pair:
        yield alike
    bare = _without_asides(alike[1])
    if bare != alike[1]:
        yield opened, bare


def _without_asides(reading: Reading) -> Reading:
    """`reading` without what stands between brackets and neither counts, limits nor denies."""
    words, norms, gone = reading.words, reading.norms, set[int]()
    for start in (p for p, w in enumerate(words) if "(" in w.border):
        stop = next((p for p in range(start + 1, len(words)) if ")" in words[p].border), len(words))
        inside = range(start, stop)
        telling = any(is_number(norms[p]) or lexicon.sensitive_kind(norms, p) for p in inside)
        if words[start].sentence == words[stop - 1].sentence and not telling:
            gone.update(inside)
    return reread(tuple(w for p, w in enumerate(words) if p not in gone)) if gone else reading


def _plainly(reading: Reading) -> Reading:
    """ "Daar ... over" and "hierover" as "daarover", "bedraagt" as "is", and "een brief aan de raad" behind
    "de raad".
    """
    reading = _must(_if_first(reading))
    words = [_there(word) for word in reading.words]
    for at, word in enumerate(words):
        segment = reading.segment_at(at)
        if word.norm in ("daar", "hier", "er"):
            behind = next((p for p in range(at + 1, segment.stop) if _hangs(words, p, segment.stop)), None)
            if behind is not None:
                norm = f"daar{words[behind].norm}"
                words[at] = replace(word, norm=norm, key=norm)
                return _plainly(reread((*words[:behind], *words[behind + 1 :])))
    return _given(_share_first(reread(tuple(words)) if tuple(words) != reading.words else reading))


def _there(word: Word) -> Word:
    if word.is_verb and word.norm in _AMOUNTS:
        norm = _AMOUNTS[word.norm]
        return replace(word, norm=norm, key=agreement_key(norm))
    for points in ("hier", "er"):
        rest = word.norm.removeprefix(points)
        if rest != word.norm and rest in lexicon.PREPOSITIONS:
            return replace(word, norm=f"daar{rest}", key=f"daar{rest}")
    return word


_AMOUNTS = {"bedraagt": "is", "bedragen": "is", "bedroeg": "was", "bedroegen": "was"}


def _must(reading: Reading) -> Reading:
    """ "Is verplicht (dient) een voorraad aan te houden" as "moet een voorraad aanhouden", and "is niet
    verplicht de kosten te vergoeden" as "hoeft de kosten niet te vergoeden".
    """
    words = list(reading.words)
    at = next((p for p, w in enumerate(words) if w.norm == "verplicht" or w.norm in _HAS_TO), None)
    if at is None:
        return reading
    near = reading.segment_at(at)
    verb = at if words[at].norm in _HAS_TO else next((p for p in near if words[p].norm in _HAS_BECOME), None)
    sentence = [p for p, w in enumerate(words) if w.sentence == words[at].sentence]
    te = next((p for p in sentence if p > at and words[p].norm == "te"), None)
    denial = next((p for p in near if words[p].norm in lexicon.NEGATIONS), None)
    if verb is None or te is None or (denial is not None and (words[denial].norm != "niet" or verb == at)):
        return reading
    past = words[verb].norm in ("was", "waren", "diende", "dienden")
    must = ("moest" if past else "moet") if denial is None else ("hoefde" if past else "hoeft")
    words[verb] = replace(words[verb], norm=must, key=agreement_key(must))
    gone = {at} - {verb} | {p for p in (at + 1,) if words[p].norm == "om"}
    if denial is None:
        if words[te - 1].norm in SEPARABLE and te + 1 < len(words):  # "af te leggen" as "afleggen"
            norm = words[te - 1].norm + words[te + 1].norm
            words[te + 1] = replace(words[te + 1], norm=norm, raw=norm, key=agreement_key(norm))
            gone.add(te - 1)
        return reread(tuple(w for p, w in enumerate(words) if p not in gone | {te}))
    last = te - 1 if words[te - 1].norm in SEPARABLE else te
    before = [w for p, w in enumerate(words[:last]) if p not in gone | {denial}]
    return reread((*before, words[denial], *words[last:]))


_HAS_TO = frozenset("dient dienen diende dienden".split())


def _if_first(reading: Reading) -> Reading:
    """ "Gebeurt dat niet, dan volgt een boete" as "als dat niet gebeurt, volgt een boete"."""
    words = reading.words
    for start, verb in enumerate(words):
        if "^" not in verb.border or not verb.is_verb:
            continue
        dan = next((p for p in range(start + 1, len(words)) if words[p].border), 0)
        if dan and words[dan].norm == "dan" and words[dan].border == "," and dan + 1 < len(words):
            opener = replace(verb, norm="als", raw="als", key="als")
            moved = (opener, *words[start + 1 : dan], replace(verb, border=""))
            return reread((*words[:start], *moved, replace(words[dan + 1], border=","), *words[dan + 2 :]))
    return reading


def _only_when(reading: Reading, other: Reading) -> Reading:
    """ "Mag alleen weigeren als" as "mag weigeren alleen als", where only verbs stand between and `other` has
    it so.
    """
    words, pairs = reading.words, set(pairwise(other.norms))
    for at, word in enumerate(words):
        end = at + 1
        while end < len(words) and (words[end].is_verb or verb_of_participle(words[end].norm)):
            end += 1
        moves = word.norm in ("alleen", "pas", "slechts") and not word.border and at + 1 < end < len(words)
        if moves and words[end].norm in _WHEN and (word.norm, words[end].norm) in pairs:
            moved = (replace(word, border=","), replace(words[end], border=""))
            return reread((*words[:at], *words[at + 1 : end], *moved, *words[end + 1 :]))
    return reading


_WHEN = frozenset("als indien wanneer nadat zodra".split())


def _hangs(words: list[Word], at: int, stop: int) -> bool:
    """Whether the preposition here has nothing behind it: it is the end of a "daar" in front."""
    if words[at].norm not in lexicon.PREPOSITIONS:
        return False
    after = words[at + 1] if at + 1 < stop else None
    return after is None or after.is_verb or bool(verb_of_participle(after.norm))


def _share_first(reading: Reading) -> Reading:
    """ "Van de scholen heeft 62 procent een tuin" as "62 procent van de scholen heeft een tuin", where the
    clause counts one thing.
    """
    words = list(reading.words)
    for at, word in enumerate(words):
        if word.norm != "van" or "^" not in word.border:
            continue
        segment = reading.segment_at(at)
        verb = next((p for p in segment if words[p].is_verb), segment.stop)
        counts = [p for p in range(verb, segment.stop) if _counts(words, p)]
        if len(counts) != 1:
            continue
        start = counts[0] - (words[counts[0] - 1].norm in lexicon.PREPOSITIONS | lexicon.ARTICLES)
        end = counts[0] + 1
        while end < segment.stop and words[end].norm in SCALES | UNIT_NAMES:
            end += 1
        share = words[start:end]
        share[0], words[at] = replace(share[0], border=word.border), replace(word, border="")
        return reread((*words[:at], *share, *words[at:start], *words[end:]))
    return reading


def _counts(words: list[Word], at: int) -> bool:
    """Whether the word here says how many, and not in which year or on which day."""
    word, before, after = words[at], words[at - 1], words[at + 1 : at + 2]
    if word.norm in ("helft", "kwart"):
        return True
    dated = word.is_year and before.norm in lexicon.PREPOSITIONS | MONTH_NAMES
    return is_number(word.norm) and not dated and not any(w.norm in MONTH_NAMES for w in after)


def _opened_alike(reading: Reading, other: Reading) -> Reading:
    """`reading` with in front of the verb what `other` has there, where that says when, where or how, and
    with behind the verb what stood in front: "moet de winning verminderen bij een beving". A clause that
    stood in front goes to the end.
    """
    groups = group_words(other)
    for start, verb in _openings(other):
        doubt = lexicon.sensitive_kind(other.norms, start) == "hedge"  # "mogelijk", by itself too
        if verb < start + 2 - doubt or any(_may_do(other, groups[p]) for p in range(start, verb)):
            continue
        moved = _moved_to_front(reading, [w.key for w in other.words[start:verb]])
        if moved is not None:
            return moved
    return reading


def _openings(reading: Reading) -> Iterator[tuple[int, int]]:
    """Where each sentence starts that is told by its first verb, or whose first clause hangs on what comes
    behind it, and where that verb stands.
    """
    words = reading.words
    for start, first in enumerate(words):
        if "^" not in first.border:
            continue
        hung = first.norm in lexicon.SUBORDINATORS
        rest = range(start + 1, len(words))
        verb = next((p for p in rest if words[p].border or (words[p].is_verb and not hung)), start)
        if words[verb].is_verb and words[verb].border == ("," if hung else ""):
            yield start, verb


def _may_do(reading: Reading, group: WordGroup) -> bool:
    """Whether this group may be who does it: hangs on nothing, tells no time, says more than "uiterlijk"."""
    content = [p for p in group.places if reading.words[p].is_content]
    first = reading.words[group.places[0]].norm
    hangs = group.opener is not None or group.temporal or first == "dan"
    small = all(
        reading.words[p].norm in lexicon.ADVERBS or lexicon.sensitive_kind(reading.norms, p) in _BEARS_ON
        for p in content
    )
    return not (hangs or small)


_BEARS_ON = ("limit", "hedge")  # "uiterlijk op 1 mei", "naar schatting"


def _moved_to_front(reading: Reading, opening: list[str]) -> Reading | None:
    words = reading.words
    for start, verb in _openings(reading):
        for at in range(verb + 1, len(words) - len(opening) + 1):
            end = at + len(opening)
            if words[at].border:
                break
            joined = words[at - 1].norm in lexicon.COORDINATORS  # of another clause: "en in Goes de minste"
            if joined or [w.key for w in words[at:end]] != opening or any(w.border for w in words[at:end]):
                continue
            front = words[start:verb]
            first = replace(words[at], border=front[0].border)
            head = replace(front[0], border="," if words[verb].border else "")
            before, rest = (first, *words[at + 1 : end]), (*words[verb + 1 : at], *words[end:])
            own = [w for w in rest if w.sentence == first.sentence]
            others = rest[len(own) :]
            finite = replace(words[verb], border="")
            if words[verb].border:
                moved = (*before, finite, *own, head, *front[1:], *others)
            else:
                moved = (*before, finite, head, *front[1:], *rest)
            return reread((*words[:start], *moved))
    return None


def _given(reading: Reading) -> Reading:
    """ "Stuurt een brief aan de raad" as "stuurt de raad een brief"."""
    words = reading.words
    te = [p for p, w in enumerate(words) if w.norm == "te"]
    at = next((p for p, w in enumerate(words) if w.norm == "aan" and not w.border and p + 1 not in te), None)
    verb = next((p for p, w in enumerate(words) if w.is_verb), None)
    if at is None or verb is None or at < verb or words[at].sentence != words[verb].sentence:
        return reading
    groups = group_words(reading)
    places = [p for p in groups[at].places if p > at]
    opening = groups[reading.segment_at(verb).start]
    # whoever does it stands in front, so that what comes behind the verb cannot be taken for that
    if not places or at not in reading.segment_at(verb) or verb in opening.places:
        return reading
    if opening.opener is not None or opening.temporal:
        return reading
    moved = [replace(words[p], border="") for p in places]
    rest = [w for p, w in enumerate(words) if p > verb and p != at and p not in places]
    return reread((*words[: verb + 1], *moved, *rest))


def _active(reading: Reading, other: Reading) -> Reading:
    """ "De boete wordt door de inspectie opgelegd" as "de inspectie legt de boete op", where `other` has that
    verb: who does it in front, then the verb, then all else in its order.
    """
    words = reading.words
    by = next((p for p, w in enumerate(words) if w.norm == "door" and not w.is_verb), None)
    near = reading.segment_at(by) if by is not None else range(0)
    helping = next((p for p in near if words[p].norm in lexicon.PASSIVE), None)
    if by is None or helping is None:
        return reading
    doer = _doer(reading, by, other)
    modal = next((p for p in near if words[p].norm in AUXILIARIES - lexicon.PASSIVE), None)
    verbs = [w for w in other.words if w.is_verb and w.norm not in AUXILIARIES]
    finite = {same_verb(verb_of(w.norm)): w for w in verbs}
    whole = {same_verb(w.norm): w for w in other.words}
    has = next((w for w in other.words if w.norm in _HAS), None)
    done = {w.key for w in other.words} if has is not None else set()
    for at, word in enumerate(words):
        infinitive = same_verb(verb_of_participle(word.norm))
        if not infinitive or not doer or at < min(by, helping) or at in doer:
            continue
        gone = {at, by, helping, *doer}
        verb: Word | None
        if words[helping].norm == "worden" and modal is not None:
            verb = words[modal]  # "kan door scholen worden aangevraagd": "scholen kunnen aanvragen"
            last = [whole[infinitive]] if infinitive in whole else []
            gone.add(modal)
        elif words[helping].norm in _IS and word.key in done:
            verb, last = has, [word]
        else:
            verb = finite.get(infinitive)
            last = []
            if verb is None or is_past(verb.norm) == (words[helping].norm in ("wordt", "worden")):
                continue
        rest = [w for p, w in enumerate(words) if p not in gone]
        if verb is None or (modal in gone and not last) or _does_it(other, verb, rest, doer=words[doer[0] :]):
            continue
        first, *others = (words[p] for p in doer)
        rest = [w for p, w in enumerate(words) if p not in gone and p < at]
        after = [w for p, w in enumerate(words) if p not in gone and p > at]
        last = [replace(w, border="", sentence=word.sentence) for w in last]
        front = (replace(first, border="^"), *others, replace(verb, border="", sentence=word.sentence))
        return reread((*front, *_unopened(rest), *last, *_unopened(after)))
    return reading


def _does_it(other: Reading, verb: Word, rest: list[Word], *, doer: tuple[Word, ...]) -> bool:
    """Whether what it is done to is who does it in `other`, by this verb there."""
    at = next((p for p, w in enumerate(other.words) if w.key == verb.key), None)
    subject = subject_of(other, group_words(other), at) if at is not None else ()
    keys = {other.words[p].key for p in subject if other.words[p].is_content}
    return bool(keys & {w.key for w in rest}) and not keys & {w.key for w in doer}


def _doer(reading: Reading, by: int, other: Reading) -> list[int]:
    """The places of whoever does it, behind this "door", with what is told of them: "scholen waar ..."; no
    further than `other` goes on alike, where it names them.
    """
    words = reading.words
    doer = [p for p in group_words(reading)[by].places if p > by and not verb_of_participle(words[p].norm)]
    keys, theirs = [words[p].key for p in doer], [w.key for w in other.words]
    for length in range(len(doer), 0, -1):
        alike = any(theirs[at : at + length] == keys[:length] for at in range(len(theirs)))
        if alike and words[doer[length - 1]].is_content:
            doer = doer[:length]
            break
    after = doer[-1] + 1 if doer else len(words)
    if after < len(words) and words[after].norm in lexicon.SUBORDINATORS and not words[after].border:
        doer.extend(p for p in range(after, len(words)) if words[p].sentence == words[by].sentence)
    return doer


def _unopened(words: list[Word]) -> list[Word]:
    """`words` that follow on others: the first begins no sentence any more."""
    return [replace(w, border=w.border.replace("^", "")) for w in words]


def _in_tense(claim: Reading, evidence: Reading) -> tuple[Reading, Reading]:
    """Both with "heeft geadviseerd" as "adviseerde" and "werd gesloten" as "is gesloten", where the other has
    it so.
    """
    claim, evidence = _as_past(claim, evidence), _as_past(evidence, claim)
    return _as_done(claim, evidence), _as_done(evidence, claim)


def _as_past(reading: Reading, other: Reading) -> Reading:
    past = {same_verb(verb_of(w.norm)): w for w in other.words if w.is_verb and is_past(w.norm)}
    words, gone = list(reading.words), set()
    for at, word in enumerate(reading.words):
        infinitive = verb_of_participle(word.norm)
        verb = past.get(same_verb(infinitive))
        if verb is None or (word.is_verb and is_past(word.norm)):
            continue
        # "de minister is gewaarschuwd" is not "de minister waarschuwde"
        helping = _HAS_DONE | (_HAS_BECOME if infinitive in lexicon.DONE_WITH_IS else frozenset())
        mine = _helping(reading, at, helping)
        if mine is not None:
            words[mine] = replace(words[mine], norm=verb.norm, key=verb.key, raw=verb.raw)
            gone.add(at)
    return reread(tuple(w for at, w in enumerate(words) if at not in gone)) if gone else reading


def _as_done(reading: Reading, other: Reading) -> Reading:
    """`reading` with the "werd" of a participle that `other` has with "is" as that "is"."""
    words, theirs = list(reading.words), other.words
    for at, word in enumerate(reading.words):
        helping = _helping(reading, at, _BECAME) if verb_of_participle(word.norm) else None
        there = [p for p, w in enumerate(theirs) if w.key == word.key]
        done = next((d for p in there if (d := _helping(other, p, _IS)) is not None), None)
        if helping is not None and done is not None:
            words[helping] = replace(words[helping], norm=theirs[done].norm, key=theirs[done].key)
    return reread(tuple(words)) if tuple(words) != reading.words else reading


_BECAME = frozenset("werd werden".split())


def _helping(reading: Reading, at: int, verbs: frozenset[str]) -> int | None:
    """The place of the one of `verbs` in the clause of this participle."""
    return next((p for p in reading.clause_at(at) if reading.words[p].norm in verbs), None)


def _pointing_back(claim: Reading, before: tuple[Reading, ...], sentence: Reading) -> Iterator[Reading]:
    """`claim` with what it names in full called as `sentence` calls it, which points back at what is named in
    `before`: "de nieuwe gevangenis in Goes" as "de gevangenis", "het noodbevel" as "het bevel".
    """
    named = [w for reading in before for w in reading.words]
    for at, head in enumerate(sentence.words):
        if not at or not head.is_content or head.is_verb or sentence.words[at - 1].norm not in _POINTS:
            continue
        if head.border or _named_further(sentence, at):
            continue
        same = [p for p, w in enumerate(named) if _is_head(w, head)]
        if len(same) == 1 and (shorter := _shortened(claim, named, same[0], sentence.words[at - 1 : at + 1])):
            yield shorter
    first, subject = sentence.words[0], before[-1].words[:2]
    if first.norm in ("zij", "hij") and len(subject) == 2 and subject[1].norm in _OFFICE:
        for at, word in enumerate(claim.words):
            if word.norm == subject[1].norm and at and claim.words[at - 1].norm in lexicon.ARTICLES:
                pronoun = replace(first, border=claim.words[at - 1].border)
                yield reread((*claim.words[: at - 1], pronoun, *claim.words[at + 1 :]))


def _named_further(sentence: Reading, head: int) -> bool:
    """Whether what stands behind the head says which one is meant: "de Wet B", "de wet voor scholen"."""
    follows = next(iter(sentence.words[head + 1 : head + 2]), None)
    if follows is None or follows.border or follows.is_verb:
        return False
    verb = next((p for p in sentence.segment_at(head) if sentence.words[p].is_verb), head)
    # in front of the verb stands one thing, with all that belongs to it
    return head < verb or follows.is_content or follows.norm in ("van", "voor")


def _is_head(word: Word, head: Word) -> bool:
    """Whether `word` is what `head` may point back at: the same thing, or a kind of it."""
    longer = len(head.norm) >= _SHORTEST_HEAD and word.norm.endswith(head.norm)
    return not word.is_verb and (word.key == head.key or longer)


def _shortened(claim: Reading, named: list[Word], at: int, short: tuple[Word, ...]) -> Reading | None:
    """`claim` with the name that stands around place `at` of `named` given as `short`."""
    words = claim.words
    for here, word in enumerate(words):
        if word.key != named[at].key:
            continue
        start, back = here, at
        while start and back and _goes_on(words[start - 1], named[back - 1], words[start].border):
            start, back = start - 1, back - 1
            if words[start].norm in lexicon.DETERMINERS:
                break
        if words[start].norm not in lexicon.DETERMINERS and start and not words[start].border:
            start -= 1
        if words[start].norm not in lexicon.DETERMINERS:
            continue
        stop, forth = here + 1, at + 1
        while (
            stop < len(words)
            and forth < len(named)
            and _goes_on(words[stop], named[forth], words[stop].border + named[forth].border)
        ):
            stop, forth = stop + 1, forth + 1
        first = replace(short[0], border=words[start].border, sentence=words[start].sentence)
        rest = [replace(w, border="", sentence=first.sentence) for w in short[1:]]
        return reread((*words[:start], first, *rest, *words[stop:]))
    return None


def _goes_on(word: Word, named: Word, border: str) -> bool:
    return word.key == named.key and not (border or word.is_verb)
