"""transformers' own server and transformers in this process say the same.

python -m venv serve && serve/bin/pip install 'transformers[serving]' torch
MEDINSTRUCT_SERVE=serve/bin/transformers pytest tests/chat/test_serve.py
"""

import os
import socket
import subprocess
import time

import httpx
import pytest

from chat import tiny
from medinstruct import chat
from medinstruct.chat import Settings

SERVE = os.environ.get("MEDINSTRUCT_SERVE", "")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SERVE, reason="MEDINSTRUCT_SERVE names no `transformers` with a server"),
]


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_the_server_says_what_the_model_says(queries, tmp_path, port):
    model = tiny.make(tmp_path / "model", chat=True)
    server = subprocess.Popen(
        [SERVE, "serve", "--port", str(port), "--device", "cpu"], env={**os.environ, "HF_HUB_OFFLINE": "1"}
    )
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"http://localhost:{port}/health", trust_env=False).is_success:
                    break
            except httpx.HTTPError:
                time.sleep(0.5)
        how = Settings(max_tokens=12, batch=1, base_url=f"http://localhost:{port}/v1", concurrency=1)
        over_the_wire = chat.ask(chat.load(f"openai:{model}", how), queries, tmp_path / "openai.jsonl")
        in_process = chat.ask(chat.load(f"hf:{model}", how), queries, tmp_path / "hf.jsonl")
    finally:
        server.terminate()
        server.wait()
    assert {name: a.text for name, a in over_the_wire.items()} == {name: a.text for name, a in in_process.items()}
    assert {name: a.read for name, a in over_the_wire.items()} == {name: a.read for name, a in in_process.items()}
