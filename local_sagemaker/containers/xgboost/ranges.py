"""The ranges of hyperparameters, and their spelling in messages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Interval:
    """Numbers between two bounds, each open or closed or absent."""

    min_open: float | None = None
    min_closed: float | None = None
    max_open: float | None = None
    max_closed: float | None = None

    def __contains__(self, value: float) -> bool:
        return not (
            (self.min_open is not None and value <= self.min_open)
            or (self.min_closed is not None and value < self.min_closed)
            or (self.max_open is not None and value >= self.max_open)
            or (self.max_closed is not None and value > self.max_closed)
        )

    def __str__(self) -> str:
        low = f"({self.min_open}" if self.min_open is not None else f"[{self.min_closed}"
        if self.min_open is None and self.min_closed is None:
            low = "(-inf"
        high = f"{self.max_open})" if self.max_open is not None else f"{self.max_closed}]"
        if self.max_open is None and self.max_closed is None:
            high = "+inf)"
        return f"{low}, {high}"


@dataclass(frozen=True)
class Choices:
    """A fixed set of values, with an optional check in place of membership."""

    values: Sequence[Any]
    check: Callable[[Any], bool] | None = None

    def __contains__(self, value: object) -> bool:
        return self.check(value) if self.check is not None else value in self.values

    def __str__(self) -> str:
        return str(list(self.values))
