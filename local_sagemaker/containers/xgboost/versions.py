"""What differs between the versions of the built-in XGBoost that an image's tag can name."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CURRENT = (3, 2)


@dataclass(frozen=True)
class Version:
    """The version of an image; the library that stands in is the current one whatever it says.

    Attributes
    ----------
    number
        Major and minor; an image without a version in its tag is taken for the current one.
    """

    number: tuple[int, int] = _CURRENT

    @classmethod
    def of_image(cls, image: str) -> Version:
        """Read the tag: ``sagemaker-xgboost:1.0-1-cpu-py3`` is version 1.0."""
        found = re.search(r":(\d+)\.(\d+)-\d+", image)
        return cls((int(found[1]), int(found[2]))) if found else cls()

    @property
    def knows_silent(self) -> bool:
        """Whether the hyperparameter ``silent`` is taken."""
        return self.number < (1, 2)

    @property
    def pickles_models(self) -> bool:
        """Whether the artifact is a pickled Booster, as it was before 1.3."""
        return self.number < (1, 3)

    @property
    def shifts_libsvm(self) -> bool:
        """Whether columns of LIBSVM payloads that begin with 1 are moved to begin with 0, as since 3.2."""
        return self.number >= (3, 2)

    @property
    def answers_in_one_line(self) -> bool:
        """Whether predictions come back as one comma-joined line, as they did before 1.5."""
        return self.number < (1, 5)
