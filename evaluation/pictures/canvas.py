"""Style and layout of all pictures."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.page.marks import GREY, INK, LIGHT
from evaluation.page.texts import Texts, shorten, texts_of
from html_page.translations import Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_KOREAN_FONTS = ("NotoSansKR", "NotoSansCJK", "NanumGothic", "malgun", "AppleSDGothicNeo", "AppleGothic")
"""Beginnings of the file names of fonts with Hangul."""

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


def drawable_texts(report: Mapping[str, Any], language: Language) -> Texts:
    """Return the texts of pictures: English instead of Korean where no font has Hangul, as in AWS's images."""
    return texts_of(report, language if language == "en" or _korean_font() else "en")


@cache
def _korean_font() -> str | None:
    """Return the name of a font with Hangul, or None; matplotlib's own list may be older than the font."""
    from matplotlib.font_manager import FontProperties, findSystemFonts, fontManager

    files = sorted(file for file in findSystemFonts() if Path(file).name.startswith(_KOREAN_FONTS))
    if not files:
        return None
    regular = next((file for file in files if "Regular" in file), files[0])
    for file in {regular, regular.replace("Regular", "Bold")} & set(files):
        fontManager.addfont(file)
    return FontProperties(fname=regular).get_name()


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
    title
        The common title.
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

    # Names in the data may be Korean in an English report, too; other scripts without a font become boxes.
    fonts: Any = {"font.family": ["DejaVu Sans", *filter(None, [_korean_font()])]}
    with mpl.rc_context({**_STYLE, **fonts}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
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


def candidate_title(name: str, best: str, texts: Texts) -> str:
    """Return a candidate's name, marked if it is the selected one."""
    return f"{texts(name)} ({texts('best')})" if name == best else texts(name)


def drawable(name: str) -> str:
    """Return a name that fits beside an axis; matplotlib would read dollar signs as formulas."""
    return shorten(name).replace("$", r"\$")
