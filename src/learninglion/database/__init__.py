"""One way to SQLite or PostgreSQL, its steps, locks and durable files."""
