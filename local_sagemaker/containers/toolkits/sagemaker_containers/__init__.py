"""The toolkit of the scikit-learn and XGBoost images, as far as scripts use it."""

from __future__ import annotations

import sys
from pathlib import Path

_ROOT = str(Path(__file__).resolve().parents[4])
if _ROOT not in sys.path:
    sys.path.append(_ROOT)  # last: a script's own modules take precedence


def training_env() -> object:
    """What the training job is told."""
    from local_sagemaker.containers.toolkits.sagemaker_training.environment import Environment

    return Environment()
