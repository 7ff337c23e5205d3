"""How long something takes, for tests of growth; absolute seconds are nobody's business."""

import gc
import time
from collections.abc import Callable


def processor_time(work: Callable[[], object], rounds: int = 3) -> float:
    """Return the least seconds of the processor that some work took, garbage of other tests not collected meanwhile."""
    best = float("inf")
    gc.disable()
    try:
        for _ in range(rounds):
            began = time.process_time()
            work()
            best = min(best, time.process_time() - began)
    finally:
        gc.enable()
    return best
