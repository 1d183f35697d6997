"""What becomes of a registered version: its predictions against the truth, and its rows against the training set."""
