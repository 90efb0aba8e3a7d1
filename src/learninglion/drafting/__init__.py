"""From a selection to a draft whose every sentence is checked against its source."""
