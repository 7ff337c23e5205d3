"""Publishing through `hf_xet` itself: into a store of chunks on loopback, and back, with everything that can go wrong there."""

import pytest

from hub.conftest import Client
from hub.faults import SAMPLES, is_at_the_old_version_or_the_new, published

FAULTS = (429, 500, 503, "cut", "cut after", 400, 401, 403, 404)


@pytest.fixture(scope="module")
def client(hub, tmp_path_factory):
    found = Client(hub.base, tmp_path_factory.mktemp("xet"), xet=True)
    yield found
    found.close()


def asked(hub, since, *prefixes):
    return [path for _, path, status in hub.log[since:] if path.startswith(prefixes) and status < 300]


def test_a_version_comes_back_row_for_row(hub, client, builds):
    """Up and down go chunks; nothing goes over LFS."""
    since = len(hub.log)
    first = client("publish", builds[0].folder, "xet/whole", version="1.0.0", **SAMPLES)["done"]
    assert first["state"] == "new"
    assert hub.repositories["xet/whole"].tags == {"1.0.0": first["commit"]}
    assert asked(hub, since, "/v1/xorbs/")
    assert asked(hub, since, "/v1/shards")
    assert published(hub, "xet/whole") == (builds[0].digest, True)
    since = len(hub.log)
    rows = client("load_dataset", "xet/whole", "1.0.0")["done"]
    assert rows == {split: list(found) for split, found in builds[0].items()}
    assert client("load_dataset", "xet/whole", "1.0.0", streaming=True)["done"] == rows
    assert client("load", "xet/whole@1.0.0")["done"] == {s: [row["id"] for row in found] for s, found in rows.items()}
    assert asked(hub, since, "/v1/reconstructions/")
    assert asked(hub, since, "/xorbs/")
    assert not asked(hub, 0, "/lfs/")


def test_the_same_content_is_sent_once(hub, client, builds):
    client("publish", builds[0].folder, "xet/same", version="1.0.0", **SAMPLES)
    since = len(hub.log)
    assert (
        client("publish", builds[0].folder, "xet/same", version="1.0.0", **SAMPLES)["done"]["state"] == "same content"
    )
    assert not asked(hub, since, "/v1/xorbs/", "/v1/shards")
    assert len(hub.repositories["xet/same"].commits) == 2, "the empty one and ours"


def test_content_that_came_as_another_is_refused(hub, client, builds, monkeypatch):
    """A xorb is damaged on its way: the store sees it by the SHA-256, and the repository stays as it was."""
    from hub import xet

    monkeypatch.setattr(xet, "unpacked", lambda xorb, chunk, true=xet.unpacked: true(xorb, chunk)[::-1])
    told = client("publish", builds[1].folder, "xet/damaged", version="1.0.0", **SAMPLES)
    assert "error" in told
    assert list(hub.repositories["xet/damaged"].head.tree) == []
    assert not hub.repositories["xet/damaged"].tags


@pytest.mark.parametrize("seed", [pytest.param(n, marks=[pytest.mark.slow] if n else []) for n in range(4)])
def test_whatever_fails_the_repository_is_at_the_old_version_or_the_new(hub, client, builds, seed):
    """Ten faults at random requests to the store and the Hub."""
    injected, failed = is_at_the_old_version_or_the_new(
        hub, client, builds, f"xet/faulty-{seed}", seed=seed, versions=10, furthest=12, kinds=FAULTS, times=(1, 2, 30)
    )
    assert injected >= 6
    assert failed >= 1


def test_no_token_is_in_any_output(client):
    from hub import model, xet

    assert client.said
    for token in (model.TOKEN, xet.TOKEN):
        assert token not in client.output()
        assert token.split("_", 1)[1] not in client.output()
