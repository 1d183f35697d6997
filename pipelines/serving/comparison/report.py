"""Report of a comparison: Markdown, JSON, and a figure."""

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pipelines.aws.prices import Prices
from pipelines.data.sample import MEANS_NOTHING
from pipelines.errors import missing_package
from pipelines.serving.comparison.costs import ROWS_A_DAY, Assumed, Cost, crossings
from pipelines.serving.comparison.measurement import TOLERANCE, Measurement

INK, GREY = "#1f2933", "#7b8794"
COLOURS = ("#2166ac", "#d95f02", "#1b9e77", "#7b3294")


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Measurement, costs, and their assumptions."""

    model: str
    algorithm: str
    target: str
    measurement: Measurement
    ways: Mapping[str, Cost]
    prices: Prices
    assumed: Assumed
    generated: bool = False
    """Whether the model was trained on a generated sample."""

    def as_json(self) -> dict[str, Any]:
        """Return it as ``--json`` prints it, without the figure."""
        measured = self.measurement
        return {
            "model": self.model,
            "algorithm": self.algorithm,
            "generated_sample": self.generated,
            "target": self.target,
            "rows": measured.rows,
            "endpoint": [dataclasses.asdict(load) for load in measured.loads],
            "transform_job": {
                "rows": measured.transform_rows,
                "seconds": measured.transform_seconds,
                "start_seconds": measured.transform_start_seconds,
                "rows_per_second": measured.transform_rows_per_second,
            },
            "largest_difference": measured.largest_difference,
            "costs_a_day": {
                "currency": self.prices.currency,
                "prices": self.prices.origin,
                "assumed": dataclasses.asdict(self.assumed),
                "rows": {
                    str(rows): {name: round(cost(rows), 8) for name, cost in self.ways.items()} for rows in ROWS_A_DAY
                },
                "crossings": [
                    {"below": below, "above": above, "rows": round(rows)} for below, above, rows in crossings(self.ways)
                ],
            },
        }

    def as_markdown(self, t: Callable[..., str] = str.format) -> str:
        """Return the tables, with every assumption; ``t`` translates."""
        return "\n".join([*self._measured(t), "", *self._costs(t), "", *self._lines_cross(t), ""])

    def _measured(self, t: Callable[..., str]) -> list[str]:
        measured = self.measurement
        lines = [
            t(
                "{rows} rows, {model} ({algorithm}{sample}), target {target}. Predictions of both ways are the same: "
                "they differ by at most {difference} ({allowed} is allowed).",
                rows=f"{measured.rows:,}",
                model=self.model,
                algorithm=self.algorithm,
                sample=f", {t(MEANS_NOTHING)}" if self.generated else "",
                target=self.target,
                difference=f"{measured.largest_difference:.1g}",
                allowed=f"{TOLERANCE:g}",
            ),
            "",
            t("| way | rows a request | requests at once | p50, ms | p95, ms | p99, ms | rows/s |"),
            "|---|---|---|---|---|---|---|",
        ]
        lines += [
            f"| {t('endpoint')} | {load.rows_per_request} | {load.at_once} "
            f"| {load.p50:.1f} | {load.p95:.1f} | {load.p99:.1f} | {load.rows_per_second:,.0f} |"
            for load in measured.loads
        ]
        job = t(
            "{rows} rows in {seconds} s, {start} s of them to start",
            rows=f"{measured.transform_rows:,}",
            seconds=f"{measured.transform_seconds:.2f}",
            start=f"{measured.transform_start_seconds:.2f}",
        )
        return [*lines, f"| {t('transform job')} | {job} | | | | | {measured.transform_rows_per_second:,.0f} |"]

    def _costs(self, t: Callable[..., str]) -> list[str]:
        assumed, prices = self.assumed, self.prices
        head = (t("{rows} row a day" if rows == 1 else "{rows} rows a day", rows=f"{rows:,}") for rows in ROWS_A_DAY)
        lines = [
            f"| {t('{currency} a day', currency=prices.currency)} | {' | '.join(head)} |",
            "|---|" + "---|" * len(ROWS_A_DAY),
        ]
        for name, cost in self.ways.items():
            lines.append(f"| {t(name)} | " + " | ".join(_money(cost(rows)) for rows in ROWS_A_DAY) + " |")
        explained = t(
            "Prices: {origin}. Assumed: {hosting} behind the endpoint (one instance for what was measured, more where "
            "that is not enough), {transform} for transform jobs, which take {start} s to start on AWS, {memory} MB of "
            "serverless memory; single rows in real time; responses as fast as measured.",
            origin=prices.origin,
            hosting=assumed.hosting_type,
            transform=assumed.transform_type,
            start=f"{assumed.start_seconds:.0f}",
            memory=assumed.serverless_mb,
        )
        return [*lines, "", explained]

    def _lines_cross(self, t: Callable[..., str]) -> list[str]:
        pattern = "- up to about {rows} rows a day **{below}** costs less than {above}, above that more"
        found = [
            t(pattern, rows=f"{float(f'{rows:.2g}'):,.0f}", below=t(below), above=t(above))
            for below, above, rows in crossings(self.ways)
        ]
        nowhere = t("- nowhere: the order is the same for any number of rows")
        return [t("Where the lines cross:"), "", *(found or [nowhere])]


def require_matplotlib() -> None:
    """Check that the figure can be drawn, before anything is measured.

    Raises `EnvironmentProblem` if matplotlib is not installed.
    """
    try:
        import matplotlib  # noqa: F401, ICN001 - only whether it is there
    except ImportError as error:
        raise missing_package("matplotlib") from error


def draw(comparison: Comparison, path: Path) -> None:
    """Draw latencies and costs of a day as a PNG file."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    style: Any = {"axes.spines.top": False, "axes.spines.right": False, "text.color": INK, "axes.labelcolor": INK,
             "xtick.color": INK, "ytick.color": INK, "axes.edgecolor": GREY, "font.size": 10}  # fmt: skip
    with plt.rc_context(style):
        figure, (left, right) = plt.subplots(1, 2, figsize=(12, 5), layout="constrained")
        _draw_latencies(left, comparison.measurement)
        _draw_costs(right, comparison)
        figure.savefig(path, dpi=120)
        plt.close(figure)


def _draw_latencies(axes: Any, measured: Measurement) -> None:
    sizes = list(dict.fromkeys(load.rows_per_request for load in measured.loads))
    for size, colour in zip(sizes, COLOURS, strict=False):
        loads = [load for load in measured.loads if load.rows_per_request == size]
        at_once = [load.at_once for load in loads]
        axes.plot(at_once, [load.p50 for load in loads], "o-", color=colour, label=f"{size} rows a request: p50"
                  if size > 1 else "one row a request: p50")  # fmt: skip
        axes.fill_between(at_once, [load.p50 for load in loads], [load.p99 for load in loads], color=colour, alpha=0.15)
    axes.set(xscale="log", yscale="log", xlabel="requests at once", ylabel="milliseconds until the answer")
    axes.set_xticks([load.at_once for load in measured.loads], [str(load.at_once) for load in measured.loads])
    axes.minorticks_off()
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set_title("How long an answer takes (shaded up to p99)", loc="left")
    axes.legend(frameon=False)


def _draw_costs(axes: Any, comparison: Comparison) -> None:
    rows = [10 ** (power / 20) for power in range(161)]
    for (name, cost), colour in zip(comparison.ways.items(), COLOURS, strict=True):
        axes.plot(rows, [cost(number) for number in rows], color=colour, label=name)
    for below, _, number in crossings(comparison.ways, most=rows[-1]):
        axes.plot([number], [comparison.ways[below](number)], "o", color=INK, markersize=4)
    axes.set(xscale="log", yscale="log", xlabel="rows a day", ylabel=f"{comparison.prices.currency} a day on AWS")
    axes.set_title(f"What a day costs ({comparison.prices.region}, {comparison.prices.as_of})", loc="left")
    axes.legend(frameon=False)


def _money(amount: float) -> str:
    return f"{amount:,.2f}" if amount >= 0.1 else f"{amount:.2g}"
