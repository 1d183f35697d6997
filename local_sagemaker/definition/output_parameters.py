"""The output parameters of Callback and Lambda steps: declarations, and the typed values that expressions read."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from local_sagemaker.core.errors import ExpressionError
from local_sagemaker.definition import parameters
from local_sagemaker.definition.expressions import is_expression
from local_sagemaker.definition.parse import Step
from local_sagemaker.definition.step_types import TASK_STEPS

_MOST = 50
_LONGEST_TARGET = 256
_LONGEST_VALUE = 1024
_FUNCTION_ARN = re.compile(
    r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[a-zA-Z0-9-_]+(:(\$LATEST|[a-zA-Z0-9-_]+))?"
)


def types(step: Step) -> dict[str, str]:
    """The declared type of each output parameter of a step, by name."""
    return {output["OutputName"]: output["OutputType"] for output in step.arguments["OutputParameters"]}


def findings(step: Step) -> Iterator[str]:
    """Everything wrong with a step's queue or function, and with its output parameters."""
    member = TASK_STEPS[step.type]
    target = step.arguments[member]
    if not is_expression(target):
        if not isinstance(target, str) or not 0 < len(target) <= _LONGEST_TARGET:
            yield f"{member} of step {step.name} must be a text of 1 to {_LONGEST_TARGET} characters."
        elif step.type == "Lambda" and not _FUNCTION_ARN.fullmatch(target):
            yield f"FunctionArn of step {step.name} is not the ARN of a Lambda function: {target}"
    outputs = step.arguments["OutputParameters"]
    if len(outputs) > _MOST:
        yield f"Step {step.name} has {len(outputs)} OutputParameters; at most {_MOST} are allowed."
    for name, times in Counter(output["OutputName"] for output in outputs).items():
        if times > 1:
            yield f"Output parameter names of a step must be unique: {name} of step {step.name}"
    for name, kind in types(step).items():
        if kind not in parameters.TYPES:
            yield f"Output parameter {name} of step {step.name} has the type {kind!r}; use one of {parameters.TYPES}."


def typed(step: Step, values: Mapping[str, str]) -> dict[str, Any]:
    """The values of a step's output parameters in their declared types; values that it does not declare are left out.

    Raises ExpressionError if a value is too long or not of its type.
    """
    outputs = {}
    for name, kind in types(step).items():
        if name not in values:
            continue
        text = values[name]
        if len(text) > _LONGEST_VALUE:
            raise ExpressionError(
                f"the output parameter {name} has {len(text)} characters; at most {_LONGEST_VALUE} are allowed"
            )
        try:
            outputs[name] = parameters.READERS[kind](text)
        except (ValueError, KeyError) as error:
            raise ExpressionError(
                f"the output parameter {name} is of type {kind}, which {text[:80]!r} is not"
            ) from error
    return outputs
