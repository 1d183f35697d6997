"""Makes reports of tables that are not the bikes': ``python -m tests.support.reports FOLDER``.

Trains the libraries on scikit-learn's tables, evaluates them, and takes screenshots of the reports in both languages,
on a desk and on a phone. This needs Chromium.
"""

from __future__ import annotations

import io
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image
from sklearn import datasets

from evaluation.evaluate import main as evaluate
from evaluation.output.results import read_results
from evaluation.page.document import render
from tests.support.browser import browser, open_page
from tests.unit.evaluation.conftest import ALGORITHMS, pack, train

TABLES = {"regression": "diabetes", "classification": "breast_cancer", "grade": "digits"}
METRICS = {
    "regression": ("regression", "rmse"),
    "classification": ("binary", "auc"),
    "grade": ("multiclass", "log_loss"),
}


def write_inputs(root: Path, task: str) -> None:
    """Write the inputs of an evaluation of one of scikit-learn's tables, without models."""
    table = getattr(datasets, f"load_{TABLES[task]}")(as_frame=True)
    kind, metric = METRICS[task]
    frame = table.data.assign(label=table.target).sample(frac=1, random_state=1)
    label = frame.pop("label")
    ends = int(0.6 * len(frame)), int(0.75 * len(frame))
    parts = dict(zip(("train", "validation", "test"), np.split(np.arange(len(frame)), ends), strict=True))
    first = frame.columns[0]
    bands = pd.qcut(frame[first], 4, duplicates="drop").astype(str)
    for part, rows in parts.items():
        (root / "data" / part).mkdir(parents=True)
        data = pd.concat([label, frame], axis=1).iloc[rows]
        data.to_csv(root / "data" / part / "data.csv", header=False, index=False)
        keys = pd.DataFrame({"id": rows, "band": bands.iloc[rows].to_numpy()})
        (root / "keys").mkdir(exist_ok=True)
        keys.to_csv(root / "keys" / f"{part}.csv", index=False)
    schema: dict[str, Any] = {
        "format_version": 2,
        "dataset": {"name": task, "title": {"en": TABLES[task]}, "sha256": "0" * 64, "rows": 1, "kind": "real-data"},
        "split": "rows",
        "rows": {part: len(rows) for part, rows in parts.items()},
        "features": [{"name": name} for name in frame.columns],
        "tasks": {
            task: {
                "kind": kind,
                "target": "progression" if kind == "regression" else "diagnosis" if kind == "binary" else "digit",
                "metric": metric,
                "classes": [] if kind == "regression" else [str(name) for name in table.target_names],
            }
        },
        "keys": {"columns": ["id"]},
        "slices": [{"by": first, "column": "band", "values": sorted(set(bands))}],
    }
    (root / "schema").mkdir()
    (root / "schema" / "schema.json").write_text(json.dumps(schema))


def main() -> int:
    """Write every report and screenshot."""
    folder = Path(sys.argv[1])
    for task in TABLES:
        root = folder / task
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        write_inputs(root, task)
        training = pd.read_csv(root / "data" / "train" / "data.csv", header=None).to_numpy(float)
        for name, file in train(task, training, root).items():
            pack(root, name, file)
        arguments = ["--task", task, "--input", str(root), "--output", str(root / "output")]
        for name in ALGORITHMS:
            arguments += ["--candidate", name, "image", f"s3://bucket/{name}/model.tar.gz"]
        if evaluate([*arguments, "--message", str(root / "message")]) != 0:
            return 1
    with browser() as pipe:
        for task in TABLES:
            for language in ("en", "ko"):
                page_file = folder / task / f"report-{language}.html"
                results = read_results(folder / task / "output")
                page_file.write_text(render(results, language), encoding="utf-8")  # type: ignore[arg-type]
                for width in (390, 1440):
                    with open_page(pipe, page_file.resolve().as_uri(), width=width, dark=False) as page:
                        page.evaluate("started.then(() => dispatchEvent(new Event('beforeprint')))")
                        height = int(page.evaluate("document.documentElement.scrollHeight"))
                        taken = Image.open(io.BytesIO(page.screenshot(height, 0)))
                        taken.save(folder / f"{task}-{language}-{width}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
