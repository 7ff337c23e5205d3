"""`medinstruct doctor` tells what is there."""

import json
import os
import subprocess
import sys

from medinstruct.version import VERSION

KEY = "hf_0123456789abcdefghijklmnopqrstuvwx"


def doctor(*arguments, **environment):
    done = subprocess.run(
        [sys.executable, "-m", "medinstruct", "doctor", *arguments], capture_output=True, text=True, check=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "MEDINSTRUCT_DATA": "", **environment},
    )  # fmt: skip
    return done.stdout + done.stderr


def test_it_tells_versions_corpora_and_places(tmp_path):
    (tmp_path / "hoc").mkdir()
    found = json.loads(doctor("--json", "--data", str(tmp_path), MEDINSTRUCT_CACHE=str(tmp_path / "cache")))

    assert found["medinstruct"]["version"] == VERSION
    assert found["packages"]["pydantic"]["here"] != "no"
    assert found["packages"]["pydantic"]["for"] == "all"
    assert "train" in found["packages"]["trl"]["for"].split()
    assert {corpus["where"] for corpus in found["corpora"]} == {""}, "an empty folder is no corpus"
    assert found["cache"]["folder"] == str(tmp_path / "cache")


def test_it_says_that_there_is_a_token_and_never_which(tmp_path):
    told = doctor(HF_TOKEN=KEY, MEDINSTRUCT_CACHE=str(tmp_path))

    assert "token yes" in told
    assert KEY not in told


def test_a_login_in_the_address_of_the_hub_stays_here(tmp_path):
    """What doctor says is pasted into reports of faults."""
    told = doctor(HF_ENDPOINT="https://me:s3cr%40t@mirror.example/hub", MEDINSTRUCT_CACHE=str(tmp_path))

    assert "https://mirror.example/hub" in told
    assert "s3cr" not in told
