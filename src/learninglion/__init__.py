"""LearningLion: a fully local assistant that drafts answers to Kamervragen and proves every sentence."""

import os

__version__ = "0.1.0"

# A search is served by one thread, and many are served at once. By default the linear algebra under numpy
# starts a thread for every core, which spins between two products and takes the processor from the embedding
# model: a search of 200,000 pairs cost half as much again. Read when numpy loads, so before that.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
