"""Features of raw hours for a model that is already trained: what an endpoint is sent, or a batch job later on.

``python -m processing_scripts.inference --schema schema.json --hours hours.csv [--known data.csv] > rows.csv`` writes
one line per hour that is predicted, as the built-ins read it: no header, no label. The schema is the one that travels
with the model and says which features it was trained with; the history that those need comes at the beginning of
``hours.csv`` or with ``--known``, and hours without it are refused. With ``--named`` there is a header, and every line
begins with its hour; with ``--complete`` unknown columns and empty cells of the hours are refused.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from processing_scripts.errors import HistoryError, PreprocessingError
from processing_scripts.features.build import make_features
from processing_scripts.features.history import with_history
from processing_scripts.reading.checks import check_hours_differ
from processing_scripts.reading.observations import read_observations
from processing_scripts.schema import Schema, check_features, feature_names, load_schema


def features_of_hours(
    hours: Path, schema: Schema, known: Path | None = None, *, complete: bool = False
) -> pd.DataFrame:
    """Make the features of the hours that can be predicted.

    Parameters
    ----------
    hours
        A file of hours in any form that preprocessing reads; rentals need not be known.
    schema
        Of the model, as `processing_scripts.schema.load_schema` reads it.
    known
        A file of hours before them, for their history.
    complete
        Whether the hours must come with all of their weather and no column that we do not know.

    Returns
    -------
    One row per hour that is predicted, under its start; the columns are those of the schema, in its order.

    Raises
    ------
    PreprocessingError
        When a file cannot be read, hours lack their history, or the schema asks for features that there are not.
    """
    batch = _hours(hours, complete=complete)
    ready = with_history(batch, batch if known is None else _hours(known), schema["feature_set"])
    if complete and known is not None and len(ready.observations) < len(batch):
        raise HistoryError(
            f"Hour {batch['datetime'].iloc[0]:%Y-%m-%d %H:%M} has no history in {known.name}; give the hours before it."
        )
    made = make_features(ready.observations, schema["feature_set"], ready.known)
    features = made[[name for name in feature_names(schema) if name in made]]
    check_features(features, schema)
    return features.set_index(pd.Index(ready.observations["datetime"]))


def _hours(path: Path, *, complete: bool = False) -> pd.DataFrame:
    frame = read_observations(path, with_rentals=False, complete=complete).frame
    check_hours_differ(frame)
    return frame.sort_values("datetime")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the rows to standard output; 0 when all is well, 1 when something is refused, with the reason on stderr."""
    parser = argparse.ArgumentParser(prog="inference", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--schema", type=Path, required=True, help="schema.json of the model")
    parser.add_argument("--hours", type=Path, required=True, help="hours to predict, their history before them")
    parser.add_argument("--known", type=Path, help="hours before them, if they are in a file of their own")
    parser.add_argument("--named", action="store_true", help="write a header, and before every row its hour")
    parser.add_argument("--complete", action="store_true", help="refuse unknown columns and empty cells of the hours")
    options = parser.parse_args(arguments)
    try:
        schema = load_schema(options.schema)
        features = features_of_hours(options.hours, schema, options.known, complete=options.complete)
    except PreprocessingError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    features.to_csv(
        sys.stdout, header=options.named, index=options.named, lineterminator="\n", date_format="%Y-%m-%dT%H:%M:%S"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
