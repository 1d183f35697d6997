"""The page speaks both languages at once, and its style shows one of them."""

from __future__ import annotations

import json
from functools import cache
from html import escape
from pathlib import Path
from typing import Any


def say(key: str, **values: Any) -> str:
    """A text of ``words.json`` in both languages, escaped; a key without words is its own word."""
    texts = _words().get(key)
    if texts is None:
        return escape(key)
    said = {language: escape(text.format(**values) if values else text) for language, text in texts.items()}
    return "".join(f'<tspan lang="{language}">{text}</tspan>' for language, text in said.items())


def in_html(text: str) -> str:
    """What `say` gave for a drawing, for a paragraph or a cell."""
    return text.replace("<tspan", "<span").replace("</tspan", "</span")


@cache
def _words() -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("words.json").read_text(encoding="utf-8"))
    return words
