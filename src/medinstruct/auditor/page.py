"""The page of the docs that shows all checks, written from the code.

python -m medinstruct.auditor.page > docs/reference/audit.md
"""

from __future__ import annotations

import importlib
import sys
from itertools import groupby

from medinstruct.auditor import cause, change, overlap
from medinstruct.auditor.finding import Check, checks

HEAD = """# What an audit looks for

<!-- Written by `python -m medinstruct.auditor.page > docs/reference/audit.md`; do not edit. -->

    medinstruct audit ncbi-disease --data DIR      # a corpus that medinstruct knows
    medinstruct audit my/folder                    # any folder, file or archive of a known format (--format if in doubt)
    medinstruct audit --all --data DIR             # which corpus' test part stands in which other one's train part

An audit looks at a release as it is published, before any repair of ours, and says of each finding whether such a repair mends it. It always ends
with a line that says how many mentions do not quote their text. `--json` gives every finding with its code, severity, corpus, split, file, line,
document, annotation, what the annotation says, what stands in the text, the cause where it is certain, and the repair that would follow. The exit
code is 1 if there is an error or a warning that no repair of ours mends.

- **error**: the release contradicts itself.
- **warning**: hardly meant so.
- **note**: true, and good to know, but it may be meant.
- **hint**: likely, not sure; looked for only with `--hints`.
"""

CAUSES = f"""
## Causes of wrong offsets

A cause is named if, counted that way, all mentions of a document that are wrong become right and none that is right becomes wrong.
Where {cause.MANY} or more are wrong, {cause.SHARE:.0%} of them are enough, and the cause says so. A shift must explain {cause.PER_STEP} mentions
for each time that it changes (two if it does once).
Where two causes would move the mentions of a document to the same places, the one that explains more documents of the corpus is named, and
both if that does not decide. Where one mention stands alone, what stands in every text (blanks, line breaks, an end one too early) is no proof.

"""

BETWEEN = f"""
## Test parts in others' train parts

`medinstruct audit --all` reads every train and test part that is here and counts, for each pair, the test documents that stand in the train part:

| rule | a test document counts if |
| --- | --- |
| `pmid` | a train document has its PMID |
| `id` | a train document has another of its ids: PMCID, DOI, or what else both state |
| `text` | a train document has the same words, whole text by whole text, whatever their ids |
| `sentence` | a train document has one of its sentences of eight words or more |
| `any` | one of these holds |

A sentence that stands in {overlap.BOILERPLATE} texts or more of one corpus, or under {overlap.BOILERPLATE} PMIDs, is boilerplate and no sign.
"""


def page() -> str:
    """The page in Markdown."""
    return "".join((HEAD, *_families(), CAUSES, *_causes(), BETWEEN))


def _families() -> list[str]:
    """A table for each family of checks, under what its module says of itself."""
    lines = []
    for name, group in groupby(checks(), key=lambda check: check.find.__module__):
        title = (importlib.import_module(name).__doc__ or "").strip().rstrip(".")
        lines.append(f"\n## {title}\n\n| code | severity | finding | what it means |\n| --- | --- | --- | --- |\n")
        lines += map(_row, group)
    return lines


def _row(check: Check) -> str:
    return f"| {check.code} | {check.severity} | {check.title} | {_cell(check.explanation)} |\n"


def _causes() -> list[str]:
    whole = [(count.cause, count.repair) for count in (*cause.COUNTS, *cause.FORMS)]
    edges = [(what, repair) for *_, what, repair in cause.EDGES]
    rows = [*whole, *edges, ("offsets count the byte order mark", "subtract 1 from each offset"),
            ("offsets are off by k from the passage at p on", "add k there, or `requote(within=k)`"),
            ("offsets are off by k from p on, by l from q on", "`requote(within=…)`")]  # fmt: skip
    single = [*(what for what, _ in change.SAME), "its parts are joined without a blank", "its parts are off by k",
              "it ends or begins k too early or too late", "its string has white space at its edges that its offsets leave out",
              "a discontinuous mention stands in one location"]  # fmt: skip
    lines = [
        "| of a whole document | repair |\n| --- | --- |\n",
        *(f"| {_cell(what)} | {_cell(repair)} |\n" for what, repair in rows),
    ]
    return [*lines, "\nOf a single mention:\n\n", *(f"- {_cell(what)}\n" for what in single)]


def _cell(text: str) -> str:
    """Text for a cell of a table; what stands between backticks is taken as it is."""
    parts = text.replace("|", "\\|").split("`")
    return "`".join(part if n % 2 else part.replace("&", "&amp;").replace("<", "&lt;") for n, part in enumerate(parts))


if __name__ == "__main__":
    sys.stdout.write(page())
