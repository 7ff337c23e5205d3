"""Which keys stand more than once: among millions as a rule few, and only these need be looked at closely."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

AT_ONCE: Final = 1 << 18


def has_twin(keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Return for each key whether another is equal; beside them and what comes out it takes memory for one sorted copy."""
    ordered = np.sort(keys)
    several = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    del ordered
    found = np.zeros(len(keys), dtype=bool)
    if len(several):
        for start in range(0, len(keys), AT_ONCE):
            some = keys[start : start + AT_ONCE]
            nearest = several[np.minimum(np.searchsorted(several, some), len(several) - 1)]
            found[start : start + AT_ONCE] = nearest == some
    return found
