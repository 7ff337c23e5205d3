"""Every example of the README and the how-to pages does what its page says."""

import re
from pathlib import Path

import pytest

import medinstruct
from docs.examples import blocks, environment, run
from hub.model import TOKEN
from hub.server import Hub

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "docs/papers.md",
    *sorted((ROOT / "docs").glob("how-to/*.md")),
    *sorted((ROOT / "docs").glob("explanations/*.md")),
]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_its_examples_run(page: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "page").mkdir()

    with Hub(tmp_path / "hub").serving() as address:
        faults = list(run(page, tmp_path / "page", environment(tmp_path / "home", address, TOKEN)))

    assert faults == []


@pytest.mark.parametrize("page", [*PAGES, ROOT / "docs/tutorial.md"], ids=lambda page: page.stem)
def test_what_is_not_run_says_why(page: Path) -> None:
    for block in blocks(page):
        assert block.not_run or not block.note.startswith("not run"), f"{page.name}:{block.line}"
        assert not block.note or block.note.split()[0] in ("file:", "not", "ends"), (
            f"{page.name}:{block.line}: {block.note}"
        )


def test_the_readme_draws_a_row_as_it_comes(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(
        "{title: One, roles: [test], mix: [{corpus: ncbi-disease, task: ner, unit: sentence, templates: [typed-lines]}]}"
    )
    rows = medinstruct.build(str(tmp_path / "one.yaml"), samples=True, out=tmp_path / "one")["test"]
    row = next(row for row in rows if "MS-2 ..." in row["messages"][-1]["content"])
    drawn = re.sub(r"  +", " ", (ROOT / "README.md").read_text(encoding="utf-8"))
    text = next(group for group in row["groups"] if group.startswith("text:"))

    assert f"(pmid:{row['document']}, {text[:9]}…)" in drawn
    assert f"user: {row['messages'][0]['content'][:46]}" in drawn
    assert f"assistant: {row['messages'][-1]['content']}\n" in drawn
    said, score = re.search(r'parse\("(.+?)"\) .* score \(([\d.]+)\)', drawn).groups()
    assert medinstruct.reward(row, said) == pytest.approx(float(score))
