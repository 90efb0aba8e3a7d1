"""The most memory a piece of work held, where the system tells it per piece; else since the process began."""

from __future__ import annotations

import re
import resource
from pathlib import Path

__all__ = ["peak_mb", "reset_peak"]

_SELF = Path("/proc/self")
_RESET_HIGH_WATER = "5"  # see proc(5), clear_refs


def reset_peak() -> bool:
    """Count the peak from now on; False where the system cannot, and `peak_mb` tells that of the process."""
    try:
        (_SELF / "clear_refs").write_text(_RESET_HIGH_WATER, "ascii")
    except OSError:
        return False
    return True


def peak_mb() -> int:
    """The most resident memory in MB since `reset_peak`, or since the process began."""
    try:
        found = re.search(r"^VmHWM:\s+(\d+) kB", (_SELF / "status").read_text("ascii"), re.MULTILINE)
    except OSError:
        found = None
    if found is not None:
        return int(found[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
