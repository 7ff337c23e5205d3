"""What goes wrong between a client and the Hub, and what must be true of the repository whatever did."""

import json
import random
from contextlib import contextmanager

SAMPLES = {"samples": True, "quarantined": True}


@contextmanager
def failing(hub, fault):
    """Have requests fail as `fault` says of each, until the end of the block."""
    hub.fault = fault
    try:
        yield
    finally:
        hub.fault = lambda request: None


def published(hub, name):
    """What the head of a repository holds, as (digest, whether all its shards are there)."""
    tree = hub.repositories[name].head.tree
    if "manifest.json" not in tree:
        return None
    manifest = json.loads(hub.read(name, "manifest.json"))
    return manifest["digest"], all(tree[shard["file"]].sha256 == shard["sha256"] for shard in manifest["shards"])


def is_at_the_old_version_or_the_new(hub, client, builds, name, *, seed, versions, furthest, kinds, times):
    """Publish two builds in turn, each time with another fault, and assert that the head is whole at every stop, and the next attempt ends well.

    Args:
        hub: Where.
        client: Who publishes.
        builds: Two; the first is version 1.0.0.
        name: Of a repository of its own.
        seed: Of the faults.
        versions: How many.
        furthest: The last request of a publication at which the first fault may strike.
        kinds: Of faults.
        times: How often one may strike.

    Returns:
        In how many publications a fault struck, and how many of them failed.
    """
    chance = random.Random(seed)
    client("publish", builds[0].folder, name, version="1.0.0", **SAMPLES)
    first = dict(hub.repositories[name].tags)
    injected = failed = 0
    for n in range(1, versions + 1):
        build, version = builds[n % 2], f"{n + 1}.0.0"
        start, at, kind, most = hub.asked, chance.randint(1, furthest), chance.choice(kinds), chance.choice(times)
        struck = []

        def fault(request, start=start, at=at, kind=kind, most=most, struck=struck):
            if request.number - start >= at and len(struck) < most and request.path != "/v1/telemetry":
                struck.append(request.path)
                return kind
            return None

        with failing(hub, fault):
            told = client("publish", build.folder, name, version=version, **SAMPLES)
        injected += bool(struck)
        failed += "error" in told
        digest, whole = published(hub, name)
        assert whole, "all shards of the manifest are there"
        assert digest in {each.digest for each in builds}
        assert hub.repositories[name].tags["1.0.0"] == first["1.0.0"]
        for tag, oid in hub.repositories[name].tags.items():
            manifest = json.loads(hub.read(name, "manifest.json", oid))
            assert manifest["digest"] == builds[(int(tag.split(".")[0]) - 1) % 2].digest
        if "error" in told:
            assert "done" in client("publish", build.folder, name, version=version, **SAMPLES)
        assert published(hub, name) == (build.digest, True)
        assert version in hub.repositories[name].tags
    return injected, failed
