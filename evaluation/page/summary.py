"""The report's first words: which candidate to deploy, how sure one can be, and where it fails."""

from __future__ import annotations

from typing import Any

from evaluation.output.results import Results
from evaluation.page import tuning
from evaluation.page.html import tiles
from evaluation.page.words import Words, number
from evaluation.ranking.bootstrap import BETTER
from evaluation.ranking.selection import RANKINGS

_HEADLINE = {"regression": ("rmse", "mae", "r2"), "classification": ("auc", "accuracy", "f1")}


def headline(results: Results, words: Words) -> str:
    """The winner's name and its numbers, large."""
    candidate = results.report["candidates"][results.best]
    low, high = (number(bound, results.report["metric"]) for bound in candidate["test_interval"])
    winner = words("winner"), words(results.best), words("of", count=len(results.report["candidates"]))
    (name, value, _), *others = (
        (words(key), number(candidate["test"][key], key), words(f"meaning {key}"))
        for key in _HEADLINE[results.report["task"]]
    )
    return tiles([winner, (name, value, words("headline interval", low=low, high=high)), *others])


def summary(results: Results, words: Words) -> list[str]:
    """The sentences, the most important one first."""
    report = results.report
    candidate = report["candidates"][results.best]
    metric, name = report["metric"], words(report["metric"])
    low, high = (number(bound, metric) for bound in candidate["test_interval"])
    value = number(candidate["test"][metric], metric)
    first = report["best"]["reason"].startswith("first")
    sentences = [
        words("summary best", best=words(results.best), metric=name, value=value, low=low, high=high),
        words("summary reason first" if first else "summary reason faster"),
        *_against_others(results, words),
        _against_baselines(results, words),
        *tuning.in_short(results, words),
    ]
    if not results.is_regression:
        sentences += _of_a_classifier(candidate, words)
    if report["worst_slices"]:
        sentences.append(
            words("summary worst", slices="; ".join(_worst(slice_, words) for slice_ in report["worst_slices"]))
        )
    return sentences


def _against_others(results: Results, words: Words) -> list[str]:
    groups: dict[str, list[str]] = {"summary better": [], "summary no difference": [], "summary worse": []}
    for pair in results.report["comparisons"]:
        if results.best in (pair["first"], pair["second"]):
            other = pair["second"] if pair["first"] == results.best else pair["first"]
            won = "summary better" if pair["better"] == results.best else "summary worse"
            groups[won if pair["verdict"] == BETTER else "summary no difference"].append(words(other))
    return [words(key, names=words("or").join(names)) for key, names in groups.items() if names]


def _against_baselines(results: Results, words: Words) -> str:
    report, metric = results.report, results.report["metric"]
    values = {name: baseline["test"][metric] for name, baseline in report["baselines"].items()}
    choose = min if RANKINGS[report["task"]].lower_is_better else max
    strongest = choose(values, key=values.__getitem__)
    key = f"summary baselines {report['best']['beats_baselines']}"
    return words(key, name=words(strongest), metric=words(metric), value=number(values[strongest], metric))


def _of_a_classifier(candidate: dict[str, Any], words: Words) -> list[str]:
    f1, f1_half = (number(candidate[key]["f1"]) for key in ("test_at_cut_off", "test"))
    return [
        words("summary cut-off", cut_off=f"{candidate['cut_off']:.3f}", f1=f1, f1_half=f1_half),
        words(f"summary calibration {candidate['calibration']['method']}"),
    ]


def _worst(slice_: dict[str, Any], words: Words) -> str:
    return words(
        "summary worst slice",
        slice=words.slice_name(slice_),
        metric=words(slice_["metric"]),
        value=number(slice_["measured"], slice_["metric"]),
        times=f"{slice_['times']:.1f}",
        rows=slice_["rows"],
    )
