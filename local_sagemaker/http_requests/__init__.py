"""The checks that every HTTP request passes before an operation gets it: its origin, signature and body."""
