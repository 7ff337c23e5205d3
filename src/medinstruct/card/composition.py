"""What a build is made of, counted on its rows: how many, of how many tokens, of which task and corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from medinstruct.artefact import Build

Cell = tuple[str, str, str]
"""Split, task and corpus."""
_TOKENS = r'[{,]"tokens":(?P<tokens>\d{1,9})\b'
"""In the JSON of `meta`; inside of a string no quotation mark stands behind a comma or a brace without a backslash."""


@dataclass
class Composition:
    """Rows and tokens of a build."""

    rows: Counter[Cell] = field(default_factory=Counter)
    tokens: Counter[Cell] = field(default_factory=Counter)
    """Of the texts that rows ask about, as the recipe's tokenizer counts them."""
    forms: set[tuple[str, str]] = field(default_factory=set)
    """Each task, and a unified type as which it is asked."""
    lengths: dict[str, Counter[int]] = field(default_factory=dict)
    """For each split, how many rows have a text of so many tokens."""

    def totals(self, *places: int) -> dict[tuple[str, ...], tuple[int, int]]:
        """Return rows and tokens by some of split, task and corpus (0, 1, 2), sorted."""
        found: dict[tuple[str, ...], tuple[int, int]] = {}
        for cell, rows in self.rows.items():
            key = tuple(cell[place] for place in places)
            before = found.get(key, (0, 0))
            found[key] = (before[0] + rows, before[1] + self.tokens[cell])
        return dict(sorted(found.items()))


def measure(build: Build) -> Composition:
    """Return the composition of a build; reads four columns of every row, a piece at a time."""
    whole = Composition()
    for split in build:
        lengths = whole.lengths[split] = Counter()
        for _, batch in build[split].batches(["task", "type", "corpus", "meta"]):
            tokens = pc.struct_field(pc.extract_regex(batch["meta"], _TOKENS), "tokens")
            light = pa.table({
                "task": batch["task"], "type": batch["type"], "corpus": batch["corpus"],
                "tokens": pc.fill_null(pc.cast(tokens, pa.int64()), 0),
            })  # fmt: skip
            for task, type, corpus, rows, total in _grouped(light):
                whole.rows[split, task, corpus] += rows
                whole.tokens[split, task, corpus] += total
                whole.forms.add((task, type))
            for each in pc.value_counts(light["tokens"]).to_pylist():
                lengths[each["values"]] += each["counts"]
    return whole


def _grouped(light: pa.Table) -> Iterator[tuple[str, str, str, int, int]]:
    found = light.group_by(["task", "type", "corpus"]).aggregate([([], "count_all"), ("tokens", "sum")])
    for row in found.to_pylist():
        yield row["task"], row["type"], row["corpus"], row["count_all"], row["tokens_sum"]
