"""The service model's regular expressions, which are Java's, as Python's.

Python's ``re`` has no ``\\p{L}``. The third-party ``regex`` package has, but this package needs botocore only.
"""

import functools
import re
import unicodedata
from itertools import groupby

_ASCII = range(0x80)
# Every other code point is unassigned, for private use, or half of a surrogate pair.
_ASSIGNED = (range(0xD800), range(0xE000, 0x34000), range(0xE0000, 0xE0200))
_ASTRAL_PAIR = r"\uD800\uDC00-\uDBFF\uDFFF"
_TOKEN = re.compile(
    rf"\\p\{{(?P<property>\w+)\}} | (?P<astral>{re.escape(_ASTRAL_PAIR)}) | \\. | (?P<anchor>\$\{{\d+,\d+\}})"
    r" | (?P<bracket>[\[\]]) | (?P<dot>\.)",
    re.VERBOSE | re.DOTALL,
)


def matches(pattern: str, value: str) -> bool:
    """Whether a whole text matches a pattern of the model."""
    return _compiled(pattern, ascii_only=value.isascii()).fullmatch(value) is not None


@functools.cache
def _compiled(pattern: str, *, ascii_only: bool) -> re.Pattern[str]:
    # In Java, \w, \d and \s match ASCII only unless a flag asks for more. Two patterns per expression, because most
    # texts are ASCII and the table of all characters takes a tenth of a second to build.
    return re.compile(_in_python(pattern, ascii_only=ascii_only), re.ASCII)


def _in_python(pattern: str, *, ascii_only: bool) -> str:
    in_class = False

    def translate(token: re.Match[str]) -> str:
        nonlocal in_class
        text = token.group()
        if token["property"]:
            characters = _characters(ascii_only=ascii_only)[token["property"]]
            return characters if in_class else f"[{characters}]"
        if token["astral"]:
            return r"\U00010000-\U0010FFFF"
        if token["anchor"] or text == r"\z":
            return "$"  # Java can repeat an anchor, which means nothing; the whole text is matched in any case
        if token["bracket"] and in_class != (text == "]"):
            return "\\" + text  # a bracket that neither opens nor closes a class is a plain character
        if token["bracket"]:
            in_class = text == "["
        if token["dot"] and not in_class:
            return r"[^\n\r\x85\u2028\u2029]"  # Java's dot stops at every end of a line
        return text

    return _TOKEN.sub(translate, pattern)


@functools.cache
def _characters(*, ascii_only: bool) -> dict[str, str]:
    """The characters of each property (``L`` for letters, ...), as the inside of a class."""
    found: dict[str, list[str]] = {}
    for block in (_ASCII,) if ascii_only else _ASSIGNED:
        for category, run in groupby(block, key=lambda point: unicodedata.category(chr(point))[0]):
            first, *rest = run
            found.setdefault(category, []).append(f"\\U{first:08X}-\\U{(rest or [first])[-1]:08X}")
    categories = {category: "".join(found.get(category, ["\\U0010FFFF"])) for category in "LMNPSZC"}
    return {"Alnum": "a-zA-Z0-9", "ASCII": r"\x00-\x7F", "Print": r"\x20-\x7E", **categories}
