"""The differences between the versions of the built-in XGBoost, by the tag of an image."""

import re
from dataclasses import dataclass
from typing import Self

_CURRENT = (3, 2)


@dataclass(frozen=True)
class Version:
    """The version of an image; the library used is always the current one.

    ``number``: major and minor; the current version for an image without a version in its tag.
    """

    number: tuple[int, int] = _CURRENT

    @classmethod
    def of_image(cls, image: str) -> Self:
        """Parse the tag: ``sagemaker-xgboost:1.0-1-cpu-py3`` is version 1.0."""
        found = re.search(r":(\d+)\.(\d+)-\d+", image)
        return cls((int(found[1]), int(found[2]))) if found else cls()

    @property
    def knows_silent(self) -> bool:
        """Whether the hyperparameter ``silent`` is accepted."""
        return self.number < (1, 2)

    @property
    def knows_single_precision(self) -> bool:
        """Whether the hyperparameter ``single_precision_histogram`` is accepted."""
        return self.number < (3, 0)

    @property
    def pickles_models(self) -> bool:
        """Whether the artifact is a pickled Booster, as it was before 1.3."""
        return self.number < (1, 3)

    @property
    def shifts_libsvm(self) -> bool:
        """Whether columns of LIBSVM payloads that begin with 1 are shifted to begin with 0, since 3.2."""
        return self.number >= (3, 2)

    @property
    def answers_in_one_line(self) -> bool:
        """Whether predictions are returned as one comma-joined line, before 1.5."""
        return self.number < (1, 5)
