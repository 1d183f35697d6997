"""HTML elements. Every text is escaped here and nowhere else, unless it is `Markup`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape


class Markup(str):
    """Text that is HTML already, and therefore not escaped again."""

    __slots__ = ()


@dataclass(frozen=True)
class Row:
    """A table row: its cells, of which the first is its name, a CSS class, and a badge beside the name."""

    cells: Sequence[str]
    kind: str = ""
    badge: str = ""


def html(text: str) -> str:
    """Escape a text; leave `Markup` as it is."""
    return text if isinstance(text, Markup) else escape(text)


def section(title: str, note: str, *content: str, kind: str = "") -> str:
    """Return a titled section; an empty note is left out, and the content is HTML."""
    introduction = paragraph(note, "note") if note else ""
    return f'<section class="{kind}"><h2>{html(title)}</h2>{introduction}{"".join(content)}</section>'


def heading(text: str, note: str = "") -> str:
    """Return a heading within a section."""
    return f"<h3>{html(text)}</h3>" + (paragraph(note, "note") if note else "")


def paragraph(text: str, kind: str = "") -> str:
    """Return a paragraph with a CSS class."""
    return f'<p class="{kind}">{html(text)}</p>'


def bullets(texts: Iterable[str]) -> str:
    """Return a bulleted list."""
    return f"<ul>{''.join(f'<li>{html(text)}</li>' for text in texts)}</ul>"


def panels(parts: Iterable[str], kind: str = "panels") -> str:
    """Return a grid of HTML parts, side by side where the window is wide enough."""
    return f'<div class="{kind}">{"".join(f"<div>{part}</div>" for part in parts)}</div>'


def table(columns: Sequence[str], rows: Iterable[Row], *, text_columns: Sequence[int] = ()) -> str:
    """Return a table that scrolls sideways where it is too wide; ``text_columns`` are aligned left and wrapped."""
    kinds = ['class="text"' if at in text_columns else "" for at in range(len(columns))]
    head = "".join(f"<th {kind}>{html(name)}</th>" for kind, name in zip(kinds, columns, strict=True))
    body = "".join(f'<tr class="{row.kind}">{"".join(_cells(row, kinds))}</tr>' for row in rows)
    return f'<div class="wide" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cells(row: Row, kinds: Sequence[str]) -> Iterable[str]:
    badge = f'<span class="badge">{html(row.badge)}</span>' if row.badge else ""
    for at, (cell, kind) in enumerate(zip(row.cells, kinds, strict=True)):
        yield f"<td {kind}>{html(cell)}{badge if at == 0 else ''}</td>"
