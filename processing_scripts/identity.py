"""Who the rows of a raw file are, and what really happened: their keys and, with a task, its target.

``python -m processing_scripts.identity --schema schema.json --data rows.csv [--task churn] > identity.csv`` reads any
spelling that preprocessing reads. The schema is a model's. Keys are those of its predictions, and the target is a
number, or the name of a class; rows without a target are left out. Without a task, there is one line for each row that
can be predicted, in the order of its features.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from processing_scripts.errors import PreprocessingError
from processing_scripts.loading import load
from processing_scripts.schema import dataset_path, load_schema


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the keys to stdout; return 0 on success, or 1 with the reason on stderr."""
    parser = argparse.ArgumentParser(prog="identity", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--schema", type=Path, required=True, help="schema.json of the model")
    parser.add_argument("--data", type=Path, required=True, help="raw rows")
    parser.add_argument("--task", help="a task of the data set, whose target is written, too")
    options = parser.parse_args(arguments)
    try:
        data_set = load(dataset_path(load_schema(options.schema)))
        identity = data_set.identity(options.data, options.task)
    except PreprocessingError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    identity.to_csv(sys.stdout, index=False, lineterminator="\n", date_format="%Y-%m-%dT%H:%M:%S")
    return 0


if __name__ == "__main__":
    sys.exit(main())
