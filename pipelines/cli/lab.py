"""``boostpipe lab``: JupyterLab whose notebooks call the same target."""

import argparse
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from pipelines.cli.common.command import Command, choose
from pipelines.cli.common.console import Parser, Result
from pipelines.cli.common.options import CONNECTION
from pipelines.errors import BadInput, missing_package
from pipelines.settings.fields import Settings
from pipelines.target.opening import connect


def _options(parser: Parser) -> None:
    parser.add_argument(
        "folder", nargs="?", type=Path, default=Path("notebooks"), help="of the notebooks (default: %(default)s)"
    )
    parser.add_argument("--no-browser", action="store_true", help="print the address and open no browser")


def _run(options: argparse.Namespace, settings: Settings) -> Result:
    if not options.folder.is_dir():
        raise BadInput(f"There is no folder {options.folder}. Name one that contains notebooks.")
    if importlib.util.find_spec("jupyterlab") is None:
        raise missing_package("jupyterlab", extra="notebooks")
    with connect(settings, choose(settings)) as connection:
        variables = {
            "SAGEMAKER_TARGET": connection.name,
            "SAGEMAKER_PIPELINE_NAME": settings.pipeline_name,
            "SAGEMAKER_LOCAL_STATE_DIR": str(settings.state_dir.resolve()),
        }
        words = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={options.folder.resolve()}"]
        if options.no_browser:
            words.append("--no-browser")
        with subprocess.Popen(words, env={**os.environ, **variables}) as process:
            try:
                code = process.wait()
            except KeyboardInterrupt:  # it has received the signal, too, and asks whether to end
                code = process.wait()
    return Result("", {"exit_code": code}, exit_code=min(code, 1) if code >= 0 else 0)


COMMAND = Command(
    name="lab",
    summary="open notebooks in JupyterLab, connected to the target",
    description="Open notebooks in JupyterLab. Locally, their AWS clients call the local service.",
    options=_options,
    settings=CONNECTION,
    run=_run,
)
