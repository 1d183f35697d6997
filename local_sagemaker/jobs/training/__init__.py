"""Training jobs: channels, metrics, the run and its results."""
