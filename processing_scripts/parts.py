"""Features of any number of raw hours, part by part: of two parts at a time, one is read and one is written.

``python -m processing_scripts.parts --schema schema.json --hours hours.csv --output DIR --rows 20000 --format csv``
reads the rows in their order and writes, for each part in which hours can be predicted::

    DIR/rows/part-00000.csv         as the built-ins read it: features only, no header (or ``.recordio``)
    DIR/known/part-00000.parquet    the same rows with what they are: datetime, the series if there is one, features

and to standard output, as soon as both are whole, a line of JSON: ``{"part": "part-00000", "rows": 19832}``; at the
end ``{"read": 1000000, "predicted": 999832}``. With ``--series COLUMN`` the rows of each value of that column are a
series of hours of their own (a station, a forecast among others), with their own history. The rows of a series come in
the order of time; for what cannot be predicted for want of history `processing_scripts.features.history` holds.

Most files have one part. Of more, all but the first are written by a process of their own
(`processing_scripts.chunks.writer`), while this one reads on.
"""

from __future__ import annotations

import argparse
import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from processing_scripts.chunks.reader import Hours, HoursByPart
from processing_scripts.chunks.writer import PartWriter, tell
from processing_scripts.errors import PreprocessingError
from processing_scripts.schema import load_schema


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the parts; 0 when all is well, 1 when something is refused, with the reason on stderr."""
    parser = argparse.ArgumentParser(prog="parts", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--schema", type=Path, required=True, help="schema.json of the model")
    parser.add_argument("--hours", type=Path, required=True, help="hours to predict, their history before them")
    parser.add_argument("--output", type=Path, required=True, help="where the parts go")
    parser.add_argument("--rows", type=int, default=20_000, help="rows that are read for a part (default: %(default)s)")
    parser.add_argument("--format", choices=("csv", "recordio"), default="csv", help="of the rows")
    parser.add_argument("--series", help="column that tells series of hours apart")
    options = parser.parse_args(arguments)
    try:
        schema = load_schema(options.schema)
        hours = HoursByPart(options.hours, schema["feature_set"], options.rows, options.series)
        parts = ((f"part-{number:05}", part) for number, part in enumerate(hours))
        for name, part in islice(parts, 1):
            PartWriter(schema, options.output, options.format).write(name, part)
        code = _write_beside(parts, options)
    except PreprocessingError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if code == 0:
        tell({"read": hours.read, "predicted": hours.predicted})
    return code


def _write_beside(parts: Iterator[tuple[str, Hours]], options: argparse.Namespace) -> int:
    """Have another process write the parts, if there are any; its exit code, 0 when all are written."""
    first = next(parts, None)
    if first is None:
        return 0
    command = [sys.executable, *(["-P"] if sys.flags.safe_path else []), "-m", "processing_scripts.chunks.writer"]
    command += ["--schema", options.schema, "--output", options.output, "--format", options.format]
    writer = subprocess.Popen(command, stdin=subprocess.PIPE)
    assert writer.stdin is not None
    try:
        with writer:
            for part in chain([first], parts):
                pickle.dump(part, writer.stdin)
    except BrokenPipeError:  # it has ended before its time, and said why
        return writer.returncode or 1
    return writer.returncode


if __name__ == "__main__":
    sys.exit(main())
