"""The tutorial, done as it is written: `python tests/docs/tutorial.py`, in a copy of this checkout, with nothing but Python, make and a shell.

It makes its own environment, so it takes a minute or two; `.ci/run` does it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from docs.examples import run

ROOT = Path(__file__).parents[2]
KEPT = (
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_CONFIG_FILE",
    "PIP_TRUSTED_HOST",
    "SSL_CERT_FILE",
)


def main() -> int:
    """Copy, run, tell; return the exit code."""
    with tempfile.TemporaryDirectory() as place:
        home, checkout = Path(place, "home"), Path(place, "medinstruct")
        home.mkdir()
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(checkout)], check=True)
        python = Path(sys.executable).resolve().parent  # of whoever made the environment, not the environment itself
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        begun = time.monotonic()
        faults = list(
            run(
                checkout / "docs/tutorial.md",
                checkout,
                {**kept, "HOME": str(home), "PATH": f"{python}:/usr/bin:/bin", "COLUMNS": "200"},
            )
        )
        print("\n".join([*faults, f"tutorial: {len(faults)} faults in {time.monotonic() - begun:.0f} s"]))
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
