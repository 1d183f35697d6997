"""What runs a user's script in a training container: the training toolkit, as AWS's behaves."""
