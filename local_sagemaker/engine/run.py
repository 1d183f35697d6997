"""One execution: a step starts when the steps that it needs have succeeded, and its end starts the next ones."""

import contextlib
import queue
from dataclasses import dataclass
from typing import Any

from local_sagemaker import events
from local_sagemaker.core.clock import now
from local_sagemaker.core.core import Call, Core
from local_sagemaker.core.errors import ApiError, ExpressionError
from local_sagemaker.core.store import Record
from local_sagemaker.definition import conditions, graph, retry
from local_sagemaker.definition.expressions import resolve, text_of
from local_sagemaker.definition.parse import Definition, Step
from local_sagemaker.definition.step_types import TASK_STEPS
from local_sagemaker.engine import records, selective
from local_sagemaker.engine.resolution import scope_of
from local_sagemaker.engine.start_step import Launch, Started
from local_sagemaker.engine.tasks import Tasks, TaskServices, token_of, waiting

FAILED = "Step failure: One or multiple steps failed."
MOST_PARALLEL_STEPS = 50


@dataclass
class _Active:
    """A step that has started and not ended: its resource, or the time of its next attempt."""

    started: Started | None
    began: float
    attempts: int = 1
    due: float | None = None


class Run:
    """One execution, run in the thread that calls ``run``."""

    def __init__(
        self, core: Core, call: Call, services: TaskServices, execution: Record, definition: Definition
    ) -> None:
        self._core = core
        self._store = core.store
        self._arn: str = execution["PipelineExecutionArn"]
        self._execution = execution
        self._definition = selective.selected_steps(definition, execution.get("SelectiveExecutionConfig"))
        # All changes of an execution happen in its own thread. Other threads only set a flag and put an event here: the
        # name of a step whose resource has ended, or None to wake the thread up.
        self._events: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._statuses: dict[str, str] = {}
        self._outcomes: dict[str, bool] = {}
        self._active: dict[str, _Active] = {}
        self._stopping = False
        self._abandoned = False
        self._no_more = False
        parallelism = execution.get("ParallelismConfiguration") or {}
        self._most_parallel = parallelism.get("MaxParallelExecutionSteps", MOST_PARALLEL_STEPS)
        self._launch = Launch(core, call, execution)
        self._tasks = Tasks(core, services, self._arn)
        self._scope = scope_of(core, execution, self._definition, self._launch)

    @property
    def experiment(self) -> dict[str, Any] | None:
        """The PipelineExperimentConfig of the definition, resolved."""
        return resolve(self._definition.experiment, self._scope) or None

    def stop(self) -> None:
        """Start no more steps, and stop the running ones; thread-safe."""
        self._stopping = True
        self._events.put(None)

    def allow(self, most_parallel: int) -> None:
        """Change the maximum number of parallel steps; thread-safe."""
        self._most_parallel = most_parallel
        self._events.put(None)

    def step_ended(self, step: str) -> None:
        """Note that the callback of a step has its answer; thread-safe."""
        self._events.put(step)

    def abandon(self) -> None:
        """Leave everything as it is, and return; thread-safe."""
        self._abandoned = True
        self._events.put(None)

    def run(self) -> str | None:
        """Run to the end; returns the final status, or None if the execution was abandoned."""
        for step in records.steps(self._store, self._arn):
            self._statuses[step["StepName"]] = step["StepStatus"]
            if "Outcome" in step:
                self._outcomes[step["StepName"]] = step["Outcome"]
            token = token_of(step)
            if token is not None:  # since before the service started again
                self._active[step["StepName"]] = _Active(waiting(token), step["StartTime"])
                if "Answer" in step:
                    self._events.put(step["StepName"])
        while not self._abandoned:
            self._start_what_is_ready()
            if not self._active:
                return self._final_status()
            self._wait_for_an_event()
        return None

    # Start of steps

    def _start_what_is_ready(self) -> None:
        # In rounds, because a Condition step ends at once and makes others ready.
        started = True
        while started and not self._stopping and not self._no_more:
            started = False
            # A list: the start of a step changes the statuses that the generator reads.
            for step in list(graph.ready(self._definition, self._statuses, self._outcomes)):
                if len(self._active) >= self._most_parallel or self._no_more or self._stopping:
                    return
                self._start(step)
                started = True

    def _start(self, step: Step) -> None:
        records.begin_step(self._store, self._arn, step)
        self._enter(step.name, "Starting")
        try:
            if step.type == "Condition":
                self._evaluate(step)
            elif step.type == "Fail":
                self._fail(step)
            else:
                self._active[step.name] = _Active(None, now())
                self._attempt(step)
        except ExpressionError as error:
            self._active.pop(step.name, None)
            self._end(step, "Failed", f"ClientError: {error}")

    def _evaluate(self, step: Step) -> None:
        outcome = conditions.all_hold(step.arguments["Conditions"], self._scope)
        self._outcomes[step.name] = outcome
        self._end(step, "Succeeded", Metadata={"Condition": {"Outcome": str(outcome)}}, Outcome=outcome)

    def _fail(self, step: Step) -> None:
        message = text_of(resolve(step.arguments.get("ErrorMessage", ""), self._scope))
        self._no_more = True
        self._end(step, "Failed", message, Metadata={"Fail": {"ErrorMessage": message}})

    def _attempt(self, step: Step) -> None:
        """Make a step's API call; when a resource that takes time ends, the step's name arrives in the events."""
        active = self._active[step.name]
        active.due = None
        try:
            active.started = (self._tasks if step.type in TASK_STEPS else self._launch).start(step, self._scope)
        except ApiError as error:
            self._try_again_or_fail(step, retry.exception_of_call(error), self._launch.failure_of_call(step, error))
            return
        self._enter(step.name, "Executing")
        started = active.started
        if not started.takes_time:
            self._conclude(step, active)
        elif started.supervised:
            # After the status: if the resource has ended already, this calls back at once.
            self._core.supervisor.when_ended(started.arn, lambda: self._events.put(step.name))

    # End of steps

    def _wait_for_an_event(self) -> None:
        due = min((active.due for active in self._active.values() if active.due is not None), default=None)
        timeout = None if due is None else max(0.0, due - now())
        try:
            ended = self._events.get(timeout=timeout)
        except queue.Empty:
            ended = None
        if self._abandoned:
            return
        if ended is not None and ended in self._active:
            self._conclude(self._definition.steps[ended], self._active[ended])
        if self._stopping:
            self._stop_what_runs()
        for name, active in list(self._active.items()):
            if active.due is not None and active.due <= now():
                self._attempt_again(self._definition.steps[name])

    def _attempt_again(self, step: Step) -> None:
        active = self._active[step.name]
        active.attempts += 1
        records.change_step(self._store, self._arn, step.name, AttemptCount=active.attempts, StepStatus="Starting")
        self._enter(step.name, "Starting")
        try:
            self._attempt(step)
        except ExpressionError as error:
            self._active.pop(step.name)
            self._end(step, "Failed", f"ClientError: {error}")

    def _conclude(self, step: Step, active: _Active) -> None:
        """Record how the resource of a step ended."""
        # An event of an earlier attempt: the step waits for its next one.
        if active.started is None:
            return
        if step.type in TASK_STEPS:
            status, reason = self._tasks.result(step)
        else:
            status, reason = self._launch.result(step, active.started, stopping=self._stopping)
        if status == "Failed" and reason is not None:
            self._try_again_or_fail(step, retry.exception_of_job(step.type, reason), f"ClientError: {reason}")
            return
        self._active.pop(step.name)
        self._end(step, status, reason)
        if status == "Succeeded":
            self._launch.remember(step, active.started)

    def _try_again_or_fail(self, step: Step, exception: str | None, reason: str) -> None:
        active = self._active[step.name]
        active.started = None
        elapsed = now() - active.began
        delay = retry.delay_before_next(step.retry_policies, exception, active.attempts, elapsed)
        if delay is None or self._stopping:
            self._active.pop(step.name)
            self._end(step, "Failed", reason)
        else:
            active.due = now() + delay

    def _end(self, step: Step, status: str, reason: str | None = None, **members: object) -> None:
        records.end_step(self._store, self._arn, step.name, status, reason, **members)
        self._enter(step.name, status)

    def _enter(self, step: str, status: str) -> None:
        """Note a status that is in the step's record, and send its event."""
        before = self._statuses.get(step)
        self._statuses[step] = status
        events.step_changed(self._core, self._arn, lambda: records.step(self._store, self._arn, step), before)

    def _stop_what_runs(self) -> None:
        for name, active in list(self._active.items()):
            step = self._definition.steps[name]
            if active.due is not None:
                self._active.pop(name)
                self._end(step, "Stopped")
            elif active.started is not None and self._statuses[name] != "Stopping":
                records.change_step(self._store, self._arn, name, StepStatus="Stopping")
                self._enter(name, "Stopping")
                self._stop(step, active.started)

    def _stop(self, step: Step, started: Started) -> None:
        if step.type not in TASK_STEPS:
            self._launch.stop(step, started)
            return
        with contextlib.suppress(ExpressionError):  # its queue has been deleted
            self._tasks.stop(step)

    def _final_status(self) -> str:
        if self._stopping:
            # An execution that waited for a function in vain is Failed, as StopPipelineExecution documents.
            timed_out = any(step.get("TimedOut") for step in records.steps(self._store, self._arn))
            return "Failed" if timed_out else "Stopped"
        return "Failed" if {"Failed", "Stopped"} & set(self._statuses.values()) else "Succeeded"
