"""Style and layout of all pictures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.page.marks import GREY, INK, LIGHT
from evaluation.page.texts import Texts

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TEXTS = Texts("en")
"""Pictures are in English; only the report is translated."""

_STYLE: Any = {
    "font.size": 11,
    "text.color": INK,
    "text.hinting": "none",  # same look, an eighth faster
    "axes.labelcolor": INK,
    "axes.edgecolor": GREY,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.titlepad": 10,
    "axes.titleweight": "bold",
    "axes.titlesize": 12,
    "axes.titley": 1.0,  # the default position; calculating it takes a tenth of the drawing time
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": LIGHT,
    "legend.frameon": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "figure.dpi": 100,
    "savefig.facecolor": "white",
}


_TITLES, _TITLE, _RIGHT = 0.85, 0.45, 0.2
"""Inches above panels with titles, above panels without, and right of the last panel."""


@contextmanager
def panels(
    path: Path,
    number: int,
    title: str,
    *,
    width: float = 4.6,
    height: float = 5.2,
    left: float = 0.75,
    bottom: float = 0.65,
    shared: bool = False,
    titles: bool = True,
) -> Iterator[list[Axes]]:
    """Yield a row of panels with a common title, and save it as PNG on exit.

    Parameters
    ----------
    width, height
        Size of one panel in inches.
    left, bottom
        Inches for the axis labels; given, because measuring the texts would take as long as drawing.
    shared
        Whether only the first panel has y axis labels.
    titles
        Whether panels have titles of their own.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE):
        whole = max(width * number, 6.5)
        figure = Figure(figsize=(whole, height))
        FigureCanvasAgg(figure)
        figure.suptitle(title, fontsize=14, fontweight="bold", y=1 - 0.12 / height, va="top")
        gap = 0.45 if shared else left + _RIGHT
        one = (whole - left - _RIGHT - (number - 1) * gap) / number
        places = {
            "left": left / whole,
            "right": 1 - _RIGHT / whole,
            "bottom": bottom / height,
            "top": 1 - (_TITLES if titles else _TITLE) / height,
            "wspace": gap / one,
        }
        yield list(figure.subplots(1, number, squeeze=False, gridspec_kw=places)[0])
        # Without the software version, the same numbers give the same file.
        figure.savefig(path, metadata={"Software": None}, pil_kwargs={"compress_level": 1})


def candidate_title(name: str, best: str) -> str:
    """Return a candidate's name, marked if it is the selected one."""
    return f"{TEXTS(name)} (selected)" if name == best else TEXTS(name)
