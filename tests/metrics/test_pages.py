"""Every metric has its page, and the index names them all. Run as a program, it writes the index."""

from pathlib import Path

import pytest

from medinstruct.tasks import load, names

FOLDER = Path(__file__).parents[2] / "docs/reference/metrics"
SECTIONS = ["What it says", "Formula", "Where it is undefined", "Source", "Against others"]

HEAD = """# Metrics

Made by `python tests/metrics/test_pages.py` from the scores of the task types. Each gives 1.0 for the gold itself; none depends on the order
of rows, gold or predictions. The first of a type is the usual one. `medinstruct.scorer.interval` and `compare` give a percentile bootstrap
and paired tests for all of them, by document; `medinstruct.scorer.scorer(type, metric, published="mnlu")` is one that counts as a paper did.
"""


def index() -> str:
    parts = [HEAD]
    for type in map(load, names()):
        parts.append(f"## {type.name}\n\nReward of one answer: `{type.reward or next(iter(type.scores))}`.\n")
        parts.append("| metric | what it is |\n|---|---|")
        parts += [f"| [{name}]({name}.md) | {first_sentence(score.about)} |" for name, score in type.scores.items()]
        parts.append("")
    return "\n".join(parts)


def first_sentence(about: str) -> str:
    sentence = " ".join(about.split("\n\n")[0].split())
    return sentence.replace("|", r"\|")


def test_the_index_is_made_of_the_scores() -> None:
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == index()


@pytest.mark.parametrize("type, name", [(type, name) for type in names() for name in load(type).scores])
def test_a_metric_has_a_page_that_tells_all_of_it(type: str, name: str) -> None:
    page = (FOLDER / f"{name}.md").read_text(encoding="utf-8")

    assert page.startswith(f"# {name}: ")
    assert [line[3:] for line in page.split("\n") if line.startswith("## ")] == SECTIONS
    assert f"`{type}`" in page.split("##")[0]


def test_no_page_is_of_a_metric_that_there_is_not() -> None:
    known = {name for type in names() for name in load(type).scores}

    assert {page.stem for page in FOLDER.glob("*.md")} - {"README"} == known


@pytest.mark.parametrize("type", names())
def test_a_metric_goes_by_its_own_name(type: str) -> None:
    assert {name: score.name for name, score in load(type).scores.items()} == {name: name for name in load(type).scores}


def test_each_benchmark_asks_in_the_format_with_the_highest_ceiling() -> None:
    """By the page that `bench/ceilings.py` writes, where a star marks the format of the recipe."""
    best: dict[tuple[str, str], float] = {}
    asked: dict[tuple[str, str], float] = {}
    suite = ""
    for line in (FOLDER.parent / "ceilings.md").read_text(encoding="utf-8").split("\n"):
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if line.startswith("## "):
            suite = line[3:]
        elif len(cells) == 6 and cells[1].replace(",", "").isdigit():
            dataset, reached = (suite, cells[0]), float(cells[4])
            best[dataset] = max(reached, best.get(dataset, 0.0))
            if cells[3].endswith("*"):
                asked[dataset] = reached

    assert len(best) == 18
    assert asked == best


if __name__ == "__main__":
    (FOLDER / "README.md").write_text(index(), encoding="utf-8")
