"""Measures, test sets, experiments and their reports."""
