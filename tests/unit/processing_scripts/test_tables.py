"""Preprocessing of any table that a data set file describes."""

from __future__ import annotations

import io
import json
import string
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processing_scripts import identity, inference, parts, preprocess, recordio
from processing_scripts.dataset_file.model import Split
from processing_scripts.datasets import PARTS
from processing_scripts.tables import source
from processing_scripts.tables.splits import Drawing

TOML = """
name = "customers"
title = "Customers"
[columns]
customer = {{ type = "text", role = "{customer}" }}
age = {{ type = "integer", lowest = 0, highest = 120 }}
plan = "category"
active = "boolean"
since = {{ type = "datetime", role = "{since}" }}
spent = {{ type = "number", unit = "EUR" }}
churned = "category"
[tasks.churn]
kind = "binary"
target = "churned"
positive = "yes"
gate = 0.5
[tasks.spending]
kind = "regression"
target = "spent"
gate = 100
minimum = 0
[tasks.plans]
kind = "multiclass"
target = "churned"
classes = ["no", "yes"]
gate = 1
[split]
by = "{by}"
"""


def toml(by: str = "rows", customer: str = "key", since: str = "feature", more: str = "") -> str:
    text = TOML.format(by=by, customer=customer, since=since)
    return text + more


def customers(rows: int = 600, seed: int = 0) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    days = pd.date_range("2020-01-01", periods=rows)
    plan = generator.choice(["basic", "plus", "max"], rows, p=[0.6, 0.3, 0.1])
    age = generator.integers(18, 90, rows)
    return pd.DataFrame(
        {
            "customer": [f"c{number % 300:03}" for number in range(rows)],
            "age": np.where(generator.random(rows) < 0.05, "", age.astype(str)),
            "plan": np.where(generator.random(rows) < 0.05, "", plan),
            "active": generator.choice(["yes", "no"], rows),
            "since": days[generator.permutation(rows)].strftime("%Y-%m-%d"),
            "spent": generator.gamma(2, 20, rows).round(2),
            "churned": generator.choice(["yes", "no"], rows, p=[0.3, 0.7]),
        }
    )


class Job:
    def __init__(self, folder: Path, dataset: str, **files: bytes) -> None:
        self.folder, self.output = folder, folder / "output"
        self.dataset = folder / "dataset.toml"
        self.dataset.write_text(dataset, encoding="utf-8")
        self.files = files
        self.message = ""

    def run(self, *arguments: str, batch: bytes | None = None) -> Job:
        for name, files in (("data", self.files), ("batch", self.files if batch is None else {"b": batch})):
            (self.folder / "input" / name).mkdir(parents=True)
            for file, content in files.items():
                (self.folder / "input" / name / file).write_bytes(content)
        message = self.folder / "message"
        paths = ["--input", str(self.folder / "input"), "--output", str(self.output), "--message", str(message)]
        self.code = preprocess.main(["--dataset", str(self.dataset), *paths, *arguments])
        self.message = message.read_text() if message.exists() else ""
        return self

    def table(self, path: str) -> pd.DataFrame:
        header = 0 if path.startswith("keys/") else None
        return pd.read_csv(self.output / path, header=header, keep_default_na=header is None)

    @property
    def schema(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.output / "schema" / "schema.json").read_text())
        return content


def as_csv(frame: pd.DataFrame, **options: Any) -> bytes:
    return frame.to_csv(index=False, **options).encode()


@pytest.fixture
def job(tmp_path_factory):
    def job(dataset: str, *arguments: str, batch: bytes | None = None, **files: bytes) -> Job:
        return Job(tmp_path_factory.mktemp("table"), dataset, **files).run(*arguments, batch=batch)

    return job


@pytest.fixture(scope="module")
def usual(tmp_path_factory) -> Job:
    done = Job(tmp_path_factory.mktemp("table"), toml(), data=as_csv(customers())).run("--batch-format", "recordio")
    assert done.message == ""
    return done


def test_sets_have_labels_features_and_keys(usual):
    frame = customers().set_index("customer")
    names = [feature["name"] for feature in usual.schema["features"]]
    assert names[:3] == ["age", "plan", "active"]
    assert names[3].startswith("since_")
    assert "spent" not in names
    keys = [usual.table(f"keys/{part}.csv") for part in PARTS]
    assert sum(map(len, keys)) == len(frame)
    assert usual.schema["rows"] == {
        **{part: len(each) for part, each in zip(PARTS, keys, strict=True)},
        "batch": len(keys[2]),
    }
    spent = pd.concat([usual.table(f"spending/{part}/data.csv")[0] for part in PARTS])
    assert sorted(spent) == sorted(frame["spent"])
    churned = pd.concat([usual.table(f"churn/{part}/data.csv")[0] for part in PARTS])
    assert churned.sum() == (frame["churned"] == "yes").sum()
    batch, test = usual.table("batch/data.csv").to_numpy(), usual.table("churn/test/data.csv").to_numpy()
    np.testing.assert_array_equal(batch, test[:, 1:])


def test_rows_of_a_key_are_in_one_set(usual):
    sets = [set(usual.table(f"keys/{part}.csv")["customer"]) for part in PARTS]
    assert sum(map(len, sets)) == 300
    assert len(sets[0]) == pytest.approx(240, abs=25)


def test_categories_are_codes_by_frequency(usual):
    (plan,) = (feature for feature in usual.schema["features"] if feature["name"] == "plan")
    assert plan["levels"] == ["max", "plus", "basic"]
    codes, keys = usual.table("churn/train/data.csv")[2], usual.table("keys/train.csv")
    assert [plan["levels"][code] if code >= 0 else "" for code in codes] == keys["plan"].tolist()
    assert -1 in set(codes), "missing"
    index = json.loads((usual.output / "churn" / "train" / "categorical_index.json").read_text())
    assert index == {"cat_index_list": [2]}


@pytest.mark.parametrize(("positive", "of_on"), [("", 1), ('positive = "false"', 0)])
def test_truth_values_are_classes_or_refused(job, positive, of_on):
    columns = '[columns]\nage = "integer"\nchurned = "boolean"\n'
    task = f'[tasks.churn]\nkind = "binary"\ntarget = "churned"\ngate = 0.5\n{positive}\n'
    frame = customers()[["age"]].assign(churned=["on", "off"] * 300)
    done = job(f'name = "t"\n{columns}{task}', data=as_csv(frame))
    assert done.message == ""
    rows = done.table("keys/train.csv")["row"]
    assert done.table("churn/train/data.csv")[0].tolist() == [of_on if row % 2 else 1 - of_on for row in rows]
    frame.loc[7, "churned"] = "maybe"
    refused = job(f'name = "t"\n{columns}{task}', data=as_csv(frame))
    assert refused.message.startswith("Line 9, column 'churned': 'maybe' is neither true nor false")


@pytest.mark.parametrize("negative", ["no", "{no}"])
def test_a_third_value_is_refused_where_the_negative_class_is_named(job, negative):
    frame = customers()[["age", "churned"]].replace("no", negative)
    table = 'name = "t"\n[columns]\nage = "integer"\nchurned = "category"\n'
    task = '[tasks.churn]\nkind = "binary"\ntarget = "churned"\npositive = "yes"\ngate = 0.5\n'
    known = f'{table}{task}negative = "{negative}"\n'
    done = job(known, data=as_csv(frame))
    assert (done.message, done.schema["tasks"]["churn"]["classes"]) == ("", [negative, "yes"])
    frame.loc[7, "churned"] = "maybe"
    sentence = (
        f"Line 9, column 'churned': 'maybe' is not one of the classes {negative}, yes; correct the cell, or delete"
    )
    assert job(known, data=as_csv(frame)).message.startswith(sentence)
    assert job(f"{table}{task}", data=as_csv(frame)).message == ""


def test_missing_numbers_stay_missing(usual):
    assert usual.table("churn/train/data.csv")[1].isna().any()


def test_recordio_has_the_rows_of_csv(usual):
    features, labels = recordio.loads((usual.output / "recordio" / "churn" / "train" / "data.recordio").read_bytes())
    table = usual.table("churn/train/data.csv").to_numpy(dtype=np.float32)
    np.testing.assert_array_equal(np.column_stack([labels, features]), table)


def test_keys_have_the_columns_of_the_schema(usual):
    schema = usual.schema
    for part in (*PARTS, "batch"):
        keys = usual.table(f"keys/{part}.csv").astype(str)
        named = {*schema["keys"]["columns"], *schema["keys"]["one_hot"], *(each["column"] for each in schema["slices"])}
        if part == "batch":
            assert list(keys) == schema["keys"]["columns"]
            continue
        assert named <= set(keys)
        for each in schema["slices"]:
            assert set(keys[each["column"]]) <= set(each["values"])


def test_parquet_and_many_files_give_the_same_sets(job, usual, tmp_path):
    frame = customers()
    halves = job(toml(), a=as_csv(frame[:250]), b=as_csv(frame[250:][frame.columns[::-1]], sep=";"))
    typed = frame.assign(age=pd.to_numeric(frame["age"]).astype("Int64"), active=frame["active"] == "yes")
    typed.assign(since=pd.to_datetime(frame["since"])).to_parquet(tmp_path / "t")
    parquet = job(toml(), data=(tmp_path / "t").read_bytes())
    for other in (halves, parquet):
        assert other.message == ""
        for path in ("churn/train/data.csv", "spending/test/data.csv", "batch/data.csv", "keys/test.csv"):
            assert (other.output / path).read_bytes() == (usual.output / path).read_bytes()


def test_chunks_do_not_change_the_outputs(job, usual, monkeypatch):
    monkeypatch.setattr(source, "BLOCK_BYTES", 2000)
    small = job(toml(), data=as_csv(customers()))
    for path in ("churn/train/data.csv", "keys/train.csv", "schema/data-report.json"):
        assert (small.output / path).read_bytes() == (usual.output / path).read_bytes()


def test_the_order_of_rows_does_not_change_a_set(job, usual):
    shuffled = job(toml(), data=as_csv(customers().sample(frac=1, random_state=1)))
    for part in PARTS:
        sets = [sorted(each.table(f"spending/{part}/data.csv")[0]) for each in (shuffled, usual)]
        assert sets[0] == sets[1]


def test_another_seed_gives_other_sets(job, usual):
    other = job(toml(), "--seed", "1", data=as_csv(customers()))
    assert set(other.table("keys/test.csv")["customer"]) != set(usual.table("keys/test.csv")["customer"])


def test_classes_are_in_proportion(job):
    done = job(toml("classes", customer="ignore"), data=as_csv(customers()))
    shares = [done.table(f"churn/{part}/data.csv")[0].mean() for part in PARTS]
    assert shares == pytest.approx([shares[0]] * 3, abs=0.015)
    assert done.schema["rows"] == {"train": 480, "validation": 60, "test": 60, "batch": 60}


def test_the_only_row_of_a_class_is_in_the_training_set():
    drawing = Drawing(Split("classes"))
    values, classes = np.array([5, 9, 7, 2**64 - 2], dtype=np.uint64), np.array([0, 0, 0, 1])
    drawing.collect(values, classes)
    drawing.finish()
    assert drawing.parts(values, classes)[3] == 0


def test_groups_are_whole(job):
    done = job(toml("groups", customer="group"), data=as_csv(customers()))
    sets = [set(done.table(f"keys/{part}.csv")["customer"]) for part in PARTS]
    assert [len(each) for each in sets] == [240, 30, 30]
    assert done.schema["keys"]["unit"] == "customer"


def test_the_last_rows_are_the_test_set(job):
    done = job(toml("time", since="time"), data=as_csv(customers()))
    ends = [done.table(f"keys/{part}.csv")["since"] for part in PARTS]
    assert [len(each) for each in ends] == [480, 60, 60]
    assert ends[0].max() < ends[1].min()
    assert ends[1].max() < ends[2].min()
    assert done.schema["keys"]["unit"] == "day of since"
    names = {feature["name"] for feature in done.schema["features"]}
    assert "since_month" in names
    assert not names & {"since_year", "since_days"}


def test_numbers_may_order_the_rows(job):
    order = toml("time").replace('age = { type = "integer"', 'age = { type = "integer", role = "time"')
    frame = customers().assign(age=range(600)).astype({"age": str})
    done = job(order.replace("highest = 120", "highest = 600"), data=as_csv(frame))
    assert done.table("keys/test.csv")["age"].tolist() == list(range(540, 600))
    assert (done.schema["keys"]["time"], done.schema["keys"]["unit"]) == (None, None)


@pytest.mark.parametrize(
    ("row", "column", "cell", "sentence"),
    [
        (3, "age", "old", "Line 5, column 'age': 'old' is not a number"),
        (3, "age", "130", "Line 5, column 'age': '130' is above 120, the highest possible value; correct the cell."),
        (0, "active", "maybe", "Line 2, column 'active': 'maybe' is neither true nor false"),
        (599, "since", "soon", "Line 601, column 'since': 'soon' is not a date or time as in 2018-12-31"),
        (7, "spent", "inf", "Line 9, column 'spent': 'inf' is not a number"),
        (7, "churned", "perhaps", "Line 9, column 'churned': 'perhaps' is not one of the classes no, yes"),
    ],
)
def test_bad_cells_are_refused_with_their_line(job, row, column, cell, sentence):
    frame = customers().astype(str)
    frame.loc[row, column] = cell
    done = job(toml(), data=as_csv(frame))
    assert done.code == 1
    assert sentence in done.message
    assert not done.output.exists()


def test_rows_without_target_are_left_out(job):
    frame = customers().astype(str)
    frame.loc[3, "churned"], frame.loc[7, "spent"] = "?", ""
    data = as_csv(frame) + b",,,,,,\n" * 5
    done = job(toml(customer="ignore"), data=data)
    assert done.message == ""
    keys = pd.concat([done.table(f"keys/{part}.csv") for part in PARTS])
    assert sorted(keys["row"]) == [number for number in range(1, 601) if number not in {4, 8}]
    report = json.loads((done.output / "schema" / "data-report.json").read_text())
    assert report["without_target"] == 7
    assert "7 rows have no target" in (done.output / "schema" / "data-report.html").read_text()
    assert done.schema["rows"]["train"] == len(done.table("spending/train/data.csv"))


def test_left_out_rows_are_not_checked_and_count_as_lines(job):
    frame = customers().astype(str)
    frame.loc[3, ["churned", "age"]] = ["", "Total"]
    frame.loc[8, "age"] = "old"
    assert job(toml(), data=as_csv(frame)).message.startswith("Line 10, column 'age': 'old' is not a number")


def test_tables_without_any_target_are_refused(job):
    done = job(toml(), data=as_csv(customers().assign(churned="")))
    assert done.message == "None of the 600 rows of data has 'churned' and 'spent'; provide rows that do."
    assert not done.output.exists()


def test_blank_rows_are_not_predicted(job, tmp_path, capsys):
    coming = as_csv(customers(9, seed=1).drop(columns=["churned", "spent"])).replace(b"\n", b"\n,,,,\n", 4)
    done = job(toml(), batch=coming, data=as_csv(customers()))
    assert (done.message, len(done.table("batch/data.csv"))) == ("", 9)
    (tmp_path / "rows.csv").write_bytes(coming)
    lines = features(done, capsys, "--data", str(tmp_path / "rows.csv"), "--named")
    assert [line.partition(",")[0] for line in lines[1:]] == ["2", "4", "6", "8", *"9", "10", "11", "12", "13"]
    arguments = ["--schema", str(done.output / "schema" / "schema.json"), "--output", str(tmp_path / "out")]
    assert parts.main([*arguments, "--data", str(tmp_path / "rows.csv"), "--rows", "3"]) == 0
    reported = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert reported[-1] == {"read": 13, "predicted": 9}


def test_lines_count_line_ends_in_quotes(job):
    frame = customers().astype(str)
    frame.loc[0, "customer"] = "c\n000"
    frame.loc[1, "age"] = "old"
    assert job(toml(), data=as_csv(frame)).message.startswith("Line 4, column 'age'")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (
            as_csv(customers().rename(columns={"plan": "plans"})),
            "Column 'plan' is missing in data; did you mean 'plans'",
        ),
        (as_csv(customers(0)), "data has no rows; provide a file with rows."),
        (b"", "data is empty"),
        (b"PK\x03\x04", "data is not a CSV file but a ZIP archive"),
        (as_csv(customers()) + b"1,2\n", "Line 602 of data has 2 cells where the header has 7"),
        (b"PAR1 nothing", "data cannot be read as Parquet"),
        (as_csv(customers().assign(churned="no")), "The training set has no row of the class 'yes' of 'churned'"),
    ],
)
def test_files_that_are_no_table(job, data, sentence):
    done = job(toml(), data=data)
    assert done.code == 1
    assert sentence in done.message


def test_weights_are_refused(job):
    done = job(toml().replace("spent = {", 'weight = { type = "number", role = "weight" }\nspent = {'), data=b"")
    assert "Column 'weight' has the role 'weight'" in done.message


def test_a_batch_of_other_rows(job, usual):
    coming = customers(50, seed=1).drop(columns=["churned", "spent"])
    coming.loc[0, "plan"] = "never seen"
    done = job(toml(), batch=as_csv(coming), data=as_csv(customers()))
    assert (done.code, done.schema["rows"]["batch"]) == (0, 50)
    assert done.table("batch/data.csv")[1].iloc[0] == -1
    assert done.table("keys/batch.csv")["customer"].tolist() == coming["customer"].tolist()
    assert (done.output / "churn/train/data.csv").read_bytes() == (usual.output / "churn/train/data.csv").read_bytes()


def test_slices_of_the_data_set_file(job):
    coming = customers(50, seed=1).drop(columns=["churned", "spent"])
    done = job('slices = ["spent", "plan"]\n' + toml(), batch=as_csv(coming), data=as_csv(customers()))
    assert [each["by"] for each in done.schema["slices"]] == ["spent", "plan", "class of plans"]
    assert len(set(done.table("keys/test.csv")["by spent"])) == 4
    assert list(done.table("keys/batch.csv")) == ["customer"]


def features(usual: Job, capsys, *arguments: str) -> list[str]:
    assert inference.main(["--schema", str(usual.output / "schema" / "schema.json"), *arguments]) == 0
    return capsys.readouterr().out.splitlines()


def test_rows_of_an_endpoint_equal_those_of_a_batch(job, tmp_path, capsys):
    coming = as_csv(customers(50, seed=1).drop(columns=["churned", "spent"]))
    done = job(toml(), batch=coming, data=as_csv(customers()))
    (tmp_path / "rows.csv").write_bytes(coming)
    lines = features(done, capsys, "--data", str(tmp_path / "rows.csv"))
    rows = pd.read_csv(io.StringIO("\n".join(lines)), header=None)
    np.testing.assert_array_equal(rows, done.table("batch/data.csv"))
    header, first, *_ = features(done, capsys, "--data", str(tmp_path / "rows.csv"), "--named", "--complete")
    assert header.startswith("row,age,plan,active,since_")
    assert first.startswith("1,")
    arguments = ["--schema", str(done.output / "schema" / "schema.json"), "--output", str(tmp_path / "out")]
    assert parts.main([*arguments, "--data", str(tmp_path / "rows.csv"), "--rows", "20"]) == 0
    reported = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert reported[-1] == {"read": 50, "predicted": 50}
    text = "".join((tmp_path / "out" / "rows" / f"part-{at:05}.csv").read_text() for at in range(3))
    assert text == (done.output / "batch" / "data.csv").read_text()
    known = pq.read_table(tmp_path / "out" / "known" / "part-00001.parquet")
    assert known.column_names[:2] == ["customer", "age"]


def test_keys_and_features_may_share_their_names(job, tmp_path, capsys):
    frame = customers().rename(columns={"customer": "since_day", "plan": "since_month"})
    text = toml().replace("customer = ", "since_day = ").replace("plan = ", "since_month = ")
    done = job(text, data=as_csv(frame))
    assert done.message == ""
    names = [feature["name"] for feature in done.schema["features"]]
    assert [name for name in names if "month" in name or name == "since_day"] == [
        "since_month",
        "part since_month",
        "since_day",
    ]
    (tmp_path / "rows.csv").write_bytes(as_csv(frame.head(20)))
    arguments = ["--schema", str(done.output / "schema" / "schema.json"), "--output", str(tmp_path / "out")]
    assert parts.main([*arguments, "--data", str(tmp_path / "rows.csv")]) == 0
    known = pd.read_parquet(tmp_path / "out" / "known" / "part-00000.parquet")
    assert known["key since_day"].tolist() == frame["since_day"].head(20).tolist()


def test_unknown_columns_of_requests_are_refused(usual, tmp_path, capsys):
    path = tmp_path / "rows.csv"
    path.write_bytes(as_csv(customers(2).assign(agee=3)))
    arguments = ["--schema", str(usual.output / "schema" / "schema.json"), "--data", str(path), "--complete"]
    assert inference.main(arguments) == 1
    assert "Column 'agee' is not known; known columns: customer, age" in capsys.readouterr().err


def test_own_features(job, tmp_path):
    code = """
def make_features(frame):
    return frame.assign(double=frame["age"] * 2, letter=frame["plan"].str[:1]).drop(columns="since")
"""
    data = as_csv(customers())
    folder = tmp_path
    (folder / "code.py").write_text(code)
    done = Job(folder, 'code = "code.py"' + toml(), data=data).run()
    assert [(each["name"], each["type"]) for each in done.schema["features"]][-2:] == [
        ("double", "number"),
        ("letter", "category"),
    ]
    assert (done.table("churn/test/data.csv")[4].dropna() == 2 * done.table("churn/test/data.csv")[1].dropna()).all()


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (
            "def make_features(frame):\n    return frame['agee']\n",
            "code.py, line 2: make_features failed (KeyError: 'agee')",
        ),
        ("def make_features(frame):\n    return 1\n", "code.py: make_features failed (TypeError: its result is not a"),
        ("import nothing_at_all\n", "code.py, line 1: cannot be loaded (ModuleNotFoundError"),
    ],
)
def test_own_code_that_fails(code, sentence, tmp_path):
    (tmp_path / "code.py").write_text(code)
    done = Job(tmp_path, 'code = "code.py"' + toml(), data=as_csv(customers())).run()
    assert done.code == 1
    assert sentence in done.message


def test_the_schema_says_what_follows_from_time_and_from_code(tmp_path):
    (tmp_path / "code.py").write_text("def make_features(frame):\n    return frame.assign(twice=2 * frame['age'])\n")
    done = Job(tmp_path, toml(since="time").replace("title =", 'code = "code.py"\ntitle ='), data=as_csv(customers()))
    assert done.run().message == ""
    features = done.schema["features"]
    assert [each["name"] for each in features if each["derived"]] == ["twice"]
    assert {each["name"] for each in features if each["of_time"]} == {
        name for name in (each["name"] for each in features) if name.startswith("since_")
    }


def test_own_split(tmp_path):
    code = """
import numpy as np
def split(frame, seed):
    last = frame["customer"].str[-1]
    return np.select([last == "0", last == "1"], ["test", "validation"], "train")
"""
    (tmp_path / "code.py").write_text(code)
    done = Job(tmp_path, 'code = "code.py"' + toml("code"), data=as_csv(customers())).run()
    assert set(done.table("keys/test.csv")["customer"].str[-1]) == {"0"}


def test_rules_leave_rows_out(job):
    rule = '[[rules]]\nfeature = "active"\nvalue = 0\npredict = 0\ntasks = ["spending"]\n'
    rule += 'left_out_of = { spending = ["train"] }\n'
    done = job(toml() + rule, data=as_csv(customers()))
    keys = done.table("keys/train.csv")
    described = done.schema["rules"][0]
    kept = keys[keys[described["keys_column"]] != described["keys_value"]]
    assert len(done.table("spending/train/data.csv")) == len(kept) < len(keys)
    assert set(done.table("spending/train/data.csv")[3]) == {1}
    assert len(done.table("churn/train/data.csv")) == len(keys)


def test_a_number_above_a_quantile_is_a_class(job):
    task = '[tasks.big]\nkind = "binary"\ntarget = "spent"\nabove_quantile = 0.9\ngate = 0.5\n'
    done = job(toml() + task, "--threshold-quantile", "0.75", data=as_csv(customers()))
    spent, big = (done.table(f"{task}/train/data.csv")[0] for task in ("spending", "big"))
    described = done.schema["tasks"]["big"]
    assert described["threshold"] == pytest.approx(spent.quantile(0.75))
    assert described["threshold_quantile"] == 0.75
    assert big.tolist() == (spent > described["threshold"]).astype(int).tolist()


OWN_NAMES = ("label", "datetime", "prediction", "actual", "unit", "row", "row number", "index", "0", "None", "class")


@settings(max_examples=10, deadline=None)
@given(st.permutations(OWN_NAMES))
def test_columns_may_have_any_names(tmp_path_factory, names):
    frame = customers(200)[["age", "plan", "spent", "active", "churned"]].reset_index()
    sets = []
    for columns in (["i", "a", "p", "s", "b", "c"], names[:6]):
        types = zip(columns, ["integer", "integer", "category", "number", "boolean", "category"], strict=True)
        dataset = 'name = "t"\ntitle = "T"\n[columns]\n' + "".join(f'"{name}" = "{type_}"\n' for name, type_ in types)
        dataset += f'[tasks.t]\nkind = "binary"\ntarget = "{columns[-1]}"\npositive = "yes"\ngate = 0.5\n'
        done = Job(tmp_path_factory.mktemp("names"), dataset, data=as_csv(frame.set_axis(columns, axis=1))).run()
        assert done.message == ""
        sets.append((done.output / "t" / "train" / "data.csv").read_text())
    assert sets[0] == sets[1]


def test_cells_between_runs_of_blanks(job):
    frame = customers()[["age", "plan"]].replace("", "?").assign(spent=[f"{row}.5" for row in range(600)])
    frame["plan"] = '"' + frame["plan"] + ' x"'
    columns = '[columns]\nage = "integer"\nplan = "category"\nspent = "number"\n'
    task = '[tasks.t]\nkind = "regression"\ntarget = "spent"\ngate = 100\n'
    dataset = f'name = "t"\n[reading]\nseparator = "whitespace"\n{columns}{task}'
    lines = ["  ".join(frame), *(" \t ".join(row) + " " for row in frame.to_numpy())]
    done = job(dataset, data="\n".join(lines).encode())
    assert done.message == ""
    assert done.table("t/train/data.csv")[0].tolist() == [row - 0.5 for row in done.table("keys/train.csv")["row"]]
    (plan,) = (feature for feature in done.schema["features"] if feature["name"] == "plan")
    assert {"max x", "plus x", "basic x"} <= {*plan["levels"]}
    lines[3] += "7"
    refused = job(dataset, data="\n".join(lines).encode())
    assert refused.message.startswith("Line 4 of data has 4 cells where the header has 3")


def test_files_without_header_and_other_marks(job):
    frame = customers().assign(spent=lambda each: each["spent"].map(lambda value: f"{value * 100:,.2f}"))
    frame["spent"] = frame["spent"].str.translate(str.maketrans(",.", ".,"))
    reading = '[reading]\nheader = false\nseparator = ";"\ndecimal = ","\ngrouping = "."\n'
    done = job(toml().replace("[columns]", f"{reading}[columns]"), data=as_csv(frame, sep=";", header=False))
    assert done.message == ""
    spent = pd.concat([done.table(f"spending/{part}/data.csv")[0] for part in PARTS])
    assert sorted(spent) == pytest.approx(sorted((customers()["spent"] * 100).round(2)))


@pytest.mark.parametrize(("sign", "written"), [("%", "{}%"), ("€", "€ {}"), ("kr", "{} kr"), ("$", "-$1{}")])
def test_signs_of_numbers_are_not_read(job, sign, written):
    frame = customers().assign(age=[written.format(number % 60) if number % 7 else "" for number in range(600)])
    signed = toml().replace("lowest = 0, highest = 120", f'sign = "{sign}"')
    plain = frame.assign(age=[text.replace(sign, "").replace(" ", "") for text in frame["age"]])
    sets = [job(signed, data=as_csv(each)) for each in (frame, plain)]
    assert [each.message for each in sets] == ["", ""]
    assert sets[0].table("churn/train/data.csv").equals(sets[1].table("churn/train/data.csv"))
    refused = job(signed, data=as_csv(frame.assign(age=f"{sign}{sign}5")))
    assert "is not a number" in refused.message


@pytest.mark.parametrize(("form", "key"), [("%H:%M", ""), ("%I:%M:%S %p", ""), ("%Hh%M", ', format = "%Hh%M"')])
def test_times_of_day_are_hours_everywhere(job, tmp_path, capsys, form, key):
    times = pd.date_range("2024-01-01", periods=600, freq="7min")
    frame = customers().assign(age=np.where(np.arange(600) % 9, times.strftime(form), ""))
    timed = toml().replace('"integer", lowest = 0, highest = 120', f'"time_of_day"{key}')
    coming = as_csv(frame.head(80).drop(columns="churned"))
    done = job(timed, data=as_csv(frame), batch=coming)
    assert done.message == ""
    hours = done.table("batch/data.csv")[0]
    minutes = (times.hour * 60 + times.minute)[:80]
    np.testing.assert_allclose(hours, np.where(np.arange(80) % 9, minutes / 60, np.nan), rtol=1e-9)
    assert done.schema["features"][0]["meaning"] == "age in hours since midnight"
    (tmp_path / "rows.csv").write_bytes(coming)
    asked = pd.read_csv(
        io.StringIO("\n".join(features(done, capsys, "--data", str(tmp_path / "rows.csv")))), header=None
    )
    np.testing.assert_array_equal(asked, done.table("batch/data.csv"))
    refused = job(timed, data=as_csv(frame.assign(age="25:10")))
    assert "Line 2, column 'age': '25:10' is not a time of day" in refused.message


def test_times_of_day_of_parquet_are_read(job):
    frame = customers().assign(age=pd.date_range("2024-01-01", periods=600, freq="7min").time)
    written = io.BytesIO()
    frame.to_parquet(written, index=False)
    timed = toml().replace('"integer", lowest = 0, highest = 120', '"time_of_day"')
    timed = timed.replace("[columns]", '[reading]\nformat = "parquet"\n[columns]')
    sets = [job(timed, data=written.getvalue()), job(timed.replace("parquet", "csv"), data=as_csv(frame))]
    assert [each.message for each in sets] == ["", ""]
    assert sets[0].table("churn/train/data.csv").equals(sets[1].table("churn/train/data.csv"))


def test_data_report_shows_every_feature(usual):
    report = json.loads((usual.output / "schema" / "data-report.json").read_text())
    page = (usual.output / "schema" / "data-report.html").read_text(encoding="utf-8")
    assert list(report["features"]) == [feature["name"] for feature in usual.schema["features"]]
    assert report["targets"]["churn"]["classes"]["train"].keys() == {"not yes", "yes"}
    assert all(name in page for name in report["features"])
    assert "rentals" not in page


CELLS = st.one_of(
    st.text(string.printable, max_size=8),
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(
        ["yes", "no", "No", "", " ", "7:30", "19:05:00 PM", "오후 3:10", "24:00", "5 %", "-€5", "%", "1  2"]
    ),
)
COLUMNS = (
    *("number", "integer", "category", "boolean", "datetime", "time_of_day"),
    *('number", sign = "%', 'integer", sign = "€', 'time_of_day", format = "%I:%M:%S %p', 'datetime", role = "time'),
)
KINDS = (
    *('kind = "regression"', 'kind = "binary"\npositive = "yes"', 'kind = "multiclass"\nclasses = ["yes", "no"]'),
    'kind = "binary"\npositive = "yes"\nnegative = "no"',
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=30),
    types=st.lists(st.sampled_from(COLUMNS), min_size=2, max_size=2),
    kind=st.sampled_from(KINDS),
    reading=st.sampled_from(
        ["", 'separator = "whitespace"', 'decimal = ","\nseparator = ";"', 'missing = ["no", "%"]']
    ),
    by=st.sampled_from(["rows", "classes", "time"]),
    raw=st.one_of(st.none(), st.binary(max_size=200)),
)
def test_any_table_runs_or_is_refused_in_a_sentence(table, types, kind, reading, by, raw, tmp_path_factory):
    target = "number" if "regression" in kind else "category"
    columns = "".join(f'{name} = {{ type = "{type_}" }}\n' for name, type_ in zip("abc", [*types, target], strict=True))
    dataset = f'name = "t"\ntitle = "T"\n[reading]\n{reading}\n[columns]\n{columns}'
    dataset += f'[tasks.c]\ntarget = "c"\ngate = 0.5\n{kind}\n[split]\nby = "{by}"\n'
    frame = pd.DataFrame(table, columns=list("abc"))
    data = as_csv(frame) if raw is None else raw
    done = Job(tmp_path_factory.mktemp("any"), dataset, data=data).run()
    assert (done.code == 0) == (done.message == "")
    assert done.code in (0, 1)


@pytest.mark.parametrize(("task", "target"), [("churn", "churned"), ("spending", "spent"), ("plans", "churned")])
def test_targets_of_raw_rows_are_beside_their_keys(usual, tmp_path, capsys, task, target):
    frame = customers(40).astype({target: object})
    frame.loc[3, target] = ""
    raw = tmp_path / "raw.csv"
    raw.write_bytes(as_csv(frame, sep=";"))
    named = ["--schema", str(usual.output / "schema" / "schema.json"), "--data", str(raw)]
    assert identity.main([*named, "--task", task]) == 0
    found = pd.read_csv(io.StringIO(capsys.readouterr().out), dtype=str)
    assert found["customer"].tolist() == frame["customer"].drop(3).tolist()
    expected = (
        frame[target].drop(3).map({"no": "not yes"}).fillna(frame[target]) if task == "churn" else frame[target].drop(3)
    )
    assert found[target].tolist() == expected.astype(str).tolist()
    assert identity.main(named) == 0
    assert len(capsys.readouterr().out.splitlines()) == 41
