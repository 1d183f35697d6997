"""The executions of pipelines: start, stop and retry."""

import logging
import threading

from local_sagemaker import events
from local_sagemaker.core import disk
from local_sagemaker.core.clock import now
from local_sagemaker.core.core import Call, Core, Request
from local_sagemaker.core.errors import ConflictException, ValidationException
from local_sagemaker.core.names import new_execution_id
from local_sagemaker.core.store import Record
from local_sagemaker.definition.parameters import values_of
from local_sagemaker.definition.parse import parse
from local_sagemaker.engine import records, selective, tasks, unsupported_steps
from local_sagemaker.engine.run import FAILED, Run
from local_sagemaker.engine.tasks import TaskServices

_LOG = logging.getLogger(__name__)
_LOST = "InternalServerError: The local SageMaker ended while this step was running."
_COPIED_MEMBERS = (
    "PipelineExecutionDescription", "ParallelismConfiguration", "SelectiveExecutionConfig", "PipelineVersionId",
    "ClientRequestToken",
)  # fmt: skip


class Executions:
    """All executions of one service; each one that runs has a thread of its own.

    ``missing(name, work)`` names what an image or a function lacks for a kind of work, or returns None. Steps
    create their resources through ``call``, or have their work done by ``services``.
    """

    def __init__(self, core: Core, missing: unsupported_steps.Missing, call: Call, services: TaskServices) -> None:
        self._core = core
        self._missing = missing
        self._call = call
        self._services = services
        self._lock = threading.Lock()
        self._running: dict[str, tuple[Run, threading.Thread]] = {}
        self._closing = False

    @property
    def running(self) -> int:
        """The number of executions that run now."""
        with self._lock:
            return len(self._running)

    @property
    def working(self) -> int:
        """The number of executions that run now and do not only wait for callbacks, which may outlast this process."""
        with self._lock:
            running = list(self._running)
        return sum(not tasks.only_wait(records.steps(self._core.store, arn)) for arn in running)

    def start(self, pipeline: Record, definition_text: str, request: Request) -> str:
        """Start an execution; returns its ARN.

        Raises ValidationException if the parameters or the selected steps do not match the definition, or a step is not
        supported.
        """
        definition = parse(definition_text)
        parameters = values_of(definition.parameters, request.get("PipelineParameters", []))
        chosen = selective.selected_steps(definition, request.get("SelectiveExecutionConfig"))
        unsupported_steps.refuse(chosen, parameters, self._missing)
        reused = selective.reused_steps(self._core.store, definition, request.get("SelectiveExecutionConfig"))
        moment = now()
        identifier = new_execution_id()
        arn = f"{pipeline['PipelineArn']}/execution/{identifier}"
        user = pipeline.get("CreatedBy", {})
        record = {
            "PipelineExecutionArn": arn,
            "PipelineArn": pipeline["PipelineArn"],
            "PipelineName": pipeline["PipelineName"],
            "PipelineExecutionDisplayName": f"execution-{int(moment * 1000)}",
            "PipelineExecutionStatus": "Executing",
            "ParallelismConfiguration": pipeline.get("ParallelismConfiguration"),
            "PipelineVersionId": pipeline["LatestVersion"],
            "RoleArn": request.get("RoleArn") or pipeline.get("RoleArn"),
            "Parameters": parameters,
            "CreationTime": moment,
            "StartTime": moment,
            "LastModifiedTime": moment,
            "CreatedBy": user,
            "LastModifiedBy": user,
            **{name: request[name] for name in _COPIED_MEMBERS if name in request},
        }
        if "PipelineExecutionDisplayName" in request:
            record["PipelineExecutionDisplayName"] = request["PipelineExecutionDisplayName"]
        run = Run(self._core, self._call, self._services, record, definition)
        record["PipelineExperimentConfig"] = run.experiment
        store = self._core.store
        # In one transaction: a process that dies here leaves no execution without its definition or its reused steps.
        with store.transaction():
            store.insert(records.EXECUTION, arn, record, parent=pipeline["PipelineName"])
            store.insert(records.DEFINITION, arn, {"Definition": definition_text})
            for step, result in reused.items():
                selective.reuse(store, arn, definition.steps[step], result)
        events.execution_changed(self._core, record, None, ended=False)
        self._begin(run, arn)
        return arn

    def stop(self, arn: str) -> None:
        """Stop an execution: no more steps start, and the running ones are stopped.

        Raises ValidationException if the execution has ended.
        """
        status = records.execution(self._core.store, arn)["PipelineExecutionStatus"]
        if status in records.FINAL:
            raise ValidationException(f"Pipeline execution with ARN {arn} cannot be stopped: its status is {status}.")

        def mark(record: Record) -> None:
            if record["PipelineExecutionStatus"] == "Executing":
                record["PipelineExecutionStatus"] = "Stopping"

        records.change_execution(self._core.store, arn, mark)
        if running := self._find(arn):
            running[0].stop()

    def allow(self, arn: str, most_parallel: int) -> None:
        """Change the maximum number of parallel steps of an execution, if it runs."""
        if running := self._find(arn):
            running[0].allow(most_parallel)

    def retry(self, arn: str, request: Request) -> None:
        """Resume an execution from the steps that failed or were stopped.

        Raises ConflictException if the execution is not Failed or Stopped, or a Fail step ended it.
        """
        store = self._core.store
        record = records.execution(store, arn)
        status = record["PipelineExecutionStatus"]
        if status not in ("Failed", "Stopped"):
            raise ConflictException(
                f"Pipeline execution with ARN {arn} cannot be retried: its status is {status}, not Failed or Stopped."
            )
        steps, definition = records.steps(store, arn), records.definition(store, arn)
        ended_by = next((step["StepName"] for step in steps if definition.steps[step["StepName"]].type == "Fail"), None)
        if ended_by is not None:
            raise ConflictException(
                f"Pipeline execution with ARN {arn} cannot be retried: the Fail step {ended_by} ended it."
            )
        with store.transaction():
            for step in steps:
                # A step without a record is one that has not started, so the run starts it again as soon as it is
                # ready.
                if step["StepStatus"] != "Succeeded":
                    store.delete(records.STEP, f"{arn}/{step['StepName']}")

            def resume(record: Record) -> None:
                record["PipelineExecutionStatus"] = "Executing"
                record.pop("FailureReason", None)
                if "ParallelismConfiguration" in request:
                    record["ParallelismConfiguration"] = request["ParallelismConfiguration"]

            record = records.change_execution(store, arn, resume) or record
        self._begin(Run(self._core, self._call, self._services, record, definition), arn)

    def answer(self, request: Request, *, succeeded: bool) -> str:
        """Send the answer to a callback to its step; returns the ARN of the execution.

        Raises ResourceNotFound or ConflictException if no step waits for the token.
        """
        arn, step = tasks.answer(self._core.store, request, succeeded=succeeded)
        if running := self._find(arn):
            running[0].step_ended(step)
        return arn

    def resume_or_fail(self) -> None:
        """Resume the executions of an earlier process that wait for a callback, and end the others.

        A step that was running fails in both: its work ended with that process.
        """
        store = self._core.store
        for record in store.list(records.EXECUTION):
            status, arn = record["PipelineExecutionStatus"], record["PipelineExecutionArn"]
            if status in records.FINAL:
                continue
            ended = "Stopped" if status == "Stopping" else "Failed"
            if not any(map(tasks.token_of, records.steps(store, arn))):
                self._give_up(arn, ended, _LOST)
                continue
            self._end_steps(arn, ended, _LOST)
            run = Run(self._core, self._call, self._services, record, records.definition(store, arn))
            if status == "Stopping":
                run.stop()
            self._begin(run, arn)

    def wait(self, arn: str) -> None:
        """Wait until an execution has ended."""
        if running := self._find(arn):
            running[1].join()

    def close(self) -> None:
        """Stop following all executions; their jobs end with the supervisor.

        They, and executions that a request starts after this, become Failed when the service opens again.
        """
        with self._lock:
            self._closing = True
            running = list(self._running.values())
        for run, _ in running:
            run.abandon()
        for _, thread in running:
            thread.join()

    def _find(self, arn: str) -> tuple[Run, threading.Thread] | None:
        with self._lock:
            return self._running.get(arn)

    def _begin(self, run: Run, arn: str) -> None:
        thread = threading.Thread(target=self._run, args=(run, arn), name=arn, daemon=True)
        with self._lock:
            # Checked and registered in one step, so that close() either sees the run or keeps it from starting.
            if self._closing:
                return
            self._running[arn] = (run, thread)
            thread.start()

    def _run(self, run: Run, arn: str) -> None:
        try:
            status = run.run()
        except Exception as error:  # noqa: BLE001 - a defect of the engine must not leave the execution Executing for ever
            _LOG.exception("%s: the engine itself failed", arn)
            reason = disk.problem(error, self._core.directory) or f"{type(error).__name__}: {error}"
            self._give_up(arn, "Failed", f"InternalServerError: {reason}")
            status = None
        if status is not None:
            self._finish(arn, status)
        with self._lock:
            self._running.pop(arn, None)

    def _give_up(self, arn: str, status: str, reason: str) -> None:
        """End an execution that no thread runs, with its unfinished steps."""
        self._end_steps(arn, status, reason, waiting=True)
        self._finish(arn, status)

    def _end_steps(self, arn: str, status: str, reason: str, *, waiting: bool = False) -> None:
        """End the unfinished steps of an execution, also those that are waiting for a callback if wanted."""
        for step in records.steps(self._core.store, arn):
            if step["StepStatus"] not in records.FINAL and (waiting or tasks.token_of(step) is None):
                why = None if status == "Stopped" else reason
                records.end_step(self._core.store, arn, step["StepName"], status, why)

    def _finish(self, arn: str, status: str) -> None:
        before = records.execution(self._core.store, arn)["PipelineExecutionStatus"]

        def end(record: Record) -> None:
            record["PipelineExecutionStatus"] = status
            if status == "Failed":
                record["FailureReason"] = FAILED

        ended = records.change_execution(self._core.store, arn, end)
        if ended is not None:
            events.execution_changed(self._core, ended, before, ended=status in records.FINAL)
