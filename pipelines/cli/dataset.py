"""``boostpipe dataset``: write the data set file of a table, and check one."""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from pipelines.aws.s3 import objects_of_table, split_uri
from pipelines.cli.common.command import Command, opened
from pipelines.cli.common.console import Parser, Result, confirm
from pipelines.cli.common.options import CONNECTION, add_yes
from pipelines.cli.common.rendering import facts, table
from pipelines.data.dataset import find
from pipelines.data.whole_files import written_whole
from pipelines.errors import BadInput
from pipelines.settings.fields import Settings
from pipelines.settings.table import read_table
from processing_scripts.dataset_file.model import Kind
from processing_scripts.dataset_file.reader import read_dataset_file

if TYPE_CHECKING:
    from pipelines.data.inspection.proposal import Proposal

_SETTINGS = tuple(name for name in CONNECTION if name != "target")
"""Here ``--target`` is a column; SAGEMAKER_TARGET chooses the target of addresses in S3."""
_SETS = {"train": "training set", "validation": "validation set", "test": "test set"}


def _init_options(parser: Parser) -> None:
    parser.add_argument("file", metavar="FILE", help="CSV or Parquet: a file, a folder of files, or an s3:// address")
    parser.add_argument("--target", dest="column", required=True, metavar="COLUMN", help="what to predict")
    parser.add_argument("--kind", choices=get_args(Kind), help="of the task (default: from the target's values)")
    parser.add_argument("--output", type=Path, metavar="X.toml", help="the data set file (default: FILE's name)")
    parser.add_argument("--force", action="store_true", help="replace the data set file if there is one")
    add_yes(parser)


def _init(options: argparse.Namespace, settings: Settings) -> Result:
    from pipelines.data.inspection.document import as_toml, data_of, simple_name  # pandas takes a second
    from pipelines.data.inspection.proposal import propose

    output = options.output or Path(f"{simple_name(options.file)}.toml")
    if output.exists() and not options.force:
        raise BadInput(f"There is a file {output} already. Add --force to replace it, or name another with --output.")
    if not output.parent.is_dir():
        raise BadInput(f"There is no folder {output.parent}. Create it, or name another file with --output.")
    with _local(options.file, settings) as path:
        proposal = propose(path, options.column, options.kind)
    text = _as_text(proposal, options.file)
    if sys.stdin.isatty() and not options.yes:
        sys.stderr.write(text)
        text = ""
        if not confirm(f"Write {output}?", yes=False):
            return Result("Nothing was written.\n", {"file": None})
    with written_whole(output) as (partial,):
        partial.write_text(as_toml(proposal, options.file, data_of(options.file, output)), encoding="utf-8")
        read_dataset_file(partial)
    text += (
        f"\nWrote {output}. Look through it, then:\n"
        f"  boostpipe dataset check {output}\n"
        f"  boostpipe run --dataset {output} --upsert --start\n"
    )
    return Result(text, {"file": str(output), **_as_json(proposal)})


@contextlib.contextmanager
def _local(source: str, settings: Settings) -> Iterator[Path]:
    """Yield a path; objects of S3 and of the web are downloaded for as long as the context lasts."""
    if "://" not in source:
        yield Path(source)
        return
    if not source.startswith("s3://"):
        with tempfile.TemporaryDirectory() as folder:
            found = find(source, allow_sample=False)
            file = Path(folder) / found.name
            file.write_bytes(found.data)
            yield file
        return
    bucket, prefix = split_uri(source)
    with tempfile.TemporaryDirectory() as folder, opened(settings) as context:
        keys = [each["Key"] for each in objects_of_table(context.s3, source)]
        if not keys:
            raise BadInput(f"There is no object at {source}. Check the address and the region.")
        for key in keys:
            file = Path(folder) / (key.removeprefix(prefix).strip("/") or key.rpartition("/")[2])
            file.parent.mkdir(parents=True, exist_ok=True)
            context.s3.download_file(bucket, key, str(file))
        yield file if keys == [prefix] else Path(folder)


def _check_options(parser: Parser) -> None:
    parser.add_argument("dataset_file", type=Path, metavar="X.toml", help="the data set file")
    parser.add_argument("file", nargs="?", metavar="FILE", help="the table (default: data in the data set file)")


def _check(options: argparse.Namespace, settings: Settings) -> Result:
    from pipelines.data.preview import preview

    dataset = read_table(str(options.dataset_file))
    source = options.file or dataset.data_source
    if source is None:
        raise BadInput(f"{options.dataset_file} does not name its table: name it, or write data = PATH into the file.")
    with _local(source, settings) as path:
        found = preview(options.dataset_file, path)
    rows = {name: count for name, count in found.rows.items() if name in _SETS}
    heading = ("", "type", *(f"row {at + 1}" for at in range(len(found.first))))
    names = [(f"{dataset.tasks[0].target} (target)", str(dataset.tasks[0].kind))]
    names += [(str(feature["name"]), str(feature["type"])) for feature in found.features]
    lines = [(*name, *(row[at] for row in found.first)) for at, name in enumerate(names)]
    text = (
        f"{options.dataset_file} fits {source}: {sum(rows.values()):,} rows.\n"
        + (f"  {found.without_target:,} rows have no target, so they are left out\n" if found.without_target else "")
        + "".join(f"  {_SETS[name]}: {count:,} rows\n" for name, count in rows.items())
        + f"\n{len(found.features)} features, as the models see them in the first rows of the training set (levels "
        f"instead of codes):\n\n{table(heading, lines)}"
    )
    content = {
        "source": source,
        "rows": rows,
        "without_target": found.without_target,
        "features": [dict(each) for each in found.features],
    }
    return Result(text, {**content, "first": [list(row) for row in found.first]})


def _as_text(proposal: Proposal, source: str) -> str:
    read, task = proposal.table, proposal.task
    layouts = read.files.layouts
    form = "Parquet"
    if layouts:
        header = "with a header" if layouts[0].header else "without header"
        form = f"CSV with {layouts[0].separator!r} between cells, in {layouts[0].encoding}, {header}"
    files = f", {len(read.files.paths)} files" if len(read.files.paths) > 1 else ""
    named = {"multiclass": "multi-class classification", "binary": "binary classification"}.get(task.kind, task.kind)
    positive = f", positive class {task.positive!r}" if task.positive is not None else ""
    lines = {
        "read": f"{source}{files}: {read.rows:,} rows, {len(proposal.columns)} columns, {form}",
        "task": f"{named} of {proposal.target!r}{positive}, because {task.reason}",
        "gate": f"{task.gate:g}: {task.gate_reason}",
        "split": f"{proposal.split}: {proposal.split_reason}",
    }
    rows = [
        (each.name, f"{each.type} in {each.sign}" if each.sign else each.type, each.role, each.reason)
        for each in proposal.columns
    ]
    warnings = "".join(f"- {warning}\n" for warning in proposal.warnings) or "None.\n"
    return f"{facts(lines.items())}\n{table(('column', 'type', 'role', 'why'), rows)}\nWarnings:\n{warnings}"


def _as_json(proposal: Proposal) -> dict[str, Any]:
    task = proposal.task
    return {
        "rows": proposal.table.rows,
        "target": proposal.target,
        "kind": task.kind,
        "gate": task.gate,
        "classes": list(task.classes),
        "split": proposal.split,
        "columns": [
            {"name": each.name, "type": each.type, "sign": each.sign, "role": each.role, "reason": each.reason}
            for each in proposal.columns
        ],
        "warnings": list(proposal.warnings),
    }


COMMAND = Command(
    name="dataset",
    summary="describe a table of your own in a data set file",
    description="Describe a table of your own: its columns, what to predict, and how to split it.",
    commands=(
        Command(
            name="init",
            summary="write the data set file of a table",
            description="Read a table, decide on types, roles, the task and the split, and write a data set file with "
            "comments. Warns of identifiers, duplicates, columns that give the target away, and the like.",
            options=_init_options,
            settings=_SETTINGS,
            run=_init,
        ),
        Command(
            name="check",
            summary="check a data set file together with its table",
            description="Preprocess the table as the job would do it, and show the sets and the first features.",
            options=_check_options,
            settings=CONNECTION,
            run=_check,
        ),
    ),
)
