from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from learninglion.inference.encoders import Vectors, normalised
from learninglion.search.local import Sketch, sketched


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
