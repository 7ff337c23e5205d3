"""One total order of the pool, of which a build of size n is the first n rows.

    tree           strata form a tree; the orders of its branches are merged, level by level       (tree.py)
    rights         what each branch has by right of n rows, and when its k-th row is due           (rights.py)
    bounds         what keeps a build from being larger                                            (bounds.py)
    temperature    weights from the sizes of the branches                                          (temperature.py)

The order does not depend on n, so 25,000 ⊂ 50,000 ⊂ 100,000, and what is promised of a size holds at every size
(docs/decisions/0009-shares-at-every-size.md).
"""

from medinstruct.mixture.draw.bounds import Bound, Strata, limit, strata
from medinstruct.mixture.draw.temperature import tempered
from medinstruct.mixture.draw.tree import Drawn, Layer, order

__all__ = ["Bound", "Drawn", "Layer", "Strata", "limit", "order", "strata", "tempered"]
