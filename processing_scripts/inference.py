"""Features of raw hours for a trained model, as input of an endpoint or a batch transform job.

``python -m processing_scripts.inference --schema schema.json --hours hours.csv [--known data.csv] > rows.csv`` writes
one line per predicted hour in the format of the built-in algorithms: no header, no label. The schema is the model's and
defines the features. Their history comes from the first rows of ``hours.csv`` or from ``--known``; hours without
history are refused. ``--named`` adds a header, and the hour at the start of each line; ``--complete`` refuses unknown
columns and empty cells.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from processing_scripts.errors import HistoryError, PreprocessingError
from processing_scripts.schema import Schema, features_of_model, load_schema
from processing_scripts.seoul_bike.features.history import with_history
from processing_scripts.seoul_bike.reading.checks import check_hours_differ
from processing_scripts.seoul_bike.reading.observations import read_observations


def features_of_hours(
    hours: Path, schema: Schema, known: Path | None = None, *, complete: bool = False
) -> pd.DataFrame:
    """Calculate the features of the hours that can be predicted.

    Raises `PreprocessingError` if a file cannot be read, hours lack their history, or the schema contains unknown
    features.

    Parameters
    ----------
    hours
        A file of hours in any format that preprocessing reads; rentals are optional.
    known
        A file of preceding hours, for the history.
    complete
        Whether to refuse empty weather cells and unknown columns.

    Returns
    -------
    One row per predicted hour, indexed by its start, with the schema's columns in order.
    """
    batch = _hours(hours, complete=complete)
    ready = with_history(batch, batch if known is None else _hours(known), schema["feature_set"])
    if complete and known is not None and len(ready.observations) < len(batch):
        raise HistoryError(
            f"Hour {batch['datetime'].iloc[0]:%Y-%m-%d %H:%M} has no history in {known.name}; give the hours before it."
        )
    return features_of_model(ready, schema).set_index(pd.Index(ready.observations["datetime"]))


def _hours(path: Path, *, complete: bool = False) -> pd.DataFrame:
    frame = read_observations(path, with_rentals=False, complete=complete).frame
    check_hours_differ(frame)
    return frame.sort_values("datetime")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the rows to stdout; return 0 on success, or 1 with the reason on stderr."""
    parser = argparse.ArgumentParser(prog="inference", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--schema", type=Path, required=True, help="schema.json of the model")
    parser.add_argument("--hours", type=Path, required=True, help="hours to predict, after their history")
    parser.add_argument("--known", type=Path, help="preceding hours, if they are in another file")
    parser.add_argument("--named", action="store_true", help="write a header, and the hour before each row")
    parser.add_argument("--complete", action="store_true", help="refuse unknown columns and empty cells")
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
