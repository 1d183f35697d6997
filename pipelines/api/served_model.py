"""A registered version that an endpoint serves."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.api.tables import as_file, with_times
from pipelines.models.registry import RegisteredModel
from pipelines.serving.endpoints.invocation import invoke
from pipelines.serving.endpoints.state import Endpoint
from pipelines.target.connection import CommandContext

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ServedModel:
    """A registered version that an endpoint serves."""

    _context: CommandContext
    endpoint: Endpoint
    model: RegisteredModel

    def predict(self, hours: pd.DataFrame, history: pd.DataFrame | None = None) -> pd.DataFrame:
        """Predict raw hours, and return one row per hour.

        ``history`` contains the hours before them, for a model whose features look back; without it, the leading hours
        serve as history only.
        """
        import pandas as pd

        with ExitStack() as files:
            path = files.enter_context(as_file(hours))
            before = None if history is None else files.enter_context(as_file(history))
            answered = invoke(self._context, self.endpoint, self.model, path, before)
        return with_times(pd.DataFrame(answered.predictions.as_json()))
