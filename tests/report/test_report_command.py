"""The command, and the page on loopback: the text of every row for who knows the key, on this machine, and nothing else."""

import json
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from functools import partial

import pytest
from typer.testing import CliRunner

from medinstruct import reporter
from medinstruct.cli import app
from medinstruct.license import TERMS
from medinstruct.reporter import drawn
from medinstruct.reporter.server import Server
from report.pages import opened

run = CliRunner().invoke


def test_the_command_writes_one_file_and_says_which(events, tmp_path):
    out = tmp_path / "page.html"
    done = run(app, ["report", str(events.folder), "--out", str(out), "--json"], catch_exceptions=False)

    assert done.exit_code == 0
    assert json.loads(done.output) == {"file": str(out), "bytes": out.stat().st_size}
    assert opened(out.read_text())["facts"]["head"]["title"] == events.manifest["title"]
    assert not list(tmp_path.glob(".*"))


def test_the_command_compares_and_counts_by_tokenizers(events, tmp_path):
    out = tmp_path / "page.html"
    words = [
        "report",
        str(events.folder),
        "--out",
        str(out),
        "--against",
        str(events.folder),
        "--tokenizer",
        "spacy:en",
    ]
    done = run(app, words, catch_exceptions=False)
    facts = opened(out.read_text())["facts"]

    assert done.exit_code == 0
    assert facts["changes"]["level"] == "none"
    assert [one["name"] for one in facts["tokens"]] == ["rule of thumb", "spacy:en"]


def test_what_is_no_build_is_told_in_one_line(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "medinstruct", "report", str(tmp_path)], capture_output=True, text=True, timeout=120
    )

    assert done.returncode == 2
    assert "holds no build" in done.stderr
    assert "Traceback" not in done.stderr


# On loopback


@pytest.fixture(scope="module")
def server(build):
    made = reporter.report(build, served=True)
    with Server(build, made.html, made.light) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()


def get(address, **headers):
    """Status, headers and body of an answer."""
    request = urllib.request.Request(address, headers=headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read().decode()


def test_it_listens_on_loopback_alone(server):
    assert server.server_address[0] == "127.0.0.1"
    assert server.address.startswith("http://127.0.0.1:")


def test_it_gives_the_page_and_every_open_row(server, build):
    status, headers, page = get(server.address)
    assert status == 200
    assert page == server.html.decode()
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"

    rows = [row for split in build for row in build[split]]
    for at in (0, len(rows) // 2, len(rows) - 1):
        status, _, body = get(f"{server.address}row?at={at}")
        if "agreement" in TERMS[rows[at]["license"]].obligations:
            assert (status, json.loads(body)) == (404, None)
        else:
            told = json.loads(body)
            assert (status, told["id"]) == (200, rows[at]["id"])
            assert told["messages"][-1]["text"] == rows[at]["messages"][-1]["content"]


def test_it_finds_words_in_all_texts_but_closed_ones(server, build):
    rows = [row for split in build for row in build[split]]
    is_open = ["agreement" not in TERMS[row["license"]].obligations for row in rows]
    for words in ("patient", "PATIENT ", "(a)", "no such words anywhere", "   "):
        status, _, body = get(f"{server.address}find?q={urllib.parse.quote(words)}")
        wanted = words.strip().lower()
        expected = [
            n
            for n, row in enumerate(rows)
            if wanted and is_open[n] and any(wanted in m["content"].lower() for m in row["messages"])
        ]
        assert (status, json.loads(body)) == (200, expected)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1", "localhost", "", "127.0.0.1.evil.example"]
)
def test_another_host_gets_nothing(server, host):
    status, _, body = get(server.address, Host=host)

    assert status == 403
    assert "facts" not in body


def test_localhost_is_this_machine(server):
    assert get(server.address, Host=f"localhost:{server.server_port}")[0] == 200


@pytest.mark.parametrize(
    "path", ["", "wrong/", "../", "{key}", "{key}/x", "{key}/../{key}/", "{key}/manifest.json", "{key}/data/", "{key}/row", "{key}/row?at=-1",
             "{key}/row?at=999999", "{key}/row?at=1e3", "{key}/row?at=²", "{key}//", "%00/"]
)  # fmt: skip
def test_nothing_else_is_there(server, path):
    base = server.address.split(server.key)[0]
    status, _, body = get(urllib.parse.quote(base + path.format(key=server.key), safe=":/?=%&"))

    assert status == 404
    assert "facts" not in body


@pytest.mark.parametrize("path", ["*", "?at=1", "//", "//x/y", "http://[/", "http://x", "#", "\\"])
def test_a_path_that_no_browser_sends_is_answered_like_any_other(server, capfd, path):
    """And nothing is said on the terminal, where whoever works on this machine could write otherwise."""
    with socket.create_connection(server.server_address, timeout=60) as asked:
        asked.sendall(f"GET {path} HTTP/1.0\r\nHost: {server.hosts[0]}\r\n\r\n".encode())
        answer = b"".join(iter(lambda: asked.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.0 404 ")
    assert b"facts" not in answer
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_it_only_answers_questions(server, method):
    request = urllib.request.Request(server.address, method=method, data=b"")
    with pytest.raises(urllib.error.HTTPError) as told:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60)
    with told.value:
        assert told.value.code == 501


def test_a_port_that_is_taken_is_told(server, build):
    from medinstruct.errors import MedinstructError

    with pytest.raises(MedinstructError, match=f"cannot listen on 127.0.0.1:{server.server_port}"):
        Server(build, "", server.light, server.server_port)


def test_the_served_page_shows_any_row(browser, server, build):
    rows = [row for split in build for row in build[split]]
    browser.open(server.address)
    at = next(n for n, row in enumerate(rows) if row["task"] == "sum")
    browser.choose("task", "sum")
    browser.wait(
        "return [...document.querySelectorAll('#sample pre')].some((one) => one.textContent === arguments[0])", "the answer",
        rows[at]["messages"][-1]["content"],
    )  # fmt: skip

    assert {address.split("?")[0] for address in browser.asked() if not address.startswith("data:")} <= {
        server.address, f"{server.address}row"
    }  # fmt: skip
    assert browser.complaints() == []


def test_the_served_page_finds_words_in_texts_that_it_does_not_hold(browser, build, monkeypatch):
    monkeypatch.setattr(drawn, "ROWS", 1)
    made = reporter.report(build, served=True)
    with Server(build, made.html, made.light) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        expected = server.find("patient")
        browser.open(server.address)
        browser.driver.find_element("id", "search").send_keys("patient")
        browser.wait(
            "return document.querySelector('.told').textContent.startsWith(arguments[0] + ' of')",
            "found",
            f"{len(expected)}",
        )
        server.shutdown()

    assert len(expected) > 1


def test_serve_says_where_and_stops_when_it_is_told(events):
    words = [sys.executable, "-m", "medinstruct", "report", str(events.folder), "--serve"]
    hears = partial(signal.signal, signal.SIGINT, signal.default_int_handler)  # whoever runs in the background does not
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=hears
    ) as process:
        try:
            line = process.stdout.readline()
            address = re.match(r"http://127\.0\.0\.1:\d+/\S+/", line)[0]
            assert get(address)[0] == 200
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=60) == 0
        finally:
            process.kill()


@pytest.mark.parametrize("more", [["--json"], ["--out", "page.html"]])
def test_what_serve_would_not_do_is_refused(events, more):
    done = run(app, ["report", str(events.folder), "--serve", *more])
    assert done.exit_code == 2
    assert "writes no file" in done.output
