"""Features of raw rows in a file of any size, chunk by chunk, while another process writes the previous chunk.

``python -m processing_scripts.parts --schema schema.json --data rows.csv --output DIR --rows 20000 --format csv``
reads the rows in order and writes, for each chunk with rows that can be predicted::

    DIR/rows/part-00000.csv         features only, no header (or ``.recordio``)
    DIR/known/part-00000.parquet    identity (such as the time), series (if there is one) and features of the same rows

As soon as both files are complete, it writes a line of JSON to stdout: ``{"part": "part-00000", "rows": 19832}``; at
the end ``{"read": 1000000, "predicted": 999832}``. With ``--series COLUMN``, the rows of each value of that column
(such as a station) are a separate series with its own history. The rows of a series must be in chronological order; see
`processing_scripts.seoul_bike.features.history` for rows without history.

Most files have one chunk. The following ones are written by another process (`processing_scripts.chunk_writer`), while
this one continues to read.
"""

import argparse
import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

from processing_scripts.chunk_writer import ChunkWriter, report
from processing_scripts.errors import PreprocessingError
from processing_scripts.loading import load
from processing_scripts.schema import dataset_path, load_schema


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the chunks; return 0 on success, or 1 with the reason on stderr."""
    parser = argparse.ArgumentParser(prog="parts", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--schema", type=Path, required=True, help="schema.json of the model")
    # --hours is the name that the code of earlier models knows, so the workflow sends it.
    parser.add_argument("--data", "--hours", type=Path, required=True, help="rows to predict, after their history")
    parser.add_argument("--output", type=Path, required=True, help="output folder")
    parser.add_argument("--rows", type=int, default=20_000, help="rows per chunk (default: %(default)s)")
    parser.add_argument(
        "--format", choices=("csv", "recordio"), default="csv", help="format of the rows (default: %(default)s)"
    )
    parser.add_argument("--series", help="column that identifies the series of a row")
    options = parser.parse_args(arguments)
    try:
        schema = load_schema(options.schema)
        data_set = load(dataset_path(schema))
        chunks = data_set.chunks(options.data, schema, options.rows, options.series)
        parts = ((f"part-{number:05}", part) for number, part in enumerate(chunks))
        for name, part in islice(parts, 1):
            ChunkWriter(data_set, schema, options.output, options.format).write(name, part)
        code = _write_in_other_process(parts, options)
    except PreprocessingError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if code == 0:
        report({"read": chunks.read, "predicted": chunks.predicted})
    return code


def _write_in_other_process(parts: Iterator[tuple[str, Any]], options: argparse.Namespace) -> int:
    """Write the remaining chunks in another process; return its exit code, or 0 if there are none."""
    first = next(parts, None)
    if first is None:
        return 0
    command = [sys.executable, *(["-P"] if sys.flags.safe_path else []), "-m", "processing_scripts.chunk_writer"]
    command += ["--schema", options.schema, "--output", options.output, "--format", options.format]
    writer = subprocess.Popen(command, stdin=subprocess.PIPE)
    assert writer.stdin is not None
    try:
        with writer:
            for part in chain([first], parts):
                pickle.dump(part, writer.stdin)
    except BrokenPipeError:  # the process failed early and reported why
        return writer.returncode or 1
    return writer.returncode


if __name__ == "__main__":
    sys.exit(main())
