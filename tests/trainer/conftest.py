import json
import shutil

import pytest
import torch

import medinstruct
from medinstruct import artefact
from trainer import invented, models

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def build(tmp_path_factory):
    """192 invented rows, 32 of each task type."""
    folder = tmp_path_factory.mktemp("trainer")
    (folder / "every-type.yaml").write_text(invented.RECIPE)
    data = invented.write(folder / "data")
    return medinstruct.build(str(folder / "every-type.yaml"), data=data, out=folder / "build", workers=1)


@pytest.fixture(scope="session")
def model(build, tmp_path_factory):
    """A model whose tokenizer knows the build's words."""
    return models.write(
        tmp_path_factory.mktemp("model") / "tiny", models.texts(build), template=models.TEMPLATES["words"]
    )


def also_as(build, role, folder):
    """The build with its train rows as another part, too."""
    shutil.copytree(build.folder, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["shards"] += [{**shard, "split": role} for shard in manifest["shards"] if shard["split"] == "train"]
    manifest["rows"][role] = manifest["rows"]["train"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return artefact.load(folder)
