"""Stubs through a real server: what the repository holds, byte by byte, and the build that comes back from it."""

import json
import os
import re
import subprocess
import sys

import pytest

import medinstruct
from hub.faults import failing
from hub.model import TOKEN
from medinstruct.publisher import stubs as publishing
from medinstruct.rebuild import sealed
from test_stubs import CLOSED, OPEN, RECIPE, annotations, holds_nothing, laid_out, made, runs, texts

TOLD = {"quarantined": True, "collection": True, "corpora": ["medmcqa"]}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return laid_out(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def build(tmp_path_factory, data):
    return made(tmp_path_factory.mktemp("mixed"), data)


def test_nothing_of_a_closed_source_is_in_the_repository(hub, client, build, data):
    done = client("publish_stubs", build.folder, "org/mixed", "1.0.0", data, **TOLD)["done"]
    assert done["state"] == "new"
    assert done["stubs"] > 20
    assert sealed.FILE in done["files"]
    files = {path: hub.read("org/mixed", path) for path in hub.repositories["org/mixed"].head.tree}
    assert {"README.md", "CHANGELOG.md", "croissant.json", "ATTRIBUTION.md", "manifest.json", "ledger.json"} < set(
        files
    )
    assert len(annotations(data)) > 30
    assert len(set().union(*map(runs, texts(data)))) > 100
    holds_nothing(files, data)
    said = client.output()
    assert not any(word in said for word in annotations(data) if " " in word)


def test_the_mixture_comes_back_from_the_hub(client, build, data, tmp_path):
    client("publish_stubs", build.folder, "org/back", "1.0.0", data, **TOLD)
    done = client("hydrate", "org/back@1.0.0", data, tmp_path / "out")["done"]
    assert done["digest"] == build.digest
    assert done["left"] == []
    assert {part: list(rows) for part, rows in medinstruct.load(tmp_path / "out").items()} == {
        part: list(rows) for part, rows in build.items()
    }
    less = laid_out(tmp_path / "less", OPEN)
    told = client("hydrate", "org/back@1.0.0", less, tmp_path / "rest")["done"]
    assert {left["corpus"] for left in told["left"]} == set(CLOSED)


def test_open_rows_load_as_any_data_set(client, build, data):
    client("publish_stubs", build.folder, "org/loads", "1.0.0", data, **TOLD)
    rows = client("load_dataset", "org/loads", "1.0.0")["done"]
    ids = {part: [row["id"] for row in build[part] if row["corpus"] in OPEN] for part in build}
    assert {part: [row["id"] for row in found] for part, found in rows.items()} == ids


def test_the_same_build_is_the_same_publication(hub, client, build, data):
    for _ in range(2):
        done = client("publish_stubs", build.folder, "org/same", "1.0.0", data, **TOLD)["done"]
    assert done["state"] == "same content"
    assert len(hub.repositories["org/same"].commits) == 2


def test_other_stubs_are_another_version_and_the_changelog_counts_them(hub, client, build, data, tmp_path):
    client("publish_stubs", build.folder, "org/next", "1.0.0", data, **TOLD)
    other = made(tmp_path, data, RECIPE.replace("  - {corpus: medsts, task: sts}\n", ""))
    told = client("publish_stubs", other.folder, "org/next", "1.0.0", data, **TOLD)
    assert "has a version 1.0.0 with other rows" in told["error"]
    client("publish_stubs", other.folder, "org/next", "1.1.0", data, **TOLD)
    gone = sum(row["corpus"] == "medsts" for part in build for row in build[part])
    changes = hub.read("org/next", "CHANGELOG.md").decode()
    assert "rows under agreement" in changes
    there = json.loads(hub.read("org/next", "manifest.json"))["stubs"]["corpora"]
    assert "medsts" not in there
    assert gone
    holds_nothing({path: hub.read("org/next", path) for path in hub.repositories["org/next"].head.tree}, data)


def test_without_being_told_not_one_request_is_made(hub, client, build):
    seen = []
    told_all = {"quarantined": True, "collection": True, "allow": ["medmcqa", *CLOSED]}
    with failing(hub, seen.append):
        told = client("publish", build.folder, "org/none", version="1.0.0", **told_all)
    assert "under an agreement" in told["error"]
    assert seen == []
    assert "org/none" not in hub.repositories


def test_what_the_card_says_of_stubs_is_text_and_nothing_else():
    """Titles and addresses are somebody's: what is Markdown or HTML in them is shown and does nothing."""
    stub = {"part": "train", "task": "ner", "corpus": "a|b"}
    facts = {
        "a|b": {
            "title": "*Notes* <img src=x> [y](z)",
            "homepage": "javascript:alert(1)",
            "obtain": "<script>ask</script> | us",
        }
    }
    said = publishing.said([stub, stub], facts)
    assert "| train | ner | a\\|b | 2 |" in said
    assert "- \\*Notes\\* &lt;img src=x&gt; \\[y\\](z): &lt;script&gt;ask&lt;/script&gt; \\| us" in said
    assert "javascript" not in said
    assert not re.search(r"<(?!/?(details|summary))", said)


def test_the_command_publishes_stubs_and_says_how_many(hub, build, data, tmp_path):
    environment = {
        **os.environ,
        "HF_ENDPOINT": hub.base,
        "HF_TOKEN": TOKEN,
        "HF_HOME": str(tmp_path / "home"),
        "HF_HUB_DISABLE_XET": "1",
    }
    options = ["--stubs", "--data", str(data), "--quarantined", "--collection", "--allow", "medmcqa"]
    command = [
        sys.executable,
        "-m",
        "medinstruct",
        "publish",
        str(build.folder),
        "org/command",
        "--version",
        "1.0.0",
        *options,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    count = sum(row["corpus"] in CLOSED for part in build for row in build[part])
    assert f"under agreement: {count} rows, of which stubs go and no text" in done.stdout
    assert TOKEN not in done.stdout + done.stderr
    assert sealed.FILE in hub.repositories["org/command"].head.tree
