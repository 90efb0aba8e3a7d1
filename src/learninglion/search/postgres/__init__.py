"""The engine on PostgreSQL: meaning by pgvector, words by pg_textsearch or PostgreSQL's own index."""
