"""Adds pages to the site that are no files of docs: the READMEs, and the reference of the commands."""

import argparse
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

from pipelines.__main__ import COMMANDS, load
from pipelines.cli.common.console import Parser

ROOT = Path(__file__).parents[1]
READMES = {"README.md": "index.md", "README.ko.md": "index.ko.md"}


def on_files(files: Files, config: Any) -> Files:
    """Add the generated pages."""
    for source, page in READMES.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text(encoding="utf-8")))
    files.append(File.generated(config, "commands.md", content=commands()))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Point links at the pages of the site; a file of the repository becomes its text and path."""
    source = {page: source for source, page in READMES.items()}.get(page.file.src_uri, f"docs/{page.file.src_uri}")
    here = posixpath.dirname(page.file.src_uri) or "."

    def link(match: re.Match[str]) -> str:
        image, text, path, anchor = match.groups(default="")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
        in_site = READMES.get(target, target.removeprefix("docs/").replace(".ipynb", ".md"))
        if target in READMES or target.startswith(("docs/", "notebooks/")):
            return f"{image}[{text}]({posixpath.relpath(in_site, here)}{anchor})"
        return f"{text} (`{target}`)"

    return re.sub(r"(!?)\[([^\]]*)\]\((?!\w+:)([^)#\s]+)(#[^)\s]*)?\)", link, markdown)


def commands() -> str:
    """Write the help of every command and of its actions."""
    pages = ["# Commands\n"]
    for name in COMMANDS:
        parser = Parser(prog=f"boostpipe {name}")
        load(name).add_to(parser)
        for each in _with_actions(parser):
            level = "##" if each is parser else "###"
            pages.append(f"{level} {each.prog}\n\n```text\n{each.format_help()}```\n")
    return "\n".join(pages)


def _with_actions(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in dict.fromkeys(action.choices.values()):
                yield from _with_actions(child)
