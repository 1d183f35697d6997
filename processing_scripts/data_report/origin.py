"""The paragraph of a data report on the job that made it."""

from pathlib import Path

from html_page.elements import paragraph
from html_page.origin import CONFIGURATION, job_origin
from html_page.translations import read_translations

_TRANSLATIONS = read_translations(Path(__file__).with_name("translations.json"))
_NAMED = ("execution", "job", "made", "code")


def origin_note(configuration: Path = CONFIGURATION) -> str:
    """Return it in English and Korean; empty outside of a job. What is not known is a hyphen."""
    found = job_origin("processing_scripts", configuration)
    named = {name: found.get(name, "-") for name in _NAMED}
    return paragraph(_TRANSLATIONS.bilingual("origin", **named), "made") if found else ""
