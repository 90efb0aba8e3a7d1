from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from learninglion.database.engine import open_database
from learninglion.models import Filters
from learninglion.store.store import Catalogue, Counts, Intake, Store
from papers import paper


def filled(url: str, home: Path) -> Iterator[Store]:
    engine = open_database(url)
    store = Store(engine, home)
    store.put_many(
        [
            Intake(*paper(1, day=date(2011, 5, 1), answerer="Yeşilgöz-Zegerius", asker="De Vries")),
            Intake(*paper(2, day=date(2019, 5, 1), ministry="Justitie en Veiligheid", asker="Jansen")),
            Intake(*paper(3, day=None)),
        ],
        "openbaar",
    )
    store.put(*paper(4, day=date(2024, 5, 1), ministry="Justitie en Veiligheid"), "intern")
    yield store
    engine.dispose()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    yield from filled(f"sqlite:///{tmp_path / 'x.db'}", tmp_path)


@pytest.fixture
def each_store(ready_url: str, tmp_path: Path) -> Iterator[Store]:
    yield from filled(ready_url, tmp_path)


def numbers(store: Store, visible: frozenset[str] | None = None, **filters: object) -> list[int]:
    ids = store.scope(Filters(**filters), visible).ids
    return [int(i.rsplit("-", 1)[1]) for i in ids]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [1, 2, 3, 4]),
        ({"since": date(2018, 1, 1)}, [2, 4]),
        ({"since": date(2019, 5, 1), "until": date(2019, 5, 1)}, [2]),
        ({"until": date(2019, 4, 30)}, [1]),
        ({"ministries": ("justitie en veiligheid",)}, [2, 4]),
        ({"ministries": ("Justitie",)}, []),
        ({"ministries": ("Justitie en Veiligheid", "Infrastructuur en Waterstaat")}, [1, 2, 3, 4]),
        ({"answerers": ("yesilgoz",)}, [1]),
        ({"askers": ("jansen", "vries")}, [1, 2]),
        ({"askers": ("niemand",)}, []),
        ({"collections": ("intern",)}, [4]),
        ({"collections": ("intern", "openbaar")}, [1, 2, 3, 4]),
        ({"collections": ("onbekend",)}, []),
        ({"documents": ("ah-tk-20232024-2", "ah-tk-20232024-99")}, [2]),
        ({"exclude_documents": ("ah-tk-20232024-2",)}, [1, 3, 4]),
        ({"ministries": ("Justitie en Veiligheid",), "collections": ("openbaar",)}, [2]),
    ],
)
def test_filters_keep_what_they_say(store: Store, filters: dict[str, object], expected: list[int]) -> None:
    assert numbers(store, **filters) == expected


def test_rights_come_before_filters(store: Store) -> None:
    public = frozenset({"openbaar"})
    assert numbers(store, public) == [1, 2, 3]
    assert numbers(store, public, ministries=("Justitie en Veiligheid",)) == [2]
    assert numbers(store, public, collections=("intern",)) == []
    assert numbers(store, frozenset()) == []
    assert numbers(store, frozenset({"openbaar", "intern", "bestaat niet"})) == [1, 2, 3, 4]


def test_a_scope_masks_keys_and_says_when_nothing_is_left_out(store: Store) -> None:
    scope = store.scope(Filters(collections=("intern",)), None)
    assert scope.allowed == {"ah-tk-20232024-4"} and not scope.everything
    keys = np.array([scope.keys[0], scope.keys[0] - 1, 10_000, scope.keys[0]])
    assert scope.mask(keys).tolist() == [True, False, False, True]
    whole = store.scope(Filters(), None)
    assert whole.everything and whole.allowed is None and whole.mask(keys).all()
    all_there_is = store.scope(Filters(), frozenset({"openbaar", "intern"}))
    assert len(all_there_is.allowed or ()) == 4 and not all_there_is.everything
    nothing = store.scope(Filters(documents=("x",)), None)
    assert nothing.allowed == frozenset() and not nothing.mask(keys).any()


def test_the_catalogue_follows_every_change(each_store: Store) -> None:
    store = each_store
    follower = Catalogue(store._engine)
    assert follower.counts(None) == Counts(4, 8, 8, 16)
    store.put(*paper(5, ministry="Financiën"), "nieuw")
    store.put(*paper(1, day=date(2025, 1, 1)), "openbaar")
    store.delete("ah-tk-20232024-2", by="b", reason="r")
    store.put(*paper(3, day=None), "intern")
    fresh = Catalogue(store._engine)
    for filters in (
        Filters(),
        Filters(since=date(2024, 6, 1)),
        Filters(ministries=("financien",)),
        Filters(collections=("intern",)),
        Filters(answerers=("zegerius",)),
    ):
        for visible in (None, frozenset({"openbaar"}), frozenset({"intern", "nieuw"})):
            followed, again = follower.scope(filters, visible), fresh.scope(filters, visible)
            assert followed.ids.tolist() == again.ids.tolist(), (filters, visible)
            assert followed.keys.tolist() == again.keys.tolist()
    assert follower.counts(None) == fresh.counts(None) == Counts(4, 8, 8, 16)
    assert follower.ministries(None) == fresh.ministries(None)
    assert [name for name, _ in follower.ministries(None)] == [
        "Financiën",
        "Infrastructuur en Waterstaat",
        "Justitie en Veiligheid",
    ]


def test_an_answer_is_remembered_until_something_changes(store: Store) -> None:
    filters = Filters(since=date(2018, 1, 1))
    first = store.scope(filters, None)
    assert store.scope(filters, None) is first
    assert store.scope(filters, frozenset({"intern"})) is not first
    store.put(*paper(6), "openbaar")
    assert "ah-tk-20232024-6" in (store.scope(filters, None).allowed or ())
    for year in range(1950, 1990):
        store.scope(Filters(since=date(year, 1, 1)), None)
    assert store.catalogue._scopes.size <= 32


def test_what_only_a_period_leaves_out_is_counted(each_store: Store) -> None:
    assert each_store.undated(Filters(until=date(2020, 1, 1)), None) == 1
    assert each_store.undated(Filters(since=date(2020, 1, 1)), frozenset({"openbaar"})) == 1
    assert each_store.undated(Filters(since=date(2020, 1, 1)), frozenset({"intern"})) == 0
    assert each_store.undated(Filters(collections=("openbaar",)), None) == 0


def test_counts_can_be_filtered(store: Store) -> None:
    assert store.catalogue.counts(frozenset({"intern"})) == Counts(1, 2, 2, 4)
