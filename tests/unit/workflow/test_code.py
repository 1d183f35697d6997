"""Code travels under its content's hash."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipelines.code import Bundle, bundles

files = st.dictionaries(st.text("abc/._", min_size=1), st.binary(max_size=20), max_size=4)


@given(files, files)
def test_the_same_files_have_the_same_address_and_others_another(
    first: dict[str, bytes], other: dict[str, bytes]
) -> None:
    same = Bundle("code", dict(reversed(first.items())))
    assert same.digest == Bundle("code", first).digest
    assert (Bundle("code", other).digest == same.digest) == (other == first)


def test_both_packages_are_bundled_whole_and_without_bytecode() -> None:
    found = {bundle.name: bundle.files for bundle in bundles()}
    assert "processing_scripts/preprocess.py" in found["processing_scripts"]
    assert "evaluation/evaluate.py" in found["evaluation"]
    assert "evaluation/requirements.txt" in found["evaluation"]
    assert not any("__pycache__" in path for files in found.values() for path in files)
