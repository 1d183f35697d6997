"""``boostpipe doctor``: what a run needs and has or has not, with the command that mends it."""
