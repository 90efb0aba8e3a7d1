"""Documents with versions, who may see them, and what came in."""
