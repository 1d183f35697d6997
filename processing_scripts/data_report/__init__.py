"""The data report: the data set in numbers, and the same numbers as a page."""
