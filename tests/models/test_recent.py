from __future__ import annotations

from learninglion.models.recent import Recent


def test_what_was_used_last_stays_and_the_oldest_makes_room() -> None:
    recent = Recent[str, int](10)
    for number, key in enumerate("abc"):
        recent.put(key, number, size=3)
    assert recent.get("a") == 0  # used, so that it is not the oldest any more
    recent.put("d", 3, size=3)
    assert recent.get("b") is None
    assert [recent.get(key) for key in "acd"] == [0, 2, 3] and recent.size == 9


def test_what_is_put_again_counts_once_and_the_newest_stays_whatever_its_size() -> None:
    recent = Recent[str, str](10)
    recent.put("a", "short", size=4)
    recent.put("a", "long", size=8)
    assert recent.get("a") == "long" and recent.size == 8
    recent.put("b", "longer", size=50)
    assert recent.get("a") is None and recent.get("b") == "longer"
