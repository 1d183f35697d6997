"""Checks of a data set file's keys against each other.

Each check raises `WrongValue` with the key's path and what to do.
"""

import re
from collections.abc import Iterable
from typing import Final

from processing_scripts.dataset_file.model import WHITESPACE, Column, DatasetFile, Metric, Task
from processing_scripts.dataset_file.values import WrongValue, did_you_mean, shown

MOST_CLASSES: Final = 100
MOST_FOLDS: Final = 20
_NAME = re.compile(r"[a-z](-?[a-z0-9])*")
_LONGEST = {"name": 40, "task": 14}
"""Names of steps, groups and endpoints contain them, which have at most 63 or 64 characters."""
_PIPELINE = re.compile(r"[A-Za-z0-9](-*[A-Za-z0-9]){0,79}")
_NUMBERS = ("number", "integer")
_TIMES = ("datetime", "time_of_day")
_METRICS: Final[dict[str, tuple[Metric, ...]]] = {
    "regression": ("rmse", "mae"),
    "binary": ("auc",),
    "multiclass": ("log_loss",),
}
_SETS = ("train", "validation", "test")
_ALGORITHMS = ("xgboost", "lightgbm", "catboost")
_OUTPUTS = ("batch", "keys", "schema", "recordio")
"""Outputs of Preprocess beside those of the tasks, which are named after them."""
_WORDS = ("row", "rows", "unit_of_split")


def check(dataset: DatasetFile) -> None:
    """Check a data set file that was read."""
    for each in (_names, _reading, _columns, _tasks, _split, _rules, _words, _code):
        each(dataset)


def _require(condition: bool, path: tuple[str | int, ...], problem: str) -> None:  # noqa: FBT001 - as assert
    if not condition:
        raise WrongValue(path, problem)


def _names(dataset: DatasetFile) -> None:
    _simple_name(dataset.name, ("name",), _LONGEST["name"])
    pipeline = shown(dataset.pipeline)
    _require(
        _PIPELINE.fullmatch(dataset.pipeline) is not None,
        ("pipeline",),
        f"is {pipeline}; write at most 80 letters, digits and hyphens, which begins and ends with a letter or digit.",
    )
    for task in dataset.tasks:
        _simple_name(task.name, ("tasks", task.name), _LONGEST["task"])
        own = task.name not in {*_OUTPUTS, "all"}  # --task all is every task
        _require(own, ("tasks", task.name), "has a name that the pipeline needs itself; rename it.")
        steps = task.name.replace("-", "")
        others = [other.name for other in dataset.tasks if other.name.replace("-", "") == steps]
        _require(len(others) == 1, ("tasks", others[-1]), "differs from another task in hyphens only; rename it.")
    for option in dataset.options:
        path = ("options", option.name)
        _simple_name(option.name, path, _LONGEST["name"])
        _distinct(option.choices, (*path, "choices"))
        _known(option.default, option.choices, (*path, "default"), "of the option's choices")


def _reading(dataset: DatasetFile) -> None:
    reading = dataset.reading
    for key in ("separator", "decimal", "grouping"):
        value = getattr(reading, key)
        blanks = key == "separator" and value == WHITESPACE
        _require(
            value is None or blanks or len(value) == 1, ("reading", key), f"is {shown(value)}; write one character."
        )
        _require(
            value is None or reading.format == "csv", ("reading", key), "is for CSV only; delete it, or set the format."
        )
    quote = reading.separator is not None and reading.separator in '"\r\n'
    _require(not quote, ("reading", "separator"), "cannot be a quotation mark or a line end; write another character.")
    same = reading.decimal is not None and reading.decimal == reading.grouping
    _require(not same, ("reading", "grouping"), "is the same as the decimal mark; correct one.")
    if reading.encoding is not None:
        try:
            "".encode(reading.encoding)
        except (LookupError, ValueError) as error:
            problem = f"is {shown(reading.encoding)}, which Python does not know; write utf-8, cp949 or latin-1."
            raise WrongValue(("reading", "encoding"), problem) from error


def _columns(dataset: DatasetFile) -> None:
    for column in dataset.columns:
        _column(column)
    targets = {task.target for task in dataset.tasks}
    for column in dataset.with_role("target"):
        path = ("columns", column.name, "role")
        _require(column.name in targets, path, "is 'target', but no task has this target; add one, or set 'ignore'.")
    for role in ("time", "weight"):
        several = dataset.with_role(role)
        if len(several) > 1:
            raise WrongValue(("columns", several[1].name, "role"), f"is {role!r} of a second column; keep one of them.")
    dated = any(column.type == "datetime" for column in dataset.with_role("time"))  # its parts are features
    _require(
        bool(dataset.with_role("feature")) or dated or dataset.code is not None,
        ("columns",),
        "has no column with the role 'feature'; set the role of at least one.",
    )


def _column(column: Column) -> None:
    def require(condition: bool, key: str, problem: str) -> None:  # noqa: FBT001 - as assert
        _require(condition, ("columns", column.name, key) if key else ("columns", column.name), problem)

    numeric = column.type in _NUMBERS
    require(column.name.strip() == column.name != "", "", "is no name of a column; write it without spaces around it.")
    for key in ("unit", "lowest", "highest", "sign"):
        require(getattr(column, key) is None or numeric, key, f"is for numbers, but the type is '{column.type}'.")
    plain = column.sign is None or re.fullmatch(r"[^\d\s\\.,'+-]{1,4}", column.sign) is not None
    require(plain, "sign", f"is {shown(column.sign)}; write 1 to 4 characters that are no part of a number, such as %.")
    if column.lowest is not None and column.highest is not None:
        require(column.lowest <= column.highest, "highest", f"is below lowest ({column.lowest:g}); exchange them.")
    require(not column.levels or column.type == "category", "levels", f"is for a category, not for '{column.type}'.")
    _distinct(column.levels, ("columns", column.name, "levels"))
    timed = column.type in _TIMES
    require(column.format is None or timed, "format", "is for the types 'datetime' and 'time_of_day'; delete it.")
    if column.role == "weight":
        require(numeric, "role", "is 'weight', so the type must be 'number' or 'integer'.")
    if column.role == "time":
        require(numeric or column.type == "datetime", "role", "is 'time', so the type must be 'datetime' or a number.")


def _tasks(dataset: DatasetFile) -> None:
    columns = {column.name: column for column in dataset.columns}
    for task in dataset.tasks:
        path = ("tasks", task.name, "target")
        _known(task.target, columns, path, "of a column")
        target = columns[task.target]
        _require(target.role == "target", path, f"is a column with the role '{target.role}'; set the role 'target'.")
        _task(task, target)


def _task(task: Task, target: Column) -> None:
    for name in task.hyperparameters:
        path = ("tasks", task.name, "hyperparameters", name)
        _known(name, _ALGORITHMS, path, "of an algorithm", is_key=True)

    def require(condition: bool, key: str, problem: str) -> None:  # noqa: FBT001 - as assert
        _require(condition, ("tasks", task.name, key), problem)

    numeric, kind = target.type in _NUMBERS, task.kind
    metrics = _METRICS[kind]
    require(task.metric in metrics, "metric", f"is '{task.metric}'; the kind '{kind}' needs {' or '.join(metrics)}.")
    stopping = ("auc", "log_loss") if kind == "binary" else metrics
    problem = f"is '{task.early_stopping}'; the kind '{kind}' needs {' or '.join(stopping)}."
    require(task.early_stopping in {None, *stopping}, "early_stopping", problem)
    fits = task.column is None or re.fullmatch(r"\w{1,60}", task.column) is not None
    require(fits, "column", "is no name of a column; write at most 60 letters, digits and underscores.")
    require(1 <= task.folds <= MOST_FOLDS, "folds", f"is {task.folds}; write a number from 1 to {MOST_FOLDS}.")
    require(task.gate > 0, "gate", f"is {task.gate:g}; write a number above 0.")
    require(task.metric != "auc" or task.gate <= 1, "gate", f"is {task.gate:g}; the AUC is at most 1.")
    for key in ("minimum", "maximum", "unit"):
        require(getattr(task, key) is None or kind == "regression", key, f"is for a regression, not for '{kind}'.")
    if task.minimum is not None and task.maximum is not None:
        require(task.minimum < task.maximum, "maximum", f"is not above minimum ({task.minimum:g}); exchange them.")
    for key in ("positive", "negative", "above", "above_quantile"):
        require(getattr(task, key) is None or kind == "binary", key, f"is for the kind 'binary', not for '{kind}'.")
    if kind == "regression":
        require(numeric, "target", f"is a column of the type '{target.type}'; a regression needs a number.")
        require(not task.classes, "classes", "is for a classification; delete it.")
        return
    require(target.type not in {*_TIMES, "text"}, "target", f"is a column of the type '{target.type}'; choose other.")
    _classes(task, target)


def _classes(task: Task, target: Column) -> None:
    path = ("tasks", task.name, "classes")
    _distinct(task.classes, path)
    if task.kind == "binary":
        _require(len(task.classes) == 2, path, f"has {len(task.classes)} names, but a binary task has 2 classes.")
        _binary(task, target)
        return
    count = len(task.classes)
    _require(count > 0, path, "is missing; add the names of the classes, or levels to the column of the target.")
    problem = f"has {count} names; write 2 to {MOST_CLASSES}, or choose another kind."
    _require(2 <= count <= MOST_CLASSES, path, problem)
    if target.levels:
        for name in task.classes:
            _known(name, target.levels, path, "of the target's levels")


def _binary(task: Task, target: Column) -> None:
    path, numeric = ("tasks", task.name), target.type in _NUMBERS
    given = [key for key in ("positive", "above", "above_quantile") if getattr(task, key) is not None]
    for key in given[1:]:
        raise WrongValue((*path, key), f"contradicts {given[0]}; keep one of them.")
    if not given:
        _require(target.type == "boolean", (*path, "positive"), "is missing; add the cell that is the positive class.")
    elif given != ["positive"]:
        _require(numeric, (*path, given[0]), f"is for a number, but the target is of the type '{target.type}'.")
    elif target.levels:
        _known(task.positive or "", target.levels, (*path, "positive"), "of the target's levels")
    if task.negative is not None:
        _require(task.positive is not None, (*path, "negative"), "needs positive; add the cell of the other class.")
        _require(task.negative != task.positive, (*path, "negative"), "is positive, too; write the cell of the other.")
        if target.levels:
            _known(task.negative, target.levels, (*path, "negative"), "of the target's levels")
    if task.above_quantile is not None:
        problem = f"is {task.above_quantile:g}; write a number between 0 and 1."
        _require(0 < task.above_quantile < 1, (*path, "above_quantile"), problem)


def _split(dataset: DatasetFile) -> None:
    by, shares = dataset.split.by, dataset.split.shares
    path = ("split", "shares")
    _require(min(shares) > 0, path, "has an element that is not above 0; each set needs rows.")
    _require(abs(sum(shares) - 1) < 1e-6, path, f"adds up to {sum(shares):g}; it must add up to 1.")
    needs = {
        "groups": (bool(dataset.with_role("group")), "a column with the role 'group'"),
        "time": (bool(dataset.with_role("time")), "a column with the role 'time'"),
        "classes": (any(task.kind != "regression" for task in dataset.tasks), "a task that is a classification"),
        "code": (dataset.code is not None, "the key code"),
    }
    there, what = needs.get(by, (True, ""))
    _require(there, ("split", "by"), f"is '{by}', which needs {what}; add it, or choose another split.")


def _rules(dataset: DatasetFile) -> None:
    names = [task.name for task in dataset.tasks]
    for at, rule in enumerate(dataset.rules):
        if dataset.code is None:  # code may make other features
            features = [column.name for column in dataset.with_role("feature")]
            _known(rule.feature, features, ("rules", at, "feature"), "of a feature")
        _require(bool(rule.tasks), ("rules", at, "tasks"), "is empty; name the tasks to which the rule applies.")
        for name in rule.tasks:
            _known(name, names, ("rules", at, "tasks"), "of a task")
        for name, sets in rule.left_out_of.items():
            _known(name, names, ("rules", at, "left_out_of", name), "of a task", is_key=True)
            for each in sets:
                _known(each, _SETS, ("rules", at, "left_out_of", name), "of a set")


def _words(dataset: DatasetFile) -> None:
    for key in dataset.words:
        _known(key, _WORDS, ("words", key), "of these words", is_key=True)
    _distinct(dataset.slices, ("slices",))
    if dataset.code is None:
        for name in dataset.slices:
            _known(name, [column.name for column in dataset.columns], ("slices",), "of a column")


def _code(dataset: DatasetFile) -> None:
    _require(not dataset.options or dataset.code is not None, ("options",), "needs the key code; delete it, or add it.")
    if dataset.code is not None:
        plain = re.fullmatch(r"[A-Za-z_]\w*\.py", dataset.code, re.ASCII) is not None
        _require(plain, ("code",), f"is {shown(dataset.code)}; write the name of a Python file beside this file.")
        there = dataset.path.with_name(dataset.code).is_file()
        _require(there, ("code",), f"is {shown(dataset.code)}, but there is no such file beside {dataset.path.name}.")
    _require(dataset.data != "", ("data",), "is empty; name a file, a folder or an s3:// address, or delete it.")
    url = dataset.url
    _require(url is None or url.startswith(("http://", "https://")), ("url",), f"is {shown(url)}; write a web address.")
    digest = dataset.sha256
    problem = f"is {shown(digest)}; write 64 hexadecimal digits in lowercase, for the key url."
    _require(digest is None or (url is not None and bool(re.fullmatch("[0-9a-f]{64}", digest))), ("sha256",), problem)


def _simple_name(name: str, path: tuple[str | int, ...], longest: int) -> None:
    simple = len(name) <= longest and _NAME.fullmatch(name) is not None
    rule = f"write at most {longest} lowercase letters, digits and single hyphens, which begin with a letter."
    _require(simple, path, f"is {shown(name)}; {rule}" if path == ("name",) else f"is no name that fits; {rule}")


def _distinct(names: Iterable[str], path: tuple[str | int, ...]) -> None:
    seen: set[str] = set()
    for name in names:
        _require(name not in seen, path, f"contains {shown(name)} twice; delete one.")
        seen.add(name)


def _known(name: str, known: Iterable[str], path: tuple[str | int, ...], what: str, *, is_key: bool = False) -> None:
    known = [*known]
    if name not in known:
        problem = f"is not the name {what}." if is_key else f"is {shown(name)}, which is not the name {what}."
        raise WrongValue(path, f"{problem} {did_you_mean(name, known)}".rstrip())
