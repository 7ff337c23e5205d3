"""Examples of a corpus in the words of a template, and the page that shows them at each save."""

import json
import socket
import struct
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

import browser
from medinstruct import preview, recipe, shelf, template
from medinstruct.builder.plan import resolve
from medinstruct.errors import NotFound, Place, TemplateError
from medinstruct.preview import server
from medinstruct.preview.server import located

GOOD = """---
answer: lines
tasks: [ner]
---
Find {{ labels | join(", ") }}.

{{ text }}
"""


@pytest.fixture
def no_data(monkeypatch):
    monkeypatch.setenv("MEDINSTRUCT_DATA", "/nonexistent")
    monkeypatch.setenv("MEDINSTRUCT_CACHE", "/nonexistent")


@pytest.fixture
def seen(no_data):
    return preview.examples("bc5cdr", "span_extraction", number=4)


def test_examples_of_the_sample_are_asked_and_answered(seen):
    shown = preview.show(seen[0], template.load("span_extraction/typed-lines"))

    assert shown.place == seen[0].place
    assert [message["role"] for message in shown.messages] == ["user", "assistant"]
    assert seen[0].example.question.text in shown.messages[0]["content"]
    assert shown.read
    assert shown.warnings == ()
    assert shown.tokens > 10


def test_what_a_wording_is_not_for_is_said(seen):
    wording = template.compile(GOOD.replace("[ner]", "[ee]"), "span_extraction/mine")

    assert preview.show(seen[0], wording).warnings == ("its front matter says that it is for ee",)


def test_a_gold_that_the_format_cannot_hold_has_no_answer(no_data):
    found = preview.examples("genia-term", "span_extraction", number=8)
    bio = template.compile(GOOD.replace("lines", "bio"), "span_extraction/mine")
    refused = [seen for seen in found if bio.answer.fits(seen.example)]
    assert refused, "the sample holds a mention that BIO tags cannot write"

    shown = preview.show(refused[0], bio)

    assert [message["role"] for message in shown.messages] == ["user"]
    assert shown.warnings[0].startswith("the answer format cannot hold this gold: ")


@pytest.mark.parametrize("type, task", [("event_extraction", ""), ("", "sum"), ("span_extraction", "re")])
def test_what_cannot_be_asked_is_refused_with_what_can(no_data, type, task):
    with pytest.raises(NotFound, match="ner as span_extraction"):
        preview.examples("bc5cdr", type, task=task)


def test_a_draft_on_the_shelf_stops_no_look_at_a_template(no_data, tmp_path, monkeypatch):
    """`try` is for drafts: it begins with one that does not compile, and shows where. A build with it is refused."""
    (tmp_path / "templates/span_extraction").mkdir(parents=True)
    draft = tmp_path / "templates/span_extraction/draft.jinja"
    draft.write_text(GOOD.replace("labels", "lables"))
    monkeypatch.setattr(shelf, "_user_shelves", [])
    shelf.add(tmp_path)
    try:
        seen = preview.examples("bc5cdr", "span_extraction", number=1)
        asked = recipe.parse("title: x\nmix: [{corpus: bc5cdr, task: ner}]", "x.yaml")
        with pytest.raises(
            TemplateError, match=r"^x\.yaml: mix -> 0 -> templates: .*draft\.jinja:5: unknown field 'lables'"
        ):
            resolve(asked, 0, "x.yaml")
    finally:
        shelf.entries.cache_clear()

    assert preview.Page(draft, "span_extraction/draft", seen).state()["error"]["line"] == 5


def test_an_error_has_the_column_of_the_word_it_quotes():
    text = GOOD.replace("{{ text }}", "Text: {{ txet }}")
    with pytest.raises(TemplateError) as caught:
        template.compile(text, "span_extraction/mine", "mine.jinja")

    assert located(caught.value, text) == {
        "what": "unknown field 'txet'", "line": 7, "column": 10, "next": "did you mean text?",
    }  # fmt: skip


def test_an_error_without_a_word_has_the_column_of_the_first_tag():
    error = TemplateError("unexpected end", where=Place("mine.jinja", 2))

    assert located(error, "a\nbc {{ d")["column"] == 4


@contextmanager
def served(path, seen):
    with preview.Server(preview.Page(path, "span_extraction/mine", seen)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.address
        finally:
            server.shutdown()
            thread.join()


def test_the_page_is_for_this_machine_alone(tmp_path, seen):
    path = tmp_path / "mine.jinja"
    path.write_text(GOOD)
    with served(path, seen) as address:
        foreign = urllib.request.Request(f"{address}state", headers={"Host": "evil.example"})
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(foreign)
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{address}../../etc/passwd")
        with urllib.request.urlopen(address) as answer:
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_page_whose_file_is_gone_waits_for_it(tmp_path, seen, monkeypatch):
    """It asked again at once, and again, for as long as there was none."""
    monkeypatch.setattr(server, "WAIT", 0.5)
    path = tmp_path / "mine.jinja"
    with served(path, seen) as address:
        with urllib.request.urlopen(f"{address}state") as answer:
            state = json.load(answer)
        began = time.monotonic()
        with urllib.request.urlopen(f"{address}state?seen={state['stamp']}") as answer:
            assert json.load(answer) == state

    assert state["error"]["what"] == "the file is gone"
    assert time.monotonic() - began > 0.4


def test_a_page_that_is_closed_while_it_waits_says_nothing_on_the_terminal(tmp_path, seen, capfd):
    path = tmp_path / "mine.jinja"
    path.write_text(GOOD)
    page = preview.Page(path, "span_extraction/mine", seen)
    with served(path, seen) as address:
        host, key = address.removeprefix("http://").split("/", 1)
        with socket.create_connection(("127.0.0.1", int(host.rpartition(":")[2]))) as closed:
            closed.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            closed.sendall(f"GET /{key}state?seen={page.stamp()} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            time.sleep(0.3)  # until it is read
        path.write_text(GOOD.replace("Find", "Mark"))
        with urllib.request.urlopen(f"{address}state") as answer:
            assert b"Mark" in answer.read()

    assert capfd.readouterr().err == ""


def test_whoever_else_works_on_this_machine_does_not_know_the_key(tmp_path, seen):
    """Texts of a corpus are on the page, under agreement or not."""
    path = tmp_path / "mine.jinja"
    path.write_text(GOOD)
    with served(path, seen) as address:
        base = address.split("/", 3)
        for guess in ("", "state", "x/state", f"{base[3][:-2]}/state", base[3].rstrip("/")):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen("/".join([*base[:3], guess]))
        with urllib.request.urlopen(f"{address}state") as answer:
            assert seen[0].place in answer.read().decode()


def test_every_save_is_shown_and_a_mistake_with_its_place(tmp_path, seen):
    path = tmp_path / "mine.jinja"
    path.write_text(GOOD)
    with served(path, seen) as address, browser.chromium() as driver:
        driver.get(address)
        # the page may draw itself anew between finding something and reading it
        until = WebDriverWait(driver, 20, ignored_exceptions=[StaleElementReferenceException]).until
        until(lambda d: len(d.find_elements(By.TAG_NAME, "article")) == len(seen))
        first = driver.find_element(By.CSS_SELECTOR, "article")
        assert seen[0].place in first.text
        assert "read back" in first.text

        path.write_text(GOOD.replace("{{ text }}", "<script>document.title = 'gone'</script> {{ text }}"))
        until(lambda d: "<script>document.title" in d.find_element(By.CSS_SELECTOR, "article").text)
        assert driver.title == "span_extraction/mine"

        path.write_text(GOOD.replace("{{ text }}", "Text: {{ txet }}"))
        until(lambda d: d.find_element(By.ID, "error").is_displayed())
        told = driver.find_element(By.ID, "error").text
        assert "line 7, column 10: unknown field 'txet'" in told
        assert "did you mean text?" in told
        assert "         ^" in driver.find_element(By.CSS_SELECTOR, "#error pre").get_attribute("textContent")

        path.write_text(GOOD)
        until(lambda d: not d.find_element(By.ID, "error").is_displayed())
        driver.refresh()
        until(lambda d: d.find_elements(By.TAG_NAME, "article"))
        assert [said for said in browser.complaints(driver) if "favicon" not in said] == []
        assert all(url.startswith((address, "data:")) for url in browser.requests(driver))


def test_every_row_shows_itself(tmp_path):
    import medinstruct
    from medinstruct.sample import Sample

    made = medinstruct.build("mnlu-open", samples=True, out=tmp_path / "b")
    rows = {row["type"]: row for row in made["train"]}
    assert len(rows) >= 5

    for row in rows.values():
        view = medinstruct.show(row)
        html = view._repr_html_()
        assert row["messages"][-1]["content"].split("\n")[0] in repr(view)
        assert "what the parser gives back" in html
        assert "<script" not in html
        assert medinstruct.show(Sample.model_validate(row))._repr_html_() == html


def test_what_is_no_row_is_told():
    import medinstruct
    from medinstruct.errors import MedinstructError

    with pytest.raises(MedinstructError):
        medinstruct.show({"id": "1"})
