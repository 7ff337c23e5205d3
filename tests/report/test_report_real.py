"""Real corpora in a page: every row that it shows reads back as it should, and the browser has nothing to complain of."""

import os
from pathlib import Path

import pytest

import medinstruct
from report.pages import opened, page_of

DATA = Path(os.environ.get("MEDINSTRUCT_DATA", Path(__file__).parents[3] / "shared/corpora"))

pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="the corpora are not here"),
]

TALL = "return [...document.querySelectorAll('#flow svg, #length svg')].every((picture) => picture.clientHeight > 100)"


def test_a_page_of_real_corpora(browser, tmp_path):
    made = medinstruct.build("mnlu-open", data=DATA, size=5_000, out=tmp_path / "build")
    file = page_of(made, tmp_path)
    page = opened(file.read_text(encoding="utf-8"))

    assert len(page["shown"]) == 1_000
    assert all(row["back"]["same"] for row in page["shown"])
    assert {row["type"] for row in made["train"]} <= {
        dict(row["lineage"])["task"].split(" asked as ")[1] for row in page["shown"]
    }
    assert file.stat().st_size < 3_000_000
    browser.open(file.as_uri())
    for _ in range(30):
        browser.keys("j")
    assert browser.run(TALL)
    assert browser.complaints() == []
