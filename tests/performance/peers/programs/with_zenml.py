"""The steps as a ZenML pipeline on the local orchestrator: a dynamic pipeline, whose steps can run at once.

How many run at once is set by ``ZENML_DYNAMIC_PIPELINE_WORKER_COUNT``. A step's result is kept by its source, its
parameters and its inputs; a step that needs no other depends on the file of the data, too.
"""

from pathlib import Path
from typing import Any

import steps
from zenml import pipeline, step
from zenml.config import CachePolicy

FILES = [steps.DATA] if Path(steps.DATA).exists() else []


@step(cache_policy=CachePolicy(file_dependencies=FILES))
def first_step(name: str) -> str:
    return steps.run(name)


@step
def later_step(name: str, needed: list[str]) -> str:
    return steps.run(name)


def _with_inputs(each: steps.Step, outputs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    chosen = later_step if each.needs else first_step
    inputs = {"needed": [outputs[need] for need in each.needs]} if each.needs else {}
    return chosen.with_options(parameters={"name": each.name}), inputs


@pipeline(dynamic=True)
def several_at_once() -> None:
    outputs: dict[str, Any] = {}
    for each in steps.read().steps:
        chosen, inputs = _with_inputs(each, outputs)
        outputs[each.name] = chosen.submit(**inputs, id=each.name)


@pipeline
def one_after_another() -> None:
    outputs: dict[str, Any] = {}
    for each in steps.read().steps:
        chosen, inputs = _with_inputs(each, outputs)
        outputs[each.name] = chosen(**inputs, id=each.name)


if __name__ == "__main__":
    (one_after_another if steps.read().parallel == 1 else several_at_once)()
