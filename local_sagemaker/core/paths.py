"""Names from outside (keys, manifests, LocalPaths, channels, archives) as paths that cannot leave their folder."""

from pathlib import Path

from local_sagemaker.core.errors import PathError


def below(folder: Path, name: str) -> Path:
    """The path of a name below a folder, wherever the name begins; ``//`` and ``.`` mean nothing in it.

    Raises PathError if the name contains ``..`` or a null character, or leads out of the folder through a symbolic
    link.
    """
    parts = [part for part in name.split("/") if part not in ("", ".")]
    path = folder.joinpath(*parts)
    if ".." in parts or "\0" in name or not path.resolve().is_relative_to(folder.resolve()):
        raise PathError(f"{name!r} leads out of its folder")
    return path
