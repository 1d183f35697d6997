"""Values of ``--parameter`` are plain numbers within the bounds of their options."""

import json

import pytest

from pipelines.definition.document import Definition
from pipelines.errors import BadInput
from pipelines.execution.parameters import check_parameters

PARAMETERS = [
    {"Name": "RegressionMaxRmse", "Type": "Float", "DefaultValue": 300.0},
    {"Name": "ClassificationMinAuc", "Type": "Float", "DefaultValue": 0.8},
    {"Name": "Count", "Type": "Integer"},
]
DEFINITION = Definition(json.dumps({"Version": "2020-12-01", "Parameters": PARAMETERS, "Steps": []}))


@pytest.mark.parametrize("name", ["RegressionMaxRmse", "ClassificationMinAuc", "Count"])
@pytest.mark.parametrize("value", ["Infinity", "inf", "-inf", "NaN", "1_000", "\uff11", "1e400", "-1e400", "", " 1"])
def test_no_number(name, value):
    with pytest.raises(BadInput, match=rf"--parameter {name}={value}: the value must"):
        check_parameters(DEFINITION, {name: value})


@pytest.mark.parametrize(("name", "value"), [("RegressionMaxRmse", "-1"), ("RegressionMaxRmse", "1e16"),
                                             ("ClassificationMinAuc", "1.01")])  # fmt: skip
def test_outside_of_the_bounds(name, value):
    with pytest.raises(BadInput, match="must lie between 0 and"):
        check_parameters(DEFINITION, {name: value})


def test_numbers_within_the_bounds():
    given = {"RegressionMaxRmse": "2.5e2", "ClassificationMinAuc": ".9", "Count": "-3"}
    assert check_parameters(DEFINITION, given) == given
