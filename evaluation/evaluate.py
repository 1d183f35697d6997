"""Evaluate: rank the trained candidates of a task on the validation set or folds, and measure them on the test set.

``python -m evaluation.evaluate --task regression --seed 42 --candidate NAME IMAGE_URI MODEL_DATA_S3_URI ...`` reads
below ``<input>``::

    data/{train,validation,test}/data.csv    the task's output of preprocessing
    keys/{train,validation,test}.csv         identity of the rows
    schema/schema.json
    models/<name>/model.tar.gz               one per candidate
    raw/                                     the raw files, to compare with the champion

and writes to ``<output>``: ``evaluation.json`` (see evaluation.output.report), ``verdict.json`` (its small extract for
the pipeline), ``metrics.json`` (the selected candidate in Studio's format), ``model-card.json``, ``schema.json`` (a
copy), ``predictions-<name>.csv`` (of the test set), ``report.html`` and its pictures as PNG, what the next model's
comparison with this one needs (see evaluation.champion.records), and what the monitor compares later rows with:
``statistics.json``, ``constraints.json`` (of the training set) and ``baseline-rows.csv``.
"""

import argparse
import shutil
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from evaluation.candidates import Model, load_candidate
from evaluation.champion.comparison import PROMOTE, Outcome, compare_with_champion
from evaluation.champion.records import Records, records_of, sample, write_records
from evaluation.champion.scored import Registry, Scored
from evaluation.errors import CandidateError, EvaluationError, InputError, report_failure
from evaluation.inputs import Part, PartName, Predictions, read_parts
from evaluation.libraries import require
from evaluation.measures.baselines import predict_baselines
from evaluation.measures.cost import cost
from evaluation.measures.explanations import explain
from evaluation.measures.folds import train_on_folds
from evaluation.measures.history import without_history
from evaluation.monitoring.baseline import write_baseline
from evaluation.output.origin import origin
from evaluation.output.predictions import predictions_csv
from evaluation.output.report import Candidate, Measured, compare, verdict
from evaluation.output.results import read_results
from evaluation.output.studio import studio_report
from evaluation.page.champion import sentence
from evaluation.page.document import render
from evaluation.page.texts import texts_of
from evaluation.pictures import draw_pictures
from evaluation.rules import apply_rules
from evaluation.schema import Schema, Task, read_schema
from evaluation.strict_json import write_json
from evaluation.tuning.curves import read_curves
from evaluation.tuning.history import best_jobs, read_tuning
from evaluation.tuning.training import TrainingJob, describe_jobs, hyperparameters, training_times
from evaluation.tuning.untuned import compare_with_untuned
from html_page.translations import LANGUAGES, Language

_PREDICTED: tuple[PartName, ...] = ("validation", "test")


def evaluate(  # noqa: PLR0913 - keywords only
    task_name: str,
    candidates: Sequence[Candidate],
    source: Path,
    output: Path,
    *,
    seed: int,
    training_jobs: Mapping[str, TrainingJob] | None = None,
    tuning_jobs: Mapping[str, str] | None = None,
    registry: Registry | None = None,
    promote: str = PROMOTE[0],
    folds: int = 1,
    language: Language = "en",
) -> dict[str, Any]:
    """Compare the candidates and write all outputs.

    Raises `EvaluationError` if data and models cannot be read or do not match; nothing is written.

    Parameters
    ----------
    candidates
        In the order that decides ties.
    training_jobs, tuning_jobs
        By candidate, where known. A tuning job's best training job is read from its history.
    registry
        Where the champion, and untuned counterparts, are searched; nowhere if it is not given.
    promote
        How the selected candidate must compare with the champion.
    folds
        Candidates are ranked by the mean of so many folds; by the validation set if it is 1.

    Returns
    -------
    The content of ``evaluation.json``.
    """
    require("plotly")  # the page needs it last, but a missing library must fail before anything is written
    schema = read_schema(source / "schema" / "schema.json")
    task = schema.task(task_name)
    parts = read_parts(source, task, schema)
    tuning = read_tuning(tuning_jobs or {})
    jobs = {**best_jobs(tuning), **(training_jobs or {})}
    described = describe_jobs(jobs)
    times, settings = training_times(jobs, described), hyperparameters(described)
    models = {
        candidate: load_candidate(
            source / "models" / candidate.name / "model.tar.gz", task, features=len(schema.feature_names)
        )
        for candidate in candidates
    }
    features = parts["test"].features
    costs = {
        candidate: {**cost(model, features), **times.get(candidate.name, {})} for candidate, model in models.items()
    }
    with ThreadPoolExecutor() as pool:  # the libraries release the GIL
        explained = pool.map(partial(_measure, task, parts=parts, schema=schema, seed=seed), models.values())
        measured = {
            candidate: Measured(
                predicted, {"cost": costs[candidate], "hyperparameters": settings.get(candidate.name, {}), **details}
            )
            for candidate, (predicted, details) in zip(candidates, explained, strict=True)
        }
    baselines = {
        name: _with_rules(task, predicted, parts, schema)
        for name, predicted in predict_baselines(task, parts, schema).items()
    }
    by_name = {candidate.name: model for candidate, model in models.items()}
    folded = train_on_folds(task, by_name, settings, parts, schema, number=folds, seed=seed) if folds > 1 else None
    report = {**compare(task, measured, baselines, parts, schema, seed, folded), **origin()}
    test = {candidate.name: one.predictions["test"] for candidate, one in measured.items()}
    if jobs:
        report["curves"] = read_curves(jobs)
    if tuning:
        report["tuning"] = tuning
    if tuning and registry:
        report["untuned"] = compare_with_untuned(task, registry.group, schema, parts["test"], test, seed)
    outcome, kept = Outcome({"status": "none", "passes": "yes"}), None
    if registry:
        challenger = Scored(task, schema, by_name[report["best"]["algorithm"]], registry.code)
        own = records_of(source, task, schema, parts["test"], registry.data)
        outcome = compare_with_champion(
            challenger, parts["test"], own, registry, source / "raw", promote=promote, seed=seed
        )
        kept = Records(own.trained_on, sample(outcome.reference, own.rows))
    said = sentence(outcome.described, task.metric, texts_of(report, "en"))
    report["champion"] = {**outcome.described, "sentence": said}

    output.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(schema.path, output / "schema.json")
    for name, predicted in test.items():
        rows = predictions_csv(task, schema, parts["test"], predicted)
        (output / f"predictions-{name}.csv").write_text(rows, encoding="utf-8")
    write_baseline(parts, schema, output)
    selected = test[report["best"]["algorithm"]]
    write_json(output / "metrics.json", studio_report(task, parts["test"].labels, selected, seed))
    (output / "model-card.json").write_text(report["model_card"], encoding="utf-8")
    write_json(output / "evaluation.json", report)
    write_json(output / "verdict.json", verdict(report))
    if kept:
        write_records(output, kept)
    results = read_results(output)
    draw_pictures(results, output, language)
    (output / "report.html").write_text(render(results, language), encoding="utf-8")
    return report


def _measure(
    task: Task, model: Model, parts: Mapping[PartName, Part], schema: Schema, seed: int
) -> tuple[Predictions, dict[str, Any]]:
    predicted = {part: model.predict(parts[part].features) for part in _PREDICTED}
    ruled = _with_rules(task, predicted, parts, schema)
    details = {
        **explain(task, model, parts["test"].features, schema, seed),
        **without_history(task, model, ruled, parts, schema, seed),
    }
    return ruled, details


def _with_rules(task: Task, predicted: Predictions, parts: Mapping[PartName, Part], schema: Schema) -> Predictions:
    return {part: apply_rules(task, values, parts[part], schema) for part, values in predicted.items()}


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="evaluate", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--task", required=True, help="name of a task in schema.json")
    parser.add_argument(
        "--candidate",
        nargs=3,
        action="append",
        required=True,
        metavar=("NAME", "IMAGE_URI", "MODEL_DATA_S3_URI"),
        help="a trained model; repeatable; among ties, the first is selected",
    )
    parser.add_argument(
        "--own-bucket", metavar="NAME", help="refuse models in other buckets, because loading a joblib file runs code"
    )
    parser.add_argument("--seed", type=int, default=42, help="seed of all random draws (default: %(default)s)")
    per_candidate = partial(parser.add_argument, action="append", default=[])
    trained = "training job of a candidate, and its TrainingTimeInSeconds; repeatable"
    per_candidate("--training-job", nargs=3, metavar=("NAME", "JOB", "SECONDS"), help=trained)
    history = "tuning job of a candidate, whose history is reported; repeatable"
    per_candidate("--tuning-job", nargs=2, metavar=("NAME", "JOB"), help=history)
    parser.add_argument("--group", help="model package group with the champion, and with untuned counterparts")
    parser.add_argument("--code-uri", default="", help="S3 URI of the processing_scripts that made the features")
    parser.add_argument("--data-uri", default="", help="S3 URI of the raw files")
    parser.add_argument(
        "--promote",
        choices=PROMOTE,
        default=PROMOTE[0],
        help="verdict on the champion that passes (default: %(default)s)",
    )
    parser.add_argument(
        "--folds", type=int, default=1, help="rank by the mean of so many folds, not by the validation set"
    )
    parser.add_argument("--compared-with", help="names the champions; not read, but the step cache's key contains it")
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="language of report.html")
    parser.add_argument("--input", type=Path, default=Path("/opt/ml/processing/input"))
    parser.add_argument("--output", type=Path, default=Path("/opt/ml/processing/output/evaluation"))
    parser.add_argument(
        "--message", type=Path, default=Path("/opt/ml/output/message"), help="file for the failure reason"
    )
    return parser.parse_args(arguments)


def _check_bucket(candidates: Sequence[Candidate], bucket: str) -> None:
    for candidate in candidates:
        if not candidate.model_data.startswith(f"s3://{bucket}/"):
            raise CandidateError(
                f"The model of {candidate.name} is at {candidate.model_data}, but only models in the pipeline's "
                f"bucket {bucket} are loaded."
            )


def _training_jobs(given: Sequence[tuple[str, ...]], names: Sequence[str]) -> dict[str, TrainingJob]:
    jobs = {}
    for name, (job, text) in _of_candidates("Training jobs", given, names).items():
        try:
            jobs[name] = TrainingJob(job, float(text))
        except ValueError as error:
            raise InputError(f"The training seconds of {name} are '{text}', which is not a number.") from error
    return jobs


def _of_candidates(what: str, given: Sequence[tuple[str, ...]], names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    for name, *_ in given:
        if name not in names:
            raise InputError(f"{what} are given for '{name}', but the candidates are {', '.join(names)}.")
    return {name: tuple(values) for name, *values in given}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the processing job; return 0 on success, or 1 with the reason on stderr."""
    options = _arguments(arguments)
    candidates = [Candidate(*fields) for fields in options.candidate]
    try:
        names = [candidate.name for candidate in candidates]
        if len(set(names)) != len(names):
            raise InputError(f"Two candidates have the same name ({', '.join(names)}); give each its own.")
        if options.own_bucket:
            _check_bucket(candidates, options.own_bucket)
        report = evaluate(
            options.task,
            candidates,
            options.input,
            options.output,
            seed=options.seed,
            training_jobs=_training_jobs(options.training_job, names),
            tuning_jobs={
                name: job for name, (job,) in _of_candidates("Tuning jobs", options.tuning_job, names).items()
            },
            registry=options.group and Registry(options.group, options.own_bucket, options.code_uri, options.data_uri),
            promote=options.promote,
            folds=options.folds,
            language=options.lang,
        )
    except EvaluationError as error:
        return report_failure(error, options.message)
    best, metric = report["best"], report["metric"]
    value = best["test"][metric]
    sys.stdout.write(f"{options.task}: selected {best['algorithm']}, {metric} {value:.4f} on the test set\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
