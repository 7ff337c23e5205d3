"""A build, with what each of its stages took.

    python bench/building.py RECIPE DATA OUT WORKERS

The last line of the output is JSON: of each stage its seconds and those of the processor, the latter of this process alone, so that
they are whole where it is the only one.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from medinstruct.builder import Settings, build


def main() -> None:
    """Build, and look at the clock wherever a stage begins or ends."""
    stages: dict[str, list[float]] = {}
    last = ("before", time.perf_counter(), time.process_time())

    def tell(what: str, done: int, of: int) -> None:
        nonlocal last
        if what != last[0] or done == of:
            now = (time.perf_counter(), time.process_time())
            took = stages.setdefault(last[0], [0.0, 0.0])
            took[0] += now[0] - last[1]
            took[1] += now[1] - last[2]
            last = (what if done != of else f"after {what}", *now)

    recipe, data, out, workers = sys.argv[1:]
    build(recipe, Settings(data=Path(data), out=Path(out), workers=int(workers)), tell)
    tell("", 0, 0)
    print(json.dumps(stages))


if __name__ == "__main__":
    main()
