"""Make the frame of the built-in model anew: search/frame.npz, from the background texts beside it."""

from __future__ import annotations

from pathlib import Path

from learninglion.inference.encoders import NanoEncoder
from learninglion.search import scoring

PLACE = Path(scoring.__file__).with_name("frame.npz")


def main() -> None:
    """Encode the background texts and write the frame fitted on them."""
    encoder = NanoEncoder()
    scoring.save_frame(scoring.make_frame(encoder), PLACE, encoder.name)
    print(f"{PLACE.name}: {encoder.name}")


if __name__ == "__main__":
    main()
