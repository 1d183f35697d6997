"""ParameterRanges as a search space, and its points as hyperparameter strings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_sagemaker.core.errors import ValidationException

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

# For ranges of at least three orders of magnitude, the scaling type Auto is logarithmic.
_AUTO_LOGARITHMIC_FROM = 1000.0


@dataclass(frozen=True)
class Dimension:
    """One tuned hyperparameter: its name, and the distribution to sample from.

    ``reversed``: whether the sampled number is the distance to 1, as in reverse logarithmic scaling.
    """

    name: str
    distribution: BaseDistribution
    reversed: bool = False

    def text_of(self, drawn: Any) -> str:
        """The value as the string of the hyperparameter."""
        return str(1.0 - drawn) if self.reversed else str(drawn)

    def drawn_from(self, text: str) -> Any:
        """The sampled value for this string; None if the range does not contain it.

        The string may come from an earlier tuning job with other ranges.
        """
        from optuna.distributions import CategoricalDistribution, IntDistribution

        if isinstance(self.distribution, CategoricalDistribution):
            return text if text in self.distribution.choices else None
        number = 1.0 - float(text) if self.reversed else float(text)
        inside = self.distribution.low <= number <= self.distribution.high  # type: ignore[attr-defined]
        if not inside:
            return None
        return int(number) if isinstance(self.distribution, IntDistribution) else number


def dimensions(ranges: Mapping[str, Any]) -> list[Dimension]:
    """The dimensions of a search space.

    Raises ValidationException if a range is empty or named twice, its bounds do not allow its scaling type, or there
    are no ranges.
    """
    found = [*_integers(ranges), *_continuous(ranges), *_categories(ranges)]
    names = [dimension.name for dimension in found]
    for name in names:
        if names.count(name) > 1:
            raise ValidationException(f"The hyperparameter {name} has more than one range.")
    if not found:
        raise ValidationException("A hyperparameter tuning job needs at least one range in ParameterRanges.")
    return found


def _integers(ranges: Mapping[str, Any]) -> Iterator[Dimension]:
    from optuna.distributions import IntDistribution

    for each in ranges.get("IntegerParameterRanges", []):
        low, high = _bounds(each)
        if not (low.is_integer() and high.is_integer()):
            raise ValidationException(f"The bounds of the integer range {each['Name']} are not integers.")
        scaling = _scaling(each, low, high)
        if scaling == "ReverseLogarithmic":
            raise ValidationException(f"ReverseLogarithmic scaling does not go with the integer range {each['Name']}.")
        yield Dimension(each["Name"], IntDistribution(int(low), int(high), log=scaling == "Logarithmic"))


def _continuous(ranges: Mapping[str, Any]) -> Iterator[Dimension]:
    from optuna.distributions import FloatDistribution

    for each in ranges.get("ContinuousParameterRanges", []):
        low, high = _bounds(each)
        scaling = _scaling(each, low, high)
        if scaling == "ReverseLogarithmic":
            yield Dimension(each["Name"], FloatDistribution(1.0 - high, 1.0 - low, log=True), reversed=True)
        else:
            yield Dimension(each["Name"], FloatDistribution(low, high, log=scaling == "Logarithmic"))


def _categories(ranges: Mapping[str, Any]) -> Iterator[Dimension]:
    from optuna.distributions import CategoricalDistribution

    for each in ranges.get("CategoricalParameterRanges", []):
        yield Dimension(each["Name"], CategoricalDistribution(each["Values"]))


def _bounds(given: Mapping[str, str]) -> tuple[float, float]:
    try:
        low, high = float(given["MinValue"]), float(given["MaxValue"])
    except ValueError as error:
        raise ValidationException(f"The bounds of the range {given['Name']} are not numbers.") from error
    if low > high:
        raise ValidationException(f"The range {given['Name']} is empty: {given['MinValue']} > {given['MaxValue']}.")
    return low, high


def _scaling(given: Mapping[str, str], low: float, high: float) -> str:
    scaling = given.get("ScalingType", "Auto")
    if scaling == "Auto":
        return "Logarithmic" if low > 0 and high / low >= _AUTO_LOGARITHMIC_FROM else "Linear"
    if scaling == "Logarithmic" and low <= 0:
        raise ValidationException(f"Logarithmic scaling needs a range above 0; {given['Name']} begins at {low}.")
    if scaling == "ReverseLogarithmic" and not 0 <= low <= high < 1:
        raise ValidationException(f"ReverseLogarithmic scaling needs a range in [0, 1); {given['Name']} is not.")
    return scaling
