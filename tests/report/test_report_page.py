"""The page in a real browser: it filters, searches, marks and draws; asks for nothing, complains of nothing, does nothing it is told by a corpus."""

from itertools import pairwise
from statistics import median

import pytest
from selenium.webdriver.common.keys import Keys

from medinstruct import artefact, reporter
from report.pages import EVIL, altered, opened, page_of


@pytest.fixture(scope="module")
def page(build, tmp_path_factory):
    return page_of(build, tmp_path_factory.mktemp("page")).as_uri()


@pytest.fixture(scope="module")
def open_page(events, tmp_path_factory):
    return page_of(events, tmp_path_factory.mktemp("page")).as_uri()


def rows_of(build):
    return [row for split in build for row in build[split]]


def test_a_page_from_disk_asks_for_nothing_and_complains_of_nothing(browser, page):
    browser.open(page)
    for n in range(4):
        browser.run("document.querySelectorAll('.kind-card')[arguments[0]].click()", n)
    browser.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    browser.run("document.querySelectorAll('#list li')[7].click()")

    assert browser.complaints() == []
    assert {address for address in browser.asked() if not address.startswith("data:")} == {page}


def test_it_says_how_much_went_in_and_came_out(browser, build, page):
    browser.open(page)
    cards = browser.run(
        "return [...document.querySelectorAll('.kind-card')].map((card) => card.innerText.split('\\n'))"
    )
    totals = build.ledger["totals"]

    assert cards == [
        [kind, f"{totals[kind]['kept']:,}", f"of {totals[kind]['in']:,} kept"]
        for kind in ("documents", "annotations", "examples", "samples")
    ]
    browser.run("document.querySelectorAll('.kind-card')[0].click()")
    drawn = "return document.querySelector('#flow svg[aria-label^=documents]')?.getAttribute('aria-label')"
    label = browser.wait(drawn, "the picture of documents is drawn")
    for reason, count in totals["documents"]["dropped"].items():
        assert f"{count:,} {reason}" in label


@pytest.mark.parametrize(
    "facet, column", [("task", "task"), ("corpus", "corpus"), ("template", "template"), ("language", "language")]
)
def test_a_filter_shows_the_rows_that_have_the_value(browser, events, open_page, facet, column):
    browser.open(open_page)
    values = {row[column] for row in rows_of(events)}

    for value in sorted(values)[:6]:
        browser.choose(facet, value)
        count = sum(row[column] == value for row in rows_of(events))
        assert browser.told().startswith(f"{count:,} of {len(rows_of(events)):,} rows")
    browser.choose(facet, "")
    assert browser.told().startswith(f"{len(rows_of(events)):,} of")


def test_a_label_finds_the_rows_whose_answers_have_it(browser, events, open_page):
    browser.open(open_page)
    browser.choose("task", "ner")
    browser.choose("label", "Disease")
    expected = sum(row["task"] == "ner" and '"label":"Disease"' in row["gold"] for row in rows_of(events))

    assert expected > 0
    assert browser.told().startswith(f"{expected:,} of")


def test_filters_count_what_the_others_leave(browser, events, open_page):
    browser.open(open_page)
    browser.choose("task", "re")
    listed = browser.run(
        "return [...document.querySelectorAll('#facet-corpus option')].map((option) => option.textContent)"
    )
    counts = {}
    for row in rows_of(events):
        if row["task"] == "re":
            counts[row["corpus"]] = counts.get(row["corpus"], 0) + 1

    assert set(listed) == {"any", *(f"{corpus} ({count:,})" for corpus, count in counts.items())}


def test_a_search_finds_words_of_a_text_and_a_document(browser, events, open_page):
    browser.open(open_page)
    row = next(row for row in rows_of(events) if row["task"] == "sum")
    words = row["messages"][-1]["content"].split(".")[0][:40]
    expected = sum(any(words.lower() in m["content"].lower() for m in each["messages"]) for each in rows_of(events))

    browser.driver.find_element("id", "search").send_keys(words)
    browser.wait(
        "return document.querySelector('.told').textContent.startsWith(arguments[0] + ' of')", "found", f"{expected}"
    )
    browser.run("document.getElementById('clear').click()")
    browser.driver.find_element("id", "search").send_keys(row["id"][:12])
    browser.wait("return document.querySelector('.told').textContent.startsWith('1 of')", "found by its id")
    assert row["document"] in browser.run("return document.getElementById('sample').innerText")


def test_a_mark_under_the_mouse_says_what_it_is(browser, events, open_page):
    browser.open(open_page)
    browser.choose("task", "ner")
    browser.choose("label", "Disease")
    browser.hover("#sample mark")
    tip = browser.run("const tip = document.getElementById('tip'); return tip.hidden ? '' : tip.innerText")
    words = browser.run("return document.querySelector('#sample mark').textContent")

    assert words in tip
    assert "Disease" in tip
    assert browser.run("return document.querySelector('#sample mark').classList.contains('lit')")
    browser.hover("h1")
    assert browser.run("return document.getElementById('tip').hidden")


def test_marks_of_a_page_are_those_of_the_gold(browser, events, tmp_path):
    shown = opened(reporter.report(events).html)["shown"]
    spans = [row for row in shown if row["marks"] and not row["arcs"]]
    browser.open(page_of(events, tmp_path).as_uri() + f"#row-{spans[0]['id'][:10]}")
    quotes = browser.run("return [...document.querySelectorAll('.marked li')].map((one) => one.innerText)")

    assert len(quotes) == len(spans[0]["marks"])
    for text, mark in zip(quotes, spans[0]["marks"]):
        assert mark["quote"] in text
        assert mark["place"] in text


def test_arcs_join_what_is_related(browser, events, tmp_path):
    shown = opened(reporter.report(events).html)["shown"]
    row = next(row for row in shown if row["arcs"])
    browser.open(page_of(events, tmp_path).as_uri() + f"#row-{row['id'][:10]}")
    arcs = browser.run("return [...document.querySelectorAll('.arcs .arc text')].map((text) => text.textContent)")

    assert arcs == [label for _, _, label in row["arcs"]]
    browser.hover(".related li")
    assert browser.run("return document.querySelectorAll('.arc.lit').length") == 1


def test_what_changed_is_told_and_can_be_chosen(browser, events, tmp_path):
    def reworded(row):
        if row["corpus"] != "bc5cdr":
            return row
        messages = [{**row["messages"][0], "content": "Said otherwise."}, *row["messages"][1:]]
        return {**row, "messages": messages, "digest": "0" * 32}

    before = altered(events, tmp_path / "before", row=reworded, manifest=lambda told: {**told, "digest": "0" * 64})
    count = sum(row["corpus"] == "bc5cdr" for row in rows_of(events))
    browser.open(page_of(events, tmp_path, against=before).as_uri())

    assert f"{count} rows reworded" in browser.run("return document.getElementById('changes').innerText")
    browser.run("document.querySelector('#changes button.link').click()")
    assert browser.told().startswith(f"{count} of")
    assert "Said otherwise." in browser.run("return document.getElementById('sample').textContent")
    assert browser.complaints() == []


def test_a_bar_shows_its_rows(browser, events, open_page):
    browser.open(open_page)
    corpus = browser.run(
        "const bar = document.querySelector('#composition .bars button'); bar.click(); return bar.querySelector('.name').textContent"
    )
    count = sum(row["corpus"] == corpus for row in rows_of(events))

    assert browser.told().startswith(f"{count} of")
    assert browser.run("return document.getElementById('facet-corpus').value") == corpus


def test_keys_move_search_and_close(browser, open_page):
    browser.open(open_page)
    first = browser.run("return document.querySelector('#list [aria-selected=true]').id")
    browser.keys("j")
    second = browser.run("return document.querySelector('#list [aria-selected=true]').id")
    browser.keys("k")
    assert second != first
    assert browser.run("return document.querySelector('#list [aria-selected=true]').id") == first

    browser.keys("/")
    assert browser.run("return document.activeElement.id") == "search"
    browser.keys("j")
    assert browser.run("return document.getElementById('search').value") == "j"
    browser.keys(Keys.ESCAPE)
    assert browser.run("return document.activeElement.id") != "search"

    browser.keys("?")
    assert browser.run("return document.getElementById('keys').open")
    browser.keys(Keys.ESCAPE)
    assert not browser.run("return document.getElementById('keys').open")


def test_the_list_is_walked_by_arrows_and_left_by_enter(browser, open_page):
    browser.open(open_page)
    browser.run("document.getElementById('list').focus()")
    browser.keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    place = "return [...document.querySelectorAll('#list li')].findIndex((one) => one.getAttribute('aria-selected') === 'true')"

    assert browser.run(place) == 2
    assert browser.run("return document.getElementById('list').getAttribute('aria-activedescendant')") == browser.run(
        "return document.querySelector('#list [aria-selected=true]').id"
    )
    browser.keys(Keys.ENTER)
    assert browser.run("return document.activeElement.id") == "sample-title"


NAMELESS = """
const named = (node) => (node.getAttribute('aria-label') || node.textContent || node.title || '').trim()
  || (node.labels && [...node.labels].some((label) => label.textContent.trim()));
return [...document.querySelectorAll('button, a, input, select, svg[role=img], [role=listbox], [role=region], [role=group], figure svg')]
  .filter((node) => !named(node)).map((node) => node.outerHTML.slice(0, 120));
"""


def test_whatever_can_be_used_has_a_name(browser, open_page):
    browser.open(open_page)

    assert browser.run(NAMELESS) == []
    levels = browser.run(
        "return [...document.querySelectorAll('h1, h2, h3, h4')].map((head) => Number(head.tagName[1]))"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_stands_out_of_the_page(browser, page, width, dark):
    browser.open(page, width=width, dark=dark)

    assert browser.run("return document.documentElement.scrollWidth") <= width
    ground, ink = browser.run(
        "const style = getComputedStyle(document.body); return [style.backgroundColor, style.color]"
    )
    assert (light(ground) < light(ink)) is dark


def light(colour: str) -> int:
    return sum(int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(","))


def test_colours_can_be_turned(browser, open_page):
    browser.open(open_page)
    ground = "return getComputedStyle(document.body).backgroundColor"
    by_system = browser.run(ground)
    browser.keys("t")
    assert browser.run(ground) == by_system
    browser.keys("t")
    assert light(browser.run(ground)) < light(by_system)


def test_a_page_prints_without_its_controls(browser, open_page):
    browser.open(open_page)
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    hidden = "return [...document.querySelectorAll('.bar, .filters, #list')].every((node) => getComputedStyle(node).display === 'none')"
    kept = "return getComputedStyle(document.getElementById('sample')).display !== 'none' && document.querySelector('#flow svg').clientWidth > 300"

    assert browser.run(hidden)
    assert browser.run(kept)


def test_a_hostile_corpus_is_shown_and_does_nothing(browser, hostile, tmp_path):
    page = page_of(hostile, tmp_path)
    browser.open(page.as_uri())
    browser.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    browser.hover("#sample mark")
    for _ in range(5):
        browser.keys("j")

    assert browser.run("return window.hit === undefined")
    assert (
        browser.run(
            "return document.querySelectorAll('img, iframe, object, #main script, #main style, #main link').length"
        )
        == 0
    )
    assert browser.complaints() == []
    assert {address for address in browser.asked() if not address.startswith("data:")} == {page.as_uri()}
    shown = "return [...document.querySelectorAll('#sample pre')].some((one) => one.textContent.includes(arguments[0]))"
    assert browser.run(shown, EVIL)
    assert EVIL.replace("\x00", "").split("\u2028")[0] in browser.run(
        "return document.getElementById('title').textContent"
    )


def test_markup_cannot_be_made_of_strings(browser, open_page):
    """The policy holds the page's own script to it."""
    browser.open(open_page)
    tried = "try { document.body.insertAdjacentHTML('beforeend', '<b>x</b>'); return 'made'; } catch (error) { return error.name; }"

    assert browser.run(tried) == "TypeError"
    assert browser.run("return fetch('https://example.org/').then(() => 'sent', () => 'refused')") == "refused"
    browser.complaints()


def test_a_page_that_cannot_be_unpacked_says_so(browser, open_page, tmp_path):
    damaged = tmp_path / "damaged.html"
    text = page_text(open_page)
    damaged.write_text(text.replace('id="names">', 'id="names">AAAA'), encoding="utf-8")
    browser.driver.get(damaged.as_uri())

    browser.wait("return document.querySelector('#main .notice') !== null", "a notice")
    assert "could not be drawn" in browser.run("return document.getElementById('main').innerText")
    browser.complaints()


def page_text(address: str) -> str:
    from pathlib import Path
    from urllib.parse import unquote, urlsplit

    return Path(unquote(urlsplit(address).path)).read_text(encoding="utf-8")


# Size and speed

ROWS = 200_000


@pytest.fixture(scope="module")
def large(events, tmp_path_factory):
    """200,000 rows, no two of one id or document."""
    made = altered(events, tmp_path_factory.mktemp("large") / "build")
    rows = [row for split in made for row in made[split]]
    many = [
        {
            **rows[n % len(rows)],
            "id": f"{n * 2654435761 % 2**128:032x}"[::-1],
            "document": str(10_000_000 + n * 7919 % 9_000_000),
        }
        for n in range(ROWS)
    ]
    artefact.write_shard(made.folder / "data" / "train-00000-of-00001.parquet", many)
    manifest = {**made.manifest, "rows": {"train": ROWS}}
    manifest["shards"] = [{"split": "train", "file": "data/train-00000-of-00001.parquet", "rows": ROWS, "sha256": ""}]
    artefact.write_json(made.folder / "manifest.json", manifest)
    return page_of(artefact.load(made.folder), tmp_path_factory.mktemp("large"))


TIMED = """
const taken = [];
for (const [facet, value] of arguments[0]) {
  const select = document.getElementById('facet-' + facet);
  select.value = value;
  const began = performance.now();
  select.dispatchEvent(new Event('change'));
  document.getElementById('list').getBoundingClientRect();
  taken.push(performance.now() - began);
}
return taken;
"""


@pytest.mark.slow
def test_200_000_rows_fit_and_answer_a_filter_at_once(browser, large):
    """Under 8 MB, and under 200 ms from a choice to the list laid out anew."""
    assert large.stat().st_size < 8_000_000
    browser.open(large.as_uri())
    assert browser.told().startswith("200,000 of 200,000 rows")
    steps = [
        ("task", "ner"),
        ("corpus", "bc5cdr"),
        ("corpus", ""),
        ("label", "Disease"),
        ("label", ""),
        ("task", "re"),
        ("task", ""),
    ]
    taken = browser.run(TIMED, steps * 5)

    at_best = [min(taken[n :: len(steps)]) for n in range(len(steps))]  # of five times: others use the machine too
    assert max(at_best) < 200
    print(f"{large.stat().st_size:,} bytes; filters: median {median(taken):.0f} ms, slowest {max(taken):.0f} ms")
