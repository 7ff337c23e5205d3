"""The table of leaks is what the audit of the real corpora finds."""

import os
import re
from pathlib import Path

import pytest

from medinstruct.auditor.overlap import matrix

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("MEDINSTRUCT_DATA") or ROOT.parent / "shared" / "corpora")
ROW = re.compile(
    r"^\| ([a-z0-9-]+) \| ([\d,]+) \| ([a-z0-9-]+) \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|$",
    re.M,
)


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.skipif(not DATA.is_dir(), reason="the real corpora are not here")
def test_the_page_says_what_the_matrix_says():
    page = (ROOT / "docs/explanations/leaks.md").read_text(encoding="utf-8")
    told = [
        tuple(int(cell.replace(",", "")) if cell[0].isdigit() else cell for cell in row) for row in ROW.findall(page)
    ]
    found = matrix(DATA, workers=2)

    assert told == [(o.test, o.documents, o.train, o.pmid, o.id, o.text, o.sentence, o.any) for o in found.overlaps]
    assert f"{len(found.missing)} corpora\nthat the package knows were not at hand" in page
