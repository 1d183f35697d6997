"""Predictions of an endpoint: rentals, or the probability of high demand and the decision."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.models.registry import ModelMetadata
from pipelines.settings import Task


@dataclass(frozen=True)
class Predictions:
    """One number per hour."""

    task: Task
    """The kind of the numbers: rentals per hour, or probabilities of high demand."""
    hours: Sequence[str]
    """Their starts, such as ``2018-12-01T08:00:00``."""
    values: Sequence[float]
    """The numbers, as the model returns them."""
    cut_off: float | None
    """Of a classification: the probability from which demand counts as high, chosen on the validation set."""
    threshold: float
    """Rentals per hour above which demand is high."""
    calibrated: Sequence[float] | None = None
    """Of a classification, if the evaluation found a map that helps: the calibrated probabilities, which the decision
    does not use."""

    def as_json(self) -> list[dict[str, Any]]:
        """Return one object per hour."""
        return [self._one(*one) for one in self._each()]

    def in_words(self) -> str:
        """Return one line per hour."""
        return "".join(
            f"{hour.replace('T', ' ')[:16]}  {self._sentence(value, calibrated)}\n"
            for hour, value, calibrated in self._each()
        )

    def _each(self) -> Iterator[tuple[str, float, float | None]]:
        calibrated = self.calibrated or itertools.repeat(None, len(self.values))
        return zip(self.hours, self.values, calibrated, strict=True)

    def _one(self, hour: str, value: float, calibrated: float | None) -> dict[str, Any]:
        if self.cut_off is None:
            return {"datetime": hour, "rentals": value}
        return {
            "datetime": hour,
            "probability_of_high_demand": value,
            **({} if calibrated is None else {"calibrated_probability": calibrated}),
            "high_demand": value >= self.cut_off,
            "decision": self._decision(value),
        }

    def _sentence(self, value: float, calibrated: float | None) -> str:
        if self.cut_off is None:
            return f"{value:,.0f} rentals expected"
        probability, counts = f"{value:.3f}", f"counts as high from {self.cut_off:.3f} on"
        if calibrated is not None:
            probability, counts = f"{calibrated:.3f}", f"the model's own {value:.3f} {counts}"
        return (
            f"{self._decision(value)} demand: the probability of more than {self.threshold:,g} rentals is "
            f"{probability}, and {counts}"
        )

    def _decision(self, value: float) -> str:
        return "high" if self.cut_off is not None and value >= self.cut_off else "low"


def predictions_of(
    task: Task,
    metadata: ModelMetadata,
    hours: Sequence[str],
    values: Sequence[float],
    calibrated: Sequence[float] | None,
) -> Predictions:
    """Combine numbers with their hours, the cut-off and the threshold."""
    cut_off = metadata.cut_off if task == "classification" else None
    return Predictions(task, hours, values, cut_off, float(metadata.schema["threshold"]), calibrated)
