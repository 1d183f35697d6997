"""All benchmarks: ``python -m tests.performance``, which ``make benchmark`` calls."""

from __future__ import annotations

import sys

from tests.performance import commands, definition, main_job, overhead, recordio


def main() -> None:
    """Run them one after another, and print their tables."""
    sys.stdout.write("## What the local service itself costs\n\n")
    overhead.main([])
    sys.stdout.write("\n## Commands while the service runs in the background\n\n")
    commands.main()
    sys.stdout.write("\n## The definition, cold and kept\n\n")
    definition.main()
    sys.stdout.write("\n## The main job beside a shell script\n\n")
    main_job.main([])
    sys.stdout.write("\n## RecordIO-protobuf\n\n")
    recordio.main()


if __name__ == "__main__":
    main()
