"""Corpora: found where they are, fetched where they are served, added by a stranger with one file."""

import dataclasses
import hashlib
import json
import shutil
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from medinstruct import corpora, shelf, testing
from medinstruct.corpora import fetch
from medinstruct.corpora.corpus import SAMPLES, Download
from medinstruct.errors import MedinstructError


@pytest.fixture
def server(tmp_path):
    """A web server on loopback that serves tmp_path/served, and the paths it was asked for."""
    folder, asked = tmp_path / "served", []
    folder.mkdir()

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=str(folder))

        def log_message(self, *args):
            asked.append(self.path)

    serving = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{serving.server_port}", asked
    serving.shutdown()
    serving.server_close()


@pytest.fixture
def online(monkeypatch, tmp_path):
    for name in ("HF_HUB_OFFLINE", "MEDINSTRUCT_OFFLINE", "MEDINSTRUCT_DATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MEDINSTRUCT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(fetch, "_unreachable", set())


def served(folder: Path, url: str, sha256: str | None = None):
    """NCBI-disease's sample, served as a file, and a corpus whose address it is."""
    name = "NCBItrainset_corpus.txt"
    data = (SAMPLES / "ncbi-disease" / name).read_bytes()
    (folder / name).write_bytes(data)
    right = hashlib.sha256(data).hexdigest()
    return dataclasses.replace(
        corpora.load("ncbi-disease"), downloads=(Download(f"{url}/{name}", name, sha256 or right),)
    )


def test_files_are_fetched_once_and_kept(server, online, tmp_path):
    """The first call asks the server, the second the cache."""
    folder, url, asked = server
    corpus = served(folder, url)

    first = corpus.find(download=True)
    second = corpus.find(download=True)

    assert first == second == tmp_path / "cache/ncbi-disease"
    assert asked == ["/NCBItrainset_corpus.txt"]
    assert corpus.present(first) == ["train"]


def test_a_file_with_another_hash_is_refused_and_not_kept(server, online, tmp_path):
    """What came is told beside what was expected."""
    folder, url, _ = server
    with pytest.raises(MedinstructError, match="expected 0000"):
        served(folder, url, "0" * 64).find(download=True)
    assert list((tmp_path / "cache/ncbi-disease").iterdir()) == []


def test_a_server_that_does_not_answer_is_asked_once(online, monkeypatch):
    """After one failure to reach a server nothing more is tried in this process."""
    calls = []
    real = fetch._copy
    monkeypatch.setattr(fetch, "_copy", lambda url, path: calls.append(url) or real(url, path))
    corpus = dataclasses.replace(corpora.load("hoc"), downloads=(Download("http://127.0.0.1:9/x.zip", "x.zip"),))

    assert corpus.find(download=True) is None
    assert corpus.find(download=True) is None
    assert calls == ["http://127.0.0.1:9/x.zip"]


def test_a_file_that_is_cut_off_on_its_way_is_not_kept(server, online, monkeypatch, tmp_path):
    """Many sources state no hash; half a file would stay in the cache and be read as a whole one."""
    folder, url, _ = server
    corpus = dataclasses.replace(served(folder, url), downloads=(Download(f"{url}/half.json", "half.json"),))
    (folder / "half.json").write_bytes(b"{" * 100)
    real = SimpleHTTPRequestHandler.copyfile
    monkeypatch.setattr(SimpleHTTPRequestHandler, "copyfile", lambda self, source, out: out.write(source.read(50)))

    assert corpus.find(download=True) is None
    assert list((tmp_path / "cache/ncbi-disease").iterdir()) == []

    monkeypatch.setattr(SimpleHTTPRequestHandler, "copyfile", real)
    monkeypatch.setattr(fetch, "_unreachable", set())
    corpus.find(download=True)
    assert (tmp_path / "cache/ncbi-disease/half.json").read_bytes() == b"{" * 100


def test_a_download_that_ended_half_way_is_gone_on_with(server, online, tmp_path):
    """What was fetched of several files would pass for all there is, at every later build."""
    folder, url, asked = server
    corpus = served(folder, url)
    test = (SAMPLES / "ncbi-disease/NCBItestset_corpus.txt").read_bytes()
    more = Download(f"{url}/NCBItestset_corpus.txt", "NCBItestset_corpus.txt")
    corpus = dataclasses.replace(corpus, downloads=(*corpus.downloads, more))

    assert corpus.present(corpus.find(download=True)) == ["train"]
    (folder / "NCBItestset_corpus.txt").write_bytes(test)

    assert corpus.present(corpus.find(download=True)) == ["train", "test"]
    number = len(asked)
    assert corpus.find(download=True) == corpus.find() == tmp_path / "cache/ncbi-disease"
    assert (len(asked), asked.count("/NCBItrainset_corpus.txt")) == (number, 1)


def test_what_lies_in_the_cache_under_other_names_is_not_fetched_beside(server, online, tmp_path):
    """Somebody put it there by hand; each record would stand there twice."""
    folder, url, asked = server
    corpus = dataclasses.replace(served(folder, url), downloads=(Download(f"{url}/all.zip", "all.zip"),))
    own = tmp_path / "cache/ncbi-disease"
    own.mkdir(parents=True)
    shutil.copy(SAMPLES / "ncbi-disease/NCBItrainset_corpus.txt", own)

    assert corpus.find(download=True) == own
    assert asked == []


def test_a_missing_file_on_a_server_leaves_others_reachable(server, online):
    """404 is an answer: this corpus is not found, the next is still asked for."""
    folder, url, _ = server
    corpus = dataclasses.replace(corpora.load("hoc"), downloads=(Download(f"{url}/nothing.zip", "nothing.zip"),))

    assert corpus.find(download=True) is None
    assert served(folder, url).find(download=True) is not None


def test_offline_means_offline(server, online, monkeypatch):
    """HF_HUB_OFFLINE forbids every request."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    folder, url, asked = server

    assert served(folder, url).find(download=True) is None
    assert asked == []


def test_all_shipped_corpora_pass_their_checks_on_their_samples():
    """Facts complete, a sample for each, no broken record, every task yields examples, every label has a word."""
    assert list(testing.check_corpora(data=Path("/nonexistent"))) == []


def test_a_stranger_adds_a_corpus_in_brat_format_with_one_file(tmp_path):
    """A folder of BRAT files and a module of fewer than 40 lines: listed, checked, built, nothing edited inside the package."""
    module = '''"""Ward notes: drugs and their doses in invented ward notes."""

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.formats import brat
from medinstruct.license import License
from medinstruct.tasks import Relations, Spans

corpus = Corpus(
    title="Ward notes",
    homepage="https://example.org/ward",
    citation="Ours, 2026",
    license=License("agreement", "our own hospital"),
    splits={"train": Split("train", ("*.txt", "*.ann"), {"documents": 2})},
    tasks={
        "ner": Spans(labels={"Drug": "Drug", "Dose": "Dose"}),
        "re": Relations(labels={"has_dose": "is given in a dose of"}, arguments={"has_dose": (("Drug",), ("Dose",))}),
    },
    read=brat.read,
)
'''
    assert module.count("\n") <= 40
    home, data = tmp_path / "shelf/corpora", tmp_path / "shelf/data/ward-notes"
    home.mkdir(parents=True)
    data.mkdir(parents=True)
    (home / "ward_notes.py").write_text(module)
    (data / "a.txt").write_text("Velotrine 20 mg at night.\nNo pain.\n")
    (data / "a.ann").write_text("T1\tDrug 0 9\tVelotrine\nT2\tDose 10 15\t20 mg\nR1\thas_dose Arg1:T1 Arg2:T2\n")
    (data / "b.txt").write_text("Slept well.\n")
    (data / "b.ann").write_text("")
    (tmp_path / "mine.yaml").write_text(
        "title: Mine\nmix: [{corpus: ward-notes, task: ner}, {corpus: ward-notes, task: re}]\n"
    )

    def run(*arguments):
        command = [sys.executable, "-m", "medinstruct", *arguments, "--shelf", str(tmp_path / "shelf")]
        return subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path).stdout

    assert "ward-notes" in run("ls", "corpora")
    assert "0 findings" in run("check", "ward-notes")
    assert "1 checked, 0 findings" in run("check", "mine.yaml")
    built = json.loads(run("build", "mine.yaml", "--out", "out", "--workers", "2", "--json"))
    assert built["rows"] == {"train": 4}
    assert not built["samples"]


def test_a_plug_in_that_cannot_be_imported_is_one_line_and_a_finding(monkeypatch):
    """It was installed, perhaps for another version; nobody can read a traceback of it."""
    monkeypatch.setattr(corpora, "_plugged", lambda: {"of-another": "no_such_package.corpora.of_another"})

    with pytest.raises(
        MedinstructError, match=r"^no_such_package\.corpora\.of_another: ModuleNotFoundError: No module named"
    ):
        corpora.load("of-another")
    assert [finding.code for finding in testing.check_corpora(["of-another"])] == ["C101"]


def test_a_shelf_s_corpus_is_known_in_this_process_too(tmp_path, monkeypatch):
    """shelf.add makes the modules of a folder loadable; what is no corpus says so."""
    monkeypatch.setattr(shelf, "_user_shelves", [])
    (tmp_path / "corpora").mkdir()
    (tmp_path / "corpora/empty_one.py").write_text("x = 1\n")
    shelf.add(tmp_path)
    try:
        assert "empty-one" in corpora.names()
        with pytest.raises(MedinstructError, match="has no `corpus"):
            corpora.load("empty-one")
    finally:
        shelf._user_shelves.clear()
        shelf.entries.cache_clear()
