"""A definition with one value of the wrong type is refused, wherever the value stands."""

import copy
import json
import os
import random

import pytest
from botocore.model import ListShape, MapShape, StructureShape

from local_sagemaker.core.errors import ValidationException
from local_sagemaker.definition.checks import inspect
from local_sagemaker.definition.parameters import values_of
from local_sagemaker.definition.shapes import service_model
from local_sagemaker.definition.step_types import API_STEPS
from tests.support.definitions import GOLDEN

DEFINITIONS = int(os.environ.get("MUTATED_DEFINITIONS", "2000"))
SCALARS = {"string": "String", "integer": "Integer", "long": "Integer", "float": "Float", "double": "Float",
           "boolean": "Boolean"}  # fmt: skip
TYPED = {"String": "text", "Integer": 3, "Float": 0.5, "Boolean": True}
GIVEN = {
    "Integer": ["1_000", "\uff11\uff12", "9223372036854775808", "NaN", "1.5", "0x10", "--1", "1e3", " 7", "", "true"],
    "Float": ["NaN", "Infinity", "-inf", "1e400", "1_0.5", "٣", "0x1p3", "1,5", "", "1.", "yes"],
    "Boolean": ["yes", "1", "", "T", "tru\u0435"],
}


def scalars(shape, value, path=()):
    """The path and the type of every scalar in a step's arguments, literal or expression."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        for name, item in value.items():
            if name in shape.members:
                yield from scalars(shape.members[name], item, (*path, name))
    elif isinstance(shape, ListShape) and isinstance(value, list):
        for number, item in enumerate(value):
            yield from scalars(shape.member, item, (*path, number))
    elif isinstance(shape, MapShape) and isinstance(value, dict):
        for key, item in value.items():
            yield from scalars(shape.value, item, (*path, key))
    elif shape.type_name in SCALARS:
        yield path, SCALARS[shape.type_name]


def steps_of(steps):
    for step in steps:
        yield step
        for branch in ("IfSteps", "ElseSteps"):
            yield from steps_of(step["Arguments"].get(branch) or [])


def put(document, path, value):
    for key in path[:-1]:
        document = document[key]
    document[path[-1]] = value


def fits(kind, due):
    return kind == due or (kind, due) == ("Integer", "Float")


def mutated(definition, chance):
    """A definition with one scalar argument replaced; whether it is wrong now, and what was done."""
    step = chance.choice([each for each in steps_of(definition["Steps"]) if each["Type"] in API_STEPS])
    shape = service_model().operation_model(API_STEPS[step["Type"]].create).input_shape
    path, due = chance.choice(list(scalars(shape, step["Arguments"])))
    kind = chance.choice(list(TYPED))
    way = chance.choice(["parameter", "parameter", "literal", "join", "execution", "property", "list", "default"])
    default = {**TYPED, "List": [], "Object": {"Std:Join": {"On": "", "Values": ["a"]}}}
    if way == "default":
        declared = chance.choice(list(TYPED))
        kind = chance.choice([*default])
        definition["Parameters"].append({"Name": "New", "Type": declared, "DefaultValue": default[kind]})
        return not fits(kind, declared), f"{declared} parameter with the default {default[kind]!r}"
    value = TYPED[kind]
    if way == "parameter":
        definition["Parameters"].append({"Name": "New", "Type": kind, "DefaultValue": value})
        value = {"Get": "Parameters.New"}
    elif way == "list":
        value, kind = [value], "List"
    elif way != "literal":
        kind = "String"
        value = {
            "join": {"Std:Join": {"On": "", "Values": [1, "a"]}},
            "execution": {"Get": "Execution.PipelineName"},
            "property": {"Get": "Steps.Preprocess.ProcessingJobArn"},
        }[way]
    put(step["Arguments"], path, value)
    return not fits(kind, due), f"{step['Name']} {path} of type {due} = {value!r} of type {kind}"


@pytest.mark.parametrize(("first", "number"), [(0, 40), pytest.param(40, DEFINITIONS, marks=pytest.mark.slow)])
def test_wrongly_typed_definitions_are_refused(first, number):
    """All of them: ``MUTATED_DEFINITIONS=2000 make test-slow PYTEST_ARGS="-k wrongly_typed"``."""
    golden = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(GOLDEN.glob("*.json"))]
    accepted = []
    for seed in range(first, number):
        chance = random.Random(seed)
        definition = copy.deepcopy(chance.choice(golden))
        wrong, done = mutated(definition, chance)
        _, found = inspect(json.dumps(definition))
        types = [each for each in found if "Cannot assign" in each or "cannot be converted" in each]
        if wrong and not found:
            accepted.append(f"seed {seed}: {done}")
        assert wrong or not types, f"seed {seed}: {done}: {types}"
    assert not accepted


@pytest.mark.parametrize(("kind", "given"), [(kind, text) for kind, texts in GIVEN.items() for text in texts])
def test_start_value_of_another_type_is_refused(kind, given):
    with pytest.raises(ValidationException, match=f"is of type {kind}, which"):
        values_of({"P": {"Name": "P", "Type": kind}}, [{"Name": "P", "Value": given}])


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [("Integer", "-12", -12), ("Float", "1e3", 1000.0), ("Float", "2", 2.0), ("Boolean", "True", True)],
)
def test_start_value_is_read(kind, given, value):
    assert values_of({"P": {"Name": "P", "Type": kind}}, [{"Name": "P", "Value": given}]) == {"P": value}


@pytest.mark.parametrize("text", ["NaN", "1e400", "-Infinity", "9223372036854775808", "1.5", '"3"', "true", "[3]"])
def test_default_beyond_json_is_refused(text):
    step = '{"Name": "F", "Type": "Fail", "Arguments": {"ErrorMessage": "x"}}'
    parameter = f'{{"Name": "P", "Type": "Integer", "DefaultValue": {text}}}'
    _, found = inspect(f'{{"Version": "2020-12-01", "Parameters": [{parameter}], "Steps": [{step}]}}')
    assert "is of type Integer, which" in found[0] or "not JSON" in found[0]
