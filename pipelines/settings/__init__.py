"""The settings of the workflow: the fields, where their values come from, what is refused, the data set file."""
