"""PDF: characters with their place, lines, tables, footnotes, one text in reading order."""
