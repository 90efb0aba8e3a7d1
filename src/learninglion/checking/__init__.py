"""Does the citation bear the sentence, and does a document speak to a machine."""
