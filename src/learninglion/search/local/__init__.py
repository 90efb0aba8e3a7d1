"""The embedded engine: words by tantivy, meaning by exact vectors."""
