"""Names from outside (keys, manifests, LocalPaths, channels, archives) as paths that cannot leave their folder."""

from pathlib import Path

from local_sagemaker.core.errors import PathError


def below(folder: Path, name: str) -> Path:
    """The path of a name below a folder, wherever the name begins; ``//`` and ``.`` mean nothing in it.

    Raises PathError if the name contains ``..`` or a null character, or leads out of the folder, or in circles, through
    symbolic links.
    """
    parts = [part for part in name.split("/") if part not in ("", ".")]
    path = folder.joinpath(*parts)
    try:
        inside = ".." not in parts and "\0" not in name and path.resolve().is_relative_to(folder.resolve())
    except RuntimeError:  # a circle, which Python 3.13 and later report where the path is used
        inside = False
    if not inside:
        raise PathError(f"{name!r} leads out of its folder")
    return path
