"""The programs of an image, ``train`` and ``serve``, as its stand-in plays them.

A container runs it as ``python -m local_sagemaker.containers.stand_in train IMAGE``.
"""

from __future__ import annotations

import sys

from local_sagemaker.containers import images
from local_sagemaker.containers.process.template import Template


def main(arguments: list[str], template: Template | None = None) -> int:
    """Run one program of an image.

    Parameters
    ----------
    arguments
        The program and the image's URI.
    template
        What this process was forked from, if it was.

    Returns
    -------
    int
        The container's exit code.
    """
    program, image = arguments
    stand_in = images.stand_in_for(image)
    if program == "train":
        return _train(stand_in, image, template)
    return _serve(stand_in, image)


def _train(stand_in: images.StandIn, image: str, template: Template | None) -> int:
    from local_sagemaker.containers.training_toolkit import run

    if stand_in.training is None:
        raise SystemExit(f"The image {stand_in.repository} does not train.")
    if stand_in.training == "xgboost":
        from local_sagemaker.containers.xgboost import train as xgboost
        from local_sagemaker.containers.xgboost.versions import Version

        version = Version.of_image(image)
        xgboost.configure_logging()
        return run.train(
            template, stand_in, lambda environment: xgboost.train(environment.layout, environment.variables(), version)
        )
    run.configure_logging()
    return run.train(template, stand_in)


def _serve(stand_in: images.StandIn, image: str) -> int:
    from local_sagemaker.containers import serving

    if stand_in.serving is None:
        raise SystemExit(f"The image {stand_in.repository} does not serve.")
    return serving.serve(stand_in.serving, image)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
