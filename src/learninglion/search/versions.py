"""Versions of what was learned here: kept apart, the newest in force, and always a way back."""

from __future__ import annotations

from learninglion.database.blobs import Blobs
from learninglion.inference.adapter import Adapter, pack_adapter, read_adapter
from learninglion.models.errors import InputError
from learninglion.search.fusion import DEFAULT, Fusion, pack_fusion, read_fusion

__all__ = ["TUNING", "LearnedVersions"]

TUNING = "tuning/"
_CURRENT = f"{TUNING}fusion.json"
_NUMBER = f"{TUNING}in-force"
_KEPT = f"{TUNING}fusion-"


class LearnedVersions:
    """The versions among `blobs`: fusion.json is in force, fusion-1.json and on are all that ever were.

    A version in which the embedding model learned too has its adapter beside it, as adapter-1.npz and on; one
    in which the measure of relevance did, its weights as relevance-1.json and on.
    """

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def current(self) -> Fusion:
        """The fusion in force; the one that ships when nothing was learned."""
        used = self._blobs.read(_CURRENT)
        return DEFAULT if used is None else read_fusion(used)

    def versions(self) -> tuple[int, ...]:
        """The versions that were kept, oldest first; 0 is the one that ships."""
        found = (name.removeprefix(_KEPT).removesuffix(".json") for name in self._blobs.names(_KEPT))
        return (0, *sorted(int(number) for number in found if number.isdigit()))

    def in_force(self) -> int:
        """The version in force."""
        used = self._blobs.read(_CURRENT)
        if used is None:
            return 0
        number = self._blobs.read(_NUMBER)
        if number is not None:
            return int(number)
        # from before the number was kept
        same = (n for n in self.versions()[1:] if self._blobs.read(f"{_KEPT}{n}.json") == used)
        return max(same, default=0)

    def adapter(self) -> Adapter | None:
        """What the embedding model learned in the version in force; None where it is the model that ships."""
        return self._adapter(self.in_force())

    def adapters(self) -> tuple[Adapter, ...]:
        """What the embedding model learned in any version, oldest first."""
        return tuple(a for number in self.versions() if (a := self._adapter(number)) is not None)

    def _adapter(self, number: int) -> Adapter | None:
        name = f"{TUNING}adapter-{number}.npz"
        packed = self._blobs.read(name)
        return None if packed is None else read_adapter(packed, name)

    def measure(self) -> str:
        """The weights of the measure of relevance in force; "" where it is the one that ships."""
        return (self._blobs.read(f"{TUNING}relevance-{self.in_force()}.json") or b"").decode()

    def keep(self, fusion: Fusion, adapter: Adapter | None = None, measure: str | None = None) -> int:
        """Put a new version in force; gives its number. Without `measure` that of before stays."""
        number = self.versions()[-1] + 1
        measure = self.measure() if measure is None else measure
        if adapter is not None:
            self._blobs.put(f"{TUNING}adapter-{number}.npz", pack_adapter(adapter))
        if measure:
            self._blobs.put(f"{TUNING}relevance-{number}.json", measure.encode())
        self._blobs.put(f"{_KEPT}{number}.json", pack_fusion(fusion))
        self._put_in_force(number)
        return number

    def _put_in_force(self, number: int) -> None:
        self._blobs.put(_CURRENT, self._blobs.read(f"{_KEPT}{number}.json") or b"")
        self._blobs.put(_NUMBER, str(number).encode())

    def revert(self, number: int) -> None:
        """Put an earlier version in force again. Raises InputError that lists the versions there are."""
        if number not in self.versions():
            listed = ", ".join(map(str, self.versions()))
            raise InputError(f"Versie {number} bestaat niet; er zijn: {listed}.")
        if number == 0:
            self._blobs.remove(_CURRENT)
            self._blobs.remove(_NUMBER)
        else:
            self._put_in_force(number)
