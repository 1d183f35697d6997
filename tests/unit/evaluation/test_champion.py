"""The champion and its challenger: fair rows, an even reference set, and what passes."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.account import Unknown
from evaluation.champion import comparison
from evaluation.champion.comparison import PROMOTE, compare_with_champion
from evaluation.champion.records import ACTUAL, DATA, ROW, UNIT, Records, hash_texts, records_of, sample
from evaluation.champion.scored import Champion, Registry, Scored
from evaluation.champion.version import Version
from evaluation.inputs import read_parts
from evaluation.schema import read_schema
from tests.unit.evaluation.conftest import write_parts

REGISTRY = Registry("bikes-regression", None, "s3://bucket/code", "s3://bucket/data.csv")


def rows_of(units: list[int]) -> pd.DataFrame:
    """Rows of ``reference.csv``, each in a unit, named by its position in it."""
    names = [f"{unit}/{units[:at].count(unit)}" for at, unit in enumerate(units)]
    columns = {"id": names, UNIT: [str(unit) for unit in units], ACTUAL: "1", ROW: hash_texts(names), DATA: "s3://b/d"}
    return pd.DataFrame(columns)


@given(days=st.lists(st.integers(1, 5), min_size=2, max_size=40), cut=st.integers(1, 39), most=st.integers(5, 60))
def test_a_reference_set_stays_an_even_sample(days: list[int], cut: int, most: int) -> None:
    rows = rows_of([day for day, length in enumerate(days) for _ in range(length)])
    seen_first = rows[UNIT].astype(int) < cut

    at_once = sample(None, rows, most)
    in_turn = sample(sample(None, rows[seen_first], most), rows[~seen_first], most)

    assert set(at_once[ROW]) <= set(in_turn[ROW])  # what was dropped can only make room
    assert len(in_turn) <= most
    lengths = rows[UNIT].value_counts()
    assert all(lengths[unit] == count for unit, count in in_turn[UNIT].value_counts().items())


def test_a_row_of_both_data_sets_is_kept_once() -> None:
    rows = rows_of([1, 1, 2])

    assert len(sample(rows, rows)) == 3


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("challenger")
    write_parts(root, "regression")
    for part, year in (("train", "2011"), ("validation", "2012"), ("test", "2013")):  # no row is in two sets
        keys = pd.read_csv(root / "keys" / f"{part}.csv", dtype="str")
        keys["datetime"] = keys["datetime"].str.replace("2018-", f"{year}-", regex=False)
        keys.to_csv(root / "keys" / f"{part}.csv", index=False)
    return root


def own_records(source: Path) -> Records:
    schema = read_schema(source / "schema" / "schema.json")
    task = schema.task("regression")
    test = read_parts(source, task, schema)["test"]
    return records_of(source, task, schema, test, REGISTRY.data)


def scored(source: Path, bias: float, kind: str = "real-data") -> Scored:
    """A model that predicts too much by ``bias``; ``kind`` is that of its data."""
    schema = read_schema(source / "schema" / "schema.json")
    schema.content["dataset"]["kind"] = kind
    model: Any = SimpleNamespace(
        predict=lambda features: np.maximum(0, 30 * features[:, 0] + 20 * features[:, 1]) + bias
    )
    return Scored(schema.task("regression"), schema, model, REGISTRY.code)


@pytest.fixture
def meet(source: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let a challenger meet a champion that predicts too much by a bias; None: the challenger does."""
    version = Version("arn:champion", 7, "s3://b/model", "s3://b/evaluation", REGISTRY.code)

    def compared(
        bias: float | Unknown | None,
        promote: str = PROMOTE[0],
        trained: Any = (),
        kinds: tuple[str, str] = ("real-data", "real-data"),
    ) -> dict[str, Any]:
        def load(*_: object) -> Champion:
            if isinstance(bias, Unknown):
                raise bias
            hashes = np.asarray(trained, dtype="uint64")
            return Champion(scored(source, bias or 0, kinds[1]), Records(hashes, own_records(source).rows[:0]))

        monkeypatch.setattr(comparison, "newest_approved", lambda *_: version)
        monkeypatch.setattr(comparison, "load_champion", load)
        challenger = scored(source, 200 if bias is None else 0, kinds[0])
        test = read_parts(source, challenger.task, challenger.schema)["test"]
        own, raw = own_records(source), source / "raw"
        return compare_with_champion(challenger, test, own, REGISTRY, raw, promote=promote, seed=1).described

    return compared


@pytest.mark.parametrize(
    ("bias", "verdict", "passing"),
    [
        (200, "better", {"better", "not-worse", "always"}),
        (0, "no difference", {"not-worse", "always"}),
        (None, "worse", {"always"}),
    ],
)
def test_what_passes(meet: Any, bias: float | None, verdict: str, passing: set[str]) -> None:
    for promote in PROMOTE:
        met = meet(bias, promote)
        assert (met["status"], met["verdict"], met["version"]) == ("compared", verdict, 7)
        assert met["passes"] == ("yes" if promote in passing else "no")


def test_rows_that_the_champion_was_trained_on_are_left_out(meet: Any, source: Path) -> None:
    known = own_records(source).rows[ROW].to_numpy()

    part = meet(200, trained=known[:100])["parts"][0]
    nothing_left = meet(200, trained=known)

    assert (part["rows"], part["left_out"]) == (200, 100)
    assert (nothing_left["verdict"], nothing_left["passes"]) == (None, "no")


def test_a_champion_that_cannot_be_loaded_does_not_pass(meet: Any) -> None:
    met = meet(Unknown("s3://b/model does not exist any more."))

    assert (met["status"], met["passes"], met["version"]) == ("failed", "no", 7)
    assert "does not exist" in met["reason"]
    assert meet(Unknown("gone"), "always")["passes"] == "yes"


SAMPLE = "generated-sample"


def test_a_sample_is_not_compared_with_real_data(meet: Any) -> None:
    real = "real-data"
    met = meet(200, kinds=(SAMPLE, real))
    assert (met["status"], met["passes"]) == ("failed", "no")
    assert "it learned from real data (SHA-256 000000000000...), and this model from the generated" in met["reason"]
    assert meet(200, "always", kinds=(SAMPLE, real))["passes"] == "yes"
    assert meet(200, kinds=(SAMPLE, SAMPLE))["status"] == "compared"


def test_a_champion_of_a_sample_is_none_for_real_data(meet: Any) -> None:
    met = meet(None, "better", kinds=("real-data", SAMPLE))
    assert (met["status"], met["passes"], met["version"]) == ("sample", "yes", 7)
    assert met["data"] == {"challenger": "0" * 64, "champion": "0" * 64}
