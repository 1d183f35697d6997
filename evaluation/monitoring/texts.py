"""The texts of the monitor in English and Korean."""

from pathlib import Path

from html_page.translations import read_translations

TRANSLATIONS = read_translations(Path(__file__).with_name("translations.json"))
