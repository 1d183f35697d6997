"""The result of a batch: a Parquet file and a CSV file with each prediction beside the row that it is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.aws.s3 import read_object
from pipelines.data import spreadsheets
from pipelines.data.whole_files import written_whole
from pipelines.errors import PipelineError
from pipelines.models.container_output import read_answers
from pipelines.models.postprocessing import apply_rules, beside, prediction_columns, require_as_many
from pipelines.models.schema import rules_of, task_of
from pipelines.serving.batch.rows import Part, Prepared

if TYPE_CHECKING:
    from pipelines.definition.formats import Format
    from pipelines.models.registry import ModelMetadata
    from pipelines.settings.fields import Task


@dataclass(frozen=True)
class Responses:
    """Where the responses to the objects are, and the metadata of the model."""

    s3: Any
    uri: str
    form: Format
    metadata: ModelMetadata
    task: Task


def write_result(prepared: Prepared, responses: Responses, folder: Path) -> dict[str, Path]:
    """Join object by object and write ``predictions.parquet`` and ``predictions.csv``: both whole, or neither.

    A row's key is its object and its position in it. Its datetime, series and features were stored under that key when
    the object was written, so no row has to be found again by its values. One of them that is called like a prediction
    gets another name, see `beside`.

    Raises `PipelineError` if an object has no response, or not one for each row.
    """
    from pyarrow import parquet

    files = {kind: folder / f"predictions.{kind}" for kind in ("parquet", "csv")}
    written = formulas = 0
    with written_whole(*files.values()) as (parquet_file, csv_file):
        with ExitStack() as stack:
            rows = stack.enter_context(csv_file.open("wb"))
            writer: Any = None
            for table in _joined(prepared, responses):
                readable, changed = _without_formulas(_with_readable_hours(table))
                formulas += changed
                if writer is None:
                    writer = stack.enter_context(parquet.ParquetWriter(parquet_file, table.schema))
                    rows.write((",".join(_quoted(name) for name in readable.column_names) + "\n").encode())
                writer.write_table(table)
                _append_csv(rows, readable)
                written += table.num_rows
        require_as_many(written, prepared.rows)
    spreadsheets.note(formulas, "predictions.csv")
    return files


def _without_formulas(table: Any) -> tuple[Any, int]:
    """A table whose texts no spreadsheet runs, and how many of them have changed."""
    from pyarrow import compute

    changed = 0
    for at, field in enumerate(table.schema):
        if str(field.type) == "string":
            texts = compute.replace_substring_regex(table.column(at), spreadsheets.FORMULA, r"'\1")
            changed += compute.sum(compute.not_equal(texts, table.column(at))).as_py() or 0
            table = table.set_column(at, field.name, texts)
    return table.rename_columns([spreadsheets.as_text(name) for name in table.column_names]), changed


def _append_csv(file: Any, table: Any) -> None:
    """Append rows; their texts are in quotation marks if one of them needs it."""
    from pyarrow import compute, csv

    texts = [table.column(field.name) for field in table.schema if str(field.type) == "string"]
    needed = any(compute.any(compute.match_substring_regex(each, r'[,"\r\n]')).as_py() for each in texts)
    style = "needed" if needed else "none"
    csv.write_csv(table, file, csv.WriteOptions(include_header=False, quoting_style=style))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if any(character in name for character in ',"\r\n') else name


def _joined(prepared: Prepared, responses: Responses) -> Iterator[Any]:
    import pyarrow as pa
    from pyarrow import parquet

    schema, task = responses.metadata.schema, responses.task
    classes, conditions = task_of(schema, task).responses, {rule["feature"] for rule in rules_of(schema, task)}
    for part in prepared.parts:
        table = parquet.read_table(part.known)
        numbers = read_answers(_read(responses, part), classes)
        require_as_many(len(numbers), table.num_rows)
        features = {name: table.column(name).to_pylist() for name in conditions}
        predicted = _predicted(numbers, features, responses.metadata, task)
        names, of_model = table.column_names, [feature["name"] for feature in schema["features"]]
        keys = [name for name in names if name not in of_model]
        table = _with_levels(table, schema).rename_columns(beside(predicted, keys, names[len(keys) :]))
        for name, values in predicted.items():
            table = table.append_column(name, pa.array(values))
        yield table


def _with_levels(table: Any, schema: Mapping[str, Any]) -> Any:
    """A table with the names of categories instead of their codes; none for a category that is unknown."""
    import pyarrow as pa

    for feature in schema["features"]:
        if feature["type"] == "category":
            names = dict(enumerate(feature["levels"]))
            cells = [names.get(code) for code in table.column(feature["name"]).to_pylist()]
            at = table.schema.get_field_index(feature["name"])
            table = table.set_column(at, feature["name"], pa.array(cells, pa.string()))
    return table


def _predicted(
    numbers: Sequence[Any], features: Mapping[str, Sequence[float]], metadata: ModelMetadata, task: Task
) -> dict[str, list[Any]]:
    kept = apply_rules(numbers, features, metadata.schema, task)
    better = metadata.calibrated(numbers)
    better = better and apply_rules(better, features, metadata.schema, task)
    return prediction_columns(kept, metadata.schema, task, metadata.cut_off, better)


def _with_readable_hours(table: Any) -> Any:
    from pyarrow import compute

    for position, field in enumerate(table.schema):
        if str(field.type).startswith("timestamp"):
            moments = compute.strftime(table.column(position).cast("timestamp[s]"), format="%Y-%m-%dT%H:%M:%S")
            table = table.set_column(position, field.name, moments)
    return table


def _read(responses: Responses, part: Part) -> str:
    from botocore.exceptions import ClientError

    uri = f"{responses.uri}/{part.name}{responses.form.suffix}.out"
    try:
        return read_object(responses.s3, uri).decode()
    except ClientError as error:
        raise PipelineError(f"The object {part.name} has no response ({uri}): {error}") from error
