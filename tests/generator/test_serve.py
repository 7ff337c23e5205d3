"""Instructions from a tiny model: in this process, and by transformers' own server.

python -m venv serve && serve/bin/pip install 'transformers[serving]' torch
MEDINSTRUCT_SERVE=serve/bin/transformers pytest tests/generator/test_serve.py -m slow
"""

import os
import socket
import subprocess
import time

import httpx
import pytest

from generator import parrot
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
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [SERVE, "serve", "--port", str(port), "--device", "cpu"], env={**os.environ, "HF_HUB_OFFLINE": "1"}
    )
    try:
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"http://localhost:{port}/health", trust_env=False).is_success:
                    break
            except httpx.HTTPError:
                time.sleep(0.5)
        how = settings(model, base_url=f"http://localhost:{port}/v1", concurrency=2)
        build = generator.generate(f"openai:{model}", tmp_path / "served", how)
    finally:
        server.terminate()
        server.wait()
    check(build, tmp_path / "served", tmp_path)
