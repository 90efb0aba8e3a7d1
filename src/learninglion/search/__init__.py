"""From a question to hits with one calibrated score."""
