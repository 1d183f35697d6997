"""Seoul's shared bikes."""
