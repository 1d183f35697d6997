"""Checkpoints of a training, as ``xgboost-checkpoint.N``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import xgboost

from pipelines.local.containers.xgboost.boosting import SaveCheckpoints, latest_checkpoint

__all__ = ["load_checkpoint", "save_checkpoint", "train"]

_DEFAULT_ROUNDS = 10


def load_checkpoint(checkpoint_dir: str | None, max_try: int = 5) -> tuple[str | None, int]:  # noqa: ARG001
    """The newest checkpoint and the number of rounds in it."""
    path, rounds = latest_checkpoint(None if checkpoint_dir is None else Path(checkpoint_dir))
    return None if path is None else str(path), rounds


def save_checkpoint(checkpoint_dir: str, *_positions: Any, max_to_keep: int = 5, **_more: Any) -> SaveCheckpoints:
    """A callback that keeps the latest rounds' models."""
    return SaveCheckpoints(Path(checkpoint_dir), max_to_keep)


def train(train_args: dict[str, Any], checkpoint_dir: str) -> xgboost.Booster:
    """Train from the newest checkpoint on, and keep checkpoints."""
    start, done = load_checkpoint(checkpoint_dir)
    callbacks = [*train_args.get("callbacks", []), save_checkpoint(checkpoint_dir)]
    rounds = train_args.get("num_boost_round", _DEFAULT_ROUNDS) - done
    return xgboost.train(**{**train_args, "callbacks": callbacks, "xgb_model": start, "num_boost_round": rounds})
