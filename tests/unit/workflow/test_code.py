"""Code travels under its content's hash."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from pipelines.data.code_bundles import NO_COMMIT, Bundle, bundles, commit
from pipelines.settings.table import read_table

REPOSITORY = Path(__file__).parents[3]

files = st.dictionaries(st.text("abc/._", min_size=1), st.binary(max_size=20), max_size=4)


@given(files, files)
def test_the_same_files_have_the_same_address_and_others_another(
    first: dict[str, bytes], other: dict[str, bytes]
) -> None:
    same = Bundle("code", dict(reversed(first.items())))
    assert same.digest == Bundle("code", first).digest
    assert (Bundle("code", other).digest == same.digest) == (other == first)


def test_both_packages_are_bundled_whole_and_without_bytecode() -> None:
    found = {bundle.name: bundle.files for bundle in bundles(read_table(None))}
    assert "processing_scripts/preprocess.py" in found["processing_scripts"]
    assert "evaluation/evaluate.py" in found["evaluation"]
    assert "evaluation/requirements.txt" in found["evaluation"]
    assert all("html_page/document.py" in files for files in found.values())
    assert not any("__pycache__" in path for files in found.values() for path in files)


def test_a_users_package_of_the_same_name_is_not_bundled(tmp_path: Path) -> None:
    for package in ("evaluation", "html_page"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("raise SystemExit('the package of somebody else')\n")
    digests = (
        "from pipelines.data.code_bundles import bundles; from pipelines.settings.table import read_table; "
        "print(*(bundle.digest for bundle in bundles(read_table(None))))"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.append({str(REPOSITORY)!r}); {digests}"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert elsewhere.stdout.split() == [bundle.digest for bundle in bundles(read_table(None))]


@mock_aws
def test_what_lies_there_already_is_not_sent_again() -> None:
    s3 = boto3.client("s3", region_name="us-east-1", aws_access_key_id="local", aws_secret_access_key="local")
    s3.create_bucket(Bucket="bucket")
    sent: list[str] = []
    s3.meta.events.register("before-call.s3.PutObject", lambda params, **_: sent.append(params["url_path"]))
    bundle = Bundle("code", {"code/a.py": b"pass\n", "code/b.py": b"import code.a\n"})
    for _ in range(2):
        bundle.upload(s3, "bucket", "Pipeline")
    assert len(sent) == 2
    s3.put_object(Bucket="bucket", Key=f"Pipeline/code/code/{bundle.digest}/code/b.py", Body=b"imp")
    bundle.upload(s3, "bucket", "Pipeline")
    assert s3.get_object(Bucket="bucket", Key=f"Pipeline/code/code/{bundle.digest}/code/b.py")["Body"].read() == (
        b"import code.a\n"
    )


@pytest.mark.skipif(not (REPOSITORY / ".git").exists(), reason="this is no checkout of git")
def test_the_commit_is_that_of_this_repository() -> None:
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert commit().removesuffix("-dirty") == head.stdout.strip()


def test_without_git_the_commit_is_codebuilds_or_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CODEBUILD_RESOLVED_SOURCE_VERSION", "0123abc")
    assert commit() == "0123abc"
    monkeypatch.delenv("CODEBUILD_RESOLVED_SOURCE_VERSION")
    assert commit() == NO_COMMIT
