"""Report of a comparison: Markdown, JSON, and a figure."""

import dataclasses
from collections.abc import Mapping
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

    def as_markdown(self) -> str:
        """Return the tables, with every assumption."""
        return "\n".join([*self._measured(), "", *self._costs(), "", *self._lines_cross(), ""])

    def _measured(self) -> list[str]:
        measured = self.measurement
        sample = f", {MEANS_NOTHING}" if self.generated else ""
        lines = [
            f"{measured.rows:,} rows, {self.model} ({self.algorithm}{sample}), target {self.target}. Predictions of "
            f"both ways are the same: they differ by at most {measured.largest_difference:.1g} ({TOLERANCE:g} is "
            "allowed).",
            "",
            "| way | rows a request | requests at once | p50, ms | p95, ms | p99, ms | rows/s |",
            "|---|---|---|---|---|---|---|",
        ]
        lines += [
            f"| endpoint | {load.rows_per_request} | {load.at_once} | {load.p50:.1f} | {load.p95:.1f} | {load.p99:.1f} "
            f"| {load.rows_per_second:,.0f} |"
            for load in measured.loads
        ]
        job = (
            f"{measured.transform_rows:,} rows in {measured.transform_seconds:.2f} s, "
            f"{measured.transform_start_seconds:.2f} s of them to start"
        )
        return [*lines, f"| transform job | {job} | | | | | {measured.transform_rows_per_second:,.0f} |"]

    def _costs(self) -> list[str]:
        assumed, prices = self.assumed, self.prices
        head = " | ".join(f"{rows:,} {'row' if rows == 1 else 'rows'} a day" for rows in ROWS_A_DAY)
        lines = [f"| {prices.currency} a day | {head} |", "|---|" + "---|" * len(ROWS_A_DAY)]
        for name, cost in self.ways.items():
            lines.append(f"| {name} | " + " | ".join(_money(cost(rows)) for rows in ROWS_A_DAY) + " |")
        return [
            *lines,
            "",
            f"Prices: {prices.origin}. Assumed: {assumed.hosting_type} behind the endpoint (one instance for what was "
            f"measured, more where that is not enough), {assumed.transform_type} for transform jobs, which take "
            f"{assumed.start_seconds:.0f} s to start on AWS, {assumed.serverless_mb} MB of serverless memory; single "
            "rows in real time; responses as fast as measured.",
        ]

    def _lines_cross(self) -> list[str]:
        found = [
            f"- up to about {float(f'{rows:.2g}'):,.0f} rows a day **{below}** costs less than {above}, above that more"
            for below, above, rows in crossings(self.ways)
        ]
        return ["Where the lines cross:", "", *(found or ["- nowhere: the order is the same for any number of rows"])]


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
