"""The types of step: for each, the API call that is made from its Arguments."""

from __future__ import annotations

from pipelines.local.steps.kinds import API_STEPS, ENGINE_STEPS, KNOWN_STEPS, SUPPORTED_STEPS, ApiStep

__all__ = ["API_STEPS", "ENGINE_STEPS", "KNOWN_STEPS", "SUPPORTED_STEPS", "ApiStep"]
