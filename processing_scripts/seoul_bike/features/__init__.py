"""The features: which exist, how they are calculated, and how much history they need."""
