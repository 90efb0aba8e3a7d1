"""Where files come from. Foreign field names stop here."""
