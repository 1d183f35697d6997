"""Real time against batch: what ``boostpipe compare`` does, the same on AWS and here."""
