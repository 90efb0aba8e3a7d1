"""Raw files to documents: the only place where text is cleaned."""
