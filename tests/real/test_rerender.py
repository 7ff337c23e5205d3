"""1,000 rows of each shipped recipe, made again from the source files to the byte, where the corpora are at hand."""

import os
from collections import Counter
from pathlib import Path

import pytest

import medinstruct
from medinstruct import recipe
from medinstruct.errors import NotFound
from medinstruct.rebuild.rerender import rerender
from medinstruct.rebuild.verify import chosen, verify

DATA = Path(os.environ.get("MEDINSTRUCT_DATA", Path(__file__).parents[3] / "shared/corpora"))
ROWS = 1_000

pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="the corpora are not here"),
]


@pytest.mark.parametrize("name", recipe.names())
def test_a_thousand_rows_of_each_recipe_come_again_from_their_sources(name, tmp_path):
    """Every column of every row is equal; each split is read once; every row names the file it came from."""
    try:
        made = medinstruct.build(name, data=DATA, out=tmp_path / name)
    except NotFound as error:
        pytest.skip(f"none of its corpora is here: {error.next}")
    rows = chosen(made, ROWS)
    again = rerender(made, rows, DATA, workers=2)

    assert len(again.rows) == min(ROWS, sum(made.manifest["rows"].values()))
    assert Counter(each.row["id"] for each in again.rows) == Counter(row["id"] for _, row in rows)
    assert [(each.row["id"], each.why, each.differs) for each in again.other] == []
    assert again.sources == again.altered == []
    for _, row in rows[:20]:
        assert made.explain(row["id"])["file"]["name"]


def test_a_build_verifies_by_itself_and_built_again(tmp_path):
    """The quickstart: no fault in the folder, the same digest from the sources."""
    made = medinstruct.build("quickstart", data=DATA, out=tmp_path / "quickstart")
    verdict = verify(made, DATA, workers=2)

    assert verdict.is_equal, verdict
    assert verdict.compared == sum(made.manifest["rows"].values())
