"""A pipeline's definition, interpreted: what it says, whether it is right, and what follows from it."""
