"""What the organisation must be able to show: register, assessments, archive package, processing log."""
