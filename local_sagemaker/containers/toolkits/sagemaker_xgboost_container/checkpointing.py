"""Checkpoints of a training, in files ``xgboost-checkpoint.N``."""

from pathlib import Path
from typing import Any

import xgboost

from local_sagemaker.containers.xgboost.boosting import RoundsLogged, SaveCheckpoints, latest_checkpoint, resume

__all__ = ["load_checkpoint", "print_checkpointed_evaluation", "save_checkpoint", "train"]

_DEFAULT_ROUNDS = 10


def load_checkpoint(checkpoint_dir: str | None, max_try: int = 5) -> tuple[str | None, int]:  # noqa: ARG001
    """The newest checkpoint and the number of rounds in it."""
    path, rounds = latest_checkpoint(None if checkpoint_dir is None else Path(checkpoint_dir))
    return None if path is None else str(path), rounds


def save_checkpoint(checkpoint_dir: str, *_positions: Any, max_to_keep: int = 5, **_more: Any) -> SaveCheckpoints:
    """A callback that keeps the latest rounds' models."""
    return SaveCheckpoints(Path(checkpoint_dir), max_to_keep)


def print_checkpointed_evaluation(*_positions: Any, start_iteration: int = 0, **_more: Any) -> RoundsLogged:
    """A callback that writes a line of metrics per round, counted from ``start_iteration``."""
    return RoundsLogged(start_iteration)


def train(train_args: dict[str, Any], checkpoint_dir: str) -> xgboost.Booster:
    """Train from the newest checkpoint on, and keep checkpoints."""
    folder = Path(checkpoint_dir)
    folder.mkdir(parents=True, exist_ok=True)
    start, done = resume(folder)
    own = {
        "callbacks": [*train_args.get("callbacks", []), RoundsLogged(done), save_checkpoint(checkpoint_dir)],
        "num_boost_round": train_args.get("num_boost_round", _DEFAULT_ROUNDS) - done,
        "xgb_model": start,
        "verbose_eval": False,
    }
    return xgboost.train(**{**train_args, **own})
