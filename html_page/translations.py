"""Texts in several languages, from a JSON file: ``{"key": {"en": "{rows} hours", "ko": "{rows}시간"}}``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Literal, get_args

from html_page.elements import Markup

Language = Literal["en", "ko"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True)
class Translations:
    """Texts by key and language; a key without a text is its own text, such as the name of an algorithm."""

    texts: Mapping[str, Mapping[Language, str]]

    def text(self, language: Language, key: str, **values: Any) -> str:
        """Return a text in one language, with values in place of its ``{names}``."""
        text = self.texts.get(key, {}).get(language, key)
        return text.format(**values) if values else text

    def bilingual(self, key: str, *, tag: str = "span", **values: Any) -> Markup:
        """Return a text in all languages, one element each; the page's style shows one of them."""
        if key not in self.texts:
            return Markup(escape(key))
        texts = {language: escape(self.text(language, key, **values)) for language in LANGUAGES}
        return Markup("".join(f'<{tag} lang="{language}">{text}</{tag}>' for language, text in texts.items()))


@cache
def read_translations(path: Path) -> Translations:
    """Read a file of texts."""
    return Translations(json.loads(path.read_text(encoding="utf-8")))
