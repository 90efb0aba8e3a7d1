"""Sets of questions with their answers, in the forms they come in."""
