"""Selection of a candidate: the ranking metric, and the bootstrap for the significance of differences."""
