"""What all pictures look like, and how they are saved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.colours import GREY, INK, LIGHT
from evaluation.page.words import read_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WORDS = read_words("en")
"""Pictures speak English; the report speaks the language that is asked for."""

_STYLE: Any = {
    "font.size": 11,
    "text.color": INK,
    "text.hinting": "none",  # letters look as good, and drawing takes an eighth less
    "axes.labelcolor": INK,
    "axes.edgecolor": GREY,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.titlepad": 10,
    "axes.titleweight": "bold",
    "axes.titlesize": 12,
    "axes.titley": 1.0,  # where it is anyway; finding that out takes a tenth of the time of drawing
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
"""Inches above the panels, with titles of their own or without, and beside the last one."""


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
    left, bottom
        Inches for the labels of its axes. They are given because measuring all texts would take as long as drawing.
    shared
        Only the first panel has labels on its left.
    titles
        The panels have titles of their own.
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
        # Without the software's version the same numbers give the same file.
        figure.savefig(path, metadata={"Software": None}, pil_kwargs={"compress_level": 1})


def candidate_title(name: str, best: str) -> str:
    """A candidate's name, with the best one marked."""
    return f"{WORDS(name)} (best)" if name == best else WORDS(name)
