"""A step that does nothing, except that it notes when it started."""

import time

with open("beats", "a", encoding="utf-8") as file:  # noqa: PTH123 pathlib would take as long to import as all else
    file.write(f"{time.monotonic()}\n")
