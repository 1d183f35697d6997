"""Features of raw rows for a trained model, as input of an endpoint or a batch transform job.

``python -m processing_scripts.inference --schema schema.json --data rows.csv [--known data.csv] > features.csv`` writes
one line per row in the format of the built-in algorithms: no header, no label. The schema is the model's and defines
the features. If they need history, it comes from the first rows of the file or from ``--known``, and rows without
history are refused. ``--named`` adds a header, and a name of the row at the start of each line: its time, or its number
from 1. ``--complete`` refuses unknown columns.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from processing_scripts.errors import PreprocessingError
from processing_scripts.loading import load
from processing_scripts.schema import dataset_path, load_schema


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the rows to stdout; return 0 on success, or 1 with the reason on stderr."""
    parser = argparse.ArgumentParser(prog="inference", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--schema", type=Path, required=True, help="schema.json of the model")
    # --hours is the name that the code of earlier models knows, so the workflow sends it.
    parser.add_argument("--data", "--hours", type=Path, required=True, help="rows to predict, after their history")
    parser.add_argument("--known", type=Path, help="preceding rows, if they are in another file")
    parser.add_argument("--named", action="store_true", help="write a header, and a name before each row")
    parser.add_argument("--complete", action="store_true", help="refuse unknown columns and empty cells")
    options = parser.parse_args(arguments)
    try:
        schema = load_schema(options.schema)
        data_set = load(dataset_path(schema))
        features = data_set.features_of_rows(options.data, schema, options.known, complete=options.complete)
    except PreprocessingError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    features.to_csv(
        sys.stdout, header=options.named, index=options.named, lineterminator="\n", date_format="%Y-%m-%dT%H:%M:%S"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
