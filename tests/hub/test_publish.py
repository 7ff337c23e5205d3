"""Publishing to a real server, through the real libraries, with everything that can go wrong."""

import json
import os
import re
import subprocess
import sys

import pytest

import medinstruct
from hub.conftest import Client
from hub.faults import SAMPLES, failing, is_at_the_old_version_or_the_new, published
from hub.model import TOKEN

FAULTS = (429, 500, 502, 503, "cut", "cut after", 400, 401)


def test_a_version_comes_back_row_for_row(hub, client, builds):
    first = client("publish", builds[0].folder, "org/whole", version="1.0.0", **SAMPLES)["done"]
    assert first["state"] == "new"
    assert hub.repositories["org/whole"].tags == {"1.0.0": first["commit"]}
    rows = client("load_dataset", "org/whole", "1.0.0")["done"]
    assert rows == {split: list(found) for split, found in builds[0].items()}
    assert client("load_dataset", "org/whole", "1.0.0", streaming=True)["done"] == rows
    assert client("load", "org/whole@1.0.0")["done"] == {
        split: [row["id"] for row in found] for split, found in rows.items()
    }


def test_each_task_is_a_configuration(client, builds):
    client("publish", builds[0].folder, "org/tasks", version="1.0.0", **SAMPLES)
    for task in {row["task"] for row in builds[0]["train"]}:
        found = client("load_dataset", "org/tasks", "1.0.0", config=task)["done"]
        assert found["train"] == [row for row in builds[0]["train"] if row["task"] == task]


def test_the_same_content_is_no_new_commit(hub, client, builds):
    for _ in range(2):
        done = client("publish", builds[0].folder, "org/same", version="1.0.0", **SAMPLES)["done"]
    assert done["state"] == "same content"
    assert len(hub.repositories["org/same"].commits) == 2, "the empty one and ours"


def test_a_version_with_other_rows_is_refused(hub, client, builds):
    client("publish", builds[0].folder, "org/taken", version="1.0.0", **SAMPLES)
    before = hub.repositories["org/taken"].head.oid
    assert (
        "has a version 1.0.0 with other rows"
        in client("publish", builds[1].folder, "org/taken", version="1.0.0", **SAMPLES)["error"]
    )
    assert hub.repositories["org/taken"].head.oid == before


def test_the_next_version_is_suggested_and_written_down(hub, client, builds):
    client("publish", builds[0].folder, "org/next", version="1.0.0", **SAMPLES)
    done = client("publish", builds[1].folder, "org/next", version="1.1.0", **SAMPLES)["done"]
    assert done["suggested"] == "1.1.0"
    changelog = hub.read("org/next", "CHANGELOG.md").decode()
    assert changelog.index("## 1.1.0") < changelog.index("## 1.0.0")
    assert "reworded" in changelog
    assert published(hub, "org/next") == (builds[1].digest, True)
    assert hub.repositories["org/next"].tags.keys() == {"1.0.0", "1.1.0"}


def test_published_versions_are_compared_and_verified_by_name(client, builds):
    client("publish", builds[0].folder, "org/named", version="1.0.0", **SAMPLES)
    client("publish", builds[1].folder, "org/named", version="1.1.0", **SAMPLES)
    found = client("diff", "org/named@1.0.0", "org/named@1.1.0")["done"]
    due = medinstruct.diff(*builds).summary()
    assert {key: found[key] for key in ("level", "because", "rows", "same")} == {
        key: due[key] for key in ("level", "because", "rows", "same")
    }
    assert client("verify", "org/named@1.1.0")["done"]
    assert "not see it" in client("diff", "org/named@1.0.0", "org/nobody@1.0.0")["error"]


def test_what_people_wrote_survives(hub, client, builds):
    client("publish", builds[0].folder, "org/own", version="1.0.0", **SAMPLES)
    card = hub.read("org/own", "README.md").decode()
    own = (
        card.replace("---\n\n<!--", "annotations_creators: [experts]\n---\n\nOur foreword.\n\n<!--").rstrip()
        + "\n\n## Contact\n\nwrite to us\n"
    )
    hub.put("org/own", {"README.md": own.encode(), "notes.txt": b"mine"})
    client("publish", builds[1].folder, "org/own", version="1.1.0", **SAMPLES)
    card = hub.read("org/own", "README.md").decode()
    assert "annotations_creators:\n- experts" in card
    assert card.index("Our foreword.") < card.index("<!-- medinstruct") < card.index("## Contact")
    assert card.count("<!-- medinstruct") == 2
    assert hub.read("org/own", "notes.txt") == b"mine"


def test_somebody_elses_commit_in_between_is_told_and_kept(hub, client, builds):
    client("publish", builds[0].folder, "org/race", version="1.0.0", **SAMPLES)

    def meddle(request):
        if request.method == "POST" and "/commit/" in request.path:
            hub.fault = lambda request: None
            hub.put("org/race", {"theirs.txt": b"theirs"})

    with failing(hub, meddle):
        told = client("publish", builds[1].folder, "org/race", version="1.1.0", **SAMPLES)
    assert told["kind"] == "Conflict"
    assert published(hub, "org/race") == (builds[0].digest, True)
    assert "1.1.0" not in hub.repositories["org/race"].tags
    assert client("publish", builds[1].folder, "org/race", version="1.1.0", **SAMPLES)["done"]["state"] == "new"
    assert hub.read("org/race", "theirs.txt") == b"theirs"


def test_a_rehearsal_sends_nothing(hub, client, builds):
    done = client("publish", builds[0].folder, "org/never", version="1.0.0", dry_run=True, **SAMPLES)["done"]
    assert done["state"] == "rehearsal"
    assert "data/train-00000-of-00001.parquet" in done["files"]
    assert "org/never" not in hub.repositories


def test_a_rehearsal_needs_neither_the_hub_nor_a_token(client, builds, tmp_path):
    """It says that nobody looked, and lists the same files; without it the Hub that is not there is an error."""
    alone = Client("http://127.0.0.1:9", tmp_path / "home", token="")
    done = alone("publish", builds[0].folder, "org/nowhere", version="1.0.0", dry_run=True, **SAMPLES)["done"]
    told = alone("publish", builds[0].folder, "org/nowhere", version="1.0.0", **SAMPLES)
    alone.close()
    seen = client("publish", builds[0].folder, "org/nowhere", version="1.0.0", dry_run=True, **SAMPLES)["done"]
    assert (done["state"], done["unseen"]) == ("rehearsal", "the Hub cannot be reached for org/nowhere")
    assert seen["unseen"] == ""
    assert done["files"] == seen["files"]
    assert done["changes"] == [change.removeprefix("First version: ") for change in seen["changes"]]
    assert "cannot be reached" in told["error"]


def test_a_hub_that_is_switched_off_is_told_at_once(builds, tmp_path):
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "medinstruct", "publish", str(builds[0].folder), "org/off", "--version", "1.0.0"]
    allowed = ["--samples", "--quarantined"]
    run = [
        subprocess.run([*command, *allowed, *more], capture_output=True, text=True, env=environment)
        for more in ([], ["--dry-run"])
    ]
    assert (run[0].returncode, run[1].returncode) == (1, 0)
    assert "the Hub is switched off, so org/off cannot be reached (unset HF_HUB_OFFLINE)" in run[0].stderr
    assert "the repository was not looked at (the Hub is switched off" in run[1].stdout
    assert "org/off@1.0.0: would be sent" in run[1].stdout


def test_pictures_go_along_and_the_card_shows_them(hub, client, builds):
    """Each picture is a PNG that the card names, and the card names no other."""
    client("publish", builds[0].folder, "org/seen", version="1.0.0", **SAMPLES)
    tree = hub.repositories["org/seen"].head.tree
    sent = {path for path in tree if path.startswith("plots/")}
    assert {"plots/composition.png", "plots/lengths.png", "plots/ledger.png"} <= sent
    for path in sent:
        picture = hub.read("org/seen", path)
        assert picture.startswith(b"\x89PNG\r\n\x1a\n")
        assert len(picture) > 5_000
    shown = re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", hub.read("org/seen", "README.md").decode())
    assert {address for _, address in shown} == sent
    assert all(title.strip() for title, _ in shown)


def test_an_answer_that_was_lost_is_no_second_commit(hub, client, builds):
    lost = []

    def once(request):
        if request.method == "POST" and "/commit/" in request.path and not lost:
            lost.append(request.path)
            return "cut after"
        return None

    with failing(hub, once):
        assert client("publish", builds[0].folder, "org/lost", version="1.0.0", **SAMPLES)["done"]["state"] == "new"
    assert lost
    assert len(hub.repositories["org/lost"].commits) == 2


def test_a_token_that_expired_is_told_without_it(hub, builds, tmp_path):
    other = Client(hub.base, tmp_path / "home", token="hf_expired_9876543210")
    told = other("publish", builds[0].folder, "org/expired", version="1.0.0", **SAMPLES)
    other.close()
    assert "401" in told["error"]
    assert "hf auth login" in told["error"]
    assert "hf_expired_9876543210" not in json.dumps(told)
    assert "org/expired" not in hub.repositories


@pytest.mark.parametrize("seed", [pytest.param(n, marks=[pytest.mark.slow] if n else []) for n in range(10)])
def test_whatever_fails_the_repository_is_at_the_old_version_or_the_new(hub, client, builds, seed):
    """Twenty faults in random places."""
    injected, failed = is_at_the_old_version_or_the_new(
        hub,
        client,
        builds,
        f"org/faulty-{seed}",
        seed=seed,
        versions=20,
        furthest=16,
        kinds=FAULTS,
        times=(1, 1, 2, 30),
    )
    assert injected >= 15
    assert failed >= 1


def test_no_token_is_in_any_output(client):
    assert client.said
    assert TOKEN not in client.output()
    assert TOKEN.removeprefix("hf_") not in client.output()


def test_a_login_in_the_address_of_the_hub_is_published_nowhere():
    """The address stands on the card, in `croissant.json` and in the BibTeX."""
    from medinstruct.publisher.hub import without_login

    assert without_login("https://me:s3cr@t@mirror.example/hub") == "https://mirror.example/hub"
    for plain in ("https://huggingface.co", "http://127.0.0.1:9/a@b"):
        assert without_login(plain) == plain
