"""The field numbers of the ``aialgs.data`` messages, which are the payload of a record.

The source is the proto2 definition in Amazon SageMaker's developer guide, "Common data formats for training"::

    Record          features = 1, label = 2 (maps of string to Value), uid = 3, metadata = 4, configuration = 5
    map entry       key = 1, value = 2
    Value           one of float32_tensor = 2, float64_tensor = 3, int32_tensor = 7, bytes = 9
    tensors         values = 1, keys = 2, shape = 3, all repeated, packed
"""

from typing import Any, Final

import numpy as np

FEATURES: Final = 1
LABEL: Final = 2

KEY: Final = 1
VALUE: Final = 2

TENSORS: Final[dict[int, np.dtype[Any]]] = {2: np.dtype("<f4"), 3: np.dtype("<f8"), 7: np.dtype("<i4")}
"""The tensor fields of a Value, and the types of their values."""

BYTES: Final = 9

VALUES: Final = 1
KEYS: Final = 2
SHAPE: Final = 3

NAME: Final = b"values"
"""The map key of the features and the labels of a row."""
