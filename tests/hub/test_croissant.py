"""The Croissant description, read by the reference library."""

import json

import pytest

from medinstruct import license
from medinstruct.artefact import SCHEMA
from medinstruct.publisher import croissant

mlc = pytest.importorskip("mlcroissant")
pytestmark = pytest.mark.filterwarnings("ignore")  # the library is held to its own answers, not to those it is built on


def described(build, folder):
    """The description beside a copy of the build's shards."""
    for shard in build.manifest["shards"]:
        path = folder / shard["file"]
        path.parent.mkdir(exist_ok=True)
        path.write_bytes((build.folder / shard["file"]).read_bytes())
    (folder / "croissant.json").write_text(
        json.dumps(croissant.write(build.manifest, build.ledger, license=license.TERMS["cc-by-4.0"].text))
    )
    return mlc.Dataset(jsonld=str(folder / "croissant.json"))


def text(value):
    """What the library hands out as UTF-8, as text again."""
    if isinstance(value, bytes):
        return value.decode()
    return [text(each) for each in value] if isinstance(value, list) else value


def test_it_is_valid_without_a_warning(builds, tmp_path):
    found = described(builds[0], tmp_path)
    assert found.metadata.ctx.issues.report() == ""
    assert found.metadata.ctx.is_v1_1()
    assert "Annotated corpora" in found.metadata.data_collection


def test_it_streams_the_same_rows(builds, tmp_path):
    found = described(builds[0], tmp_path)
    for name, shard in croissant.record_sets(builds[0].manifest).items():
        rows = []
        for record in found.records(name):
            row = {key.split("/", 1)[1]: text(value) for key, value in record.items()}
            row["messages"] = [
                {key.rsplit("/", 1)[1]: text(value) for key, value in turn.items()} for turn in row["messages"]
            ]
            rows.append(row)
        assert rows == list(builds[0][shard["split"]])


def test_every_column_is_told():
    assert list(croissant.COLUMNS) == SCHEMA.names
