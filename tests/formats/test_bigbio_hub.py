"""BigBIO on the Hub: rows that were converted to Parquet, and the loader's source, are fetched over real HTTP from loopback."""

import hashlib
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

import pytest
from test_bigbio import KB

from medinstruct.formats import bigbio

LOADER = """
_DISPLAYNAME = "Zorba-20"
_LANGUAGES = ["English"]
_LICENSE = "CC_BY_4p0"
_HOMEPAGE = "https://example.org/zorba"
_CITATION = "Zorba 2026"
_SUPPORTED_TASKS = [Tasks.NAMED_ENTITY_RECOGNITION, Tasks.EVENT_EXTRACTION]
_PUBMED = True
_LOCAL = False
CONFIGS = [BigBioConfig(name="zorba_source"), BigBioConfig(name="zorba_bigbio_kb")]
raise SystemExit("a loader was run")
"""


class Hub(ThreadingHTTPServer):
    """As much of the Hub's API as `snapshot_download` asks for: what is in a revision, and its files."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.revisions = {}
        self.asked = []


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(f"{self.command} {self.path}")
        parts = [unquote(part) for part in urlsplit(self.path).path.strip("/").split("/")]
        match parts:
            case ["api", "datasets", owner, name, ("revision" | "tree") as what, revision, *_]:
                self.list(f"{owner}/{name}", what, revision)
            case ["datasets", owner, name, "resolve", revision, *path]:
                files = self.server.revisions.get((f"{owner}/{name}", revision), {})
                self.file(revision, files.get("/".join(path)))
            case _:
                self.say(404, {"error": "nothing here"}, {"X-Error-Code": "EntryNotFound"})

    do_HEAD = do_GET

    def list(self, repository, what, revision):
        if not any(known == repository for known, _ in self.server.revisions):
            self.say(404, {"error": "no repository"}, {"X-Error-Code": "RepoNotFound"})
        elif (files := self.server.revisions.get((repository, revision))) is None:
            self.say(404, {"error": "no revision"}, {"X-Error-Code": "RevisionNotFound"})
        elif what == "tree":
            made = [(path, len(data), hashlib.sha1(data).hexdigest()) for path, data in files.items()]
            self.say(200, [{"type": "file", "path": path, "size": size, "oid": oid} for path, size, oid in made])
        else:
            siblings = [{"rfilename": path} for path in files]
            sha = hashlib.sha1(revision.encode()).hexdigest()
            self.server.revisions[repository, sha] = files
            self.say(200, {"id": repository, "sha": sha, "siblings": siblings, "tags": []})

    def file(self, revision, data):
        if data is None:
            self.say(404, {"error": "no file"}, {"X-Error-Code": "EntryNotFound"})
        else:
            self.say(200, data, {"X-Repo-Commit": revision, "ETag": f'"{hashlib.sha1(data).hexdigest()}"'})

    def say(self, status, what, headers=None):
        body = what if isinstance(what, bytes) else json.dumps(what).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def hub():
    serving = Hub()
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    yield serving
    serving.shutdown()
    serving.server_close()


def parquet(*rows):
    [file] = bigbio.write(bigbio.read_rows(rows))
    return file.data


def run(hub, home, *words, **environment):
    """The command line with a Hub of its own; what it said, and its exit code."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "MEDINSTRUCT_"))}
    own = {"HF_ENDPOINT": f"http://127.0.0.1:{hub.server_port}", "HF_HOME": str(home / "hf"), "HF_HUB_DISABLE_XET": "1"}
    return subprocess.run(
        [sys.executable, "-m", "medinstruct", *words],
        capture_output=True, text=True, check=False, cwd=home, env=kept | own | environment,
    )  # fmt: skip


def test_a_corpus_is_imported_from_the_hub_and_again_without_a_network(hub, tmp_path):
    """Of the repository only the rows of BigBIO's schemas are fetched, and the loader's source, which is not run."""
    hub.revisions = {
        ("bigbio/zorba", "refs/convert/parquet"): {
            "zorba_bigbio_kb/train/0000.parquet": parquet(KB),
            "zorba_bigbio_kb/train/0001.parquet": parquet({**KB, "document_id": "90000002"}),
            "zorba_bigbio_kb/test/0000.parquet": parquet({**KB, "document_id": "90000003"}),
            "zorba_source/train/0000.parquet": b"not asked for",
        },
        ("bigbio/zorba", "main"): {"zorba.py": LOADER.encode(), "README.md": b"x"},
    }

    first = run(hub, tmp_path, "bigbio", "import", "zorba", "--json")

    assert first.stderr == ""
    [made] = json.loads(first.stdout)
    assert (made["id"], made["license"], made["tasks"]) == ("bigbio-zorba", "cc-by-4.0", ["ner", "ee"])
    assert made["splits"]["train"] == {"documents": 2, "events": 4, "mentions": 8, "passages": 4, "relations": 4}
    assert not any("zorba_source" in line or "README" in line for line in hub.asked)
    module = (tmp_path / "shelf/corpora/bigbio_zorba.py").read_text()
    assert "title='Zorba-20'" in module
    assert "identity='pmid'" in module
    assert "0 findings" in run(hub, tmp_path, "check", "bigbio-zorba", "--shelf", "shelf").stdout

    asked = len(hub.asked)
    again = run(hub, tmp_path, "bigbio", "import", "zorba", "--force", "--json", HF_HUB_OFFLINE="1")

    assert json.loads(again.stdout) == [made]
    assert len(hub.asked) == asked


@pytest.mark.parametrize(
    "name, environment, message",
    [
        ("nothing", {}, "error: no repository bigbio/nothing on the Hub, or it is not open"),
        (
            "unconverted",
            {},
            "error: the Hub made no Parquet of bigbio/unconverted (refs/convert/parquet) (use --run-loader",
        ),
        (
            "zorba",
            {"HF_HUB_OFFLINE": "1"},
            "error: bigbio/zorba cannot be fetched: offline, and not fetched before (give",
        ),
        ("zorba", {"HF_ENDPOINT": "http://127.0.0.1:9"}, "error: bigbio/zorba cannot be fetched: "),
        ("a b", {}, "error: 'bigbio/a b' is no name of a repository"),
    ],
)
def test_what_cannot_be_fetched_is_told_in_one_line(hub, tmp_path, name, environment, message):
    hub.revisions = {("bigbio/unconverted", "main"): {"unconverted.py": b""}}

    done = run(hub, tmp_path, "bigbio", "import", name, **environment)

    assert done.returncode == 2
    assert done.stderr.startswith(message)
    assert done.stderr.count("\n") == 1


def test_a_split_that_the_hub_converted_in_part_is_refused(hub, tmp_path):
    hub.revisions = {
        ("bigbio/zorba", "refs/convert/parquet"): {"zorba_bigbio_kb/partial-train/0000.parquet": parquet(KB)},
        ("bigbio/zorba", "main"): {},
    }

    done = run(hub, tmp_path, "bigbio", "import", "zorba")

    assert done.returncode == 1
    assert "holds only a part of its split" in done.stderr
