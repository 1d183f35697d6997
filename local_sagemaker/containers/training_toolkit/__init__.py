"""The training toolkit, which runs a user's script in a training container as AWS's toolkit does."""
