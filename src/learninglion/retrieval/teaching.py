"""The built-in model taught further by an archive: an adapter on top of the one it has.

Learning keeps a core busy for minutes. It runs in a process of its own, on one core and with a low priority,
so that a workplace that learns goes on answering searches.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import astuple
from pathlib import Path

from learninglion.errors import LearningLionError
from learninglion.retrieval.adapter import load_adapter, make_adapter, save_adapter
from learninglion.retrieval.adapting import Example, learn_changes
from learninglion.retrieval.encoders import Encoder, NanoEncoder, built_in_weights

__all__ = ["learn_in", "teach"]

_LEARN = "import sys; from learninglion.retrieval.teaching import learn_in; learn_in(sys.argv[1])"
# What numpy computes with reads these when it is loaded. On a machine that does other work as well, several
# threads that wait for each other cost many times what one does.
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
_PRIORITY = 10  # how much nicer to others than the process that asked
_EXAMPLES, _BEFORE, _AFTER = "examples.json", "before.npz", "after.npz"


def teach(
    encoder: Encoder, examples: Sequence[Example], progress: Callable[[int, int], None]
) -> NanoEncoder | None:
    """`encoder` after learning from `examples`; None where it is a model that cannot be taught here.

    `progress` is told (done, total). The same examples give the same model. Raises LearningLionError when
    the learning was cut off.
    """
    if not isinstance(encoder, NanoEncoder):
        return None
    with tempfile.TemporaryDirectory(prefix="learninglion-") as temporary:
        place = Path(temporary)
        (place / _EXAMPLES).write_text(json.dumps([astuple(e) for e in examples]), "utf-8")
        save_adapter(encoder.adapter, place / _BEFORE)
        with (place / "errors").open("w+", encoding="utf-8") as errors:
            process = subprocess.Popen(  # noqa: S603  our own program, no shell
                [sys.executable, "-c", _LEARN, str(place)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, **_ONE_THREAD},
                text=True,
            )
            with process:
                try:
                    for line in process.stdout or ():
                        done, _, total = line.partition(" ")
                        progress(int(done), int(total))
                except BaseException:
                    process.kill()
                    raise
            errors.seek(0)
            said = errors.read().strip().splitlines()
        if process.returncode or not (place / _AFTER).exists():
            raise LearningLionError(f"Het leren is afgebroken ({said[-1] if said else process.returncode}).")
        return NanoEncoder(adapter=load_adapter(place / _AFTER))


def learn_in(folder: str) -> None:
    """Learn from the examples in `folder`, and leave the adapter there; progress goes to standard output."""
    os.nice(_PRIORITY)
    place = Path(folder)
    examples = [
        Example(asked, tuple(passages)) for asked, passages in json.loads((place / _EXAMPLES).read_text())
    ]
    before = load_adapter(place / _BEFORE)
    changes = learn_changes(built_in_weights(), examples, _tell, before)
    known = before.changes
    added = {name: change + known[name] if name in known else change for name, change in changes.items()}
    save_adapter(make_adapter({**known, **added}), place / f".{_AFTER}")
    (place / f".{_AFTER}").rename(place / _AFTER)


def _tell(done: int, total: int) -> None:
    sys.stdout.write(f"{done} {total}\n")
    sys.stdout.flush()
