"""Tables: the generic reading, splits, encoding and slices of a data set that its file describes."""
