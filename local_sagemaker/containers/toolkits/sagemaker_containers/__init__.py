"""The toolkit of the scikit-learn and XGBoost images: the parts that scripts use."""

import sys
from pathlib import Path

_ROOT = str(Path(__file__).resolve().parents[4])
if _ROOT not in sys.path:
    sys.path.append(_ROOT)  # last: a script's own modules take precedence


def training_env() -> object:
    """The environment of the training job."""
    from local_sagemaker.containers.toolkits.sagemaker_training.environment import Environment

    return Environment()
