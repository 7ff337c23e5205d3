"""A Hub, a client of it, and builds to publish."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import medinstruct
from hub.model import TOKEN
from hub.server import Hub

CLIENT = Path(__file__).with_name("client.py")


XET = {"HF_XET_CLIENT_RETRY_MAX_ATTEMPTS": "2", "HF_XET_CLIENT_RETRY_BASE_DELAY": "1ms"}
"""How `hf_xet` waits, whose clock no test can set."""


class Client:
    """Orders to a process that speaks with a Hub; everything it ever printed is in `said`."""

    def __init__(self, endpoint, home, token=TOKEN, xet=False):
        environment = {**os.environ, "HF_ENDPOINT": endpoint, "HF_TOKEN": token, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": str(int(not xet)),
                       "HF_HUB_DISABLE_TELEMETRY": "1", **XET}  # fmt: skip
        environment.pop("HF_HUB_OFFLINE", None)
        self.errors = (home.parent / f"{home.name}.stderr").open("w+")
        self.process = subprocess.Popen([sys.executable, str(CLIENT)], env=environment, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors)  # fmt: skip
        self.said = []

    def __call__(self, order, *args, **more):
        self.process.stdin.write(json.dumps([order, args, more], default=str) + "\n")
        self.process.stdin.flush()
        self.said.append(self.process.stdout.readline())
        told = json.loads(self.said[-1])
        assert "crash" not in told, told.get("crash")
        return told

    def output(self):
        self.errors.flush()
        return "".join(self.said) + Path(self.errors.name).read_text()

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()
        self.errors.close()


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    found = Hub(tmp_path_factory.mktemp("hub"))
    with found.serving():
        yield found


@pytest.fixture(scope="module")
def client(hub, tmp_path_factory):
    found = Client(hub.base, tmp_path_factory.mktemp("home"))
    yield found
    found.close()


RECIPE = """
title: Open corpora alone
size: all
seed: {seed}
mix:
  - {{corpus: bc5cdr, task: ner, unit: sentence, templates: [{template}]}}
  - {{corpus: bionlp09, task: ee}}
  - {{corpus: medmcqa, task: qa}}
"""


@pytest.fixture(scope="session")
def builds(tmp_path_factory):
    """Two builds of open corpora' samples, the second with another wording of one task."""
    folder = tmp_path_factory.mktemp("builds")
    made = []
    for n, template in enumerate(["typed-lines", "bulleted"]):
        recipe = folder / f"open-{n}.yaml"
        recipe.write_text(RECIPE.format(seed=7, template=template))
        made.append(medinstruct.build(str(recipe), samples=True, out=folder / f"build-{n}"))
    return made
