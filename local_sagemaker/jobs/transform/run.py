"""Batch transform jobs (``docs/contracts.md``, section 4; CreateTransformJob in the API model)."""

import gzip
import http.client
import zlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

from local_sagemaker.core.core import Request
from local_sagemaker.jobs import inputs
from local_sagemaker.jobs.contract import JobContext, JobOutcome
from local_sagemaker.jobs.errors import AlgorithmError, DataError, JobError, RequestError
from local_sagemaker.jobs.outcomes import returning_failures
from local_sagemaker.jobs.serving.model_server import HOST
from local_sagemaker.jobs.serving.served_model import ServedModel
from local_sagemaker.jobs.transform.data_processing import DataProcessing
from local_sagemaker.jobs.transform.settings import TransformSettings
from local_sagemaker.jobs.transform.splitting import batches_of, records_of

_POLL_SECONDS = 0.1


class RequestFailedError(Exception):
    """The container did not process a request of a file; its ``str`` is the message in the log.

    ``fault`` is the party at fault, for the FailureReason of the job, and ``body`` the container's response.
    """

    def __init__(self, reason: str, fault: type[JobError], body: bytes = b"") -> None:
        super().__init__(reason)
        self.fault = fault
        self.body = body


@returning_failures
def run_transform(request: Request, model: Request, context: JobContext) -> JobOutcome:
    """Run a transform job to its end; returns the outcome, also of a failed job.

    ``request`` is a CreateTransformJob request, checked against its shape, and ``model`` a CreateModel request. A file
    with an invalid record has no output; the others have one.
    """
    processing = DataProcessing.of(request)
    source = request["TransformInput"]["DataSource"]["S3DataSource"]
    objects = inputs.find(inputs.Source(source["S3Uri"], source["S3DataType"]), context.store)
    settings = TransformSettings.of(request, {})
    settings.require_possible()
    server = ServedModel(model, context, {**request.get("Environment", {}), **settings.environment})
    try:
        server.await_ping(context.stop)
        settings = TransformSettings.of(request, server.execution_parameters())
        _log(context, f"MaxConcurrentTransforms={settings.concurrent}, MaxPayloadInMB={settings.max_payload_mb}, "
                      f"BatchStrategy={settings.strategy}")  # fmt: skip
        failures = _Transform(request, processing, settings, server, context).run(objects)
    finally:
        server.close()
    if context.stop.is_set():
        return JobOutcome("Stopped")
    if failures:
        return JobOutcome("Failed", failure_reason=str(failures[0]))
    return JobOutcome("Completed")


def _log(context: JobContext, text: str) -> None:
    moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
    context.log(HOST, f"{moment}:[sagemaker logs]: {text}\n")


@dataclass
class _File:
    """One input object in progress: its output grows on disk and is uploaded when it is complete."""

    source: inputs.InputObject
    local: Path
    output: Path
    failure: str | None = None
    pending: int = 0
    read: bool = False


@dataclass(frozen=True)
class _Batch:
    """Records of one file and their future response."""

    file: _File
    records: list[bytes]
    answer: Future[bytes]


@dataclass
class _Transform:
    """The work of one job: batches of all files are sent in parallel, and their responses are stored in order."""

    request: Request
    processing: DataProcessing
    settings: TransformSettings
    server: ServedModel
    context: JobContext
    failures: list[JobError] = field(default_factory=list)

    def run(self, objects: list[inputs.InputObject]) -> list[JobError]:
        """Transform the objects; returns the failure of each failed file."""
        underway: deque[_Batch] = deque()
        with ThreadPoolExecutor(self.settings.concurrent) as pool:
            for file in self._files(objects):
                for records in self._batches(file):
                    if file.failure is not None or self.context.stop.is_set():
                        break
                    file.pending += 1
                    underway.append(_Batch(file, records, pool.submit(self._answer, records)))
                    # One batch more than requests run in parallel, so that no thread waits and memory stays bounded.
                    while len(underway) > self.settings.concurrent:
                        self._store(underway.popleft())
                file.read = True
                self._finish(file)
            while underway:
                self._store(underway.popleft())
        return self.failures

    def _files(self, objects: list[inputs.InputObject]) -> Iterator[_File]:
        for number, source in enumerate(objects):
            if self.context.stop.is_set():
                return
            local = self.context.directory / "transform" / f"{number}.in"
            self.context.store.download(source.uri, local)
            output = local.with_suffix(".out")
            output.touch()
            yield _File(source, local, output)

    def _batches(self, file: _File) -> Iterator[list[bytes]]:
        given = self.request["TransformInput"]
        split_type = given.get("SplitType", "None")
        with self._open(file.local) as stream:
            records = records_of(stream, split_type, framed=not self.settings.single_record)
            most = 1 if self.settings.single_record or split_type == "None" else None
            try:
                yield from batches_of(records, self._separator, self.settings.max_payload_bytes, most)
            except (DataError, OSError, EOFError, zlib.error) as error:
                self._fail(file, str(error))

    def _open(self, path: Path) -> BinaryIO:
        if self.request["TransformInput"].get("CompressionType") == "Gzip":
            return cast(BinaryIO, gzip.open(path))
        return path.open("rb")

    @property
    def _separator(self) -> bytes:
        return b"\n" if self.request["TransformInput"].get("SplitType", "None") == "Line" else b""

    def _answer(self, records: list[bytes]) -> bytes:
        """Send one batch, with retries if the container is at fault; returns the output."""
        payload = self._separator.join(self.processing.sent(record) for record in records)
        headers = {"Content-Type": self.request["TransformInput"].get("ContentType")}
        headers["Accept"] = self.request["TransformOutput"].get("Accept")
        given = {name: value for name, value in headers.items() if value}
        failure = RequestFailedError("Unable to get response from algorithm", AlgorithmError)
        for _ in range(self.settings.retries + 1):
            try:
                answer = self.server.send(payload, given, self.settings.timeout_seconds)
            except (OSError, http.client.HTTPException) as error:
                failure = RequestFailedError(f"Unable to get response from algorithm: {error}", AlgorithmError)
                if not self.server.alive():
                    break
                continue
            if answer.status < 300:
                return self.processing.stored(records, answer.body)
            if answer.status < 500:
                raise RequestFailedError(f"ClientError: {answer.status}", RequestError, answer.body)
            failure = RequestFailedError(
                f"Bad HTTP status received from algorithm: {answer.status}", AlgorithmError, answer.body
            )
        raise failure

    def _store(self, batch: _Batch) -> None:
        """Wait for one response and append it to its file's output."""
        file = batch.file
        while not wait([batch.answer], _POLL_SECONDS).done:
            if self.context.stop.is_set():
                self.server.close()  # which also ends the request
        try:
            answer = batch.answer.result()
        except RequestFailedError as error:
            self._fail(file, str(error), error.fault, error.body)
        except JobError as error:
            self._fail(file, str(error))
        else:
            if file.failure is None:
                with file.output.open("ab") as output:
                    output.write(answer)
                    if self.request["TransformOutput"].get("AssembleWith") == "Line" and not answer.endswith(b"\n"):
                        output.write(b"\n")
        file.pending -= 1
        self._finish(file)

    def _finish(self, file: _File) -> None:
        """Upload the output of a file that is completely processed, unless a record failed."""
        if not file.read or file.pending:
            return
        if file.failure is None and not self.context.stop.is_set():
            target = self.request["TransformOutput"]["S3OutputPath"].rstrip("/")
            self.context.store.upload(file.output, f"{target}/{file.source.path}.out")
        file.local.unlink()
        file.output.unlink()

    def _fail(self, file: _File, reason: str, fault: type[JobError] = RequestError, body: bytes = b"") -> None:
        name = file.source.uri.removeprefix("s3://")
        message = ("", "Message:", *body.decode("utf-8", "replace").splitlines()) if body else ()
        for line in (reason, *message):
            _log(self.context, f"{name}: {line}")
        if file.failure is None:
            file.failure = f"{name}: {reason}"
            self.failures.append(fault(f"See job logs for more information: {file.failure}"))
