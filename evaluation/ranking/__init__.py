"""Choosing a candidate: the ranking metric, and the bootstrap that tells differences from chance."""
