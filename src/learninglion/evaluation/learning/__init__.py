"""What the built-in model and the weights of search learn from real pairs."""
