"""Seoul's shared bikes: the reading, checks, splits and features of this data set."""
