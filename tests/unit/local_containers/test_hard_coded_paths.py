"""Paths below /opt/ml in a job's code: which of them stop a job that has no mount namespace."""

from __future__ import annotations

from pathlib import Path

import pytest

from local_sagemaker.containers.process.hard_coded_paths import find_in_command, find_in_script

ML = Path("/job/ml")


def _found(folder: Path, code: str, *arguments: str, name: str = "script.py", **files: str) -> str | None:
    for module, content in files.items():
        path = folder / f"{module.replace('__', '/')}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    script = folder / name
    script.write_text(code)
    found = find_in_script(script, arguments, {"SM_MODEL_DIR"}, [folder], ML)
    return None if found is None else f"{found.file.name}:{found.line} {found.path}"


@pytest.mark.parametrize(
    "code",
    [
        '"""Reads /opt/ml/input."""',
        "# /opt/ml/input",
        "'''/opt/ml/input'''",
        "raise ValueError('No files in /opt/ml/input.')",
        "x = 's3://bucket/opt/ml/input', '/opt/mlx', f's3://{bucket}/opt/ml/x'",
        "os.environ.get('SM_MODEL_DIR', '/opt/ml/model')",
        "os.getenv('SM_MODEL_DIR', '/opt/ml/model')",
        "os.environ.get('SM_MODEL_DIR') or '/opt/ml/model'",
        "os.environ['SM_MODEL_DIR'] if 'SM_MODEL_DIR' in os.environ else '/opt/ml/model'",
        "parser.add_argument('--input', type=Path, default=Path('/opt/ml/input'))",
        "parser.add_argument('-i', '--input', default='/opt/ml/input')",
        "DEFAULT = '/opt/ml/input/data'",
    ],
)
def test_unused_paths_and_replaced_defaults_are_allowed(tmp_path: Path, code: str) -> None:
    assert _found(tmp_path, code, "--input", "/job/ml/input/data") is None


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("open('/opt/ml/input/a')", "script.py:1 /opt/ml/input/a"),
        ("\nopen(f'/opt/ml/input/{name}')", "script.py:2 /opt/ml/input/"),
        ("Path('/opt/ml') / 'model'", "script.py:1 /opt/ml"),
        ("os.environ.get('MINE', '/opt/ml/model')", "script.py:1 /opt/ml/model"),
        ("parser.add_argument('--output', default='/opt/ml/output')", "script.py:1 /opt/ml/output"),
    ],
)
def test_used_paths_are_found(tmp_path: Path, code: str, found: str) -> None:
    assert _found(tmp_path, code, "--input=/job/ml/input/data") == found


@pytest.mark.parametrize("code", ["import a.b", "from a import b", "from a.b import c", "from .a import b"])
def test_imported_modules_are_searched(tmp_path: Path, code: str) -> None:
    assert _found(tmp_path, code, a__b="open('/opt/ml/x')", other="open('/opt/ml/y')") == "b.py:1 /opt/ml/x"


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("# ls /opt/ml\ncp ${SM_MODEL_DIR:-/opt/ml/model}/a b", None),
        ("cp a ${MINE:-/opt/ml/model}", "train.sh:1 /opt/ml/model"),
        ("set -e\ncp a /opt/ml/model/a; ls", "train.sh:2 /opt/ml/model/a"),
    ],
)
def test_shell_scripts_are_searched(tmp_path: Path, code: str, found: str | None) -> None:
    assert _found(tmp_path, code, name="train.sh") == found


@pytest.mark.parametrize(
    "command",
    [
        ["python3", "{ml}/code/package/main.py"],
        ["python3", "-u", "-m", "package.main"],
        ["/bin/bash", "-c", "cd {ml}/code && python3 {ml}/code/package/main.py"],
    ],
)
def test_scripts_of_a_command_are_searched(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "code" / "package").mkdir(parents=True)
    (tmp_path / "code" / "package" / "main.py").write_text("open('/opt/ml/a')")
    arguments = [word.format(ml=tmp_path) for word in command]
    found = find_in_command(arguments, {"PYTHONPATH": str(tmp_path / "code")}, "/", tmp_path)
    assert found is not None
    assert str(found).startswith("main.py contains the path /opt/ml/a (line 1), but a local job has no /opt/ml")
