"""``python -m evaluation.page FOLDER --lang ko``: rewrite the report of an evaluation, for example in Korean."""

import argparse
import sys
from pathlib import Path

from evaluation.errors import EvaluationError
from evaluation.output.results import read_results
from evaluation.page.document import render
from html_page.translations import LANGUAGES


def main() -> int:
    """Write the report; return 0 on success, or 1 with the reason on stderr."""
    parser = argparse.ArgumentParser(prog="evaluation.page", description="Rewrite the report of an evaluation.")
    parser.add_argument("folder", type=Path, help="with evaluation.json and predictions-*.csv")
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="language of the report (default: %(default)s)")
    parser.add_argument("--output", type=Path, help="file to write (default: report.html in the folder)")
    options = parser.parse_args()
    try:
        page = render(read_results(options.folder), options.lang)
    except EvaluationError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    (options.output or options.folder / "report.html").write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
