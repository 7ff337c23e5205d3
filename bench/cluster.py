"""A build on Ray against the same build in processes: same digest, and how much slower beyond the start-up.

    python bench/cluster.py --data DIR [--rows 100000] [--recipe recipes/mnlu-open.yaml]

Ray is started on this machine with as many workers. Its start-up is what the smallest build takes more than in processes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from medinstruct.builder import Settings, build

WORKERS = 2


def main() -> None:
    """Build four times, and print lines of `speed.py`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--recipe", default="mnlu-open")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:

        def timed(recipe: str, engine: str, **settings: object) -> tuple[float, str]:
            began = time.perf_counter()
            out = Path(folder, f"{Path(recipe).stem}-{engine}")
            made = build(recipe, Settings(out=out, engine=engine, workers=WORKERS, **settings))  # type: ignore[arg-type]
            return time.perf_counter() - began, made.digest

        small = {engine: timed("quickstart", engine, samples=True) for engine in ("local", "ray")}
        start = small["ray"][0] - small["local"][0]
        local = timed(options.recipe, "local", data=options.data, size=options.rows)
        ray = timed(options.recipe, "ray", data=options.data, size=options.rows)
    if ray[1] != local[1]:
        sys.exit(f"another digest on Ray: {ray[1]}, not {local[1]}")
    print(f"start-up of Ray\t{start:.1f} s\tof a build of 72 rows")
    print(f"processes\t{local[0]:.1f} s\tdigest {local[1][:8]}")
    print(
        f"Ray\t{ray[0]:.1f} s\t{(ray[0] - start) / local[0]:.2f} × beyond the start-up (at most 1.3), the same digest"
    )


if __name__ == "__main__":
    main()
