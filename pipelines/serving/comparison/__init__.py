"""Real time against batch: what ``python -m pipelines compare`` does, the same on AWS and here."""
