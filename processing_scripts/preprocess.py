"""Preprocess: read a data set's files, and write the sets of the built-in algorithms.

``python -m processing_scripts.preprocess --dataset PATH --option split=days --seed 42`` reads the files of
``<input>/data`` and ``<input>/batch`` as the data set file at ``PATH`` describes them (relative to the folder that
contains this package), and writes below ``<output>``::

    TASK/{train,validation,test}/data.csv       label first, no header; classes are integer codes. Rows that a rule
                                                leaves out are missing (see ``rules`` in the schema)
    TASK/{train,validation}/categorical_index.json   columns that are categories, if a table has some
    batch/data.csv                              features only, no header
    keys/{train,validation,test,batch}.csv      identity of each row, with a header
    schema/schema.json                          see processing_scripts.schema
    schema/data-report.json                     the data in numbers
    schema/data-report.html                     the same as a page

and, with ``--batch-format recordio``, the training, validation and batch rows in RecordIO as well::

    recordio/TASK/{train,validation}/data.recordio
    recordio/batch/data.recordio

If the batch is the data, the test set is the batch.

With ``--files 4 --resource-config /opt/ml/config/resourceconfig.json``, each set has four files, such as
``data-0000.csv`` and ``train-0000.csv``, which the hosts of the job share; the first host writes what there is once.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from processing_scripts.dataset_file.model import DatasetFile
from processing_scripts.dataset_file.reader import read_dataset_file
from processing_scripts.datasets import Choices
from processing_scripts.errors import OptionError, PreprocessingError
from processing_scripts.hosts import Share, share_of
from processing_scripts.loading import data_set_of
from processing_scripts.outputs import SetWriter, write_category_index, write_json
from processing_scripts.schema import CODE_FOLDER

DEFAULT_DATASET = Path("processing_scripts", "seoul_bike", "seoul_bike.toml")
_EXIT_MESSAGE_BYTES = 1024


def preprocess(
    dataset: Path,
    data: Path,
    batch: Path,
    output: Path,
    choices: Choices,
    share: Share = Share(),  # noqa: B008 - frozen
    *,
    with_recordio: bool = False,
) -> None:
    """Read and check the files of two folders, then write this host's share of all outputs.

    Raises `PreprocessingError` if the data is invalid, ambiguous, or too little for the split; nothing is written then.
    """
    file = read_dataset_file(dataset)
    _check_choices(file, choices)
    with tempfile.TemporaryDirectory() as scratch:
        prepared = data_set_of(file).prepare(data, batch, choices, Path(scratch))
        with SetWriter(output, share, with_recordio=with_recordio) as writer:
            for rows in prepared.rows(share):
                writer.write(rows)
    if not share.is_of_the_first:
        return
    schema = prepared.schema()
    write_json(output / "schema" / "schema.json", schema)
    if file.has_categories:
        write_category_index(output, schema)
    report, page = prepared.report()
    write_json(output / "schema" / "data-report.json", report)
    (output / "schema" / "data-report.html").write_text(page, encoding="utf-8")


def _check_choices(file: DatasetFile, choices: Choices) -> None:
    """Refuse choices that the data set does not offer."""
    options = {option.name: option for option in file.options}
    for name, value in choices.options.items():
        if name not in options:
            known = f"; its options are {', '.join(options)}" if options else ""
            raise OptionError(f"The data set '{file.name}' has no option '{name}'{known}.")
        if value not in options[name].choices:
            raise OptionError(f"The option '{name}' is '{value}'; choose {' or '.join(options[name].choices)}.")
    names = [task.name for task in file.tasks]
    for task in choices.tasks:
        if task not in names:
            raise OptionError(f"The data set '{file.name}' has no task '{task}'; its tasks are {', '.join(names)}.")
    if choices.threshold_quantile is not None and all(task.above_quantile is None for task in file.tasks):
        raise OptionError(f"No task of the data set '{file.name}' has a threshold quantile; delete the argument.")


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="preprocess", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--dataset",
        type=Path,
        default=DEFAULT_DATASET,
        help="data set file, relative to the code's folder (default: %(default)s)",
    )
    parser.add_argument(
        "--option",
        type=_option,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="choice of one of the data set's own options; repeatable",
    )
    parser.add_argument("--seed", type=int, default=42, help="seed of the split (default: %(default)s)")
    parser.add_argument(
        "--threshold-quantile", type=_quantile, help="quantile of the training set, instead of above_quantile"
    )
    parser.add_argument(
        "--task",
        action="append",
        default=[],
        help="a task to train, so that the data is not checked for the others; repeatable (default: all)",
    )
    parser.add_argument(
        "--batch-format",
        choices=("csv", "recordio"),
        default="csv",
        help="recordio: write RecordIO files as well (default: %(default)s)",
    )
    parser.add_argument("--files", type=int, default=1, help="files of each set (default: %(default)s)")
    parser.add_argument(
        "--resource-config", type=Path, help="JSON file with the names of the job's hosts (default: one host)"
    )
    parser.add_argument("--input", type=Path, default=Path("/opt/ml/processing/input"))
    parser.add_argument("--output", type=Path, default=Path("/opt/ml/processing/output"))
    parser.add_argument(
        "--message", type=Path, default=Path("/opt/ml/output/message"), help="file for the failure reason"
    )
    return parser.parse_args(arguments)


def _option(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text} is not NAME=VALUE")
    return name, value


def _quantile(text: str) -> float:
    quantile = float(text)
    if not 0 < quantile < 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return quantile


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the processing job; return 0 on success, or 1 with the reason on stderr."""
    options = _arguments(arguments)
    choices = Choices(dict(options.option), options.seed, options.threshold_quantile, tuple(options.task))
    try:
        preprocess(
            CODE_FOLDER / options.dataset,
            options.input / "data",
            options.input / "batch",
            options.output,
            choices,
            Share(options.files)
            if options.resource_config is None
            else share_of(options.resource_config, options.files),
            with_recordio=options.batch_format == "recordio",
        )
    except PreprocessingError as error:
        sys.stderr.write(f"{error}\n")
        options.message.parent.mkdir(parents=True, exist_ok=True)
        options.message.write_text(str(error).encode()[:_EXIT_MESSAGE_BYTES].decode(errors="ignore"), encoding="utf-8")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
