"""Batches: what ``boostpipe batch`` does, the same on AWS and here."""
