"""A shard of more than a gigabyte: it goes in parts, by either way, and no process ever holds it whole."""

import base64
import hashlib
import json
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import medinstruct
from hub.conftest import Client
from hub.server import Hub
from medinstruct import artefact

ROWS, CHARACTERS = 25_000, 62_000
"""Of a row's question, in signs that nothing can pack; together 1.1 GiB."""
MORE = {"lfs": 150, "xet": 700}
"""MiB that a client may hold above what it holds for a small build; `hf_xet` keeps xorbs of 64 MiB that are under way."""


@pytest.fixture(scope="module")
def large(builds, tmp_path_factory):
    """A build whose train part is one shard as `artefact` writes them (one row group), larger than a gigabyte."""
    small, folder = builds[0], tmp_path_factory.mktemp("large")
    chance = random.Random(7)
    row = next(row for row in small["train"] if row["task"] == "ner")
    (folder / "data").mkdir(parents=True)
    file = "data/train-00000-of-00001.parquet"

    def column(name):
        if name == "id":
            return pa.array([f"{n:032x}" for n in range(ROWS)])
        if name != "messages":
            return pa.array([row[name]] * ROWS, artefact.SCHEMA.field(name).type)
        texts = (base64.b64encode(chance.randbytes(CHARACTERS * 3 // 4)).decode() for _ in range(ROWS))
        turns = ([{"role": "user", "content": text}, {"role": "assistant", "content": "None"}] for text in texts)
        return pa.chunked_array(
            [
                pa.array([next(turns) for _ in range(1000)], artefact.SCHEMA.field(name).type)
                for _ in range(ROWS // 1000)
            ]
        )

    table = pa.table({name: column(name) for name in artefact.SCHEMA.names}, artefact.SCHEMA)
    pq.write_table(table, folder / file, compression="zstd", store_schema=False, row_group_size=ROWS)
    assert pq.read_metadata(folder / file).num_row_groups == 1
    with (folder / file).open("rb") as shard:
        sha256 = hashlib.file_digest(shard, "sha256").hexdigest()
    shards = [{"split": "train", "file": file, "rows": ROWS, "sha256": sha256}]
    facts = {row["corpus"]: small.manifest["corpora"][row["corpus"]]}
    (folder / "manifest.json").write_text(
        json.dumps({**small.manifest, "shards": shards, "rows": {"train": ROWS}, "corpora": facts})
    )
    (folder / "ledger.json").write_text(json.dumps(small.ledger))
    return medinstruct.load(folder)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")
@pytest.mark.parametrize("xet", [False, True], ids=["lfs", "xet"])
def test_a_shard_of_more_than_a_gigabyte_goes_in_parts(builds, large, tmp_path, xet):
    shard = large.folder / large.manifest["shards"][0]["file"]
    assert shard.stat().st_size > 1 << 30
    hub = Hub(tmp_path / "hub")
    with hub.serving():
        client = Client(hub.base, tmp_path / "home", xet=xet)
        terms = {"samples": True, "quarantined": True, "collection": True}
        client("publish", builds[0].folder, "org/small", version="1.0.0", **terms)
        before, asked = client("peak")["done"], len(hub.log)
        done = client("publish", large.folder, "org/large", version="1.0.0", **terms)
        more = client("peak")["done"] - before
        client.close()
    assert done["done"]["state"] == "new"
    print(f"{shard.stat().st_size >> 20} MiB sent, {more} MiB more held than for a small build")
    blob = hub.repositories["org/large"].at("1.0.0").tree[large.manifest["shards"][0]["file"]]
    assert (blob.size, blob.sha256) == (shard.stat().st_size, large.manifest["shards"][0]["sha256"])
    sent = [path for method, path, status in hub.log[asked:] if method in ("PUT", "POST") and status == 200]
    if xet:
        assert sum(path.startswith("/v1/xorbs/") for path in sent) > 10
        assert not any(path.startswith("/lfs/") for path in sent)
    else:
        assert sum(path.startswith(f"/lfs/{blob.sha256}/") for path in sent) == -(-blob.size // hub.part_bytes) + 1
    assert more < MORE["xet" if xet else "lfs"]
