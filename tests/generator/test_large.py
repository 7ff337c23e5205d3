"""BioInstruct's size, killed five times at random: what it comes to, and what it takes.

pytest tests/generator/test_large.py -m slow -s        (MEDINSTRUCT_GENERATE_SIZE=2000 for a shorter one)
"""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

from generator.server import serving
from medinstruct import artefact

SIZE = int(os.environ.get("MEDINSTRUCT_GENERATE_SIZE", "25005"))
PER_MINUTE, TOKENS_PER_MINUTE, MOST_COST, PRICES = 1_500, 4_000_000, 200.0, (2.5, 10.0)
KILLS = 5
KEY = "sk-a-key-that-stands-nowhere"

pytestmark = pytest.mark.slow


def command(out, *more):
    return [sys.executable, "-m", "medinstruct", "generate", "--out", str(out), "--json", *more]


def asking(url):
    return [
        "--model", "openai:grammar", "--base-url", url, "--size", str(SIZE), "--concurrency", "16", "--key-env", "TEST_KEY",
        "--requests-per-minute", str(PER_MINUTE), "--tokens-per-minute", str(TOKENS_PER_MINUTE), "--most-cost", str(MOST_COST),
        "--price", str(PRICES[0]), str(PRICES[1]),
    ]  # fmt: skip


def finished(words):
    done = subprocess.run(words, capture_output=True, text=True, env={**os.environ, "TEST_KEY": KEY})
    assert done.returncode == 0, done.stderr[-2000:]
    assert KEY not in done.stdout + done.stderr
    return json.loads(done.stdout)


def test_a_large_run_that_is_killed_five_times_comes_to_the_same(tmp_path):
    lot, out, began = random.Random(7), tmp_path / "bio", time.time()
    with serving(faults=True, book=tmp_path / "book") as server:
        marks = sorted(
            lot.sample(range(SIZE // 40, SIZE * 10 // 43), KILLS)
        )  # requests; five instructions each, nine in ten accepted
        for mark in marks:
            client = subprocess.Popen(
                command(out, *asking(server.url)), env={**os.environ, "TEST_KEY": KEY}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )  # fmt: skip
            while server.requests < mark and client.poll() is None:
                time.sleep(0.005)
            time.sleep(lot.random())
            os.kill(client.pid, signal.SIGKILL)
            assert client.wait() == -signal.SIGKILL
        told = finished(command(out, *asking(server.url)))
        ended = time.time()
        cpu = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        did = dict(server.did)
        quiet = finished(command(tmp_path / "quiet", *asking(server.url)))
    cpu_quiet = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - cpu
    replayed = finished(command(tmp_path / "replayed", "--replay", str(out)))
    cpu_replay = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - cpu - cpu_quiet
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024

    assert told["rows"] == SIZE
    files = [path.relative_to(tmp_path / "replayed") for path in (tmp_path / "replayed").rglob("*") if path.is_file()]
    assert files
    assert all((out / file).read_bytes() == (tmp_path / "replayed" / file).read_bytes() for file in files)
    assert told["digest"] == quiet["digest"] == replayed["digest"]
    assert (told["candidates"], told["requests"]) == (quiet["candidates"], quiet["requests"])
    journal = [json.loads(line) for line in (out / "journal.jsonl").read_text().splitlines()]
    answers = [line for line in journal if "text" in line]
    assert set(Counter((line["id"], line["key"]) for line in answers).values()) == {1}
    used = {json.loads(row["meta"])["request"] for row in artefact.load(out)["train"]}
    assert used <= {line["id"] for line in answers}
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert KEY.encode() not in everything
    assert peak < 1e9

    book = [json.loads(line) for line in (tmp_path / "book").read_text().splitlines()]
    requests, tokens = busiest([line for line in book if line["at"] < ended])
    assert requests <= PER_MINUTE
    assert tokens <= TOKENS_PER_MINUTE
    cost = sum(line.get("read", 0) * PRICES[0] + line.get("written", 0) * PRICES[1] for line in answers) / 1e6
    assert cost <= MOST_COST
    asked_again = sum(1 for line in journal if "sent" in line) - len(answers)
    print(
        f"\n{SIZE:,} accepted of {told['candidates']['in']:,} candidates in {len(answers):,} answers, killed after {marks} requests; "
        f"{asked_again:,} requests brought none; the server did {did}\n"
        f"{ended - began:,.0f} s; CPU of the six clients {cpu:,.0f} s, of one undisturbed {cpu_quiet:,.0f} s, of the replay {cpu_replay:,.0f} s; "
        f"peak {peak / 1e6:,.0f} MB\n"
        f"busiest minute: {requests:,} of {PER_MINUTE:,} requests, {tokens:,} of {TOKENS_PER_MINUTE:,} tokens; cost {cost:,.2f} of {MOST_COST:,.2f}\n"
        f"dropped: {told['requests']['dropped']} {told['candidates']['dropped']}"
    )


def busiest(book):
    """The most requests, and the most tokens, that came in any 60 seconds."""
    book = sorted(book, key=lambda line: line["at"])
    first = requests = tokens = now = 0
    for n, line in enumerate(book):
        now += line["tokens"]
        while book[first]["at"] <= line["at"] - 60:
            now -= book[first]["tokens"]
            first += 1
        requests, tokens = max(requests, n - first + 1), max(tokens, now)
    return requests, tokens
