"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

# No test depends on speed: an example that takes long on a busy machine is no failure.
settings.register_profile("busy", deadline=None)
settings.load_profile("busy")
