"""AWS's inference toolkits: the servers that run a user's inference code."""
