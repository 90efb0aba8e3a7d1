"""What was used last, at hand in memory: a bounded store in which the oldest make room for the newest."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """Values by key, together at most `most` in size; safe to share between threads.

    The newest value stays whatever its size.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self._lock = Lock()
        self.size = 0

    def get(self, key: Key) -> Value | None:
        """The value of `key`, which is used by that; None where it is not at hand."""
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key][0]

    def put(self, key: Key, value: Value, size: int = 1) -> None:
        """Have a value at hand."""
        with self._lock:
            self.size += size - self._values.pop(key, (value, 0))[1]
            self._values[key] = (value, size)
            while self.size > self._most and len(self._values) > 1:
                self.size -= self._values.popitem(last=False)[1][1]
