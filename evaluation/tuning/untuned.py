"""Tuned candidates against the newest registered untuned version from the same data.

The CustomerMetadataProperties of a version contain its origin, and the location of the metrics and predictions of all
its candidates. The same data, features, split and seed give the same test set, so each tuned candidate is compared with
its untuned counterpart on the same rows.
"""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from evaluation.account import Unknown, client, request
from evaluation.inputs import Numbers, Part
from evaluation.measures.history import compare_two
from evaluation.output.predictions import read_predictions
from evaluation.schema import Schema, Task
from evaluation.strict_json import as_numbers

_MOST_VERSIONS = 50
TUNED, UNTUNED = "tuned", "untuned"


def compare_with_untuned(
    task: Task, group: str, schema: Schema, test: Part, tuned: Mapping[str, Numbers], seed: int
) -> dict[str, Any]:
    """Compare tuned candidates with those of the newest untuned version of a model package group.

    Parameters
    ----------
    schema
        The data and the split, which both sides must share.
    tuned
        Predictions of the tuned candidates for the test set, by name.
    seed
        Of the execution, which both sides must share, and of the bootstrap.

    Returns
    -------
    ``version``, ``created`` and ``candidates``: by name ``validation`` and ``test``, metrics of the untuned one, and
    ``comparison``, a pair as in `evaluation.ranking.bootstrap`. Or ``unknown``, a sentence with the reason.
    """
    try:
        version, metadata = _newest_version(group, schema, seed)
        report = json.loads(_read(f"{metadata['evaluation']}/evaluation.json"))
        names = [name for name in tuned if name in report["candidates"]]
        predictions = {}
        for name in names:
            uri = f"{metadata['evaluation']}/predictions-{name}.csv"
            predicted = read_predictions(task, schema, test, _read(uri))
            if predicted is None:
                raise Unknown(f"{uri} contains other rows.")
            predictions[name] = predicted
    except Unknown as error:
        return {"unknown": str(error)}
    candidates = {}
    for name in names:
        untuned = as_numbers(report["candidates"][name])
        candidates[name] = {
            "validation": untuned["validation"],
            "test": untuned["test"],
            "comparison": compare_two(task, test, {TUNED: tuned[name], UNTUNED: predictions[name]}, seed),
        }
    return {
        "version": version["ModelPackageArn"].rsplit("/", 1)[-1],
        "created": version["CreationTime"].strftime("%Y-%m-%d"),
        "candidates": candidates,
    }


def _newest_version(group: str, schema: Schema, seed: int) -> tuple[dict[str, Any], dict[str, str]]:
    sagemaker = client("sagemaker")
    wanted = {
        "tuned": "no",
        "dataset_sha256": schema.content["dataset"]["sha256"],
        "schema_sha256": schema.sha256,
        "seed": str(seed),
    }
    newest = {"SortBy": "CreationTime", "SortOrder": "Descending", "MaxResults": _MOST_VERSIONS}
    for summary in _list_versions(sagemaker, group, newest):
        name = summary["ModelPackageArn"]
        version: dict[str, Any] = request(partial(sagemaker.describe_model_package, ModelPackageName=name))
        metadata = version.get("CustomerMetadataProperties", {})
        if all(metadata.get(key) == value for key, value in wanted.items()):
            return version, metadata
    raise Unknown(f"{group} has no untuned version of the same data, features, split and seed.")


def _list_versions(sagemaker: Any, group: str, options: Mapping[str, Any]) -> list[dict[str, Any]]:
    try:
        response = request(lambda: sagemaker.list_model_packages(ModelPackageGroupName=group, **options))
    except Unknown as error:
        if "does not exist" in str(error):  # no version was ever registered
            return []
        raise
    versions: list[dict[str, Any]] = response["ModelPackageSummaryList"]
    return versions


def _read(uri: str) -> str:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    s3 = client("s3")
    text: str = request(lambda: s3.get_object(Bucket=bucket, Key=key))["Body"].read().decode()
    return text
