"""What all pictures look like, and how they are saved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.colours import GREY, INK, LIGHT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_STYLE: Any = {
    "font.size": 11,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": GREY,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.titlepad": 10,
    "axes.titleweight": "bold",
    "axes.titlesize": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": LIGHT,
    "legend.frameon": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "figure.dpi": 100,
    "savefig.facecolor": "white",
}


@contextmanager
def panels(path: Path, number: int, title: str, *, width: float = 4.6, height: float = 5.2) -> Iterator[list[Axes]]:
    """A row of panels with a common title, saved as PNG when they are drawn.

    Parameters
    ----------
    path
        File to write.
    number
        Of panels.
    title
        Over all of them.
    width, height
        Of one panel in inches.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(max(width * number, 6.5), height), layout="constrained")
        FigureCanvasAgg(figure)
        figure.suptitle(title, fontsize=14, fontweight="bold")
        yield list(figure.subplots(1, number, squeeze=False)[0])
        # Without the software's version the same numbers give the same file.
        figure.savefig(path, metadata={"Software": None})


def candidate_title(name: str, best: str) -> str:
    """A candidate's name, with the best one marked."""
    return f"{name} (best)" if name == best else name
