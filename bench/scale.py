"""Ten million rows, or as many as wanted, against a fiftieth of them: seconds a row, and memory; near-duplicates looked for.

    python bench/scale.py [--rows 10000000] [--small 200000] [--workers 2]

Corpora are made of nothing (`synthetic.py`), a document for every seven rows or so, in as many corpora for the small build as for the large one.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from speed import timed
from synthetic import write

CORPORA = 24
ROWS_A_DOCUMENT = 7.3
BUILD = "import sys; from medinstruct.cli import main; sys.argv = ['medinstruct', *sys.argv[1:]]; main()"


def main() -> None:
    """Build twice, and print lines of `speed.py`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--small", type=int, default=200_000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    took = {}
    for rows in (options.small, options.rows):
        with tempfile.TemporaryDirectory() as folder:
            shelf = Path(folder, "shelf")
            entries = write(shelf, round(rows / ROWS_A_DOCUMENT), CORPORA)
            (shelf / "recipes").mkdir()
            head = "title: Made of nothing\nsize: all\nroles: [train]\ndedup: {near: 0.8}\nbalance: [{by: task}, {by: entry}]\nmix:\n"
            (shelf / "recipes" / "made.yaml").write_text(head + "\n".join(entries) + "\n")
            words = [
                "build",
                "made",
                "--shelf",
                str(shelf),
                "--out",
                str(Path(folder, "b")),
                "--workers",
                str(options.workers),
                "--json",
            ]
            run = timed([sys.executable, "-c", BUILD, *words])
            made = json.loads(run.out)["rows"]["train"]
            took[rows] = run.seconds / made
            print(
                f"{made:,} rows\t{run.seconds:.0f} s\t{took[rows] * 1e6:.0f} µs a row, {run.peak:.2f} GB at its highest (at most 2; "
                f"{run.mapped:.1f} of mapped files)",
                flush=True,
            )
    print(
        f"a row of the large build\t{took[options.rows] / took[options.small]:.2f} ×\tof the small one (at most 1.25)"
    )


if __name__ == "__main__":
    main()
