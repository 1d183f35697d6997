"""Features are made by the code that came with the model, whatever is installed here."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from local_sagemaker import open_service
from pipelines.data.code_bundles import Bundle, bundles
from pipelines.errors import BadInput, PipelineError
from pipelines.models import features
from pipelines.models.registry import ModelMetadata, RegisteredModel
from pipelines.settings.fields import Settings
from pipelines.settings.table import read_table

MODEL = RegisteredModel(
    arn="arn:aws:sagemaker:us-east-1:123456789012:model-package/group/1",
    group="group",
    version=1,
    approval_status="Approved",
    task="regression",
    algorithm="xgboost",
    image="image:1",
    model_data="s3://bucket/model.tar.gz",
    evaluation_uri="s3://bucket/evaluation",
    code_uri="",
    schema_sha256="",
    description={},
)
TRUSTED = ("s3://bucket/code",)
KNOWLEDGE = ModelMetadata(b"{}", {}, {})
OTHER_CODE = {
    "processing_scripts/__init__.py": b"",
    "processing_scripts/inference.py": b"import sys\n"
    b"from pathlib import Path\n"
    b"hours = Path(sys.argv[sys.argv.index('--hours') + 1]).read_text()\n"
    b"if hours == 'refused': sys.exit('These hours are refused.')\n"
    b"if hours == 'defect': raise KeyError('a defect')\n"
    b"if hours == 'environment': import os; hours = ' '.join(os.environ)\n"
    b"print('datetime,a,b')\n"
    b"print('2018-12-01T08:00:00,1.50,' + hours)\n",
}


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with open_service(tmp_path_factory.mktemp("state"), isolation="process") as service:
        session = boto3.Session()
        client = session.client("s3", **service.client_arguments)
        client.create_bucket(Bucket="bucket")
        yield client


@pytest.fixture
def hours(tmp_path: Path) -> Path:
    return tmp_path / "hours.csv"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def uploaded(s3: Any, files: dict[str, bytes], digest: str | None = None) -> RegisteredModel:
    prefix = f"code/{digest or Bundle('processing_scripts', files).digest}"
    for path, content in files.items():
        s3.put_object(Bucket="bucket", Key=f"{prefix}/{path}", Body=content)
    return dataclasses.replace(MODEL, code_uri=f"s3://bucket/{prefix}")


def test_own_code_makes_the_features_without_changing_cells(s3, hours):
    model = uploaded(s3, OTHER_CODE)
    hours.write_text("7")
    made = features.make_features(s3, model, KNOWLEDGE, TRUSTED, hours)
    assert made == features.Features(("a", "b"), "datetime", ("2018-12-01T08:00:00",), ("1.50,7",))
    for entry in s3.list_objects_v2(Bucket="bucket")["Contents"]:
        s3.delete_object(Bucket="bucket", Key=entry["Key"])
    assert features.make_features(s3, model, KNOWLEDGE, TRUSTED, hours) == made  # it is kept


def test_where_it_is_the_code_installed_here_nothing_is_fetched(s3):
    here = next(bundle for bundle in bundles(read_table(None)) if bundle.name == "processing_scripts")
    model = dataclasses.replace(MODEL, code_uri=here.uri("bucket", "Anything").rstrip("/"))
    assert (features.code_folder(s3, model, ()) / "processing_scripts" / "inference.py").is_file()


def test_what_the_code_refuses_is_bad_input_in_its_words(s3, hours):
    hours.write_text("refused")
    with pytest.raises(BadInput, match=r"^These hours are refused\.$"):
        features.make_features(s3, uploaded(s3, OTHER_CODE), KNOWLEDGE, TRUSTED, hours)


def test_a_defect_of_the_code_is_not_called_bad_input(s3, hours):
    hours.write_text("defect")
    with pytest.raises(
        PipelineError, match="The preprocessing code that came with the model failed: KeyError"
    ) as failed:
        features.make_features(s3, uploaded(s3, OTHER_CODE), KNOWLEDGE, TRUSTED, hours)
    assert not isinstance(failed.value, BadInput)


@pytest.mark.parametrize("files", [{}, OTHER_CODE, {**OTHER_CODE, "../outside.py": b""}])
def test_code_with_another_hash_is_never_run(s3, hours, files):
    hours.write_text("7")
    model = uploaded(s3, files, digest="0123456789abcdef"[: 8 + len(files)])
    with pytest.raises(PipelineError, match=r"nothing was predicted\."):
        features.make_features(s3, model, KNOWLEDGE, TRUSTED, hours)


@pytest.mark.parametrize(
    "trusted", ["s3://bucket/another", "s3://another/code", "s3://bucket/cod", "s3://bucket/code/x"]
)
def test_code_below_no_trusted_prefix_is_never_run(s3, hours, trusted):
    hours.write_text("7")
    with pytest.raises(BadInput, match=rf"not below {trusted}; nothing was predicted\..* --trusted-code"):
        features.make_features(s3, uploaded(s3, OTHER_CODE), KNOWLEDGE, (trusted,), hours)


def test_the_pipelines_own_prefix_and_named_ones_are_trusted():
    settings = Settings(pipeline_name="Bikes", trusted_code=("s3://theirs/Bikes/",))
    assert features.trusted_prefixes("ours", settings) == ("s3://ours/Bikes", "s3://theirs/Bikes/")


def test_the_code_gets_no_credentials(s3, hours, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "DATABASE_PASSWORD"):
        monkeypatch.setenv(name, "secret")
    hours.write_text("environment")
    made = features.make_features(s3, uploaded(s3, OTHER_CODE), KNOWLEDGE, TRUSTED, hours)
    names = made.rows[0].removeprefix("1.50,").split()
    assert "PYTHONPATH" in names
    assert [name for name in names if name.startswith(("AWS_", "DATABASE"))] == ["AWS_EC2_METADATA_DISABLED"]
