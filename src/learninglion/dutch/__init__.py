"""Dutch as this field writes it: words, stems, numbers, months, sentences."""
