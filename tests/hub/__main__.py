"""A Hub on this machine, to try things out: `python tests/hub [PORT] [FOLDER]`; Ctrl-C ends it, and what it holds is gone but for its files."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from hub.model import TOKEN
from hub.server import Hub


def main() -> None:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(tempfile.mkdtemp())
    with Hub(folder).serving(port) as address:
        print(f"export HF_ENDPOINT={address} HF_TOKEN={TOKEN} HF_HUB_DISABLE_XET=1", flush=True)
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
