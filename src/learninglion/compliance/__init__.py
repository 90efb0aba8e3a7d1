"""What the organisation must be able to show: register entry, assessments, cards, archive package."""
