"""LearningLion: a fully local assistant that drafts answers to Kamervragen and proves every sentence."""

import os

__version__ = "0.1.0"

# A search is served by one thread, and many are served at once. By default the linear algebra under numpy
# starts a thread for every core, which spins between two products and takes the processor from the embedding
# model: a search of 200,000 pairs cost half as much again. Read when numpy loads, so before that.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# onnxruntime sends telemetry to its maker and keeps a device number in the home folder unless this is set
# before the library is loaded. Forced, not a default: nobody's environment may switch it on for us.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

# The web framework and the protocol for models carry OpenTelemetry. It sends nothing by itself, but where its
# SDK happens to be installed, variables of the environment could have requests sent elsewhere.
os.environ["OTEL_SDK_DISABLED"] = "true"
os.environ["FASTAPI_OTEL_AUTO_CONFIGURE"] = "false"
