"""What runs a user's inference code in a container: the inference toolkit, as AWS's behaves."""
