"""LearningLion: a fully local assistant that drafts answers to Kamervragen and proves every sentence."""

__version__ = "0.1.0"
