"""AWS's training toolkit: the environment of a job."""
