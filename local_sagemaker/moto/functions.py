"""Lambda functions: moto stores them, and their Python handlers run here, each call in a process of its own.

moto itself needs Docker to run a function. Its Invoke operation and the triggers of its queues run functions here, too.
"""

import contextlib
import io
import json
import shutil
import time
import uuid
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

from local_sagemaker.containers import function_runtime
from local_sagemaker.containers.errors import ContainerError
from local_sagemaker.containers.process import sandbox
from local_sagemaker.containers.process.messages import Launch
from local_sagemaker.core import disk
from local_sagemaker.core.core import Core
from local_sagemaker.engine.tasks import Invocation
from local_sagemaker.jobs.runs import LogPump

MOST_BYTES = 262_144_000
"""The bytes that the code and the layers of a function may contain, as on AWS."""
_LONGEST_STEP_SECONDS = 600.0
"""A Lambda step fails after ten minutes, even if the function's own timeout is longer."""
_POLL_SECONDS = 0.05


def serve(core: Core) -> None:
    """Make moto run functions here."""
    from moto.awslambda.models import LambdaFunction

    def invoke_lambda(function: Any, event: Any = None) -> tuple[str, bool, str]:
        # moto passes the text {} instead of a missing event
        ended, log = _run(core, function, {} if event in (None, "{}") else event, Event(), float(function.timeout))
        return json.dumps(ended.result if ended.error is None else ended.error), ended.error is not None, log

    LambdaFunction._invoke_lambda = invoke_lambda  # type: ignore[assignment, method-assign]


def lack(core: Core, arn: str) -> str | None:
    """Report why a function cannot run here; None if it can, or does not exist yet."""
    function = _find(core, arn)
    return None if function is None else _lack(function)


def invoke(core: Core, arn: str, event: Any, stop: Event) -> Invocation:
    """Run a function for a pipeline, to its end, its timeout or until ``stop`` is set."""
    function = _find(core, arn)
    if function is None:
        return _failed("ResourceNotFoundException", f"Function not found: {arn}")
    return _run(core, function, event, stop, min(float(function.timeout), _LONGEST_STEP_SECONDS))[0]


def _find(core: Core, arn: str) -> Any:
    from moto.awslambda.exceptions import LambdaClientError
    from moto.awslambda.models import lambda_backends

    try:
        return lambda_backends[core.account_id][core.region].get_function(arn)
    except LambdaClientError:
        return None


def _lack(function: Any) -> str | None:
    runtime = function.run_time or f"package type {function.package_type}"
    if runtime.startswith("python3."):
        return None
    return f"the function {function.function_name} has the runtime {runtime}; only python3.* functions run locally"


def _run(core: Core, function: Any, event: Any, stop: Event, seconds: float) -> tuple[Invocation, str]:
    """Run one of moto's functions; returns how it ended, and its output."""
    reason = _lack(function)
    if reason is not None:
        return _failed("InvalidRuntimeException", reason), ""
    request_id = str(uuid.uuid4())
    directory = core.directory / "functions" / request_id
    log: list[str] = []
    stream = f"{datetime.now(UTC):%Y/%m/%d}/[{function.version}]{request_id.replace('-', '')}"

    def on_output(text: str) -> None:
        log.append(text)
        core.logs.append_if_possible(function.logs_group_name, stream, text)

    try:
        _unpack(core, function, directory)
        (directory / "event.json").write_text(json.dumps(event), encoding="utf-8")
        launch = _launch(core, function, directory, _context(function, request_id, stream), seconds)
        code = _wait(core, launch, on_output, stop, seconds)
        return _outcome(directory, code, seconds), "\n".join(log)
    except zipfile.BadZipFile as error:
        return _failed("InvalidZipFileException", f"Lambda was not able to unzip the file: {error}"), ""
    except ContainerError as error:
        return _failed("ServiceException", str(error)), ""
    except OSError as error:
        reason = disk.problem(error, core.directory)
        if reason is None:
            raise
        return _failed("ServiceException", reason), ""
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _unpack(core: Core, function: Any, directory: Path) -> None:
    """Unpack a function's layers to ``opt`` and its code to ``task``; an archive cannot write outside of its folder.

    Raises zipfile.BadZipFile if they are no archives, or contain more than a function may.
    """
    from moto.awslambda.models import lambda_backends

    backend = lambda_backends[core.account_id][core.region]
    layers = [backend.layers_versions_by_arn(layer["Arn"]) for layer in function.layers]
    room = MOST_BYTES
    for name, code in [*(("opt", layer.code_bytes) for layer in layers if layer), ("task", function.code_bytes)]:
        (directory / name).mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(io.BytesIO(code)) as archive:
            room -= sum(each.file_size for each in archive.infolist())
            if room < 0:
                raise zipfile.BadZipFile(f"Unzipped size must be smaller than {MOST_BYTES} bytes")
            archive.extractall(directory / name)


def _context(function: Any, request_id: str, stream: str) -> dict[str, Any]:
    return {
        "aws_request_id": request_id,
        "function_name": function.function_name,
        "function_version": str(function.version),
        "invoked_function_arn": function.function_arn,
        "memory_limit_in_mb": str(function.memory_size),
        "log_group_name": function.logs_group_name,
        "log_stream_name": stream,
    }


def _launch(core: Core, function: Any, directory: Path, context: Mapping[str, Any], seconds: float) -> Launch:
    task = str(directory / "task")
    runtime = Path(function_runtime.__file__).read_text(encoding="utf-8")
    return Launch(
        arguments=["python", "-c", runtime, json.dumps(context), function.handler, str(directory), str(seconds)],
        directory=directory,
        environment={
            **core.environment,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.run_time}",
            "AWS_LAMBDA_FUNCTION_NAME": context["function_name"],
            "AWS_LAMBDA_FUNCTION_VERSION": context["function_version"],
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": context["memory_limit_in_mb"],
            "AWS_LAMBDA_LOG_GROUP_NAME": context["log_group_name"],
            "AWS_LAMBDA_LOG_STREAM_NAME": context["log_stream_name"],
            "LAMBDA_TASK_ROOT": task,
            "_HANDLER": function.handler,
            "PYTHONPATH": f"{task}:{directory / 'opt' / 'python'}",
            **function.environment_vars,
        },
        threads=core.supervisor.threads_per_job(),
        working_directory=task,
    )


def _wait(core: Core, launch: Launch, on_output: Any, stop: Event, seconds: float) -> int | None:
    """Run a launch to its end; returns its exit code, or None if it was ended by the timeout or by ``stop``."""
    deadline = time.monotonic() + seconds
    process = sandbox.start(launch, core.isolation)
    pump = LogPump(process.output, on_output)
    try:
        while (code := process.wait(_POLL_SECONDS)) is None and time.monotonic() < deadline and not stop.is_set():
            pass
        if code is None:
            process.kill()
            process.wait()
        pump.join()
        return code
    finally:
        process.close()


def _outcome(directory: Path, code: int | None, seconds: float) -> Invocation:
    with contextlib.suppress(OSError, ValueError):
        outcome = json.loads((directory / "outcome.json").read_text(encoding="utf-8"))
        return Invocation(outcome.get("result"), outcome.get("error"))
    if code is None:
        return Invocation(
            error={"errorType": "Sandbox.Timedout", "errorMessage": f"Task timed out after {seconds:.2f} seconds"},
            timed_out=True,
        )
    return _failed("Runtime.ExitError", f"Runtime exited with error: exit status {code}")


def _failed(kind: str, message: str) -> Invocation:
    return Invocation(error={"errorType": kind, "errorMessage": message})
