from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from numpy.typing import NDArray

from archives import SUBJECTS, make_archive, make_entry
from learninglion.database.files import exclusive
from learninglion.inference.encoders import VectorCache, Vectors, normalised
from learninglion.models.errors import ConflictError, LearningLionError
from learninglion.search.local import (
    Addition,
    Index,
    Lexicon,
    Sketch,
    merge,
    open_segment,
    sketched,
    write_segment,
)
from learninglion.search.scoring import Entries, Terms, analyse, background_answers
from learninglion.search.search import search
from learninglion.store.store import MemoryReader
from learninglion.testing import HashingEncoder


def found(index: Index, reader: MemoryReader, question: str) -> list[str]:
    return [hit.source.document.id for hit in search(index, reader, question)]


def test_every_pair_is_found_by_its_own_subject(tmp_path: Path) -> None:
    reader = MemoryReader(make_archive())
    index = Index(tmp_path, HashingEncoder())
    assert index.update(reader) == len(SUBJECTS)
    for number, (_, body) in enumerate(SUBJECTS):
        assert found(index, reader, body)[0] == f"d{number}"


def test_an_index_that_does_not_exist_says_so(tmp_path: Path) -> None:
    index = Index(tmp_path, HashingEncoder())
    assert index.state().problem
    with pytest.raises(LearningLionError, match="nog geen zoekregister"):
        index.snapshot()


def test_additions_replacements_and_deletions_follow_the_store(tmp_path: Path) -> None:
    reader = MemoryReader(make_archive())
    index = Index(tmp_path, HashingEncoder())
    index.update(reader)
    reader.put([make_entry("nieuw", "Hoe zit het met molens?", "De molens krijgen subsidie voor herstel.")])
    reader.put([make_entry("d1", "Hoeveel trams rijden er?", "Er rijden dertig trams door de stad.")])
    reader.remove("d5")
    assert index.update(reader) == 3
    assert found(index, reader, "subsidie voor molens")[0] == "nieuw"
    assert found(index, reader, "trams door de stad")[0] == "d1"
    assert "d5" not in found(index, reader, "bouw van de nieuwe brug")
    assert index.state().sources == len(SUBJECTS)
    assert index.update(reader) == 0


def test_a_small_change_leaves_the_written_segments_alone(tmp_path: Path) -> None:
    reader = MemoryReader(make_archive())
    index = Index(tmp_path, HashingEncoder())
    index.update(reader)
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.npy")}
    reader.put([make_entry("nieuw", "Hoe zit het met molens?", "De molens krijgen subsidie voor herstel.")])
    index.update(reader)
    assert all(p.stat().st_mtime_ns == moment for p, moment in before.items())


def test_many_small_changes_are_merged_and_lose_nothing(tmp_path: Path) -> None:
    reader = MemoryReader(make_archive())
    index = Index(tmp_path, HashingEncoder())
    index.update(reader)
    for number in range(20):
        body = f"Over onderwerp nummer{number} wordt later bericht."
        reader.put([make_entry(f"x{number}", f"Wat is nummer{number}?", body)])
        index.update(reader)
    assert index.state().segments < 9
    assert index.state().sources == len(SUBJECTS) + 20
    assert index.verify() == ""
    for number in (0, 7, 19):
        assert found(index, reader, f"nummer{number}")[0] == f"x{number}"


def test_incremental_and_rebuilt_give_the_same_order(tmp_path: Path) -> None:
    archive = make_archive()
    reader = MemoryReader(archive[:3])
    index = Index(tmp_path / "a", HashingEncoder())
    index.update(reader)
    reader.put(archive[3:])
    index.update(reader)
    index.rebuild(reader)
    fresh = Index(tmp_path / "b", HashingEncoder())
    fresh.update(reader)
    for question, _ in SUBJECTS:
        one, other = search(index, reader, question), search(fresh, reader, question)
        assert [(h.source.id, h.score) for h in one] == [(h.source.id, h.score) for h in other]


def test_another_process_sees_a_change_at_its_next_search(tmp_path: Path) -> None:
    reader = MemoryReader(make_archive())
    writer = Index(tmp_path, HashingEncoder())
    writer.update(reader)
    other = Index(tmp_path, HashingEncoder())
    reader.put([make_entry("nieuw", "Hoe zit het met molens?", "De molens krijgen subsidie voor herstel.")])
    writer.update(reader)
    assert found(other, reader, "subsidie voor molens")[0] == "nieuw"


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    reader = MemoryReader(make_archive())
    index = Index(tmp_path, HashingEncoder())
    with exclusive(tmp_path / "lock", "toets"), pytest.raises(ConflictError):
        index.update(reader, wait=0.0)


@pytest.mark.parametrize(
    "victim", ["current.json", "frame.npz", "vectors.npy", "levels.npy", "names.json", "meta.json"]
)
def test_damage_is_noticed_and_mended_by_an_update(tmp_path: Path, victim: str) -> None:
    reader = MemoryReader(make_archive())
    Index(tmp_path, HashingEncoder()).update(reader)
    damaged = next(iter(tmp_path.rglob(victim)))
    damaged.write_bytes(damaged.read_bytes()[: damaged.stat().st_size // 2])
    index = Index(tmp_path, HashingEncoder())
    assert index.state().problem
    index.update(reader)
    assert index.state().problem == ""
    assert found(index, reader, SUBJECTS[1][1])[0] == "d1"


def test_an_index_of_another_store_or_encoder_is_not_served(tmp_path: Path) -> None:
    reader = MemoryReader(make_archive(), store_id="een")
    Index(tmp_path, HashingEncoder()).update(reader)
    other = HashingEncoder()
    other.name = "iets anders"
    assert "ander embeddingmodel" in Index(tmp_path, other).state().problem
    second = MemoryReader([make_entry("z", "Wat is er?", "Er is een andere opslag.")], store_id="twee")
    index = Index(tmp_path, HashingEncoder())
    index.update(second)
    assert index.state().sources == 1


def test_what_a_killed_update_left_behind_does_not_count(tmp_path: Path) -> None:
    reader = MemoryReader(make_archive())
    index = Index(tmp_path, HashingEncoder())
    index.update(reader)
    manifest = (tmp_path / "current.json").read_bytes()
    reader.put([make_entry("nieuw", "Hoe zit het met molens?", "De molens krijgen subsidie voor herstel.")])
    index.update(reader)
    (tmp_path / "current.json").write_bytes(manifest)  # as if killed just before the manifest was replaced
    again = Index(tmp_path, HashingEncoder())
    assert again.state().sources == len(SUBJECTS)
    again.update(reader)
    assert again.state().sources == len(SUBJECTS) + 1
    assert found(again, reader, "subsidie voor molens").count("nieuw") == 1


def test_texts_are_embedded_once(tmp_path: Path) -> None:
    told: list[int] = []

    class Counting(HashingEncoder):
        def encode_passages(self, texts):  # type: ignore[no-untyped-def]
            told.append(len(texts))
            return super().encode_passages(texts)

    reader = MemoryReader(make_archive())
    cache = VectorCache(tmp_path / "vectors.db")
    index = Index(tmp_path / "index", Counting(), cache)
    index.update(reader)
    assert sum(told) == len(SUBJECTS) + len(background_answers())
    index.rebuild(reader)
    assert sum(told) == len(SUBJECTS) + len(background_answers())


def test_the_manifest_names_only_what_is_on_disk(tmp_path: Path) -> None:
    reader = MemoryReader(make_archive())
    Index(tmp_path, HashingEncoder()).update(reader)
    data = json.loads((tmp_path / "current.json").read_text("utf-8"))
    for name in data["segments"]:
        assert (tmp_path / data["generation"] / name / "sums.json").exists()


def test_another_encoder_takes_over_while_searches_and_updates_go_on(tmp_path: Path) -> None:
    reader = MemoryReader(make_archive())
    former = HashingEncoder(64)
    Index(tmp_path / "index", former).update(reader)
    met: list[str] = []

    def work() -> None:
        reader.put([make_entry("molens", "Hoe zit het met molens?", "De molens krijgen subsidie.")])
        assert index.update(reader, wait=0.0) in (0, 1)
        met.extend([*found(index, reader, SUBJECTS[1][1])[:1], *found(index, reader, "molens")[:1]])

    class Watching(HashingEncoder):
        def encode_passages(self, texts):  # type: ignore[no-untyped-def]
            if not met:
                worker = Thread(target=work)
                worker.start()
                worker.join(20)
                assert not worker.is_alive()
            return super().encode_passages(texts)

    cache = VectorCache(tmp_path / "vectors.db")
    fresh = Watching(96, "nieuwer")
    index = Index(tmp_path / "index", fresh, cache, others={former.name: former}.get)
    assert (index.state().encoder, index.state().wanted) == (former.name, "nieuwer")
    assert index.update(reader) == 0
    assert index.state().encoder == former.name, "an update is no reason to encode everything"
    told: list[tuple[int, int]] = []
    assert index.switch(reader, lambda done, total: told.append((done, total))) == len(SUBJECTS) + 1
    assert told[-1] == (len(SUBJECTS), len(SUBJECTS))
    assert (index.state().encoder, index.state().wanted) == ("nieuwer", "")
    assert met == ["d1", "molens"]
    assert found(index, reader, SUBJECTS[2][1])[0] == "d2"
    assert found(index, reader, "molens")[0] == "molens"
    assert index.switch(reader) == 0


def test_rebuilding_brings_the_wanted_encoder(tmp_path: Path) -> None:
    reader = MemoryReader(make_archive())
    former = HashingEncoder(64)
    Index(tmp_path, former).update(reader)
    index = Index(tmp_path, HashingEncoder(96, "nieuwer"), others={former.name: former}.get)
    assert index.rebuild(reader) == len(SUBJECTS)
    assert index.state().encoder == "nieuwer"


def test_a_process_that_was_opened_with_the_former_encoder_follows(tmp_path: Path) -> None:
    reader = MemoryReader(make_archive())
    encoders = {e.name: e for e in (HashingEncoder(64), HashingEncoder(96, "nieuwer"))}
    old = Index(tmp_path, encoders["hashing"], others=encoders.get)
    old.update(reader)
    Index(tmp_path, encoders["nieuwer"], others=encoders.get).switch(reader)
    assert found(old, reader, SUBJECTS[3][1])[0] == "d3"
    assert old.state().encoder == "nieuwer"
    reader.put([make_entry("molens", "Hoe zit het met molens?", "De molens krijgen subsidie.")])
    assert old.update(reader) == 1
    assert found(old, reader, "molens")[0] == "molens"
    assert old.state().encoder == "nieuwer", "it does not turn the change back"


def test_another_model_under_the_same_name_makes_the_index_anew(tmp_path: Path) -> None:
    reader = MemoryReader(make_archive())
    Index(tmp_path, HashingEncoder(64, "endpoint")).update(reader)
    reader.put([make_entry("molens", "Hoe zit het met molens?", "De molens krijgen subsidie.")])
    index = Index(tmp_path, HashingEncoder(48, "endpoint"))
    assert index.update(reader) == len(SUBJECTS) + 1
    assert found(index, reader, "molens")[0] == "molens"


def test_one_process_at_a_time_brings_another_encoder(tmp_path: Path) -> None:
    reader = MemoryReader(make_archive())
    former = HashingEncoder(64)
    Index(tmp_path, former).update(reader)
    index = Index(tmp_path, HashingEncoder(96, "nieuwer"), others={former.name: former}.get)
    with exclusive(tmp_path / "switch.lock", "toets"), pytest.raises(ConflictError):
        index.switch(reader)


SWITCH = """
import os, signal, sys
from pathlib import Path
from archives import make_archive
from learninglion.search import local as building
from learninglion.inference import encoders
from learninglion.search.scoring import background_answers
from learninglion.search.local import Index
from learninglion.store.store import MemoryReader
from learninglion.inference.encoders import VectorCache
from learninglion.testing import HashingEncoder

place, most = Path(sys.argv[1]), int(sys.argv[2])
building._AT_ONCE = 1

class Mortal(HashingEncoder):
    done = 0
    def encode_passages(self, texts):
        if Mortal.done >= most:
            os.kill(os.getpid(), signal.SIGKILL)
        Mortal.done += len(texts)
        return super().encode_passages(texts)

former = HashingEncoder(64)
index = Index(
    place / "index",
    Mortal(96, "nieuwer"),
    VectorCache(place / "vectors.db"),
    others={former.name: former}.get,
)
index.switch(MemoryReader(make_archive()))
print(Mortal.done)
"""


def test_a_change_of_encoder_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    reader = MemoryReader(make_archive())
    Index(tmp_path / "index", HashingEncoder(64)).update(reader)
    here = Path(__file__).resolve().parents[1]
    path = os.pathsep.join([str(here), str(here.parent / "src")])

    def run(most: int) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", SWITCH, str(tmp_path), str(most)]
        return subprocess.run(
            command, capture_output=True, text=True, timeout=120, env={**os.environ, "PYTHONPATH": path}
        )

    assert run(4).returncode == -signal.SIGKILL
    encoders = {e.name: e for e in (HashingEncoder(64), HashingEncoder(96, "nieuwer"))}
    between = Index(tmp_path / "index", encoders["nieuwer"], others=encoders.get)
    assert between.state().encoder == "hashing"
    assert found(between, reader, SUBJECTS[1][1])[0] == "d1"
    ended = run(100)
    assert ended.returncode == 0, ended.stderr
    assert int(ended.stdout) == len(SUBJECTS) - 4 + len(background_answers())
    assert between.state().encoder == "nieuwer"
    assert found(between, reader, SUBJECTS[1][1])[0] == "d1"


def test_a_long_run_of_signs_is_cut_before_it_is_encoded(tmp_path: Path) -> None:
    lengths: list[int] = []

    class Watching(HashingEncoder):
        def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
            lengths.extend(map(len, texts))
            return super().encode_passages(texts)

    reader = MemoryReader([make_entry("d", "Wat staat er?", "Het molenregister " + "abcdefghij" * 100_000)])
    index = Index(tmp_path, Watching())
    index.update(reader)
    assert max(lengths) < 1000
    assert found(index, reader, "molenregister") == ["d"]


def test_the_order_in_which_documents_came_changes_no_score(tmp_path: Path) -> None:
    """Also after replacing, deleting and merging: the same archive is the same search."""
    entries = [
        make_entry(f"d{n}-{i}", f"{q} ({i})", f"{b} {i}")
        for i in range(4)
        for n, (q, b) in enumerate(SUBJECTS)
    ]
    whole, grown = MemoryReader(entries), MemoryReader()
    one, many = (Index(tmp_path / name, HashingEncoder()) for name in ("one", "many"))
    one.update(whole)
    for entry in reversed(entries):
        grown.put([make_entry(entry[0].document.id, "Iets anders?", "Dit wordt zo vervangen.")])
        many.update(grown)
        grown.put([entry])
        many.update(grown)
    grown.put([make_entry("weg", "Gaat dit weg?", "Dit stuk gaat weer weg.")])
    many.update(grown)
    grown.remove("weg")
    many.update(grown)
    assert many.state().segments > 1
    for question, _ in SUBJECTS:
        hits = [
            [(h.source.id, h.score, h.passage.id) for h in search(index, reader, question)]
            for index, reader in ((one, whole), (many, grown))
        ]
        assert hits[0] == hits[1]


def test_files_of_a_change_that_was_killed_before_its_commit_are_in_nobodys_way(tmp_path: Path) -> None:
    def addition(key: int) -> Addition:
        words = Terms(np.array([key, 7], dtype=np.uint64), np.array([1, 1], dtype=np.int32))
        return key, f"doc-{key}", (words, words)

    Lexicon(tmp_path / "before").change([addition(n) for n in range(4)], (), 0)
    shutil.copytree(tmp_path / "before", tmp_path / "after")
    Lexicon(tmp_path / "after").change([addition(4)], ("doc-1",), 4)
    for path in (tmp_path / "after").iterdir():  # all that it wrote, but for the commit itself
        if path.name != "meta.json":
            shutil.copy(path, tmp_path / "before")
    killed = Lexicon(tmp_path / "before")
    killed.change([addition(4)], ("doc-1",), 4)
    assert sorted(killed.search((((7, 1.0),), ()), 9).tolist()) == [0, 2, 3, 4]


def test_vectors_come_back_nearly_as_they_were_also_after_a_merge(tmp_path: Path) -> None:
    vectors = normalised(np.random.default_rng(3).standard_normal((40, 384)).astype(np.float32))
    vectors[7] = 0  # a text that an encoder makes nothing of
    entries = Entries()
    for number in range(20):
        entries.keys.append(number)
        entries.documents.append(f"d{number}")
        entries.sources.append(f"d{number}#1")
        entries.terms.append((analyse("Waarom?"), analyse(f"Om reden {number}.")))
        entries.passages.append((1, 1))
        entries.vectors.append(vectors[2 * number : 2 * number + 2])
    write_segment(tmp_path, "a", entries, 384)
    segment = open_segment(tmp_path, "a", whole=True)
    everything = np.arange(40)
    placed = segment.placed(everything)
    assert (placed @ vectors.T - vectors @ vectors.T).std() < 0.0005
    assert not placed[7].any()
    segment.alive[0] = False
    merge(tmp_path, "b", [segment])
    merged = open_segment(tmp_path, "b")
    assert np.array_equal(merged.placed(everything[:38]), placed[2:]), "merging rounds nothing again"


def directions(count: int, dimensions: int) -> Vectors:
    random = np.random.default_rng(count)
    return normalised(random.standard_normal((count, dimensions)).astype(np.float32))


@pytest.mark.parametrize("dimensions", [16, 128, 200, 384])
def test_a_sketch_tells_cosines_within_hundredths(dimensions: int) -> None:
    vectors, asked = directions(3000, dimensions), directions(1, dimensions)[0]
    told = Sketch(*sketched(vectors)).cosines(asked)
    assert told.shape == (3000,)
    assert np.abs(told - vectors @ asked).max() < 0.08
    # who is nearest by far is so at first look
    near = normalised(asked[None] + 0.2 * vectors[:1])
    assert int(Sketch(*sketched(np.concatenate([vectors, near]))).cosines(asked).argmax()) == 3000


def test_the_nearest_are_among_the_first_at_first_look() -> None:
    vectors, asked = directions(20_000, 384), directions(5, 384)
    sketch = Sketch(*sketched(vectors))
    for vector in asked:
        nearest = np.argsort(-(vectors @ vector))[:30]
        first = np.argsort(-sketch.cosines(vector))[:100]
        assert len(set(nearest.tolist()) & set(first.tolist())) >= 29


def test_a_sketch_of_nothing_and_of_a_vector_without_length() -> None:
    nothing = Sketch(*sketched(np.zeros((0, 384), dtype=np.float32)))
    assert nothing.cosines(directions(1, 384)[0]).shape == (0,)
    rows = np.concatenate([np.zeros((1, 16), dtype=np.float32), directions(1, 16)])
    told = Sketch(*sketched(rows)).cosines(rows[1])
    assert told[0] == 0
    assert told[1] == pytest.approx(1, abs=0.03)


def test_a_sketch_is_the_same_from_a_file_and_for_everybody_who_asks(tmp_path: Path) -> None:
    vectors, asked = directions(5000, 384), directions(1, 384)[0]
    levels, scales = sketched(vectors)
    np.save(tmp_path / "levels.npy", levels)
    mapped = np.asarray(np.load(tmp_path / "levels.npy", mmap_mode="r"))
    sketch, again = Sketch(levels, scales), Sketch(mapped, scales)
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: again.cosines(asked).tobytes(), range(8)))
    assert set(told) == {sketch.cosines(asked).tobytes()}
    assert np.array_equal(mapped, levels), "letting go of memory loses nothing"
