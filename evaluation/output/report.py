"""``evaluation.json``: the comparison of the candidates, and the selected one.

::

    task, metric          what is predicted, and the metric that ranks candidates on the validation set
    dataset, split, threshold, rows, schema_sha256    from the schema
    rules, replaced       postprocessing before any measurement; the schema's rules that replace predictions
    kind, target, label, unit, classes, minimum, maximum    of the task, from the schema
    words, keys, slice_titles                               of the data set, from the schema
    seed                  of all random draws
    samples               sizes of samples: the bootstrap's ``samples`` of ``units`` (``unit`` names their column;
                          ``merged`` at random if there are more than 2,000), ``training_rows`` of the baselines
    best                  the selected candidate: algorithm, image, model_data, validation, test, beats_baselines
                          ("yes", unless a mean is as good or a linear model is significantly
                          better on the test set), reason, ``measured`` and ``beats`` for the gate's sentence, and
                          what its registration needs
    candidates            by name: image, model_data, validation, test, test_interval (of the metric, 95 %),
                          beats_baselines, cost, hyperparameters (where they are known), importance, shap_rows, shap,
                          for a classification the keys of `evaluation.measures.classification` or
                          `evaluation.measures.multiclass`, and for a candidate with history features that retrains
                          quickly those of `evaluation.measures.history`
    origin                of a processing job: see `evaluation.output.origin`
    folds                 with ``--folds``: see `evaluation.measures.folds`; their mean ranks the candidates
    baselines             by name: validation, test, test_interval, measured like the candidates
    comparisons           every pair of candidates on the test set, see `evaluation.ranking.bootstrap`;
                          ``validation`` is the same comparison on the validation set, which decides ties
    slices, worst_slices  see `evaluation.measures.slices`; the worst ones are the selected candidate's
    champion              see `evaluation.champion.comparison`, and ``sentence``
    model_card            the text of model-card.json
    curves                of training jobs that are known: see `evaluation.tuning.curves`
    tuning                of tuned candidates: see `evaluation.tuning.history`
    untuned               of tuned candidates with an untuned counterpart: see `evaluation.tuning.untuned`
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluation.inputs import Numbers, Part, PartName, Predictions
from evaluation.measures.baselines import MEANS
from evaluation.measures.classification import classify
from evaluation.measures.folds import Folds
from evaluation.measures.metrics import CUT_OFF, measure
from evaluation.measures.multiclass import describe_classes
from evaluation.measures.slices import measure_slices, worst_slices
from evaluation.output.model_card import model_card
from evaluation.ranking.bootstrap import SAMPLES, compare_pairs, interval, not_significantly_different, resampled_metric
from evaluation.ranking.selection import RANKINGS, Ranking, best_candidate, rank
from evaluation.rules import describe_rules, predicted_by_rule
from evaluation.schema import Schema, Task


@dataclass(frozen=True)
class Candidate:
    """A candidate from the command line: its algorithm, the URI of its image, and that of its ``model.tar.gz``."""

    name: str
    image: str
    model_data: str


@dataclass(frozen=True)
class Measured:
    """A candidate's predictions for validation and test set after the rules, and its cost and explanations."""

    predictions: Predictions
    details: dict[str, Any]


def compare(
    task: Task,
    candidates: Mapping[Candidate, Measured],
    baselines: Mapping[str, Predictions],
    parts: Mapping[PartName, Part],
    schema: Schema,
    seed: int,
    folds: Folds | None = None,
) -> dict[str, Any]:
    """Return the content of ``evaluation.json``.

    Candidates are in the order that decides ties. The validation set ranks them, or the mean of the ``folds``; the test
    set is only reported.

    Raises `CandidateError` if no candidate can be ranked.
    """
    ranking = RANKINGS[task.metric]
    predictions = {candidate.name: measured.predictions for candidate, measured in candidates.items()}
    measures = {name: _measures(task, predicted, parts) for name, predicted in {**predictions, **baselines}.items()}
    samples = _add_intervals(ranking, measures, {**predictions, **baselines}, parts["test"], seed)
    measured_baselines = {name: measures[name] for name in baselines}
    described = {
        candidate.name: {
            "image": candidate.image,
            "model_data": candidate.model_data,
            **measures[candidate.name],
            "beats_baselines": _beats(ranking, candidate.name, measures, samples, list(baselines)),
            **_of_classes(task, parts, measured.predictions, seed),
            **measured.details,
        }
        for candidate, measured in candidates.items()
    }
    comparisons = {
        part: compare_pairs(
            ranking,
            parts[part],
            {name: predicted[part] for name, predicted in predictions.items()},
            {name: measured[part] for name, measured in measures.items()},
            seed,
        )
        for part in _COMPARED
    }
    best, reason = (
        _best_on_folds(ranking, described, folds, seed)
        if folds
        else _best_on_validation(ranking, described, comparisons["validation"])
    )
    slices = measure_slices(
        task, parts["test"], schema, {name: predicted["test"] for name, predicted in predictions.items()}
    )
    content = schema.content
    report = {
        "task": task.name,
        "metric": ranking.metric,
        "kind": task.kind,
        "label": task.labelled,
        **{key: getattr(task, key) for key in ("target", "unit", "classes", "minimum", "maximum")},
        "words": content.get("words") or {},
        "keys": {"columns": schema.keys.columns, "time": schema.keys.time, "unit_word": schema.keys.unit_word},
        "slice_titles": {slice_.by: slice_.title for slice_ in schema.slices},
        "dataset": content["dataset"],
        "split": content.get("split"),
        "threshold": task.threshold,
        "rows": content["rows"],
        "schema_sha256": schema.sha256,
        "rules": describe_rules(task, schema, CUT_OFF),
        "replaced": [
            {"feature": rule.feature, "value": rule.value, "predict": predicted_by_rule(task, rule.predict)}
            for rule in schema.rules
            if task.name in rule.tasks
        ],
        "seed": seed,
        "samples": {
            "bootstrap": {
                "samples": SAMPLES,
                "unit": schema.keys.unit or "row",
                "units": int(parts["test"].units.max()) + 1,
                "merged": parts["test"].merged,
            },
            "training_rows": len(parts["train"].labels),
        },
        "best": {
            "algorithm": best,
            **{key: described[best][key] for key in ("image", "model_data", "validation", "test", "beats_baselines")},
            "reason": reason,
            "measured": f"{described[best]['test'][ranking.metric]:.5g}",
            "beats": f"{'beats' if described[best]['beats_baselines'] == 'yes' else 'does not beat'} every baseline",
            "dataset": content["dataset"]["kind"],
            "dataset_sha256": content["dataset"]["sha256"],
            "split": content.get("split"),
            "threshold": _text(task.threshold),
            "schema_sha256": schema.sha256,
        },
        "candidates": described,
        **({"folds": folds.as_json()} if folds else {}),
        "baselines": measured_baselines,
        "comparisons": [
            {**test, "validation": validation}
            for test, validation in zip(comparisons["test"], comparisons["validation"], strict=True)
        ],
        "slices": slices,
        "worst_slices": worst_slices(task, slices, best, described[best]["test"]),
    }
    return {**report, "model_card": model_card(report)}


def verdict(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of ``verdict.json``, which the gate, register and create steps read through JsonGet.

    It stays below 16 kB, because SageMaker limits property files without publishing the limit. A path such as
    ``best.image`` or ``best.test.rmse`` returns a string or a number.
    """
    return {name: report[name] for name in ("task", "metric", "best", "champion", "model_card")}


def _text(number: float | None) -> str:
    """Format for the registry, whose metadata values are strings."""
    return "none" if number is None else f"{number:g}"


_COMPARED: tuple[PartName, ...] = ("validation", "test")


def _measures(task: Task, predicted: Predictions, parts: Mapping[PartName, Part]) -> dict[str, Any]:
    return {part: measure(task, parts[part].labels, predicted[part]) for part in _COMPARED}


def _of_classes(task: Task, parts: Mapping[PartName, Part], predicted: Predictions, seed: int) -> dict[str, Any]:
    if task.kind == "regression":
        return {}
    if task.kind == "binary":
        return classify(task, parts, predicted, seed)
    return describe_classes(task, parts["test"], predicted["test"])


def _add_intervals(
    ranking: Ranking, measures: dict[str, Any], predictions: Mapping[str, Predictions], test: Part, seed: int
) -> dict[str, Numbers]:
    """Add intervals to the measures; return the metric of the bootstrap samples."""
    of_test = {name: predicted["test"] for name, predicted in predictions.items()}
    samples = resampled_metric(ranking, test, of_test, seed)
    for name, values in samples.items():
        measures[name]["test_interval"] = interval(values)
    return samples


def _beats(
    ranking: Ranking, name: str, measures: Mapping[str, Any], samples: Mapping[str, Numbers], baselines: Sequence[str]
) -> str:
    """Return whether a candidate beats every baseline on the test set, as a string that a condition step can read.

    A linear model must be significantly better to count: on a small test set, a lead in either direction is chance.
    """
    value, sign = measures[name]["test"][ranking.metric], 1 if ranking.lower_is_better else -1

    def beaten(baseline: str) -> bool:
        behind = sign * (value - measures[baseline]["test"][ranking.metric])
        return behind < 0 or (baseline not in MEANS and interval(sign * (samples[name] - samples[baseline]))[0] <= 0)

    return "yes" if not math.isnan(value) and all(map(beaten, baselines)) else "no"


def _best_on_validation(
    ranking: Ranking, candidates: Mapping[str, Any], pairs: list[dict[str, Any]]
) -> tuple[str, str]:
    values = {name: candidate["validation"][ranking.metric] for name, candidate in candidates.items()}
    return _best(ranking, candidates, values, pairs, "on the validation set")


def _best_on_folds(ranking: Ranking, candidates: Mapping[str, Any], folds: Folds, seed: int) -> tuple[str, str]:
    measured = {name: {ranking.metric: mean} for name, mean in folds.means.items()}
    pairs = compare_pairs(ranking, folds.part, folds.predictions, measured, seed)
    where = f"in the mean of {folds.number} folds of training and validation set"
    return _best(ranking, candidates, folds.means, pairs, where)


def _best(
    ranking: Ranking,
    candidates: Mapping[str, Any],
    values: Mapping[str, float],
    pairs: list[dict[str, Any]],
    where: str,
) -> tuple[str, str]:
    """Return the selected candidate and the reason."""
    microseconds = {name: candidate["cost"]["usual_microseconds_per_row"] for name, candidate in candidates.items()}
    first = rank(values, ranking)[0]
    best = best_candidate(values, not_significantly_different(first, pairs), microseconds, ranking)
    if best == first:
        return best, f"first by {ranking.metric} {where}"
    return best, (
        f"within {ranking.tolerance:.1%} of {first}, which is first by {ranking.metric} {where}, without a significant "
        "difference, and at least twice as fast by its number of trees"
    )
