"""The main job as a plain shell script: what one would write without a service.

Every container of the definition becomes a process of its own with its own ``/opt/ml``, as many at once as the pipeline
allows; with the name of a step, the script runs that step alone, for programs that decide themselves what runs when. An
S3 URI is a path below ``store/``; what the service moves through S3 is moved by ``cp`` and ``tar``. Registering the
winner costs nothing here: it is left out.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from local_sagemaker.containers.process.messages import VOLUME_VARIABLE
from local_sagemaker.containers.process.sandbox import stand_in_command
from local_sagemaker.definition.expressions import Scope, resolve
from local_sagemaker.jumpstart.objects import bucket_objects
from pipelines.data.code_bundles import bundles
from pipelines.settings.table import read_table

DATA_URI = "s3://data/data.csv"
REGION = "us-east-1"
ROOT = Path(__file__).resolve().parents[2]
_ML = "/opt/ml"
_VOLUME_BYTES = 30 * 2**30
_PRELUDE = Path(__file__).with_name("main_job.sh")


def write(folder: Path, definition: Mapping[str, Any], data: Path, *, parallel: int, ports: Iterable[int]) -> Path:
    """Lay out a folder with everything that the script needs, and the script.

    Parameters
    ----------
    folder
        New; all that the script does is below it.
    definition
        The pipeline's.
    data
        The CSV file.
    parallel
        How many containers may run at once.
    ports
        One free port for each prediction.

    Returns
    -------
    The script, to be run by ``bash``.
    """
    steps = dict(_resolved(definition))
    _fill_store(folder / "store", steps)
    _copy(data.read_bytes(), _stored(folder, DATA_URI))
    for name, (kind, arguments) in steps.items():
        (folder / "jobs" / name / "work").mkdir(parents=True)
        if kind == "Training":
            _configure_training(folder / "jobs" / name / "ml", arguments)
    script = folder / "run.sh"
    lines = [*_settings(parallel), _PRELUDE.read_text(encoding="utf-8"), *_body(steps, iter(ports))]
    script.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return script


def _settings(parallel: int) -> Iterator[str]:
    yield "#!/bin/bash"
    yield "# The main job without a service. Run it again with: bash run.sh"
    yield f"PYTHON_FOLDER={shlex.quote(str(Path(sys.executable).parent))}"
    yield f"PROJECT={shlex.quote(str(ROOT))}"
    yield f"PARALLEL={parallel}"


def evaluation_uri(definition: Mapping[str, Any], task: str) -> str:
    """Where the evaluation of a task (``Regression``) puts its outputs."""
    arguments = dict(_resolved(definition))[f"Evaluate{task}"][1]
    uri: str = arguments["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"]
    return uri


def graph(definition: Mapping[str, Any]) -> dict[str, list[str]]:
    """The steps that run containers, each with the steps that it needs, which stand before it."""
    kinds = {name: kind for name, (kind, _) in _resolved(definition)}
    trainings = [name for name, kind in kinds.items() if kind == "Training"]
    found: dict[str, list[str]] = {}
    for name, kind in kinds.items():
        if kind == "Training":
            found[name] = ["Preprocess"]
        elif kind == "Transform":
            found[name] = [name.replace("BatchPredict", "Evaluate")]
        else:
            found[name] = [each for each in trainings if each.endswith(name.removeprefix("Evaluate"))]
    return found


def _resolved(definition: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, dict[str, Any]]]]:
    """The steps that run containers, each with its type and its arguments; every expression has its value."""
    parameters = {each["Name"]: each.get("DefaultValue", DATA_URI) for each in definition["Parameters"]}
    described: dict[str, dict[str, Any]] = {}

    def nothing(*_: str) -> Any:
        return "known when the winner is"

    scope = Scope(parameters, {"PipelineExecutionId": "script"}, described.__getitem__, nothing, nothing)
    for step in _all_steps(definition["Steps"]):
        name, kind = step["Name"], step["Type"]
        if kind == "Model":
            described[name] = {"ModelName": name}
        if kind not in ("Processing", "Training", "Transform"):
            continue
        arguments = resolve(step["Arguments"], scope)
        described[name] = dict(arguments)
        if kind == "Processing":
            outputs = arguments["ProcessingOutputConfig"]["Outputs"]
            described[name]["ProcessingOutputConfig"] = {"Outputs": outputs}
        elif kind == "Training":
            artifact = f"{arguments['OutputDataConfig']['S3OutputPath']}/{name}/output/model.tar.gz"
            described[name]["TrainingJobName"] = name
            described[name]["ModelArtifacts"] = {"S3ModelArtifacts": artifact}
            described[name]["TrainingTimeInSeconds"] = 1  # the script is written before anything is trained
        yield name, (kind, described[name])


def _all_steps(steps: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Steps before those that need them: each evaluation's candidates stand before it, its gate's branch after it."""
    for step in sorted(steps, key=lambda each: each["Type"] not in ("Processing", "Training")):
        yield step
        if step["Type"] == "Condition":
            yield from _all_steps(step["Arguments"]["IfSteps"])


def _fill_store(store: Path, steps: Mapping[str, tuple[str, dict[str, Any]]]) -> None:
    """Put there what the pipeline finds in S3 when it starts: our code, and the JumpStart bucket."""
    for key, content in bucket_objects(REGION):
        _copy(content, store / f"jumpstart-cache-prod-{REGION}" / key)
    code = {bundle.name: bundle for bundle in bundles(read_table(None))}
    for kind, arguments in steps.values():
        if kind == "Processing":
            uri = next(_source(each) for each in arguments["ProcessingInputs"] if each["InputName"] == "code")
            module = arguments["AppSpecification"]["ContainerEntrypoint"][-1]
            for path, content in code[module.partition(".")[0]].files.items():
                _copy(content, store / uri.removeprefix("s3://") / path)


def _copy(content: bytes, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _configure_training(ml: Path, arguments: Mapping[str, Any]) -> None:
    channels = {
        each["ChannelName"]: {
            "TrainingInputMode": "File",
            "S3DistributionType": "FullyReplicated",
            "RecordWrapperType": "None",
            **({"ContentType": each["ContentType"]} if "ContentType" in each else {}),
        }
        for each in arguments["InputDataConfig"]
    }
    resources = {"current_host": "algo-1", "hosts": ["algo-1"], "network_interface_name": "lo"}
    for name, content in (
        ("hyperparameters", arguments["HyperParameters"]),
        ("inputdataconfig", channels),
        ("resourceconfig", resources),
    ):
        _copy(json.dumps(content).encode(), ml / "input" / "config" / f"{name}.json")


# The lines of the script.


def _body(steps: Mapping[str, tuple[str, dict[str, Any]]], ports: Iterator[int]) -> Iterator[str]:
    for name, (kind, arguments) in steps.items():
        yield f"\n{name}() {{"
        if kind == "Processing":
            lines = _processing(name, arguments)
        elif kind == "Training":
            lines = _training(name, arguments)
        else:
            evaluation = name.replace("BatchPredict", "Evaluate")
            lines = _transform(name, arguments, steps[evaluation][1], next(ports))
        yield from (f"    {line}" for line in lines)
        yield "}"
    yield '\nif [ -n "$step" ]; then "$step"; exit; fi'
    yield "\nPreprocess"
    tasks = [name.removeprefix("Evaluate") for name in steps if name.startswith("Evaluate")]
    for task in tasks:
        candidates = [name for name, (kind, _) in steps.items() if kind == "Training" and name.endswith(task)]
        yield f"\n{task}() {{"
        yield "    local candidates=()"
        yield from (f"    {name} & candidates+=($!)" for name in candidates)
        yield '    all "${candidates[@]}"'
        yield f"    Evaluate{task}"
        yield f"    BatchPredict{task}"
        yield "}"
    yield "tasks=()"
    yield from (f"{task} & tasks+=($!)" for task in tasks)
    yield 'all "${tasks[@]}"'


def _processing(name: str, arguments: Mapping[str, Any]) -> Iterator[str]:
    for each in arguments["ProcessingInputs"]:
        yield f"bring {_in_store(_source(each))} {_in_job(name, each['S3Input']['LocalPath'])}"
    outputs = [each["S3Output"] for each in arguments["ProcessingOutputConfig"]["Outputs"]]
    yield f"mkdir -p {' '.join(_in_job(name, each['LocalPath']) for each in outputs)}"
    application = arguments["AppSpecification"]
    variables = [f"{key}={value}" for key, value in arguments.get("Environment", {}).items()]
    yield shlex.join(["run", name, *variables, *application["ContainerEntrypoint"], *application["ContainerArguments"]])
    for each in outputs:
        yield f"bring {_in_job(name, each['LocalPath'])} {_in_store(each['S3Uri'])}"


def _training(name: str, arguments: Mapping[str, Any]) -> Iterator[str]:
    for each in arguments["InputDataConfig"]:
        source = each["DataSource"]["S3DataSource"]["S3Uri"]
        yield f"bring {_in_store(source)} {_in_job(name, f'{_ML}/input/data/' + each['ChannelName'])}"
    yield f"mkdir -p {_in_job(name, f'{_ML}/model')} {_in_job(name, f'{_ML}/output/data')}"
    command = stand_in_command("train", arguments["AlgorithmSpecification"]["TrainingImage"])
    variables = f"TRAINING_JOB_NAME={name} {VOLUME_VARIABLE}={_VOLUME_BYTES}"
    yield f'run {name} {variables} PYTHONPATH="$PROJECT" {shlex.join(command)}'
    artifact = _in_store(arguments["ModelArtifacts"]["S3ModelArtifacts"])
    yield f'mkdir -p "$(dirname {artifact})"'
    yield f"tar -c -I 'gzip -1' -f {artifact} -C {_in_job(name, f'{_ML}/model')} ."


def _transform(name: str, arguments: Mapping[str, Any], evaluation: Mapping[str, Any], port: int) -> Iterator[str]:
    report = evaluation["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"] + "/evaluation.json"
    yield "local image artifact"
    yield f"image=$(best {_in_store(report)} image)"
    yield f"artifact=$(best {_in_store(report)} model_data)"
    yield f"mkdir -p {_in_job(name, f'{_ML}/model')}"
    yield f'tar -xf "$here/store/${{artifact#s3://}}" -C {_in_job(name, f"{_ML}/model")}'
    data = _in_store(arguments["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"] + "/data.csv")
    output = _in_store(arguments["TransformOutput"]["S3OutputPath"])
    command = shlex.join(stand_in_command("serve", "")[:-1])
    yield f'predict {name} {data} {output} {port} {command} "$image"'


def _source(processing_input: Mapping[str, Any]) -> str:
    uri: str = processing_input["S3Input"]["S3Uri"]
    return uri


def _stored(folder: Path, uri: str) -> Path:
    return folder / "store" / uri.removeprefix("s3://")


def _in_store(uri: str) -> str:
    return f'"$here/store/{uri.removeprefix("s3://")}"'


def _in_job(name: str, path: str) -> str:
    return f'"$here/jobs/{name}/ml{path.removeprefix(_ML)}"'
