"""What a page holds: the numbers of rows and ledger, light columns of all rows, the text of those that may be shown, and of no other."""

import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import medinstruct
from medinstruct import artefact, card, license, reporter, tasks
from medinstruct.errors import FormatError, NotFound
from medinstruct.license import TERMS
from medinstruct.reporter import drawn, facts, light, marks, packing
from medinstruct.reporter import page as page_module
from medinstruct.reporter.marks import Arc, Mark, Marked
from medinstruct.tasks.multiple_choice import letter
from medinstruct.text.token import count_tokens
from report.pages import EVIL, altered, opened


def rows_of(build):
    return [row for split in build for row in build[split]]


def is_open(row):
    return "agreement" not in TERMS[row["license"]].obligations


def columns_of(page):
    """The columns of a page as lists of values, read as its script reads them."""
    size = sum(line[3] for line in page["facts"]["composition"])
    kinds = {1: "<u1", 2: "<u2", 4: "<u4"}
    found = {}
    for column in page["facts"]["columns"]:
        if column["name"] == "id":
            digits = page["raw"][column["at"] : column["at"] + 5 * size]
            found["id"] = [digits[n * 5 : n * 5 + 5].hex() for n in range(size)]
            continue
        assert column["at"] % column["width"] == 0, "a typed array begins where its width divides the place"
        places = np.frombuffer(page["raw"], kinds[column["width"]], size, column["at"]).tolist()
        names = page["names"].get(column["name"])
        found[column["name"]] = [names[place] for place in places] if names else places
    labels = page["names"]["label"]
    found["labels"] = [[labels[place] for place in combination] for combination in found["labels"]]
    return found


@pytest.fixture(scope="module")
def page(build):
    return opened(reporter.report(build).html)


@pytest.fixture(scope="module")
def open_page(events):
    return opened(reporter.report(events).html)


# Numbers


def test_the_light_columns_are_those_of_the_rows(events, open_page):
    found = columns_of(open_page)
    rows = rows_of(events)

    assert found["id"] == [row["id"][:10] for row in rows]
    for name, column in {
        "corpus": "corpus",
        "task": "task",
        "template": "template",
        "document": "document",
        "language": "language",
    }.items():
        assert found[name] == [row[column] for row in rows]
    assert found["text"] == [json.loads(row["meta"])["tokens"] for row in rows]
    assert found["whole"] == [sum(count_tokens(m["content"]) for m in row["messages"]) for row in rows]
    for row, labels, empty in zip(rows, found["labels"], found["empty"]):
        example = tasks.load(row["type"]).read(row["example"], row["gold"])
        assert bool(empty) is example.gold.is_empty
        assert tuple(labels) == example.gold.says(example.question)


def test_answers_are_counted_by_task_and_corpus(events, open_page):
    for line in open_page["facts"]["answers"]:
        rows = [row for row in rows_of(events) if (row["task"], row["corpus"]) == (line["task"], line["corpus"])]
        examples = [tasks.load(row["type"]).read(row["example"], row["gold"]) for row in rows]
        labels = Counter(label for example in examples for label in example.gold.says(example.question))
        assert (line["rows"], line["empty"]) == (len(rows), sum(example.gold.is_empty for example in examples))
        assert dict(line["labels"]) == dict(labels.most_common(60))


def test_flow_balances_and_adds_up_to_the_ledger(build, page):
    for kind, lines in page["facts"]["flow"].items():
        total = build.ledger["totals"][kind]
        assert sum(line[2] for line in lines) == total["in"]
        assert sum(line[3] for line in lines) == total["kept"]
        assert all(into == kept + sum(dropped.values()) for _, _, into, kept, dropped in lines)
        dropped = sum((Counter(line[4]) for line in lines), Counter())
        assert dict(dropped) == total["dropped"]


def test_composition_and_license_are_those_of_the_card(build, page):
    made_of = card.measure(build)

    assert [tuple(line[:3]) for line in page["facts"]["composition"]] == sorted(made_of.rows)
    assert sum(line[4] for line in page["facts"]["composition"]) == sum(made_of.tokens.values())
    assert page["facts"]["terms"]["license"] == license.of_build(build.manifest).license


def test_tokens_are_counted_by_each_tokenizer_and_what_is_cut_is_told(events):
    told = opened(reporter.report(events, tokenizers=["spacy:en"]).html)["facts"]["tokens"]
    import spacy

    words = spacy.blank("en").tokenizer
    whole = [
        sum(sum(not word.is_space for word in words(m["content"])) for m in row["messages"]) for row in rows_of(events)
    ]

    assert [one["name"] for one in told] == ["rule of thumb", "spacy:en"]
    assert told[1]["total"] == sum(whole)
    assert told[1]["longest"] == max(whole)
    assert sum(told[1]["heights"]) == len(whole)


def test_what_would_be_cut():
    counts = np.array([10, 1_024, 1_025, 5_000], np.int64)
    assert facts._cut(counts, 1_024) == {"at": 1_024, "rows": 2, "tokens": 1 + 3_976}
    spread = facts.spread(counts)
    assert (spread["half"], spread["p95"], spread["longest"]) == (1_024, 5_000, 5_000)
    assert sum(spread["heights"]) == 4


@given(st.lists(st.integers(0, 10**6), min_size=1))
def test_every_length_lies_in_a_bin(counts):
    spread = facts.spread(np.array(counts, np.int64))

    assert sum(spread["heights"]) == len(counts)
    assert len(spread["edges"]) == len(spread["heights"]) + 1
    assert spread["edges"] == sorted(set(spread["edges"]))


def test_options_that_are_texts_are_counted_by_letter(events, monkeypatch):
    monkeypatch.setattr(light, "MOST_LABELS", 1)
    found = columns_of(opened(reporter.report(events).html))
    rows = rows_of(events)
    right = [tasks.load(row["type"]).read(row["example"], row["gold"]) for row in rows]
    labels: dict[str, set[str]] = {}
    for row, example in zip(rows, right):
        labels.setdefault(row["corpus"], set()).update(example.gold.says(example.question))
    many = [
        n
        for n, row in enumerate(rows)
        if row["task"] == "qa" and "choices" in row["gold"] and len(labels[row["corpus"]]) > 1
    ]

    assert many
    for n in many:
        assert found["labels"][n] == [letter(choice) for choice in json.loads(rows[n]["gold"])["choices"]]


# What is shown


def test_the_same_build_gives_the_same_page(events):
    assert reporter.report(events).html == reporter.report(artefact.load(events.folder)).html


def test_shown_rows_say_prompt_answer_and_what_comes_back(events, open_page):
    rows = rows_of(events)

    assert {row["at"] for row in open_page["shown"]} == set(range(len(rows)))
    for told in open_page["shown"]:
        row = rows[told["at"]]
        assert told["id"] == row["id"]
        assert [one["text"] for one in told["messages"]] == [m["content"] for m in row["messages"]]
        assert told["back"]["same"]
        question = json.loads(row["example"])
        texts = {one["name"]: "".join(words for words, _ in one["parts"]) for one in told["texts"]}
        assert (
            texts["text"] == question["text"]
            if "text" in question
            else set(question.get("texts", {}).values()) <= set(texts.values())
        )


def test_marks_quote_their_text(events, open_page):
    for told in open_page["shown"]:
        for n, mark in enumerate(told["marks"]):
            pieces = ["".join(words for words, inside in text["parts"] if n in inside) for text in told["texts"]]
            assert mark["quote"].replace(" ", "") in {piece.replace(" ", "") for piece in pieces}
        for start, end, _ in told["arcs"]:
            assert max(start, end) < len(told["marks"])


def test_lineage_names_the_file_and_line_that_explain_names(events, open_page):
    told = open_page["shown"][0]
    found = events.explain(told["id"])
    lineage = dict(told["lineage"])

    line = found["file"]["line"]

    assert lineage["file"] == found["file"]["name"] + (f":{line}" if line else "")
    assert lineage["document"] == found["document"]
    assert found["template"]["name"] in lineage["wording"]


def test_an_answer_that_is_not_right_is_told(events, tmp_path):
    def wrong(row):
        messages = [*row["messages"][:-1], {"role": "assistant", "content": "I would rather not say."}]
        return {**row, "messages": messages} if row["task"] == "ner" else row

    shown = opened(reporter.report(altered(events, tmp_path / "wrong", row=wrong)).html)["shown"]
    rows = rows_of(events)

    for told in shown:
        if rows[told["at"]]["task"] == "ner" and told["marks"]:
            assert not told["back"]["same"]


def test_which_rows_are_shown_depends_on_ids_alone(events, monkeypatch):
    monkeypatch.setattr(drawn, "ROWS", 100)
    whole = reporter.report(events).light
    chosen = drawn.choose(whole, [0] * len(whole))
    lines = list(whole.lines())

    assert len(chosen) == 100
    assert {lines[row] for row in chosen} == set(lines), "every task of every corpus is there"
    assert drawn.choose(whole, [0] * len(whole)) == chosen


def test_a_page_has_no_more_rows_than_it_has_space_for(events, monkeypatch):
    monkeypatch.setattr(drawn, "SPACE", 20_000)
    shown = opened(reporter.report(events).html)["shown"]

    assert 0 < len(shown) < 30
    assert len(packing.dumped(shown)) < 20_000 + 2 + len(shown)


texts = st.text(alphabet=st.sampled_from("ab <&𝔄é\n"), min_size=1, max_size=40)


@given(st.data(), texts)
def test_parts_are_the_text_and_hold_each_mark(data, text):
    """Marks may be nested, cross, repeat, or have gaps."""
    cuts = st.lists(st.integers(0, len(text)), min_size=2, max_size=6, unique=True).map(sorted)
    spans = cuts.map(lambda at: tuple(zip(at[::2], at[1::2])))
    found = Marked({"text": text})
    for pieces in data.draw(st.lists(spans, max_size=6)):
        found.add("x", pieces)
    [told] = found.as_json()["texts"]

    assert "".join(words for words, _ in told["parts"]) == text
    for n, mark in enumerate(found.marks):
        held = "".join(words for words, inside in told["parts"] if n in inside)
        assert held == "".join(text[start:end] for start, end in mark.pieces)


def test_long_texts_and_many_marks_are_cut_and_counted():
    found = Marked({"text": "a" * (marks.LETTERS + 10)})
    for n in range(marks.MOST + 5):
        found.add("x", ((n, n + 1),))
    found.arcs = [Arc(0, marks.MOST + 1, "far")]
    told = found.as_json()

    assert told["texts"][0]["cut"] == 10
    assert len(told["marks"]) == marks.MOST
    assert told["more"] == 5 + 1
    assert Mark("x", ((0, 1),)) in found.marks


# Safety


def test_no_string_of_a_corpus_is_markup(hostile):
    html = reporter.report(hostile).html
    head, *_ = html.split("</head>")

    assert html.count("<script") == 5
    assert html.count("</script>") == 5
    assert "<img" not in html
    assert EVIL not in html
    assert not set(html) & set("\u202e\u2028\x00")
    assert head.count("<title>") == 1
    assert opened(html)["facts"]["head"]["title"] == EVIL


def test_json_holds_no_markup_and_comes_back():
    value = {"</script>": ["<!--", "&amp;", "\ud800", "𝔄", "\u2028"]}
    text = packing.dumped(value)

    assert not set(text) & set("<>&")
    assert text.isascii()
    assert json.loads(text) == value


def test_the_policy_allows_nothing_but_the_page_itself(events):
    html = reporter.report(events).html
    policy = html.split('http-equiv="Content-Security-Policy" content="')[1].split('">')[0]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))

    assert rules["default-src"] == "'none'"
    assert rules["connect-src"] == "'none'"
    assert rules["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in policy
    assert "http" not in policy


def test_rows_under_agreement_leave_nothing_but_their_kind(build, page):
    """No text of theirs, no words of it, no id, document, label or wording: neither in the file nor in what is packed in it."""
    closed = [row for row in rows_of(build) if not is_open(row)]
    told = rows_of(build)
    found = columns_of(page)
    everything = json.dumps([page["facts"], page["names"], page["shown"]], ensure_ascii=False)
    said_by_open = json.dumps([row for row in told if is_open(row)], ensure_ascii=False)

    assert closed
    assert page["facts"]["head"]["closed"]["rows"] == len(closed)
    for n, row in enumerate(told):
        if is_open(row):
            continue
        assert (found["id"][n], found["document"][n], found["template"][n], found["labels"][n]) == (
            "0" * 10,
            "",
            "",
            [],
        )
        assert (found["text"][n], found["whole"][n], found["empty"][n], found["change"][n]) == (0, 0, 0, 0)
        assert row["id"] not in everything
        assert row["id"][:10] not in found["id"]
        assert row["document"] not in page["names"]["document"] or row["document"] in said_by_open
        for words in texts_of(row):
            for n in range(0, max(len(words) - 24, 1), 12):
                piece = json.dumps(words[n : n + 24], ensure_ascii=False)[1:-1]
                assert piece not in everything or piece in said_by_open
    assert not {row["at"] for row in page["shown"]} & {n for n, row in enumerate(told) if not is_open(row)}


def texts_of(row):
    question = json.loads(row["example"])
    return [question["text"]] if "text" in question else list(question["texts"].values())


def test_labels_of_closed_rows_are_not_told(build, page):
    labels = {line["corpus"]: line["labels"] for line in page["facts"]["answers"] if line["closed"]}

    assert labels
    assert not any(labels.values())


def test_what_was_set_aside_is_counted_and_not_quoted(events, tmp_path):
    def with_broken(manifest):
        id = min(manifest["corpora"])
        manifest["corpora"][id]["broken"] = [["file.txt", 7, "mention T1 says 'quoted words of a patient'"]]
        return manifest

    html = reporter.report(altered(events, tmp_path / "broken", manifest=with_broken)).html

    assert "quoted words" not in html
    assert sum(corpus["broken"] for corpus in opened(html)["facts"]["terms"]["corpora"]) == 1


def test_text_under_agreement_is_shown_when_it_is_asked_for(build):
    page = opened(reporter.report(build, text=True).html)

    assert {row["at"] for row in page["shown"]} == set(range(len(rows_of(build))))
    assert page["facts"]["head"]["closed"] == {"rows": 0, "corpora": [], "with_text": True}


@pytest.mark.parametrize("where", ["row", "manifest"])
@pytest.mark.parametrize("license", ["agreement", "nobody-knows"])
def test_the_stricter_of_row_and_manifest_counts_and_what_nobody_knows_is_closed(events, tmp_path, where, license):
    def on_rows(row):
        return {**row, "license": license} if row["corpus"] == "bc5cdr" else row

    def on_manifest(manifest):
        manifest["corpora"]["bc5cdr"]["license"] = license
        return manifest

    change = {"row": on_rows} if where == "row" else {"manifest": on_manifest}
    page = opened(reporter.report(altered(events, tmp_path / "made", **change)).html)
    rows = rows_of(events)

    assert page["facts"]["head"]["closed"]["corpora"] == ["bc5cdr"]
    assert all(rows[row["at"]]["corpus"] != "bc5cdr" for row in page["shown"])


# Against another build


@pytest.fixture(scope="module")
def since(build, tmp_path_factory):
    """The build again, with other words in one place, another answer in another, and one row less before."""
    rows = [row for row in rows_of(build) if is_open(row)]
    reworded, gone = rows[0]["id"], rows[-1]["id"]

    def change(row):
        if row["id"] == reworded:
            messages = [{**row["messages"][0], "content": "Said otherwise."}, *row["messages"][1:]]
            return {**row, "messages": messages, "template_hash": "0" * 16, "digest": "0" * 32}
        return row

    before = altered(build, tmp_path_factory.mktemp("before") / "build", row=change)
    shard = next((before.folder / "data").glob("*.parquet"))
    artefact.write_shard(shard, [row for row in rows_of(before) if row["id"] != gone])
    return before, reworded, gone


def test_a_report_against_another_build_shows_what_changed(build, since):
    before, reworded, gone = since
    page = opened(reporter.report(build, against=before).html)
    changes = page["facts"]["changes"]

    assert (changes["rows"]["added"], changes["rows"]["reworded"], changes["rows"]["removed"]) == (1, 1, 0)
    assert changes["same"] == len(rows_of(build)) - 2
    bits = columns_of(page)["change"]
    kinds = page["facts"]["kinds"]
    ids = [row["id"] for row in rows_of(build)]
    assert {ids[n]: [kind for b, kind in enumerate(kinds) if bit >> b & 1] for n, bit in enumerate(bits) if bit} == {
        reworded: ["reworded"], gone: ["added"]
    }  # fmt: skip
    [told] = [row for row in page["shown"] if row["id"] == reworded]
    assert told["was"][0]["text"] == "Said otherwise."
    assert sum("was" in row for row in page["shown"]) == 1


def test_against_itself_nothing_changed(events):
    changes = opened(reporter.report(events, against=events).html)["facts"]["changes"]

    assert changes["level"] == "none"
    assert not any(changes["rows"].values())


# Faults, and the face


def test_a_damaged_row_is_told(events, tmp_path):
    made = altered(events, tmp_path / "damaged", row=lambda row: {**row, "gold": "{"})

    with pytest.raises(FormatError, match="damaged"):
        reporter.report(made)


def test_an_unknown_tokenizer_is_told(events):
    with pytest.raises(NotFound, match="no tokenizer"):
        reporter.report(events, tokenizers=["./not-here.json"])


def test_an_empty_build_has_a_page(events, tmp_path):
    made = altered(events, tmp_path / "empty")
    for path in (made.folder / "data").glob("*.parquet"):
        artefact.write_shard(path, [])
    page = opened(reporter.report(artefact.load(made.folder)).html)

    assert page["facts"]["composition"] == []
    assert page["shown"] == []


def test_the_face_writes_the_page_into_the_build_or_where_it_is_told(events, tmp_path):
    copy = altered(events, tmp_path / "copy")

    assert medinstruct.report(copy.folder) == copy.folder / "report.html"
    assert medinstruct.report(copy, out=tmp_path / "here.html", against=events) == tmp_path / "here.html"
    assert opened((tmp_path / "here.html").read_text())["facts"]["changes"]["level"] in {"none", "patch"}


def test_splits_stand_one_after_the_other(tmp_path):
    made = medinstruct.build("quickstart", samples=True, workers=1, out=tmp_path / "quick")
    whole = reporter.report(made)
    found = columns_of(opened(whole.html))
    rows = rows_of(made)

    assert len(list(made)) > 1
    assert found["split"] == [split for split in made for _ in made[split]]
    assert found["id"] == [row["id"][:10] for row in rows]
    for at, row in enumerate(rows):
        split, place = whole.light.place(at)
        assert made[split][place]["id"] == row["id"]


MAKES_MARKUP = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function")


def test_the_page_holds_every_script_and_style_of_the_room():
    from importlib.resources import files

    web = files("medinstruct.reporter").joinpath("web")
    scripts = {file.name for file in web.iterdir() if file.name.endswith(".js")}

    assert scripts == set(page_module.SCRIPTS)
    for file in (*scripts, "page.css", "page.html"):
        text = web.joinpath(file).read_text(encoding="utf-8")
        assert not [word for word in MAKES_MARKUP if word in text]
        assert "http" not in text.replace("http://www.w3.org/2000/svg", "").replace("http-equiv", "")


def test_files_of_closed_corpora_are_not_named_where_they_differ(build, tmp_path):
    def other_files(manifest):
        for corpus in manifest["corpora"].values():
            corpus["sources"] = {split: dict.fromkeys(files, "0" * 64) for split, files in corpus["sources"].items()}
        return manifest

    before = altered(build, tmp_path / "before", manifest=other_files)
    page = opened(reporter.report(build, against=before).html)["facts"]
    closed = set(page["head"]["closed"]["corpora"])
    named = {one["name"].split("/")[0] for one in page["changes"]["manifest"] if one["what"] == "source"}

    assert named
    assert not named & closed


def test_what_another_build_has_of_closed_corpora_is_told_no_more_than_what_this_one_has(events, tmp_path):
    """A corpus that only the earlier build read, and a row whose corpus has been opened since."""
    first = next(row for row in rows_of(events) if row["corpus"] == "bc5cdr")

    def said_otherwise(row):
        turns = [{**row["messages"][0], "content": "words of a patient"}, *row["messages"][1:]]
        return {**row, "license": "agreement", "messages": turns, "template_hash": "0" * 16, "digest": "0" * 32}

    def with_more(manifest):
        facts = manifest["corpora"]["bc5cdr"]
        manifest["corpora"]["i2b2-2010"] = {
            **facts,
            "license": "agreement",
            "sources": {"train": {"record-13.txt": "f" * 64}},
        }
        return manifest

    before = altered(
        events,
        tmp_path / "before",
        row=lambda row: said_otherwise(row) if row["id"] == first["id"] else row,
        manifest=with_more,
    )
    html = reporter.report(events, against=before).html
    page = opened(html)
    assert page["facts"]["changes"]["rows"]["reworded"] == 1
    assert not any("was" in row for row in page["shown"])
    assert ("corpus", "i2b2-2010") in {(one["what"], one["name"]) for one in page["facts"]["changes"]["manifest"]}
    assert "record-13" not in html
    asked_for = opened(reporter.report(events, against=before, text=True).html)
    assert sum("was" in row for row in asked_for["shown"]) == 1
    assert "record-13" in str(asked_for["facts"]["changes"]["manifest"])
