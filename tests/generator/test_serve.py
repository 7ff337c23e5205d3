"""Instructions from a tiny model: in this process, and by transformers' own server.

python -m venv serve && serve/bin/pip install 'transformers[serving]' torch
MEDINSTRUCT_SERVE=serve/bin/transformers pytest tests/generator/test_serve.py -m slow
"""

import os

import pytest

from generator import parrot
from loopback import transformers_serving
from medinstruct import generator

SERVE = os.environ.get("MEDINSTRUCT_SERVE", "")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parrot")
    (folder / "say.jinja").write_text(parrot.PROMPT)
    return parrot.make(folder / "model")


def settings(model, **chat):
    way = generator.Way(per_call=1, batch=4)
    prompts = {"write": str(model.parent / "say.jinja"), "answer": "answer", "judge": "judge"}
    return generator.Settings(
        size=4, way=way, prompts=prompts, chat=generator.asking(max_tokens=300, temperature=0.7, **chat)
    )


def check(build, out, tmp_path):
    known = {(one, other) for one, other in parrot.KNOWN}
    assert len(build["train"]) == 4
    for row in build["train"]:
        assert (row["messages"][0]["content"], row["messages"][-1]["content"]) in known
    assert build.manifest["generated"]["tokens"]["written"] > 100
    assert generator.replay(out, tmp_path / "again").digest == build.digest


def test_a_model_in_this_process_writes_instructions(model, tmp_path):
    build = generator.generate(f"hf:{model}", tmp_path / "hf", settings(model, batch=8))
    check(build, tmp_path / "hf", tmp_path)


@pytest.mark.skipif(not SERVE, reason="MEDINSTRUCT_SERVE names no `transformers` with a server")
def test_the_server_of_transformers_writes_instructions(model, tmp_path):
    with transformers_serving(SERVE) as url:
        how = settings(model, base_url=url, concurrency=2)
        build = generator.generate(f"openai:{model}", tmp_path / "served", how)
    check(build, tmp_path / "served", tmp_path)
