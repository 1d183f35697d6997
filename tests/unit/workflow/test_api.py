"""The Python surface for notebooks and programs."""

from __future__ import annotations

import inspect

import pytest

from pipelines import api
from pipelines.api import Execution, ServedModel, Workflow
from pipelines.errors import BadInput

MEMBERS = {
    Workflow: ("batch", "build", "close", "compare", "endpoint", "load_data", "model", "models", "start", "upsert"),
    Execution: (*("batch_predictions", "metrics", "pictures", "predictions", "progress", "steps", "trials", "wait"),),
    ServedModel: ("predict",),
}


def test_public_members_are_as_documented():
    names = sorted(each.__name__ for each in MEMBERS)
    assert sorted(api.__all__) == names
    assert sorted(name for name, value in vars(api).items() if inspect.isclass(value)) == names
    for each, members in MEMBERS.items():
        public = {name for name in vars(each) if not name.startswith("_")}
        assert public == set(members)
        assert all(inspect.getdoc(getattr(each, name)) for name in members)


def test_an_unknown_setting_is_refused_with_the_nearest():
    with pytest.raises(BadInput, match="There is no setting algoritms"):
        Workflow(algoritms=("xgboost",))
