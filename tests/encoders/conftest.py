import json
import shutil

import pytest

import medinstruct
from encoders import models
from medinstruct import artefact

torch = pytest.importorskip("torch")
pytest.importorskip("accelerate")
torch.set_num_threads(1)

RECIPE = """title: For encoders
kind: benchmark
size: all
roles: [train]
dedup: false
disjoint: false
mix:
  - {corpus: bc5cdr, task: ner, unit: sentence, labels: [Chemical], metric: f1, templates: [marked-copy]}
  - {corpus: bc5cdr, task: ner, unit: sentence, labels: [Disease], metric: f1, templates: [marked-copy]}
  - {corpus: chemprot, task: re-evaluated, as: multiple_choice, unit: sentence, metric: micro_f1}
  - {corpus: hoc, task: dc, unit: sentence, metric: micro_f1}
  - {corpus: biosses, task: sts, metric: pearson}
  - {corpus: medmcqa, task: qa}
  - {corpus: bc5cdr, task: re}
"""


@pytest.fixture(scope="session")
def build(tmp_path_factory):
    """The bundled samples of each kind of set, the train part asked as a test part too."""
    folder = tmp_path_factory.mktemp("encoders")
    (folder / "sets.yaml").write_text(RECIPE)
    made = medinstruct.build(str(folder / "sets.yaml"), samples=True, out=folder / "build", workers=1)
    shutil.copytree(made.folder, folder / "both")
    manifest = json.loads((folder / "both" / "manifest.json").read_text())
    manifest["shards"] += [{**shard, "split": "test"} for shard in manifest["shards"]]
    (folder / "both" / "manifest.json").write_text(json.dumps(manifest))
    return artefact.load(folder / "both")


@pytest.fixture(scope="session")
def model(build, tmp_path_factory):
    """An encoder whose tokenizer knows the build's words."""
    texts = [message["content"] for row in build["train"] for message in row["messages"]]
    return models.write(tmp_path_factory.mktemp("model") / "tiny", texts)
