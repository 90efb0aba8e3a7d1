from __future__ import annotations

from pathlib import Path

import numpy as np

from learninglion.inference.encoders import normalised
from learninglion.search.analysis import analyse
from learninglion.search.local import merge, open_segment, write_segment
from learninglion.search.segments import Entries


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
