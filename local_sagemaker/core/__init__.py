"""What every room of the service uses, and no part of the service itself."""
