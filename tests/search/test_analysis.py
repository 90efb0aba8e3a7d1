from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from learninglion.dutch.text import stem
from learninglion.search.scoring import BUCKETS, Terms, analyse, grams_of, weighted


def test_inflections_share_a_stem_and_accents_do_not_count() -> None:
    assert stem("vergunningen") == stem("Vergunning")
    assert stem("coördinatie") == stem("coordinatie")


def test_parts_of_a_compound_share_grams_with_it() -> None:
    shared = np.intersect1d(grams_of("vuurwerkopslag"), grams_of("opslag van vuurwerk"))
    assert len(shared) >= 5


def test_grams_stay_within_words() -> None:
    apart = set(grams_of("stal").tolist()) | set(grams_of("brand").tolist())
    assert set(grams_of("stal brand").tolist()) == apart


@given(st.text(max_size=200))
def test_any_text_can_be_analysed_and_the_order_of_words_does_not_matter(text: str) -> None:
    for terms in analyse(text):
        assert (np.diff(terms.ids.astype(np.int64)) > 0).all()
        assert (terms.ids < BUCKETS).all()
        assert (terms.counts > 0).all()


def test_lone_surrogates_do_not_stop_the_analysis() -> None:
    assert analyse("kapot \ud800 teken")[0].length >= 2


def test_weights_take_the_largest_and_the_root_of_the_count() -> None:
    question = Terms(np.array([1, 2], dtype=np.uint32), np.array([4.0, 1.0], dtype=np.float32))
    around = Terms(np.array([2, 3], dtype=np.uint32), np.array([100.0, 1.0], dtype=np.float32))
    both = weighted([(question, 1.0), (around, 0.3)])
    assert both.ids.tolist() == [1, 2, 3]
    assert np.allclose(both.counts, [2.0, 3.0, 0.3])
