"""The filters and joins of a batch transform: the part of a record that is sent, and the output for its response."""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, AnyStr, Self

from local_sagemaker.jobs.errors import DataError, RequestError
from local_sagemaker.jobs.transform.jsonpath import Filter, compile_filter

_JSON_LINES = "application/jsonlines"
_JSON = "application/json"
_CSV = "text/csv"


@dataclass(frozen=True)
class DataProcessing:
    """DataProcessing of a request, with the content types that determine the format of records.

    A filter is None if everything passes; ``join``: whether responses are joined to their records. The types are
    ContentType and Accept; the default of Accept is the content type of the responses.
    """

    input_filter: Filter | None
    output_filter: Filter | None
    join: bool
    input_type: str
    output_type: str

    @classmethod
    def of(cls, request: Mapping[str, Any]) -> Self:
        """Read a CreateTransformJob request.

        Raises RequestError if a filter is not a JSONPath, or the content types and splits do not allow a join.
        """
        given = request.get("DataProcessing", {})
        transform_input, output = request["TransformInput"], request["TransformOutput"]
        input_type = transform_input.get("ContentType", "")
        output_type = output.get("Accept") or input_type
        join = given.get("JoinSource", "None") == "Input"
        if join:
            _check_join(input_type, output, transform_input.get("SplitType", "None"))
        return cls(
            input_filter=_filter_or_none(given.get("InputFilter", "$")),
            output_filter=_filter_or_none(given.get("OutputFilter", "$")),
            join=join,
            input_type=input_type,
            output_type=output_type,
        )

    @property
    def reads_answers(self) -> bool:
        """Whether responses have to be split into records."""
        return self.join or self.output_filter is not None

    def sent(self, record: bytes) -> bytes:
        """The part of a record that is sent to the container."""
        if self.input_filter is None:
            return record
        if self.input_type == _CSV:
            return b"\n".join(_write_row(_selected(self.input_filter, row)) for row in _rows(record))
        return _write_json(_selected(self.input_filter, _read_json(record)))

    def stored(self, records: list[bytes], answer: bytes) -> bytes:
        """The output for the response to a batch of records.

        Raises DataError if the numbers of results and records differ, or one of them has another type.
        """
        if not self.reads_answers:
            return answer
        if self.output_type == _CSV:
            return self._stored_rows(records, answer)
        return self._stored_json(records, answer)

    def _stored_rows(self, records: list[bytes], answer: bytes) -> bytes:
        if self.output_filter is None:
            # The whole input row and all output columns: the rows need no parsing.
            lines = lines_of(answer)
            _text(b"".join(records))
            _require_same_count(len(records), len(lines))
            return b"".join(b"%b,%b\n" % pair for pair in zip(records, lines, strict=True))
        answers = _rows(answer)
        sources = [row for record in records for row in _rows(record)]
        if self.join:
            _require_same_count(len(sources), len(answers))
            answers = [source + row for source, row in zip(sources, answers, strict=True)]
        if self.output_filter is not None:
            answers = [_as_row(_selected(self.output_filter, row)) for row in answers]
        return b"".join(_write_row(row) + b"\n" for row in answers)

    def _stored_json(self, records: list[bytes], answer: bytes) -> bytes:
        # JSON lines get JSON lines in response; a single record gets a JSON document.
        if self.output_type == _JSON_LINES or len(records) > 1:
            answers = [_read_json(line) for line in lines_of(answer) if line.strip()]
        else:
            answers = [_read_json(answer)]
        if self.join:
            _require_same_count(len(records), len(answers))
            answers = [_joined(_read_json(record), each) for record, each in zip(records, answers, strict=True)]
        if self.output_filter is not None:
            answers = [_selected(self.output_filter, each) for each in answers]
        return b"".join(_write_json(each) + b"\n" for each in answers)


def _filter_or_none(path: str) -> Filter | None:
    return None if path == "$" else compile_filter(path)


def _check_join(input_type: str, output: Mapping[str, Any], split_type: str) -> None:
    if input_type not in (_CSV, _JSON, _JSON_LINES) or output.get("Accept") != input_type:
        raise RequestError(
            f"JoinSource Input needs the same ContentType and Accept, one of {_CSV}, {_JSON} and {_JSON_LINES}; "
            f"they are {input_type or 'missing'} and {output.get('Accept', 'missing')}."
        )
    if input_type == _CSV and (split_type != "Line" or output.get("AssembleWith") != "Line"):
        raise RequestError("JoinSource Input of text/csv needs SplitType Line and AssembleWith Line.")


def _require_same_count(records: int, answers: int) -> None:
    if records != answers:
        raise DataError(f"The container gave {answers} answers to {records} records; they cannot be joined.")


def _joined(record: Any, answer: Any) -> dict[str, Any]:
    if isinstance(record, dict):
        return {**record, "SageMakerOutput": answer}
    return {"SageMakerInput": record, "SageMakerOutput": answer}


def _selected(select: Filter, value: Any) -> Any:
    try:
        return select(value)
    except LookupError as error:
        raise DataError(f"A filter selects what a record does not have: {error}.") from error


def _rows(text: bytes) -> list[list[str]]:
    decoded = _text(text)
    if '"' not in decoded:
        return [line.split(",") for line in lines_of(decoded)]
    try:
        return [row for row in csv.reader(io.StringIO(decoded)) if row]
    except csv.Error as error:
        raise DataError(f"A record or an answer is not CSV: {error}.") from error


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"A record or an answer is not CSV in UTF-8: {error}.") from error


def lines_of(text: AnyStr) -> list[AnyStr]:
    """The lines of a text that are not empty; lines end at line feeds only, as ``splitlines`` of text does not."""
    feed, back = ("\n", "\r") if isinstance(text, str) else (b"\n", b"\r")
    return [line for each in text.split(feed) if (line := each.removesuffix(back))]


def _as_row(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _write_row(value: Any) -> bytes:
    row = _as_row(value)
    if not any('"' in cell or "," in cell or "\n" in cell for cell in row):
        return ",".join(row).encode()
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(row)
    return buffer.getvalue().encode()


def _read_json(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"A record or an answer is not JSON: {error}.") from error


def _write_json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
