"""Versions of what search learned: kept apart, the newest in force, and always a way back."""

from __future__ import annotations

from pathlib import Path

from learninglion.database.files import write_durably
from learninglion.inference.adapter import Adapter, load_adapter, save_adapter
from learninglion.models.errors import InputError
from learninglion.search.fusion import Fusion, fusion_in, save_fusion

__all__ = ["LearnedVersions"]


class LearnedVersions:
    """The versions in `folder`: fusion.json is in force, fusion-1.json and on are all that ever were.

    A version in which the embedding model learned too has its adapter beside it, as adapter-1.npz and on.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.current_file = folder / "fusion.json"

    def current(self) -> Fusion:
        """The fusion in force; the one that ships when nothing was learned."""
        return fusion_in(self.current_file)

    def versions(self) -> tuple[int, ...]:
        """The versions that were kept, oldest first; 0 is the one that ships."""
        found = (path.stem.removeprefix("fusion-") for path in self.folder.glob("fusion-*.json"))
        return (0, *sorted(int(number) for number in found if number.isdigit()))

    def in_force(self) -> int:
        """The version in force."""
        if not self.current_file.exists():
            return 0
        used = self.current_file.read_bytes()
        same = (n for n in self.versions()[1:] if (self.folder / f"fusion-{n}.json").read_bytes() == used)
        return max(same, default=0)

    def adapter(self) -> Adapter | None:
        """What the embedding model learned in the version in force; None where it is the model that ships."""
        path = self._adapter_file(self.in_force())
        return load_adapter(path) if path.exists() else None

    def adapters(self) -> tuple[Adapter, ...]:
        """What the embedding model learned in any version, oldest first."""
        files = (self._adapter_file(number) for number in self.versions())
        return tuple(load_adapter(path) for path in files if path.exists())

    def _adapter_file(self, number: int) -> Path:
        return self.folder / f"adapter-{number}.npz"

    def keep(self, fusion: Fusion, adapter: Adapter | None = None) -> int:
        """Put a new fusion in force, with `adapter` if there is one; gives the number of this version."""
        number = self.versions()[-1] + 1
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if adapter is not None:
            save_adapter(adapter, self._adapter_file(number))
        path = self.folder / f"fusion-{number}.json"
        save_fusion(fusion, path)
        write_durably(self.current_file, path.read_bytes())
        return number

    def revert(self, number: int) -> None:
        """Put an earlier version in force again. Raises InputError that lists the versions there are."""
        if number not in self.versions():
            listed = ", ".join(map(str, self.versions()))
            raise InputError(f"Versie {number} bestaat niet; er zijn: {listed}.")
        if number == 0:
            self.current_file.unlink(missing_ok=True)
        else:
            write_durably(self.current_file, (self.folder / f"fusion-{number}.json").read_bytes())
