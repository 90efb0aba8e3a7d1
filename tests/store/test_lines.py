from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learninglion.models import Span, TextLine
from learninglion.models.errors import IntegrityError
from learninglion.store.schema import pack_lines, unpack_lines
from papers import lines_of

offsets = st.integers(0, 2**31 - 1)
edges = st.lists(
    st.one_of(
        st.floats(allow_nan=False),
        st.integers(-(10**6), 10**6).map(lambda n: n / 100),
    ),
    max_size=30,
).map(tuple)
lines = st.lists(
    st.builds(
        TextLine,
        st.builds(Span, offsets, offsets),
        st.integers(0, 10_000),
        st.floats(allow_nan=False),
        st.floats(allow_nan=False),
        edges,
    ),
    max_size=8,
).map(tuple)


@given(lines)
def test_lines_come_back_exactly(given_lines: tuple[TextLine, ...]) -> None:
    # repr tells 0.0 from -0.0, which compare equal
    assert repr(unpack_lines(pack_lines(given_lines))) == repr(given_lines)


def test_printed_lines_take_little_room() -> None:
    page = lines_of("\n".join(["Er varen twaalf veerponten tussen Duinwijk en de overkant."] * 50))
    assert len(pack_lines(page)) < 2000
    assert unpack_lines(pack_lines(page)) == page


@pytest.mark.parametrize("spoil", [lambda b: b[:5], lambda b: b[:-9], lambda b: b"\x09" + b[1:]])
def test_damaged_bytes_are_an_integrity_error(spoil) -> None:
    with pytest.raises(IntegrityError):
        unpack_lines(spoil(pack_lines(lines_of("Een regel.\nNog een regel."))))
