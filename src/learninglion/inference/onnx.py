"""ONNX Runtime as we use it: on the processor, without threads that keep a core busy while they wait."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import ModelProto, helper

ADDITIONS = "com.microsoft"  # where operations of ONNX Runtime beside the standard ones are found
# How MatMulNBits is told of matrices of 4 bits, and to round what it multiplies them with to 8 bits.
FOUR_BITS: dict[str, Any] = {"bits": 4, "accuracy_level": 4}

_OPSETS = {"": 18, ADDITIONS: 1}
_FORMAT = 9  # of a model file; what the operations above came with

_ERRORS = 3  # of what ONNX Runtime would write to the log: errors alone
# The variable of our __init__ comes too late where somebody loaded the library before.
onnxruntime.disable_telemetry_events()

_SPINNING = "session.intra_op.allow_spinning"


def cores() -> int:
    """How many threads this process may compute with."""
    return len(os.sched_getaffinity(0))


def empty_model(name: str) -> ModelProto:
    """A model whose graph is to be filled in place: copies of all its numbers would stay in memory."""
    used = [helper.make_opsetid(domain, number) for domain, number in _OPSETS.items()]
    model = ModelProto(ir_version=_FORMAT, opset_import=used)
    model.graph.name = name
    return model


def session_of(
    model: bytes | str, threads: int, numbers: Mapping[str, NDArray[np.generic]] | None = None
) -> onnxruntime.InferenceSession:
    """`model`, its bytes or a path, ready to compute.

    `numbers` are those it refers to by name and does not hold itself.
    A session may be used by several threads at once. It may go on reading `numbers`: they have to be kept.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS
    options.add_session_config_entry(_SPINNING, "0")
    if numbers:
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in numbers.values()]
        options.add_external_initializers(list(numbers), values)
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
