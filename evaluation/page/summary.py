"""The report's summary: the selected candidate, the significance of its lead, and its largest errors."""

from typing import Any

from evaluation.output.results import Results
from evaluation.page import tuning
from evaluation.page.elements import tiles
from evaluation.page.texts import Texts, capitalized
from evaluation.ranking.bootstrap import BETTER
from evaluation.ranking.selection import RANKINGS
from html_page.elements import paragraph

_HEADLINE = {
    "regression": ("rmse", "mae", "r2"),
    "binary": ("auc", "accuracy", "f1"),
    "multiclass": ("log_loss", "accuracy", "f1_macro"),
}


def headline(results: Results, texts: Texts) -> str:
    """Return tiles with the name and the metrics of the selected candidate."""
    candidate = results.report["candidates"][results.best]
    low, high = (texts.number(bound, results.report["metric"]) for bound in candidate["test_interval"])
    note = texts("of", count=len(results.report["candidates"]))
    if results.is_generated:
        note = f"{note}; {texts('sample')}"
    winner = texts("winner"), texts(results.best), note
    (name, value, _), *others = (
        (capitalized(texts(key)), texts.number(candidate["test"][key], key), _meaning(results, key, texts))
        for key in sorted(_HEADLINE[results.kind], key=lambda key: key != results.report["metric"])
    )
    return tiles([winner, (name, value, texts("headline interval", low=low, high=high)), *others])


def _meaning(results: Results, metric: str, texts: Texts) -> str:
    unit = texts.name(results.report["unit"]) if results.report["unit"] else texts("meaning unit")
    if metric == "rmse":
        return unit
    several = metric == "accuracy" and results.kind == "multiclass"
    return texts(f"meaning {metric}_multiclass" if several else f"meaning {metric}", unit=unit)


def summary(results: Results, texts: Texts) -> list[str]:
    """Return the sentences, most important first."""
    report = results.report
    candidate = report["candidates"][results.best]
    metric, name = report["metric"], texts(report["metric"])
    low, high = (texts.number(bound, metric) for bound in candidate["test_interval"])
    value = texts.number(candidate["test"][metric], metric)
    first = report["best"]["reason"].startswith("first")
    sentences = [
        texts("summary best", best=texts(results.best), metric=name, value=value, low=low, high=high),
        texts("summary reason first" if first else "summary reason faster"),
        *_against_others(results, texts),
        _against_baselines(results, texts),
        *tuning.in_short(results, texts),
    ]
    if results.kind == "binary":
        sentences += _of_a_classifier(candidate, texts)
    if report["worst_slices"]:
        sentences.append(
            texts("summary worst", slices="; ".join(_worst(slice_, texts) for slice_ in report["worst_slices"]))
        )
    return sentences


def note(results: Results, texts: Texts) -> str:
    """Return what it means that another candidate is significantly better on the test set; empty if none is."""
    names = _others(results)["summary worse"]
    worse = texts("summary worse", best=texts(results.best), names=texts("or").join(map(texts, names)))
    return paragraph(worse, "warning") if names else ""


def _against_others(results: Results, texts: Texts) -> list[str]:
    groups = _others(results)
    return [
        texts(key, names=texts("or").join(map(texts, groups[key])))
        for key in ("summary better", "summary no difference")
        if groups[key]
    ]


def _others(results: Results) -> dict[str, list[str]]:
    """Group the other candidates by how the selected one compares with them on the test set."""
    groups: dict[str, list[str]] = {"summary better": [], "summary no difference": [], "summary worse": []}
    for pair in results.report["comparisons"]:
        if results.best in (pair["first"], pair["second"]):
            other = pair["second"] if pair["first"] == results.best else pair["first"]
            won = "summary better" if pair["better"] == results.best else "summary worse"
            groups[won if pair["verdict"] == BETTER else "summary no difference"].append(other)
    return groups


def _against_baselines(results: Results, texts: Texts) -> str:
    report, metric = results.report, results.report["metric"]
    values = {name: baseline["test"][metric] for name, baseline in report["baselines"].items()}
    choose = min if RANKINGS[metric].lower_is_better else max
    strongest = choose(values, key=values.__getitem__)
    beats = report["best"]["beats_baselines"]
    ahead = values[strongest] == choose(values[strongest], report["best"]["test"][metric])
    key = "summary baselines even" if beats == "yes" and ahead else f"summary baselines {beats}"
    return texts(key, name=texts(strongest), metric=texts(metric), value=texts.number(values[strongest], metric))


def _of_a_classifier(candidate: dict[str, Any], texts: Texts) -> list[str]:
    f1, f1_half = (texts.number(candidate[key]["f1"]) for key in ("test_at_cut_off", "test"))
    return [
        texts("summary cut-off", cut_off=f"{candidate['cut_off']:.3f}", f1=f1, f1_half=f1_half),
        texts(f"summary calibration {candidate['calibration']['method']}"),
    ]


def _worst(slice_: dict[str, Any], texts: Texts) -> str:
    return texts(
        "summary worst slice",
        slice=texts.slice_name(slice_),
        metric=texts(slice_["metric"]),
        value=texts.number(slice_["measured"], slice_["metric"]),
        times=f"{slice_['times']:.1f}",
        rows=slice_["rows"],
    )
