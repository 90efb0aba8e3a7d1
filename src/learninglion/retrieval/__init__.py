"""Store, indexes and search: from documents to hits."""
