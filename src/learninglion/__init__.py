"""LearningLion: a fully local assistant that drafts answers to Kamervragen and proves every sentence."""
